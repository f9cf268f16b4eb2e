"""A deck as one HTML page that needs nothing else: no network, no fonts, no scripts or pictures from elsewhere.

What the page is made of, for styles, for programs and for tests:

* `html[data-layout="deck"|"page"]`, and while it is shown `data-theme="light"|"dark"` and `class="black"`;
* `main > section.slide` in order, each with `id` (`step-7`, `step-7-2`, `losses`; of a variant `v2-step-7`),
  `data-anchor` (the same without variant), `data-step`, `data-part` and `data-variants` (`"0 2"`: the variants that it
  belongs to). The slide that is shown has no `hidden`; `html[data-step]`, `[data-anchor]`, `[data-line]` (how many
  lines are revealed), `[data-lines]` (how many there are) and `[data-variant]` say where the deck is;
* in a slide `h2.stage`, `.what`, `.recall`, `.rows > .row`, `.value`, `.reading`, `figure.network` with an `svg` and a
  `table`, `.blocks`. Whatever is revealed has `data-reveal` (the number of its key press, from 1) and, once it is seen,
  the class `shown`; what must not be broken is in `.kept`; `data-say` is what the live region `#live` then announces;
* `footer` with `#back`, `#next`, `#count`, `#variants button[data-variant]`; `dialog#help`, `dialog#overview`
  (`a[href="#step-7"]`), `div#black`, `#digits` (the number typed so far).
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Literal, TextIO
from xml.etree.ElementTree import Element

from backtrace.formats.elements import element, markup, said
from backtrace.formats.html_labels import Written, written_on
from backtrace.formats.html_network import Network
from backtrace.formats.html_slides import reveals, section_of
from backtrace.formats.safe import printable
from backtrace.lesson.varying import Variant

PageLayout = Literal["deck", "page"]


def print_html(variants: Sequence[Variant], stream: TextIO, layout: PageLayout = "deck", watched: str = "") -> None:
    """Print the page; the first variant is shown first. With `watched` it asks that address whether it has changed."""
    script, style = _file("deck_network.js") + _file("deck.js"), _file("deck.css")
    placed = _Placed(variants)
    sections = [section for group in placed.groups() for section in group]
    data = _data({"watched": watched, "networks": placed.networks, "states": placed.states})
    title = printable(variants[0].deck.title)
    head = element(
        "head", None,
        element("meta", {"charset": "utf-8"}),
        element("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(script, style, bool(watched))}),
        element("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        element("meta", {"name": "generator", "content": "backtrace"}),
        element("title", None, title),
        _raw("style", style),
    )  # fmt: skip
    body = element("body", None, element("main", None, element("h1", {"class": "sr"}, title), *sections),
                   *_furniture(variants), _raw("script", data, {"type": "application/json", "id": "data"}),
                   _raw("script", script))  # fmt: skip
    page = element("html", {"lang": "en", "data-layout": layout, "data-steps": str(variants[0].deck.steps)}, head, body)
    print("<!DOCTYPE html>\n" + markup(page), file=stream)


def _file(name: str) -> str:
    return files("backtrace.formats").joinpath(name).read_text("utf-8")


def _raw(tag: str, text: str, attributes: dict[str, str] | None = None) -> Element:
    """A style or a script, whose text is no markup."""
    made = element(tag, attributes)
    made.text = text
    return made


def _data(values: Mapping[str, Any]) -> str:
    """JSON that cannot end the element that it stands in, every item of a list on a line of its own."""

    def written(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")

    parts = {name: "[" + ",\n".join(map(written, value)) + "]" if isinstance(value, list) else written(value)
             for name, value in values.items()}  # fmt: skip
    return "{" + ",\n".join(f"{written(name)}:{part}" for name, part in parts.items()) + "}"


def _policy(script: str, style: str, is_watched: bool) -> str:
    """What the page may load: its own script and style, by their digests; while watched, the server's word."""
    digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (script, style))
    allowed = dict(zip(("script-src", "style-src"), (f"'sha256-{digest}'" for digest in digests), strict=True))
    if is_watched:
        allowed["connect-src"] = "'self'"
    rules = {"default-src": "'none'", **allowed, "base-uri": "'none'", "form-action": "'none'"}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class _Placed:
    """The slides of all variants; one that is the same in several is there once."""

    def __init__(self, variants: Sequence[Variant]) -> None:
        self.variants = variants
        self.networks: list[Any] = []
        self.states: list[Any] = []
        self.marks: dict[tuple[int, str], str] = {}
        self._draw()

    def groups(self) -> list[list[Element]]:
        """The sections of each place in the deck, with the variants that each belongs to."""
        base = {slide.anchor: slide for slide in self.variants[0].deck.slides}
        found: dict[str, dict[str, Element]] = {}
        for number, variant in enumerate(self.variants):
            for slide in variant.deck.slides:
                mark = self.marks.get((number, slide.anchor), "")
                was = base.get(slide.anchor) if number else None
                section = section_of(slide, variant.deck.steps, mark, was)
                same = found.setdefault(slide.anchor, {})
                key = markup(section)
                if key in same:
                    same[key].set("data-variants", f"{same[key].get('data-variants')} {number}")
                    continue
                _identify(section, slide.anchor, number)
                same[key] = section
        order = sorted(found, key=self._place)
        return [list(found[anchor].values()) for anchor in order]

    def _place(self, anchor: str) -> tuple[int, int, int]:
        """Where in the deck slides of that anchor stand."""
        slides = [slide for variant in self.variants for slide in variant.deck.slides if slide.anchor == anchor]
        return slides[0].step, int(not anchor.startswith("step-")), slides[0].part

    def _draw(self) -> None:
        """Lay out the networks, those of the same neurons and edges together, and number what each slide shows."""
        alike: dict[tuple[str, ...], dict[tuple[int, str], Written]] = {}
        for number, variant in enumerate(self.variants):
            for slide in variant.deck.slides:
                written = written_on(variant.trace, slide, reveals(slide))
                if written:
                    alike.setdefault(written.parts, {})[number, slide.anchor] = written
        for place, group in enumerate(alike.values()):
            network = Network(list(group.values()))
            self.networks.append(network.geometry())
            for number, (key, written) in enumerate(group.items()):
                state = {"of": place, **network.state(number, written)}
                if state not in self.states:
                    self.states.append(state)
                self.marks[key] = str(self.states.index(state))


def _identify(section: Element, anchor: str, variant: int) -> None:
    name = f"v{variant}-{anchor}" if variant else anchor
    section.set("id", name)
    section.set("data-variants", str(variant))


def _furniture(variants: Sequence[Variant]) -> list[Element]:
    """What stands beside the slides: the bar below them, the overview, the keys, and the live region."""
    choices = [said("button", each.name, {"type": "button", "data-variant": str(number)})
               for number, each in enumerate(variants)] if len(variants) > 1 else []  # fmt: skip
    bar = element(
        "footer", None,
        element("nav", {"aria-label": "Slides"},
                element("button", {"type": "button", "id": "back", "aria-label": "Back"}, "‹"),
                element("output", {"id": "count"}),
                element("button", {"type": "button", "id": "next", "aria-label": "Next line"}, "›")),
        element("span", {"id": "digits"}),
        element("progress", {"id": "progress", "max": "1", "value": "0", "aria-label": "How far the deck is"}),
        element("div", {"id": "variants", "role": "group", "aria-label": "Variants"}, *choices) if choices else None,
        element("button", {"type": "button", "id": "list", "aria-label": "Overview"}, "≡"),
        element("button", {"type": "button", "id": "keys", "aria-label": "Keys"}, "?"),
    )  # fmt: skip
    overview = element("dialog", {"id": "overview", "aria-label": "Overview"}, element("nav", {"aria-label": "Steps"}),
                       element("button", {"type": "button", "class": "close"}, "Close"))  # fmt: skip
    return [bar, overview, _help(), element("div", {"id": "black"}),
            element("div", {"id": "live", "class": "sr", "role": "status", "aria-live": "polite"})]  # fmt: skip


_KEYS = (
    ("→ ↓ space, Page Down, click", "next line or slide; the value takes a key of its own"),
    ("← ↑, Page Up", "back"),
    ("Home, End", "first slide, last slide"),
    ("12 Enter", "go to step 12"),
    ("o", "overview of all steps"),
    ("v, Alt and a digit", "next variant, that variant"),
    ("f, F5", "full screen"),
    ("b", "black, and back"),
    ("t", "light or dark"),
    ("+ − 0", "larger, smaller, as large as fits"),
    ("?", "these keys"),
)


def _help() -> Element:
    rows = [element("tr", None, element("th", {"scope": "row"}, keys), element("td", None, does))
            for keys, does in _KEYS]  # fmt: skip
    close = element("button", {"type": "button", "class": "close"}, "Close")
    title = element("h2", {"id": "help-title"}, "Keys")
    table = element("table", None, element("tbody", None, *rows))
    return element("dialog", {"id": "help", "aria-labelledby": "help-title"}, title, table, close)
