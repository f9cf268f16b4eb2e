"""The way a difference is written: the same value, target or output first."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.formula.calculus import ONE
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import magnitude, sign
from backtrace.network.losses import LOSSES
from backtrace.notation.differences import differences
from tests.notation.ids import notation

y, a, z = Var("y"), Var("a2"), Var("z2")

# fmt: off
WRITTEN = [
    (a - y,                 "−(targetₒ − outₒ)",                 "y − t"),
    (y - a,                 "targetₒ − outₒ",                    "−(y − t)"),
    (-(a - y),              "targetₒ − outₒ",                    "−(y − t)"),
    (2 * (a - y),           "−2(targetₒ − outₒ)",                "2(y − t)"),
    (2 * (a - y) / 3,       "−2(targetₒ − outₒ)/3",              "2(y − t)/3"),
    ((y - a) ** 2,          "(targetₒ − outₒ)²",                 "(y − t)²"),
    ((a - y) ** 2,          "(targetₒ − outₒ)²",                 "(y − t)²"),
    ((a - y) ** 3,          "(−(targetₒ − outₒ))³",              "(y − t)³"),
    (magnitude(a - y),      "|targetₒ − outₒ|",                  "|y − t|"),
    (sign(a - y),           "sign(−(targetₒ − outₒ))",           "sign(y − t)"),
    ((a - y) * (1 - a),     "(−(targetₒ − outₒ))·(1 − outₒ)",    "(y − t)·(1 − y)"),
    ((a - y) * ONE,         "(−(targetₒ − outₒ))·1",             "(y − t)·1"),
    (1 - y,                 "1 − targetₒ",                       "1 − t"),
    (z - y,                 "netₒ − targetₒ",                    "a⁽²⁾ − t"),
]
# fmt: on


@pytest.mark.parametrize(("expr", "target_first", "output_first"), WRITTEN)
def test_written(expr: Expr, target_first: str, output_first: str) -> None:
    """Mazur subtracts the output from the target, Bishop the target from the output; other differences stay."""
    assert notation("mazur", (2, 2, 1)).write(expr) == target_first
    assert notation("bishop", (2, 2, 1)).write(expr) == output_first
    assert notation("lecture", (2, 2, 1)).arranged(expr) is expr


NUMBERS = {"y": np.array([0.3, -0.0, 1e-17, 2.5]), "a2": np.array([0.7, 0.0, 0.1, 2.5]), "delta": np.array(0.5)}


@pytest.mark.parametrize("order", [("y", "a2"), ("a2", "y")])
@pytest.mark.parametrize("name", LOSSES)
def test_the_value_stays_the_same(name: str, order: tuple[str, str]) -> None:
    """Every loss and its slope have the same value, whichever way the difference is written."""
    row = LOSSES[name].bound()
    target, output = (Var(name, (4,)) for name in ("y", "a2"))
    for formula in (row.terms(target, output), row.slope(target, output)):
        with np.errstate(divide="ignore", invalid="ignore"):
            values = [evaluate(each, NUMBERS) for each in (formula, differences(formula, *order))]
        np.testing.assert_array_equal(*values)
