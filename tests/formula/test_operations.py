"""The table of operations: every row has what each walk needs, and its conventions hold in every evaluator."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from backtrace.errors import InexactError
from backtrace.formula.evaluate import DECIMALS, FLOATS, FRACTIONS, Carrier, evaluate
from backtrace.formula.expr import OPERATIONS, Expr, Operation, Var, apply
from backtrace.formula.operations import erf, exp, pi, tanh, ydiv, ylogx
from backtrace.proof.symbols import SYMBOLS
from tests.formula.rows import ENTRYWISE, applied, fitting, is_structural, is_worked

x, y = Var("x"), Var("y")


def _name(op: Operation) -> str:
    return op.name


def flaws(op: Operation) -> list[str]:
    """What a row of the table lacks for some walk."""
    found = []
    if is_worked(op) and not (op.partials or op.body or is_structural(op)):
        found.append("it has no partials, no body and no entries: it cannot be differentiated")
    if is_worked(op) and not (op.body or is_structural(op)) and not (op.exact and op.decimal and op.symbolic):
        found.append("it lacks a rule for fractions, decimals or symbols")
    if set(op.spellings) != {"text", "ascii", "latex", "words"}:
        found.append("a language cannot write it")
    if is_worked(op) and not fitting(op, 3):
        found.append("no operands fit it")
    return found


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=_name)
def test_every_row_has_what_each_walk_needs(op: Operation) -> None:
    """A row can be evaluated by every carrier, differentiated or taken apart, and written in every language."""
    assert flaws(op) == []


def test_an_incomplete_row_is_found() -> None:
    """A row with nothing but a rule for floats would be caught by the test above."""
    assert len(flaws(Operation("new", 1, lambda shape: shape, floats=np.sin))) == 3


@pytest.mark.parametrize("op", OPERATIONS.values(), ids=_name)
def test_a_row_that_gives_entries_is_marked(op: Operation) -> None:
    """`elementwise` is false exactly where an entry reads more than the operands' entries at its place."""
    assert op.elementwise is not is_structural(op)


@pytest.mark.parametrize("op", ENTRYWISE, ids=_name)
def test_an_entrywise_row_takes_numbers_vectors_and_matrices(op: Operation) -> None:
    """An operation taken entry by entry works on any shape, and a number goes with every entry."""
    assert len(fitting(op, 3)) == {0: 1, 1: 3, 2: 7}[op.arity]
    assert applied(op, ((3,),) * op.arity).shape == ((3,) if op.arity else ())


# fmt: off
CARRIED: list[tuple[Carrier, Callable[[int], Any]]] = [
    (FLOATS, np.float64), (FRACTIONS, Fraction), (DECIMALS, Decimal), (SYMBOLS, sympy.Integer)
]
ZERO_RULES = [
    (ylogx(x, y),         0, 0, 0),
    (ylogx(x, y),         0, 1, 0),
    (ydiv(x, y),          0, 0, 0),
    (ydiv(x, y),          0, 2, 0),
    (ydiv(x, y),          4, 2, 2),
    (ylogx(x, y) + ydiv(x, y), 0, 0, 0),
]
# fmt: on


@pytest.mark.parametrize(("carrier", "number"), CARRIED, ids=lambda c: getattr(c, "name", ""))
@pytest.mark.parametrize("rule", ZERO_RULES)
def test_terms_with_target_0_vanish(
    carrier: Carrier, number: Callable[[int], Any], rule: tuple[Expr, int, int, int]
) -> None:
    """0·ln 0 and 0/0 are 0 in every evaluator that has a logarithm, without a warning."""
    expr, x_value, y_value, expected = rule
    values = {"x": np.array(number(x_value)), "y": np.array(number(y_value))}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            value = evaluate(expr, values, carrier)
        except InexactError:
            assert carrier is FRACTIONS
            return
    assert np.asarray(value).item() == expected


@pytest.mark.parametrize("carrier", [FLOATS, DECIMALS])
@pytest.mark.parametrize(("at", "expected"), [(-1000, 0), (-746, 0), (710, 1), (1000, 1)])
def test_exp_saturates(carrier: Carrier, at: int, expected: int) -> None:
    """σ is 0 far to the left and 1 far to the right, in floats and decimals alike, without a warning."""
    number = np.float64 if carrier is FLOATS else Decimal
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = evaluate(1 / (1 + exp(-x)), {"x": np.array(number(at))}, carrier)
    assert float(value) == expected


@pytest.mark.parametrize("at", [-1000, -745.2, -745.1, -700, 0, 700, 709.78, 709.79, 1000])
def test_floats_and_decimals_saturate_at_the_same_place(at: float) -> None:
    """e^x is infinite in decimals exactly where it is in doubles, and 0 only where it is there too."""
    ours = float(np.asarray(evaluate(exp(x), {"x": np.array(Decimal(at))}, DECIMALS)).item())
    theirs = float(evaluate(exp(x), {"x": np.float64(at)}))
    assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-323)
    assert np.isinf(ours) == np.isinf(theirs)


@pytest.mark.parametrize(("at", "expected"), [(-1000, -1), (0, 0), (1000, 1)])
def test_tanh_of_large_decimals(at: int, expected: int) -> None:
    """Tanh in decimals reaches ±1 without leaving the range."""
    assert evaluate(tanh(x), {"x": np.array(Decimal(at))}, DECIMALS).item() == expected


@pytest.mark.parametrize(
    ("name", "precise"),
    [("erf", sympy.erf), ("cos", sympy.cos), ("sin", sympy.sin), ("tanh", sympy.tanh), ("exp", sympy.exp)],
)
@pytest.mark.parametrize("at", ["0", "0.001", "-0.7", "2.5", "-6", "9.99", "31.4"])
def test_decimals_are_precise(name: str, precise: Any, at: str) -> None:
    """A pocket calculator with many digits gives what sympy gives, to 25 digits."""
    found = evaluate(apply(name, x), {"x": np.array(Decimal(at))}, DECIMALS).item()
    expected = precise(sympy.Rational(at)).evalf(40)
    assert abs(sympy.Float(str(found), 40) - expected) <= 1e-25 * max(1, abs(expected))


def test_pi_is_the_same_number_everywhere() -> None:
    """The constant has no operands, and every carrier but fractions has its value."""
    assert float(evaluate(pi(), {})) == np.pi
    assert abs(sympy.Float(str(evaluate(pi(), {}, DECIMALS).item()), 50) - sympy.pi.evalf(50)) < 1e-48
    assert evaluate(pi(), {}, SYMBOLS).item() is sympy.pi


@pytest.mark.parametrize("expr", [exp(x), tanh(x), erf(x), pi(), ylogx(x, x), x ** Fraction(1, 2)])
def test_fractions_refuse_what_has_no_exact_value(expr: Expr) -> None:
    """Exact arithmetic never falls back to floats."""
    with pytest.raises(InexactError):
        evaluate(expr, {"x": np.array(Fraction(2))}, FRACTIONS)


@pytest.mark.parametrize(("carrier", "number"), CARRIED, ids=lambda c: getattr(c, "name", ""))
def test_anything_to_the_power_0_is_1(carrier: Carrier, number: Callable[[int], Any]) -> None:
    """0⁰ is 1 in every evaluator, as the power rule needs at 0."""
    assert np.asarray(evaluate(x**0, {"x": np.array(number(0))}, carrier)).item() == 1
