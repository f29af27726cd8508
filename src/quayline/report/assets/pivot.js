"use strict";
// A grid of cars that the reader pivots: what is counted, rows, second rows, length of a period, filters.
const drawPivot = (node, cube) => {
  const { dimensions, measures, names, weeks, cells } = cube;
  const told = (id) => names[id] ?? id;
  const periods = {
    week: (d) => d, month: (d) => d.slice(0, 7), quarter: (d) => `${d.slice(0, 4)} Q${Math.floor((+d.slice(5, 7) + 2) / 3)}`,
    year: (d) => d.slice(0, 4),
  };
  const controls = document.createElement("div");
  controls.className = "controls";
  const select = (label, values, chosen) => {
    const box = document.createElement("label");
    const list = document.createElement("select");
    values.forEach(([value, text]) => list.add(new Option(text, value, false, value === chosen)));
    box.append(label, list);
    controls.append(box);
    list.addEventListener("change", () => draw());
    list.name = label;
    return list;
  };
  const plain = (list) => list.map((value) => [value, value]);
  const measure = select("count", plain(measures), measures[0]);
  const rows = select("rows", plain(dimensions), dimensions[0]);
  const split = select("split by", [["", "–"], ...plain(dimensions)], "");
  const period = select("by", plain(Object.keys(periods)), "month");
  const filters = dimensions.map((dimension, k) => {
    const found = [...new Set(cells.map((cell) => cell[k]))].sort();
    return select(dimension, [["", "all"], ...found.map((id) => [id, told(id)])], "");
  });
  const table = document.createElement("table");
  const frame = document.createElement("div");
  frame.className = "table grid";
  frame.append(table);
  node.append(controls, frame);

  const sums = () => {
    const number = measures.indexOf(measure.value);
    const at = [rows.value, split.value].filter(Boolean).map((name) => dimensions.indexOf(name));
    const kept = cells.filter((cell) => cell[dimensions.length] === number
      && filters.every((list, k) => !list.value || cell[k] === list.value));
    const found = new Map();
    const columns = new Set();
    kept.forEach((cell) => {
      const key = at.map((k) => cell[k]).join("\u0001");
      if (!found.has(key)) found.set(key, new Map());
      const row = found.get(key);
      const [first, values] = cell.slice(dimensions.length + 1);
      values.forEach((cars, k) => {
        if (!cars) return;
        const column = periods[period.value](weeks[first + k]);
        columns.add(column);
        row.set(column, (row.get(column) ?? 0) + cars);
      });
    });
    // A period without cars between two with cars is shown: a stop is an answer.
    const all = [...new Set(weeks.map(periods[period.value]))];
    const filled = all.map((name) => columns.has(name));
    return [found, all.slice(filled.indexOf(true), filled.lastIndexOf(true) + 1)];
  };
  const cell = (row, tag, text, name) => {
    const made = document.createElement(tag);
    made.textContent = typeof text === "number" ? text.toLocaleString("en-GB") : text;
    made.className = name;
    row.append(made);
    return made;
  };
  const draw = () => {
    const [found, columns] = sums();
    const heads = [rows.value, split.value].filter(Boolean);
    const most = Math.max(1, ...[...found.values()].flatMap((row) => [...row.values()]));
    const total = new Map();
    const top = document.createElement("thead");
    const head = top.insertRow();
    heads.forEach((name) => cell(head, "th", name, "name"));
    cell(head, "th", "all", "number sum");
    columns.forEach((name) => cell(head, "th", name, "number"));
    const body = document.createElement("tbody");
    [...found.keys()].sort().forEach((key) => {
      const row = body.insertRow();
      const values = found.get(key);
      key.split("\u0001").forEach((id) => cell(row, "td", told(id), "name"));
      cell(row, "td", [...values.values()].reduce((a, b) => a + b, 0), "number sum");
      columns.forEach((name) => {
        const cars = values.get(name) ?? 0;
        total.set(name, (total.get(name) ?? 0) + cars);
        const made = cell(row, "td", cars || "", "number");
        if (cars) made.style.background = `rgba(29, 138, 153, ${(0.06 + (0.5 * cars) / most).toFixed(3)})`;
      });
    });
    const foot = document.createElement("tfoot");
    const last = foot.insertRow();
    heads.forEach((_, k) => cell(last, "td", k ? "" : "all", "name"));
    cell(last, "td", [...total.values()].reduce((a, b) => a + b, 0), "number sum");
    columns.forEach((name) => cell(last, "td", total.get(name) ?? "", "number"));
    table.replaceChildren(top, body, foot);
  };
  draw();
};
