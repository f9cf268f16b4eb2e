// The deck: which slide is shown, how many of its lines are revealed, and the network beside them.
const page = document.documentElement;
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const sections = [...document.querySelectorAll("section.slide")];
const isDeck = page.dataset.layout === "deck";
let variant = 0, slides = [], at = 0, line = 0, shown = null, digits = "";

// ---- Which slide, and how much of it.
const slide = () => slides[at];
const reveals = (section) => Math.max(0, ...[...section.querySelectorAll("[data-reveal]")].map((e) => +e.dataset.reveal));
const settings = {
  get: (name) => { try { return localStorage.getItem(`backtrace-${name}`); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(`backtrace-${name}`, value); } catch { /* it may be forbidden */ } },
};

function choose(number) {
  variant = number;
  slides = sections.filter((section) => section.dataset.variants.split(" ").includes(String(number)));
  document.querySelectorAll("#variants button").forEach((button) =>
    button.setAttribute("aria-pressed", button.dataset.variant === String(number)));
}

function show(place, lines, speaks) {
  const before = shown;
  at = Math.min(Math.max(place, 0), slides.length - 1);
  const now = shown = slide(), all = reveals(now), from = now === before ? line : 0;
  line = Math.min(lines, all);
  sections.forEach((section) => { section.hidden = section !== now; });
  const news = [];
  now.querySelectorAll("[data-reveal]").forEach((part) => {
    const isShown = +part.dataset.reveal <= line;
    if (isShown && !part.classList.contains("shown") && +part.dataset.reveal > from) news.push(part);
    part.classList.toggle("shown", isShown);
  });
  draw(now, line);
  Object.assign(page.dataset, { step: now.dataset.step, anchor: now.dataset.anchor, line, lines: all, variant });
  $("count").textContent = now.dataset.count || `${at + 1} of ${slides.length} slides`;
  $("progress").value = (at + (all ? line / all : 1)) / slides.length;
  if (location.hash !== `#${now.dataset.anchor}`) history.replaceState(null, "", `#${now.dataset.anchor}`);
  history.replaceState({ line, variant }, "");
  if (now !== before) fit(now);
  if (!speaks) return;
  if (now !== before) $("live").textContent = [".stage", ".what"].map((q) => now.querySelector(q)?.textContent ?? "").join(". ");
  else if (news.length) {
    $("live").textContent = news.map((part) => part.dataset.say ?? "").filter(Boolean).join(". ");
    news.at(-1).scrollIntoView({ block: "nearest" });
  }
}

// As large as fits: at most 1.5 times the least size that the last row of a hall can read, then as airy as fits. Rows
// that do not fit in their line even at that size are broken; only if that does not do, letters get smaller than that.
const SIZES = [1.5, 1.4, 1.3, 1.2, 1.15, 1.1, 1.05, 1], SMALL = [0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6];
const AIRS = [0.6, 0.5, 0.4, 0.3, 0.2, 0.1];

function fit(section) {
  const told = section.querySelector(".told");
  if (!told) return;
  if (getComputedStyle(section).display !== "grid") return void told.removeAttribute("style");
  const fits = (name) => (size) => {
    told.style.setProperty(name, size);
    return told.scrollHeight <= told.clientHeight && told.scrollWidth <= told.clientWidth;
  };
  const sizes = told.querySelector(".long") ? SIZES.slice(3) : SIZES;
  told.style.setProperty("--air", 0);
  told.classList.remove("wraps");
  if (!largest(sizes, fits("--fit"))) {
    told.classList.add("wraps");
    largest([...SIZES.slice(-4), ...SMALL], fits("--fit"));
  }
  if (!largest(AIRS, fits("--air"))) told.style.setProperty("--air", 0);
  if (told.scrollHeight > told.clientHeight + 1) told.tabIndex = 0; else told.removeAttribute("tabindex");
}

// The first of the sizes, which fall, that fits; whether there is one. It is set, or else the last.
function largest(sizes, fits) {
  let from = 0, to = sizes.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (fits(sizes[middle])) to = middle; else from = middle + 1;
  }
  return fits(sizes[Math.min(from, sizes.length - 1)]);
}

const forward = () => line < reveals(slide()) ? show(at, line + 1, true) : at < slides.length - 1 && show(at + 1, 0, true);
const back = () => line > 0 ? show(at, line - 1, true) : at > 0 && show(at - 1, Infinity, true);

function go(anchor, lines = 0) {
  const place = slides.findIndex((section) => section.dataset.anchor === anchor);
  if (place >= 0) show(place, lines, true);
  return place >= 0;
}

function toVariant(number) {
  const { anchor } = slide().dataset, lines = line, step = slide().dataset.step;
  if (!document.querySelector(`#variants button[data-variant="${number}"]`)) return;
  choose(number);
  const place = slides.findIndex((section) => section.dataset.anchor === anchor);
  show(place >= 0 ? place : Math.max(0, slides.findLastIndex((section) => +section.dataset.step <= +step)), lines, true);
}

function fromAddress() {
  const [anchor, lines] = location.hash.slice(1).split("/");
  const kept = history.state ?? {};
  choose(kept.variant ?? variant);
  const place = slides.findIndex((section) => section.dataset.anchor === anchor);
  show(Math.max(place, 0), lines === "all" ? Infinity : +(lines ?? kept.line ?? 0) || 0, false);
}

// ---- Keys, clicks and touch.
function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else page.requestFullscreen?.();
}

function theme(name) {
  page.dataset.theme = name;
  settings.set("theme", name);
}

function zoom(size) {
  const chosen = Math.min(2.5, Math.max(0.5, size));
  page.style.setProperty("--zoom", chosen);
  settings.set("zoom", chosen);
  if (isDeck) fit(slide());
}

const zoomed = () => +getComputedStyle(page).getPropertyValue("--zoom") || 1;
const isDark = () => page.dataset.theme ? page.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

function overview() {
  const list = $("overview").querySelector("nav");
  list.replaceChildren();
  let stage = "";
  slides.filter((section) => section.dataset.part === "1").forEach((section) => {
    const title = section.querySelector(".stage").textContent;
    const place = section.querySelector(".place")?.textContent.split(", ")[0] ?? "";
    const heading = /^update/.test(place) ? `${title}, ${place}` : title;
    if (heading !== stage && +section.dataset.step) list.append(Object.assign(document.createElement("h3"), { textContent: heading }));
    stage = heading;
    const link = Object.assign(document.createElement("a"), { href: `#${section.dataset.anchor}` });
    const name = section.querySelector(".what > .m");
    link.append(section.dataset.count ? `${section.dataset.step}  ` : "", name ? name.cloneNode(true) : title);
    if (section.dataset.step === slide().dataset.step) link.setAttribute("aria-current", "step");
    list.append(link);
  });
  $("overview").showModal();
  (list.querySelector("[aria-current]") ?? list.querySelector("a")).focus();
}

const KEYS = {
  ArrowRight: forward, ArrowDown: forward, " ": forward, PageDown: forward, ArrowLeft: back, ArrowUp: back, PageUp: back,
  Backspace: back, Home: () => show(0, 0, true), End: () => show(slides.length - 1, Infinity, true), o: overview,
  f: fullScreen, F5: fullScreen, b: () => page.classList.toggle("black"), ".": () => page.classList.toggle("black"),
  v: () => toVariant((variant + 1) % Math.max(1, document.querySelectorAll("#variants button").length)),
  t: () => theme(isDark() ? "light" : "dark"), "+": () => zoom(zoomed() + 0.1), "=": () => zoom(zoomed() + 0.1),
  "-": () => zoom(zoomed() - 0.1), "0": () => zoom(1), "?": () => $("help").showModal(),
};
const OF_PAGE = ["t", "+", "=", "-", "0", "f"];

function moveInOverview(key) {
  const links = [...$("overview").querySelectorAll("a")], now = links.indexOf(document.activeElement);
  const to = { ArrowRight: now + 1, ArrowDown: now + 1, PageDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1,
    PageUp: now - 1, Home: 0, End: links.length - 1 }[key];
  if (to !== undefined) links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
  else if (key === "o") $("overview").close();
  return to !== undefined || key === "o";
}

function pressed(event) {
  const { key } = event, button = event.target.closest?.("button, a, summary");
  if (event.ctrlKey || event.metaKey) return;
  if ($("overview").open) { if (moveInOverview(key)) event.preventDefault(); return; }
  if ($("help").open) { if (key === "?") $("help").close(); return; }
  if (page.classList.contains("black")) { page.classList.remove("black"); event.preventDefault(); return; }
  if (event.altKey) {
    const digit = /^Digit([1-9])$/.exec(event.code) ?? /^([1-9])$/.exec(key);
    if (digit) { toVariant(+digit[1] - 1); event.preventDefault(); }
    return;
  }
  if (!isDeck && !OF_PAGE.includes(key)) return;
  if (isDeck && /^[0-9]$/.test(key) && (digits || key !== "0")) return typed(digits + key);
  if (key === "Enter" && digits) { go(`step-${+digits}`); event.preventDefault(); return typed(""); }
  if (key === "Escape") return typed("");
  typed("");
  if (button && (key === " " || key === "Enter")) return;
  const act = KEYS[key] ?? KEYS[key.toLowerCase()];
  if (act) { event.preventDefault(); act(); }
}

function typed(text) {
  digits = text.slice(0, 7);
  $("digits").textContent = digits && `→ ${digits}`;
}

let touched = null;
function swiped(event) {
  const end = event.changedTouches[0], start = touched;
  touched = null;
  if (!start) return;
  const dx = end.clientX - start.clientX, dy = end.clientY - start.clientY;
  if (Math.abs(dx) > 40 && Math.abs(dx) > 1.5 * Math.abs(dy)) (dx < 0 ? forward : back)();
}

function clicked(event) {
  const close = event.target.closest(".close"), link = event.target.closest("#overview a");
  if (close) return close.closest("dialog").close();
  if (link) { event.preventDefault(); $("overview").close(); return void go(link.getAttribute("href").slice(1)); }
  if (event.target.closest("button, a, dialog, footer") || String(getSelection())) return;
  if (page.classList.contains("black")) return page.classList.remove("black");
  (event.clientX < innerWidth / 4 ? back : forward)();
}

// ---- The beginning; and while the scenario is watched, the page that takes this one's place when it has changed.
const everything = () => sections.forEach((section) => draw(section, Infinity));

async function watch(address, version) {
  const said = await fetch(address, { cache: "no-store" }).then((answer) => answer.text()).catch(() => version);
  if (version !== undefined && said !== version) location.reload();
  else setTimeout(watch, 500, address, said);
}

const kept = settings.get("theme"), size = settings.get("zoom");
if (kept === "light" || kept === "dark") page.dataset.theme = kept;
document.addEventListener("keydown", pressed);
addEventListener("beforeprint", everything);
if (isDeck) {
  page.classList.add("deck");
  choose(0);
  fromAddress();
  if (size) zoom(+size);
  addEventListener("hashchange", fromAddress);
  addEventListener("resize", () => { draw(slide(), line); fit(slide()); });
  document.addEventListener("click", clicked);
  document.addEventListener("touchstart", (event) => { touched = event.touches.length === 1 ? event.touches[0] : null; }, { passive: true });
  document.addEventListener("touchend", swiped);
  $("back").addEventListener("click", back);
  $("next").addEventListener("click", forward);
  $("list").addEventListener("click", overview);
  $("keys").addEventListener("click", () => $("help").showModal());
  document.querySelectorAll("#variants button").forEach((button) =>
    button.addEventListener("click", () => toVariant(+button.dataset.variant)));
  document.fonts?.ready.then(() => fit(slide()));
} else {
  if (size) page.style.setProperty("--zoom", size);
  everything();
}
if (data.watched) watch(data.watched);
