"""What goes wrong in any line: signs, factors, the point, and which number is read.

Each function makes, of an equation that it can go wrong in, the changed formulas; the catalogue names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import numpy as np

from backtrace.answers import changes as ways
from backtrace.answers.alterations import MOST_ENTRIES, Altered, Subject, in_places
from backtrace.formula.calculus import rebuilt, substituted
from backtrace.formula.expr import Expr, Var, variables


def weights_transposed(s: Subject) -> Iterator[Altered]:
    """A square matrix of weights read with rows and columns exchanged."""
    for W in s.reads:
        is_square = len(set(W.shape)) == 1 < max(W.shape, default=0)
        if is_square and s.role_of(W) == "weights" and s.equation.phase != "update" and s.entries is not None:
            yield Altered(_read_as(s, W, lambda var: Var(var.name, (), index=(var.index or ())[::-1])))


def _read_as(s: Subject, of: Var, read: Callable[[Var], Expr]) -> Any:
    """The entries with those of one quantity replaced."""
    new = {
        index: rebuilt(formula, lambda var: read(var) if var.name == of.name else var)
        for index, formula in np.ndenumerate(s.entries)
    }
    return in_places(s.entries, new)


def sign_lost(s: Subject) -> Iterator[Altered]:
    """The whole with the other sign, or without one of its minus signs."""
    yield from s.changed(ways.minus_lost)
    yield Altered(-s.formula)


def signs_exchanged(s: Subject) -> Iterator[Altered]:
    """A sum with a minus, or a difference with a plus."""
    if not s.role.startswith("next"):
        yield from s.changed(ways.sign_exchanged)


def factor_left_out(s: Subject) -> Iterator[Altered]:
    """A product without one of its factors, or a power or division left out."""
    yield from s.changed(ways.factor_left_out)


def another_quantity(s: Subject) -> Iterator[Altered]:
    """Another quantity with as many entries in place of each that the formula reads."""
    for var in s.reads:
        if not var.shape:
            continue
        for name, quantity in s.before.items():
            other = quantity.var
            is_alike = prod(other.shape) == prod(var.shape) and other.per_sample == var.per_sample and other.shape
            if (
                is_alike
                and s.value_of(name) != s.value_of(var.name)
                and quantity.role.name not in ("state", "optimizer_part")
            ):
                yield Altered(s.exchanged(var, Var(name, var.shape, var.per_sample)))


def wrong_connection(s: Subject) -> Iterator[Altered]:
    """Another entry of a quantity in place of one that the entry's formula reads."""

    def way(formula: Expr) -> Iterator[Expr]:
        for old in {var.key: var for var in variables(formula)}.values():
            shape = s.plan.quantities[old.name].var.shape
            if not old.index or prod(shape) > MOST_ENTRIES:
                continue
            for place in np.ndindex(*shape):
                index = tuple(i + 1 for i in place)
                new = Var(old.name, (), old.per_sample, index, old.sample)
                if index != old.index:
                    yield substituted(formula, old, new)

    yield from s.each_entry(way, with_single=True)


def point_shifted(s: Subject) -> Iterator[Altered]:
    """The value with its point moved by up to three places."""
    for places in (1, 2, 3):
        yield Altered(10**places * s.formula, is_of_entries=True)
        yield Altered(s.formula / 10**places, is_of_entries=True)
