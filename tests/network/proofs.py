"""Proofs for rows of the tables: each gives a list of what fails, so that new and broken rows can be tried too.

The definition of a row is evaluated on sympy symbols and differentiated by sympy; the row's own slope must be the
same. Beside that, the slope must be what central differences of the definition give in doubles.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import sympy

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import total
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import Loss, OfOutput, reduced, shared
from backtrace.network.naming import unnamed
from backtrace.proof.symbols import SYMBOLS

SIZE = 3
STEP, TOLERANCE = 1e-6, 1e-6
TARGETS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "any": (("-2", "0", "3/2"),),
    "zero to one": (("0", "1", "1/3"),),
    "distribution": (("0", "1", "0"), ("1/5", "3/10", "1/2")),
}


def activation_failures(row: Activation) -> list[str]:
    """What is wrong with an activation's slope; empty where sympy and central differences agree with it."""
    failures = [f"sympy, z {side}" for side in ("positive", "negative") if not _slope_is_sympys(row, side)]
    if not _slope_is_a_difference(row):
        failures.append("central differences")
    return failures


def loss_failures(row: Loss) -> list[str]:
    """What is wrong with a loss's slope and short forms; empty where sympy and central differences agree."""
    failures = []
    for target in TARGETS[row.targets]:
        y = np.array([sympy.Rational(text) for text in target], dtype=object)
        at = f"target ({', '.join(target)})"
        if not _loss_slope_is_sympys(row, y):
            failures.append(f"slope: sympy, {at}")
        if not _loss_slope_is_a_difference(row, y.astype(np.float64)):
            failures.append(f"slope: central differences, {at}")
        for name, short in row.short.items():
            if not _short_is_sympys(row, ACTIVATIONS[name], short, y):
                failures.append(f"short form with {name}: sympy, {at}")
            if not _short_is_a_difference(row, ACTIVATIONS[name], short, y.astype(np.float64)):
                failures.append(f"short form with {name}: central differences, {at}")
    return failures


def _slope_is_sympys(row: Activation, side: str) -> bool:
    size = 1 if row.elementwise else SIZE
    z = Var("z", (size,))
    symbols = _symbols("z", size, **{side: True})
    a = _symbolic(row.function(z, unnamed), {"z": symbols})
    slope = _symbolic(row.slope(z, Var("a", (size,))), {"z": symbols, "a": a})
    if row.elementwise:
        return _is_zero(sympy.diff(a[0], symbols[0]) - slope[0])
    return all(_is_zero(sympy.diff(a[i], symbols[j]) - slope[i, j]) for i in range(size) for j in range(size))


def _slope_is_a_difference(row: Activation) -> bool:
    """As many samples as neurons, and more; points close to a kink at 0 are left out."""
    z, a = Var("z", (SIZE,), per_sample=True), Var("a", (SIZE,), per_sample=True)
    function = row.function(z, unnamed)
    for samples in (SIZE, 20):
        points = np.random.default_rng(samples).normal(scale=2, size=(samples, SIZE))
        points = np.where(np.abs(points) < 10 * STEP, 1.0, points)
        values = evaluate(function, {"z": points})
        slope = evaluate(row.slope(z, a), {"z": points, "a": values})
        expected = _differences(lambda at: evaluate(function, {"z": at}), points)
        jacobian = slope[..., None] * np.eye(SIZE) if row.elementwise else slope
        if not np.allclose(jacobian, expected, rtol=TOLERANCE, atol=TOLERANCE):
            return False
    return True


def _loss_slope_is_sympys(row: Loss, target: Any) -> bool:
    y, a = Var("y", (SIZE,)), Var("a", (SIZE,))
    for side in _sides(row):
        values = {"y": target, "a": _symbols("a", SIZE, **side)}
        loss = _symbolic(total(row.terms(y, a)), values).item()
        slope = _symbolic(row.slope(y, a), values)
        if not all(_is_zero(sympy.diff(loss, at) - s) for at, s in zip(values["a"], slope, strict=True)):
            return False
    return True


def _loss_slope_is_a_difference(row: Loss, target: Any) -> bool:
    """The loss of a sample, shared among its outputs as a scenario may choose."""
    y, a = Var("y", (SIZE,)), Var("a", (SIZE,), per_sample=True)
    low, high = (-2, 2) if row.targets == "any" else (0.05, 0.95)
    points = np.random.default_rng(3).uniform(low, high, (SIZE, SIZE))
    for outputs in ("mean", "sum") if row.outputs_free else (row.outputs,):
        loss = reduced(row.terms(y, a), outputs)
        slope = evaluate(shared(row.slope(y, a), SIZE, outputs), {"y": target, "a": points})
        expected = _differences(partial(_values_of, loss, target), points)
        if not np.allclose(slope, expected[:, 0], rtol=TOLERANCE, atol=TOLERANCE):
            return False
    return True


def _values_of(loss: Expr, target: Any, predictions: Any) -> Any:
    return evaluate(loss, {"y": target, "a": predictions})[..., None]


def _short_is_sympys(row: Loss, activation: Activation, short: OfOutput, target: Any) -> bool:
    y, z, a = Var("y", (SIZE,)), Var("z", (SIZE,)), Var("a", (SIZE,))
    symbols = _symbols("z", SIZE, real=True)
    values = {"y": target, "z": symbols, "a": _symbolic(activation.function(z, unnamed), {"z": symbols})}
    loss = _symbolic(total(row.terms(y, a)), values).item()
    slope = _symbolic(short(y, a), values)
    return all(_is_zero(sympy.diff(loss, at) - s) for at, s in zip(symbols, slope, strict=True))


def _short_is_a_difference(row: Loss, activation: Activation, short: OfOutput, target: Any) -> bool:
    y, z, a = Var("y", (SIZE,)), Var("z", (SIZE,), per_sample=True), Var("a", (SIZE,), per_sample=True)
    function, loss = activation.function(z, unnamed), total(row.terms(y, a))
    points = np.random.default_rng(4).normal(size=(SIZE, SIZE))

    def of(at: Any) -> Any:
        return _values_of(loss, target, evaluate(function, {"z": at}))

    slope = evaluate(short(y, a), {"y": target, "a": evaluate(function, {"z": points})})
    return np.allclose(slope, _differences(of, points)[:, 0], rtol=TOLERANCE, atol=TOLERANCE)


def _sides(row: Loss) -> list[dict[str, bool]]:
    return [{"positive": True}, {"negative": True}] if row.targets == "any" else [{"positive": True}]


@cache
def _symbols(name: str, size: int, **assumptions: bool) -> Any:
    return np.array([sympy.Symbol(f"{name}_{i + 1}", **assumptions) for i in range(size)], dtype=object)


def _symbolic(expr: Expr, values: Mapping[str, Any]) -> Any:
    return evaluate(expr, values, SYMBOLS)


def _is_zero(expression: Any) -> bool:
    """Whether the expression is 0 to 25 digits at many points: away from its kinks it is analytic, so it is 0."""
    symbols = sorted(expression.free_symbols, key=str)
    random = np.random.default_rng(5)
    for _ in range(20):
        sizes = [sympy.Rational(int(n), 1000) for n in random.integers(10, 900, len(symbols))]
        at = {symbol: -size if symbol.is_negative else size for symbol, size in zip(symbols, sizes, strict=True)}
        value = expression.subs(at).evalf(40)
        if not value.is_number or abs(value) > sympy.Float("1e-25"):
            return False
    return True


def _differences(function: Callable[[Any], Any], points: Any) -> Any:
    """The central differences of a function of each sample: entry (s, i, j) is that of value i by entry j."""
    columns = []
    for j in range(points.shape[1]):
        shift = np.zeros(points.shape[1])
        shift[j] = STEP
        columns.append((function(points + shift) - function(points - shift)) / (2 * STEP))
    return np.stack(columns, axis=-1)
