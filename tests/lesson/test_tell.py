"""What is told of a trace: the usual lesson, selections of it, single derivations, and what cannot be told."""

from __future__ import annotations

import time
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.errors import InputError, UnknownQuantityError
from backtrace.lesson.blocks import Curve, Heading, Lesson, Line, Recall, Table
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.telling import SHOWS, Telling
from backtrace.scenario import load, names, path_of, scenario


@cache
def bundled(name: str, **changes: Any) -> Trace:
    """The trace of a bundled scenario, with some keywords replaced."""
    return run(load(path_of(name)).with_(**changes))


def ids(lesson: Lesson) -> list[str]:
    """The quantities told, in order."""
    return [line.id for line in lesson.lines()]


def headings(lesson: Lesson) -> list[str]:
    return [block.text for block in lesson if isinstance(block, Heading)]


LECTURE = ["z1", "a1", "z2", "a2", "L", "dL_dz2", "dL_dW2", "dL_db2", "dL_dz1", "dL_dW1", "dL_db1",
           "W2_next", "b2_next", "W1_next", "b1_next"]  # fmt: skip


def test_the_lecture_is_told_in_its_lines() -> None:
    """By default slopes and paths stand within the lines that use them, and the lines are numbered from 1."""
    lesson = tell(bundled("lecture"))
    assert ids(lesson) == LECTURE
    assert [line.number for line in lesson.lines()] == list(range(1, 16))


def test_stages_open_with_what_to_remember() -> None:
    """Each stage of the backward pass recalls the forward lines that it is about to differentiate."""
    blocks = list(tell(bundled("lecture")))
    opening = [
        (one.text, other)
        for one, other in pairwise(blocks)
        if isinstance(one, Heading) and one.text.startswith("Stage")
    ]
    recalled = [[str(line) for line in block.lines] for _, block in opening if isinstance(block, Recall)]
    assert len(opening) == 5
    assert recalled == [
        ["ŷ = σ(u)", "L = (y − ŷ)²"],
        ["u = v₁₁·h₁ + v₂₁·h₂ + bʸ"],
        ["h₁ = σ(z₁)", "u = v₁₁·h₁ + v₂₁·h₂ + bʸ"],
        ["z₁ = w₁₁·x₁ + w₂₁·x₂ + bʰ₁"],
    ]


@pytest.mark.parametrize("name", names())
def test_detail_tells_every_equation(name: str) -> None:
    """With detail every equation of an update is a line of its own, in the order worked."""
    trace = bundled(name)
    lesson = tell(trace, Telling(detail=True, updates=(1,)))
    expected = [equation.id for equation in trace.plan.of_sample + trace.plan.of_update]
    assert ids(lesson) == expected
    assert set(ids(tell(trace, Telling(updates=(1,))))) < set(expected)


def test_only_what_is_named_is_told() -> None:
    """Quantities and entries are chosen by id or notation, and keep the numbers of the whole lesson."""
    lesson = tell(bundled("lecture"), Telling(only=("dL_dw12", "L")))
    assert [(line.number, line.id, len(line.derivations)) for line in lesson.lines()] == [
        (5, "L", 1),
        (10, "dL_dW1", 1),
    ]
    assert str(next(iter(tell(bundled("lecture"), Telling(only=("dL_dw12",))).lines()))).startswith("∂L/∂w₁₂ =")


def test_what_is_folded_can_be_named() -> None:
    """A quantity that is no line of its own by default is told when it is asked for, promise and gain too."""
    lesson = tell(bundled("lecture"), Telling(only=("slope1", "paths1", "promise", "gain")))
    assert ids(lesson) == ["paths1", "slope1", "promise", "gain"]


def test_phases_are_chosen() -> None:
    """Only the lines of the phases; the outcome where it is asked for."""
    assert ids(tell(bundled("lecture"), Telling(phases=frozenset({"forward", "loss"})))) == LECTURE[:5]
    assert headings(tell(bundled("lecture"), Telling(phases=frozenset({"after"})))) == ["Did it help"]


def test_stages_are_chosen() -> None:
    """Only the lines of the stages of backward pass and update."""
    assert ids(tell(bundled("lecture"), Telling(stages=frozenset({2, 5})))) == LECTURE[6:8] + LECTURE[11:]


def test_first_and_last_update_are_told() -> None:
    """Of several updates the first and the last are told in full; a table and a curve of the losses stand between."""
    lesson = tell(bundled("xor"))
    assert [text for text in headings(lesson) if text.startswith("Update ")] == ["Update 1 of 300", "Update 300 of 300"]
    (curve,) = (block for block in lesson if isinstance(block, Curve))
    assert len(curve.values) == 301
    tables = [block for block in lesson if isinstance(block, Table) and block.columns[0] == ("update",)]
    assert [row[0] for row in tables[0].rows][0:12:11] == [("1",), ("300",)]


def test_updates_and_samples_are_chosen() -> None:
    """The updates and samples that are asked for are told, no others."""
    lesson = tell(bundled("xor"), Telling(updates=(7,), samples=(2, 4)))
    assert [text for text in headings(lesson) if text[:6] in ("Update", "Sample")][:3] == [
        "Update 7 of 300", "Sample 2 of 4", "Sample 4 of 4",
    ]  # fmt: skip
    assert ids(lesson).count("z1") == 2
    assert ids(lesson).count("W1_next") == 1
    assert ids(tell(bundled("xor"), Telling(updates=(1,)))).count("z1") == 1


def test_views() -> None:
    """Whole vectors and matrices, single entries, or both."""

    def told(view: Any) -> list[str]:
        (line,) = tell(bundled("lecture"), Telling(view=view, only=("dL_dW1",))).lines()
        return [derivation.target.linear("text") for derivation in line.derivations]

    matrix, entries = ["∂L/∂W"], ["∂L/∂w₁₁", "∂L/∂w₂₁", "∂L/∂w₁₂", "∂L/∂w₂₂"]
    assert (told("matrix"), told("entries"), told("both")) == (matrix, entries, matrix + entries)


@pytest.mark.parametrize("show", SHOWS)
def test_one_form_alone(show: Any) -> None:
    """Formulas alone are the blackboard before the example; each form can stand alone."""
    lesson = tell(bundled("lecture"), Telling(show=frozenset({show})))
    forms = {form.name for line in lesson.lines() for derivation in line.derivations for form in derivation.forms}
    assert forms == ({"numbers", "factors"} if show == "numbers" else {show})
    kept = [derivation.kept for line in lesson.lines() for derivation in line.derivations]
    assert any(kept) == (show == "value")


def test_everything_that_is_not_there_is_said_at_once() -> None:
    """Updates, samples, stages and quantities that the trace does not have are all in one error."""
    telling = Telling(only=("W1", "nothing"), updates=(2,), samples=(2,), stages=frozenset({6}))
    with pytest.raises(InputError) as caught:
        tell(bundled("lecture"), telling)
    found = [problem.found for problem in caught.value.problems]
    assert found[:3] == ["there is no update 2", "there is no sample 2", "there is no stage 6"]
    assert found[3] == "W1 is given: it has no derivation"
    assert "'nothing'" in found[4]


def test_a_single_derivation() -> None:
    """One quantity or entry is told of any update and sample; by default of the first."""
    trace = bundled("xor", epochs=3)
    line = tell_one(trace, "dL_dw12", update=2, sample=3)
    assert line.id == "dL_dW1"
    assert str(line) == str(trace.tell("dL_dw12", update=2, sample=3))
    assert str(tell_one(trace, "dL_dw12")) == str(tell_one(trace, "dL_dw12", update=1, sample=1)) != str(line)
    assert str(tell_one(trace, "gain")).startswith("gain = J⁺ − J = ")


@pytest.mark.parametrize("name", ["W1", "x", "eta", "L_next", "nothing"])
def test_what_has_no_derivation_cannot_be_told(name: str) -> None:
    """What is given, or unknown, has no derivation."""
    with pytest.raises(UnknownQuantityError):
        tell_one(bundled("lecture"), name)


def large() -> Trace:
    """A training step of 1910 weights."""
    random = np.random.default_rng(0)
    return run(scenario(
        weights=[random.normal(size=(30, 50)) / 7, random.normal(size=(10, 30)) / 5], biases=[0.1, 0.2],
        x=random.normal(size=50), y=random.normal(size=10), activation="tanh", learning_rate=0.1,
    ))  # fmt: skip


def test_large_layers_are_told_in_a_moment_with_their_middle_left_out() -> None:
    """Of many entries the first are told and the rest counted; long sums and matrices lose their middle."""
    trace = large()
    start = time.process_time()
    lines = {line.id: line for line in tell(trace).lines()}
    assert time.process_time() - start < 4
    assert (len(lines["dL_dW1"].derivations), lines["dL_dW1"].omitted) == (7, 1494)
    assert (len(lines["z2"].derivations), lines["z2"].omitted) == (11, 0)
    whole, first = (str(derivation) for derivation in lines["z1"].derivations[:2])
    assert "…" in whole
    assert first.startswith("z₁ = w₁₁·x₁ + w₂₁·x₂ + w₃₁·x₃ + … + w₅₀,₁·x₅₀ + bʰ₁ = ")
    assert max(len(str(derivation)) for line in lines.values() for derivation in line.derivations) < 1000


def test_a_lesson_is_plain_blocks() -> None:
    """The lines of a lesson are its blocks that are lines, in order."""
    lesson = tell(bundled("lecture"))
    assert list(lesson.lines()) == [block for block in lesson if isinstance(block, Line)]
    assert tuple(lesson) == lesson.blocks
