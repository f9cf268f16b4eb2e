"""The nodes: what they refuse, what they know of shapes and samples, and that == stays identity."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from backtrace.errors import MisfitError
from backtrace.formula.expr import Apply, Expr, Num, Var, apply, formula_of, variables

x, y = Var("x"), Var("y")
v2, v3 = Var("v", (2,)), Var("u", (3,))
W = Var("W", (2, 3))
L = Var("L", (), per_sample=True)
a = Var("a", (2,), per_sample=True)


@pytest.mark.parametrize(
    "make",
    [
        lambda: v2 + v3,
        lambda: v2 * W,
        lambda: apply("matvec", W, v2),
        lambda: apply("matvec", v2, W),
        lambda: apply("vecmat", v3, W),
        lambda: apply("matvec_back", W, v3),
        lambda: apply("vecmat_back", v2, W),
        lambda: apply("outer", W, v2),
        lambda: apply("scale_rows", v3, W),
        lambda: apply("scale_columns", W, v2),
        lambda: apply("total", x),
        lambda: apply("largest", x),
        lambda: apply("diag", W),
        lambda: apply("mean_over_samples", v2),
        lambda: apply("sum_over_samples", x),
        lambda: apply("exp", x, y),
        lambda: apply("add", x),
    ],
)
def test_misfits_are_found_when_the_node_is_made(make: Callable[[], Expr]) -> None:
    """Shapes, samples and numbers of operands that do not fit are refused before any number is computed."""
    with pytest.raises(MisfitError):
        make()


@pytest.mark.parametrize(
    ("expr", "shape", "per_sample"),
    [
        (1 + x, (), False),
        (2 * v2, (2,), False),
        (v2 * v2, (2,), False),
        (apply("matvec", W, v3), (2,), False),
        (apply("matvec_back", W, a), (3,), True),
        (apply("vecmat", v2, W), (3,), False),
        (apply("vecmat_back", v3, W), (2,), False),
        (apply("outer", a, v3), (2, 3), True),
        (apply("outer_row", v3, v2), (3, 2), False),
        (apply("scale_rows", a, W), (2, 3), True),
        (apply("scale_columns", W, v3), (2, 3), False),
        (apply("diag", v2), (2, 2), False),
        (apply("total", W), (2,), False),
        (apply("largest", a), (), True),
        (L * v2, (2,), True),
        (apply("mean_over_samples", apply("outer", a, v3)), (2, 3), False),
        (apply("sum_over_samples", L), (), False),
    ],
)
def test_a_formula_knows_its_shape_and_its_samples(expr: Expr, shape: tuple[int, ...], per_sample: bool) -> None:
    """The shape of one sample's value, and whether each sample has its own, follow from the operands."""
    assert (expr.shape, expr.per_sample) == (shape, per_sample)


@pytest.mark.parametrize("value", [0.5, 1.0, True, "x", None, np.float64(1), np.int64(1), Fraction])
def test_only_exact_literals_stand_in_a_formula(value: object) -> None:
    """Floats are refused, so that a hyperparameter enters as a variable; so is everything else but exact numbers."""
    with pytest.raises(TypeError):
        formula_of(value)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        x + value  # type: ignore[operator]


def test_literals_are_exact_fractions() -> None:
    """A literal keeps its exact value."""
    literal = (Fraction(1, 3) * x).args[0]  # type: ignore[attr-defined]
    assert isinstance(literal, Num)
    assert literal.value == Fraction(1, 3)


ARRAY: Any = np.ones(2)


@pytest.mark.parametrize(
    "swallow",
    [
        lambda: ARRAY * v2,
        lambda: v2 * ARRAY,
        lambda: ARRAY + v2,
        lambda: ARRAY - v2,
        lambda: ARRAY[0] * x,
        lambda: np.exp(cast("Any", x)),
        lambda: np.matmul(np.ones((2, 2)), cast("Any", v2)),
    ],
)
def test_numpy_arrays_do_not_swallow_formulas(swallow: Callable[[], object]) -> None:
    """An array meeting a formula is an error, never an object array of formulas."""
    with pytest.raises(TypeError):
        swallow()


def test_equality_is_identity() -> None:
    """Two formulas that look alike are different; variables are told apart by their key."""
    other = Var("x")
    assert x != other
    assert x == x  # noqa: PLR0124
    assert len({x, other}) == 2
    assert x.key == other.key
    assert Var("x", sample=1).key != x.key
    assert x + y != x + y


def test_nodes_are_immutable() -> None:
    """A node cannot be changed once it is made."""
    with pytest.raises(AttributeError):
        x.name = "z"  # type: ignore[misc]


def test_operators_build_the_table_s_operations() -> None:
    """Python's operators, with a number on either side, give the operations of the table."""
    made = [x + 1, 1 + x, x - 1, 1 - x, x * 2, 2 * x, x / 2, 2 / x, x**2, -x]
    names = [node.op.name for node in made if isinstance(node, Apply)]
    assert names == ["add", "add", "sub", "sub", "mul", "mul", "div", "div", "pow", "neg"]


def test_variables_come_from_left_to_right() -> None:
    """Every variable of a formula is listed where it stands, as often as it stands there."""
    assert [var.name for var in variables((y + 2 * x) * y)] == ["y", "x", "y"]
