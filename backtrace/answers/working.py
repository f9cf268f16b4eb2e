"""A training worked again from numbers that somebody wrote down: lines that they did not show, by their formulas.

A value is worked when it is asked for, and only where a written number or a changed formula lies behind it: everything
else is the trace's own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, inf, log10, prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import FLOATS, Carrier, Lookup, each_entry, evaluate
from backtrace.formula.expr import Expr, Var, variables
from backtrace.formula.intervals import INTERVALS, Interval, about

BEFORE = "@before"
"""Ends the name of a variable that stands for its quantity in the update before."""
FARTHEST = 4
"""Over how many updates the digits of written numbers are followed."""

Index = tuple[int, ...]
Changed = Expr | NDArray[Any]
"""The formula of a whole quantity, or an array of those of its entries."""


class Key(NamedTuple):
    """One value of a training: a quantity by id, the update, and the sample where each sample has its own."""

    id: str
    update: int
    sample: int | None = None


@dataclass(eq=False)
class Working:
    """Values of a trace's quantities as they follow from those in `known`, entries by index from 1.

    With the carrier of intervals known values are intervals, else doubles. `changed` holds, by id, formulas that stand
    in place of the plan's, functions written out; a value behind which there is none of them is `parent`'s. With
    `digits`, lines that are told but not known are taken as rounded to so many significant digits before they are used.
    """

    trace: Trace
    carrier: Carrier = INTERVALS
    known: dict[Key, dict[Index, Any]] = field(default_factory=dict)
    changed: Mapping[str, Changed] = field(default_factory=dict)
    parent: Working | None = None
    floor: int = 1
    digits: int | None = None
    _values: dict[Key, Any] = field(default_factory=dict)
    _follows: dict[Key, bool] = field(default_factory=dict)
    _children: dict[tuple[frozenset[str], int], dict[Key, bool]] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """The plan of the trace."""
        return self.trace.plan

    def learn(self, key: Key, entries: Mapping[Index, Any]) -> None:
        """Take these as known from now on: nothing that is worked from them may have been asked for before."""
        self.known.setdefault(key, {}).update(entries)
        self._values.pop(key, None)

    def with_changes(self, changed: Mapping[str, Changed]) -> Working:
        """The same working with formulas changed."""
        follows = self._children.setdefault((frozenset(changed), self.floor), {})
        return Working(self.trace, self.carrier, self.known, changed, self, self.floor, _follows=follows)

    def value(self, key: Key) -> Any:
        """The value of the quantity: an array of its shape, of doubles or of intervals."""
        waiting = [key]
        while waiting:
            here = waiting.pop()
            if here in self._values:
                continue
            first = [each for each in self._needed(here) if each not in self._values]
            if first:
                waiting += [here, *first]
            else:
                self._values[here] = self._value(here)
        return self._values[key]

    def _needed(self, key: Key) -> list[Key]:
        """What has to be worked before the value: a long way back costs no deep recursion."""
        return list(self.operands(key)) if not self.is_shown(key) and self.follows(key) else []

    def _value(self, key: Key) -> Any:
        known = self.known.get(key, {})
        shape = self.plan.quantities[key.id].var.shape
        value = np.empty(shape, dtype=object) if self.is_shown(key) else self.unshown(key)
        if self._is_rounded(key):
            value = rounded(value, self.digits or 0)
        return self._with_known(value, known) if known else value

    def _is_rounded(self, key: Key) -> bool:
        """Whether it is a line that whoever works by hand writes down, if not on the sheet."""
        equation = None if self.digits is None or self.is_shown(key) else self.plan.equation(key.id)
        return equation is not None and equation.told == "always"

    def unshown(self, key: Key) -> Any:
        """The value as it follows from the lines before it, whether it is known itself or not."""
        if not self.follows(key):
            return self.parent.unshown(key) if self.parent else self._own(key)
        carried = self._carried(key)
        if carried is not None:
            return self.value(carried)
        equation = self.plan.equation(key.id)
        assert equation is not None  # what is given follows from nothing
        return self.result(equation, key, self.changed.get(key.id, equation.opened))

    def follows(self, key: Key) -> bool:
        """Whether something lies behind the value that makes it another than the parent's, or than the trace's."""
        if key not in self._follows:
            differs = any(map(self._differs, self.operands(key)))
            self._follows[key] = key.id in self.changed or differs or self._is_rounded(key)
        return self._follows[key]

    def _differs(self, key: Key) -> bool:
        if self.parent is None:
            return key in self.known or self.follows(key)
        return not self.is_shown(key) and self.follows(key)

    def operands(self, key: Key) -> Iterator[Key]:
        """What a value is worked from, one step back."""
        carried, equation = self._carried(key), self.plan.equation(key.id)
        if carried is not None:
            yield carried
        elif equation is not None and key.update >= self.floor:
            changed = self.changed.get(key.id)
            for var in equation.operands if changed is None else _variables(changed):
                yield from self._keys(var, equation, key)

    def behind(self, keys: Iterable[Key], is_end: Callable[[Key], bool]) -> Iterator[Key]:
        """What values are worked from, the nearest first, each once; not further back than where `is_end` says so."""
        waiting = deque(keys)
        seen = set(waiting)
        while waiting:
            for each in self.operands(waiting.popleft()):
                if each not in seen:
                    seen.add(each)
                    yield each
                    if not is_end(each):
                        waiting.append(each)

    def result(self, equation: Equation, key: Key, formula: Changed) -> Any:
        """What a formula in the equation's place, its functions written out, gives from the lines before it."""
        lookup = self.lookup(equation, key)
        if isinstance(formula, Expr):
            return evaluate(formula, lookup, self.carrier)
        out = np.empty(formula.shape, dtype=np.float64 if self.carrier is FLOATS else object)
        for index in np.ndindex(*formula.shape):
            entry: Any = formula[index]
            value: Any = evaluate(entry, lookup, self.carrier)
            out[index] = np.asarray(value, dtype=object).item()
        return out

    def lookup(self, equation: Equation, key: Key) -> Lookup:
        """What the variables of a formula in the equation's place stand for."""

        def lookup(var: Var) -> Any:
            values = [np.asarray(self.value(each)) for each in self._keys(var, equation, key)]
            whole = self.plan.quantities[var.name.removesuffix(BEFORE)].var
            is_gathered = whole.per_sample and var.sample is None and not equation.target.per_sample
            value = np.stack(values) if is_gathered else values[0]
            if var.index:
                return at(value, var.index)
            return value.reshape((len(values), *var.shape) if is_gathered else var.shape)

        return lookup

    def _keys(self, var: Var, equation: Equation, key: Key) -> list[Key]:
        """The values that a variable of the formula stands for: one, or one for each sample of the update."""
        name = var.name.removesuffix(BEFORE)
        update = max(1, key.update - (name != var.name))
        if equation.phase == "after":
            update = min(update, self.trace.updates)
        if self.plan.quantities[name].role.name == "next_loss":
            return [Key(self.plan.objective, update + 1)]
        if not self.plan.quantities[name].var.per_sample:
            return [Key(name, update)]
        if var.sample is not None or equation.target.per_sample:
            return [Key(name, update, var.sample or key.sample)]
        return [Key(name, update, place + 1) for place in self.trace.schedule.samples(key.update)]

    def _carried(self, key: Key) -> Key | None:
        """What a parameter, or what the optimizer keeps, was called in the update before."""
        is_carried = key.id in self.plan.carried and f"{key.id}_next" in self.plan.quantities
        return Key(f"{key.id}_next", key.update - 1) if is_carried and key.update > self.floor else None

    def is_shown(self, key: Key) -> bool:
        """Whether all entries of the quantity are known."""
        known = self.known.get(key)
        return known is not None and len(known) == prod(self.plan.quantities[key.id].var.shape)

    def _own(self, key: Key) -> Any:
        """The trace's own value."""
        value = np.asarray(self.trace.value(key.id, key.update, key.sample), dtype=np.float64)
        return value if self.carrier is FLOATS else points(value)

    def _with_known(self, value: Any, known: Mapping[Index, Any]) -> Any:
        filled = np.array(value, dtype=object)
        for index, entry in known.items():
            filled[tuple(i - 1 for i in index)] = entry
        return filled.astype(np.float64) if self.carrier is FLOATS else filled


def at(values: Any, index: Index) -> Any:
    """The entry at an index that counts from 1."""
    return values[tuple(i - 1 for i in index)]


def reads_before(formula: Changed) -> bool:
    """Whether it reads a value of the update before, which has no name of its own."""
    return any(var.name.endswith(BEFORE) for var in _variables(formula))


def points(values: Any) -> Any:
    """Intervals that hold one number each."""
    return each_entry(lambda value: Interval(float(value), float(value)), values)


def rounded(values: Any, digits: int) -> Any:
    """Intervals, or points, with what rounding to so many significant digits may add at each end."""
    out = np.empty(np.shape(values), dtype=object)
    for index, entry in np.ndenumerate(np.asarray(values, dtype=object)):
        size = max(abs(entry.low), abs(entry.high))
        unit = 10.0 ** (floor(log10(size)) - digits + 1) if 0 < size < inf else 0.0
        out[index] = about(entry.low, unit, entry.high) if unit else entry
    return out


def _variables(formula: Changed) -> Iterator[Var]:
    for each in [formula] if isinstance(formula, Expr) else formula.ravel():
        yield from variables(each)
