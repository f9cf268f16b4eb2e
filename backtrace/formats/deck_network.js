"use strict";
// The network beside a slide, drawn from what stands in the page's data once.
const SMALLEST = 16.2, isSmall = matchMedia("(max-width: 900px), (max-height: 500px)");
const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

function textAt(texts, lines) {
  if (Array.isArray(texts)) return [texts, false];
  const from = Math.max(...Object.keys(texts).map(Number).filter((n) => n <= lines));
  return [texts[from], from > 0];
}

// What has room where the letters are larger than the picture was laid out for.
function shortened(texts) {
  const short = texts.map((text) => text.replace("→ ", "→").replace(" = ", "="));
  return short.length > 1 && short[0].startsWith("∂") ? short.slice(1) : short;
}

function write(group, texts, x, y, height, name = "") {
  texts.forEach((text, n) =>
    group.append(svg("text", { x, y: y + (n - (texts.length - 1) / 2) * height + 10, class: name }, text)));
}

function arrow(group, [x1, y1, x2, y2], isMarked, isBack) {
  const [sx, sy, ex, ey] = isBack && isMarked ? [x2, y2, x1, y1] : [x1, y1, x2, y2];
  const length = Math.hypot(ex - sx, ey - sy), ux = (ex - sx) / length, uy = (ey - sy) / length;
  const long = isMarked ? 24 : 16, half = isMarked ? 12 : 7, fx = ex - ux * long, fy = ey - uy * long;
  group.append(svg("line", { x1: sx, y1: sy, x2: fx, y2: fy }));
  group.append(svg("polygon", { points: `${ex},${ey} ${fx - uy * half},${fy + ux * half} ${fx + uy * half},${fy - ux * half}` }));
}

function draw(section, lines) {
  const figure = section.querySelector(".network");
  if (!figure) return;
  const state = data.states[figure.dataset.state], net = data.networks[state.of], [width, least] = net.size;
  const picture = svg("svg", { viewBox: `0 0 ${width} ${least}`, "aria-hidden": "true", focusable: "false" });
  const kind = (name, isMarked, isNew) => ({ class: name + (isMarked ? " marked" : "") + (isNew ? " fresh" : "") });
  figure.querySelectorAll("svg, .sr").forEach((old) => old.remove());
  figure.prepend(picture, tableOf(state, net, lines));
  const scale = isSmall.matches ? picture.getScreenCTM()?.a || 1 : 1;
  const grown = Math.min(1.6, Math.max(1, SMALLEST / (net.font * scale)));
  const height = net.line * grown, more = (grown - 1) * 2 * net.line, labels = [];
  if (grown > 1) picture.style.fontSize = `${net.font * grown}px`;
  picture.setAttribute("viewBox", `0 0 ${width} ${least + more * 1.5}`);
  state.edges.forEach(([isMarked, texts, x, y], n) => {
    const group = svg("g", kind("edge", isMarked));
    arrow(group, net.edges[n], isMarked, state.flow === "backward");
    picture.append(group);
    if (x !== undefined) {
      const [full, isNew] = textAt(texts, lines), label = svg("g", kind("label", isMarked, isNew));
      const shown = grown > 1.1 ? shortened(full) : full;
      labelled(label, shown, x, y, height, grown);
      labels.push(label);
    }
  });
  picture.append(...labels);
  state.nodes.forEach(([isMarked, inside, below], n) => {
    const [x, y] = net.nodes[n], r = net.radius, [shown, isNew] = textAt(inside, lines), [full, isUnder] = textAt(below, lines);
    const under = grown > 1.1 ? full.map((text) => text.split(" = ").at(-1)) : full;
    const group = svg("g", kind("node", isMarked, isNew || isUnder));
    group.append(svg("circle", { cx: x, cy: y, r }));
    if (isMarked) group.append(svg("circle", { cx: x, cy: y, r: r - 5 }));
    write(group, shown, x, y, height);
    write(group, under, x, y + r + height / 2 + 3 + net.drop, height, "below");
    picture.append(group);
  });
  net.dots.forEach(([x, y]) => write(picture, ["⋮"], x, y, 0));
  net.titles.forEach(([x, y, text], n) => {
    const [name, below] = grown > 1 ? [text.replace(" layer", ""), state.below[n]?.replace("below: ", "↑ ")] : [text, state.below[n]];
    picture.append(svg("text", { x, y: y + more, class: "layer" }, name));
    if (below) picture.append(svg("text", { x, y: y + more + height, class: "layer" }, below));
  });
  if (grown > 1) clear(picture, labels, width);
}

function labelled(label, texts, x, y, height, grown) {
  const wide = Math.max(...texts.map((text) => text.replace(/\p{M}/gu, "").length)) * 16 * grown, high = texts.length * height;
  label.replaceChildren(svg("rect", { x: x - wide / 2, y: y - high / 2, width: wide, height: high }));
  write(label, texts, x, y, height);
}

// With letters larger than the picture was laid out for, what has no room is left out: it stands in the table. First
// the name of an edge goes, then its value; what takes part comes first.
function clear(picture, labels, width) {
  const taken = [], meets = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  const isFree = (box) => !taken.some((other) => meets(box, other));
  const isOf = (part, name) => part.classList.contains(name);
  picture.querySelectorAll(".node text").forEach((text) => taken.push(text.getBBox()));
  picture.querySelectorAll(".layer").forEach((text) => {
    const half = text.getBBox().width / 2, x = +text.getAttribute("x");
    text.setAttribute("x", Math.min(Math.max(x, half), width - half));
    if (isFree(text.getBBox())) taken.push(text.getBBox()); else text.remove();
  });
  [...labels].sort((a, b) => isOf(b, "marked") - isOf(a, "marked")).forEach((label) => {
    const texts = [...label.querySelectorAll("text")], box = () => texts.map((text) => text.getBBox());
    if (!box().every(isFree)) texts.shift().remove();
    if (texts.length && box().every(isFree)) taken.push(...box()); else label.remove();
  });
}

function tableOf(state, net, lines) {
  const around = document.createElement("div"), table = document.createElement("table");
  around.className = "sr";
  around.append(table);
  table.createCaption().textContent = "The network: neurons and edges";
  const row = (name, value, isMarked) => {
    const made = table.insertRow(), head = document.createElement("th");
    head.scope = "row";
    head.textContent = name;
    made.append(head);
    made.insertCell().textContent = value;
    made.insertCell().textContent = isMarked ? "takes part" : "";
  };
  state.nodes.forEach(([isMarked, inside, below], n) => {
    const [[name, value]] = textAt(inside, lines), [under] = textAt(below, lines);
    row(name, [value, ...under].filter(Boolean).join(", "), isMarked);
  });
  state.edges.forEach(([isMarked, texts], n) => {
    const [name, from, to] = net.ends[n], value = textAt(texts, lines)[0].filter((text) => text !== name);
    row(from ? `${name}, from ${from} to ${to}` : `${name}, into ${to}`, value.join(" "), isMarked);
  });
  return around;
}
