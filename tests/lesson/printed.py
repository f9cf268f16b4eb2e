"""The printed lines of a lesson, and whether each closes on the pocket calculator of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from backtrace.lesson.blocks import Derivation, Lesson
from tests.calculator import Unreadable, Value, calculate, closes


@dataclass(frozen=True)
class Printed:
    """One line as it stands on paper: what is worked, what is said to come out, and whether that is all of it."""

    name: str
    worked: str
    result: str
    is_exact: bool

    @property
    def closes(self) -> bool:
        """Whether a calculator gives the result as printed: rounded to its digits, or nothing else where exact."""
        try:
            if "/" in self.result:  # a fraction, whose decimals have no end
                return self.is_exact and is_same(calculate(self.worked), calculate(self.result))
            nothing_left = not self.is_exact or calculate(self.worked) == calculate(self.result)
            return nothing_left and closes(self.worked, self.result)
        except Unreadable:
            return False


def printed(lesson: Lesson) -> set[Printed]:
    """The different lines of a lesson that can be worked."""
    return {line for told in lesson.lines() for derivation in told.derivations for line in lines_of(derivation)}


def lines_of(derivation: Derivation) -> Iterator[Printed]:
    """The lines with the numbers put in, those of the factors of a product, and the kept value before rounding."""
    forms = {form.name: form for form in derivation.forms}
    name, value = derivation.target.linear("text"), forms["value"]
    result, is_exact = value.linear("text"), value.relation == "equals"
    worked = [forms[form] for form in ("numbers", "factors") if form in forms]
    for form in worked:
        yield Printed(name, form.linear("text"), result, is_exact)
    if len(worked) == 2:
        for factor, rounded in zip(*(form.factors for form in worked), strict=True):
            yield Printed(name, factor.linear("text"), rounded.linear("text"), False)
    if derivation.kept is not None and derivation.beside == "kept":
        yield Printed(name, derivation.kept.linear("text"), result, False)


def is_same(left: Value, right: Value) -> bool:
    """Whether two values are the same but for the last of the calculator's digits."""
    if isinstance(left, list) and isinstance(right, list):
        rows = zip(left, right, strict=True)
        return all(is_same(a, b) for row, other in rows for a, b in zip(row, other, strict=True))
    return not isinstance(left, list) and not isinstance(right, list) and abs(left - right) < Decimal(10) ** -40


def wrong(lines: set[Printed]) -> list[str]:
    """The lines that do not close, as they would be read."""
    return [f"{line.name}: {line.worked} gives {line.result}" for line in lines if not line.closes]
