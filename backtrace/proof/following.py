"""Whether every value of a trace is what its formula gives of the values that it reads, whole columns at once.

The updates lead in the arrays as samples do: a formula works on a single update and on a thousand of them alike. Of a
batch the samples lead before the updates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import DOUBLES, Arithmetic, arithmetic_of
from backtrace.engine.equation import Equation
from backtrace.engine.givens import constants
from backtrace.engine.trace import Trace
from backtrace.formula.calculus import rebuilt
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var

_ROUNDING = 1e-9
_MOST_NUMBERS = 1 << 20


@dataclass(frozen=True, eq=False)
class Flaw:
    """A quantity whose value in an update is not what its formula gives of the values that it reads."""

    id: str
    update: int
    value: Any
    expected: Any


def first_flaw(trace: Trace) -> Flaw | None:
    """The first value, in the order worked, that does not follow from those beside it, up to rounding.

    The formulas are worked as the scenario says, in doubles or rounded line by line. None where all values follow.
    """
    arithmetic = arithmetic_of(trace.scenario, trace.plan) if trace.scenario.rounding else DOUBLES
    equations = trace.plan.of_sample + trace.plan.of_update
    with np.errstate(all="ignore"):
        for block in _blocks(trace):
            flaws = list(chain.from_iterable(_Updates(trace, each, arithmetic).flaws(equations) for each in block))
            if flaws:
                return min(flaws, key=lambda flaw: flaw.update)
        return next(_after_the_last(trace, arithmetic), None)


def _after_the_last(trace: Trace, arithmetic: Arithmetic) -> Iterator[Flaw]:
    """The flaws of the pass with the new parameters, and of what is said of it."""
    plan, objective = trace.plan, trace.plan.objective
    after = _Updates(trace, [trace.updates + 1], arithmetic)
    yield from after.flaws([*chain(*plan.after)])
    closing = {f"{objective}_next": after[objective], **{each.id: after[each.id] for each in plan.closing}}
    for flaw in _Updates(trace, [trace.updates], arithmetic, closing).flaws(plan.closing):
        yield replace(flaw, update=trace.updates + 1)


def _blocks(trace: Trace) -> Iterator[list[list[int]]]:
    """The kept updates, so many at a time as their numbers are not too many, those with as many samples together."""
    plan, kept, schedule = trace.plan, trace.kept, trace.schedule
    samples = len(schedule.samples(kept[0])) if plan.batched else 1
    numbers = samples * sum(int(np.prod(each.target.shape)) for each in plan.equations)
    together = max(1, _MOST_NUMBERS // numbers) if trace.scenario.rounding is None else 1
    for start in range(0, len(kept), together):
        sizes: dict[int, list[int]] = {}
        for update in kept[start : start + together]:
            sizes.setdefault(len(schedule.samples(update)), []).append(update)
        yield list(sizes.values())


class _Updates(dict[str, Any]):
    """The values of some updates with as many samples, by id, looked up when they are asked for."""

    def __init__(
        self, trace: Trace, updates: Sequence[int], arithmetic: Arithmetic, known: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(known or {})
        self.trace, self.updates, self.arithmetic = trace, updates, arithmetic
        self.samples = np.array([trace.schedule.samples(update) for update in updates]).T
        self.places = np.searchsorted(np.asarray(trace.kept), updates)
        self.constants = constants(trace.scenario, trace.plan)

    def __missing__(self, name: str) -> Any:
        self[name] = found = self.values_of(name)
        return found

    def values_of(self, name: str) -> Any:
        """The values of a quantity; a hyperparameter has one value for all updates."""
        trace, plan = self.trace, self.trace.plan
        if name in self.constants:
            return np.asarray(self.constants[name])
        if name in ("x", "y"):
            data: Any = getattr(trace.scenario, name)
            return data[self.samples if plan.batched else self.samples[0]]
        if name in plan.carried:
            return self.carried(name)
        if plan.equation(name) is None:
            return np.stack([trace.value(name, update) for update in self.updates])
        series = trace.series(name)
        if plan.quantities[name].var.per_sample:
            return series[np.asarray(trace.visits)[self.places] + np.arange(len(self.samples))[:, None]]
        return series[self.places if len(series) > 1 else [0]]

    def carried(self, name: str) -> Any:
        """What is carried into the updates: where the update before each is kept, what that one made."""
        trace = self.trace
        follows = len(trace.kept) == trace.updates and self.updates[0] > 1
        if follows and f"{name}_next" in trace.plan.quantities:
            return trace.series(f"{name}_next")[self.places - 1]
        return np.stack([trace.value(name, update) for update in self.updates])

    def flaws(self, equations: Sequence[Equation]) -> Iterator[Flaw]:
        """Of each equation the first value that does not follow."""
        for equation in equations:
            value = self[equation.id]
            expected = np.broadcast_to(self.expected(equation), value.shape)
            axis = int(equation.target.per_sample)
            wrong = np.moveaxis(~np.isclose(value, expected, _ROUNDING, _ROUNDING), axis, 0)
            is_wrong = wrong.reshape(len(self.updates), -1).any(axis=1)
            if is_wrong.any():
                place = int(np.argmax(is_wrong))
                yield Flaw(equation.id, self.updates[place], value.take(place, axis), expected.take(place, axis))

    def expected(self, equation: Equation) -> Any:
        """What the formula gives."""
        if self.arithmetic is DOUBLES:
            return evaluate(rebuilt(equation.opened, self.with_updates), self)
        value = self.arithmetic.value(equation, _OfOne(self), len(self.samples))
        return np.expand_dims(value, int(equation.target.per_sample))

    def with_updates(self, var: Var) -> Var:
        """The variable, whose values lead as those of samples do."""
        return var if var.name in self.constants else replace(var, per_sample=True)


class _OfOne(dict[str, Any]):
    """The values of a single update, without the axis of the updates."""

    def __init__(self, updates: _Updates) -> None:
        super().__init__()
        self.updates = updates

    def __missing__(self, name: str) -> Any:
        value = self.updates[name]
        if name in self.updates.constants:
            return value
        return value.take(0, int(self.updates.trace.plan.quantities[name].var.per_sample))
