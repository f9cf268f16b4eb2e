"""How numbers are shown: decimals, scientific form, and the digits with which a line closes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import exp, total
from backtrace.lesson.numbers import Closing, Shown, closing, factors_closing, kept, put_in, rounds_to, shown
from tests.calculator import closes

a, b, c = Var("a"), Var("b"), Var("c")


def text(number: Shown) -> str:
    """The number as it is printed, on one line."""
    (piece,) = number.written("text").pieces
    return str(piece)


# fmt: off
SHOWN = [
    (0.289215,   3, "0.289"),
    (0.0005,     3, "5.00·10⁻⁴"),
    (0.001,      3, "0.001"),
    (-0.000439,  3, "−4.39·10⁻⁴"),
    (0.0,        3, "0.000"),
    (-0.0,       3, "0.000"),
    (0.0995,     2, "0.10"),
    (-1.5,       2, "−1.50"),
    (9999999.0,  1, "9999999.0"),
    (12345678.9, 3, "1.23·10⁷"),
    (5e-324,     2, "4.9·10⁻³²⁴"),
]
PUT_IN = [
    (0.5,        3, "0.5"),
    (0.0,        3, "0"),
    (-0.0,       3, "0"),
    (-0.25,      3, "−0.25"),
    (0.30000000000000004, 3, "0.3"),
    (0.62714,    3, "0.627"),
    (1.0,        3, "1"),
    (2e7,        3, "2.00·10⁷"),
    (1e-5,       8, "1·10⁻⁵"),
]
KEPT = [
    (0.2892155,  3, "0.28922"),
    (1.449036,   3, "1.4490"),
    (265.77712,  3, "265.7771"),
    (0.0,        3, "0.0000"),
    (-0.0,       3, "0.0000"),
    (4.39e-9,    3, "4.3900·10⁻⁹"),
]
# fmt: on


@pytest.mark.parametrize(("value", "decimals", "expected"), SHOWN)
def test_a_result_has_its_decimals(value: float, decimals: int, expected: str) -> None:
    """A result is rounded to the decimals; very small and very large ones stand in scientific form; −0 is 0."""
    assert text(shown(value, decimals)) == expected


@pytest.mark.parametrize(("value", "decimals", "expected"), PUT_IN)
def test_an_operand_has_no_idle_digits(value: float, decimals: int, expected: str) -> None:
    """An operand has fewer decimals where they say all of it."""
    assert text(put_in(value, decimals, min(decimals, 8))) == expected


@pytest.mark.parametrize(("value", "decimals", "expected"), KEPT)
def test_what_is_carried_on_has_more_digits(value: float, decimals: int, expected: str) -> None:
    """The kept value has at least one decimal more than is shown, whatever its size."""
    assert text(kept(value, decimals)) == expected
    assert rounds_to(kept(value, decimals).decimal, shown(value, decimals))


def closed(formula: Expr, values: dict[str, Any], result: float, decimals: int = 3) -> Closing:
    return closing(formula, lambda var: values[var.name], [result], decimals)


def test_a_line_that_closes_gets_no_more_digits() -> None:
    """Operands that say all of themselves close at once, and the result is exact."""
    found = closed(a * b, {"a": 0.5, "b": 0.25}, 0.125)
    assert (found.decimals, text(found.results[0]), found.exact) == (3, "0.125", True)


def test_operands_get_as_many_digits_as_the_line_needs() -> None:
    """0.027 · 0.8 gives 0.022 on a calculator, the line 0.021: the operand is printed with a digit more."""
    found = closed(a * b, {"a": 0.026550158, "b": 0.8}, 0.021240127)
    assert (found.decimals, text(found.results[0]), found.exact) == (4, "0.021", False)


def test_a_tie_may_go_either_way() -> None:
    """A calculated 0.0125 may be printed as 0.012 and as 0.013."""
    found = closed(a * b, {"a": 0.025, "b": 0.5}, 0.0125)
    assert found.decimals == 3
    assert closes("0.025·0.5", text(found.results[0]))
    assert closes("0.025·0.5", "0.012")
    assert closes("0.025·0.5", "0.013")


def test_a_result_cut_off_is_not_exact() -> None:
    """A line is exact only where the digits shown are all there are."""
    assert closed(a + b, {"a": 0.5, "b": 0.25}, 0.75).exact
    assert not closed(a + b, {"a": 0.5, "b": 0.2501}, 0.7501).exact
    assert not closed(a / b, {"a": 1.0, "b": 3.0}, 1 / 3).exact


def test_a_small_result_closes_in_scientific_form() -> None:
    """A result below the last decimal keeps its digits as a mantissa."""
    found = closed(a * b, {"a": 0.0123456, "b": 0.0123456}, 0.0123456**2)
    assert text(found.results[0]) == "1.52·10⁻⁴"
    assert closes(f"{text(put_in(0.0123456, found.decimals, 3))}²", "1.52·10⁻⁴")


def test_the_noise_of_a_cancellation_is_zero() -> None:
    """What is left of 0.1 + 0.2 − 0.3 in doubles is no result of the line: it is shown as 0."""
    found = closed(a + b - c, {"a": 0.1, "b": 0.2, "c": 0.3}, 0.1 + 0.2 - 0.3)
    assert text(found.results[0]) == "0.000"
    assert not found.exact


def test_negative_zero_is_zero() -> None:
    """A product with −0 is printed as 0."""
    found = closed(a * b, {"a": -0.0, "b": 0.5}, -0.0)
    assert (text(found.results[0]), found.exact) == ("0.000", True)


def test_a_vector_closes_as_a_whole() -> None:
    """All entries of a line share their decimals, the most that one of them needs."""
    vector = Var("v", (2,))
    values = np.array([0.5, 0.026550158])
    found = closing(vector * b, lambda var: values if var.name == "v" else 0.8, values * 0.8, 3)
    assert found.decimals == 4
    assert list(map(text, found.results)) == ["0.400", "0.021"]


def test_functions_close_too() -> None:
    """A line with e to some power is worked like any other."""
    result = float(np.exp(-0.52345678))
    found = closed(exp(-a), {"a": 0.52345678}, result)
    assert closes(f"e^(−{text(put_in(0.52345678, found.decimals, 3))})", text(found.results[0]))


def test_more_decimals_than_a_double_holds_are_not_shown() -> None:
    """A result of which a double does not hold the decimals asked for is shown with fewer, and closes."""
    large, third = 1e6 / 3, 1 / 3
    found = closed(a * b, {"a": large, "b": third}, large * third, decimals=12)
    printed = [text(put_in(value, found.decimals, 12)) for value in (large, third)]
    (result,) = found.results
    assert 8 <= len(text(result).partition(".")[2]) < 12
    assert closes("·".join(printed), text(result))


def test_factors_close_both_ways() -> None:
    """The operands give each factor as printed, and the factors the result."""
    p = 0.7245179668535154
    factors, reads = (2 * (a - b), a * (1 - a)), {"a": p, "b": 0.0}
    result = 2 * p * p * (1 - p)
    close = closed(factors[0] * factors[1], reads, result)
    decimals, values, _ = factors_closing(factors, lambda var: reads[var.name], close, 3)
    printed = text(put_in(p, decimals, 3))
    assert closes(f"2({printed} − 0)", text(values[0]))
    assert closes(f"{printed}·(1 − {printed})", text(values[1]))
    assert closes(f"{text(values[0])}·{text(values[1])}", text(close.results[0]))


def test_a_sum_is_worked_with_all_its_terms() -> None:
    """A total takes the printed entries of its vector."""
    vector = Var("v", (3,))
    values = np.array([0.1114, 0.1114, 0.1114])
    found = closing(total(vector), lambda _: values, [values.sum()], 3)
    assert found.decimals == 4  # 0.111 three times is 0.333, and the sum 0.334
