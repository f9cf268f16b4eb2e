"""The calculator is itself under test: what it works, what closes, what must not close and what it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.calculator import Unreadable, Value, calculate, closes


def _as_floats(value: Value) -> object:
    return [[float(x) for x in row] for row in value] if isinstance(value, list) else float(value)


# fmt: off
VALUES = [
    ("0.2·0.5 + 0.4·0.8 + 0.1",              0.52),
    ("1 − 0.9",                              0.1),
    ("−0.5 + 1",                             0.5),
    ("-0.5 - 1",                             -1.5),
    ("2 − 3 − 4",                            -5.0),
    ("8/4/2",                                1.0),
    ("8/4·2",                                4.0),
    ("(−0.5)²",                              0.25),
    ("−0.5²",                                -0.25),
    ("2(0.7245 − 0)",                        1.449),
    ("0.5(1 − 0.5)",                         0.25),
    ("(−2)(3 − 1)",                          -4.0),
    ("½(0.5 − 1)²",                          0.125),
    ("½·0.5",                                0.25),
    ("4.39·10⁻⁴",                            0.000439),
    ("4.39e-4·2",                            0.000878),
    ("10²·2⁻¹",                              50.0),
    ("2^3",                                  8.0),
    ("2^−1·4",                               2.0),
    ("2^(1 + 2)",                            8.0),
    ("0.9^0",                                1.0),
    ("e^0",                                  1.0),
    ("e^−0.5·0",                             0.0),
    ("1/(1 + e^−0)",                         0.5),
    ("ln(e^(1 + 1))",                        2.0),
    ("√(0.25)/0.5",                          1.0),
    ("tanh(0)",                              0.0),
    ("tanh(−1000)",                          -1.0),
    ("erf(0.5)",                             0.5204998778130465),
    ("erf(−20)",                             -1.0),
    ("cos(π/3)",                             0.5),
    ("sign(−3)·|−2|",                        -2.0),
    ("2·⌊7/2⌋",                              6.0),
    ("min(0, −3)",                           -3.0),
    ("max(0, −3)",                           0.0),
    ("max([0.5; −1; 2])",                    2.0),
    ("max(0, [0.5; −1])",                    [[0.5], [0.0]]),
    ("[0.3 > 0]",                            1.0),
    ("[−0.3 > 0]·5",                         0.0),
    ("[[0.5; −1] > 0]",                      [[1.0], [0.0]]),
    ("Σ [1 2 3]",                            6.0),
    ("Σ [1; 2; 3] + 1",                      7.0),
    ("Σ [1; 2] ⊙ [3; 4]",                    11.0),
    ("½·Σ [1 2; 3 4]²",                      [[2.5], [12.5]]),
    ("Σ Σ [1 2; 3 4]",                       10.0),
    ("0·ln(0)",                              0.0),
    ("0/0",                                  0.0),
    ("−(0·ln(0) + 1·ln(1))",                 0.0),
    ("[0.2 0.4; 0.6 0.8]·[0.5; 0.8] + [0.1; 0.2]", [[0.52], [1.14]]),
    ("[0.5 0.8]·[0.2 0.6; 0.4 0.8]",         [[0.42, 0.94]]),
    ("[0.3 0.5]ᵀ·0.2",                       [[0.06], [0.1]]),
    ("[1; 2]·[3; 4]ᵀ",                       [[3.0, 4.0], [6.0, 8.0]]),
    ("[1 2]·[3; 4]",                         11.0),
    ("([1; 2] + [1; 1])ᵀ",                   [[2.0, 3.0]]),
    ("[1; 2] ⊙ [3; 4]",                      [[3.0], [8.0]]),
    ("[1 2; 3 4]·[1; 1] ⊙ [2; 3]",           [[6.0], [21.0]]),
    ("[2] ⊙ [3; 4]",                         [[6.0], [8.0]]),
    ("1 − [0.25; 0.5]",                      [[0.75], [0.5]]),
    ("[1; 4]/[2; 2]",                        [[0.5], [2.0]]),
    ("diag([1; 2])",                         [[1.0, 0.0], [0.0, 2.0]]),
    ("diag([1; 2])·[1 2; 3 4]",              [[1.0, 2.0], [6.0, 8.0]]),
    ("[4.5·10⁻¹ −2e-1]",                     [[0.45, -0.2]]),
]

CLOSES = [
    ("0.2·0.5 + 0.4·0.8 + 0.1",              "0.520"),
    ("1/(1 + e^−0.52)",                      "0.627"),
    ("2(0.7245 − 0)·0.7245(1 − 0.7245)",     "0.289"),
    ("(0 − 0.7245)²",                        "0.525"),
    ("0.3 − 0.7·0.1814",                     "0.173"),
    ("−0.0004",                              "−0.000"),
    ("0.1·0.05",                             "0.01"),
    ("0.1·0.05",                             "0.00"),
    ("0.1·0.25",                             "0.03"),
    ("1/8",                                  "0.12"),
    ("1/8",                                  "0.13"),
    ("0.027·0.5",                            "0.013"),
    ("0.000439",                             "4.39·10⁻⁴"),
    ("0.00043949",                           "4.39e-4"),
    ("−0.00043949",                          "−4.39·10⁻⁴"),
    ("123·1000",                             "1.23·10⁵"),
    ("0.2892·[0.6271 0.7577]",               "[0.181 0.219]"),
    ("[0.0203; 0.0266]·[0.5 0.8]",           "[0.010 0.016; 0.013 0.021]"),
    ("[0.627]",                              "0.627"),
]

DOES_NOT_CLOSE = [
    ("0.087·0.234",                          "0.0203"),
    ("0.2·0.5",                              "0.2"),
    ("0.5",                                  "−0.5"),
    ("0.12449",                              "0.125"),
    ("0.1256",                               "0.125"),
    ("0.00043951",                           "4.39·10⁻⁴"),
    ("0.000439",                             "4.39·10⁻³"),
    ("[0.1; 0.2]",                           "[0.1 0.2]"),
    ("[0.1 0.2]",                            "[0.1 0.3]"),
    ("[0.1 0.2]",                            "0.1"),
    ("0.3·0.3",                              "0.1234"),
]

UNREADABLE = [
    "", "x", "0.5·w₁₁", "η·0.5", "1/4·Σₛ 0.5", "2·−3", "1 + −2", "(1 + 2", "1 + 2)", "1 2", "0.5.5", "·2", "2·",
    "[1 2; 3]", "[]", "[1 2", "[1; 2]·[3; 4]", "[1; 2] + [3 4]", "[1; 2] ⊙ [1; 2; 3]", "diag([1 2; 3 4])",
    "1/0", "ln(−1)", "√(−1)", "sin(1)", "σ(0.5)", "e", "∂L/∂u", "max()", "(−0.5)^0.5", "…",
]
# fmt: on


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_printed_expression_has_its_value(text: str, value: object) -> None:
    """Each printed form is worked to the value that a person reads from it."""
    assert _as_floats(calculate(text)) == value


@pytest.mark.parametrize(("left", "right"), CLOSES)
def test_a_right_line_closes(left: str, right: str) -> None:
    """A value rounds to the digits shown on the right, in either direction of a tie."""
    assert closes(left, right)


@pytest.mark.parametrize(("left", "right"), DOES_NOT_CLOSE)
def test_a_wrong_line_does_not_close(left: str, right: str) -> None:
    """A result that its printed operands do not give is found out."""
    assert not closes(left, right)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_worked_is_refused(text: str) -> None:
    """Names, missing brackets, misfits and expressions without a value are refused, never guessed at."""
    with pytest.raises(Unreadable):
        calculate(text)


def test_a_right_side_that_is_no_number_is_refused() -> None:
    """Only a printed number or matrix of numbers can be closed against."""
    with pytest.raises(Unreadable):
        closes("0.5", "h")


def test_it_works_with_fifty_digits() -> None:
    """A third times three is one to fifty digits, and the caller's decimal context is left alone."""
    value = calculate("1/3")
    assert isinstance(value, Decimal)
    assert len(value.as_tuple().digits) == 50
