"""Proofs for rows of the tables: each gives a list of what fails, so that new and broken rows can be tried too.

The definition of a row is evaluated on sympy symbols and differentiated by sympy; the row's own slope must be the
same, whatever the parameters are. Beside that, the slope must be what central differences of the definition give in
doubles, with parameters of several values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

import mpmath
import numpy as np
import sympy

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import total
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import Loss, OfOutput, reduced, shared
from backtrace.network.naming import unnamed
from backtrace.network.parameters import Parameter
from backtrace.proof.symbols import SYMBOLS
from tests.network.settings import choices_of, numbers_of, said

SIZE = 3
STEP, TOLERANCE = 1e-6, 1e-6
POINTS, DIGITS, NOTHING = 20, 40, 1e-25
TARGETS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "any": (("-2", "0", "3/2"),),
    "zero to one": (("0", "1", "1/3"),),
    "distribution": (("0", "1", "0"), ("1/5", "3/10", "1/2")),
}

Numbers = Mapping[str, Any]


def activation_failures(row: Activation) -> list[str]:
    """What is wrong with an activation's slope; empty where sympy and central differences agree with it."""
    return [said(chosen) + failure for chosen in choices_of(row.parameters) for failure in _of_slope(row, chosen)]


def _of_slope(row: Activation, chosen: Mapping[str, Any]) -> Iterator[str]:
    bound, parameters = row.bound(chosen), _symbols_of(row.parameters)
    for side in ("positive", "negative"):
        if not _slope_is_sympys(bound, side, parameters):
            yield f"sympy, z {side}"
    for numbers in numbers_of(row.parameters):
        if not _slope_is_a_difference(bound, _doubles(numbers)):
            yield f"{said(numbers)}central differences"


def loss_failures(row: Loss) -> list[str]:
    """What is wrong with a loss's slope and short forms; empty where sympy and central differences agree."""
    failures = []
    bound, parameters = row.bound(), _symbols_of(row.parameters)
    for target in TARGETS[row.targets]:
        y = np.array([sympy.Rational(text) for text in target], dtype=object)
        at, numbers = f"target ({', '.join(target)})", y.astype(np.float64)
        if not _loss_slope_is_sympys(bound, y, parameters):
            failures.append(f"slope: sympy, {at}")
        failures += [
            f"slope: {said(each)}central differences, {at}"
            for each in numbers_of(row.parameters)
            if not _loss_slope_is_a_difference(bound, numbers, _doubles(each))
        ]
        for name, short in row.short.items():
            for chosen in choices_of(ACTIVATIONS[name].parameters):
                activation = ACTIVATIONS[name].bound(chosen)
                if not _short_is_sympys(row, activation, short, y):
                    failures.append(f"short form with {name}: {said(chosen)}sympy, {at}")
                if not _short_is_a_difference(row, activation, short, numbers):
                    failures.append(f"short form with {name}: {said(chosen)}central differences, {at}")
    return failures


def _symbols_of(parameters: Mapping[str, Parameter]) -> Numbers:
    """A symbol for each number, of the sign that its range says."""
    found = {}
    for name, parameter in parameters.items():
        if parameter.is_number:
            is_positive = max(parameter.range.least, parameter.range.above) >= 0
            symbol = sympy.Symbol(name, **({"positive": True} if is_positive else {"real": True}))
            found[name] = np.array(symbol, dtype=object)
    return found


def _doubles(numbers: Mapping[str, float]) -> Numbers:
    return {name: np.float64(value) for name, value in numbers.items()}


def _slope_is_sympys(row: Activation, side: str, parameters: Numbers) -> bool:
    size = 1 if row.elementwise else SIZE
    z = Var("z", (size,))
    symbols = _symbols("z", size, **{side: True})
    values = {**parameters, "z": symbols}
    a = _symbolic(row.function(z, unnamed), values)
    slope = _symbolic(row.slope(z, Var("a", (size,))), values | {"a": a})
    if row.elementwise:
        return _is_zero(sympy.diff(a[0], symbols[0]) - slope[0])
    return all(_is_zero(sympy.diff(a[i], symbols[j]) - slope[i, j]) for i in range(size) for j in range(size))


def _slope_is_a_difference(row: Activation, numbers: Numbers) -> bool:
    """As many samples as neurons, and more; points close to a kink at 0 are left out."""
    z, a = Var("z", (SIZE,), per_sample=True), Var("a", (SIZE,), per_sample=True)
    function = row.function(z, unnamed)
    for samples in (SIZE, 20):
        points = np.random.default_rng(samples).normal(scale=2, size=(samples, SIZE))
        points = np.where(np.abs(points) < 10 * STEP, 1.0, points)
        values = evaluate(function, {**numbers, "z": points})
        slope = evaluate(row.slope(z, a), {**numbers, "z": points, "a": values})
        expected = _differences(partial(_function_at, function, numbers), points)
        jacobian = slope[..., None] * np.eye(SIZE) if row.elementwise else slope
        if not np.allclose(jacobian, expected, rtol=TOLERANCE, atol=TOLERANCE):
            return False
    return True


def _function_at(function: Expr, numbers: Numbers, points: Any) -> Any:
    return evaluate(function, {**numbers, "z": points})


def _loss_slope_is_sympys(row: Loss, target: Any, parameters: Numbers) -> bool:
    y, a = Var("y", (SIZE,)), Var("a", (SIZE,))
    for side in _sides(row):
        values = {**parameters, "y": target, "a": _symbols("a", SIZE, **side)}
        loss = _symbolic(total(row.terms(y, a)), values).item()
        slope = _symbolic(row.slope(y, a), values)
        if not all(_is_zero(sympy.diff(loss, at) - s) for at, s in zip(values["a"], slope, strict=True)):
            return False
    return True


def _loss_slope_is_a_difference(row: Loss, target: Any, numbers: Numbers) -> bool:
    """The loss of a sample, shared among its outputs as a scenario may choose."""
    y, a = Var("y", (SIZE,)), Var("a", (SIZE,), per_sample=True)
    low, high = (0.05, 0.95) if row.prediction == "probability" else (-2, 2)
    points = np.random.default_rng(3).uniform(low, high, (SIZE, SIZE))
    for outputs in ("mean", "sum") if row.outputs_free else (row.outputs,):
        loss = reduced(row.terms(y, a), outputs)
        slope = evaluate(shared(row.slope(y, a), SIZE, outputs), {**numbers, "y": target, "a": points})
        expected = _differences(partial(_values_of, loss, {**numbers, "y": target}), points)
        if not np.allclose(slope, expected[:, 0], rtol=TOLERANCE, atol=TOLERANCE):
            return False
    return True


def _values_of(loss: Expr, given: Numbers, predictions: Any) -> Any:
    return evaluate(loss, {**given, "a": predictions})[..., None]


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
        return _values_of(loss, {"y": target}, evaluate(function, {"z": at}))

    slope = evaluate(short(y, a), {"y": target, "a": evaluate(function, {"z": points})})
    return np.allclose(slope, _differences(of, points)[:, 0], rtol=TOLERANCE, atol=TOLERANCE)


def _sides(row: Loss) -> list[dict[str, bool]]:
    return [{"positive": True}] if row.prediction == "probability" else [{"positive": True}, {"negative": True}]


@cache
def _symbols(name: str, size: int, **assumptions: bool) -> Any:
    return np.array([sympy.Symbol(f"{name}_{i + 1}", **assumptions) for i in range(size)], dtype=object)


def _symbolic(expr: Expr, values: Numbers) -> Any:
    return evaluate(expr, values, SYMBOLS)


def _is_zero(expression: Any) -> bool:
    """Whether the expression is 0 to 25 digits at many points: away from its kinks it is analytic, so it is 0."""
    symbols = sorted(expression.free_symbols, key=str)
    function = sympy.lambdify(symbols, expression, [{"Heaviside": _heaviside}, "mpmath"])
    random = np.random.default_rng(5)
    with mpmath.workdps(DIGITS):
        return all(abs(function(*(_drawn(symbol, random) for symbol in symbols))) < NOTHING for _ in range(POINTS))


def _heaviside(x: Any, at_zero: Any = None) -> int:
    """1 for positive and 0 for negative numbers: the derivative of a maximum; never asked for at a kink."""
    assert x != 0
    return int(x > 0)


def _drawn(symbol: Any, random: np.random.Generator) -> Any:
    """A number below 1 of the symbol's sign, or of either where it may have both."""
    size = mpmath.mpf(int(random.integers(10, 900))) / 1000
    is_negative = symbol.is_negative if symbol.is_negative is not None else random.random() < 0.5
    return -size if is_negative else size


def _differences(function: Callable[[Any], Any], points: Any) -> Any:
    """The central differences of a function of each sample: entry (s, i, j) is that of value i by entry j."""
    columns = []
    for j in range(points.shape[1]):
        shift = np.zeros(points.shape[1])
        shift[j] = STEP
        columns.append((function(points + shift) - function(points - shift)) / (2 * STEP))
    return np.stack(columns, axis=-1)
