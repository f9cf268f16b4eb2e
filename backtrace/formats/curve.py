"""A series of numbers drawn in one line of block characters."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.formula.writing import Language

_LEVELS = {"text": "▁▂▃▄▅▆▇█", "ascii": "_.:-=+*#"}
_COLUMNS = 60


def curve(values: Sequence[float], language: Language, width: int) -> str:
    """The series as one line, the lowest value at the lowest level; long series are thinned out evenly."""
    columns = min(width, _COLUMNS)
    if len(values) > columns:
        values = [values[round(i * (len(values) - 1) / (columns - 1))] for i in range(columns)]
    low, high = min(values), max(values)
    levels = _LEVELS["ascii" if language == "ascii" else "text"]
    span = (high - low) or 1.0
    return "".join(levels[round((value - low) / span * (len(levels) - 1))] for value in values)
