"""A pocket calculator for printed mathematics, so that the tool's lines are not checked with its own code.

It reads one expression as the text language prints it with the numbers put in and works it in decimal
arithmetic with 50 digits. It is strict: a negative number inside an expression needs its brackets, and a
name or a sum over samples cannot be worked. Powers, quotients and functions of a matrix are taken entry by
entry; a matrix of one entry is a number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_FLOOR, Context, Decimal, DecimalException, DivisionByZero, InvalidOperation, localcontext

Matrix = list[list[Decimal]]
Value = Decimal | Matrix

DIGITS = 50
_CONTEXT = Context(prec=DIGITS, traps=[DivisionByZero, InvalidOperation])  # e^x runs over into infinity, as doubles do
ZERO, ONE = Decimal(0), Decimal(1)
PI = Decimal("3.1415926535897932384626433832795028841971693993751058")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?|½")
_RAISED = re.compile(r"⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FUNCTION = re.compile(r"(ln|√|tanh|erf|cos|sign|max|min|diag)\(")
_SHOWN = re.compile(r"([-−]?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+)|·10(⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")


class Unreadable(ValueError):  # noqa: N818  (what it says of the text)
    """What is printed cannot be worked on a pocket calculator."""


def calculate(text: str) -> Value:
    """The value of one printed expression: a Decimal, or a matrix as nested lists (a vector has one column or row).

    Raises Unreadable where the text is no expression of numbers, or has no value.
    """
    with localcontext(_CONTEXT):
        try:
            return _worked(text)
        except DecimalException as error:
            raise Unreadable(f"{text!r} has no value: {type(error).__name__}") from error


def closes(left: str, right: str) -> bool:
    """Whether the value of `left`, rounded to the digits that `right` shows, is `right`; a tie may go either way."""
    value = calculate(left)
    rows = value if isinstance(value, list) else [[value]]
    shown = _shown_rows(right)
    if [len(row) for row in rows] != [len(row) for row in shown]:
        return False
    with localcontext(_CONTEXT):
        pairs = [pair for row, shown_row in zip(rows, shown, strict=True) for pair in zip(row, shown_row, strict=True)]
        return all(_rounds_to(entry, number) for entry, number in pairs)


def _shown_rows(text: str) -> list[list[str]]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return [row.split() for row in text[1:-1].split(";")]
    return [[text]]


def _rounds_to(value: Decimal, shown: str) -> bool:
    match = _SHOWN.fullmatch(shown)
    if match is None:
        raise Unreadable(f"{shown!r} is not a number as a result is printed")
    sign, whole, fraction, ascii_exponent, raised = match.groups()
    exponent = int(ascii_exponent or (raised or "0").translate(_LOWERED)) - len(fraction or "")
    number = Decimal(whole + (fraction or "")).scaleb(exponent) * (-1 if sign else 1)
    smallest_error = Decimal(10) ** (5 - DIGITS)
    return abs(value - number) <= Decimal(5).scaleb(exponent - 1) * (1 + smallest_error)


def _worked(text: str) -> Value:
    reader = _Reader(text)
    value = reader.sum()
    reader.expect_end()
    return value


class _Reader:
    """Reads from left to right; each method takes what binds at least as tightly as its name says."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def take(self, *symbols: str) -> str:
        """The next of the symbols, passed over with the spaces before it; empty where none stands next."""
        rest = self.text[self.at :].lstrip()
        for symbol in symbols:
            if rest.startswith(symbol):
                self.at = len(self.text) - len(rest) + len(symbol)
                return symbol
        return ""

    def take_match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def expect(self, symbol: str) -> None:
        if not self.take(symbol):
            raise self.stuck(f"expected {symbol!r}")

    def expect_end(self) -> None:
        if self.text[self.at :].strip():
            raise self.stuck("this cannot be worked")

    def stuck(self, why: str) -> Unreadable:
        return Unreadable(f"{why}, at {self.text[self.at :]!r} in {self.text!r}")

    def sum(self) -> Value:
        value = _negative(self.entrywise()) if self.take("−", "-") else self.entrywise()
        while sign := self.take("+", "−", "-"):
            term = self.entrywise()
            value = _each(lambda a, b: a + b, value, term if sign == "+" else _negative(term))
        return value

    def entrywise(self) -> Value:
        value = self.product()
        while self.take("⊙"):
            value = _each(_times, value, self.product())
        return value

    def product(self) -> Value:
        value = self.factor()
        while True:
            if self.take("·") or self.text.startswith("(", self.at):
                value = _product(value, self.factor())
            elif self.take("/"):
                value = _each(_over, value, self.power())
            else:
                return value

    def factor(self) -> Value:
        return _total(self.entrywise()) if self.take("Σ") else self.power()

    def power(self) -> Value:
        value = self.primary()
        while True:
            if raised := self.take_match(_RAISED):
                value = _each(_raised, value, Decimal(raised[0].translate(_LOWERED)))
            elif self.text.startswith("ᵀ", self.at):
                self.at += 1
                value = _transposed(value)
            elif self.take("^"):
                value = _each(_raised, value, self.exponent())
            else:
                return value

    def exponent(self) -> Value:
        return _negative(self.power()) if self.take("−", "-") else self.power()

    def primary(self) -> Value:
        if self.take("("):
            value = self.sum()
            self.expect(")")
            return value
        if self.take("["):
            return self.bracketed()
        if self.take("|"):
            value = _entries(abs, self.sum())
            self.expect("|")
            return value
        if self.take("⌊"):
            value = _entries(lambda x: x.to_integral_value(ROUND_FLOOR), self.sum())
            self.expect("⌋")
            return value
        if self.take("π"):
            return PI
        if self.take("e^"):
            return _entries(Decimal.exp, self.exponent())
        while self.text.startswith(" ", self.at):
            self.at += 1
        if function := self.take_match(_FUNCTION):
            return self.function(function[1])
        if number := self.take_match(_NUMBER):
            return Decimal("0.5") if number[0] == "½" else Decimal(number[0])
        raise self.stuck("neither a number nor a bracket")

    def function(self, name: str) -> Value:
        value = self.sum()
        if name in ("max", "min"):
            value = _each(max if name == "max" else min, value, self.sum()) if self.take(",") else _largest(value)
        elif name == "diag":
            value = _diagonal(value)
        else:
            value = _entries(_FUNCTIONS[name], value)
        self.expect(")")
        return value

    def bracketed(self) -> Value:
        """A matrix `[1 2; 3 4]`, or the indicator `[0.5 > 0]`: 1 where it holds, 0 where it does not."""
        start, depth = self.at, 1
        while depth and self.at < len(self.text):
            depth += {"[": 1, "]": -1}.get(self.text[self.at], 0)
            self.at += 1
        if depth:
            raise self.stuck("expected ']'")
        inner = self.text[start : self.at - 1]
        left, is_indicator, right = inner.rpartition(">")
        if is_indicator:
            return _each(lambda a, b: Decimal(a > b), _worked(left), _worked(right))
        rows = [[_number(_worked(entry)) for entry in row.split()] for row in inner.split(";")]
        if not rows[0] or len({len(row) for row in rows}) > 1:
            raise self.stuck(f"[{inner}] is no matrix")
        return _settled(rows)


def _settled(rows: Matrix) -> Value:
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def _number(value: Value) -> Decimal:
    if isinstance(value, list):
        raise Unreadable("a matrix stands where a number must")
    return value


def _entries(function: Callable[[Decimal], Decimal], value: Value) -> Value:
    return [[function(x) for x in row] for row in value] if isinstance(value, list) else function(value)


def _each(function: Callable[[Decimal, Decimal], Decimal], left: Value, right: Value) -> Value:
    """The function of two values entry by entry; a number goes with every entry."""
    if not isinstance(left, list):
        return _entries(lambda b: function(left, b), right)
    if not isinstance(right, list):
        return _entries(lambda a: function(a, right), left)
    if (len(left), len(left[0])) != (len(right), len(right[0])):
        raise Unreadable("matrices of different size taken entry by entry")
    return [[function(a, b) for a, b in zip(*rows, strict=True)] for rows in zip(left, right, strict=True)]


def _negative(value: Value) -> Value:
    return _entries(lambda x: -x, value)


def _times(a: Decimal, b: Decimal) -> Decimal:
    return a * b if a and b else ZERO  # so that 0·ln(0) is 0


def _over(a: Decimal, b: Decimal) -> Decimal:
    return a / b if a or b else ZERO


def _raised(x: Decimal, n: Decimal) -> Decimal:
    return x**n if n else ONE


def _product(left: Value, right: Value) -> Value:
    if not isinstance(left, list) or not isinstance(right, list):
        return _each(_times, left, right)
    if len(left[0]) != len(right):
        raise Unreadable(f"{len(left)}×{len(left[0])} times {len(right)}×{len(right[0])} is no matrix product")
    columns = list(zip(*right, strict=True))
    return _settled([[sum(map(_times, row, column), ZERO) for column in columns] for row in left])


def _transposed(value: Value) -> Value:
    return [list(column) for column in zip(*value, strict=True)] if isinstance(value, list) else value


def _total(value: Value) -> Value:
    """The total of a vector; of a matrix the column of its rows' totals."""
    if not isinstance(value, list):
        return value
    if len(value[0]) == 1:
        value = [[row[0] for row in value]]
    return _settled([[sum(row, ZERO)] for row in value])


def _largest(value: Value) -> Decimal:
    return max(x for row in value for x in row) if isinstance(value, list) else value


def _diagonal(value: Value) -> Value:
    if not isinstance(value, list):
        return value
    if min(len(value), len(value[0])) > 1:
        raise Unreadable("diag of a matrix")
    entries = [x for row in value for x in row]
    return [[x if i == j else ZERO for j in range(len(entries))] for i, x in enumerate(entries)]


def _tanh(x: Decimal) -> Decimal:
    if abs(x) > DIGITS * 2:
        return ONE.copy_sign(x)
    squared = (2 * x).exp()
    return (squared - 1) / (squared + 1)


def _erf(x: Decimal) -> Decimal:
    """The alternating series of the error function, with digits to spare for what cancels."""
    if abs(x) > 10:
        return ONE.copy_sign(x)
    with localcontext(Context(prec=3 * DIGITS)):
        power, total, n = x, x, 0
        while abs(power) > Decimal(10) ** -DIGITS:
            n += 1
            power *= -x * x / n
            total += power / (2 * n + 1)
        return 2 * total / PI.sqrt()


def _cos(x: Decimal) -> Decimal:
    with localcontext(Context(prec=3 * DIGITS)):
        term, total, n = ONE, ONE, 0
        while abs(term) > Decimal(10) ** -DIGITS:
            n += 2
            term *= -x * x / (n * (n - 1))
            total += term
        return total


def _sign(x: Decimal) -> Decimal:
    return Decimal((x > 0) - (x < 0))


_FUNCTIONS: dict[str, Callable[[Decimal], Decimal]] = {
    "ln": Decimal.ln,
    "√": Decimal.sqrt,
    "tanh": _tanh,
    "erf": _erf,
    "cos": _cos,
    "sign": _sign,
}
