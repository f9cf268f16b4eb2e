"""The numbers of a trace in columns: one array per quantity, with the visits of samples or the updates leading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Schedule
from backtrace.engine.work import Worked
from backtrace.scenario.scenario import Floats


def read_only(array: Floats) -> Floats:
    """The array, which cannot be written to from here on."""
    array.setflags(write=False)
    return array


def collected(plan: Plan, schedule: Schedule, worked: Iterable[Worked]) -> Mapping[str, Floats]:
    """The values of all updates in one array per quantity, with visits or updates leading."""
    last = schedule.updates + 1
    visits = schedule.visits_before(last)
    again = {equation.id for part in plan.after for equation in part}
    arrays: dict[str, Floats] = {}
    for equation in plan.equations:
        rows = 1 if equation.phase == "after" else visits if equation.target.per_sample else schedule.updates
        if equation.id in again:
            rows += len(schedule.samples(last)) if equation.target.per_sample else 1
        arrays[equation.id] = np.empty((rows, *equation.target.shape))
    for each in worked:
        at = schedule.visits_before(each.update)
        for name, array in arrays.items():
            if name not in each.values:
                continue
            if plan.quantities[name].var.per_sample:
                array[at : at + len(each.samples)] = each.values[name]
            else:
                array[0 if len(array) == 1 else each.update - 1] = each.values[name]
    return {name: read_only(array) for name, array in arrays.items()}
