"""How far the rounding of doubles can carry the value of a formula, so that two ways to work it can be compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Apply, Expr, Num, Var, summands

UNIT = 8 * float(np.finfo(np.float64).eps)


def reach(expr: Expr, value_of: Callable[[Var], float]) -> tuple[float, float]:
    """The value of a formula of one entry, and how far from it another order of the same work may come out.

    Each step adds eight units in the last place of what it adds up; what comes in is carried on by the derivative.
    """
    if not isinstance(expr, Apply):
        return (float(expr.value) if isinstance(expr, Num) else value_of(expr)), 0.0  # type: ignore[attr-defined, arg-type]
    parts = summands(expr)
    operands = list(expr.args) if len(parts) == 1 else parts
    found = [reach(each, value_of) for each in operands]
    values, errors = [value for value, _ in found], [error for _, error in found]
    if len(parts) > 1:
        return sum(values), sum(errors) + UNIT * sum(map(abs, values))
    names = [Var(f"operand{place}") for place in range(len(values))]
    given = {name.name: np.float64(value) for name, value in zip(names, values, strict=True)}
    value = float(evaluate(Apply(expr.op, tuple(names), (), False), given))
    added = sum(map(abs, values)) if expr.op.name == "sub" else abs(value)
    assert expr.op.partials is not None
    partials = expr.op.partials(*names)
    carried = (
        abs(float(evaluate(partial, given))) * error
        for partial, error in zip(partials, errors, strict=True)
        if error and partial is not None
    )
    return value, sum(carried) + UNIT * added
