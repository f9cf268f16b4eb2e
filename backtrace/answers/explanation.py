"""An explanation of a wrong line: a mistake, where it was made, and whether its numbers are those that were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite

from backtrace.answers.alterations import Altered
from backtrace.answers.catalogue import Mistake
from backtrace.answers.numbers import WrittenNumber
from backtrace.answers.working import Changed, Key
from backtrace.formula.intervals import Interval

_FARTHEST, _FARTHEST_UNITS, _NOISE = Fraction(1, 4), 400, Fraction(1, 10**6)
_NOISE_AT_ZERO = 1e-13


@dataclass(frozen=True, eq=False)
class Explanation:
    """A mistake that explains a wrong line: in which equation of which update, and the formula that it leaves there.

    `also` has the formulas that it leaves in other lines of the same kind, where it was made throughout; `second` is
    another mistake, made as well. `support` counts the other wrong figures of the sheet that follow from it, and
    `contradicted` the right ones that would not. `is_close` says whether it gives the number without rounding on the
    way, `is_rounded` whether rounding operands is enough.
    """

    mistake: Mistake
    key: Key
    altered: Altered
    also: Mapping[str, Altered] = field(default_factory=dict)
    second: Explanation | None = None
    support: int = 0
    contradicted: int = 0
    is_close: bool = True
    is_rounded: bool = True

    @property
    def changed(self) -> dict[str, Changed]:
        """The changed formulas by id, functions written out."""
        return {name: altered.worked for name, altered in self.all.items()}

    @property
    def formulas(self) -> dict[str, Changed]:
        """The changed formulas by id, as they are told."""
        return {name: altered.formula for name, altered in self.all.items()}

    @property
    def all(self) -> dict[str, Altered]:
        """All that is changed, by id."""
        return {**self.also, self.key.id: self.altered, **(self.second.all if self.second else {})}

    @property
    def name(self) -> str:
        """The mistake's name, or both."""
        return self.mistake.name + (f" and {self.second.name}" if self.second else "")


def reaches(reach: Interval, number: WrittenNumber, wide: bool = False) -> bool:
    """Whether rounding can lead from the interval to the number; `wide`: also cutting off, or rounding once more.

    An interval that contains 0, or is wider than the number, leads nowhere, but for the noise around an exact 0.
    """
    if reach.width > _NOISE_AT_ZERO and (reach.meets(0, 0) or reach.width > abs(number.value)):
        return False
    slack = number.unit if wide and number.unit else number.half
    return reach.meets(number.value - slack, number.value + slack)


def is_close(value: float, number: WrittenNumber) -> bool:
    """Whether the value, rounded to the digits given, is the number."""
    return isfinite(value) and abs(Fraction(value) - number.value) <= number.half * (1 + _NOISE)


def is_near(value: float, number: WrittenNumber) -> bool:
    """Whether rounding may lead from the value to the number, at most."""
    if not isfinite(value):
        return False
    far = _FARTHEST * abs(number.value)
    far = min(far, _FARTHEST_UNITS * number.unit) if number.unit else far
    return abs(Fraction(value) - number.value) <= max(number.half, far)


def is_noise(value: float) -> bool:
    """Whether a number is 0, as far as doubles can tell."""
    return abs(value) < _NOISE_AT_ZERO
