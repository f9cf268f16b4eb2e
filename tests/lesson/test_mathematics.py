"""Mathematics to be shown: large arrays and long sums lose their middle, small ones stay whole."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.formula.calculus import summed
from backtrace.formula.evaluate import entries
from backtrace.formula.expr import Var, apply, variables
from backtrace.lesson.mathematics import DOTS, elided, matrix, shortened
from backtrace.lesson.numbers import shown


def written(numbers: list[float], as_row: bool) -> str:
    values = np.empty(len(numbers), dtype=object)
    values[:] = [shown(number, 1) for number in numbers]
    return matrix(values, as_row).linear("text")


def test_a_vector_is_a_column_or_a_row() -> None:
    """A vector stands as the orientation has it; a single number has no brackets."""
    assert written([1, -2], as_row=False) == "[1.0; −2.0]"
    assert written([1, -2], as_row=True) == "[1.0 −2.0]"
    assert written([3], as_row=True) == "3.0"


@pytest.mark.parametrize("size", [1, 6, 7])
def test_a_small_array_stays_whole(size: int) -> None:
    """Leaving out a single number would not be shorter."""
    values = np.arange(size * 2.0).reshape(size, 2)
    assert elided(values) is values


def test_the_middle_of_a_large_array_is_left_out() -> None:
    """Three rows and two columns at each end are shown, and one gap between them."""
    found = elided(np.arange(80).reshape(8, 10))
    assert found.shape == (7, 5)
    assert found[0].tolist() == [0, 1, None, 8, 9]
    assert found[3].tolist() == [None] * 5
    assert found[-1, -1] == 79


def test_the_middle_of_a_long_sum_is_left_out() -> None:
    """The first three and the last two terms of a long sum are shown, also inside a function."""
    (product,) = entries(apply("matvec", Var("W", (1, 20)), Var("x", (20,))))
    found = [(var.name, var.index) for var in variables(shortened(apply("tanh", product)))]
    ends = [(name, place) for i in (1, 2, 3, 19, 20) for name, place in (("W", (1, i)), ("x", (i,)))]
    assert found == [*ends[:6], (DOTS, None), *ends[6:]]


def test_a_short_sum_stays_whole() -> None:
    """A sum of eight terms comes back as it is."""
    short = summed([Var(f"a{i}") for i in range(8)])
    assert shortened(short) is short
