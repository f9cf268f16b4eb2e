"""The steps of a training by number and by position: which update, equation and sample each belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from backtrace.engine.columns import Columns
from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Schedule
from backtrace.scenario.scenario import Floats

if TYPE_CHECKING:
    from backtrace.engine.trace import Trace


@dataclass(frozen=True, eq=False)
class Step:
    """One equation worked once: `number`, `epoch`, `update` and `sample` count from 1.

    `sample` is the place in the data, None where the step belongs to a batch. `value` has the quantity's shape. `trace`
    is the trace that it is a step of.
    """

    number: int
    equation: Equation
    epoch: int
    update: int
    sample: int | None
    value: Floats
    trace: Trace = field(repr=False)

    def __repr__(self) -> str:
        where = f"update {self.update}" + (f", sample {self.sample}" if self.sample else "")
        return f"<Step {self.number}, {where}: {self.equation.id} = {np.asarray(self.value).tolist()}>"


@dataclass(frozen=True, eq=False)
class Steps:
    """All steps of a training, numbered from 1 in the order worked, of which those of some updates may be kept only."""

    plan: Plan
    schedule: Schedule
    columns: Columns

    def __len__(self) -> int:
        """The number of steps that are kept."""
        return self._kept_before(len(self.columns.kept)) + self._of_last_pass

    @property
    def last(self) -> int:
        """The number of the last step."""
        return self.before(self.schedule.updates + 1) + self._of_last_pass

    @property
    def _of_last_pass(self) -> int:
        of_sample, of_update = self.plan.parts(is_last=True)
        return len(self.schedule.samples(self.schedule.updates + 1)) * len(of_sample) + len(of_update)

    def before(self, update: int) -> int:
        """How many steps the updates before this one have."""
        return self.schedule.visits_before(update) * len(self.plan.of_sample) + (update - 1) * len(self.plan.of_update)

    def lines(self, update: int) -> list[tuple[Equation, int | None]]:
        """The equations of an update in the order worked, each with its sample."""
        return self.plan.lines(self.schedule.samples(update), update > self.schedule.updates)

    def found(self, number: int) -> tuple[int, Equation, int | None]:
        """The update, equation and sample of a step; raises IndexError where there is no such number."""
        if not 1 <= number <= self.last:
            raise IndexError(f"there is no step {number}: they count from 1 to {self.last}")
        updates = self.schedule.updates
        update = last_of(1, updates + 1, lambda update: self.before(update) < number)
        position = number - 1 - self.before(update)
        return update, *self.plan.line(self.schedule.samples(update), update > updates, position)

    def number_at(self, position: int) -> int:
        """The number of the kept step at the position, from 0, or from the end where it is negative."""
        if not -len(self) <= position < len(self):
            raise IndexError(f"there is no step at position {position}: {len(self)} are kept")
        kept, position = self.columns.kept, position % len(self)
        place = last_of(0, len(kept), lambda place: self._kept_before(place) <= position)
        update = kept[place] if place < len(kept) else self.schedule.updates + 1
        return 1 + self.before(update) + position - self._kept_before(place)

    def _kept_before(self, place: int) -> int:
        """How many steps are kept of the updates before the one at the place among those that are kept."""
        return self.columns.visits[place] * len(self.plan.of_sample) + place * len(self.plan.of_update)


def last_of(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The last number from `low` to `high` for which the condition holds; it holds for `low`, and then no more."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
