"""Intervals: whatever the operands are within theirs, the value lies within the formula's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.errors import MisfitError
from backtrace.formula.evaluate import Carrier, evaluate
from backtrace.formula.expr import OPERATIONS, Expr, Operation, Var, apply
from backtrace.formula.intervals import INTERVALS, Interval, about, literal, rounded_inside
from backtrace.formula.operations import cos, exp, largest, magnitude, pi, sin, total, ydiv, ylogx
from tests.formula.formulas import Example, column_formulas, row_formulas
from tests.formula.rows import WORKED, applied, fitting, is_structural

N = 2
x, y = Var("x"), Var("y")
UNITS = st.sampled_from([0.0, 0.001, 0.1, 1.0, 5.0])
CENTRES = st.integers(-400, 400).map(lambda n: n / 100)


def of(expr: Expr, **values: Interval) -> Interval:
    """The interval of a formula of numbers."""
    result: Interval = np.asarray(evaluate(expr, values, INTERVALS), dtype=object).item()
    return result


@st.composite
def _known(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Intervals in an array of that shape, and a number within each; some ends and some exact numbers among them."""
    intervals, inside = np.empty(shape, dtype=object), np.empty(shape)
    for index in np.ndindex(*shape):
        centre, unit = draw(CENTRES), draw(UNITS)
        intervals[index] = about(centre, unit) if unit else Interval(centre, centre)
        inside[index] = centre + unit * draw(st.sampled_from([-0.5, 0.5]) | st.floats(-0.5, 0.5))
    return intervals, inside


def escapes(expr: Expr, intervals: Mapping[str, Any], inside: Mapping[str, Any]) -> list[tuple[float, Interval]]:
    """The values that the formula has with numbers inside the intervals, and that are not in its own."""
    with np.errstate(all="ignore"):
        values = np.ravel(evaluate(expr, inside)).tolist()
    found = np.ravel(np.asarray(evaluate(expr, intervals, INTERVALS), dtype=object))
    pairs = zip(
        values, (each if isinstance(each, Interval) else literal(Fraction(each)) for each in found), strict=True
    )
    return [(value, interval) for value, interval in pairs if not (math.isnan(value) or interval.meets(value, value))]


def drawn(op: Operation, data: st.DataObject) -> tuple[Expr, dict[str, Any], dict[str, Any]]:
    """The operation of drawn operands: its formula, their intervals, and numbers inside; samples lead where needed."""
    shapes = data.draw(st.sampled_from(fitting(op, N)))
    lead = (3,) if op.gathers_samples else ()
    known = {f"v{i}": data.draw(_known(lead + shape)) for i, shape in enumerate(shapes)}
    if op.name == "pow" and data.draw(st.booleans()):
        exponent = np.full(shapes[1], float(data.draw(st.integers(-2, 3))))
        known["v1"] = np.vectorize(lambda n: Interval(n, n), otypes=[object])(exponent), exponent
    return applied(op, shapes), {n: pair[0] for n, pair in known.items()}, {n: pair[1] for n, pair in known.items()}


@pytest.mark.parametrize("op", WORKED, ids=lambda op: op.name)
@settings(max_examples=40)
@given(data=st.data())
def test_values_stay_inside(op: Operation, data: st.DataObject) -> None:
    """For every row of the table, numbers within the operands' intervals give values within the result's."""
    assert escapes(*drawn(op, data)) == []


@pytest.mark.parametrize("op", [op for op in WORKED if not is_structural(op)], ids=lambda op: op.name)
def test_the_interval_says_something(op: Operation) -> None:
    """An operand that is almost known gives a value that is almost known: no row is unbounded everywhere."""
    operands = {f"v{i}": about(1.3, 1e-6) for i in range(op.arity)}
    if op.name == "pow":
        operands["v1"] = Interval(3, 3)
    found = of(applied(op, ((),) * op.arity), **operands)
    assert 0 <= found.width < 1e-4


@pytest.mark.parametrize("function", [np.square, np.sin, np.abs, lambda x: 1 / x, lambda x: x - np.floor(x)])
def test_a_row_that_does_not_say_where_it_turns_is_found(function: Any) -> None:
    """A new operation that is not monotone needs its turns: without them values escape."""
    op = Operation("new", 1, lambda shape: shape, floats=function)
    wide = {"v0": Interval(-3.3, 3.1)}
    inside = np.linspace(-3.3, 3.1, 200)
    with np.errstate(all="ignore"):
        assert any(escapes(applied(op, ((),)), wide, {"v0": np.float64(value)}) for value in inside)


def test_a_row_without_a_value_has_no_interval() -> None:
    """What only names something cannot be worked on intervals either."""
    with pytest.raises(MisfitError, match="partial"):
        of(apply("partial", x, y), x=about(1, 0.1), y=about(1, 0.1))


# fmt: off
ENDS = [
    (x + y,            (1.0, 2.0),   (0.25, 0.5),   (1.25, 2.5)),
    (x - y,            (1.0, 2.0),   (0.25, 0.5),   (0.5, 1.75)),
    (x * y,            (-1.0, 2.0),  (-3.0, 0.5),   (-6.0, 3.0)),
    (x / y,            (1.0, 2.0),   (0.5, 4.0),    (0.25, 4.0)),
    (x / y,            (1.0, 2.0),   (-0.5, 4.0),   (-math.inf, math.inf)),
    (x / y,            (1.0, 2.0),   (0.0, 4.0),    (-math.inf, math.inf)),
    (ydiv(x, y),       (0.0, 0.0),   (-1.0, 4.0),   (0.0, 0.0)),
    (ylogx(x, y),      (0.0, 0.0),   (0.0, 1.0),    (0.0, 0.0)),
    (x**2,             (-1.0, 2.0),  (0.0, 0.0),    (0.0, 4.0)),
    (x**3,             (-1.0, 2.0),  (0.0, 0.0),    (-1.0, 8.0)),
    (x**-1,            (-1.0, 2.0),  (0.0, 0.0),    (-math.inf, math.inf)),
    (x**y,             (-2.0, -2.0), (2.0, 4.0),    (-math.inf, math.inf)),
    (magnitude(x),     (-1.0, 2.0),  (0.0, 0.0),    (0.0, 2.0)),
    (cos(x),           (-1.0, 4.0),  (0.0, 0.0),    (-1.0, 1.0)),
    (sin(x),           (-9.0, 99.0), (0.0, 0.0),    (-1.0, 1.0)),
    (1 / (1 + exp(x)), (999.0, 1e3), (0.0, 0.0),    (0.0, 0.0)),
    (exp(x),           (0.0, 1e3),   (0.0, 0.0),    (1.0, math.inf)),
]
# fmt: on


@pytest.mark.parametrize(("expr", "of_x", "of_y", "ends"), ENDS)
def test_ends(expr: Expr, of_x: tuple[float, float], of_y: tuple[float, float], ends: tuple[float, float]) -> None:
    """The interval is no wider than what can come out, but for the last digits of a double."""
    found = of(expr, x=Interval(*of_x), y=Interval(*of_y))
    assert (found.low, found.high) == pytest.approx(ends, rel=1e-13)
    assert found.low <= ends[0]
    assert found.high >= ends[1]


@settings(max_examples=150)
@given(example=column_formulas() | row_formulas(), unit=st.sampled_from([0.0, 0.01, 0.1]), data=st.data())
def test_values_of_formulas_stay_inside(example: Example, unit: float, data: st.DataObject) -> None:
    """Of any formula too, with operands exact or known to a last digit; exact ones in whatever order they are added."""
    intervals, inside = {}, {}
    for name, value in example.values.items():
        centres = np.asarray(value, dtype=np.float64)
        off = np.array([data.draw(st.floats(-0.5, 0.5)) for _ in range(centres.size)]).reshape(centres.shape)
        inside[name] = centres + unit * off
        each = (lambda v: about(v, unit)) if unit else (lambda v: Interval(v, v))
        intervals[name] = np.vectorize(each, otypes=[object])(centres)
    assert escapes(example.expr, intervals, inside) == []


@settings(max_examples=150)
@given(example=column_formulas() | row_formulas(), decimals=st.integers(1, 3))
def test_rounding_every_result_stays_inside(example: Example, decimals: int) -> None:
    """Who rounds every result before using it again ends within half a unit of what is said to be in reach."""
    unit = 10.0**-decimals

    def rounding(op: Operation) -> Any:
        if op.name in ("neg", "magnitude", "maximum", "minimum"):
            return op.floats
        return op.floats and (lambda *args: np.round(float(op.floats(*args)), decimals))

    by_hand = Carrier("numbers rounded by hand", float, rounding)
    doubles = {name: np.asarray(value, dtype=np.float64).astype(object) for name, value in example.values.items()}
    known = {
        name: np.vectorize(lambda v: Interval(v, v), otypes=[object])(np.asarray(value, dtype=np.float64))
        for name, value in example.values.items()
    }
    with np.errstate(all="ignore"):
        values = np.ravel(np.asarray(evaluate(example.expr, doubles, by_hand), dtype=np.float64))
    found = np.ravel(np.asarray(evaluate(example.expr, known, rounded_inside(unit)), dtype=object))
    for value, interval in zip(values.tolist(), found, strict=True):
        assert math.isnan(value) or interval.meets(value - 0.51 * unit, value + 0.51 * unit)


def test_only_results_are_rounded_again() -> None:
    """An operand is known as it is; a result used again moves by half a unit, the last result does not."""
    half, by_hand = {"x": Interval(0.5, 0.5), "y": Interval(0.5, 0.5)}, rounded_inside(0.01)
    once, twice = x * y, (x * y) * y
    assert evaluate(once, half, by_hand).item().width < 1e-12
    assert evaluate(twice, half, by_hand).item().width == pytest.approx(0.01 * 0.5)
    assert evaluate(twice, half, INTERVALS).item().width < 1e-12
    assert evaluate(-(x * y) * y, half, by_hand).item().width == pytest.approx(0.01 * 0.5)
    assert evaluate(pi() * y, half, by_hand).item().width == pytest.approx(0.01 * 0.5)


def test_totals_and_literals() -> None:
    """A total folds its entries, a literal is exact or as exact as a double."""
    vector = np.array([about(1, 0.5), about(2, 0.5)], dtype=object)
    found = evaluate(total(Var("v", (2,))), {"v": vector}, INTERVALS).item()
    assert (found.low, found.high) == pytest.approx((2.5, 3.5))
    assert evaluate(largest(Var("v", (2,))), {"v": vector}, INTERVALS).item().low == pytest.approx(1.75)
    assert literal(Fraction(2)).width == 0
    assert literal(Fraction(1, 3)).low < Fraction(1, 3) < literal(Fraction(1, 3)).high


def test_half_a_unit() -> None:
    """A number known to a last place is within half a unit of it, its ends among them."""
    interval = about(0.02, 0.001)
    assert interval.meets(Fraction("0.0195"), Fraction("0.0195"))
    assert interval.meets(Fraction("0.0205"), Fraction("0.0205"))
    assert not interval.meets(Fraction("0.0206"), 1)
    assert about(-math.inf, 1, math.inf) == Interval(-math.inf, math.inf)
    assert OPERATIONS["div"].turns == OPERATIONS["ydiv"].turns


def test_whole_numbers_are_added_up_exactly() -> None:
    """The sum t + 1 is one number, so that a power of it says something; of other sums the last bits may move."""
    base, t = about(0.9, 0.01), Interval(3.0, 3.0)
    assert of(x + 1, x=t) == Interval(4.0, 4.0, is_result=True)
    assert of(y ** (x + 1), x=t, y=base).width < 0.05
    assert of(x + 1, x=Interval(0.1, 0.1)).width > 0
