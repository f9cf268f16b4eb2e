"""The sentences that depend on the numbers: how a line reads, and what the lesson warns of."""

from __future__ import annotations

from typing import Any

import pytest

from backtrace.engine.trace import Trace, run
from backtrace.lesson.blocks import Prose, Sentence
from backtrace.lesson.outcome import outcome
from backtrace.lesson.sentences import reading, warnings
from backtrace.lesson.tell import tell
from backtrace.scenario import load, path_of, scenario


def said(sentence: Sentence) -> str:
    """The sentence as text."""
    return "".join(part if isinstance(part, str) else part.linear("text") for part in sentence)


def warned(trace: Trace) -> list[str]:
    """The warnings of the first update and sample."""
    return [said(prose.sentence) for prose in warnings(trace, 1, 1) if prose.tone == "warning"]


def neuron(z: float, activation: str, **settings: Any) -> Trace:
    """A neuron whose pre-activation is z."""
    return run(scenario(weights=[[[1]]], x=[z], y=[0], activation=activation, learning_rate=0.1, **settings))


def read(trace: Trace, name: str) -> str:
    equation = trace.plan.equation(name)
    assert equation is not None
    return said(reading(trace, equation, 1, 1))


def test_a_saturated_neuron_is_warned_of() -> None:
    """A slope below 0.02 is called saturated; one above it is not."""
    assert warned(neuron(3.85, "sigmoid")) == []
    (text,) = warned(neuron(3.95, "sigmoid"))
    assert text == "ŷ: saturated (slope 0.019, below 0.02), so the weights into it learn slowly."


def test_saturation_of_either_sign_and_of_tanh() -> None:
    """Saturation has two sides, and tanh has it too."""
    assert len(warned(neuron(-4, "sigmoid"))) == 1
    assert len(warned(neuron(-3, "tanh"))) == 1


def test_a_dead_neuron_is_warned_of() -> None:
    """A slope of exactly 0 sends nothing back; it is not called saturated."""
    (text,) = warned(run(load(path_of("dead-relu"))))
    assert text == "h₂: slope 0 for this sample: nothing is sent back, and no weight into it learns from it."


def test_many_neurons_are_counted() -> None:
    """Of many dead neurons the first are named and the others counted."""
    trace = run(scenario(weights=[[[-1]] * 9], x=[1], y=[0] * 9, activation="relu", learning_rate=0.1))
    (text,) = warned(trace)
    assert text.startswith("ŷ₁, ŷ₂, ŷ₃, ŷ₄ and 5 more: slope 0")


@pytest.mark.parametrize("activation", ["identity", "softmax"])
def test_neurons_that_cannot_saturate_are_not_warned_of(activation: str) -> None:
    """There is no warning for identity, and none for a Jacobian."""
    assert warned(neuron(50, activation)) == []


@pytest.mark.parametrize(("rate", "rose"), [(0.5, False), (10, True)])
def test_a_loss_that_rose_is_warned_of(rate: float, rose: bool) -> None:
    """Where the loss is larger after the update, the lesson says so and proposes a smaller learning rate."""
    trace = run(scenario(weights=[[[1]]], x=[1], y=[0], learning_rate=rate))
    found = [said(b.sentence) for b in outcome(trace) if isinstance(b, Prose) and b.tone == "warning"]
    assert bool(found) == rose == bool(trace["gain"] > 0)
    assert all("The loss rose" in text and "smaller learning rate" in text for text in found)


# fmt: off
READINGS = [
    ("dL_dz2", "Positive: ŷ is too large (0.725 for 0). Lowering u lowers the loss. "),
    ("dL_dz1", "The entries of V are those before the update."),
    ("dL_dW2", "Positive: a larger v₂₁ raises the loss, so v₂₁ is lowered (the largest of these)."),
    ("z1",     ""),
]
# fmt: on


@pytest.mark.parametrize(("name", "text"), READINGS)
def test_a_line_says_how_to_read_it(name: str, text: str) -> None:
    """Error signals and gradients are read in words: which way the prediction is off and where the weight goes."""
    assert read(run(load(path_of("lecture"))), name) == text


def test_the_other_sign() -> None:
    """A prediction that is too small is raised."""
    trace = run(load(path_of("lecture")).with_(y=[1]))
    assert read(trace, "dL_dz2") == "Negative: ŷ is too small (0.725 for 1). Raising u lowers the loss. "
    assert read(trace, "dL_dW2").startswith("Negative: a larger v₂₁ lowers the loss, so v₂₁ is raised")


def test_an_error_of_zero() -> None:
    """Where nothing is wrong, nothing is said to be moved."""
    trace = run(scenario(weights=[[[1]]], x=[1], y=[1], learning_rate=1))
    assert read(trace, "dL_dz1").startswith("Zero: to first order")
    assert read(trace, "dL_dW1") == "Zero: nothing is learned here from this."


def test_frozen_weights_are_not_said_to_move() -> None:
    """A gradient of weights that are not trained is not read as a step."""
    assert read(run(load(path_of("lecture")).with_(train=False)), "dL_dW2") == ""


def test_warnings_stand_in_the_lesson() -> None:
    """The lesson of a dead neuron warns of it in each update that is told."""
    lesson = tell(run(load(path_of("dead-relu"))))
    texts = [said(block.sentence) for block in lesson if isinstance(block, Prose) and block.tone == "warning"]
    assert len([text for text in texts if text.startswith("h₂: slope 0")]) == 2
