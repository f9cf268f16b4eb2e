"""Every row of the table of losses is proved, whatever its parameters, short forms included; a broken row is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import ones
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Loss, reduced, shared
from tests.network.proofs import loss_failures
from tests.network.settings import said, settings_of

y, a = Var("y", (2,)), Var("a", (2,))
every_row = pytest.mark.parametrize("row", LOSSES.values(), ids=list(LOSSES))
CASES = [(row, given) for row in LOSSES.values() for given in settings_of(row.parameters)]
every_setting = pytest.mark.parametrize(("row", "given"), CASES, ids=[said(given) + row.name for row, given in CASES])

QUARTIC = Loss(
    "quartic",
    lambda y, a, *, weight=1: weight * (y - a) ** 4,
    lambda y, a, *, weight: 4 * weight * (a - y) ** 3,
    "mean",
    "nobody",
)
# fmt: off
BREAKS: dict[str, Callable[[Expr], Expr]] = {
    "the wrong sign":      lambda slope: -slope,
    "off by a thousandth": lambda slope: slope + slope / 1000,
    "off by a constant":   lambda slope: slope + ones(slope) / 1000,
}
# fmt: on


@every_row
def test_slope_and_short_forms_are_proved(row: Loss) -> None:
    """The derivative of the row is sympy's derivative of its definition, and what differences give."""
    assert loss_failures(row) == []


def test_a_new_row_is_proved_by_the_same_functions() -> None:
    """A row that nobody has written yet needs no new test, whether its slope is right or wrong."""
    assert loss_failures(QUARTIC) == []
    assert loss_failures(replace(QUARTIC, slope=lambda y, a, *, weight: 4 * (a - y) ** 3)) != []


@every_row
@pytest.mark.parametrize("fault", BREAKS)
def test_a_broken_slope_is_found(row: Loss, fault: str) -> None:
    """A wrong derivative fails both proofs."""

    def slope(y: Expr, a: Expr, **parameters: Any) -> Expr:
        return BREAKS[fault](row.slope(y, a, **parameters))

    failures = loss_failures(replace(row, slope=slope))
    assert any(failure.startswith("slope: sympy") for failure in failures)
    assert any(failure.startswith("slope:") and "central differences" in failure for failure in failures)


@pytest.mark.parametrize("name", [name for name, row in LOSSES.items() if row.short])
def test_a_broken_short_form_is_found(name: str) -> None:
    """A short form of the wrong sign fails both proofs, and the slope is not blamed."""
    broken = dict.fromkeys(LOSSES[name].short, lambda y, a: y - a)
    failures = loss_failures(replace(LOSSES[name], short=broken))
    assert any("short form" in failure and "sympy" in failure for failure in failures)
    assert any("short form" in failure and "central differences" in failure for failure in failures)
    assert not any(failure.startswith("slope") for failure in failures)


TARGETS = {"any": [0.5, -1.0], "zero to one": [0.3, 1.0], "distribution": [0.25, 0.75]}


@every_setting
def test_a_jump_of_the_slope_is_a_stated_convention(row: Loss, given: dict[str, Any]) -> None:
    """Where the prediction is the target, a slope that jumps is taken as the row says; no other row says anything."""
    target = np.array(TARGETS[row.targets])
    below, at, above = (_slope(row, given, target, target + shift) for shift in (-1e-9, 0.0, 1e-9))
    has_jump = np.abs(above - below).max() > 1e-6 and row.prediction != "probability"
    assert has_jump == bool(row.convention)
    if has_jump:
        assert row.convention.endswith(f"taken as {at[0]:g}.")
        assert at[0] == at[1]


def _slope(row: Loss, given: dict[str, Any], target: Any, prediction: Any) -> Any:
    return evaluate(row.bound(given).slope(y, a), given | {"y": target, "a": prediction})


def test_the_slope_of_the_absolute_error_jumps_from_minus_one_to_one() -> None:
    """The convention takes the middle, 0, and is not the slope of either side."""
    slopes = [_slope(LOSSES["mae"], {}, np.zeros(2), np.full(2, shift)).tolist() for shift in (-1e-9, 0.0, 1e-9)]
    assert slopes == [[-1, -1], [0, 0], [1, 1]]


# fmt: off
VALUES: list[tuple[str, dict[str, Any], list[float], list[float], float]] = [
    ("mse",           {},             [0.0, 1.0],   [0.5, 0.5],  0.25),
    ("sse",           {},             [0.0, 1.0],   [0.5, 0.5],  0.5),
    ("half_sse",      {},             [0.0, 1.0],   [0.5, 0.5],  0.25),
    ("mae",           {},             [0.0, 1.0],   [0.5, 2.5],  1.0),
    ("huber",         {"delta": 1.0}, [0.0, 0.0],   [0.5, 3.0],  (0.125 + 2.5) / 2),
    ("huber",         {"delta": 0.5}, [0.0, 0.0],   [0.5, -3.0], (0.125 + 1.375) / 2),
    ("bce",           {},             [0.0, 1.0],   [0.5, 0.5],  np.log(2)),
    ("bce",           {},             [0.0, 1.0],   [0.0, 1.0],  0.0),
    ("cross_entropy", {},             [0.0, 1.0],   [0.5, 0.5],  np.log(2)),
    ("cross_entropy", {},             [0.0, 1.0],   [0.0, 1.0],  0.0),
    ("bce_logits",    {},             [0.0, 1.0],   [0.0, 0.0],  np.log(2)),
    ("bce_logits",    {},             [0.0, 1.0],   [-1e5, 1e5], 0.0),
    ("bce_logits",    {},             [0.25, 0.25], [1e5, -2e4], 0.75 * 5e4 + 0.25 * 1e4),
    ("softmax_cross_entropy", {},     [0.0, 1.0],   [3.0, 3.0],  np.log(2)),
    ("softmax_cross_entropy", {},     [1.0, 0.0],   [-9e5, 0.0], 9e5),
]
# fmt: on


@pytest.mark.parametrize(("name", "given", "target", "prediction", "expected"), VALUES)
def test_the_loss_of_a_sample(
    name: str, given: dict[str, Any], target: list[float], prediction: list[float], expected: float
) -> None:
    """The sum or the mean of the outputs' terms, as the row says; terms with target 0 vanish, logits may be large."""
    row = LOSSES[name].bound(given)
    at = given | {"y": np.array(target), "a": np.array(prediction)}
    assert float(evaluate(reduced(row.terms(y, a), row.outputs), at)) == pytest.approx(expected)


# fmt: off
PAIRS = [
    ("bce_logits",            "bce",           "sigmoid", [0.0, 0.3]),
    ("softmax_cross_entropy", "cross_entropy", "softmax", [0.2, 0.8]),
]
# fmt: on


@pytest.mark.parametrize(("of_logits", "of_probabilities", "activation", "target"), PAIRS)
def test_a_loss_of_pre_activations_is_that_of_their_probabilities(
    of_logits: str, of_probabilities: str, activation: str, target: list[float]
) -> None:
    """The form that stays in range has the value and the derivative by z of the activation with its loss."""
    at: dict[str, Any] = {"y": np.array(target), "z": np.array([-1.5, 0.75])}
    z, short, row = Var("z", (2,)), LOSSES[of_probabilities], LOSSES[of_logits]
    at["a"] = evaluate(ACTIVATIONS[activation].bound().function(z, lambda _, formula: formula), at)
    terms, expected = evaluate(row.terms(y, z), at), evaluate(short.terms(y, a), at)
    np.testing.assert_allclose(terms, expected, rtol=1e-14)
    slope = evaluate(row.slope(y, z), at)
    np.testing.assert_allclose(slope, evaluate(short.short[activation](y, a), at), rtol=1e-14)


def test_huber_is_quadratic_near_and_linear_far() -> None:
    """Up to delta it is half the square, beyond it grows by delta for each unit."""
    row, delta = LOSSES["huber"], {"delta": 0.5}
    distances = np.array([0.1, 0.5, 0.7, 40.0])
    y, a = Var("y", (4,)), Var("a", (4,))
    terms = evaluate(row.bound(delta).terms(y, a), delta | {"y": np.zeros(4), "a": distances})
    np.testing.assert_allclose(terms, [0.005, 0.125, 0.125 + 0.1, 0.125 + 0.5 * 39.5], rtol=1e-14)


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


@every_row
def test_a_term_reads_its_own_output_only_where_the_row_says_so(row: Loss) -> None:
    """Moving one prediction changes the other's term exactly where the row is not elementwise."""
    target, given = np.array(TARGETS[row.targets]), settings_of(row.parameters)[0]
    one, other = (
        evaluate(row.bound(given).terms(y, a), given | {"y": target, "a": np.array([moved, 0.4])})
        for moved in (0.2, 0.6)
    )
    assert (one[1] == other[1]) == row.elementwise
