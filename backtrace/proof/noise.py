"""How far rounding alone carries the numbers of a training: what two right programs may differ by.

The training is worked again a few times with every number moved at random in its last place (Parker 1997, Monte Carlo
Arithmetic; Vignes 1993, A stochastic arithmetic for reliable scientific computation). So it is seen, not estimated,
where differences cancel, and how they grow from update to update.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import numpy as np

from backtrace.engine.givens import Values, carried_on, schedule_of
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.training import work
from backtrace.engine.work import Watch, Worked, unwatched
from backtrace.formula.evaluate import Lookup, evaluate
from backtrace.scenario.scenario import Floats, Scenario

Precision = Literal["float64", "float32"]

MARGIN = 16
"""How many times further than the shaken trainings, or than one unit in the last place, is still called noise."""

_SHAKEN = 3
_DRAWN = 1 << 16


def unit(precision: Precision) -> float:
    """The distance from 1 to the next number of the precision."""
    return float(np.finfo(precision).eps)


def reach(scenario: Scenario, precision: Precision, watch: Watch = unwatched) -> Mapping[str, Floats]:
    """How far rounding has carried each quantity up to each update: the largest distance of any of its entries.

    The arrays are indexed by the number of the update; their last place is the pass after the last. Where lines are
    rounded as a hand does it the last place of a double does not count, and there are none. Raises OutOfRangeError as
    `run` does.
    """
    if scenario.rounding is not None:
        return {}
    plan = plan_of(scenario)
    updates = schedule_of(scenario).updates
    found = {equation.id: np.zeros(updates + 2) for equation in plan.equations}
    shaken = [_Shaken(plan, precision, seed) for seed in range(_SHAKEN)]
    for worked in watch(work(scenario, plan), updates + 1):
        for each in shaken:
            for name, distance in each.distances(worked):
                found[name][worked.update] = max(found[name][worked.update], distance)
    return {name: np.maximum.accumulate(distances) for name, distances in found.items()}


class _Shaken:
    """The same training in another rounding."""

    def __init__(self, plan: Plan, precision: Precision, seed: int) -> None:
        self.plan, self.precision = plan, precision
        self.noise = 1 + unit(precision) * np.random.default_rng(seed).uniform(-1, 1, _DRAWN)
        self.drawn = 0
        self.carried: Values = {}
        self.before: Values = {}

    def distances(self, worked: Worked) -> Iterator[tuple[str, float]]:
        """Works the update in this rounding; how far each quantity is from the one that was worked without it.

        A value that left the range has no distance.
        """
        given = (name for name in worked.values if self.plan.equation(name) is None and name not in self.carried)
        values = self.carried | {name: self.shaken(worked.values[name]) for name in given}
        of_sample, of_update = self.plan.parts(worked.is_last)
        with np.errstate(all="ignore"):
            for equation in of_sample + of_update:
                reads = self.closing(values) if equation.phase == "after" else values
                value = values[equation.id] = self.shaken(evaluate(equation.opened, self.lookup(reads)))
                distance = float(np.abs(value - worked.values[equation.id]).max())
                yield equation.id, distance if math.isfinite(distance) else 0.0
        self.carried = carried_on({name: values[name] for name in self.plan.carried}, values)
        self.before = values

    @staticmethod
    def lookup(values: Values) -> Lookup:
        """The values by variable."""
        return lambda var: values[var.name]

    def closing(self, values: Values) -> Values:
        """What the lines after the last update read: the values of that update, and the loss of the pass after."""
        return {**self.before, f"{self.plan.objective}_next": values[self.plan.objective]}

    def shaken(self, value: Any) -> Floats:
        """The value, each entry moved by at most one unit in its last place and rounded to the precision."""
        array = np.asarray(value)
        if self.drawn + array.size > len(self.noise):
            self.drawn, self.noise = 0, np.resize(self.noise, max(array.size, len(self.noise)))
        shaken = array * self.noise[self.drawn : self.drawn + array.size].reshape(array.shape)
        self.drawn += array.size
        return shaken if self.precision == "float64" else shaken.astype(np.float32).astype(np.float64)
