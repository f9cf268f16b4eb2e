"""The plan compiled: updates in a row worked by generated code, as far as it can.

Where Python raises, or a number is not finite, an update is left to be worked equation by equation, which finds the one
to blame. How the code is written depends on the plan and the size of its batches, and on nothing else.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, groupby, repeat
from typing import Literal

import numpy as np

from backtrace.engine.givens import Values, constants, counts
from backtrace.engine.layout import Layout, Part
from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Batch, Schedule
from backtrace.engine.source import Names, by_arrays, by_entries
from backtrace.formula.by_array import vouched
from backtrace.scenario.scenario import Floats, Scenario

_REMEMBERED = 10_000
Seen = Literal["all", "last", "none"]
_Inputs = tuple[Iterable[float], Iterator[tuple[float, ...]]]


@dataclass(frozen=True, eq=False)
class Compiled:
    """The updates of a training, worked by generated code."""

    scenario: Scenario
    plan: Plan
    schedule: Schedule
    layout: Layout

    def work(
        self,
        first: int,
        batches: Sequence[Batch],
        carried: Values,
        rows: Sequence[Floats],
        columns: Mapping[str, Floats],
    ) -> int:
        """Work the updates from `first` on into their rows; how many, up to one that cannot be worked so.

        `batches` are the samples of each; `carried` is what is carried into the first of them; `columns` are views of
        the rows, by id.
        """
        given = constants(self.scenario, self.plan)
        changing = counts(self.scenario, self.plan, self.schedule, range(first, first + len(batches)))
        inputs = given.values(), zip(*changing.values(), strict=True) if changing else repeat(())
        state, names = [carried[name] for name in self.plan.carried], (tuple(given), tuple(changing))
        ends = list(accumulate(map(len, batches), initial=0))
        with np.errstate(all="ignore"):
            if self.layout.is_small:
                done = self._by_entries(batches, state, names, inputs, rows)
            else:
                done = len(batches)
                work, data = by_arrays(self.plan, self.layout, names), _arrays_of(self.scenario, self.plan.batched)
                work(state, inputs[0], map(data.__getitem__, batches), inputs[1], columns.values())
            return self._finite(rows, ends, done)

    def _by_entries(
        self, batches: Sequence[Batch], state: Iterable[Floats], names: Names, inputs: _Inputs, rows: Sequence[Floats]
    ) -> int:
        """Batches of one size after those of another; how many were worked before Python raised."""
        entries = tuple(chain.from_iterable(value.ravel().tolist() for value in state))
        data = _entries_of(self.scenario)
        done = at = 0
        for size, same in groupby(batches, len):
            some = list(same)
            work = by_entries(self.plan, size, self.layout, names)
            places = rows[0][at : at + size * len(some)], rows[1][done : done + len(some)]
            at += size * len(some)
            worked, entries = work(entries, inputs[0], map(data.__getitem__, some), inputs[1], *places)
            done += worked
            if worked < len(some):
                break
        return done

    def _finite(self, rows: Sequence[Floats], ends: Sequence[int], done: int) -> int:
        """How many of the updates come before the first that has a number that is not finite.

        `ends` says how many visits there are up to each update.
        """
        for part, array, seen in zip(self.layout.parts, rows, _seen(self.plan, self.layout), strict=True):
            of_done = array[: ends[done] if part.per_sample else done]
            if seen != "none" and not _is_finite(of_done[-1:] if seen == "last" else of_done):
                row = int(np.argmin(np.isfinite(of_done).all(axis=1)))
                done = bisect_right(ends, row) - 1 if part.per_sample else row
        return done


class _Entries(dict[Batch, tuple[float, ...]]):
    """The entries of inputs and targets of each batch, one sample after the other; made when they are asked for."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__()
        self.data = np.concatenate([scenario.x, scenario.y], axis=1)

    def __missing__(self, batch: Batch) -> tuple[float, ...]:
        if len(self) >= _REMEMBERED:
            self.clear()
        entries = self[batch] = tuple(self.data[list(batch)].ravel().tolist())
        return entries


class _Arrays(dict[Batch, tuple[Floats, Floats, int]]):
    """Inputs and targets of each batch, and how many samples it has; views where they stand in a row in the data."""

    def __init__(self, scenario: Scenario, batched: bool) -> None:
        super().__init__()
        self.x, self.y, self.batched = scenario.x, scenario.y, batched

    def __missing__(self, batch: Batch) -> tuple[Floats, Floats, int]:
        first, count = batch[0], len(batch)
        if not self.batched:
            return self.x[first], self.y[first], 1
        if batch != tuple(range(first, first + count)):
            places = list(batch)
            return self.x[places], self.y[places], count
        rows = slice(first, first + count)
        self[batch] = arrays = self.x[rows], self.y[rows], count
        return arrays


@lru_cache(maxsize=4)
def _entries_of(scenario: Scenario) -> Mapping[Batch, tuple[float, ...]]:
    return _Entries(scenario)


@lru_cache(maxsize=4)
def _arrays_of(scenario: Scenario, batched: bool) -> Mapping[Batch, tuple[Floats, Floats, int]]:
    return _Arrays(scenario, batched)


@lru_cache(maxsize=64)
def _seen(plan: Plan, layout: Layout) -> tuple[Seen, ...]:
    """Which rows of each part have to be looked at: where none, a later quantity is finite only if it is.

    Of a parameter it is the last row: once it is not finite it stays so, as each is made of the one before.
    """
    worked = plan.of_sample + plan.of_update
    vouched_for = {equation.id: {var.name for var in vouched(equation.opened)} for equation in worked}
    every = set().union(*vouched_for.values())

    def seen(part: Part) -> Seen:
        names = [equation.id for equation in part.equations]
        if all(name in every for name in names):
            return "none"
        stay = all(name.removesuffix("_next") in {*plan.carried} & vouched_for[name] for name in names)
        return "last" if stay else "all"

    return tuple(map(seen, layout.parts))


def _is_finite(rows: Floats) -> bool:
    """Whether every number is; their sum, which is quickly made, says so unless it is too large itself."""
    return math.isfinite(np.add.reduce(rows, None)) or bool(np.isfinite(rows).all())
