"""From equation to derivation: every printed line closes on a pocket calculator, and its forms stand in order."""

from __future__ import annotations

import math
from functools import cache

import pytest

from backtrace.engine.trace import Trace, run
from backtrace.lesson.blocks import Derivation
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.telling import Telling, View
from backtrace.scenario import load, names, path_of
from tests.engine.scenarios import random_scenario
from tests.lesson.printed import Printed, lines_of, printed, wrong


@cache
def bundled(name: str) -> Trace:
    """The trace of a bundled scenario."""
    return run(load(path_of(name)))


def every_line(trace: Trace, *views: View) -> set[Printed]:
    """The lines of all samples of the updates that are told by default, with and without detail."""
    samples = tuple(range(1, len(trace.scenario.x) + 1))
    return {
        line
        for detail in (False, True)
        for view in views
        for line in printed(tell(trace, Telling(view=view, detail=detail, samples=samples)))
    }


def entries_of(trace: Trace) -> int:
    """How many numbers a training step has."""
    return sum(math.prod(equation.target.shape) for equation in trace.plan.equations)


@pytest.mark.parametrize("decimals", range(2, 9))
@pytest.mark.parametrize("name", names())
def test_every_line_of_a_bundled_scenario_closes(name: str, decimals: int) -> None:
    """Whatever is told of a bundled scenario, the operands as printed give the result as printed."""
    trace = bundled(name).with_(decimals=decimals)
    lines = every_line(trace, "both", "matrix")
    assert wrong(lines) == []
    assert len(lines) > entries_of(trace)


@pytest.mark.parametrize("name", names())
def test_entries_alone_are_lines_of_both(name: str) -> None:
    """The view of entries leaves out the matrices and changes no line that it keeps."""
    trace = bundled(name)
    entries = every_line(trace, "entries")
    assert entries <= every_line(trace, "both")
    assert len(entries) > entries_of(trace) / 2


@pytest.mark.parametrize("loss", ["mse", "cross_entropy"])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_every_line_closes_with_rows_and_softmax(loss: str, batch_size: int) -> None:
    """With vectors as rows and the Jacobian of softmax, in batches or not, every line closes."""
    scenario = random_scenario(
        1, units=(2, 3, 3), activation=("tanh", "softmax"), loss=loss, samples=3, orientation="row",
        batch_size=batch_size, epochs=1, biases=[[0.1, -0.2, 0.3]] * 2, train=None,
    )  # fmt: skip
    trace = run(scenario)
    lines = every_line(trace, "both", "matrix")
    assert wrong(lines) == []
    assert len(lines) > entries_of(trace)


@pytest.mark.parametrize("seed", range(8))
def test_every_line_of_a_random_scenario_closes(seed: int) -> None:
    """Numbers with all their digits, other depths, losses and orientations: every line closes."""
    trace = run(random_scenario(seed, epochs=1, decimals=2 + seed % 7))
    lines = every_line(trace, "both")
    assert wrong(lines) == []
    assert len(lines) > entries_of(trace) / 2


@pytest.mark.parametrize("size", [1e-7, 0.012, 17.0, 2900.0, 4e8])
def test_lines_close_at_every_size(size: float) -> None:
    """Very small and very large numbers stand in scientific form, and their lines close too."""
    scenario = bundled("dead-relu").scenario
    trace = run(scenario.with_(x=scenario.x * size, learning_rate=1e-9, decimals=3))
    assert wrong(every_line(trace, "both", "matrix")) == []


def names_of(derivation: Derivation) -> list[str]:
    return [form.name for form in derivation.forms]


def test_the_forms_stand_in_order() -> None:
    """Chain rule, formula, numbers put in, the factors, value."""
    (error,) = tell_one(bundled("lecture"), "dL_dz2").derivations
    assert names_of(error) == ["chain", "chain", "formula", "numbers", "factors", "value"]
    (hidden,) = tell_one(bundled("lecture"), "dL_dz1[1]").derivations
    assert names_of(hidden) == ["chain", "chain", "chain", "formula", "numbers", "factors", "value"]


# fmt: off
TOLD = [
    ("z1[1]",   "z₁ = w₁₁·x₁ + w₂₁·x₂ + bʰ₁ = 0.2·0.5 + 0.4·0.8 + 0.1 = 0.520"),
    ("dL_dv21", "∂L/∂v₂₁ = ∂L/∂u · ∂u/∂v₂₁ = δʸ·h₂ = 0.289·0.758 ≈ 0.219"),
    ("dL_db2",  "∂L/∂bʸ = ∂L/∂u · ∂u/∂bʸ = δʸ·1 = δʸ ≈ 0.289"),
    ("W1_next[1,2]", "w₂₁ ← w₂₁ − η·∂L/∂w₂₁ = 0.4 − 0.7·0.016 ≈ 0.389"),
]
# fmt: on


@pytest.mark.parametrize(("name", "text"), TOLD)
def test_a_derivation_reads_as_on_the_board(name: str, text: str) -> None:
    """One entry with its chain rule, formula, numbers and value on one line."""
    assert str(bundled("lecture").tell(name)) == text


def test_a_whole_quantity_shows_its_shapes() -> None:
    """A matrix product is told with the shape of every operand in its place."""
    whole = tell_one(bundled("lecture"), "z1").derivations[0]
    assert whole.shapes is not None
    assert whole.shapes.linear("text") == "(2×2)·(2×1) + (2×1)"
    slope = tell_one(bundled("softmax-regression"), "slope1").derivations[0]
    assert slope.shapes is not None
    assert slope.shapes.linear("text") == "diag(3×1) − (3×1)·(1×3)"


def test_a_gradient_that_is_only_a_name_shows_no_numbers() -> None:
    """Where the formula is a single quantity, there is nothing to put in."""
    (bias,) = tell_one(bundled("lecture"), "dL_db2").derivations
    assert "numbers" not in names_of(bias)


def test_the_result_is_kept_with_more_digits() -> None:
    """A rounded result stands beside the number that is carried on; an exact one does not."""
    (rounded,) = tell_one(bundled("lecture"), "dL_dz2").derivations
    (exact,) = tell_one(bundled("lecture"), "z1[1]").derivations
    assert rounded.kept is not None
    assert rounded.kept.linear("text") == "0.28922"
    assert exact.kept is None


def test_ones_are_not_put_in() -> None:
    """The slope of identity is 1 in each entry, as formula and as value: there is no number to put in."""
    slope = tell_one(run(random_scenario(1, activation=["identity"], units=(2, 3))), "slope1", detail=True)
    assert [names_of(derivation) for derivation in slope.derivations] == [["formula", "value"]] * 3


def test_a_wrong_line_is_noticed() -> None:
    """A result that is off by one in its last digit does not close."""
    (line,) = (line for line in lines_of(tell_one(bundled("lecture"), "dL_dv21").derivations[0]) if "·" in line.worked)
    assert line.closes
    assert not Printed(line.name, line.worked, "0.220", is_exact=False).closes
    assert not Printed(line.name, line.worked, line.result, is_exact=True).closes
