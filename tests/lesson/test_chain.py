"""The chain rule read off the plan: which pairs of factors there are, and that they multiply to the gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.formula.calculus import summed
from backtrace.formula.evaluate import evaluate, indices
from backtrace.formula.expr import Var
from backtrace.lesson.chain import Formulas, Link, differentiated_by
from backtrace.scenario import load, path_of
from tests.engine.scenarios import random_scenario


def links(trace: Trace, name: str, *index: int, folding: bool = True) -> list[Link]:
    """The links from an entry on to the loss."""
    return Formulas(trace.plan, folding).links(Var(name, (), index=index))


def pairs(trace: Trace, name: str, *index: int) -> list[str]:
    """The pairs of factors of an entry, as text."""
    return [trace.notation.write(link.pair) for link in links(trace, name, *index)]


def test_a_weight_is_read_by_one_neuron() -> None:
    """The chain of a weight has a single pair, through the neuron that receives."""
    lecture = run(load(path_of("lecture")))
    assert pairs(lecture, "W1", 1, 2) == ["∂L/∂z₁·∂z₁/∂w₂₁"]
    assert pairs(lecture, "W2", 1, 1) == ["∂L/∂u·∂u/∂v₁₁"]
    assert pairs(lecture, "b1", 2) == ["∂L/∂z₂·∂z₂/∂bʰ₂"]


def test_an_activation_is_read_by_every_neuron_of_the_next_layer() -> None:
    """The chain of a hidden activation has a pair for each neuron that it is sent to."""
    mazur = run(load(path_of("mazur")).with_(notation="lecture"))
    assert pairs(mazur, "a1", 1) == ["∂L/∂u₁·∂u₁/∂h₁", "∂L/∂u₂·∂u₂/∂h₁"]
    assert pairs(mazur, "z1", 1) == ["∂L/∂h₁·∂h₁/∂z₁"]
    assert len(pairs(mazur, "x", 2)) == 2


def test_softmax_is_read_by_every_output() -> None:
    """The chain of a pre-activation of softmax has a pair for each output, as each depends on it."""
    trace = run(load(path_of("three-layer")))
    assert pairs(trace, "z3", 1) == ["∂L/∂ŷ₁·∂ŷ₁/∂z⁽³⁾₁", "∂L/∂ŷ₂·∂ŷ₂/∂z⁽³⁾₁"]


def test_a_prediction_has_no_chain() -> None:
    """The loss reads the prediction itself: there is nothing between them."""
    assert pairs(run(load(path_of("three-layer"))), "a3", 1) == []


def test_the_factors_as_formulas() -> None:
    """The second factor is the derivative of the reader by what it reads; a factor 1 is kept."""
    lecture = run(load(path_of("lecture")))
    entries = (("W1", 1, 2), ("b1", 1), ("a1", 2), ("z1", 1))
    texts = [lecture.notation.write(links(lecture, *entry)[0].put_in) for entry in entries]
    assert texts == ["δʰ₁·x₂", "δʰ₁·1", "δʸ·v₂₁", "∂L/∂h₁·h₁(1 − h₁)"]


@pytest.mark.parametrize("folding", [True, False])
@pytest.mark.parametrize("seed", range(30))
def test_the_factors_multiply_to_the_gradient(seed: int, folding: bool) -> None:
    """With the numbers of the trace, the pairs of every entry add up to its gradient; only a prediction has none."""
    trace = run(random_scenario(seed, epochs=1, keep=None))
    formulas, checked, sample = Formulas(trace.plan, folding), 0, trace.schedule.samples(1)[0] + 1

    def value_of(var: Var) -> Any:
        return trace.value(var.name, 1, sample)[tuple(i - 1 for i in var.index or ())]

    for equation in trace.plan.of_sample:
        for index in indices(equation.target.shape):
            entry = differentiated_by(equation, index)
            found = formulas.links(entry) if entry is not None else []
            if found:
                value = evaluate(summed([link.put_in for link in found]), value_of)
                gradient = trace.value(equation.id, 1, sample)[tuple(i - 1 for i in index)]
                np.testing.assert_allclose(float(value), float(gradient), rtol=1e-11, atol=1e-14)
                checked += 1
            elif entry is not None:
                assert entry.name == f"a{trace.scenario.depth}"
    assert checked >= sum(layer.weights.size for layer in trace.scenario.layers)


def test_which_equations_are_derivatives() -> None:
    """The gradients of a sample's loss have an entry that they are taken by; short forms and others have none."""
    plan = run(load(path_of("logistic"))).plan
    found = {e.id: differentiated_by(e, (1,) * len(e.target.shape)) for e in plan.equations}
    by = {name: var.name for name, var in found.items() if var is not None}
    assert by == {"dL_da1": "a1", "dL_dz1": "z1", "dL_dW1": "W1", "dL_db1": "b1", "dL_dx": "x"}
