"""The steps of an exported trace gathered into columns, one array per quantity, as the trace keeps them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np

from backtrace.engine.columns import Columns, read_only
from backtrace.engine.givens import initial, schedule_of
from backtrace.engine.plan import Plan
from backtrace.errors import misfit
from backtrace.formula.expr import Shape
from backtrace.scenario import Scenario
from backtrace.scenario.scenario import Floats

Watch = Callable[[Iterator[int], int], Iterator[int]]
"""Passes the numbers of the updates on, one by one, and may show how far the reading is; see `engine.work.Watch`."""

AGAIN = "export the trace again"
_AT_ONCE = 1024


class Places:
    """The updates that a trace has values of: those that are kept, and the pass after the last.

    `visits` counts the samples of the kept updates before each of them. Raises InputError where the scenario's training
    cannot have ended with that pass.
    """

    def __init__(self, scenario: Scenario, plan: Plan, last: Any, file: str) -> None:
        self.plan, self.schedule, most = plan, schedule_of(scenario), schedule_of(scenario).updates
        ended: int = last - 1 if isinstance(last, int) else most
        if ended != most and not (scenario.until is not None and 1 <= ended < most):
            raise misfit(f"{file}: the steps are not those of the updates that the scenario keeps", remedy=AGAIN)
        every = range(1, ended + 1)
        self.updates = ended
        self.kept: Sequence[int] = every
        if not scenario.keep.all:
            self.kept = [update for update in every if scenario.keep.keeps(update) or update == ended]
        self.visits = list(accumulate((len(self.schedule.samples(update)) for update in self.kept), initial=0))

    def __iter__(self) -> Iterator[int]:
        yield from (*self.kept, self.updates + 1)

    def __len__(self) -> int:
        return len(self.kept) + 1

    def samples(self, update: int) -> tuple[int, ...]:
        """The samples of an update or of the pass after the last."""
        return self.schedule.samples(min(update, self.updates))

    def rows(self, name: str) -> int:
        """How many rows the array of a quantity has."""
        if name in self.plan.carried:
            return len(self.kept)
        of_sample, of_update = self.plan.after
        is_worked_after = self.plan.equation(name) in (*of_sample, *of_update)
        if self.plan.equation(name) in self.plan.closing:
            return 1
        if self.plan.quantities[name].var.per_sample:
            return self.visits[-1] + (len(self.samples(self.updates)) if is_worked_after else 0)
        return len(self.kept) + int(is_worked_after)

    def update_of(self, name: str, row: int) -> int:
        """The update that a row of a quantity's array belongs to."""
        if self.plan.equation(name) in self.plan.closing:
            return self.updates + 1
        per_sample = self.plan.quantities[name].var.per_sample
        place = bisect_right(self.visits, row) - 1 if per_sample else row
        return self.kept[place] if place < len(self.kept) else self.updates + 1


def gathered(scenario: Scenario, places: Places, steps: Iterator[Any], file: str, watch: Watch) -> dict[str, Floats]:
    """The values of the steps, by id; raises InputError where one is not the step that the scenario calls for."""
    plan, is_gapless = places.plan, scenario.keep.all
    rows: dict[str, list[Any]] = {name: [] for name in names(plan, is_gapless)}
    parts: dict[str, list[Floats]] = {name: [] for name in rows}
    carried: Mapping[str, Any] = {name: value.tolist() for name, value in initial(scenario, plan).items()}

    def put() -> None:
        for name, values in rows.items():
            if values:
                first = sum(map(len, parts[name]))
                parts[name].append(rows_of(places, name, values, first, file))
                values.clear()

    for count, update in enumerate(watch(iter(places), len(places)), 1):
        is_last = update > places.updates
        first = _update(plan, places.samples(update), update, is_last, steps, rows, file)
        if not is_gapless and not is_last:
            carried = _start(plan, first["start"], file) if "start" in first else carried
            for name, value in carried.items():
                rows[name].append(value)
            carried = {name: rows.get(f"{name}_next", [value])[-1] for name, value in carried.items()}
        if count % _AT_ONCE == 0:
            put()
    put()
    if next(steps, None) is not None:
        raise misfit(f"{file}: there are steps after the last one", "the steps of the scenario", AGAIN)
    return {name: np.concatenate(part) for name, part in parts.items()}


def names(plan: Plan, is_gapless: bool) -> Iterable[str]:
    """The ids of what a trace keeps; what is carried into an update only where updates are left out."""
    return [*(() if is_gapless else plan.carried), *(equation.id for equation in plan.equations)]


def _update(
    plan: Plan, samples: Sequence[int], update: int, is_last: bool, steps: Iterator[Any], rows: dict[str, list[Any]],
    file: str,
) -> Mapping[str, Any]:  # fmt: skip
    """Take the values of the update's steps; the first step."""
    first: Mapping[str, Any] = {}
    for equation, sample in plan.lines(samples, is_last):
        step = next(steps, None)
        known = step if isinstance(step, dict) else {}
        if (known.get("equation"), known.get("update"), known.get("sample")) != (equation.id, update, sample):
            found = "the end" if step is None else f"step {known.get('step', step)!r:.60}"
            expected = f"{equation.id} of update {update}" + (f", sample {sample}" if sample else "")
            raise misfit(f"{file}: {found} stands where a step is missing", expected, AGAIN)
        rows[equation.id].append(known.get("value"))
        first = first or known
    return first


def _start(plan: Plan, values: Any, file: str) -> Mapping[str, Any]:
    """What is carried into an update that does not follow on a kept one."""
    if not isinstance(values, dict) or values.keys() != set(plan.carried):
        raise misfit(f"{file}: the start of an update", f"the values of {', '.join(plan.carried)}")
    return values


def rows_of(places: Places, name: str, values: Any, first: int, file: str) -> Floats:
    """The values as rows of an array, the first of them the row of that number; refuses what is no finite number."""
    shape = places.plan.quantities[name].var.shape
    array = finite(values, (len(values), *shape))
    if array is not None:
        return array
    row, value = next((row, value) for row, value in enumerate(values, first) if finite(value, shape) is None)
    found = np.asarray(value).tolist() if isinstance(value, np.ndarray) else value
    raise misfit(f"{file}: {name} of update {places.update_of(name, row)} is {found!r:.60}",
                 f"finite numbers of shape {shape}")  # fmt: skip


def finite(value: Any, shape: Shape) -> Floats | None:
    """The value as an array of that shape; None where it is none of finite numbers."""
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return array if array.shape == shape and np.isfinite(array).all() else None


def in_columns(places: Places, arrays: Mapping[str, Floats], losses: Floats | None) -> Columns:
    """The arrays as the columns of a trace; `losses` are those of all updates where not all are kept."""
    every = arrays[places.plan.objective] if losses is None else losses
    arrays = {name: read_only(array) for name, array in arrays.items()}
    return Columns(arrays, places.updates, places.kept, places.visits, read_only(every))
