"""Working the plan: one short loop over updates, a generator, so that memory need not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar

import numpy as np

from backtrace.engine.arithmetic import DOUBLES, Arithmetic, Numbers, UnworkableError, arithmetic_of
from backtrace.engine.equation import Equation
from backtrace.engine.givens import Values, carried_on, initial, schedule_of, start
from backtrace.engine.plan import Plan
from backtrace.errors import OutOfRangeError
from backtrace.formula.expr import Apply, Expr
from backtrace.scenario.scenario import Floats, Scenario


@dataclass(frozen=True)
class Worked:
    """The values of one update: samples lead in the arrays of a batch's per-sample quantities.

    `update` counts from 1; `is_last` marks the pass after the last update, which counts as one more. `samples` are
    places in the data, from 0. `fractions` are the values themselves where the scenario asks for exact arithmetic.
    """

    update: int
    samples: tuple[int, ...]
    values: Values
    is_last: bool = False
    fractions: Numbers | None = None


Each = TypeVar("Each")

Watch = Callable[[Iterator[Worked], int], Iterator[Worked]]
"""Passes the updates on, one by one, and may show how far the work is; the number is how many there will be."""


def unwatched(updates: Iterator[Each], count: int) -> Iterator[Each]:
    """The watch that shows nothing."""
    return updates


def never() -> bool:
    """The training goes on to its end."""
    return False


def work(scenario: Scenario, plan: Plan, is_over: Callable[[], bool] = never) -> Iterator[Worked]:
    """Each update in turn, and then the pass with the new parameters.

    Once `is_over` says so, the update that is being worked is the last. Raises InputError, before anything is worked,
    where the plan asks for what the scenario's arithmetic cannot do, and OutOfRangeError at the equation whose value is
    not finite.
    """
    return _work(scenario, plan, arithmetic_of(scenario, plan), is_over)


def without_rounding(scenario: Scenario, plan: Plan, updates: int | None = None) -> Iterator[Worked]:
    """The training of a scenario that rounds, worked without; `updates` ends it early. Raises OutOfRangeError."""
    done = count(1)
    try:
        yield from work(replace(scenario, rounding=None), plan, lambda: next(done) == updates)
    except OutOfRangeError as error:
        why = f"{error.why} without rounding"
        raise OutOfRangeError(error.quantity, error.update, error.sample, error.remedy, error.after, why) from error


def _work(scenario: Scenario, plan: Plan, arithmetic: Arithmetic, is_over: Callable[[], bool]) -> Iterator[Worked]:
    schedule = schedule_of(scenario)
    carried, values = arithmetic.taken(initial(scenario, plan)), Numbers()
    losses: list[float] = []

    def begun(update: int) -> Numbers:
        return arithmetic.taken(start(scenario, plan, schedule, update, {})) | carried

    def worked(update: int, values: Numbers, is_last: bool = False) -> Worked:
        return Worked(update, samples, arithmetic.floats(values), is_last, arithmetic.exactly(values))

    for update in range(1, schedule.updates + 1):
        samples, values = schedule.samples(update), begun(update)
        work_equations(plan.of_sample + plan.of_update, values, update, samples, arithmetic)
        carried = carried_on(carried, values)
        yield worked(update, values)
        if is_over():
            break
        if scenario.until is not None:
            losses.append(float(values[plan.objective]))
            if schedule.ends_epoch(update):
                if sum(losses) / len(losses) <= scenario.until:
                    break
                losses.clear()
    after = begun(update)
    of_sample, of_update = plan.after
    work_equations(of_sample + of_update, after, update, samples, arithmetic, after=True)
    closing = values | {f"{plan.objective}_next": after[plan.objective]}
    work_equations(plan.closing, closing, update, samples, arithmetic, after=True)
    yield worked(update + 1, after | {e.id: closing[e.id] for e in plan.closing}, is_last=True)


def work_equations(
    equations: Sequence[Equation], values: Numbers, update: int, samples: Sequence[int],
    arithmetic: Arithmetic = DOUBLES, after: bool = False,
) -> None:  # fmt: skip
    """Work each equation in turn into `values`; raises OutOfRangeError where a value is not finite."""
    with np.errstate(all="ignore"):
        for equation in equations:
            try:
                value = arithmetic.value(equation, values, len(samples))
            except UnworkableError as error:
                place = None if len(samples) > 1 and error.row is None else samples[error.row or 0] + 1
                remedy = error.remedy or _remedy(equation.formula)
                raise OutOfRangeError(equation.id, update, place, remedy, after, error.why) from error
            doubles = np.asarray(value, dtype=np.float64)
            if not np.isfinite(doubles).all():
                place = _place(equation, doubles, samples)
                raise OutOfRangeError(equation.id, update, place, _remedy(equation.formula), after)
            values[equation.id] = value


def _place(equation: Equation, value: Floats, samples: Sequence[int]) -> int | None:
    """The sample, from 1, whose value is not finite; None for a value of the batch."""
    if equation.target.per_sample:
        finite = np.isfinite(value).reshape(len(samples), -1).all(axis=1)
        return samples[int(np.argmin(finite))] + 1
    return samples[0] + 1 if len(samples) == 1 else None


def _remedy(formula: Expr) -> str:
    """What keeps the operations of the formula in range."""
    if not isinstance(formula, Apply):
        return _GENERAL
    found = (_REMEDIES.get(formula.op.name, _GENERAL), *map(_remedy, formula.args))
    return next((remedy for remedy in found if remedy != _GENERAL), _GENERAL)


_GENERAL = "Try a smaller learning rate, smaller weights or smaller inputs."
_PROBABILITY = (
    "This loss asks for predictions between 0 and 1, neither of them reached: sigmoid or softmax give such predictions,"
    " and smaller weights, inputs or learning rate keep them inside."
)
_REMEDIES = {
    "exp": "e^z is too large for a double above z = 709: smaller weights, inputs or learning rate keep z in range.",
    "ylogx": _PROBABILITY,
    "ydiv": _PROBABILITY,
}
