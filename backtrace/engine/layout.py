"""Where the numbers of an update stand: in rows of samples' visits and of updates, one or several quantities to a row.

In a small network all quantities of an update share a row, which is written at once; in a larger one each has rows of
its own, on which numpy works as they stand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.formula.expr import Shape
from backtrace.scenario.scenario import Floats

SMALL = 500
"""Up to so many numbers in an update, what is carried into it included, a network counts as small."""

NUMBER = np.dtype(np.float64).itemsize
"""How many bytes a number takes."""

Room = Callable[[int, int], Sequence[Floats]]
"""Where the numbers of so many visits and so many updates are to be written: rows for each part of a layout."""


@dataclass(frozen=True, eq=False)
class Part:
    """Quantities that share a row, in the order worked: a row for each visit of a sample, or one for each update."""

    equations: tuple[Equation, ...]
    per_sample: bool

    @cached_property
    def places(self) -> Sequence[tuple[str, slice, Shape]]:
        """For each quantity its id, where in a row its entries stand, and its shape."""
        shapes = [equation.target.shape for equation in self.equations]
        ends = list(accumulate(map(math.prod, shapes), initial=0))
        names = [equation.id for equation in self.equations]
        return list(zip(names, map(slice, ends, ends[1:]), shapes, strict=True))

    @cached_property
    def width(self) -> int:
        """How many numbers a row has."""
        return self.places[-1][1].stop if self.places else 0

    def columns(self, rows: Floats) -> dict[str, Floats]:
        """The column of each quantity by id: views of the rows."""
        return {name: rows[:, place].reshape(len(rows), *shape) for name, place, shape in self.places}


@dataclass(frozen=True, eq=False)
class Layout:
    """The parts of an update; of a small network two, the visits and the update, of which the first may be empty."""

    parts: tuple[Part, ...]
    is_small: bool

    def numbers(self, visits: int, updates: int = 1) -> int:
        """How many numbers so many visits and updates give."""
        return sum(part.width * (visits if part.per_sample else updates) for part in self.parts)

    def fresh(self, visits: int, updates: int) -> Sequence[Floats]:
        """New memory: the room of a training of which nothing is kept."""
        return [np.empty((visits if part.per_sample else updates, part.width)) for part in self.parts]

    def columns(self, rows: Sequence[Floats]) -> dict[str, Floats]:
        """The column of each quantity by id, visits or updates leading."""
        found: dict[str, Floats] = {}
        for part, each in zip(self.parts, rows, strict=True):
            found |= part.columns(each)
        return found

    def put(self, values: Mapping[str, Floats], rows: Sequence[Floats]) -> None:
        """Write the values of one update into its rows, as far as they are there."""
        for name, column in self.columns(rows).items():
            if name in values:
                column[...] = values[name]


class Scratch:
    """Room for one block of updates after the other, each in the memory of the one before the last."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        nothing: tuple[tuple[int, int], Sequence[Floats]] = ((0, 0), ())
        self.last = self.before = nothing

    def __call__(self, visits: int, updates: int) -> Sequence[Floats]:
        """Memory for so many visits and updates."""
        size, rows = self.before
        if size != (visits, updates):
            rows = self.layout.fresh(visits, updates)
        self.before, self.last = self.last, ((visits, updates), rows)
        return rows


@lru_cache(maxsize=64)
def layout_of(plan: Plan, samples: int) -> Layout:
    """The layout of the updates of a plan, none of which works more samples than that."""
    worked = plan.of_sample + plan.of_update
    both = [Part(tuple(e for e in worked if e.target.per_sample is leads), leads) for leads in (True, False)]
    together = Layout(tuple(both), True)
    carried = sum(math.prod(plan.quantities[name].var.shape) for name in plan.carried)
    if together.numbers(samples) + carried <= SMALL:
        return together
    return Layout(tuple(Part((equation,), equation.target.per_sample) for equation in worked), False)
