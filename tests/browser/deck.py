"""A deck in the browser: where it is, and the boxes of all that is written on its slides.

The ids, classes and data that are read here are those that `formats/html.py` promises.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.chromium import Opened

OF_HEIGHT, SLIVER = 0.3, 1.5

Slide = Mapping[str, Any]
"""What is written on a slide, with its boxes, and how they stand to the screen."""

_PLACE = """() => {
  const {anchor, step, line, lines, variant} = document.documentElement.dataset;
  return [anchor, Number(step), Number(line), Number(lines), Number(variant ?? 0)];
}"""
_RECORD = f"""() => {{
  const place = {_PLACE};
  if (!window.placesSeen) addEventListener('keyup', () => placesSeen.push(place()));
  window.placesSeen = [place()];
  const lines = slide => [...slide.querySelectorAll('[data-reveal]')].map(part => Number(part.dataset.reveal));
  return [...document.querySelectorAll('section.slide')]
    .reduce((sum, slide) => sum + Math.max(0, ...lines(slide)) + 1, 0);
}}"""
_BOXES = (Path(__file__).parent / "boxes.js").read_text(encoding="utf-8").partition("\n")[2]


@dataclass(frozen=True)
class Place:
    """Where a deck is: the slide, its step, how many of its lines are revealed, and the variant."""

    anchor: str
    step: int
    line: int
    lines: int
    variant: int


def place(shown: Opened) -> Place:
    """Where the deck is."""
    return Place(*shown.get(_PLACE))


def walked(shown: Opened, key: str) -> list[Place]:
    """Where the deck is, and where each press of the key leads, one press more than it has lines and slides."""
    presses = shown.get(_RECORD)
    shown.press(*[key] * presses)
    return [Place(*each) for each in shown.get("() => placesSeen")]


def slides(shown: Opened) -> dict[str, Slide]:
    """What is written on every slide, by its anchor, with all of its lines revealed."""
    found: dict[str, Slide] = shown.get(_BOXES)
    assert found
    return found


def wrong(slide: Slide, may_scroll: bool) -> list[str]:
    """What of all that is written is cut, out of sight or in the way of something else.

    Where the page `may_scroll`, what is below can be reached, and what passes under the bar at its foot, too.
    """
    found = ["the page is wider than the screen"] if slide["isWider"] else []
    if slide["isHigher"] and not may_scroll:
        found.append("the page is higher than the screen")
    if slide["hides"] > 1:
        found.append("the bar at the foot hides the end of the page")
    for item in slide["written"]:
        left, top, right, bottom = item["box"]
        is_above_or_below = top < -1 or bottom > slide["height"] + 1
        is_beside = left < -1 or right > slide["width"] + 1
        if is_beside or (is_above_or_below and (item["stays"] or not may_scroll)):
            found.append(f"out of sight: {_named(item)}")
        edges = item["cut"]
        if left < edges[0] - 1 or top < edges[1] - 1 or right > edges[2] + 1 or bottom > edges[3] + 1:
            within = [round(edge) if math.isfinite(edge) else edge for edge in edges]
            found.append(f"cut: {_named(item)} by {within}")
    layers = ([i for i in slide["written"] if i["stays"] == stays] for stays in (True, False))
    groups = layers if may_scroll else (slide["written"],)
    return found + [each for group in groups for each in _overlaps(group)]


def _overlaps(written: list[Mapping[str, Any]]) -> Iterator[str]:
    """Pairs that share more than a sliver: the boxes of text reach above and below its letters."""
    ordered = sorted(written, key=lambda item: item["box"][1])
    for number, one in enumerate(ordered):
        for other in ordered[number + 1 :]:
            (left, top, right, bottom), (to_left, to_top, to_right, to_bottom) = one["box"], other["box"]
            if to_top >= bottom:
                break
            across = min(right, to_right) - max(left, to_left)
            down = min(bottom, to_bottom) - max(top, to_top)
            if across > SLIVER and down > OF_HEIGHT * min(bottom - top, to_bottom - to_top):
                yield f"{_named(one)} and {_named(other)} overlap by {across:.0f}×{down:.0f}"


def smallest(slide: Slide, *kinds: str) -> tuple[float, str]:
    """The size, in pixels, of the smallest letters of these kinds, and where they stand; of all kinds where none."""
    sizes = [(item["size"], _named(item)) for item in slide["written"] if not kinds or item["kind"] in kinds]
    return min(sizes, default=(math.inf, ""))


def _named(item: Mapping[str, Any]) -> str:
    return f"{item['kind']} {item['text']!r} at {[round(edge) for edge in item['box']]}"
