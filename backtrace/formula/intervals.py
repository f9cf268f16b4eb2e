"""The carrier of intervals: what the value of a formula can be when its operands are only known to so many digits.

No operation has a rule for intervals: its floats are worked at the ends of its operands and where it turns between
them (`Operation.turns`), and the extremes are among those values.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import product
from math import inf, isinf, isnan, ulp
from operator import add, sub
from typing import Any

import numpy as np

from backtrace.formula.evaluate import Carrier, each_entry
from backtrace.formula.expr import OPERATIONS, Apply, Operation

_SLACK = 16  # units in the last place, 8 to 16 eps: a total may have been added up in another order
_TERMS = ("add", "sub")
_LARGEST_WHOLE = 2**52
_SAME_DIGITS = ("neg", "magnitude", "maximum", "minimum")


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from `low` to `high`, both among them.

    Of a result, `unit` is what it is rounded to before it is used again: then it is known to half a unit only.
    """

    low: float
    high: float
    unit: float = 0.0
    is_result: bool = False

    @property
    def width(self) -> float:
        """How far apart the ends are."""
        return self.high - self.low

    @property
    def used(self) -> Interval:
        """The interval as an operand: a result that is rounded before it is used again may move by half a unit."""
        return about(self.low, self.unit, self.high) if self.is_result and self.unit else self

    def meets(self, low: float | Fraction, high: float | Fraction) -> bool:
        """Whether any of the numbers from `low` to `high` lies in the interval."""
        return low <= self.high and high >= self.low

    def __add__(self, other: Any) -> Interval:
        return worked(OPERATIONS["add"], self, other)

    def __mul__(self, other: Any) -> Interval:
        return worked(OPERATIONS["mul"], self, other)

    def __rmul__(self, other: Any) -> Interval:
        return worked(OPERATIONS["mul"], other, self)

    def __truediv__(self, other: Any) -> Interval:
        return worked(OPERATIONS["div"], self, other)


def about(low: float, unit: float, high: float | None = None) -> Interval:
    """What is within half a unit of a number, or of the numbers up to `high`."""
    high = low if high is None else high
    half = unit / 2
    return Interval(low - half - ulp(low - half), high + half + ulp(high + half))


def literal(number: Fraction) -> Interval:
    """The interval of a number of the formula itself, which is exact."""
    nearest = float(number)
    return Interval(nearest, nearest) if nearest == number else about(nearest, 2 * ulp(nearest))


def worked(op: Operation, *operands: Any) -> Interval:
    """What the operation can give when each operand is any number of its interval; plain numbers are exact.

    Any number at all where it may have no value, as in a division by an interval that contains 0.
    """
    intervals = [x if isinstance(x, Interval) else literal(Fraction(x)) for x in operands]
    keeps_digits = op.name in _SAME_DIGITS
    used = intervals if keeps_digits else [x.used for x in intervals]
    turning = [turns(x.low, x.high) for turns, x in zip(op.turns, used, strict=False)]
    points = [(x.low, x.high, *between) for x, between in zip(used, turning or [()] * len(used), strict=True)]
    assert op.floats is not None
    corners = list(product(*points))
    with np.errstate(all="ignore"):
        values: list[float] = np.ravel(op.floats(*np.array(corners).T)).tolist()
    unit = max((x.unit for x in intervals), default=0.0)
    is_result = any(x.is_result for x in intervals) if keeps_digits else True
    if any(map(isnan, values)) or (any(turning) and any(map(isinf, values))):
        return Interval(-inf, inf, unit, is_result)
    sizes = [sum(map(abs, corner)) for corner in corners] if op.name in _TERMS else [abs(value) for value in values]
    is_exact = keeps_digits or (op.name in _TERMS and all(map(_is_whole, used)))
    slacks = [_SLACK * ulp(size) if 0 < size < inf and not is_exact else 0.0 for size in sizes]
    return Interval(min(map(sub, values, slacks)), max(map(add, values, slacks)), unit, is_result)


def _is_whole(interval: Interval) -> bool:
    """Whether it is one whole number, such as t and 1 in t + 1: doubles add those up exactly."""
    return interval.low == interval.high and float(interval.low).is_integer() and abs(interval.low) < _LARGEST_WHOLE


INTERVALS = Carrier("intervals", literal, lambda op: partial(worked, op) if op.floats else None)
"""Values are intervals, entry by entry, those of the variables too: see `about`."""


@dataclass(frozen=True)
class RoundedInside(Carrier):
    """Intervals, when every result is rounded to a unit before it is used again; the last one is not."""

    unit: float = 0.0

    def work(self, expr: Apply, args: list[Any]) -> Any:
        """The operation's interval from its operands', whose results are known to half a unit."""
        return super().work(expr, [_with_unit(arg, self.unit) for arg in args])


def rounded_inside(unit: float) -> RoundedInside:
    """The carrier of intervals for whoever rounds every result to the unit before using it again."""
    return RoundedInside("intervals", INTERVALS.number, INTERVALS.function, unit)


def _with_unit(intervals: Any, unit: float) -> Any:
    return each_entry(lambda entry: replace(entry, unit=unit) if isinstance(entry, Interval) else entry, intervals)
