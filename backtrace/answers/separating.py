"""The line to ask for next: where the mistakes that may have been made give different numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from backtrace.answers.judgement import Judged, Judgement
from backtrace.answers.working import Key, Working
from backtrace.formula.evaluate import FLOATS

_MOST, _APART = 8, 1e-3


def separating(judgement: Judgement, line: Judged, asked: Iterable[Key]) -> Key | None:
    """Of the lines that may be asked for, the one where most of a wrong line's explanations part.

    None where it has one explanation, or no line tells them apart.
    """
    best = [each for each in line.explanations if each.support == line.explanations[0].support][:_MOST]
    names = {each.name for each in best}
    if len(names) < 2:  # noqa: PLR2004
        return None
    known = {key: entries for key, entries in judgement.written().items() if key != line.key}
    workings = [Working(judgement.trace, FLOATS, known).with_changes(each.changed) for each in best]
    parted = {key: _different([working.value(key) for working in workings]) for key in asked}
    found = max(parted, key=lambda key: parted[key], default=None)
    return found if found is not None and parted[found] > 1 else None


def _different(values: list[Any]) -> int:
    """How many of the values are apart from all before them."""
    apart: list[Any] = []
    with np.errstate(all="ignore"):
        for value in values:
            if not any(np.allclose(value, other, rtol=_APART, atol=0, equal_nan=True) for other in apart):
                apart.append(value)
    return len(apart)
