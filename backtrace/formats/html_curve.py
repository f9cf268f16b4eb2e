"""A series of numbers as a picture in a page, with axes, round numbers on them and a sentence for screen readers."""

from __future__ import annotations

import math
from xml.etree.ElementTree import Element

import numpy as np

from backtrace.formats.curve import round_steps, scale_of, thinned
from backtrace.formats.elements import element
from backtrace.lesson.blocks import Curve

_WIDE, _HIGH, _LEFT, _RIGHT, _TOP, _BELOW = 900, 420, 170, 70, 115, 120
_MOST_POINTS, _DOTS_TO, _TICKS = 400, 30, 6


def curve_of(block: Curve) -> Element:
    """The curve as an `svg` element."""
    scale = scale_of(block.values)
    top, last = len(scale.numbers) - 1, block.first + len(block.values) - 1
    step = next(step for step in round_steps(1) if step * _TICKS >= last)
    ticks = math.ceil(last / step)
    x, y = thinned(block.first + np.arange(len(block.values)), np.asarray(scale.rows), _MOST_POINTS)
    points = [(_LEFT + a / (ticks * step) * _WIDE, _TOP + _HIGH - b / top * _HIGH)
              for a, b in zip(x.tolist(), y.tolist(), strict=True)]  # fmt: skip
    ends = f"from {block.values[0]:.6g} to {block.values[-1]:.6g}"
    view = f"0 0 {_LEFT + _WIDE + _RIGHT} {_TOP + _HIGH + _BELOW}"
    title = element("title", None, f"The {block.title} goes {ends} in {len(block.values) - 1} {block.along}.")
    root = element("svg", {"class": "curve", "viewBox": view, "role": "img"}, title)
    for row, number in enumerate(scale.numbers):
        height = _TOP + _HIGH - row * _HIGH / top
        root.append(_line(_LEFT, height, _LEFT + _WIDE, height, "grid"))
        if number:
            root.append(_text(_LEFT - 14, height + 10, number, "end"))
    for tick in range(ticks + 1):
        place = _LEFT + tick * _WIDE / ticks
        root.append(_line(place, _TOP + _HIGH, place, _TOP + _HIGH + 8, "axis"))
        root.append(_text(place, _TOP + _HIGH + 46, f"{tick * step:,.0f}", "middle"))
    root.append(_line(_LEFT, _TOP + _HIGH, _LEFT + _WIDE, _TOP + _HIGH, "axis"))
    root.append(_line(_LEFT, _TOP, _LEFT, _TOP + _HIGH, "axis"))
    root.append(_text(_LEFT, _TOP - 60, block.title, "middle"))
    root.append(_text(_LEFT + _WIDE / 2, _TOP + _HIGH + 106, block.along, "middle"))
    root.append(element("polyline", {"points": " ".join(f"{a:.1f},{b:.1f}" for a, b in points)}))
    if len(points) <= _DOTS_TO:
        root.extend([element("circle", {"cx": f"{a:.1f}", "cy": f"{b:.1f}", "r": "6"}) for a, b in points])
    return root


def _line(x1: float, y1: float, x2: float, y2: float, name: str) -> Element:
    ends = {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
    return element("line", {"class": name, **{key: f"{value:.1f}" for key, value in ends.items()}})


def _text(x: float, y: float, text: str, anchor: str) -> Element:
    return element("text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "text-anchor": anchor}, text)
