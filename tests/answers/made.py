"""Sheets for tests to judge: of lines as they are typed, and of a training in which a mistake was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache

import numpy as np

from backtrace.answers.judgement import Judgement
from backtrace.answers.judging import judge
from backtrace.answers.numbers import read_number
from backtrace.answers.sheets.lines import line_of
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.answers.sheets.sheet import Figure, Precision, Row, Sheet
from backtrace.answers.working import Changed, Key, Working
from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.formula.evaluate import FLOATS
from backtrace.scenario import Scenario
from tests.answers.bundled import bundled

LECTURE = (
    "z1 = 0.520 1.140", "a1 = 0.627 0.758", "z2 = 0.967", "a2 = 0.725", "L = 0.525", "dL_dz2 = 0.289",
    "dL_dW2 = 0.181 0.219", "dL_db2 = 0.289", "dL_dz1 = 0.020 0.027", "dL_dW1 = 0.010 0.016; 0.013 0.021",
    "dL_db1 = 0.020 0.027", "W2_next = 0.173 0.347", "b2_next = 0.198", "W1_next = 0.193 0.389; 0.591 0.785",
    "b1_next = 0.086 0.181",
)  # fmt: skip
"""The lecture's example as it should be worked, each number rounded from the one with all digits."""


@cache
def traced(name: str, *settings: str) -> Trace:
    """The trace of a bundled scenario with settings."""
    return run(with_settings(bundled(name), settings))


def typed(scenario: Scenario, lines: Iterable[str], precision: Precision | None = None) -> Sheet:
    """The sheet of lines such as `z1 = 0.52 1.14`, named by ids where a name may be one."""
    return sheet_of_lines(scenario, Written("typed", [line_of(line) for line in lines], precision), "ids")


def judged(trace: Trace, *lines: str, precision: str | None = None) -> Judgement:
    """The judgement of lines; with precision they are a program's, exact to that part of each number."""
    exact = Precision("rtol", Fraction(precision)) if precision else None
    sheet = typed(trace.scenario, lines, exact)
    return judge(sheet, trace if sheet.scenario is trace.scenario else run(sheet.scenario))


def with_line(lines: Iterable[str], *new: str) -> list[str]:
    """The lines with some replaced by those of the same name."""
    names = {line.partition(" = ")[0]: line for line in new}
    return [names.get(line.partition(" = ")[0], line) for line in lines]


def kinds(judgement: Judgement) -> dict[str, str]:
    """How each line came out, by id, with `@update` after the first update."""
    return {said(line.key): line.kind for line in judgement.lines}


def said(key: Key) -> str:
    """A key as `id@update:sample`, without what is 1."""
    update = f"@{key.update}" if key.update > 1 else ""
    return f"{key.id}{update}{f':{key.sample}' if (key.sample or 1) > 1 else ''}"


def named(judgement: Judgement) -> dict[str, str]:
    """The mistake that is named first, of each wrong line; empty where none is known."""
    return {said(line.key): line.explanations[0].name if line.explanations else "" for line in judgement.wrong}


def worked(trace: Trace, changed: Mapping[str, Changed]) -> Working:
    """The training with formulas changed, in doubles."""
    return Working(trace, FLOATS).with_changes(changed)


def lines_of(trace: Trace, updates: Iterable[int]) -> list[Key]:
    """Every line that is told of these updates, of all samples."""
    return [
        Key(equation.id, update, place + 1 if equation.target.per_sample else None)
        for update in updates
        for equation in (*trace.plan.of_sample, *trace.plan.of_update)
        if equation.told == "always"
        for place in (trace.schedule.samples(update) if equation.target.per_sample else (0,))
    ]


def sheet_of(trace: Trace, working: Working, keys: Iterable[Key], digits: int = 9) -> Sheet:
    """The sheet of what a working has for these lines, to so many significant digits."""
    return Sheet("made", trace.scenario, tuple(_rows(working, keys, digits)))


def _rows(working: Working, keys: Iterable[Key], digits: int) -> Iterator[Row]:
    for key in keys:
        values = np.asarray(working.value(key))
        figures = tuple(
            Figure(tuple(i + 1 for i in place), key.sample, text, read_number(text))
            for place in np.ndindex(*values.shape)
            for text in [f"{float(values[place]):.{digits - 1}e}"]
        )
        yield Row(key.id, key.id, key.update, figures, is_by_id=True)
