"""Changed formulas: one node at a time, with the part that was changed and the part that is missing."""

from __future__ import annotations

import pytest

from backtrace.answers.changes import (
    Ways,
    changes,
    factor_left_out,
    minus_lost,
    reversed_difference,
    reversed_other,
    sign_exchanged,
    term_left_out,
)
from backtrace.formula.calculus import summed
from backtrace.formula.expr import Expr, Var
from backtrace.formula.writing import linear, write
from tests.formula.leaves import names

a, b, c, d = (Var(name) for name in "abcd")

# fmt: off
CHANGED: list[tuple[Ways, Expr, list[str]]] = [
    (reversed_difference, 2 * (a - b) * c,       ["2(b − a)·c"]),
    (reversed_difference, (1 - a) * (b - c),     ["(1 − a)·(c − b)"]),
    (reversed_other,      (1 - a) * (b - c),     ["(a − 1)·(b − c)"]),
    (minus_lost,          -(a * b),              ["a·b"]),
    (minus_lost,          -a * b - c * -d,       ["a·b − c·(−d)", "(−a)·b − c·d"]),
    (sign_exchanged,      a - b * c,             ["a + b·c"]),
    (sign_exchanged,      a * b + c,             ["a·b − c"]),
    (factor_left_out,     (a * b) * (c * d),     ["a·b", "c·d", "a·c·d", "b·c·d", "a·b·c", "a·b·d"]),
    (factor_left_out,     (a + b) / 2,           ["a + b"]),
    (factor_left_out,     (a - b) ** 2,          ["a − b"]),
    (term_left_out,       a + b + c,             ["a + b", "a + c", "b + c"]),
    (term_left_out,       a * (b - c),           ["a·b"]),
    (term_left_out,       a * b,                 []),
]
# fmt: on


@pytest.mark.parametrize(("ways", "expr", "texts"), CHANGED)
def test_changed_formulas(ways: Ways, expr: Expr, texts: list[str]) -> None:
    """Every node is changed in turn, and all others stay as they are."""
    assert [linear(write(change.formula, names())) for change in changes(expr, ways)] == texts


def test_what_is_shown_of_a_change() -> None:
    """A number or a sign in front of what was changed is shown with it, another factor is not."""
    (change,) = changes(2 * (a - b) * c, reversed_difference)
    assert [linear(write(each, names())) for each in (change.was, change.now)] == ["2(a − b)", "2(b − a)"]
    (change,) = changes(-(a - b) * c, reversed_difference)
    assert [linear(write(each, names())) for each in (change.was, change.now)] == ["−(a − b)", "−(b − a)"]


def test_what_is_missing() -> None:
    """A factor or term that was left out is named."""
    missing = [change.missing for change in changes(a * (b + c), factor_left_out)]
    assert [linear(write(each, names())) for each in missing if each] == ["b + c", "a"]


@pytest.mark.parametrize(("terms", "count"), [(3, 9), (5, 5), (12, 12), (13, 1), (400, 1)])
def test_long_sums_are_not_changed_everywhere(terms: int, count: int) -> None:
    """Of a long sum only the terms are left out, of a very long one the last, so that the search stays short."""
    formula = summed([Var(f"w{n}") * Var(f"x{n}") for n in range(terms)])
    both = list(changes(formula, term_left_out)) + list(changes(formula, factor_left_out))
    assert len(both) == count
