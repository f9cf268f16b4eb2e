"""The numbers of a trace in columns: one array per quantity, with the visits of samples or the updates leading."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtrace.engine.plan import Plan
from backtrace.engine.work import Worked
from backtrace.scenario.scenario import Floats, Keep

_FIRST_ROWS = 64


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


def collected(plan: Plan, keep: Keep, worked: Iterable[Worked], every_loss: Floats | None = None) -> Columns:
    """The values of the updates that are kept, in one array per quantity, with visits or updates leading.

    `every_loss` holds the losses of all updates where `worked` gives the kept ones only.
    """
    columns, exact = dict[str, _Column](), dict[str, _Column]()
    names = [equation.id for equation in plan.equations]
    with_carried = [*plan.carried, *names]
    kept, visits, losses = list[int](), [0], _Column(())
    for each, is_kept in thinned(keep, worked):
        losses.add(each.values[plan.objective], False)
        if is_kept:
            wanted = names if each.is_last or keep.all else with_carried
            _add(plan, columns, wanted, each.values, np.float64)
            _add(plan, exact, wanted, each.fractions or {}, object)
        if is_kept and not each.is_last:
            kept.append(each.update)
            visits.append(visits[-1] + len(each.samples))
    arrays, fractions = ({name: column.finished() for name, column in of.items()} for of in (columns, exact))
    every = losses.finished() if every_loss is None else read_only(every_loss)
    return Columns(arrays, len(every) - 1, range(1, len(every)) if keep.all else kept, visits, every,
                   fractions or None)  # fmt: skip


def _add(plan: Plan, columns: dict[str, _Column], names: Sequence[str], values: Mapping[str, Any], dtype: Any) -> None:
    for name in names:
        if name not in values:
            continue
        var = plan.quantities[name].var
        if name not in columns:
            columns[name] = _Column(var.shape, dtype)
        columns[name].add(values[name], var.per_sample)


class _Column:
    """An array that grows by rows."""

    def __init__(self, shape: tuple[int, ...], dtype: Any = np.float64) -> None:
        self._array: Any = np.empty((_FIRST_ROWS, *shape), dtype)
        self._rows = 0

    def add(self, value: Any, has_rows: bool) -> None:
        """Put the value in as one row, or as the rows that it has."""
        rows = len(value) if has_rows else 1
        while self._rows + rows > len(self._array):
            self._array = np.concatenate([self._array, np.empty_like(self._array)])
        self._array[self._rows : self._rows + rows] = value
        self._rows += rows

    def finished(self) -> Floats:
        return read_only(self._array[: self._rows].copy())
