"""Sheets that students hand in: an exercise, the mistake made in it, and the lines that are shown.

Lines that are not shown stay in the calculator: with all their digits, and without slips.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from backtrace.answers.numbers import read_number
from backtrace.answers.sheets.sheet import Figure, Row, Sheet
from backtrace.engine.trace import Trace
from students.exercise import Array, Exercise, Line, as_text, exercise
from students.mistaken import Mistaken
from students.slips import SLIPS, place_of
from students.student import Student

FEWEST_LINES, MOST_TRIES = 8, 400
WHOLE, DETAILED, BATCHED = 0.5, 0.3, 0.2
"""How often a sheet has all lines, every factor as a line of its own, and, without a mistake, several samples."""
DETAILS = ("dL_da", "slope")


@dataclass(frozen=True, eq=False)
class Case:
    """A sheet that a student hands in: what was worked, the lines that are shown, and the mistake in it."""

    exercise: Exercise
    mistake: type[Mistaken] | None
    option: Any
    shown: tuple[Line, ...]
    lines: Mapping[Line, Array]

    @property
    def said(self) -> str:
        """The mistake and its variant."""
        return f"{self.mistake.__name__} {self.option}" if self.mistake else "clean"

    def sheet(self, trace: Trace) -> Sheet:
        """The sheet as it is handed in."""
        return Sheet("", trace.scenario, tuple(_row(line, self.lines[line], trace) for line in self.shown))


def _row(line: Line, values: Array, trace: Trace) -> Row:
    var = trace.plan.quantities[line.id].var
    if line.id == "L" or (values.ndim > len(var.shape)):
        samples = [(s + 1 if var.per_sample else None, values[s]) for s in range(len(values))]
    else:
        samples = [(None, values)]
    figures = [
        Figure(
            tuple(i + 1 for i in place), sample, as_text(float(each[place])), read_number(as_text(float(each[place])))
        )
        for sample, each in ((s, np.asarray(v)) for s, v in samples)
        for place in np.ndindex(*each.shape)
    ]
    return Row(line.id, line.id, line.update, tuple(figures))


def lines_of(rng: Generator, e: Exercise, worked: Mapping[Line, Array], must: Sequence[Line]) -> tuple[Line, ...]:
    """The lines that are shown: all, or eight or more of them, one at least of those that must."""
    is_detailed = rng.random() < DETAILED
    told = [line for line in worked if is_detailed or not _is_detail(line, e)]
    if rng.random() < WHOLE or len(told) <= FEWEST_LINES:
        return tuple(told)
    while True:
        count = int(rng.integers(FEWEST_LINES, len(told) + 1))
        chosen = sorted(rng.choice(len(told), count, replace=False))
        shown = tuple(told[place] for place in chosen)
        if not must or any(line in must for line in shown) or not any(line in told for line in must):
            return shown


def _is_detail(line: Line, e: Exercise) -> bool:
    return line.id.startswith(DETAILS) or (line.id.startswith("step") and e.optimizer == "sgd")


def differing(one: Mapping[Line, Array], other: Mapping[Line, Array]) -> list[Line]:
    """The lines of one working that are not the same in another, with all digits."""
    return [line for line, values in one.items() if line not in other or not np.allclose(values, other[line], 1e-9, 0)]


def draw(rng: Generator, mistake: type[Mistaken] | None) -> Case:
    """A sheet with the mistake in it, that changes some line; without a mistake where there is none."""
    for _ in range(MOST_TRIES):
        e = exercise(rng, mistake.wants if mistake else _anything(rng))
        options = mistake.options(e) if mistake else [None]
        if options:
            option = options[int(rng.integers(len(options)))]
            with np.errstate(all="ignore"):
                case = _case(rng, e, mistake, option)
            if case is not None:
                return case
    raise RuntimeError(f"no exercise in which {mistake} can be made")


def _case(rng: Generator, e: Exercise, mistake: type[Mistaken] | None, option: Any) -> Case | None:
    """The sheet; None where the mistake changes nothing, or leads out of the numbers."""
    maker = mistake or Student
    worked = maker(e, option=option).work()
    must = differing(worked, Student(e).work()) if mistake else []
    if mistake and not must:
        return None
    if mistake in SLIPS:
        must = [place_of(mistake, option)[0]]
    shown = lines_of(rng, e, worked, must)
    lines = maker(e, rounds=set(shown), option=option).work()
    is_finite = all(np.isfinite(values).all() for values in lines.values())
    return Case(e, mistake, option, shown, lines) if is_finite else None


def _anything(rng: Generator) -> dict[str, Any]:
    """An exercise with any optimizer, some with several samples."""
    optimizer = str(rng.choice(("sgd", "sgd", "momentum", "adam")))
    wants: dict[str, Any] = {"optimizer": optimizer, "samples": 3 if rng.random() < BATCHED else 1}
    return wants if optimizer == "sgd" else wants | {"updates": 1}
