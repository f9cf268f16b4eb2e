"""Mistakes with numbers, whatever the formula: digits exchanged or misread, a product that is not right.

They are found from the number that was written and the one that belongs there, entry by entry.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from backtrace.answers.numbers import WrittenNumber
from backtrace.formula.calculus import substituted, summed
from backtrace.formula.evaluate import Lookup, evaluate
from backtrace.formula.expr import Apply, Expr, Num, apply, summands, variables

_NEAREST = Fraction(1, 50)
_MOST_TERMS, _MOST_DIGITS, _FEW_UNITS, _MORE_UNITS = 12, 6, 5, 20


@dataclass(frozen=True, eq=False)
class Written:
    """A number that was written for an entry: its formula, what that reads, and what it gives from the lines before."""

    number: WrittenNumber
    formula: Expr
    reads: Lookup
    expected: float

    @property
    def decimals(self) -> int:
        """The decimals that the number was written with."""
        return _MOST_DIGITS if self.number.decimals is None else max(0, self.number.decimals)

    def is_off_by(self, units: int) -> bool:
        """Whether only the last digits are wrong: by at most so many units, and by little of the number itself."""
        unit, off = self.number.unit, abs(self.number.value - Fraction(self.expected))
        return unit is not None and off <= units * unit and off <= _NEAREST * abs(self.number.value)


@dataclass(frozen=True, eq=False)
class Slip:
    """The entry's formula with a number in it that is not right, and words for that."""

    formula: Expr
    note: str = ""


def digits_exchanged(w: Written) -> Iterator[Slip]:
    """The number that belongs there with two neighbouring digits in each other's place."""
    text = _digits(w.expected, w.decimals)
    yield from (Slip(Num(Fraction(each))) for each in _exchanged(text))


def number_misread(w: Written) -> Iterator[Slip]:
    """A number that the line reads with one digit, two neighbouring digits, or the sign wrong."""
    for var in {var.key: var for var in variables(w.formula)}.values():
        right = repr(float(w.reads(var)))
        if len(right.strip("-0.")) > _MOST_DIGITS:
            continue
        for wrong in (*_one_wrong(right), *_exchanged(right), str(-Decimal(right))):
            number = Num(Fraction(wrong))
            yield Slip(substituted(w.formula, var, number), f"{wrong} for {right}")


def arithmetic_slip(w: Written) -> Iterator[Slip]:
    """One product of the line worked wrongly: a digit, the point, or its factors added; or only the last digits."""
    if w.is_off_by(_FEW_UNITS):
        yield Slip(Num(w.number.value), "only the last digits are wrong")
    terms = summands(w.formula)
    if 1 < len(terms) <= _MOST_TERMS:
        for place, term in enumerate(terms):
            for product in _products(term):
                for number in _wrong_products(product, w):
                    changed = _replaced(term, product, number)
                    yield Slip(summed([*terms[:place], changed, *terms[place + 1 :]]))
    if w.is_off_by(_MORE_UNITS):
        yield Slip(Num(w.number.value), "only the last digits are wrong")


def _products(expr: Expr) -> Iterator[Apply]:
    if isinstance(expr, Apply):
        if expr.op.name == "mul":
            yield expr
        for arg in expr.args:
            yield from _products(arg)


def _wrong_products(product: Apply, w: Written) -> Iterator[Expr]:
    """What may come out in place of the product."""
    right = _digits(float(evaluate(product, w.reads)), w.decimals)
    for wrong in (*_one_wrong(right), *_exchanged(right)):
        yield Num(Fraction(wrong))
    yield from (apply("mul", product, Num(Fraction(10) ** places)) for places in (1, -1))
    yield apply("add", *product.args)


def _replaced(expr: Expr, old: Expr, new: Expr) -> Expr:
    if expr is old or not isinstance(expr, Apply):
        return new if expr is old else expr
    return apply(expr.op, *(_replaced(arg, old, new) for arg in expr.args))


def _digits(value: float, decimals: int) -> str:
    return f"{value:.{min(decimals, _MOST_DIGITS + 9)}f}"


def _one_wrong(text: str) -> Iterator[str]:
    """The number with each of its digits another one."""
    for place, old in enumerate(text):
        if old.isdigit() and "e" not in text:
            yield from (text[:place] + new + text[place + 1 :] for new in "0123456789" if new != old)


def _exchanged(text: str) -> Iterator[str]:
    """The number with two neighbouring digits in each other's place."""
    if "e" in text:
        return
    places = [place for place, char in enumerate(text) if char.isdigit()]
    for first, second in pairwise(places):
        if text[first] != text[second]:
            chars = list(text)
            chars[first], chars[second] = chars[second], chars[first]
            yield "".join(chars)
