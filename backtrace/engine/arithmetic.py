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
from backtrace.formula.evaluate import DECIMALS, FRACTIONS, Carrier, evaluate
from backtrace.formula.expr import Apply, Expr, Var
from backtrace.scenario.scenario import Floats, Places, Rounding, Scenario

Numbers = dict[str, Any]
"""Values by id, of whatever the arithmetic works with."""

_MODES = {"half-even": ROUND_HALF_EVEN, "half-up": ROUND_HALF_UP, "truncate": ROUND_DOWN}
_DIGITS = 60
_MANY_DIGITS = Context(prec=_DIGITS, traps=[])
_MOST_BITS = 100_000


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

    def by_sample(self, formula: Expr, read: Callable[[Var], Any], samples: int, carrier: Carrier) -> Any:
        """The formula's value, for each sample where it has one for each."""
        if not formula.per_sample:
            return evaluate(formula, read, carrier)

        def of_sample(place: int) -> Callable[[Var], Any]:
            return lambda var: read(var)[place] if self.plan.quantities[var.name].var.per_sample else read(var)

        return np.stack([evaluate(formula, of_sample(place), carrier) for place in range(samples)])


@dataclass(frozen=True)
class Rounded(_ByEntry):
    """Decimals: the result of every told line is rounded before it is used again.

    A line reads what is told or given, as the lesson writes it; what is folded into it is not rounded by itself.
    """

    rounding: Rounding

    def value(self, equation: Equation, values: Numbers, samples: int) -> Any:
        """The value of the equation, rounded if it is a told line; as doubles, which hold all its digits."""
        with localcontext(_MANY_DIGITS):
            worked = self.by_sample(
                self.plan.inlined(equation), lambda var: _decimals(values[var.name]), samples, DECIMALS
            )
            places = self.rounding.places(equation.phase) if equation.told == "always" else None
            if places is not None:
                worked = _each(lambda number: rounded(number, places, self.rounding.mode), worked)
        return np.asarray(worked, dtype=np.float64)


@dataclass(frozen=True)
class Exact(_ByEntry):
    """Fractions: nothing is rounded at all."""

    def taken(self, given: Mapping[str, Floats]) -> Numbers:
        """Given numbers as the fractions that their shortest decimal form says."""
        return {name: fractions_of(value) for name, value in given.items()}

    def value(self, equation: Equation, values: Numbers, samples: int) -> Any:
        """The value of the equation; raises OverflowError where a fraction has grown beyond all reading."""
        worked = self.by_sample(equation.opened, lambda var: values[var.name], samples, FRACTIONS)
        worked = _each(Fraction, worked)
        if any(number.denominator.bit_length() > _MOST_BITS for number in np.ravel(worked)):
            raise OverflowError
        return worked

    def floats(self, values: Numbers) -> dict[str, Floats]:
        """The doubles nearest to the fractions."""
        return {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}

    def exactly(self, values: Numbers) -> Numbers:
        """The fractions."""
        return values


def arithmetic_of(scenario: Scenario, plan: Plan) -> Arithmetic:
    """The arithmetic that the scenario asks for.

    Raises InputError where fractions are asked for and an operation has no exact value, naming all of them.
    """
    if scenario.rounding is not None:
        return Rounded(plan, scenario.rounding)
    if scenario.arithmetic != "exact":
        return Arithmetic()
    problems = [
        Problem(f"{equation.id} needs {name}, which has no exact value in fractions",
                "identity, relu and losses of squares, which fractions can work",
                "choose such activations and losses, or leave `arithmetic` out", "arithmetic")
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


def rounded(number: Decimal, places: Places, mode: str) -> Decimal:
    """The number with so many decimals or significant digits; what is not finite stays as it is."""
    if not number.is_finite():
        return number
    unit = -places.decimals if places.decimals is not None else number.adjusted() - (places.significant or 1) + 1
    result = number.quantize(Decimal(1).scaleb(unit), rounding=_MODES[mode])
    if places.significant is not None and result.adjusted() > number.adjusted() and number:
        result = result.quantize(Decimal(1).scaleb(unit + 1))  # 9.999 rounds to 10.00, which has a digit too many
    return result or abs(result)


def decimal_of(value: float) -> Decimal:
    """The shortest decimal number that the double stands for."""
    return Decimal(repr(float(value)))


def fractions_of(values: Floats) -> Any:
    """The fractions that the shortest decimal forms of the numbers say, in an object array."""
    return _each(lambda value: Fraction(decimal_of(value)), values)


def _decimals(values: Any) -> Any:
    return _each(decimal_of, values)


def _each(function: Callable[[Any], Any], values: Any) -> Any:
    """The function of every entry, in an object array of the same shape."""
    array = np.asarray(values)
    out = np.empty(array.shape, dtype=object)
    for index in np.ndindex(*array.shape):
        out[index] = function(array[index])
    return out
