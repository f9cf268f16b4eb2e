"""The catalogue: every row is found, and named first, on a sheet with that mistake made and carried on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice, takewhile
from typing import Any

import numpy as np
import pytest

from backtrace.answers.alterations import Altered
from backtrace.answers.catalogue import CATALOGUE, Mistake, mistakes_in
from backtrace.answers.judging import judge
from backtrace.answers.working import Key, Working
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import FLOATS
from tests.answers.made import LECTURE, judged, lines_of, named, sheet_of, traced, with_line, worked

SCENARIOS = (
    ("lecture",),
    ("mazur",),
    ("cs231n",),
    ("online-vs-batch", "batch_size=all"),
    ("lecture", "epochs=2"),
    ("adam-by-hand", "epochs=2", "optimizer={name: adam, epsilon: 0.1}"),
    ("reddy-momentum",),
)
"""Where rows are made, the smallest first: of a new row that changes nothing here another is to be added."""

SLIPS = {
    "digits exchanged": "a1 = 0.627 0.785",
    "arithmetic slip": "dL_dz2 = 0.287",
    "number misread": "a1 = 0.562 0.758",
}
"""A line of the lecture with each mistake of numbers."""

MADE = [row for row in CATALOGUE if not row.is_of_numbers]
_IN_TWO = 2


@cache
def lines(*scenario: str) -> tuple[Trace, tuple[Key, ...], list[Any]]:
    """The trace of a scenario, its lines, and the true value of each."""
    trace = traced(*scenario)
    keys = tuple(lines_of(trace, range(1, trace.updates + 1)))
    return trace, keys, values(Working(trace, FLOATS), keys)


def values(working: Working, keys: tuple[Key, ...]) -> list[Any]:
    """What a working has for the lines; not a number, or infinite, where a mistake leads out of range."""
    with np.errstate(all="ignore"):
        return [np.asarray(working.value(key), dtype=np.float64) for key in keys]


def are_alike(some: list[Any], others: list[Any], rtol: float) -> bool:
    """Whether the numbers of all lines are the same."""
    return all(np.allclose(*pair, rtol=rtol, atol=1e-12, equal_nan=True) for pair in zip(some, others, strict=True))


def places(row: Mistake, trace: Trace) -> Iterator[tuple[str, Altered]]:
    """Where the mistake can be made, and the formula that it leaves there."""
    for update in range(1, trace.updates + 1):
        samples = tuple(place + 1 for place in trace.schedule.samples(update))
        for equation in (*trace.plan.of_sample, *trace.plan.of_update):
            if equation.told != "detail":
                for mistake, altered in mistakes_in(trace.plan, equation.id, samples, update):
                    if mistake is row:
                        yield equation.id, altered


def made(row: Mistake) -> Iterator[tuple[Trace, tuple[Key, ...], Working]]:
    """Of each scenario in which the mistake shows, the first place: its lines in range, and the working with it."""
    for scenario in SCENARIOS:
        trace, keys, true = lines(*scenario)
        for name, altered in places(row, trace):
            working = worked(trace, {name: altered.worked})
            found = values(working, keys)
            if not are_alike(found, true, rtol=1e-3):
                finite = tuple(key for key, value in zip(keys, found, strict=True) if np.isfinite(value).all())
                yield trace, finite, working
                break


@pytest.mark.parametrize("row", MADE, ids=lambda row: row.name)
def test_a_mistake_that_was_made_is_named(row: Mistake) -> None:
    """The first wrong line of a sheet with it names it first, or one that gives the same numbers on every line."""
    tried = list(islice(made(row), _IN_TWO))
    assert tried, "no scenario shows it"
    for trace, keys, working in tried:
        judgement = judge(sheet_of(trace, working, keys), trace)
        assert judgement.wrong, "no line is wrong"
        (best, *_) = judgement.wrong[0].explanations
        alike = are_alike(values(worked(trace, best.changed), keys), values(working, keys), rtol=1e-6)
        assert best.name == row.name or alike, f"{best.name} in {best.key}"


@pytest.mark.parametrize("row", [row for row in CATALOGUE if row.is_of_numbers], ids=lambda row: row.name)
def test_a_slip_with_numbers_is_named(row: Mistake) -> None:
    """A line of the lecture with the slip, the others right, names it."""
    line = SLIPS[row.name]
    name = line.partition(" = ")[0]
    before = takewhile(lambda each: not each.startswith(f"{name} ="), LECTURE)
    assert named(judged(traced("lecture"), *before, line)) == {name: row.name}


def test_a_mistake_shows_only_once() -> None:
    """On a sheet with the transposed gradient that line alone is wrong, and the new weights follow from it."""
    gradient = "dL_dW1 = 0.010 0.013; 0.016 0.021"
    judgement = judged(traced("lecture"), *with_line(LECTURE, gradient, "W1_next = 0.193 0.391; 0.589 0.785"))
    assert named(judgement) == {"dL_dW1": "transposed"}
    assert not judgement.faults


def test_every_row_says_what_is_wrong() -> None:
    """Each has a name of its own and a sentence for the learner that ends in a full stop."""
    assert len({row.name for row in CATALOGUE}) == len(CATALOGUE)
    assert [row.name for row in CATALOGUE if not row.says.endswith(".") or not row.says[0].isupper()] == [
        row.name for row in CATALOGUE if row.says[0] in "βε"
    ]


def test_every_mistake_makes_formulas_or_slips() -> None:
    """A row says what it makes of a formula, or how a number comes to be another, and never both."""
    for row in CATALOGUE:
        assert (not row.is_of_numbers) == any(True for s in SCENARIOS for _ in places(row, traced(*s))), row.name
