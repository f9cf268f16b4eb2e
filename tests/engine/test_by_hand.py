"""Rounded and exact arithmetic beside a hand's: every line of whole trainings, met to the last digit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import backtrace
from tests.engine.by_hand import Example, Figures, Hand, each

MODES = {"half-even": ROUND_HALF_EVEN, "half-up": ROUND_HALF_UP, "truncate": ROUND_DOWN}
DIGITS = Context(prec=50)

TWO_SAMPLES = Example(
    W1=[["0.15", "-0.2"], ["0.25", "0.3"], ["-0.4", "0.1"]],
    b1=["0.35", "-0.1", "0.2"],
    W2=[["0.4", "0.45", "-0.3"], ["-0.5", "0.55", "0.2"]],
    b2=["0.6", "-0.25"],
    x=[["0.05", "0.1"], ["-0.7", "0.31"]],
    y=[["0.01", "0.99"], ["0.8", "0.2"]],
    eta="0.5",
    l2="0.013",
)
MOMENTUM = replace(TWO_SAMPLES, optimizer="momentum", parameters={"momentum": "0.9"})
ADAM = replace(TWO_SAMPLES, optimizer="adam", eta="0.05",
               parameters={"beta1": "0.9", "beta2": "0.999", "epsilon": "0.00000001"})  # fmt: skip
THREE_OUTPUTS = Example(
    W1=[["0.5", "-1"], ["0.25", "0.3"]],
    b1=["0.1", "0.2"],
    W2=[["0.7", "0.2"], ["0.3", "-0.9"], ["-1", "0.6"]],
    b2=["0.3", "0.4", "-0.1"],
    x=[["1", "2"], ["0.5", "-1"], ["3", "0.7"]],
    y=[["0.3", "0.7", "1"], ["0", "1", "-1"], ["0.2", "0.1", "0"]],
    eta="0.1",
)


def sigmoid(z: Decimal) -> Decimal:
    return 1 / (1 + (-z).exp())


SIGMOID = (sigmoid, lambda z, a: a * (1 - a))
RELU = (lambda z: max(z, Fraction(0)), lambda z, a: Fraction(z > 0))
IDENTITY = (lambda z: z, lambda z, a: 1)


def significant(count: int, mode: str) -> Callable[[Decimal], Decimal]:
    """Rounds to significant digits, by a context that holds no more of them."""
    return Context(prec=count, rounding=MODES[mode]).plus


def decimals(count: int, mode: str) -> Callable[[Decimal], Decimal]:
    """Rounds to decimals."""
    return lambda number: number.quantize(Decimal(10) ** -count, MODES[mode])


def as_printed(trace: backtrace.Trace, figures: Figures) -> Figures:
    """The trace's values of the same names, updates and samples, as the decimal numbers that they stand for."""
    return {key: each(lambda value: Decimal(repr(value)), np.asarray(trace.value(*key)).tolist()) for key in figures}


def names_of(trace: backtrace.Trace) -> set[str]:
    """The ids of the lines that are told."""
    return {equation.id for equation in trace.plan.equations if equation.told == "always"}


# fmt: off
ROUNDED: list[Any] = [
    (MOMENTUM,    {"significant": 4, "mode": "half-even"}),
    (ADAM,        {"significant": 4, "mode": "half-even"}),
    (ADAM,        {"significant": 4, "mode": "half-up"}),
    (TWO_SAMPLES, {"significant": 4, "mode": "truncate"}),
    (TWO_SAMPLES, {"decimals": 3, "mode": "half-up"}),
    (MOMENTUM,    {"decimals": 3, "mode": "truncate"}),
    (ADAM,        {"decimals": 5, "mode": "half-even"}),
]
# fmt: on


@pytest.mark.parametrize("activation", [["sigmoid", "sigmoid"], ["sigmoid", "identity"]], ids="-".join)
@pytest.mark.parametrize(("example", "rounding"), ROUNDED)
def test_a_rounded_training_is_met_at_every_line(
    example: Example, rounding: dict[str, Any], activation: list[str]
) -> None:
    """Two layers, three updates, two samples in a batch: each told line is rounded, and nothing between."""
    trace = backtrace.run(example.scenario(activation, rounding=rounding))
    kind = decimals if "decimals" in rounding else significant
    told = kind(rounding[kind.__name__], rounding["mode"])
    output = SIGMOID if activation[1] == "sigmoid" else IDENTITY
    with localcontext(DIGITS):
        figures = Hand(example, Decimal, told, SIGMOID, output).worked()
    assert {name for name, _, _ in figures} == names_of(trace)
    assert as_printed(trace, figures) == figures


def test_rounding_every_step_is_another_training() -> None:
    """A hand that also rounded what the lesson folds into its lines would meet other figures: the test tells."""
    trace = backtrace.run(TWO_SAMPLES.scenario(["sigmoid"] * 2, rounding={"significant": 4}))
    told = significant(4, "half-even")
    rounded_slope = (sigmoid, lambda z, a: told(a * told(1 - a)))
    with localcontext(DIGITS):
        figures = Hand(TWO_SAMPLES, Decimal, told, rounded_slope, rounded_slope).worked()
    assert as_printed(trace, figures) != figures


# fmt: off
EXACT = [
    THREE_OUTPUTS,
    replace(THREE_OUTPUTS, l2="0.03"),
    replace(THREE_OUTPUTS, optimizer="momentum", parameters={"momentum": "0.9"}, l2="0.01"),
]
# fmt: on


@pytest.mark.parametrize("example", EXACT)
def test_an_exact_training_is_met_at_every_line(example: Example) -> None:
    """Three outputs, three samples in a batch, three updates: the very fractions that plain loops give."""
    trace = backtrace.run(example.scenario(["relu", "identity"], arithmetic="exact"))
    figures = Hand(example, Fraction, lambda fraction: fraction, RELU, IDENTITY).worked()
    assert {name for name, _, _ in figures} == names_of(trace)
    for (name, update, sample), expected in figures.items():
        found = trace.value(name, update, sample, exact=True)
        assert np.asarray(found).tolist() == expected, (name, update, sample)
        doubles = np.asarray(trace.value(name, update, sample)).tolist()
        assert doubles == each(float, expected), (name, update, sample)
    assert any(number.denominator % 3 == 0 for number in figures["dL_dz2", 1, 1])


@pytest.mark.parametrize("example", EXACT)
def test_doubles_agree_with_fractions(example: Example) -> None:
    """The same training in double precision differs by its rounding alone."""
    exact = backtrace.run(example.scenario(["relu", "identity"], arithmetic="exact"))
    floats = backtrace.run(example.scenario(["relu", "identity"]))
    assert not floats.is_exact
    for step, other in zip(floats, exact, strict=True):
        np.testing.assert_allclose(step.value, other.value, rtol=1e-12, atol=1e-14)
