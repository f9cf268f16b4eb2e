"""A comparison told: what agrees, what differs by which factor, where it began, and what was left out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Heading, Lesson, Prose, Table
from backtrace.lesson.comparison import tell_comparison
from backtrace.proof.compare import Column, Side, compare, compared, recorded
from backtrace.scenario import Scenario, load, path_of
from tests.lesson.test_sentences import said
from tests.proof.programs import as_side, trained
from tests.proof.test_compare import changed, spliced


def lecture(**changes: Any) -> Scenario:
    """The lecture's example, changed."""
    return load(path_of("lecture")).with_(**changes)


def told(a: Scenario | Trace | Side, b: Scenario | Trace | Side, **options: Any) -> Lesson:
    """The lesson of two sides called `one` and `other`."""
    sides = [
        side if isinstance(side, Side) else recorded(side if isinstance(side, Trace) else run(side)) for side in (a, b)
    ]
    return tell_comparison(compare(sides[0], sides[1], **options), ("one", "other"))


def sentences(lesson: Lesson) -> list[str]:
    """Its sentences."""
    return [said(block.sentence) for block in lesson if isinstance(block, Prose)]


def heading(lesson: Lesson) -> str:
    """Its last heading."""
    return [block.text for block in lesson if isinstance(block, Heading)][-1]


def rows(lesson: Lesson, language: Language = "text") -> list[list[str]]:
    """The rows of its last table."""
    table = [block for block in lesson if isinstance(block, Table)][-1]
    return [
        ["".join(part if isinstance(part, str) else part.linear(language) for part in cell) for cell in row]
        for row in table.rows
    ]


def test_the_lecture_with_another_loss() -> None:
    """What agrees is said, and what is halved from where on; the new parameters have no common factor."""
    lesson = told(lecture(), lecture(loss="half_sse"))
    assert heading(lesson) == "First difference: L_terms[1] in update 1, sample 1"
    assert sentences(lesson) == [
        "The forward pass agrees, to the last bit.",
        "The loss differs by the factor ½ from ℓ on.",
        "Gradients differ by the factor ½ from ∂L/∂ŷ on.",
        "The steps differ by the factor ½ from step(V) on.",
        "The updated parameters differ without a common factor from V⁺ on.",
        "Later 6 more quantities differ, from z after update 1 on.",
    ]
    assert rows(lesson)[2] == ["∂L/∂ŷ", "dL_da2[1]", "1", "1.4490", "0.72452", "½"]
    assert rows(lesson)[-3] == ["w⁺₁₁", "W1_next[1,1]", "", "0.19290", "0.19645", ""]
    assert rows(lesson, "ascii")[2][-1] == "1/2"


def test_a_training_beside_itself() -> None:
    """That all agrees is one sentence."""
    count = len(compared(run(lecture()).plan))
    assert sentences(told(lecture(), lecture())) == [
        f"All {count} quantities that both have agree in 1 update, to the last bit."
    ]


def test_noise_is_counted_in_units_in_the_last_place() -> None:
    """How large the noise is, of which precision and where; nothing needs to be said about what did not differ."""
    trace = run(lecture(epochs=50))
    copy = changed(trace, lambda w, name, value: np.float32(value).astype(np.float64))
    (sentence,) = sentences(told(trace, copy))
    noise = "agree in 50 updates, up to floating-point noise: at most 1 unit in the last place of single precision, in "
    assert noise in sentence


def test_noise_of_many_updates_is_explained() -> None:
    """Where errors have added up it is said that rounding alone goes as far."""
    trace = run(lecture(epochs=300))
    (sentence,) = sentences(told(as_side(trace, trained(trace.scenario, np.float32)), trace))
    assert "units in the last place of single precision" in sentence
    assert sentence.endswith("; rounding alone carries this training as far.")


def test_a_transposed_gradient() -> None:
    """A transposition is called one, in the sentence and in the table."""
    lesson = told(lecture(epochs=60), spliced(lecture(epochs=60), 37))
    assert heading(lesson) == "First difference: dL_dW1[1,2] in update 37, sample 1"
    assert sentences(lesson)[2:5] == [
        "Gradients differ by a transposition in ∂L/∂W.",
        "The steps differ by a transposition in step(W).",
        "The updated parameters differ without a common factor in W⁺.",
    ]
    assert rows(lesson)[0][-1] == "transposed"


def test_relations_that_change_are_told_one_after_another() -> None:
    """A part may differ first by one factor and then by another; many of them are not listed."""
    trace = run(lecture())
    factors = {"dL_dW2": 2.0, "dL_db2": 2.0, "dL_dW1": -1.0}
    lesson = told(trace, changed(trace, lambda w, name, value: value * factors.get(name, 1.0)))
    assert "Gradients differ by the factor 2 from ∂L/∂V on, and by the factor −1 in ∂L/∂W." in sentences(lesson)
    factors = {"dL_da2": 2.0, "dL_dz2": 3.0, "dL_dW2": 4.0, "dL_dW1": 5.0}
    lesson = told(trace, changed(trace, lambda w, name, value: value * factors.get(name, 1.0)))
    assert "Gradients differ in several ways from ∂L/∂ŷ on." in sentences(lesson)


@pytest.mark.parametrize(
    ("factor", "shown"), [(1 / 3, "1/3"), (-0.5, "−½"), (4.0, "4"), (0.9, "9/10"), (0.123456, "0.12346")]
)
def test_a_factor_is_a_fraction_where_it_is_a_simple_one(factor: float, shown: str) -> None:
    """Thirds and halves are written as such, any other number with decimals."""
    trace = run(lecture())
    lesson = told(trace, changed(trace, lambda w, name, value: value * factor if name == "dL_dW1" else value))
    assert rows(lesson)[0][-1] == shown


def test_two_single_numbers_have_no_factor_unless_it_is_a_simple_one() -> None:
    """Any two numbers have a quotient: it says something only where it is simple."""
    trace = run(lecture())
    for factor, shown in ((0.123456, ""), (0.25, "1/4")):
        lesson = told(trace, changed(trace, lambda w, name, value: value * factor if name == "L" else value))  # noqa: B023
        assert rows(lesson)[0][-1] == shown


def test_close_numbers_are_shown_with_the_digits_that_differ() -> None:
    """Both values have enough digits to see their difference."""
    trace = run(lecture())
    lesson = told(trace, changed(trace, lambda w, name, value: value + 1e-9 if name == "z1" else value))
    (row,) = rows(lesson)
    assert row[3] != row[4]
    assert row[3].startswith("0.5200000000")


def test_small_differences_come_with_a_hint() -> None:
    """Where all differences are small the options that let them pass are named, with a number that does."""
    trace = run(lecture(epochs=3))
    copy = changed(trace, lambda w, name, value: np.round(value, 6))
    hint = sentences(told(trace, copy))[-1]
    assert "--precision float32" in hint
    allowed = float(hint.partition("--rtol ")[2].partition(",")[0])
    assert sentences(told(trace, copy, rtol=allowed))[0].startswith("All ")
    assert not any("--rtol" in sentence for sentence in sentences(told(trace, lecture(epochs=3, learning_rate=1))))


def test_what_was_not_compared_is_told() -> None:
    """Quantities of one side only, other shapes, and updates beyond the shorter training."""
    lesson = told(lecture(epochs=2), lecture(optimizer="momentum"))
    assert "Only B has momentum, velocity_W2, velocity_W2_next" in " ".join(sentences(lesson))
    assert "Not compared: A ends after update 2, and B after update 1." in sentences(lesson)
    wider = lecture(weights=[[[0.2, 0.4]], [[0.3]]], biases=[[0.1], [0.4]])
    assert "Not compared, as the shapes differ: W1 (2×2 in A, 1×2 in B), b1 (2 in A, 1 in B)" in " ".join(
        sentences(told(lecture(), wider))
    )


def test_values_of_a_program_are_named_and_what_it_left_out_is_not() -> None:
    """A program writes what it likes: its ids stand beside its name, and nothing is missing."""
    trace = run(lecture())
    side = as_side(trace, {name: trained(lecture())[name] for name in ("a2", "dL_dW1")})
    lesson = told(side, trace)
    table = next(block for block in lesson if isinstance(block, Table))
    assert table.rows[0] == (("A",), ("one",), ("values of a2, dL_dW1",))
    assert len(sentences(lesson)) == 1


def test_nothing_in_common_is_said() -> None:
    """Sides without a common place agree in nothing."""
    trace = run(lecture())
    nothing = Side({"z1": Column(np.array([[7, 1]]), np.zeros((1, 2)))})
    assert sentences(told(nothing, trace)) == ["No value of A and B belongs together."]
    assert not compare(nothing, recorded(trace)).agree
