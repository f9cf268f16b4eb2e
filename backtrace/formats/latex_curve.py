"""A series of numbers as a picture that plain LaTeX draws, with axes and round numbers on them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from backtrace.formats.curve import round_steps, scale_of, thinned
from backtrace.formats.latex_text import escaped
from backtrace.lesson.blocks import Curve

_WIDE, _HIGH = 300, 120
_MOST_POINTS, _DOTS_TO = 80, 30
_TICKS = 6


def picture(block: Curve) -> str:
    """The curve, its title above the axis of its values, and below it what is counted."""
    scale = scale_of(block.values)
    top = len(scale.numbers) - 1
    last = block.first + len(block.values) - 1
    step = next(step for step in round_steps(1) if step * _TICKS >= last)
    ticks = math.ceil(last / step)
    x, y = thinned(block.first + np.arange(len(block.values)), np.asarray(scale.rows), _MOST_POINTS)
    points = [(a / (ticks * step) * _WIDE, b / top * _HIGH) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    drawn = [rf"\put(0,{row * _HIGH / top:.1f}){{\makebox(0,0)[r]{{{number}~}}}}" for row, number in
             enumerate(scale.numbers) if number]  # fmt: skip
    drawn += [rf"\put(0,{row * _HIGH / top:.1f}){{\line(-1,0){{3}}}}" for row in range(top + 1)]
    for tick in range(ticks + 1):
        place = f"{tick * _WIDE / ticks:.1f}"
        drawn.append(rf"\put({place},0){{\line(0,-1){{3}}}}\put({place},-11){{\makebox(0,0){{{tick * step:.0f}}}}}")
    drawn += [_segment(*ends) for ends in pairwise(points)]
    if len(points) <= _DOTS_TO:
        drawn += [rf"\put({a:.1f},{b:.1f}){{\circle*{{3}}}}" for a, b in points]
    body = "\n".join(drawn)
    return (
        "\\begin{center}\\footnotesize\\setlength{\\unitlength}{1pt}\n"
        f"\\begin{{picture}}({_WIDE},{_HIGH + 40})(0,-24)\n"
        f"\\put(0,0){{\\line(1,0){{{_WIDE}}}}}\\put(0,0){{\\line(0,1){{{_HIGH}}}}}\n"
        f"\\put(0,{_HIGH + 10}){{\\makebox(0,0){{{escaped(block.title)}}}}}\n"
        f"\\put({_WIDE // 2},-22){{\\makebox(0,0){{{escaped(block.along)}}}}}\n"
        f"{body}\n\\end{{picture}}\\end{{center}}"
    )


def _segment(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A straight line of any slope, which LaTeX draws as a curve without a bend."""
    (a, b), (c, d) = start, end
    return rf"\qbezier({a:.1f},{b:.1f})({(a + c) / 2:.1f},{(b + d) / 2:.1f})({c:.1f},{d:.1f})"
