"""The learning-rate schedules: the rate after n changes is what its definition says."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var
from backtrace.formula.writing import linear, write
from backtrace.network.schedules import SCHEDULES
from tests.formula.leaves import names

ETA0 = 0.4


def rates(name: str, count: int, **parameters: float) -> list[float]:
    """The first rates of a schedule."""
    formula = SCHEDULES[name].rate(Var("eta0"), Var("n"))
    values = {key: np.float64(value) for key, value in (parameters | {"eta0": ETA0}).items()}
    return [float(evaluate(formula, values | {"n": np.float64(n)})) for n in range(count)]


# fmt: off
DEFINED: list[tuple[str, dict[str, float], Any]] = [
    ("step",        {"period": 3, "gamma": 0.5},     lambda n: ETA0 * 0.5 ** (n // 3)),
    ("step",        {"period": 1, "gamma": 0.1},     lambda n: ETA0 * 0.1**n),
    ("exponential", {"gamma": 0.9},                  lambda n: ETA0 * 0.9**n),
    ("exponential", {"gamma": 1.1},                  lambda n: ETA0 * 1.1**n),
    ("cosine",      {"period": 8, "eta_end": 0.1},   lambda n: 0.1 + 0.15 * (1 + math.cos(math.pi * min(n, 8) / 8))),
    ("cosine",      {"period": 1, "eta_end": 0},     lambda n: ETA0 if n == 0 else 0),
]
# fmt: on


@pytest.mark.parametrize(("name", "parameters", "rate"), DEFINED)
def test_the_rate_is_that_of_the_definition(name: str, parameters: dict[str, float], rate: Any) -> None:
    """Each of the first rates, after the end of the cosine too, where the last one stays."""
    expected = [rate(n) for n in range(12)]
    np.testing.assert_allclose(rates(name, 12, **parameters), expected, rtol=1e-14, atol=1e-16)


# fmt: off
WRITTEN = [
    ("step",        "eta0·gamma^⌊n/period⌋"),
    ("exponential", "eta0·gamma^n"),
    ("cosine",      "eta_end + ½(eta0 − eta_end)·(1 + cos(π·min(n/period, 1)))"),
]
# fmt: on


@pytest.mark.parametrize(("name", "text"), WRITTEN)
def test_the_rate_is_one_formula(name: str, text: str) -> None:
    """The schedule is written as it is worked, its parameters as variables."""
    assert linear(write(SCHEDULES[name].rate(Var("eta0"), Var("n")), names())) == text


def test_the_table_goes_by_the_functions_names() -> None:
    """A schedule is known by its function's name, names its source, and says what has to be given."""
    assert {name: row.name for name, row in SCHEDULES.items()} == {name: name for name, _ in WRITTEN}
    assert all(row.source for row in SCHEDULES.values())
    needed = {name: [key for key, p in row.parameters.items() if p.default is None] for name, row in SCHEDULES.items()}
    assert needed == {"step": ["period"], "exponential": ["gamma"], "cosine": ["period"]}
