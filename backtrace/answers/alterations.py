"""An equation that a mistake may be made in, and its formula as the mistake leaves it.

A change is made to the formula of the whole quantity where it concerns the quantity, and to those of its entries where
it concerns which of them are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from backtrace.answers.changes import Change, Ways, changes
from backtrace.answers.working import Changed, Index, at
from backtrace.engine.equation import Equation, Quantity
from backtrace.engine.plan import Plan
from backtrace.formula.calculus import opened, rebuilt, substituted
from backtrace.formula.evaluate import entries
from backtrace.formula.expr import Expr, Var

MOST_ENTRIES = 64
"""Of how many entries a quantity's formulas are looked at one by one."""


@dataclass(frozen=True, eq=False)
class Altered:
    """An equation's formula with a mistake in it; `note` says more of it than the row does, where there is more.

    `is_of_entries` says that the mistake is made in single entries, each by itself, and not in the whole line;
    `is_single` that it is made in one of them, which need not be asked for where the entries are seen.
    `entries` are the right formulas of the entries, where the changed ones are of entries.
    """

    formula: Changed
    note: str = ""
    is_of_entries: bool = False
    is_single: bool = False
    entries: Any = None

    def only(self, wrong: Iterable[Index]) -> Altered:
        """The change made in these entries alone (from 1), where it is made in single entries; else itself."""
        if self.entries is None or isinstance(self.formula, Expr):
            return self
        new = {tuple(i - 1 for i in index): at(self.formula, index) for index in wrong}
        return replace(self, formula=in_places(self.entries, new))

    @cached_property
    def worked(self) -> Changed:
        """The formula with every named function written out."""
        if isinstance(self.formula, Expr):
            return opened(self.formula)
        out: Changed = in_places(self.formula, {index: opened(each) for index, each in np.ndenumerate(self.formula)})
        return out


@dataclass(frozen=True, eq=False)
class Subject:
    """An equation that a mistake may have been made in: in a plan, in an update of these samples (places from 1)."""

    plan: Plan
    equation: Equation
    places: tuple[int, ...]
    update: int

    @property
    def samples(self) -> int:
        """How many samples the update has."""
        return len(self.places)

    @property
    def formula(self) -> Expr:
        """The formula as the plan has it."""
        return self.equation.formula

    @property
    def role(self) -> str:
        """The part that the quantity plays in the network."""
        return self.equation.quantity.role.name

    @property
    def layer(self) -> int:
        """The number of its layer; 0 where it has none."""
        return self.equation.quantity.layer or 0

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.plan.activations)

    @cached_property
    def reads(self) -> tuple[Var, ...]:
        """The quantities that the formula reads."""
        return self.equation.operands

    @cached_property
    def entries(self) -> Any:
        """The formulas of the entries; none of a quantity with very many."""
        if prod(self.equation.target.shape) > MOST_ENTRIES:
            return None
        if self.equation.target.per_sample:
            return entries(self.formula)
        found = entries(self.formula, self.samples)
        return in_places(found, {index: rebuilt(each, self._placed) for index, each in np.ndenumerate(found)})

    def _placed(self, var: Var) -> Var:
        """A value of the n-th sample of the update as that of its place in the data."""
        return replace(var, sample=self.places[var.sample - 1]) if var.sample else var

    @cached_property
    def before(self) -> dict[str, Quantity]:
        """What is given or worked before the equation."""
        names = [equation.id for equation in self.plan.equations]
        later = set(names[names.index(self.equation.id) :])
        return {
            name: quantity
            for name, quantity in self.plan.quantities.items()
            if name not in later and quantity.role.name != "next_loss"
        }

    def value_of(self, name: str) -> str:
        """The quantity that a quantity is another name of, such as the error signal of a bias's gradient; or itself."""
        equation = self.plan.equation(name)
        return self.value_of(equation.formula.name) if equation and isinstance(equation.formula, Var) else name

    def role_of(self, var: Var) -> str:
        """The part that a quantity of the formula plays."""
        return self.plan.quantities[var.name].role.name

    def var(self, name: str) -> Var | None:
        """The quantity of that id, where there is one."""
        quantity = self.plan.quantities.get(name)
        return quantity.var if quantity else None

    def exchanged(self, old: Var, new: Expr) -> Expr:
        """The formula with a quantity replaced."""
        return substituted(self.formula, old, new)

    def changed(self, way: Ways, *, is_wanted: Callable[[Change], bool] = lambda _: True) -> Iterator[Altered]:
        """The formula with each of its nodes changed in a way."""
        yield from (Altered(change.formula) for change in changes(self.formula, way) if is_wanted(change))

    def each_entry(self, way: Callable[[Expr], Iterable[Expr]], with_single: bool = False) -> Iterator[Altered]:
        """The entries all changed by the first change that the way makes of them, then by the second, and so on.

        An entry of which it makes fewer changes stays as it is. `with_single` also changes one entry alone.
        """
        if self.entries is None:
            return
        made = {index: list(way(formula)) for index, formula in np.ndenumerate(self.entries)}
        if with_single and len(made) > 1:
            for index, formula in ((index, formula) for index, each in made.items() for formula in each):
                yield Altered(in_places(self.entries, {index: formula}), is_of_entries=True, is_single=True)
        for place in range(max(map(len, made.values()), default=0)):
            new = {index: each[place] for index, each in made.items() if place < len(each)}
            yield Altered(in_places(self.entries, new), is_of_entries=True, entries=self.entries)


def in_places(formulas: Any, new: Mapping[Index, Expr]) -> Any:
    """The formulas of entries with some of them replaced; places count from 0."""
    out = formulas.copy()
    for index, formula in new.items():
        out[index] = formula
    return out
