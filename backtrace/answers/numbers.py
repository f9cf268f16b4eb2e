"""A number as a learner writes it, with the digits that were given: 0.50 is given to two decimals, 0.5 to one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from backtrace.errors import misfit
from backtrace.lesson.numbers import Shown

_LONGEST, _LARGEST_EXPONENT = 60, 400
_SHOWN_OF_OTHERS = 20
_MINUS = str.maketrans("−–⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "---0123456789")
_DECIMAL = re.compile(
    r"([+-]?)(\d*)(?:[.,](\d*))?(?:\s*(?:e|[·*×x]\s*10\s*\^?\s*)\(?([+-]?\d+)\)?)?", re.IGNORECASE | re.ASCII
)
_FRACTION = re.compile(r"([+-]?\d+)\s*/\s*(\d+)", re.ASCII)
_EXPECTED = "a number such as 0.0203, -0,5, 1/3, 1.2e-3 or 2·10^-3"


@dataclass(frozen=True)
class WrittenNumber:
    """A number with the unit of its last place, and how many digits count; of a fraction, which is exact, None."""

    value: Fraction
    shown: Shown
    unit: Fraction | None = None
    significant: int | None = None

    @property
    def half(self) -> Fraction:
        """How far from the number written the number meant may be: half a unit of the last place."""
        return self.unit / 2 if self.unit else Fraction(0)

    @property
    def low(self) -> Fraction:
        """The smallest number that may be meant."""
        return self.value - self.half

    @property
    def high(self) -> Fraction:
        """The largest number that may be meant."""
        return self.value + self.half

    @property
    def decimals(self) -> int | None:
        """The place of the last digit after the point, negative before it; None for a fraction."""
        return -int(self.shown.unit.adjusted()) if self.unit else None


def read_number(text: str) -> WrittenNumber:
    """The number that a text says; raises InputError, with what was found and what was expected, for any other text.

    Point or comma before the decimals, any minus sign, a power of ten by `e` or written out, or a fraction of two
    whole numbers.
    """
    plain = text.strip().translate(_MINUS)
    if not plain:
        raise misfit("nothing is written", _EXPECTED)
    said = f"{plain[:_SHOWN_OF_OTHERS]}{'…' if len(plain) > _SHOWN_OF_OTHERS else ''}"
    if len(plain) > _LONGEST:
        raise misfit(f"{said!r} has {len(plain)} characters", f"a number of at most {_LONGEST}")
    if fraction := _FRACTION.fullmatch(plain):
        over, under = int(fraction[1]), int(fraction[2])
        if not under:
            raise misfit(f"{said!r} divides by zero", _EXPECTED)
        return WrittenNumber(Fraction(over, under), Shown(f"{over}/{under}"))
    decimal = _DECIMAL.fullmatch(plain)
    if not decimal or not (decimal[2] or decimal[3]):
        raise misfit(f"{said!r} is not a number", _EXPECTED)
    return _decimal(said, *decimal.groups())


def _decimal(said: str, sign: str, whole: str, decimals: str | None, power: str | None) -> WrittenNumber:
    exponent = int(power or 0)
    if abs(exponent) > _LARGEST_EXPONENT:
        raise misfit(f"{said!r} has the exponent {exponent}", f"one from −{_LARGEST_EXPONENT} to {_LARGEST_EXPONENT}")
    digits = f"{'-' if sign == '-' else ''}{whole.lstrip('0') or '0'}" + (f".{decimals}" if decimals else "")
    unit = Fraction(10) ** (exponent - len(decimals or ""))
    shown = Shown(digits, exponent if power else None)
    return WrittenNumber(int(f"{sign}{whole}{decimals or ''}") * unit, shown, unit,
                         len(f"{whole}{decimals or ''}".lstrip("0")))  # fmt: skip
