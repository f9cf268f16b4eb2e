"""Every row of the table of losses is proved, short forms included, and a broken row is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Loss, reduced, shared
from tests.network.proofs import loss_failures

y, a = Var("y", (2,)), Var("a", (2,))
every_row = pytest.mark.parametrize("row", LOSSES.values(), ids=list(LOSSES))

QUARTIC = Loss("quartic", lambda y, a: (y - a) ** 4, lambda y, a: 4 * (a - y) ** 3, "mean", "nobody")


@every_row
def test_slope_and_short_forms_are_proved(row: Loss) -> None:
    """The derivative of the row is sympy's derivative of its definition, and what differences give."""
    assert loss_failures(row) == []


def test_a_new_row_is_proved_by_the_same_functions() -> None:
    """A row that nobody has written yet needs no new test."""
    assert loss_failures(QUARTIC) == []


@every_row
def test_a_broken_slope_is_found(row: Loss) -> None:
    """A derivative of the wrong sign fails both proofs."""
    failures = loss_failures(replace(row, slope=lambda y, a: -row.slope(y, a)))
    assert any(failure.startswith("slope: sympy") for failure in failures)
    assert any(failure.startswith("slope: central differences") for failure in failures)


@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if row.short])
def test_a_broken_short_form_is_found(name: str) -> None:
    """A short form of the wrong sign fails both proofs, and the slope is not blamed."""
    broken = dict.fromkeys(LOSSES[name].short, lambda y, a: y - a)
    failures = loss_failures(replace(LOSSES[name], short=broken))
    assert any("short form" in failure and "sympy" in failure for failure in failures)
    assert any("short form" in failure and "central differences" in failure for failure in failures)
    assert not any(failure.startswith("slope") for failure in failures)


# fmt: off
VALUES = [
    ("mse",           [0.0, 1.0], [0.5, 0.5], 0.25),
    ("sse",           [0.0, 1.0], [0.5, 0.5], 0.5),
    ("half_sse",      [0.0, 1.0], [0.5, 0.5], 0.25),
    ("bce",           [0.0, 1.0], [0.5, 0.5], np.log(2)),
    ("bce",           [0.0, 1.0], [0.0, 1.0], 0.0),
    ("cross_entropy", [0.0, 1.0], [0.5, 0.5], np.log(2)),
    ("cross_entropy", [0.0, 1.0], [0.0, 1.0], 0.0),
]
# fmt: on


@pytest.mark.parametrize(("name", "target", "prediction", "expected"), VALUES)
def test_the_loss_of_a_sample(name: str, target: list[float], prediction: list[float], expected: float) -> None:
    """The sum or the mean of the outputs' terms, as the row says; terms with target 0 vanish."""
    row = LOSSES[name]
    value = evaluate(reduced(row.terms(y, a), row.outputs), {"y": np.array(target), "a": np.array(prediction)})
    assert float(value) == pytest.approx(expected)


def test_with_one_output_mean_and_sum_are_the_same_formula() -> None:
    """A division by 1 is not written."""
    single = Var("a", (1,))
    assert shared(single, 1, "mean") is single
    assert shared(a, 2, "sum") is a
    assert shared(a, 2, "mean") is not a


@every_row
def test_a_row_names_itself_its_source_and_known_activations(row: Loss) -> None:
    """The key of the table is the row's name, it has a source, and its short forms are with activations that exist."""
    assert LOSSES[row.name] is row
    assert row.source
    assert set(row.short) <= set(ACTIVATIONS)
