"use strict";
// Where the tonnes of a car come from, as a flow from right to left: a click on a part opens or closes what it is made
// of, and says what its figure rests on.
const drawTonnes = (node, trees, told, origin) => {
  const holder = document.createElement("div");
  holder.className = "controls";
  const list = holder.appendChild(document.createElement("select"));
  trees.forEach((tree, k) => list.add(new Option(tree.label, k)));
  const deeper = holder.appendChild(document.createElement("button"));
  deeper.textContent = "open all";
  const plane = document.createElement("div");
  node.replaceChildren(holder, plane);
  const chart = echarts.init(plane, null, { renderer: "canvas" });
  let open = new Set();
  const tree = () => trees[list.value || 0];
  const children = (id) => tree().parts.filter((part) => part.parent === id);
  const start = () => {
    open = new Set([0]);
    deeper.textContent = "open all";
  };
  const visible = () => {
    const shown = [tree().parts[0]];
    for (let k = 0; k < shown.length; k++) {
      if (open.has(shown[k].id)) shown.push(...children(shown[k].id));
    }
    return shown;
  };
  const draw = () => {
    const shown = visible();
    const deepest = Math.max(...shown.map((part) => part.depth));
    plane.style.height = `${Math.max(380, 15 * shown.length + 60)}px`;
    chart.resize();
    chart.setOption({
      animation: false,
      tooltip: { confine: true, formatter: (p) => p.dataType === "node" ? `${p.data.label0}<br><b>${told(p.value)} tCO2e</b>` : "" },
      series: [{
        type: "sankey", nodeAlign: "right", draggable: false, left: 8, right: 190, top: 8, bottom: 8, nodeGap: 6, nodeWidth: 14,
        lineStyle: { color: "target", opacity: 0.28 },
        label: { position: "right", fontSize: 11.5, formatter: (p) => `${p.data.label0} ${told(p.value)}${children(+p.name).length && !open.has(+p.name) ? " ▸" : ""}` },
        data: shown.map((part) => ({ name: String(part.id), label0: part.name, label: part.id === 0 ? { width: 170, overflow: "break", lineHeight: 15 } : {}, value: part.t, depth: deepest - part.depth, itemStyle: { color: part.colour } })),
        links: shown.filter((part) => part.parent !== null).map((part) => ({ source: String(part.id), target: String(part.parent), value: part.t })),
      }],
    }, true);
  };
  chart.on("click", (p) => {
    if (p.dataType !== "node") return;
    const id = +p.name;
    const part = tree().parts.find((one) => one.id === id);
    origin(part.origin);
    if (id === 0 || !children(id).length) return;
    if (!open.delete(id)) open.add(id);
    draw();
  });
  list.addEventListener("change", () => { start(); draw(); });
  deeper.addEventListener("click", () => {
    if (deeper.textContent === "open all") {
      open = new Set(tree().parts.map((part) => part.id));
      deeper.textContent = "close";
    } else start();
    draw();
  });
  start();
  draw();
  new ResizeObserver(() => chart.resize()).observe(plane);
};
