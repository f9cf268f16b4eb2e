"""Where a number comes from: the quantities that its formula reads, theirs in turn, back to what is given."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backtrace.engine.equation import Equation
from backtrace.formula.expr import Var, variables
from backtrace.lesson.blocks import Derivation
from backtrace.lesson.chain import Formulas
from backtrace.lesson.derivation import Deriving
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import put_in, shown
from backtrace.lesson.walk import Stop, Walk

_GIVEN_DECIMALS = 12
MOST_PARENTS = 24
"""How many of the numbers that a formula reads are listed; the mean over a large batch reads thousands."""


@dataclass(frozen=True, eq=False)
class Ancestor:
    """One entry of a quantity, with its value as shown and the stop where it was worked.

    `derivation` is the formula and the numbers put in; None where the entry is given, or was worked in an update that
    is not kept, which has no stop.
    """

    var: Var
    name: Formula
    value: Formula
    meaning: str
    stop: Stop | None
    derivation: Derivation | None = None


def ancestor(walk: Walk, var: Var, seen_from: Stop) -> Ancestor:
    """The entry as it is seen from a stop: a parameter was made by the update before, or is given."""
    trace = walk.trace
    stop = replace(seen_from, shows=var.sample, sample=var.sample) if var.sample is not None else seen_from
    place = walk.where(var.name, stop)
    where = None if place is None else walk.stop(place)
    quantity = trace.plan.quantities[var.name]
    entry = Var(var.name, (), index=var.index)
    value = float(trace.value(var.name, stop.update, stop.shows if quantity.var.per_sample else None)[_place(var)])
    decimals = trace.scenario.decimals
    equation = _maker(walk, entry, where)
    is_given = equation is None and quantity.kind == "given"
    digits = put_in(value, _GIVEN_DECIMALS, decimals) if is_given else shown(value, decimals)
    derivation = None
    if equation is not None and where is not None:
        told = _deriving(walk, where).of_entry(equation, var.index or (), with_chain=False)
        derivation = replace(told, tall=False)
    return Ancestor(var, Formula(var, trace.notation.leaf), number(digits), quantity.meaning, where, derivation)


def parents(walk: Walk, child: Ancestor) -> tuple[Ancestor, ...]:
    """The entries that the formula of an entry reads, each once, from left to right; none of what is given."""
    equation = _maker(walk, child.var, child.stop)
    if equation is None or child.stop is None:
        return ()
    formula = _deriving(walk, child.stop).formula(equation, child.var.index or ())
    read = {var.key: var for var in variables(formula) if var.name in walk.trace.plan.quantities}
    seen_from = child.stop
    return tuple(ancestor(walk, var, seen_from) for var in list(read.values())[:MOST_PARENTS])


def _maker(walk: Walk, var: Var, stop: Stop | None) -> Equation | None:
    """The equation that made the entry at that stop; None where it is given, or there is no stop."""
    if stop is None or stop.kind != "line":
        return None
    plan = walk.trace.plan
    name = f"{var.name}_next" if var.name in plan.carried else var.name
    return plan.equation(name)


def _deriving(walk: Walk, stop: Stop) -> Deriving:
    trace = walk.trace
    places = [place + 1 for place in trace.schedule.samples(stop.update)] if trace.plan.batched else []
    formulas = Formulas(trace.plan, not walk.telling.detail, places)
    return Deriving(trace, formulas, stop.update, stop.sample, frozenset({"formula", "numbers", "value"}))


def _place(var: Var) -> tuple[int, ...]:
    return tuple(i - 1 for i in var.index or ())
