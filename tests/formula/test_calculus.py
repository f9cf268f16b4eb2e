"""Differentiation proved against sympy and central differences for every row, inlining, and the few simplifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

from backtrace.errors import MisfitError
from backtrace.formula.calculus import ONE, depends, differentiate, opened, rebuilt
from backtrace.formula.evaluate import entries, evaluate
from backtrace.formula.expr import OPERATIONS, Apply, Expr, Operation, Var, apply, variables
from backtrace.formula.operations import exp, ln, maximum, positive, sqrt, tanh, total, ydiv, ylogx
from backtrace.formula.writing import linear, write
from backtrace.network.activations import ACTIVATIONS
from backtrace.proof.symbols import SYMBOLS
from tests.formula.leaves import names
from tests.formula.rows import ENTRYWISE, applied, fitting, is_structural, is_worked

x, y, z = Var("x"), Var("y"), Var("z")
DIFFERENTIABLE = [op for op in OPERATIONS.values() if op.partials or op.body]
STRUCTURAL = [op for op in OPERATIONS.values() if is_structural(op) and not op.gathers_samples]
STEP = 1e-6


def _name(value: object) -> str:
    return value.name if isinstance(value, Operation) else str(value)


def written(expr: Expr) -> str:
    return linear(write(expr, names()))


def partials(op: Operation) -> list[tuple[Expr, Var, Expr]]:
    """The operation of one or two variables, each variable that it is differentiated by, and the derivative."""
    expr = applied(op, ((),) * op.arity)
    found = []
    for var in variables(expr):
        try:
            found.append((expr, var, differentiate(expr, var)))
        except MisfitError:
            assert op.partials is not None
    return found


def difference(expr: Expr, var: Var, at: dict[str, float]) -> float:
    """The central difference of a formula of numbers."""
    higher, lower = at | {var.name: at[var.name] + STEP}, at | {var.name: at[var.name] - STEP}
    rise = evaluate(expr, _doubles(higher)) - evaluate(expr, _doubles(lower))
    return float(rise / (2 * STEP))


def _doubles(at: dict[str, float]) -> dict[str, Any]:
    return {name: np.float64(value) for name, value in at.items()}


def test_every_row_can_be_differentiated_or_taken_apart() -> None:
    """A row that is worked has partials or a body, or its entries are made of rows that have them."""
    assert [op.name for op in ENTRYWISE if op not in DIFFERENTIABLE] == []
    assert all(partials(op) for op in DIFFERENTIABLE if op.arity)
    assert [op.name for op in OPERATIONS.values() if not is_worked(op)] == ["partial"]


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=_name)
def test_partials_against_sympy(op: Operation) -> None:
    """The derivative in the table is sympy's derivative of the operation, on both sides of a kink."""
    for signs in ((2, 3), (3, 2), (2, -3)):
        for expr, var, derivative in partials(op):
            symbols = {f"v{i}": sympy.Symbol(f"v{i}", positive=True) for i in range(op.arity)}
            at = {symbols[name]: sympy.Rational(sign, 5) for name, sign in zip(symbols, signs, strict=False)}
            carried = {name: np.array(symbol, dtype=object) for name, symbol in symbols.items()}
            expected = sympy.diff(evaluate(expr, carried, SYMBOLS).item(), symbols[var.name])
            ours = evaluate(derivative, carried, SYMBOLS).item()
            if ours.subs(at).is_real and expected.subs(at).is_real:
                assert abs((ours - expected).subs(at).evalf(30)) < 1e-25


@pytest.mark.parametrize("op", DIFFERENTIABLE, ids=_name)
def test_partials_against_central_differences(op: Operation) -> None:
    """The derivative in the table is what the operation does when one operand is shifted a little."""
    random = np.random.default_rng(1)
    for expr, var, derivative in partials(op):
        for _ in range(20):
            at = {f"v{i}": float(value) for i, value in enumerate(random.uniform(0.2, 2, op.arity))}
            expected = difference(expr, var, at)
            assert float(evaluate(derivative, _doubles(at))) == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("op", STRUCTURAL, ids=_name)
def test_structures_are_differentiated_entry_by_entry(op: Operation) -> None:
    """The entries of a structural operation are formulas whose derivatives are the central differences."""
    random = np.random.default_rng(2)
    for shapes in fitting(op, 2):
        for entry in entries(applied(op, shapes)).flat:
            found = {var.key: Var(f"{var.name}_{var.index}") for var in variables(entry)}
            plain = rebuilt(entry, lambda var, found=found: found[var.key])  # type: ignore[misc]
            at = {var.name: float(random.uniform(0.2, 2)) for var in variables(plain)}
            for var in found.values():
                derivative = evaluate(differentiate(plain, var), _doubles(at))
                assert float(derivative) == pytest.approx(difference(plain, var, at), rel=1e-6, abs=1e-8)


# fmt: off
DERIVATIVES = [
    (x,                     "1"),
    (y,                     "0"),
    (x + y,                 "1"),
    (y - x,                 "−1"),
    (-x,                    "−1"),
    (apply("neg", -x),      "1"),
    (x * y,                 "y"),
    (2 * x,                 "2"),
    (y * x + z,             "y"),
    (x * x,                 "x + x"),
    (x / y,                 "1/y"),
    (y / x,                 "−y/x²"),
    (x**2,                  "2x"),
    (x**1,                  "1"),
    (x**3,                  "3·x²"),
    ((y - x) ** 2,          "−2(y − x)"),
    ((x - y) ** 2,          "2(x − y)"),
    (exp(-x),               "−e^−x"),
    (exp(y * x),            "e^(y·x)·y"),
    (ln(x),                 "1/x"),
    (sqrt(x),               "1/(2·√(x))"),
    (tanh(x),               "1 − tanh(x)²"),
    (maximum(0, x),         "[x − 0 > 0]"),
    (positive(x),           "0"),
    (positive(x) * x,       "[x > 0]"),
    (ylogx(y, x),           "y/x"),
    (ydiv(y, x),            "−y/x²"),
    (1 / (1 + exp(-x)),     "(−1/(1 + e^−x)²)·(−e^−x)"),
]
# fmt: on


@pytest.mark.parametrize(("expr", "text"), DERIVATIVES)
def test_derivatives_are_written_as_taught(expr: Expr, text: str) -> None:
    """Factors 1 are dropped, exponents worked out, and terms without the variable left out."""
    assert written(differentiate(expr, x)) == text


@pytest.mark.parametrize(
    ("expr", "by"), [(Var("v", (2,)) * 2, x), (x * y, Var("v", (2,))), (x**x, x), (apply("partial", x, y), x)]
)
def test_what_has_no_derivative_is_refused(expr: Expr, by: Var) -> None:
    """Vectors, an exponent that varies and a mere name are refused rather than differentiated wrongly."""
    with pytest.raises(MisfitError):
        differentiate(expr, by)


def test_entries_are_told_apart() -> None:
    """A derivative is by one entry: other entries and other samples of the same quantity are constants."""
    first, second = Var("w", (), index=(1,)), Var("w", (), index=(2,))
    of_sample = Var("w", (), index=(1,), sample=2)
    assert depends(first * y, Var("w", (), index=(1,)))
    assert not depends(second * of_sample, first)
    assert written(differentiate(first * y + second, Var("w", (), index=(1,)))) == "y"


INLINED: list[tuple[Expr, Callable[[Var], Expr], str]] = [
    (x * y, lambda var: y + 1 if var is x else var, "(y + 1)·y"),
    (x * y, lambda var: ONE if var is x else var, "y"),
    (y * x, lambda var: ONE if var is x else var, "y"),
    (y**x, lambda var: ONE if var is x else var, "y"),
    (-x, lambda var: -y if var is x else var, "y"),
    (x + 0 * y, lambda var: var, "x + 0·y"),
]


@pytest.mark.parametrize(("expr", "replace", "text"), INLINED)
def test_inlining(expr: Expr, replace: Callable[[Var], Expr], text: str) -> None:
    """A variable is replaced by its formula; only a factor 1, a double sign and an exponent 1 vanish."""
    assert written(rebuilt(expr, replace)) == text


def test_inlining_keeps_what_does_not_change() -> None:
    """Parts in which nothing is replaced are the same nodes as before."""
    unchanged = y * z
    result = rebuilt(x + unchanged, lambda var: z if var is x else var)
    assert isinstance(result, Apply)
    assert result.args[1] is unchanged
    assert rebuilt(unchanged, lambda var: var) is unchanged


@pytest.mark.parametrize("name", [name for name, row in ACTIVATIONS.items() if row.symbol])
def test_opening_a_named_function(name: str) -> None:
    """Opened, a named function is its definition, of the same value, and its derivative is found through it."""
    row = ACTIVATIONS[name]
    closed = row.applied(x) * 2
    open_ = opened(closed)
    at = {"x": np.float64(0.7)}
    assert evaluate(open_, at) == evaluate(closed, at)
    assert not any(node.op.body for node in _nodes(open_))
    assert float(evaluate(differentiate(closed, x), at)) == pytest.approx(difference(closed, x, {"x": 0.7}), rel=1e-6)


def _nodes(expr: Expr) -> list[Apply]:
    if not isinstance(expr, Apply):
        return []
    return [expr, *(node for arg in expr.args for node in _nodes(arg))]


def test_opening_leaves_other_formulas_alone() -> None:
    """A formula without named functions is written the same after opening."""
    expr = total(Var("v", (2,)) ** 2) / 2
    assert written(opened(expr)) == written(expr)
