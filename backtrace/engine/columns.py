"""The numbers of a trace in columns: a view for each quantity, with the visits of samples or the updates leading."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import Numbers
from backtrace.engine.layout import Layout, layout_of
from backtrace.engine.memory import MEMORY
from backtrace.engine.plan import Plan
from backtrace.engine.rows import rows_of
from backtrace.engine.schedule import Schedule
from backtrace.engine.training import Block, Training
from backtrace.engine.work import Worked
from backtrace.scenario.scenario import Floats, Keep


def read_only(array: Floats) -> Floats:
    """The array, which cannot be written to from here on."""
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False)
class Columns:
    """The values of the updates that are kept, and of the pass after the last.

    `kept` are the numbers of those updates, `visits` how many samples were worked in the kept updates before each,
    and in all. `losses` are those of every update, kept or not, and the last one that of the pass after. Where updates
    are left out, the arrays also hold what is carried into each that is kept. `fractions` holds the same values as
    fractions where the scenario asks for exact arithmetic.
    """

    arrays: Mapping[str, Floats]
    updates: int
    kept: Sequence[int]
    visits: Sequence[int]
    losses: Floats
    fractions: Mapping[str, Any] | None = None

    def place(self, update: int) -> int | None:
        """The place of an update among those that are kept, None where it is not; the pass after the last is one."""
        if len(self.kept) == self.updates:
            return update - 1
        place = bisect_left(self.kept, update) if update <= self.updates else len(self.kept)
        return place if update > self.updates or self.kept[place : place + 1] == [update] else None

    def block(self, training: Training, updates: range, carried: Numbers) -> Block:
        """Updates in a row, of which none is left out, as the training worked them."""
        rows = slice(updates.start - 1, updates.stop - 1)
        visits = slice(self.visits[rows.start], self.visits[rows.stop])
        worked = training.plan.of_sample + training.plan.of_update
        columns = {e.id: self.arrays[e.id][visits if e.target.per_sample else rows] for e in worked}
        return Block(training, updates.start, training.schedule.batches_of(updates), carried, columns)


def thinned(keep: Keep, worked: Iterable[Worked]) -> Iterator[tuple[Worked, bool]]:
    """Each update and the pass after the last, and whether it is kept, as the last of the updates always is."""
    waiting: Worked | None = None
    for each in worked:
        if waiting is not None:
            yield waiting, each.is_last
        waiting = None
        if each.is_last or keep.keeps(each.update):
            yield each, True
        else:
            waiting = each


class Kept:
    """What is kept of a training while it is worked: rows that are written in place, or copied where some are left out.

    `schedule` says how many there will be at most; where they take more than `memory` bytes, they stand in a file.
    """

    def __init__(self, plan: Plan, keep: Keep, layout: Layout, schedule: Schedule, memory: int) -> None:
        self.plan, self.keep, self.layout = plan, keep, layout
        self._rows = rows_of(layout, *_most(schedule, keep), memory)
        self._numbers, self._sizes, self._losses = list[int](), list[int](), list[Floats]()
        self._carried: dict[str, list[Floats]] = {name: [] for name in plan.carried}
        self._fractions: dict[str, list[Any]] = {}
        self._waiting: Callable[[], Worked] | None = None

    def room(self, visits: int, updates: int) -> Sequence[Floats]:
        """Where the next visits and updates are to be written, of which all are kept."""
        each = zip(self.layout.parts, self._rows, strict=True)
        return [rows.room(visits if part.per_sample else updates) for part, rows in each]

    def add(self, block: Block) -> None:
        """Keep what is to be kept of a block, which stands in the room already where all of it is."""
        self._losses.append(block.columns[self.plan.objective].copy())
        if self.keep.all and block.numbers is None:
            self._sizes += map(len, block.batches)
            self._taken(block.visits[-1], len(block))
            return
        for place, update in enumerate(range(block.first, block.first + len(block))):
            if self.keep.keeps(update) or place == len(block) - 1:
                self._keep_or_wait(update, partial(block.at, place))

    def update(self, worked: Worked) -> None:
        """Keep an update, if it is to be kept."""
        self._losses.append(np.reshape(worked.values[self.plan.objective], 1))
        self._keep_or_wait(worked.update, lambda: worked)

    def _keep_or_wait(self, update: int, worked: Callable[[], Worked]) -> None:
        """The last update is kept in any case; which one that is, is known once the pass after it is there."""
        self._waiting = None if self.keep.keeps(update) else worked
        if self._waiting is None:
            self._put(worked())

    def finished(self, after: Worked | None, every_loss: Floats | None = None) -> Columns:
        """The columns, with the pass after the last update; `every_loss` are the losses of all updates, if known."""
        if self._waiting is not None:
            self._put(self._waiting())
        if after is not None:
            self._losses.append(np.reshape(after.values[self.plan.objective], 1))
            self._put(after)
        losses = np.concatenate(self._losses) if every_loss is None else every_loss
        updates = len(losses) - 1
        kept = range(1, updates + 1) if self.keep.all else self._numbers
        fractions = {name: self._joined(name, values) for name, values in self._fractions.items()}
        return Columns(self._arrays(after), updates, kept, _added_up(self._sizes), read_only(losses), fractions or None)

    def _put(self, worked: Worked) -> None:
        """Write an update, or the pass after the last, as the next rows."""
        self.layout.put(worked.values, self.room(len(worked.samples), 1))
        self._taken(len(worked.samples), 1)
        names = [equation.id for equation in self.plan.equations]
        if not worked.is_last:
            self._numbers.append(worked.update)
            self._sizes.append(len(worked.samples))
        if not worked.is_last and not self.keep.all:
            names += self.plan.carried
            for name, values in self._carried.items():
                values.append(worked.values[name])
        for name in names:
            if worked.fractions is not None and name in worked.fractions:
                self._fractions.setdefault(name, []).append(worked.fractions[name])

    def _taken(self, visits: int, updates: int) -> None:
        for part, rows in zip(self.layout.parts, self._rows, strict=True):
            rows.taken(visits if part.per_sample else updates)

    def _arrays(self, after: Worked | None) -> dict[str, Floats]:
        """The column of each quantity; one that is not worked again ends before the pass after the last update."""
        arrays = self.layout.columns([rows.finished() for rows in self._rows])
        if after is None:
            return arrays
        for name, column in arrays.items():
            rows = len(after.samples) if self.plan.quantities[name].var.per_sample else 1
            arrays[name] = column if name in after.values else column[: len(column) - rows]
        arrays |= {equation.id: np.asarray(after.values[equation.id])[None] for equation in self.plan.closing}
        arrays |= {name: np.stack(values) for name, values in self._carried.items() if values}
        return {name: read_only(column) for name, column in arrays.items()}

    def _joined(self, name: str, values: list[Any]) -> Any:
        return read_only(np.concatenate(values) if self.plan.quantities[name].var.per_sample else np.stack(values))


def _most(schedule: Schedule, keep: Keep) -> tuple[int, int]:
    """How many rows of updates and of visits are kept at most, with the pass after the last update."""
    if keep.all:
        updates = schedule.updates + 1
        return updates, schedule.visits_before(updates) + len(schedule.samples(updates))
    first_and_last = 2
    updates = 1 + first_and_last + (schedule.updates // keep.every if keep.every else 0)
    return updates, updates * schedule.largest


def _added_up(sizes: Sequence[int]) -> Sequence[int]:
    """How many samples there are before each batch, and in all."""
    if len(set(sizes)) == 1:
        return range(0, sizes[0] * len(sizes) + 1, sizes[0])
    return list(accumulate(sizes, initial=0))


def collected(
    plan: Plan, keep: Keep, schedule: Schedule, worked: Iterable[Worked], every_loss: Floats | None = None
) -> Columns:
    """The values of the updates that are kept, in one array per quantity, with visits or updates leading.

    `every_loss` holds the losses of all updates where `worked` gives the kept ones only.
    """
    kept = Kept(plan, keep, layout_of(plan, schedule.largest), schedule, MEMORY.get())
    after: Worked | None = None
    for each in worked:
        if each.is_last:
            after = each
        else:
            kept.update(each)
    return kept.finished(after, every_loss)
