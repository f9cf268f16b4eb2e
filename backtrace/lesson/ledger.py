"""Every quantity of an update as it stands at a stop of the walk: given, known, used, new, or still to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.formula.expr import Var, variables
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import put_in, shown
from backtrace.lesson.walk import Stop, Walk

State = Literal["given", "known", "used", "new", "later"]
_GIVEN_DECIMALS = 12


@dataclass(frozen=True, eq=False)
class Record:
    """A quantity as it stands at a stop; `values` are its first entries, none where it is not computed yet.

    `before` are the values that it had in another trace, where they are not the same. `stop` is where it is worked,
    None where that is an update that is not kept.
    """

    id: str
    name: Formula
    state: State
    stop: int | None
    values: tuple[Formula, ...] = ()
    before: tuple[Formula, ...] = ()
    omitted: int = 0


def ledger(walk: Walk, stop: Stop, most: int = 4, other: Walk | None = None, hidden: bool = False) -> Iterator[Record]:
    """The given quantities and then those of the update's lines, in order, each with at most so many entries.

    `other` is the walk that is compared with. Where it is `hidden`, the stop's own line counts as not computed yet.
    """
    used = used_at(walk, stop)
    for name, quantity in walk.trace.plan.quantities.items():
        if quantity.kind == "given" and not name.endswith("_next"):
            yield _record(walk, stop, name, "used" if name in used else "given", most, other)
    for equation in (*walk.of_sample, *walk.of_update):
        yield _record(walk, stop, equation.id, _state(walk, stop, equation, used, hidden), most, other)


def used_at(walk: Walk, stop: Stop) -> frozenset[str]:
    """The ids of the quantities that the stop's line reads, as it is told."""
    if stop.equation is None:
        return frozenset()
    formula = stop.equation.formula if walk.telling.detail else walk.trace.plan.folded(stop.equation.formula)
    return frozenset(var.name for var in variables(formula))


def is_known(walk: Walk, stop: Stop, name: str, hidden: bool = False) -> bool:
    """Whether the quantity has a value once the stop's line is worked; where that is `hidden`, before it is."""
    if walk.trace.plan.equation(name) is None:
        return True
    where = walk.where(name, stop)
    return where is None or where < stop.number or (where == stop.number and not hidden)


def _state(walk: Walk, stop: Stop, equation: Equation, used: frozenset[str], hidden: bool) -> State:
    if stop.kind == "opening" or not is_known(walk, stop, equation.id, hidden):
        return "later"
    if equation is stop.equation:
        return "new"
    return "used" if equation.id in used else "known"


def _record(walk: Walk, stop: Stop, name: str, state: State, most: int, other: Walk | None) -> Record:
    where = walk.where(name, stop)
    formula = Formula(walk.trace.plan.quantities[name].var, walk.trace.notation.leaf)
    if state == "later":
        return Record(name, formula, state, where)
    values = values_of(walk, stop, name, most)
    before = values_of(other, stop, name, most) if other else ()
    if [value.linear("ascii") for value in before] == [value.linear("ascii") for value in values]:
        before = ()
    omitted = int(np.prod(walk.trace.plan.quantities[name].var.shape)) - len(values)
    return Record(name, formula, state, where, values, before, omitted)


def values_of(walk: Walk, stop: Stop, name: str, most: int) -> tuple[Formula, ...]:
    """The first entries of a quantity in the stop's update and sample, as they are shown."""
    trace, quantity = walk.trace, walk.trace.plan.quantities[name]
    value = trace.value(name, stop.update, stop.shows if quantity.var.per_sample else None)
    decimals, is_given = trace.scenario.decimals, quantity.kind == "given"
    entries = (float(entry) for entry in islice(np.asarray(value).flat, most))
    digits = max(decimals, _GIVEN_DECIMALS) if is_given and stop.update == 1 else decimals
    return tuple(number(put_in(v, digits, decimals) if is_given else shown(v, decimals)) for v in entries)


def named(walk: Walk, var: Var) -> Formula:
    """A quantity or entry by its name in the notation."""
    return Formula(var, walk.trace.notation.leaf)
