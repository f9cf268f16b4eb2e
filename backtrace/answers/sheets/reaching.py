"""How far a training must go for a sheet: which update a line asks for, and the scenario that reaches it."""

from __future__ import annotations

import math
from functools import lru_cache

from backtrace.engine.givens import schedule_of
from backtrace.engine.plan import OBJECTIVES, Plan
from backtrace.engine.schedule import Schedule
from backtrace.scenario.scenario import Scenario

MOST_UPDATES = 100_000
"""The last update that a sheet may ask for: every update of a training is kept."""

_CLOSING = {"promise", "gain", *(f"{of}_next" for of in OBJECTIVES)}
_AT_START = ("weights", "biases", "input", "target", "state")


def is_closing(name: str) -> bool:
    """Whether the quantity exists only once, after the last update: the new loss, what was promised and what came."""
    return name in _CLOSING


def is_in_forward_pass(plan: Plan, name: str) -> bool:
    """Whether the quantity has a value in the pass after the last update too."""
    equation, role = plan.equation(name), plan.quantities[name].role.name
    return equation.phase in ("forward", "loss") if equation else role in _AT_START


def needed(plan: Plan, schedule: Schedule, name: str, update: int, sample: int | None = None) -> int:
    """How many updates a training must have for a quantity to have a value in the update.

    The pass with the new parameters counts as the update after the last, on the same samples.
    """
    if is_closing(name):
        return update - 1
    is_after = is_in_forward_pass(plan, name) and (
        sample is None or sample - 1 in endless(schedule).samples(max(update - 1, 1))
    )
    return update - 1 if is_after else update


def endless(schedule: Schedule) -> Schedule:
    """The schedule of a training that goes on: which samples an update beyond the last would work."""
    return Schedule(schedule.batches, MOST_UPDATES, schedule.seed)


@lru_cache(maxsize=64)
def reaching(scenario: Scenario, update: int) -> Scenario:
    """The scenario, trained for as many epochs more as its training needs to have that update, and all of it kept.

    Where a condition ends the training, or not every update is kept, it is trained to the end of that update's epoch
    instead. The same scenario where nothing has to change.
    """
    schedule = schedule_of(scenario)
    epochs = max(1, math.ceil(update / len(schedule.batches)))
    if scenario.until is not None:
        scenario = scenario.with_(until=None, epochs=epochs)
    elif update > schedule.updates:
        scenario = scenario.with_(epochs=epochs)
    if scenario.keep.every == 1:
        return scenario
    keep = {"updates": "all", "per_sample_gradients": scenario.keep.per_sample_gradients}
    return scenario.with_(epochs=epochs, keep=keep)
