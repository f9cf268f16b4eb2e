"""A trace as a sheet: every value that a program worked out, held against another scenario or the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from backtrace.answers.sheets.cells import Cell, Value
from backtrace.answers.sheets.document import PRECISIONS
from backtrace.answers.sheets.placing import Line
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.answers.sheets.sheet import Precision, Sheet
from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.scenario.scenario import Scenario

MOST_LINES = 100_000
"""How many lines of a trace are read as a sheet."""


def sheet_of_trace(trace: Trace, scenario: Scenario) -> Sheet:
    """The sheet of everything that is worked in the kept updates of a trace, each number with all its digits.

    Raises InputError where that is more than MOST_LINES lines.
    """
    count = len(trace.kept) * len(trace.plan.equations)
    if count > MOST_LINES:
        raise misfit(f"a trace of about {count:,} lines", f"at most {MOST_LINES:,}", "hold it against one by `compare`")
    precision = Precision("float64", PRECISIONS["float64"])
    title = trace.scenario.title or "trace"
    return sheet_of_lines(scenario, Written(title, list(_lines(trace)), precision), "ids")


def _lines(trace: Trace) -> Iterator[Line]:
    """Each quantity of each update once, with the samples of a batch leading."""
    for worked in trace.worked():
        for name, value in worked.values.items():
            if trace.plan.equation(name) is not None:
                yield Line(name, (_value(value),), worked.update)


def _value(number: Any) -> Value:
    array = np.asarray(number, dtype=np.float64)
    return tuple(map(_value, array)) if array.ndim else Cell(repr(float(array)))
