"""Brackets: whatever is written as text, a pocket calculator reads back to the value that it evaluates to."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException, localcontext
from typing import Any

import numpy as np
from hypothesis import assume, given, settings

from backtrace.formula.evaluate import DECIMALS, evaluate
from backtrace.formula.writing import linear, write
from tests.calculator import Unreadable, calculate
from tests.formula.formulas import Example, column_formulas, literal_formulas, row_formulas
from tests.formula.leaves import numbers


def _entries(value: Any) -> list[Decimal]:
    rows = value if isinstance(value, list) else [[value]]
    return [entry for row in rows for entry in row]


def _assert_reads_back(example: Example, vectors_are_rows: bool = False) -> None:
    with localcontext(Context(prec=50)):
        try:
            value = evaluate(example.expr, {n: np.array(x, dtype=object) for n, x in example.values.items()}, DECIMALS)
            expected = [Decimal(entry) for entry in np.ravel(value)]
        except DecimalException:
            assume(False)
        assume(all(abs(entry) < Decimal(10) ** 20 for entry in expected))
        text = linear(write(example.expr, numbers(example.values, vectors_are_rows)))
        try:
            calculated = _entries(calculate(text))
        except Unreadable as error:
            raise AssertionError(f"{text} cannot be read: {error}") from error
        assert len(calculated) == len(expected), text
        for ours, theirs in zip(expected, calculated, strict=True):
            assert abs(ours - theirs) <= Decimal(10) ** -20 * max(abs(ours), Decimal(1)), text


@settings(deadline=None, max_examples=200)
@given(literal_formulas())
def test_literals_read_back_to_the_same_value(example: Example) -> None:
    """A formula of literals, written as text, is worked by a pocket calculator to the value it evaluates to."""
    _assert_reads_back(example)


@settings(deadline=None, max_examples=200)
@given(column_formulas())
def test_columns_read_back_to_the_same_value(example: Example) -> None:
    """So is a formula of numbers, columns and matrices, negative ones among them."""
    _assert_reads_back(example)


@settings(deadline=None, max_examples=100)
@given(row_formulas())
def test_rows_read_back_to_the_same_value(example: Example) -> None:
    """So is one in row orientation, where vectors are rows."""
    _assert_reads_back(example, vectors_are_rows=True)
