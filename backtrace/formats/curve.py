"""A series of numbers drawn: as a plot with axes (the only door to plotille), or in one line of block characters."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any

import numpy as np

from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Curve

_LEVELS = {"text": "▁▂▃▄▅▆▇█", "ascii": "_.:-=+*#"}
_COLUMNS = 60

_ROWS, _FEWEST_ROWS = 8, 4
_FLATTEST = 1e-2
_LINEAR = 100
_SPELT_OUT, _LARGE = 4, 1e5
# How plotille lays a figure out: a number under every tenth column, the numbers of y in ten columns of their own.
_BETWEEN_NUMBERS, _OF_NUMBERS, _OF_AXES = 10, 10, 9
_BRAILLE = range(0x2800, 0x2900)
_BLANKS = {_BRAILLE[0]: " "}
_STARS = dict.fromkeys(_BRAILLE, "*") | _BLANKS
_DOTS_ACROSS, _DOTS_DOWN = 2, 4


def curve(values: Sequence[float], language: Language, width: int) -> str:
    """The series as one line, the lowest value at the lowest level; long series are thinned out evenly."""
    columns = min(width, _COLUMNS)
    if len(values) > columns:
        values = [values[round(i * (len(values) - 1) / (columns - 1))] for i in range(columns)]
    low, high = min(values), max(values)
    levels = _LEVELS["ascii" if language == "ascii" else "text"]
    span = (high - low) or 1.0
    return "".join(levels[round((value - low) / span * (len(levels) - 1))] for value in values)


def plot(block: Curve, language: Language, width: int) -> list[str]:
    """The lines of a plot with axes and round numbers on them, at most so wide; logarithmic over two decades and more.

    A series that changes by less than a hundredth is drawn flat.
    """
    return list(_plotted(block, language, width))


@lru_cache(maxsize=8)
def _plotted(block: Curve, language: Language, width: int) -> tuple[str, ...]:
    """The lines, drawn once: whoever steps to the end of a long training again need not wait for them again."""
    import plotille  # noqa: PLC0415 (needed only where there is a curve)

    scale = scale_of(block.values)
    spare = _OF_NUMBERS - max(len(f"({block.title})") + 2, *map(len, scale.numbers))
    ticks = max(1, (width - _OF_NUMBERS - _OF_AXES - len(block.along) + max(spare, 0)) // _BETWEEN_NUMBERS)
    last = block.first + len(block.values) - 1
    step = next(step for step in round_steps(1) if step * ticks >= last)
    ticks = math.ceil(last / step)

    figure = plotille.Figure()
    figure.with_colors, figure.origin, figure.linesep = False, False, "\n"
    figure.width, figure.height = ticks * _BETWEEN_NUMBERS, len(scale.numbers) - 1
    figure.x_label, figure.y_label = block.along, block.title
    figure.set_x_limits(0, ticks * step)
    figure.set_y_limits(0, figure.height)
    figure.x_ticks_fkt = lambda value, _: f"{value:.0f}"
    figure.y_ticks_fkt = lambda value, _: scale.numbers[round(value)]
    x, y = thinned(block.first + np.arange(len(block.values)), scale.rows, 4 * figure.width)
    # What lies on the upper or right edge is drawn on the last dots before it; plotille would leave it out.
    right, top = ticks * step - step / _BETWEEN_NUMBERS / _DOTS_ACROSS, figure.height - 1 / _DOTS_DOWN
    figure.plot(np.minimum(x, right).tolist(), np.minimum(y, top).tolist())
    drawn = figure.show().translate(_STARS if language == "ascii" else _BLANKS)
    return tuple(line[max(spare, 0) :].rstrip() for line in drawn.split("\n"))


@dataclass(frozen=True)
class _Scale:
    """The rows of a plot: the number beside each line between them, from the bottom, and how high each value stands."""

    numbers: list[str]
    rows: Any


def scale_of(values: Sequence[float]) -> _Scale:
    """The scale that shows the values, with round numbers."""
    low, high = min(values), max(values)
    return _logarithmic(values) if low > 0 and high / low > _LINEAR else _linear(values, low, high)


def _linear(values: Sequence[float], low: float, high: float) -> _Scale:
    smallest = max((high - low) / _ROWS, _FLATTEST * max(abs(low), abs(high))) or 1.0
    step = next(step for step in round_steps(smallest) if math.ceil(high / step) - math.floor(low / step) <= _ROWS)
    bottom = math.floor(low / step)
    top = max(math.ceil(high / step), bottom + _FEWEST_ROWS)
    decimals = max(0, -math.floor(math.log10(step)))
    largest = max(abs(bottom), abs(top)) * step
    form = f".{decimals}f" if decimals <= _SPELT_OUT and largest < _LARGE else ".3g"
    return _Scale([f"{row * step:{form}}" for row in range(bottom, top + 1)], np.asarray(values) / step - bottom)


def _logarithmic(values: Sequence[float]) -> _Scale:
    powers = np.log10(values)
    bottom, top = math.floor(powers.min()), math.ceil(powers.max())
    decades = top - bottom
    each, together = max(1, _ROWS // decades), math.ceil(decades / _ROWS)
    numbers = [
        _power_of_ten(bottom + row * together // each) if row % each == 0 else ""
        for row in range(math.ceil(decades / together) * each + 1)
    ]
    return _Scale(numbers, (powers - bottom) * each / together)


def _power_of_ten(exponent: int) -> str:
    return f"{10.0**exponent:g}" if abs(exponent) <= _SPELT_OUT else f"1e{exponent:+03}"


def round_steps(smallest: float) -> Iterator[float]:
    """Steps of 1, 2 and 5 times a power of ten, from the first that is not smaller."""
    for exponent in count(math.floor(math.log10(smallest))):
        yield from (step for step in (factor * 10.0**exponent for factor in (1, 2, 5)) if step >= smallest)


def thinned(x: Any, y: Any, most: int) -> tuple[Any, Any]:
    """The series, or where it is long the lowest and the highest point of each part of it, so that no peak is lost."""
    if len(y) <= most:
        return x, y
    chosen = {0, len(y) - 1}
    for part in np.array_split(np.arange(len(y)), most // 2):
        chosen |= {int(part[np.argmin(y[part])]), int(part[np.argmax(y[part])])}
    places = sorted(chosen)
    return x[places], y[places]
