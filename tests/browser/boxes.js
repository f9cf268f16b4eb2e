// Every slide of a deck with all of its lines revealed, and on each the boxes of all that is written and seen.
() => {
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const shortened = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);

  // The edges that cut what stands in an element; none for what only screen readers meet.
  let known = new Map();
  function edges(element) {
    if (!element || element === document.body) return [-Infinity, -Infinity, Infinity, Infinity];
    if (!known.has(element)) known.set(element, edgesOf(element, edges(element.parentElement)));
    return known.get(element);
  }

  function edgesOf(element, around) {
    const style = getComputedStyle(element);
    if (style.clipPath !== "none" || !around) return null;
    let [left, top, right, bottom] = around;
    const box = element.getBoundingClientRect();
    if (style.overflowX !== "visible") [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    if (style.overflowY !== "visible") [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    return [left, top, right, bottom];
  }

  function textsIn(element) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT), found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    return found;
  }

  function measured() {
    const written = [];
    known = new Map();
    const add = (kind, element, text, boxes, size) => {
      const cut = edges(element);
      for (const { left, top, right, bottom } of cut ? boxes : [])
        if (right - left > 0.5 && bottom - top > 0.5)
          written.push({ kind, text: shortened(text), size, cut, box: [left, top, right, bottom],
            stays: Boolean(element.closest("footer")) });
    };
    const sizeOf = (element) => parseFloat(getComputedStyle(element).fontSize);
    const shown = [...document.querySelectorAll("main > section:not([hidden]), body > :not(main, script)")];
    const all = (selector) => shown.flatMap((part) => [...part.querySelectorAll(selector)]);
    for (const math of all("math")) {
      const isLine = math.closest(".rows, .given, .recall") && !math.closest("small, .beside");
      if (seen(math)) add(isLine ? "line" : "math", math, math.textContent, [math.getBoundingClientRect()], sizeOf(math));
    }
    for (const text of all("svg text")) {
      const { a, b } = text.getScreenCTM() ?? {};
      if (seen(text) && text.textContent.trim())
        add("label", text, text.textContent, [text.getBoundingClientRect()], sizeOf(text) * Math.hypot(a, b));
    }
    for (const node of shown.flatMap(textsIn)) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("math, svg, script, style") || !seen(parent)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      add("text", parent, node.data, range.getClientRects(), sizeOf(parent));
    }
    const root = document.scrollingElement;
    scrollTo(0, root.scrollHeight);
    const told = [...document.querySelectorAll("section:not([hidden]) .told *")];
    const last = Math.max(...told.map((part) => part.getBoundingClientRect().bottom));
    const foot = document.querySelector("footer").getBoundingClientRect().top;
    scrollTo(0, 0);
    const scrolls = getComputedStyle(document.body).overflow !== "hidden";
    return { written, width: innerWidth, height: innerHeight, isWider: scrolls && root.scrollWidth > innerWidth + 1,
      isHigher: scrolls && root.scrollHeight > innerHeight + 1, hides: last - foot };
  }

  const found = {};
  const { dataset } = document.documentElement;
  for (const anchor of new Set([...document.querySelectorAll(".slide")].map((slide) => slide.dataset.anchor))) {
    history.replaceState(null, "", `#${anchor}/all`);  // which waits for nothing, as an address that is entered does
    dispatchEvent(new Event("hashchange"));
    if (dataset.anchor !== anchor || dataset.line !== dataset.lines) throw Error(`${anchor} is not shown`);
    found[anchor] = measured();
  }
  return found;
}
