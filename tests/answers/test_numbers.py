"""A number as a learner writes it: every usual spelling is read with its digits, all else is refused in words."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.numbers import read_number
from backtrace.errors import InputError

# fmt: off
READ = [
    ("0.0203",        "0.0203",   4,    3),
    ("0,0203",        "0.0203",   4,    3),
    ("0.50",          "0.5",      2,    2),
    ("0.5",           "0.5",      1,    1),
    ("-.5",           "-0.5",     1,    1),
    ("+.25",          "0.25",     2,    2),
    ("−0.020",        "-0.02",    3,    2),
    ("–0.020",        "-0.02",    3,    2),
    ("  7. ",         "7",        0,    1),
    ("120",           "120",      0,    3),
    ("007",           "7",        0,    1),
    ("0",             "0",        0,    0),
    ("-0.00",         "0",        2,    0),
    ("1.2e-3",        "0.0012",   4,    2),
    ("1.2E+3",        "1200",     -2,   2),
    ("2·10^-3",       "0.002",    3,    1),
    ("2.0 * 10^(-3)", "0.002",    4,    2),
    ("2,50×10⁻³",     "0.0025",   5,    3),
    ("2x10^−3",       "0.002",    3,    1),
    ("1/3",           "1/3",      None, None),
    ("−2 / 6",        "-1/3",     None, None),
]
REFUSED = [
    ("",              "nothing is written"),
    ("abc",           "'abc' is not a number"),
    (".",             "'.' is not a number"),
    ("-",             "'-' is not a number"),
    ("e5",            "'e5' is not a number"),
    ("1.234,5",       "'1.234,5' is not a number"),
    ("0.5.",          "'0.5.' is not a number"),
    ("1 000",         "'1 000' is not a number"),
    ("nan",           "'nan' is not a number"),
    ("inf",           "'inf' is not a number"),
    ("0x10",          "'0x10' is not a number"),
    ("٣",             "'٣' is not a number"),
    ("1_0",           "'1_0' is not a number"),
    ("1/0",           "'1/0' divides by zero"),
    ("1/-3",          "'1/-3' is not a number"),
    ("1e999999999",   "the exponent 999999999"),
    ("9" * 5000,      "5000 characters"),
    ("\x1b[31m",      r"'\x1b[31m' is not a number"),
]
# fmt: on


@pytest.mark.parametrize(("text", "value", "decimals", "significant"), READ)
def test_what_is_read(text: str, value: str, decimals: int | None, significant: int | None) -> None:
    """The value is exact, and the digits given are known; a fraction is exact itself."""
    number = read_number(text)
    assert number.value == Fraction(value)
    assert (number.decimals, number.significant) == (decimals, significant)
    assert number.unit == (None if decimals is None else Fraction(10) ** -decimals)


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_is_refused(text: str, said: str) -> None:
    """Anything else is refused with what was found and what is expected."""
    with pytest.raises(InputError) as refused:
        read_number(text)
    assert said in str(refused.value)
    assert "expected" in str(refused.value)


def test_what_may_be_meant() -> None:
    """A decimal number stands for all that is rounded to it, a fraction for itself."""
    assert (read_number("0.50").low, read_number("0.50").high) == (Fraction("0.495"), Fraction("0.505"))
    assert read_number("1/3").low == read_number("1/3").high == Fraction(1, 3)


@given(st.decimals(-1000, 1000, places=6), st.sampled_from([".", ","]), st.sampled_from(["-", "−"]))
def test_every_decimal_number_is_read(number: object, point: str, minus: str) -> None:
    """Whatever the sign and the point look like, the number is read, and shown again as it was written."""
    text = str(number).replace(".", point).replace("-", minus)
    if "E" not in text:
        assert read_number(text).value == Fraction(str(number))
        assert read_number(text).shown.decimal == number
