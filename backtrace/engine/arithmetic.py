"""The arithmetic that equations are worked in: doubles, decimals rounded line by line as a hand does, or fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.errors import InputError, Problem
from backtrace.formula.arithmetic import Inexact
from backtrace.formula.evaluate import DECIMALS, FRACTIONS, Lookup, each_entry, evaluate
from backtrace.formula.expr import Apply, Expr
from backtrace.scenario.scenario import Floats, Places, Rounding, Scenario

Numbers = dict[str, Any]
"""Values by id, of whatever the arithmetic works with."""

_MODES = {"half-even": ROUND_HALF_EVEN, "half-up": ROUND_HALF_UP, "truncate": ROUND_DOWN}
_MANY_DIGITS = Context(prec=60, traps=[])
_SURE_DIGITS = Context(prec=50, traps=[])  # 2/3·3 is 1.999…98 to 60 digits, and is not to be cut off to 1.999
_MOST_BITS = 10_000  # so that numerator and denominator have fewer than the 4300 digits that Python writes


class UnworkableError(ArithmeticError):
    """A value that the arithmetic does not have: why, what to do, and the row of its sample in a batch."""

    row: int | None = None

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Arithmetic:
    """Doubles: whole arrays at once."""

    def taken(self, given: Mapping[str, Floats]) -> Numbers:
        """Given numbers, as this arithmetic works with them."""
        return dict(given)

    def value(self, equation: Equation, values: Numbers, samples: int) -> Any:
        """The value of the equation, samples leading where there are several."""
        return evaluate(equation.opened, values)

    def floats(self, values: Numbers) -> dict[str, Floats]:
        """The values as doubles."""
        return values

    def exactly(self, values: Numbers) -> Numbers | None:
        """The values themselves, where doubles are not all of them."""
        return None


DOUBLES = Arithmetic()


@dataclass(frozen=True)
class _ByEntry(Arithmetic):
    """An arithmetic that works entry by entry, and sample by sample, on the numbers of a carrier."""

    plan: Plan

    def by_sample(self, formula: Expr, read: Lookup, samples: int, work: Callable[[Expr, Lookup], Any]) -> Any:
        """What `work` gives for the formula, for each sample where it has a value for each."""
        if not formula.per_sample:
            return work(formula, read)

        def of_sample(row: int) -> Lookup:
            return lambda var: read(var)[row] if self.plan.quantities[var.name].var.per_sample else read(var)

        rows = []
        for row in range(samples):
            try:
                rows.append(work(formula, of_sample(row)))
            except UnworkableError as error:
                error.row = row
                raise
        return np.stack(rows)


@dataclass(frozen=True)
class Rounded(_ByEntry):
    """Decimals: the result of every told line is rounded before it is used again.

    A line reads what is told or given, as the lesson writes it; what is folded into it is not rounded by itself.
    """

    rounding: Rounding

    def value(self, equation: Equation, values: Numbers, samples: int) -> Any:
        """The value of the equation, rounded if it is a told line; as doubles, which hold 15 digits."""
        places, mode = places_of(self.rounding, equation), self.rounding.mode

        def work(formula: Expr, read: Lookup) -> Any:
            worked = evaluate(formula, read, DECIMALS)
            return (
                worked if places is None else each_entry(lambda n: rounded(_SURE_DIGITS.plus(n), places, mode), worked)
            )

        with localcontext(_MANY_DIGITS):
            read = lambda var: each_entry(decimal_of, values[var.name])  # noqa: E731
            worked = self.by_sample(self.plan.inlined(equation), read, samples, work)
        return np.asarray(worked, dtype=np.float64)


@dataclass(frozen=True)
class Exact(_ByEntry):
    """Fractions: nothing is rounded at all."""

    def taken(self, given: Mapping[str, Floats]) -> Numbers:
        """Given numbers as the fractions that their shortest decimal form says."""
        return {name: fractions_of(value) for name, value in given.items()}

    def value(self, equation: Equation, values: Numbers, samples: int) -> Any:
        """The value of the equation; raises UnworkableError where there is none, or a fraction has grown too long."""

        def work(formula: Expr, read: Lookup) -> Any:
            try:
                return each_entry(_bounded, evaluate(formula, read, FRACTIONS))
            except ZeroDivisionError as error:
                raise UnworkableError("divides by zero") from error

        return self.by_sample(equation.opened, lambda var: values[var.name], samples, work)

    def floats(self, values: Numbers) -> dict[str, Floats]:
        """The doubles nearest to the fractions."""
        return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}

    def exactly(self, values: Numbers) -> Numbers:
        """The fractions."""
        return values


def _bounded(number: Any) -> Fraction:
    """The fraction; raises UnworkableError where it cannot be written, or no double is near it."""
    result = Fraction(number)
    if result.denominator.bit_length() > _MOST_BITS:
        remedy = "Train fewer updates, choose numbers with fewer decimals, or leave `arithmetic: exact` out."
        raise UnworkableError(f"is a fraction of more than {_MOST_BITS:,} binary digits", remedy)
    try:
        float(result)
    except OverflowError as error:
        raise UnworkableError("left the range of double precision") from error
    return result


def arithmetic_of(scenario: Scenario, plan: Plan) -> Arithmetic:
    """The arithmetic that the scenario asks for.

    Raises InputError where fractions are asked for and an operation has no exact value, naming all of them.
    """
    if scenario.rounding is not None:
        return Rounded(plan, scenario.rounding)
    if scenario.arithmetic != "exact":
        return DOUBLES
    problems = [
        Problem(f"{equation.id} needs {name}, which has no exact value in fractions",
                "what fractions can work: identity, relu, losses of squares, sgd and momentum",
                "choose such ones, or leave `arithmetic` out", "arithmetic")
        for name, equation in _in_the_way(plan).items()
    ]  # fmt: skip
    if problems:
        raise InputError(problems)
    return Exact(plan)


def _in_the_way(plan: Plan) -> dict[str, Equation]:
    """The operations that have no exact value, each with the first equation that needs it."""
    found: dict[str, Equation] = {}
    for equation in plan.equations:
        for name in _inexact(equation.opened):
            found.setdefault(name, equation)
    return found


def _inexact(expr: Expr) -> list[str]:
    if not isinstance(expr, Apply):
        return []
    own = [expr.op.exact.operation] if isinstance(expr.op.exact, Inexact) else []
    return own + [name for arg in expr.args for name in _inexact(arg)]


def places_of(rounding: Rounding | None, equation: Equation) -> Places | None:
    """How far the result of the equation is rounded before it is used again; None where it is not."""
    return rounding.places(equation.phase) if rounding is not None and equation.told == "always" else None


def rounded(number: Decimal, places: Places, mode: str) -> Decimal:
    """The number with so many decimals or significant digits; what is not finite stays as it is, and −0 is 0."""
    first = number.adjusted()
    unit = -places.decimals if places.decimals is not None else first - (places.significant or 1) + 1
    if not number.is_finite() or first - unit >= _MANY_DIGITS.prec:  # so large that no digit stands below the unit
        return number
    result = number.quantize(Decimal(1).scaleb(unit), _MODES[mode], _MANY_DIGITS)
    if places.significant is not None and result.adjusted() > first and number:
        result = result.quantize(Decimal(1).scaleb(unit + 1))  # 9.9995 rounds to 10.000, which has a digit too many
    return result or abs(result)


def decimal_of(value: float) -> Decimal:
    """The shortest decimal number that the double stands for."""
    return Decimal(repr(float(value)))


def fractions_of(values: Floats) -> Any:
    """The fractions that the shortest decimal forms of the numbers say, in an object array."""
    return each_entry(lambda value: Fraction(decimal_of(value)), values)
