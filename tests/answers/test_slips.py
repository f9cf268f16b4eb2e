"""Slips with numbers: found from what was written and what belongs there."""

from __future__ import annotations

from fractions import Fraction

from backtrace.answers.numbers import read_number
from backtrace.answers.slips import Written, arithmetic_slip, digits_exchanged, number_misread
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var

a, b, c = Var("a"), Var("b"), Var("c")
READS = {"a": 0.3, "b": 0.52, "c": 0.4}


def written(text: str) -> Written:
    """A number written for a·b + c, which is 0.556."""
    return Written(read_number(text), a * b + c, lambda var: READS[var.name], 0.556)


def gives(slips, value: str) -> list[str]:
    """The notes of the slips that give the value."""
    return [each.note for each in slips if Fraction(value) == round(Fraction(evaluate(each.formula, READS)), 9)]


def test_neighbouring_digits_change_places() -> None:
    """Any two that differ, across the point too."""
    assert len(gives(digits_exchanged(written("0.565")), "0.565")) == 1
    assert gives(digits_exchanged(written("0.656")), "0.656") == []


def test_an_operand_is_misread() -> None:
    """With one digit, two exchanged, or the sign wrong; the note says which number for which."""
    assert gives(number_misread(written("0.475")), "0.475") == ["0.25 for 0.52"]
    assert gives(number_misread(written("0.244")), "0.244")


def test_one_product_is_worked_wrongly() -> None:
    """A digit of it, its point, or its factors added up."""
    assert gives(arithmetic_slip(written("1.22")), "1.22")
    assert gives(arithmetic_slip(written("1.96")), "1.96")
    assert gives(arithmetic_slip(written("0.576")), "0.576")


def test_only_the_last_digits_are_wrong() -> None:
    """By a few units of the last place, and little of the number."""
    assert "only the last digits are wrong" in gives(arithmetic_slip(written("0.558")), "0.558")
    assert "only the last digits are wrong" not in gives(arithmetic_slip(written("0.656")), "0.656")
