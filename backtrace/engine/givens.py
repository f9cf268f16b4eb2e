"""What is given to an update: the data of its samples, hyperparameters, its number, and what is carried into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Schedule
from backtrace.scenario.scenario import Floats, Scenario

Values = dict[str, Floats]


def schedule_of(scenario: Scenario) -> Schedule:
    """The scenario's updates: which samples each works on, if no condition ends the training before."""
    seed = scenario.seed if scenario.shuffle else None
    if scenario.order:
        return Schedule(scenario.order, scenario.epochs, seed)
    return Schedule.in_order(len(scenario.x), scenario.batch_size, scenario.epochs, seed)


def start(scenario: Scenario, plan: Plan, schedule: Schedule, update: int, carried: Values) -> Values:
    """What is given at the start of an update; samples lead in the arrays of a batch's data."""
    samples = schedule.samples(update)
    places: Any = list(samples) if plan.batched else samples[0]
    data = {"x": scenario.x[places], "y": scenario.y[places]}
    return data | _numbers({**constants(scenario, plan), **_counted(scenario, plan, schedule, update)}) | carried


@lru_cache(maxsize=4)
def constants(scenario: Scenario, plan: Plan) -> Mapping[str, float]:
    """Every hyperparameter of the plan, by id: what is given and stays the same in every update."""
    found: dict[str, Any] = {"l2": scenario.l2, **scenario.loss_parameters, **scenario.optimizer_parameters}
    if scenario.rates is None:
        found["eta"] = scenario.learning_rate
    else:
        found |= {"eta0": scenario.learning_rate, **scenario.rates.parameters}
    for number, layer in enumerate(scenario.layers, 1):
        found |= {f"{name}_a{number}": value for name, value in layer.parameters.items()}
    return MappingProxyType({name: value for name, value in found.items() if _is_given(plan, name)})


def given_in(scenario: Scenario, plan: Plan, schedule: Schedule, name: str, update: int) -> float | None:
    """The value of a hyperparameter, of the number of the update or of its epoch; None for other quantities."""
    return {**constants(scenario, plan), **_counted(scenario, plan, schedule, update)}.get(name)


def counts(scenario: Scenario, plan: Plan, schedule: Schedule, updates: range) -> dict[str, Sequence[float]]:
    """What changes from update to update without being worked out, by id: a number for each of the updates."""
    numbers = range(updates.start, updates.stop) if updates.stop <= schedule.updates + 1 else [
        min(update, schedule.updates) for update in updates]  # fmt: skip
    epochs = [schedule.epoch(number) for number in numbers] if _needs_epochs(scenario, plan) else []
    found: dict[str, Sequence[float]] = {"t": numbers, "epoch": epochs}
    if scenario.rates is not None and scenario.rates.values:
        rates, places = scenario.rates.values, epochs if scenario.rates.per == "epoch" else numbers
        found["eta"] = [rates[min(place, len(rates)) - 1] for place in places]
    return {name: values for name, values in found.items() if _is_given(plan, name)}


def _needs_epochs(scenario: Scenario, plan: Plan) -> bool:
    return _is_given(plan, "epoch") or (scenario.rates is not None and scenario.rates.per == "epoch")


def _counted(scenario: Scenario, plan: Plan, schedule: Schedule, update: int) -> dict[str, float]:
    """What changes from update to update without being worked out."""
    found = counts(scenario, plan, schedule, range(update, update + 1))
    return {name: values[0] for name, values in found.items()}


def _is_given(plan: Plan, name: str) -> bool:
    return name in plan.quantities and plan.equation(name) is None


def _numbers(values: dict[str, float]) -> Values:
    return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}


def initial_parameters(scenario: Scenario) -> Values:
    """The weights and biases before the first update, by id."""
    parameters: Values = {}
    for number, layer in enumerate(scenario.layers, 1):
        parameters[f"W{number}"] = layer.weights
        if layer.biases is not None:
            parameters[f"b{number}"] = layer.biases
    return parameters


def initial(scenario: Scenario, plan: Plan) -> Values:
    """What is carried into the first update: the parameters, and what the optimizer keeps, which begins with 0."""
    return {name: np.zeros(plan.quantities[name].var.shape) for name in plan.kept} | initial_parameters(scenario)


def carried_on(carried: Values, values: Values) -> Values:
    """What is carried into the next update, given the values of this one."""
    return {name: values.get(f"{name}_next", old) for name, old in carried.items()}


def places_of(samples: Sequence[int]) -> str:
    """The samples as a sentence names them, by their place in the data from 1."""
    return ", ".join(str(place + 1) for place in samples)
