"""An exact training told: every line closes with "=", in fractions worked by Python's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

import backtrace
from backtrace.engine.trace import Trace, run
from backtrace.lesson.blocks import Derivation, Heading, Prose, Table
from backtrace.lesson.numbers import fraction, is_readable
from backtrace.lesson.outcome import losses, outcome, samples_beside
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.telling import Telling, View
from backtrace.proof.verify import verify
from backtrace.scenario import load, path_of
from tests.calculator import calculate
from tests.lesson.printed import lines_of, wrong
from tests.lesson.test_sentences import said

_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@cache
def shipped() -> Trace:
    """The example that ships with the tool."""
    return run(load(path_of("fractions")))


def thirds(**settings: Any) -> Trace:
    """Two hidden neurons, three outputs, three samples in batches of two or one."""
    given = {
        "weights": [[[0.5, -1], [0.25, 0.3]], [[0.7, 0.2], [0.3, -0.9], [-1, 0.6]]],
        "biases": [[0.1, 0.2], [0, 0, 0.5]],
        "activation": ["relu", "identity"], "x": [[1, 2], [0.5, -1], [3, 0.7]], "loss": "mse", "learning_rate": 0.1,
        "y": [[0.3, 0.7, 1], [0, 1, -1], [0.2, 0.1, 0]], "arithmetic": "exact",
    } | settings  # fmt: skip
    return run(backtrace.scenario(**given))


def sign(x: Fraction) -> Fraction:
    return Fraction((x > 0) - (x < 0))


def worked(text: str) -> Fraction:
    """The value of a printed line of single numbers, worked by Python in fractions."""
    text = re.sub(r"\[(.+?) > 0\]", r"positive(\1)", re.sub(r"\|([^|]+)\|", r"abs(\1)", text))
    text = text.replace("½", "1/2").replace("²", "**2").replace("·", "*").replace("−", "-").replace("^", "**")
    text = re.sub(r"(?<=[\d)])\(", "*(", text)
    numbers = re.sub(_NUMBER, lambda match: f"Fraction('{match[0]}')", text.replace("**2", "**_"))
    names = {
        "Fraction": Fraction,
        "_": 2,
        "max": max,
        "min": min,
        "abs": abs,
        "sign": sign,
        "positive": lambda x: Fraction(x > 0),
    }
    value: Fraction = eval(numbers, {"__builtins__": {}}, names)
    return value


def entries(trace: Trace, update: int, detail: bool = False) -> Iterator[Derivation]:
    """The lines of single entries, of all samples of an update."""
    samples = tuple(range(1, len(trace.scenario.x) + 1))
    for line in tell(trace, Telling(view="entries", detail=detail, samples=samples, updates=(update,))).lines():
        yield from line.derivations


# fmt: off
TRACES = [
    {}, {"batch_size": 3}, {"l2": 0.5, "batch_size": 2}, {"optimizer": "momentum", "epochs": 2, "l2": 0.5},
    {"loss": "half_sse"}, {"loss": "mae"}, {"loss": "huber"}, {"activation": ["leaky_relu", "identity"]},
    {"learning_rate": {"schedule": "exponential", "initial": 0.1, "gamma": 0.5}},
]
# fmt: on


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("settings", TRACES, ids=str)
def test_every_line_is_an_equation(settings: dict[str, Any], detail: bool) -> None:
    """The numbers put in are the value, and "=" says so: every line of the first update has short fractions."""
    trace, seen = thirds(**settings), 0
    for derivation in entries(trace, 1, detail):
        forms = {form.name: form for form in derivation.forms}
        assert set(forms) <= {"chain", "formula", "numbers", "value"}
        assert forms["value"].relation == "equals", str(derivation)
        if "numbers" in forms and "…" not in forms["numbers"].linear("text"):
            seen += 1
            assert worked(forms["numbers"].linear("text")) == worked(forms["value"].linear("text")), str(derivation)
    assert seen > 30


def test_a_wrong_fraction_is_noticed() -> None:
    """A printed line is read as a calculator would read it."""
    assert worked("2(−533/600 − 1)/3 · 1") == Fraction(-1133, 900)
    assert worked("((−2/3)·11/24 + 1/3·(−0.5))·[0.25 > 0]") == Fraction(-17, 36)
    assert worked("((1 − 4.25)² + (2 − 4.125)²)/3 + max(0, −1)") != Fraction(5, 1)


@pytest.mark.parametrize("views", [("both",), ("matrix",)])
def test_matrices_close_too(views: tuple[View, ...]) -> None:
    """A whole vector or matrix is told in fractions, with "="."""
    seen = 0
    for line in tell(shipped(), Telling(view=views[0])).lines():
        for derivation in line.derivations:
            forms = {form.name: form for form in derivation.forms}
            if "numbers" in forms and derivation.target.linear("text").find("₁₁") < 0:
                left, right = (calculate(forms[name].linear("text")) for name in ("numbers", "value"))
                assert forms["value"].relation == "equals"
                assert close(left, right), str(derivation)
                seen += isinstance(left, list)
    assert seen >= 5


def close(left: Any, right: Any) -> bool:
    """Whether two values are the same up to the last of a calculator's 50 digits."""
    if isinstance(left, list):
        return all(close(a, b) for a, b in zip(left, right, strict=True))
    return bool(abs(left - right) < 1e-45)


# fmt: off
TOLD = [
    ("dL_dz2[1]",      "δʸ₁ = ∂L/∂u₁ = ∂L/∂ŷ₁ · ∂ŷ₁/∂u₁ = 2(ŷ₁ − y₁)/3 · 1 = 2(1.5 − 1)/3 · 1 = 1/3"),
    ("dL_dW2[2,1]",    "∂L/∂v₁₂ = ∂L/∂u₂ · ∂u₂/∂v₁₂ = δʸ₂·h₁ = (−2/3)·1 = −2/3"),
    ("W2_next[1,1]",   "v₁₁ ← v₁₁ − η·∂L/∂v₁₁ = 0.5 − 0.25·1/3 = 5/12"),
    ("L",              "L = ((y₁ − ŷ₁)² + (y₂ − ŷ₂)² + (y₃ − ŷ₃)²)/3 = "
                       "((1 − 1.5)² + (1 − 0)² + (0.75 − 1.25)²)/3 = 0.5"),
]
# fmt: on


@pytest.mark.parametrize(("name", "text"), TOLD)
def test_a_third_is_a_third(name: str, text: str) -> None:
    """What has no last decimal is told as a fraction, what has one as a decimal number."""
    assert str(shipped().tell(name)) == text


def test_a_fraction_is_written_in_every_language() -> None:
    """Numerator over denominator, the sign before both."""
    (line,) = tell_one(shipped(), "dL_dW2[2,1]").derivations
    assert line.linear("latex").endswith(r"\left(-\frac{2}{3}\right) \cdot 1 = -\frac{2}{3}")
    assert line.linear("ascii").endswith("(-2/3)*1 = -2/3")
    assert line.linear("words").endswith("(-2 over 3) times 1 = -2 over 3")


def test_the_decimal_number_stands_beside_a_fraction() -> None:
    """A fraction says little of its size: the number beside it does, and beside a decimal number stands nothing."""
    (error,) = tell_one(shipped(), "dL_dz2[1]").derivations
    assert error.beside == "decimal"
    assert error.kept is not None
    assert error.kept.linear("text") == "0.33333"
    (loss,) = tell_one(shipped(), "L").derivations
    assert loss.kept is None


# fmt: off
FRACTIONS = [
    (Fraction(1, 3),          3, "1/3"),
    (Fraction(-1, 3),         3, "-1/3"),
    (Fraction(1, 8),          3, "0.125"),
    (Fraction(1, 8),          2, "1/8"),
    (Fraction(0),             3, "0"),
    (Fraction(-7),            3, "-7"),
    (Fraction(100),           3, "100"),
    (Fraction(10**8 + 1, 10), 3, "10000000.1"),
]
# fmt: on


@pytest.mark.parametrize(("value", "decimals", "digits"), FRACTIONS)
def test_a_number_with_few_decimals_is_no_fraction(value: Fraction, decimals: int, digits: str) -> None:
    """A fraction whose decimals end within those displayed is shown as a decimal number."""
    assert fraction(value, decimals).digits == digits


def test_long_fractions_give_way_to_decimals() -> None:
    """When fractions get too long to read, lines are told with rounded numbers, and close as in double precision."""
    trace = thirds(batch_size=3, epochs=4)
    assert not is_readable(trace.value("dJ_dW1", 4, exact=True))
    told = [
        derivation
        for line in tell(trace, Telling(updates=(4,), samples=(1, 2, 3))).lines()
        for derivation in line.derivations
        if derivation.forms[-1].relation == "rounds to"
    ]
    assert len(told) > 40
    assert wrong({line for derivation in told for line in lines_of(derivation)}) == []


def test_large_layers_are_told() -> None:
    """Matrices of which the middle is left out are shown in decimals."""
    row = [round(0.1 * n, 1) for n in range(9)]
    trace = run(backtrace.scenario(weights=[[row] * 9], x=row, y=[0.5] * 9, learning_rate=0.1, arithmetic="exact"))
    assert any("…" in str(line) for line in tell(trace).lines())


def cells(table: Table) -> list[list[str]]:
    return [[said(cell) for cell in row] for row in table.rows]


def tables(blocks: Any) -> list[list[list[str]]]:
    return [cells(block) for block in blocks if isinstance(block, Table)]


def test_the_outcome_is_exact() -> None:
    """The loss after the step of the shipped example is 0, where double precision leaves a rest."""
    assert tables(outcome(shipped())) == [[
        ["ŷ₁", "1.5", "→", "1", "target 1"],
        ["ŷ₂", "0", "→", "1", "target 1"],
        ["ŷ₃", "1.25", "→", "0.75", "target 0.75"],
        ["L", "0.5", "→", "0", "change −0.5"],
    ]]  # fmt: skip
    floats = run(shipped().scenario.with_(arithmetic="float"))
    assert 0 < floats.losses[-1] < 1e-30


def test_short_fractions_of_the_outcome_have_their_decimals_in_brackets() -> None:
    """A fraction stands with the decimal number by which it is compared; a long one gives way to it."""
    blocks = list(outcome(run(shipped().scenario.with_(x=[1, 1], learning_rate=0.05))))
    assert tables(blocks) == [[
        ["ŷ₁", "0.75", "→", "373/480 (0.777)", "target 1"],
        ["ŷ₂", "−0.75", "→", "−269/480 (−0.560)", "target 1"],
        ["ŷ₃", "0.75", "→", "0.75", "target 0.75"],
        ["L", "25/24 (1.042)", "→", "11449/13824 (0.828)", "change −2951/13824 (−0.213)"],
    ]]  # fmt: skip
    assert any("promised −65/288 (−0.226)" in said(block.sentence) for block in blocks if isinstance(block, Prose))
    (batch,) = tables(samples_beside(thirds(batch_size=3), 1))
    assert batch[1] == ["2", "[0.5 −1]", "[0 1 −1]", "[0.95 153/400 −0.835]", "41953/96000", "[19/30 −247/600 0.11]"]
    assert batch[2][4] == "0.430"


def test_the_losses_of_a_training_are_decimals() -> None:
    """Losses are there to be compared: the table has decimal numbers, however exact the arithmetic."""
    (rows,) = tables(losses(thirds(epochs=2, batch_size=3)))
    assert [row[2] for row in rows] == [f"{loss:.3f}" for loss in thirds(epochs=2, batch_size=3).losses]


def test_the_lesson_says_that_nothing_is_rounded() -> None:
    """What is given says how the numbers are worked; nothing is said of rounding."""
    blocks = list(tell(shipped()))
    sentences = [said(block.sentence) for block in blocks if isinstance(block, Prose)]
    assert "Worked in fractions: nothing is rounded. What has too many decimals is shown as a fraction." in sentences
    assert not any(isinstance(block, Heading) and block.text == "What rounding did" for block in blocks)


def test_it_is_verified() -> None:
    """The doubles nearest to the gradients agree with sympy and with differences."""
    assert verify(shipped()).passed
