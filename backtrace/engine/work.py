"""Working the plan: one short loop over updates, a generator, so that memory need not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Schedule
from backtrace.errors import OutOfRangeError
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Apply, Expr
from backtrace.scenario.scenario import Floats, Scenario

Values = dict[str, Floats]


@dataclass(frozen=True)
class Worked:
    """The values of one update: samples lead in the arrays of a batch's per-sample quantities.

    `update` counts from 1; the pass after the last update is one more. `samples` are places in the data, from 0.
    """

    update: int
    samples: tuple[int, ...]
    values: Values


Watch = Callable[[Iterator[Worked], int], Iterator[Worked]]
"""Passes the updates on, one by one, and may show how far the work is; the number is how many there will be."""


def unwatched(updates: Iterator[Worked], count: int) -> Iterator[Worked]:
    """The watch that shows nothing."""
    return updates


def schedule_of(scenario: Scenario) -> Schedule:
    """The scenario's updates: which samples each works on."""
    return Schedule.in_order(len(scenario.x), scenario.batch_size, scenario.epochs)


def work(scenario: Scenario, plan: Plan) -> Iterator[Worked]:
    """Each update in turn, and then the pass with the new parameters.

    Raises OutOfRangeError at the equation whose value is not finite.
    """
    schedule = schedule_of(scenario)
    parameters = initial_parameters(scenario)
    values: Values = {}
    for update in range(1, schedule.updates + 1):
        samples = schedule.samples(update)
        values = start(scenario, plan, samples, parameters)
        work_equations(plan.of_sample + plan.of_update, values, update, samples)
        parameters = {name: values.get(f"{name}_next", old) for name, old in parameters.items()}
        yield Worked(update, samples, values)
    update = schedule.updates + 1
    after = start(scenario, plan, samples, parameters)
    of_sample, of_update = plan.after
    work_equations(of_sample + of_update, after, update - 1, samples, after=True)
    closing = values | {f"{plan.objective}_next": after[plan.objective]}
    work_equations(plan.closing, closing, update - 1, samples, after=True)
    yield Worked(update, samples, after | {e.id: closing[e.id] for e in plan.closing})


def initial_parameters(scenario: Scenario) -> Values:
    """The weights and biases before the first update, by id."""
    parameters: Values = {}
    for number, layer in enumerate(scenario.layers, 1):
        parameters[f"W{number}"] = layer.weights
        if layer.biases is not None:
            parameters[f"b{number}"] = layer.biases
    return parameters


def start(scenario: Scenario, plan: Plan, samples: Sequence[int], parameters: Values) -> Values:
    """What is given at the start of an update."""
    places = list(samples) if plan.batched else samples[0]
    eta: Any = np.float64(scenario.learning_rate)
    return {"x": scenario.x[places], "y": scenario.y[places], "eta": eta, **parameters}


def work_equations(
    equations: Sequence[Equation], values: Values, update: int, samples: Sequence[int], after: bool = False
) -> None:
    """Work each equation in turn into `values`; raises OutOfRangeError where a value is not finite."""
    with np.errstate(all="ignore"):
        for equation in equations:
            value = evaluate(equation.opened, values)
            if not np.isfinite(value).all():
                place = _place(equation, value, samples)
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
