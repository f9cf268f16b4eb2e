"""Every row of the table of activations is proved, and a broken row is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Apply, Var
from backtrace.formula.operations import exp, ones, outer
from backtrace.formula.writing import LANGUAGES, linear, write
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.naming import unnamed
from tests.formula.leaves import names
from tests.network.proofs import activation_failures

z, a = Var("z", (2,)), Var("a", (2,))
every_row = pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=list(ACTIVATIONS))

SWISH = Activation(
    "swish",
    lambda z, _: z / (1 + exp(-z)),
    lambda z, a: a + (1 / (1 + exp(-z))) * (1 - a),
    "Ramachandran, Zoph & Le 2017",
)
BROKEN = {
    "sigmoid": lambda z, a: a * (1 + a),
    "tanh": lambda z, a: 1 - a,
    "relu": lambda z, a: ones(z),
    "identity": lambda z, a: a,
    "softmax": lambda z, a: outer(a, a),
}


@every_row
def test_the_slope_is_proved(row: Activation) -> None:
    """The local derivative of the row is sympy's derivative of its definition, and what differences give."""
    assert activation_failures(row) == []


def test_a_new_row_is_proved_by_the_same_functions() -> None:
    """A row that nobody has written yet needs no new test."""
    assert activation_failures(SWISH) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_slope_is_found(name: str) -> None:
    """A wrong derivative fails both proofs."""
    failures = activation_failures(replace(ACTIVATIONS[name], slope=BROKEN[name]))
    assert "central differences" in failures
    assert any(failure.startswith("sympy") for failure in failures)


@every_row
def test_the_slope_has_the_shape_of_the_row(row: Activation) -> None:
    """A function that works entry by entry has one slope for each neuron, another a Jacobian."""
    assert row.function(z, unnamed).shape == (2,)
    assert row.slope(z, a).shape == ((2,) if row.elementwise else (2, 2))


@every_row
def test_a_jump_of_the_slope_is_a_stated_convention(row: Activation) -> None:
    """Where the derivative does not exist at 0, the row says which value is taken, and takes it."""
    if not row.elementwise:
        return
    below, at, above = (_slope(row, point) for point in (-1e-9, 0.0, 1e-9))
    if abs(above - below) > 1e-6:
        assert f"taken as {at:g}" in row.convention
    else:
        assert row.convention == ""


def _slope(row: Activation, point: float) -> float:
    at: dict[str, Any] = {"z": np.array([point, point])}
    return float(evaluate(row.slope(z, a), at | {"a": evaluate(row.function(z, unnamed), at)})[0])


@every_row
def test_the_named_form_is_the_function(row: Activation) -> None:
    """Written by its symbol or written out, the function has the same value."""
    at = {"z": np.array([-0.5, 1.25])}
    assert np.array_equal(evaluate(row.applied(z), at), evaluate(row.function(z, unnamed), at))


def test_a_symbol_is_spelt_in_every_language() -> None:
    """A row with a symbol stays closed when it is written."""
    applied = ACTIVATIONS["sigmoid"].applied(z)
    assert isinstance(applied, Apply)
    texts = [linear(write(applied, names(language), language), language) for language in LANGUAGES]
    assert texts == ["σ(z)", "sigma(z)", r"\sigma(z)", "sigma of (z)"]


@every_row
def test_a_row_names_itself_and_its_source(row: Activation) -> None:
    """The key of the table is the row's name, and the row says where it comes from."""
    assert ACTIVATIONS[row.name] is row
    assert row.source
