"""How numbers are shown, and with how many digits, so that every printed line closes on a pocket calculator.

A result is shown with the decimals that were asked for. The numbers put in get as many more as the line needs
for its printed operands to give its printed result; that is found by working the line in decimal arithmetic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import decimal_of, rounded
from backtrace.formula.evaluate import DECIMALS, each_entry, evaluate
from backtrace.formula.expr import Expr, Var, variables
from backtrace.formula.operations import ATOM, FRACTION, PRODUCT, SIGN
from backtrace.formula.writing import Language, Written
from backtrace.scenario.scenario import Places

_MOST_DIGITS = 20
_LARGE = 1e7
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_CALCULATOR = Context(prec=40, traps=[])
_SURE_DIGITS = Context(prec=30, traps=[])  # 1.7/3·0.75 is 0.425, and 0.4249…9 to the calculator's last digit
ALL_DIGITS = 99
"""The decimals of an operand that is to be shown with every digit that it has."""

_DIGITS_OF_DOUBLES = 15
_LONGEST_FRACTION = 10**9
_SMALLEST_EXPONENT = -5


@dataclass(frozen=True)
class Shown:
    """A number as it is shown: the digits of its mantissa, and a power of ten in scientific form; or a fraction."""

    digits: str
    exponent: int | None = None

    @property
    def decimal(self) -> Decimal:
        """The value of what is shown."""
        over, is_fraction, under = self.digits.partition("/")
        if is_fraction:
            return _CALCULATOR.divide(Decimal(over), Decimal(under))
        return Decimal(self.digits).scaleb(self.exponent or 0)

    @property
    def unit(self) -> Decimal:
        """One unit in the last place shown."""
        return Decimal(1).scaleb(int(Decimal(self.digits).as_tuple().exponent) + (self.exponent or 0))

    def written(self, language: Language) -> Written:
        """The number in the language; a sign or a power of ten binds less tightly than digits alone."""
        digits = self.digits.replace("-", "−") if language == "text" else self.digits
        sign = self.digits.startswith("-")
        over, is_fraction, under = digits.partition("/")
        if is_fraction:
            written = rf"\frac{{{over.lstrip('-')}}}{{{under}}}" if language == "latex" else digits
            written = f"-{written}" if language == "latex" and sign else written
            return Written((written.replace("/", " over ") if language == "words" else written,),
                           SIGN if sign else FRACTION)  # fmt: skip
        if self.exponent is None:
            return Written((digits,), SIGN if sign else ATOM)
        match language:
            case "text":
                power = "·10" + str(self.exponent).translate(_RAISED)
            case "latex":
                power = rf" \cdot 10^{{{self.exponent}}}"
            case _:
                return Written((f"{digits}e{self.exponent}",), SIGN if sign else ATOM)
        return Written((digits + power,), SIGN if sign else PRODUCT)


def shown(value: float, decimals: int, base: int | None = None) -> Shown:
    """The number rounded to so many decimals.

    Below 10^-base (base is `decimals` unless given), and from ten million on, it is shown in scientific form
    with as many digits.
    """
    size, base = abs(value), decimals if base is None else base
    if size != 0 and (size < 10.0**-base or size >= _LARGE):
        mantissa, exponent = f"{value:.{max(decimals - 1, 0)}e}".split("e")
        return Shown(mantissa, int(exponent))
    return Shown(_fixed(value, decimals))


def put_in(value: float | Fraction, decimals: int, base: int) -> Shown:
    """The number as an operand: like `shown`, but with fewer decimals where they already say all of it."""
    if isinstance(value, Fraction):
        return fraction(value, base)
    value = float(value)
    if decimals == ALL_DIGITS:
        return _in_full(decimal_of(value).normalize())
    exact = f"{value:.15g}"
    if "e" not in exact and abs(value) < _LARGE and len(exact.partition(".")[2]) <= decimals:
        return Shown("0" if float(exact) == 0 else exact)
    mantissa, is_small, exponent = exact.partition("e-")
    if is_small and len(mantissa.partition(".")[2]) <= decimals:
        return Shown(mantissa, -int(exponent))
    return shown(value, decimals, base)


def fraction(value: Fraction, decimals: int) -> Shown:
    """The fraction as a decimal number where it has no more decimals than that, else as numerator and denominator."""
    if 10**decimals % value.denominator == 0:
        number = Decimal(value.numerator) / value.denominator
        return Shown(f"{number.normalize():f}")
    return Shown(f"{value.numerator}/{value.denominator}")


def is_readable(values: Any) -> bool:
    """Whether fractions are short enough to be shown as such."""
    entries = np.ravel(np.asarray(values, dtype=object))
    return all(max(abs(entry.numerator), entry.denominator) < _LONGEST_FRACTION for entry in entries)


def rounded_to(value: float, places: Places) -> Shown:
    """A number that was rounded to these places, with the digits that it was rounded to and that a double holds."""
    number = decimal_of(value)
    if places.significant is not None:
        return _in_full(rounded(number, places, "half-even"))
    decimals = min(places.decimals or 0, _DIGITS_OF_DOUBLES - 1 - number.adjusted())
    if decimals < 0:
        return _in_full(number.normalize())
    return Shown(f"{rounded(number, Places(decimals), 'half-even'):f}")


def _in_full(number: Decimal) -> Shown:
    """The number with all its digits, in scientific form where zeros would only show its size."""
    if not number:
        return Shown("0")
    if number.adjusted() >= _SMALLEST_EXPONENT and abs(number) < _LARGE:
        return Shown(f"{number:f}")
    mantissa, exponent = f"{number:e}".split("e")
    return Shown(mantissa, int(exponent))


def closing_as_rounded(
    formula: Expr, reads: Callable[[Var], Any], results: Iterable[float], places: Places, base: int
) -> Closing:
    """How a line is shown whose result was rounded: the operands with all their digits, the result with its own."""
    shown_results = tuple(rounded_to(value, places) for value in results)
    calculated = calculate(formula, reads, ALL_DIGITS, base)
    pairs = zip(map(_SURE_DIGITS.plus, calculated), shown_results, strict=True)
    exact = all(number == result.decimal for number, result in pairs)
    return Closing(ALL_DIGITS, shown_results, exact)


def kept(value: float, decimals: int) -> Shown:
    """The number as it is carried on: two significant digits more than the decimals shown, one decimal at least."""
    whole = len(f"{abs(value):.0f}") if abs(value) < _LARGE else 1
    mantissa, _, exponent = f"{value + 0:#.{whole + decimals + 1}g}".partition("e")
    return Shown(mantissa.rstrip("."), int(exponent)) if exponent else Shown(mantissa.rstrip("."))


@dataclass(frozen=True)
class Closing:
    """How a line is shown: the decimals of its operands, its results, and whether it is exact as printed."""

    decimals: int
    results: tuple[Shown, ...]
    exact: bool


def closing(formula: Expr, reads: Callable[[Var], Any], results: Iterable[float], base: int) -> Closing:
    """The fewest decimals, from `base` on, with which the printed operands give the printed results.

    A result that is nothing but the rounding of a cancellation never closes in scientific form; it is shown
    with fixed decimals. A result is shown with fewer decimals where a double does not hold as many.
    """
    values = [float(value) for value in results]
    scientific = tuple(shown(value, base) for value in values)
    fixed = tuple(Shown(_fixed(value, base)) for value in values)
    fewer = [tuple(shown(value, digits, base) for value in values) for digits in range(base - 1, -1, -1)]
    for attempt in dict.fromkeys((scientific, fixed, *fewer)):
        for decimals in range(base, max(base, _MOST_DIGITS) + 1):
            calculated = calculate(formula, reads, decimals, base)
            if all(map(rounds_to, calculated, attempt)):
                same = all(number == result.decimal for number, result in zip(calculated, attempt, strict=True))
                return Closing(decimals, attempt, same and all(map(_says_all, attempt, values)))
    return Closing(max(base, _MOST_DIGITS), scientific, False)


def _says_all(result: Shown, value: float) -> bool:
    """Whether the digits shown are all there are, to the 15 digits that a double holds for sure."""
    return float(result.decimal) == float(f"{value:.15g}")


def _fixed(value: float, decimals: int) -> str:
    digits = f"{value:.{decimals}f}"
    return digits.removeprefix("-") if float(digits) == 0 else digits


def calculate(formula: Expr, reads: Callable[[Var], Any], decimals: int, base: int) -> list[Decimal]:
    """What a pocket calculator gives for each entry when the operands are typed as printed."""
    typed = {var.key: _typed(reads(var), decimals, base) for var in variables(formula)}
    with localcontext(_CALCULATOR):
        return list(np.ravel(evaluate(formula, lambda var: typed[var.key], DECIMALS)))


def _typed(value: Any, decimals: int, base: int) -> Any:
    return each_entry(lambda number: put_in(float(number), decimals, base).decimal, value)


def rounds_to(calculated: Decimal, result: Shown) -> bool:
    """Whether the calculated number, rounded to the digits shown, is the number shown; a tie may go either way."""
    with localcontext(_CALCULATOR):
        difference = abs(Decimal(calculated) - result.decimal)
        return difference.is_finite() and 2 * difference <= result.unit


def factors_closing(
    factors: Sequence[Expr], reads: Callable[[Var], Any], close: Closing, base: int
) -> tuple[int, tuple[Shown, ...], bool]:
    """The decimals of the operands, and the value of each factor, with which a product closes both ways; whether exact.

    The printed operands give the printed result and each factor as printed, and the printed factors give the
    result. Where no number of digits does it all, the decimals of `close` and no factors.
    """
    (result,) = close.results
    with np.errstate(all="ignore"):  # an operand of a finite factor may be infinite
        exact = [float(evaluate(factor, reads)) for factor in factors]
    for decimals in range(close.decimals, close.decimals + 4):
        calculated = [calculate(factor, reads, decimals, base)[0] for factor in factors]
        values = tuple(put_in(value, decimals, base) for value in exact)
        with localcontext(_CALCULATOR):
            whole = math.prod(calculated, start=Decimal(1))
            product = math.prod((value.decimal for value in values), start=Decimal(1))
        if all(map(rounds_to, (whole, product, *calculated), (result, result, *values))):
            same = all(number == value.decimal for number, value in zip(calculated, values, strict=True))
            return decimals, values, same and all(map(_says_all, values, exact))
    return close.decimals, (), False
