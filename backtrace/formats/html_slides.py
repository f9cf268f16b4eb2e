"""One slide as a section of a page: what is told at once, then its rows with the key presses that reveal them."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backtrace.formats.elements import element, in_words, said
from backtrace.formats.html_blocks import block_of, recall_of, row_of, spoken
from backtrace.formats.safe import printable
from backtrace.lesson.slides import Slide


def section_of(slide: Slide, steps: int, state: str, was: Slide | None = None) -> Element:
    """One slide of so many steps; `state` is the number of what its network shows, empty where it has none.

    `was` is the slide in the same place of the first variant, whose values are told beside new ones.
    """
    part = f"{slide.part} of {slide.parts}" if slide.parts > 1 else ""
    where = ", ".join(filter(None, (slide.place, part)))
    data = {
        "class": "slide", "data-anchor": slide.anchor, "data-step": str(slide.step), "data-part": str(slide.part),
        "data-count": f"{slide.step} / {steps}" if 0 < slide.step <= steps else "",
        "aria-label": printable(f"{slide.stage}, {slide.anchor.replace('-', ' ')}"),
    }  # fmt: skip
    header = element("header", None, element("h2", {"class": "stage"}, slide.stage),
                     element("p", {"class": "place"}, where) if where else None)  # fmt: skip
    network = element("figure", {"class": "network", "data-state": state}, _caption(slide)) if state else None
    return element("section", data, header, network, element("div", {"class": "told"}, *_told(slide, was)))


def reveals(slide: Slide) -> dict[int, int]:
    """With how many key presses the value of each row that has one is seen."""
    return {number: value for number, (_, value) in enumerate(_presses(slide)) if slide.rows[number].value}


def _presses(slide: Slide) -> Iterator[tuple[int, int]]:
    """The key press that reveals each row, and the one that reveals its value: the same where it is all there is."""
    pressed = 0
    for row in slide.rows:
        first = pressed + 1
        pressed += bool(row.forms) + bool(row.value)
        yield first, pressed


def _told(slide: Slide, was: Slide | None) -> Iterator[Element]:
    """What stands beside the network, in order."""
    if slide.name:
        yield said("p", (slide.name, " ", *slide.why), {"class": "what"})
    if slide.recall:
        yield recall_of(slide.recall)
    if slide.rows:
        yield element("div", {"class": "rows"}, *_rows(slide, was))
    last = max((value for _, value in _presses(slide)), default=0)
    reveal = {"class": "reading", "data-reveal": str(last or "")}
    if slide.omitted:
        yield element("p", reveal, f"… and {slide.omitted} more entries")
    if slide.reading:
        yield said("p", slide.reading, {**reveal, "data-say": in_words(slide.reading) if last else ""})
    if slide.blocks:
        yield element("div", {"class": "blocks"}, *(each for block in slide.blocks for each in block_of(block)))


def _rows(slide: Slide, was: Slide | None) -> Iterator[Element]:
    target = None
    for row, (first, second) in zip(slide.rows, _presses(slide), strict=True):
        target = row.target or target
        forms, value = spoken(row, target)
        of_value = {"data-reveal": str(second), "data-say": value} if row.forms and row.value else None
        made = row_of(row, {"data-reveal": str(first), "data-say": forms or value}, of_value)
        if was is not None and row.value is not None and row.entry is not None:
            before = next((r.value for r in was.rows if r.value and r.entry and r.entry.key == row.entry.key), None)
            if before is not None and before.linear("text") != row.value.linear("text"):
                made.findall(".//span[b]")[-1].append(element("small", {"class": "was"}, " was ", *before.factors))
        yield made


def _caption(slide: Slide) -> Element | None:
    return said("figcaption", slide.picture.after.caption) if slide.picture else None
