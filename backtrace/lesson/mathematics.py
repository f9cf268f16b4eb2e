"""Mathematics to be shown: a formula with its names or with numbers put in, written when a format asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backtrace.formula.calculus import summed
from backtrace.formula.expr import Apply, Expr, Var, apply, summands
from backtrace.formula.operations import ATOM, PRODUCT
from backtrace.formula.writing import (
    Grid,
    Language,
    Leaf,
    Piece,
    Written,
    bracketed,
    linear,
    write,
)
from backtrace.lesson.numbers import Shown, put_in

EDGE = 3
"""How many rows and columns of a large matrix, or terms of a long sum, are shown at each end."""

MOST_SHOWN = 2 * EDGE
DOTS = "…"


@dataclass(frozen=True, eq=False)
class Formula:
    """A formula that `leaf` writes: with names, or with numbers put in."""

    expr: Expr
    leaf: Callable[[Language], Leaf] = field(repr=False)
    _written: dict[Language, Written] = field(default_factory=dict, init=False, repr=False)

    def written(self, language: Language) -> Written:
        """The formula in the language, written once: whoever sets it tries several ways."""
        if language not in self._written:
            self._written[language] = write(self.expr, self.leaf(language), language)
        return self._written[language]

    def pieces(self, language: Language) -> tuple[Piece, ...]:
        """The row of strings and matrices that the formula is written as."""
        return self.written(language).pieces

    def as_factor(self, language: Language) -> tuple[Piece, ...]:
        """The pieces as they stand in a product: in brackets where they bind less tightly."""
        return bracketed(self.written(language), PRODUCT, language)

    def linear(self, language: Language) -> str:
        """The formula on one line."""
        return linear(self.written(language), language)


def number(value: Shown) -> Formula:
    """A single number as mathematics."""
    return Formula(Var("value"), lambda language: lambda var, transposed: value.written(language))


def matrix(numbers: Any, as_row: bool) -> Formula:
    """Numbers shown as a vector, matrix or single number; an object array of `Shown`."""
    return Formula(Var("value"), lambda language: lambda var, transposed: _grid(numbers, language, as_row))


@dataclass(frozen=True, eq=False)
class Operands:
    """The leaf that puts numbers in: each variable as its value, with so many decimals."""

    reads: Callable[[Var], Any]
    decimals: int
    base: int
    vectors_are_rows: bool

    def __call__(self, language: Language) -> Leaf:
        """How a variable is written in the language; see `formula.writing.Leaf`."""

        def leaf(var: Var, transposed: bool) -> Written:
            if var.name == DOTS:
                return dots(language)
            values = elided(np.asarray(self.reads(var)))
            numbers = np.empty(values.shape, dtype=object)
            for index in np.ndindex(*values.shape):
                value = values[index]
                numbers[index] = value if value is None else put_in(value, self.decimals, self.base)
            return _grid(numbers, language, self.vectors_are_rows != transposed, transposed)

        return leaf


def dots(language: Language) -> Written:
    """What stands for the terms that are left out."""
    return Written(({"text": "…", "ascii": "...", "latex": r"\dots", "words": "and so on"}[language],), ATOM, True)


def elided(values: Any) -> Any:
    """The array with the middle of long axes replaced by a single None, as numpy prints large arrays.

    Of the columns of a matrix fewer are kept than of its rows, so that three matrices stand side by side.
    """
    out = np.asarray(values, dtype=object) if _is_large(values) else values
    for axis, size in enumerate(np.shape(values)):
        if size > MOST_SHOWN + 1:
            edge = EDGE if axis == 0 else EDGE - 1
            first, last = np.take(out, range(edge), axis), np.take(out, range(size - edge, size), axis)
            gap = np.full(tuple(1 if i == axis else n for i, n in enumerate(first.shape)), None, dtype=object)
            out = np.concatenate([first, gap, last], axis)
    return out


def _is_large(values: Any) -> bool:
    return any(size > MOST_SHOWN + 1 for size in np.shape(values))


def _grid(numbers: Any, language: Language, as_row: bool, transposed: bool = False) -> Written:
    """A matrix of numbers; one of a single entry is written as that number."""
    if numbers.size == 1:
        return numbers.flat[0].written(language)  # type: ignore[no-any-return]
    rows = numbers if numbers.ndim == 2 else numbers.reshape((1, -1) if as_row else (-1, 1))  # noqa: PLR2004
    if numbers.ndim == 2 and transposed:  # noqa: PLR2004
        rows = rows.T
    return Written((grid(rows, language),))


def grid(rows: Any, language: Language) -> Grid:
    """A matrix of `Shown` numbers or of names, None where entries are left out."""

    def entry(item: Any) -> str:
        if item is None:
            return linear(dots(language), language)
        return item if isinstance(item, str) else linear(item.written(language), language)

    return Grid(tuple(tuple(entry(item) for item in row) for row in rows))


def shortened(expr: Expr, budget: int = MOST_SHOWN + 2) -> Expr:
    """The formula with the middle of every long sum left out; a short one comes back as it is."""
    if not isinstance(expr, Apply):
        return expr
    terms = summands(expr)
    if len(terms) > budget:
        terms = [*terms[:EDGE], Var(DOTS), *terms[-2:]]
    elif len(terms) == 1:
        args = tuple(shortened(arg, budget) for arg in expr.args)
        return expr if all(new is old for new, old in zip(args, expr.args, strict=True)) else apply(expr.op, *args)
    else:
        short = [shortened(term, budget) for term in terms]
        if all(new is old for new, old in zip(short, terms, strict=True)):
            return expr
        terms = short
    return summed(terms)
