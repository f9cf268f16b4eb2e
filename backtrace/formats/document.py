"""The parts of an exported trace: what stands once at its head, and a line for each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from backtrace.engine.columns import thinned
from backtrace.engine.equation import Equation
from backtrace.engine.givens import constants, schedule_of
from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Schedule
from backtrace.engine.trace import Trace, notation_of
from backtrace.engine.work import Worked
from backtrace.formula.calculus import summed
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Expr, Var
from backtrace.lesson.chain import Formulas, differentiated_by
from backtrace.notation.notation import Notation
from backtrace.scenario.scenario import Scenario

FORMAT, VERSION = "backtrace-trace", 1
_MOST_ENTRIES = 4096


def head(scenario: Scenario, plan: Plan) -> dict[str, Any]:
    """What stands once: format, version, scenario, quantities and equations."""
    notation, formulas = notation_of(scenario, plan), Formulas(plan, folding=False)
    return {
        "format": FORMAT,
        "version": VERSION,
        "scenario": scenario.document,
        "quantities": {name: _quantity(scenario, plan, notation, name) for name in plan.quantities},
        "equations": [_equation(formulas, notation, equation) for equation in plan.equations],
    }


def _quantity(scenario: Scenario, plan: Plan, notation: Notation, name: str) -> dict[str, Any]:
    quantity = plan.quantities[name]
    entry: dict[str, Any] = {
        "meaning": quantity.meaning,
        "symbol": _symbol(notation, Var(name, quantity.var.shape)),
        "shape": list(quantity.var.shape),
        "kind": quantity.kind,
    }
    constant = {"x": scenario.x, "y": scenario.y, **constants(scenario, plan)}.get(name)
    if constant is not None:
        entry["value"] = np.asarray(constant).tolist()
    return entry


def _symbol(notation: Notation, var: Var) -> dict[str, str]:
    return {"text": notation.spell(var, "text"), "latex": notation.spell(var, "latex")}


def _written(notation: Notation, expr: Expr) -> dict[str, str]:
    return {"text": notation.write(expr, "text"), "latex": notation.write(expr, "latex")}


def _equation(formulas: Formulas, notation: Notation, equation: Equation) -> dict[str, Any]:
    """One line of the plan; entries and their chains are left out where a quantity has very many."""
    places = indices(equation.target.shape) if np.prod(equation.target.shape) <= _MOST_ENTRIES else []
    if formulas.plan.batched and not equation.target.per_sample and equation.phase != "update":
        places = []
    chain, entries = [], []
    for index in places:
        entries.append({"index": list(index), "formula": _written(notation, formulas.entry(equation, index))})
        entry = differentiated_by(equation, index)
        links = formulas.links(entry) if entry is not None else []
        if links:
            pairs = summed([link.pair for link in links])
            chain.append({"index": list(index), **_written(notation, pairs)})
    return {
        "id": equation.id,
        "phase": equation.phase,
        "stage": {"number": equation.stage.number, "title": equation.stage.title},
        "layer": equation.quantity.layer,
        "kind": equation.quantity.kind,
        "operands": list(dict.fromkeys(var.name for var in equation.operands)),
        "chain": chain,
        "formula": _written(notation, equation.formula),
        "entries": entries,
        "why": equation.quantity.role.why,
    }


Step = dict[str, Any]


def step(number: Any, equation: str, epoch: Any, update: Any, sample: Any, value: Any) -> Step:
    """The line of a step."""
    return {
        "step": number, "equation": equation, "epoch": epoch, "update": update, "sample": sample, "value": value,
    }  # fmt: skip


def steps(
    scenario: Scenario, plan: Plan, worked: Iterable[Worked], unrounded: Iterable[Worked] = (), before: int = 0
) -> Iterator[Step]:
    """A line for each step that is kept, in the order worked, without its arithmetic.

    `before` is the number of the update before the first. The first step of an update that does not follow on a kept
    one holds what is carried into the update. `exact` is the value without rounding where the scenario rounds, and the
    fraction where it works in fractions.
    """
    schedule = schedule_of(scenario)
    for each, exact in kept_of(scenario, worked, unrounded):
        follows, before = each.update == before + 1, each.update
        places = {place + 1: row for row, place in enumerate(each.samples)}
        lists = {name: np.asarray(value).tolist() for name, value in each.values.items()}
        first = first_step(plan, schedule, each.update)
        for number, (equation, sample) in enumerate(plan.lines(each.samples, each.is_last), first):
            row = places[sample] if equation.target.per_sample and sample is not None else None
            value = lists[equation.id] if row is None else lists[equation.id][row]
            beside = {}
            if equation.id in exact:
                beside = {"exact": exact[equation.id] if row is None else exact[equation.id][row]}
            start = {} if follows or number > first else {"start": {name: lists[name] for name in plan.carried}}
            epoch = schedule.epoch(each.update - each.is_last)
            yield step(number, equation.id, epoch, each.update, sample, value) | beside | start


def kept_of(
    scenario: Scenario, worked: Iterable[Worked], unrounded: Iterable[Worked] = ()
) -> Iterator[tuple[Worked, dict[str, Any]]]:
    """The updates that are kept, each with what stands beside its values by id: see `steps`."""
    others = iter(unrounded)
    other = next(others, None)
    for each, is_kept in thinned(scenario.keep, worked):
        if not is_kept:
            continue
        while other is not None and other.update < each.update and not other.is_last:
            other = next(others, None)
        yield each, _exact(each, other)


def first_step(plan: Plan, schedule: Schedule, update: int) -> int:
    """The number of the first step of an update."""
    return 1 + (update - 1) * len(plan.of_update) + schedule.visits_before(update) * len(plan.of_sample)


def _exact(each: Worked, unrounded: Worked | None) -> dict[str, Any]:
    """What stands beside the values: fractions as text, or the values of the same update without rounding."""
    if each.fractions is not None:
        return {name: _as_text(value) for name, value in each.fractions.items()}
    if unrounded is None or (unrounded.update, unrounded.is_last) != (each.update, each.is_last):
        return {}
    return {name: np.asarray(value).tolist() for name, value in unrounded.values.items()}


def _as_text(fractions: Any) -> Any:
    array = np.asarray(fractions, dtype=object)
    return np.vectorize(str, otypes=[object])(array).tolist() if array.shape else str(array.item())


def result_of(trace: Trace) -> dict[str, Any]:
    """What came of the training: the parameters after it, and the loss of every update and after the last."""
    return {
        "parameters": {name: value.tolist() for name, value in trace.parameters.items()},
        "losses": trace.losses.tolist(),
    }
