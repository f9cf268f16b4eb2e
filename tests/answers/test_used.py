"""The formula as it should be, and as it was apparently used: opened down to the lines of the sheet."""

from __future__ import annotations

from backtrace.answers.used import is_readable
from backtrace.formula.calculus import summed
from backtrace.formula.expr import Var
from tests.answers.made import LECTURE, judged, traced
from tests.answers.test_report import recalls

FORWARD = LECTURE[:5]


def test_lines_of_the_sheet_are_not_opened() -> None:
    """What was written is put in as it was written."""
    right, _ = recalls(judged(traced("lecture"), *FORWARD, "dL_db2 = 0.289", "b2_next = 0.602"))
    assert "bʸ − η·∂L/∂bʸ" in right


def test_lines_that_are_left_out_are_opened_where_the_mistake_lies() -> None:
    """The formula used reads the error signal's own operands."""
    _, used = recalls(judged(traced("lecture"), *FORWARD, "dL_dW2 = -0.181 -0.219"))
    assert "(y − ŷ)" in used


def test_a_formula_of_very_many_operands_is_not_told() -> None:
    """Nobody reads a line of hundreds of factors."""
    assert is_readable(summed([Var(f"a{n}") for n in range(9)]))
    assert not is_readable(summed([Var(f"a{n}") for n in range(99)]))
