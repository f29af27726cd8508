"use strict";
// Draws every chart of the page from the data inside it, and each table when it is opened.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const figures = read("figures");
  const number = (digits) => (v) =>
    typeof v === "number" ? v.toLocaleString("en-GB", { maximumFractionDigits: digits }) : v ?? "–";
  echarts.registerMap("land", read("land"));
  const font = getComputedStyle(document.body).fontFamily;

  const prepared = (figure) => {
    const { choices, tips, origins, ...option } = figure.option;
    const shown = number(Math.max(figure.digits, 1));
    option.textStyle = { fontFamily: font };
    option.animation = false;
    option.tooltip = { ...option.tooltip, valueFormatter: shown };
    if (tips) {
      option.tooltip.formatter = (p) => tips.map((name, k) => `${name}: <b>${shown(p.value[k])}</b>`).join("<br>");
    }
    for (const series of [option.series].flat().filter((s) => s && s.type === "heatmap")) {
      series.label.formatter = (p) => number(p.value[2] < 10 ? 1 : 0)(p.value[2]);
      option.tooltip.formatter = (p) => `${p.marker}${number(2)(p.value[2])} ${figure.unit}`;
    }
    for (const axis of [option.xAxis, option.yAxis].flat()) {
      if (axis && axis.type === "value") axis.axisLabel.formatter = number(2);
    }
    return [option, choices];
  };
  // An interval as a line with two ends: [low, high, place on the axis of categories].
  const whisker = (params, api) => {
    const [low, high] = [0, 1].map((k) => api.coord([api.value(k), api.value(2)]));
    const end = (x) => ({ type: "line", shape: { x1: x, y1: low[1] - 4, x2: x, y2: low[1] + 4 }, style: { stroke: "#1b2a38" } });
    const across = { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: { stroke: "#1b2a38" } };
    const halo = { ...across, style: { stroke: "#fff", lineWidth: 4, opacity: 0.7 } };
    return { type: "group", children: [halo, across, end(low[0]), end(high[0])] };
  };
  const tellMoney = (option) => {
    option.tooltip.formatter = (items) => {
      const bar = items[items.length - 1];
      const value = bar.data.signed ?? bar.value;
      return `${bar.name}<br><b>${number(0)(value)} USD</b>`;
    };
    option.series.forEach((s) => {
      if (s.label) s.label.formatter = (p) => number(0)(p.data.signed ?? p.value);
    });
  };

  document.querySelectorAll(".chart").forEach((node) => {
    const figure = figures[node.dataset.figure];
    if (figure.option.pivot) {
      node.style.height = "auto";
      drawPivot(node, figure.option.pivot);
      node.dataset.drawn = "yes";
      return;
    }
    const origin = (text) => {
      const line = node.parentElement.querySelector(".origin");
      line.textContent = text;
      line.hidden = !text;
    };
    if (figure.option.trees) {
      node.style.height = "auto";
      drawTonnes(node, figure.option.trees, number(2), origin);
      node.dataset.drawn = "yes";
      return;
    }
    if (figure.option.plant) {
      node.style.height = "auto";
      drawPlant(node, figure.option.plant);
      node.dataset.drawn = "yes";
      return;
    }
    const chart = echarts.init(node, null, { renderer: "canvas" });
    const [option, choices] = prepared(figure);
    if (choices) {
      const holder = document.querySelector(`.choices[data-figure="${node.dataset.figure}"]`);
      const selects = choices.labels.map((labels) => {
        const select = holder.appendChild(document.createElement("select"));
        labels.forEach((label, k) => select.add(new Option(label, k)));
        return select;
      });
      const draw = () => {
        const series = choices.series[selects.map((select) => select.value).join("|")];
        option.series = structuredClone(series ?? []);
        option.title = series ? { show: false } : { text: "no cars", left: "center", top: "middle" };
        tellMoney(option);
        chart.setOption(option, true);
      };
      selects.forEach((select) => select.addEventListener("change", draw));
      draw();
    } else {
      if (figure.geo) {
        option.tooltip.formatter = (p) =>
          p.seriesType === "lines" ? `${p.data.name}<br><b>${number(0)(p.data.value)} cars</b>` : p.name;
      }
      for (const series of [option.series].flat().filter((s) => s && s.type === "custom")) series.renderItem = whisker;
      chart.setOption(option);
      if (figure.option.origins) chart.on("click", (p) => origin(figure.option.origins[p.dataIndex] ?? ""));
    }
    node.dataset.drawn = "yes";
    // A legend of several rows pushes the chart down by as much as it needs.
    const fit = () => {
      if (!node.clientWidth) return;
      if (figure.geo) node.style.height = `${Math.round(node.clientWidth * 0.36)}px`;
      chart.resize();
      if (node.clientWidth < 480 && option.yAxis && option.yAxis.type === "category") {
        chart.setOption({ yAxis: { axisLabel: { width: 110, fontSize: 10 } }, xAxis: { splitNumber: 3 } });
      }
      if (figure.geo || !option.legend || option.legend.show === false) return;
      const names = option.series.map((s) => s.name).filter(Boolean);
      const width = names.reduce((sum, name) => sum + 7 * name.length + 30, 0);
      const rows = Math.ceil(width / Math.max(node.clientWidth, 1));
      chart.setOption({ grid: { top: 22 + 22 * rows + (option.yAxis.type === "category" ? 0 : 12) } });
    };
    fit();
    new ResizeObserver(fit).observe(node);
  });

  document.querySelectorAll("details").forEach((node) => {
    node.addEventListener("toggle", () => {
      const target = node.querySelector(".table");
      if (!node.open || target.childElementCount) return;
      const { columns, rows, digits } = figures[node.dataset.figure];
      const shown = number(Math.max(digits, 2));
      const table = document.createElement("table");
      const numeric = columns.map((_, k) => rows.some((row) => typeof row[k] === "number"));
      const fill = (parent, tag, values) => {
        const row = parent.insertRow();
        values.forEach((v, k) => {
          const cell = document.createElement(tag);
          if (numeric[k]) cell.className = "number";
          const plain = tag === "th" || columns[k] === "year";
          cell.textContent = plain ? String(v).replaceAll("_", " ") : shown(v);
          row.append(cell);
        });
      };
      fill(table.createTHead(), "th", columns);
      const body = table.createTBody();
      rows.forEach((row) => fill(body, "td", row));
      target.append(table);
    });
  });

  const buttons = document.querySelectorAll(".filters button");
  buttons.forEach((button) => button.addEventListener("click", () => {
    buttons.forEach((b) => b.classList.toggle("on", b === button));
    document.querySelectorAll(".inputs tbody tr").forEach((row) => {
      row.hidden = button.dataset.kind !== "" && row.dataset.kind !== button.dataset.kind;
    });
  }));
})();
