"use strict";
// The line as it is: shops, sections with what their time goes to, places between them; a day of it to be played.
const drawPlant = (node, plant) => {
  const { shops, sections, minutes, inside, behind, states, day } = plant;
  const make = (tag, name, parent, text) => {
    const made = document.createElement(tag);
    made.className = name;
    if (text !== undefined) made.textContent = text;
    parent.append(made);
    return made;
  };
  const controls = make("div", "controls", node);
  const play = make("button", "", controls, "Play");
  const slider = make("input", "when", controls);
  Object.assign(slider, { type: "range", min: 0, max: minutes.length - 1, value: plant.start });
  slider.setAttribute("aria-label", "time of day");
  const clock = make("span", "clock", controls);
  const legend = make("span", "legend", controls);
  const explain = (parent, mark, text) => {
    const entry = make("span", "entry", parent);
    const made = make("i", mark, entry);
    entry.append(text);
    return made;
  };
  states.forEach(({ name, colour }) => (explain(legend, "", name).style.background = colour));
  const kinds = make("div", "legend kinds", node);
  [...new Set(sections.map(({ kind }) => kind))].forEach((kind) =>
    explain(kinds, kind.replace(" ", "-"), kind));
  if (sections.some(({ beside, fork }) => beside && !fork)) explain(kinds, "beside", "branches beside each other");
  const line = make("div", "plant", node);
  const boxes = shops.map((shop) => {
    const row = make("div", "shop", line);
    make("div", "shopname", row, shop);
    return make("div", "row", row);
  });
  // Branches stand under each other within the row; a sub-line has a row of its own behind its shop.
  const aside = new Map();
  const rowOf = ({ shop, beside, branch, fork, join }) => {
    if (!beside) return boxes[shop];
    const key = `${beside}/${branch}`;
    if (aside.has(key)) return aside.get(key);
    let row;
    if (fork) {
      const line = make("div", "shop subline", boxes[shop].parentNode.parentNode);
      boxes[shop].parentNode.after(line);
      make("div", "shopname", line, `${beside}: begun behind ${fork}, into ${join}`);
      row = make("div", "row", line);
    } else {
      const block = aside.get(beside) ?? make("div", "block", boxes[shop]);
      block.title = beside;
      aside.set(beside, block);
      row = make("div", "row", block);
    }
    aside.set(key, row);
    return row;
  };
  const drawn = sections.map((section) => {
    const parent = rowOf(section);
    const box = make("div", `section ${section.kind.replace(" ", "-")}`, parent);
    make("div", "name", box, section.name).title = section.name;
    const bar = make("div", "states", box);
    section.shares.forEach((share, k) => {
      const part = make("i", "", bar);
      Object.assign(part.style, { width: `${share}%`, background: states[k].colour });
      part.title = `${states[k].name} ${share.toFixed(1)} %`;
    });
    const places = make("div", "places", box);
    const fill = make("i", "", places);
    const count = make("span", "count", places);
    const gap = make("div", "gap", parent);
    const between = make("i", "", gap);
    make("span", "capacity", gap, section.behind === null ? "" : `of ${section.behind}`);
    const lying = make("span", "count", gap);
    return { box, fill, count, gap, between, lying };
  });
  const share = (cars, places) => Math.min(100, (100 * cars) / Math.max(places ?? 40, cars, 1));
  const show = () => {
    const k = +slider.value;
    const minute = minutes[k];
    clock.textContent = `${day} ${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
    sections.forEach((section, s) => {
      const { box, fill, count, gap, between, lying } = drawn[s];
      const [here, after] = [inside[s][k], behind[s][k]];
      fill.style.width = `${share(here, section.inside)}%`;
      count.textContent = `${here} of ${section.inside}`;
      between.style.height = `${share(after, section.behind)}%`;
      lying.textContent = after;
      gap.title = `${after} cars behind ${section.name}, places: ${section.behind ?? "no limit"}`;
      box.classList.toggle("empty", here === 0);
      gap.classList.toggle("full", section.behind !== null && section.behind > 0 && after >= section.behind);
    });
  };
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    play.textContent = "Play";
  };
  play.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Stop";
    timer = setInterval(() => {
      slider.value = (+slider.value + 1) % minutes.length;
      show();
    }, 100);
  });
  slider.addEventListener("input", show);
  show();
};
