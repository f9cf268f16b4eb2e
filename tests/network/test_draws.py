"""Random numbers: the same on every machine, and of the distribution that they are said to be of."""

from __future__ import annotations

import math
from decimal import Context, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.network.draws import Draws, natural_logarithm

MANY = 200_000
EXACT = Context(prec=40)


def test_the_numbers_are_these_to_the_last_bit() -> None:
    """A seed gives these very doubles on every machine and with every version of numpy."""
    uniform = [x.hex() for x in Draws(7, 1, 0).uniform(3).tolist()]
    normal = [x.hex() for x in Draws(7, 1, 0).normal(3).tolist()]
    assert uniform == ["0x1.2dfb3f576411ep-1", "0x1.03561f093e662p-1", "0x1.88abef80d67e0p-1"]
    assert normal == ["0x1.4e4e7ac1cb836p+1", "0x1.841dc79e35f7cp-3", "0x1.24b2f1af1cb25p-1"]


def test_uniform_numbers_are_those_of_numpy() -> None:
    """The uniform numbers are what numpy makes of the same bits."""
    bits = np.random.PCG64(np.random.SeedSequence(3, spawn_key=(2, 1)))
    np.testing.assert_array_equal(Draws(3, 2, 1).uniform(100), np.random.Generator(bits).random(100))


def test_normal_numbers_follow_from_the_uniform_ones() -> None:
    """Each pair of normal numbers is the polar method's, worked here in forty digits, up to rounding."""
    uniform = iter(Draws(5).uniform(400).tolist())
    expected: list[float] = []
    for first, second in zip(uniform, uniform, strict=True):
        u, v = 2 * Decimal(first) - 1, 2 * Decimal(second) - 1
        s = u * u + v * v
        if 0 < s < 1:
            factor = EXACT.sqrt(EXACT.divide(-2 * s.ln(EXACT), s))
            expected += [float(u * factor), float(v * factor)]
    found = Draws(5).normal(len(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 50])
def test_fewer_numbers_are_the_first_of_more(count: int) -> None:
    """How many numbers are drawn does not change the first of them."""
    np.testing.assert_array_equal(Draws(1).normal(count), Draws(1).normal(1000)[:count])
    np.testing.assert_array_equal(Draws(1).uniform(count), Draws(1).uniform(1000)[:count])


def test_the_distributions_are_met() -> None:
    """The distribution of many numbers lies as near to the one asked for as chance allows (Kolmogorov, 1 in 10⁶)."""
    steps = np.arange(1, MANY + 1) / MANY
    normal = np.sort(Draws(11).normal(MANY))
    below = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in normal.tolist()])
    for found in (np.sort(Draws(11).uniform(MANY)), below):
        assert np.max(np.abs(found - steps)) < 2.7 / math.sqrt(MANY)


def test_streams_are_apart() -> None:
    """Seeds and keys each give a stream of their own, not correlated with another."""
    streams = [Draws(*key).normal(20_000) for key in ((0,), (1,), (1, 0), (1, 1), (1, 1, 0), (1, 1, 1), (2, 1, 0))]
    correlations = np.corrcoef(streams) - np.eye(len(streams))
    assert np.max(np.abs(correlations)) < 0.04


@given(st.floats(min_value=5e-324, max_value=1.7e308))
def test_the_logarithm_is_the_logarithm(x: float) -> None:
    """The logarithm is the true one up to three units in the last place."""
    found = float(natural_logarithm(np.array([x]))[0])
    assert found == pytest.approx(float(Decimal(x).ln(EXACT)), rel=7e-16)
