"""Every row of the table of activations is proved, whatever its parameters, and a broken row is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Apply, Expr, Var
from backtrace.formula.operations import magnitude, positive
from backtrace.formula.writing import LANGUAGES, linear, write
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.naming import unnamed
from tests.formula.leaves import names
from tests.network.proofs import activation_failures
from tests.network.settings import said, settings_of

z, a = Var("z", (2,)), Var("a", (2,))
every_row = pytest.mark.parametrize("row", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
CASES = [(row, given) for row in ACTIVATIONS.values() for given in settings_of(row.parameters)]
ONE_BY_ONE = [(row, given) for row, given in CASES if row.elementwise]
every_setting = pytest.mark.parametrize(("row", "given"), CASES, ids=[said(given) + row.name for row, given in CASES])
every_elementwise = pytest.mark.parametrize(
    ("row", "given"), ONE_BY_ONE, ids=[said(given) + row.name for row, given in ONE_BY_ONE]
)

SOFTSIGN = Activation(
    "softsign",
    lambda z, _, *, scale=1: scale * z / (1 + magnitude(z)),
    lambda z, a, *, scale: scale / (1 + magnitude(z)) ** 2,
    "Turian, Bergstra & Bengio 2009",
)
# fmt: off
BREAKS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "the wrong sign":        lambda slope, z: -slope,
    "off by a thousandth":   lambda slope, z: slope + slope / 1000,
    "wrong where z < 0":     lambda slope, z: slope + positive(-z) / 1000,
    "wrong where z > 0":     lambda slope, z: slope + positive(z) / 1000,
}
# fmt: on


@every_row
def test_the_slope_is_proved(row: Activation) -> None:
    """The local derivative of the row is sympy's derivative of its definition, and what differences give."""
    assert activation_failures(row) == []


def test_a_new_row_is_proved_by_the_same_functions() -> None:
    """A row that nobody has written yet needs no new test, whether its slope is right or wrong."""
    assert activation_failures(SOFTSIGN) == []
    assert activation_failures(replace(SOFTSIGN, slope=lambda z, a, *, scale: 1 / (1 + magnitude(z)) ** 2)) != []


FAULTS = [(row, fault) for row in ACTIVATIONS.values() for fault in BREAKS if row.elementwise or "where" not in fault]


@pytest.mark.parametrize(("row", "fault"), FAULTS, ids=[f"{row.name}, {fault}" for row, fault in FAULTS])
def test_a_broken_slope_is_found(row: Activation, fault: str) -> None:
    """A wrong derivative fails both proofs; where it is wrong on one side of 0, sympy's proof for that side only."""

    def slope(z: Expr, a: Expr, **parameters: Any) -> Expr:
        return BREAKS[fault](row.slope(z, a, **parameters), z)

    failures = activation_failures(replace(row, slope=slope))
    by_sympy = {failure.split()[-1] for failure in failures if "sympy" in failure}
    assert any(failure.endswith("central differences") for failure in failures)
    assert by_sympy
    if "where" in fault:
        assert by_sympy == {"negative" if "<" in fault else "positive"}


@every_setting
def test_the_slope_has_the_shape_of_the_row(row: Activation, given: dict[str, Any]) -> None:
    """A function that works entry by entry has one slope for each neuron, another a Jacobian."""
    bound = row.bound(given)
    assert bound.function(z, unnamed).shape == (2,)
    assert bound.slope(z, a).shape == ((2,) if row.elementwise else (2, 2))


@every_elementwise
def test_a_jump_of_the_slope_is_a_stated_convention(row: Activation, given: dict[str, Any]) -> None:
    """Where the derivative does not exist at 0, the row says which value is taken, and takes it."""
    below, at, above = (_slope(row, given, point) for point in (-1e-9, 0.0, 1e-9))
    if abs(above - below) < 1e-6:
        assert at == pytest.approx(above, abs=1e-6)
    elif "on its left" in row.convention:
        assert at == pytest.approx(below, abs=1e-6)
    else:
        assert row.convention.endswith(f"taken as {at:g}.")


@every_row
def test_a_convention_is_stated_only_where_the_slope_can_jump(row: Activation) -> None:
    """ELU with α = 2 has a jump at 0 and with α = 1 none; a row without any jump states nothing."""
    settings = settings_of(row.parameters) if row.elementwise else []
    jumps = [abs(_slope(row, given, 1e-9) - _slope(row, given, -1e-9)) > 1e-6 for given in settings]
    assert any(jumps) == bool(row.convention)
    if row.name == "elu":
        assert {given["alpha"]: jump for given, jump in zip(settings, jumps, strict=True)} == {
            1.0: False, 0.3: True, 2.0: True,
        }  # fmt: skip


def _slope(row: Activation, given: dict[str, Any], point: float) -> float:
    bound = row.bound(given)
    at: dict[str, Any] = given | {"z": np.array([point, point])}
    return float(evaluate(bound.slope(z, a), at | {"a": evaluate(bound.function(z, unnamed), at)})[0])


@every_setting
def test_the_named_form_is_the_function(row: Activation, given: dict[str, Any]) -> None:
    """Written by its symbol or written out, the function has the same value."""
    at, bound = given | {"z": np.array([-0.5, 1.25])}, row.bound(given)
    assert np.array_equal(evaluate(bound.applied(z), at), evaluate(bound.function(z, unnamed), at))


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
