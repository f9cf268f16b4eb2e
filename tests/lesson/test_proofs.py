"""What the proofs found, told: closed forms beside gradients, the table of checks, and a disagreement in capitals."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from backtrace.engine.trace import Trace, run
from backtrace.formula.expr import Var
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Block, Lesson, Line, Prose, Table
from backtrace.lesson.proofs import tell_closed_forms, tell_verification
from backtrace.proof.closed import ClosedForm, closed_forms
from backtrace.proof.verify import Check, Verification, drawn, verify
from backtrace.scenario import load, path_of
from tests.lesson.test_sentences import said


@cache
def logistic() -> Trace:
    """Four samples through one neuron."""
    return run(load(path_of("logistic")))


@cache
def forms() -> tuple[ClosedForm, ...]:
    """Sympy's derivative by each of its parameters."""
    return tuple(closed_forms(logistic(), drawn(logistic())))


def prose(blocks: Lesson | list[Block]) -> list[tuple[str, str]]:
    """The sentences with their tones."""
    return [(said(block.sentence), block.tone) for block in blocks if isinstance(block, Prose)]


def test_closed_forms_agree() -> None:
    """Every parameter has a line with sympy's form and value, and the last sentence says that all agree."""
    blocks = list(tell_closed_forms(logistic(), forms(), 1))
    lines = [block for block in blocks if isinstance(block, Line)]
    assert [line.name.linear("text") for line in lines] == ["∂J/∂w⁽¹⁾₁₁", "∂J/∂w⁽¹⁾₁₂", "∂J/∂b⁽¹⁾"]
    assert all(said(line.why) == "sympy's value agrees." for line in lines)
    assert prose(blocks)[-1] == ("Every value agrees with backpropagation.", "plain")
    assert "exp(" in str(lines[0])


def test_a_broken_gradient_disagrees() -> None:
    """A gradient that is not sympy's is said to DISAGREE, at its line and at the end."""
    broken = [replace(forms()[0], gradient=forms()[0].gradient + 1e-6), *forms()[1:]]
    blocks = list(tell_closed_forms(logistic(), broken, 1))
    whys = [said(block.why) for block in blocks if isinstance(block, Line)]
    assert "DISAGREES" in whys[0]
    assert repr(broken[0].gradient) in whys[0]
    assert all("DISAGREES" not in why for why in whys[1:])
    assert prose(blocks)[-1] == ("sympy and backpropagation DISAGREE.", "warning")


def test_a_form_too_long_to_read_is_left_out() -> None:
    """Without a readable form the line has the value alone, and says why."""
    long = replace(forms()[0], text="", ascii="", latex="")
    (line,) = (block for block in tell_closed_forms(logistic(), [long], 1) if isinstance(block, Line))
    assert said(line.why) == "The closed form is too long to read; its value agrees."
    assert [form.name for form in line.derivations[0].forms] == ["value"]


def check(verdict: str = "agrees") -> Check:
    return Check(Var("W1", (), index=(1, 1)), 0.5, 0.5, 0.5, 0.0, 0.0, verdict)  # type: ignore[arg-type]


def told(*checks: Check, entries: int = 0) -> Lesson:
    return tell_verification(logistic(), Verification(1, checks, entries or len(checks)))


def test_a_verification_is_a_table() -> None:
    """One row for each entry with its three numbers, the errors and the verdict; then the rule and the result."""
    verification = verify(logistic())
    lesson = tell_verification(logistic(), verification)
    (table,) = (block for block in lesson if isinstance(block, Table))
    assert [row[-1] for row in table.rows] == [("agrees",)] * 3
    rule, result = prose(lesson)
    assert "1e-06 for central differences" in rule[0]
    assert result == ("All 3 gradients agree with both.", "plain")


def test_a_disagreement_is_counted() -> None:
    """One wrong gradient is enough for a warning."""
    assert prose(told(check(), check("disagrees")))[-1] == ("1 of 2 gradients DISAGREE.", "warning")


def test_a_kink_is_explained() -> None:
    """A gradient at a kink is neither right nor wrong, and the lesson says why."""
    sentences = prose(told(check(), check("kink")))
    assert sentences[-2][1] == "note"
    assert "a pre-activation is 0, or a prediction its target, where the derivative does not exist" in sentences[-2][0]
    assert sentences[-1] == ("All 1 gradients agree with both.", "plain")


def test_a_sample_of_entries_is_said_to_be_one() -> None:
    """Where not all entries were checked, the lesson says how many were drawn."""
    assert prose(told(check(), entries=5000))[0][0] == "Checked are 1 of 5000 entries, drawn at random."
    assert not any("drawn" in text for text, _ in prose(told(check())))


# fmt: off
SPELLINGS: list[tuple[Language, str]] = [
    ("text", "∂J/∂w⁽¹⁾₁₁ = −exp(−b⁽¹⁾ − 2·w⁽¹⁾₁₁ − w⁽¹⁾₁₂)/"),
    ("ascii", "dJ/dw1_11 = -exp(-b1 - 2*w1_11 - w1_12)/"),
    ("latex", r"= - \frac{e^{- b^{(1)} - 2 w^{(1)}_{11} - w^{(1)}_{12}}}"),
    ("words", "-exp(-b1 - 2*w1_11 - w1_12)/"),
]
# fmt: on


@pytest.mark.parametrize(("language", "part"), SPELLINGS)
def test_a_closed_form_is_spelt_in_the_notation(language: Language, part: str) -> None:
    """The form that sympy found is written with the symbols of the lesson."""
    (line, *_) = (block for block in tell_closed_forms(logistic(), forms(), 1) if isinstance(block, Line))
    assert part in line.derivations[0].linear(language)
