"""sympy's closed forms: the derivative of the loss in terms of the parameters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import sympy

from backtrace.engine.trace import Trace, run
from backtrace.formula.expr import Var
from backtrace.proof.closed import closed_forms, slope_by_sympy
from backtrace.proof.verify import drawn
from backtrace.scenario import load, path_of, scenario
from tests.engine.scenarios import random_scenario


def bundled(name: str) -> Trace:
    return run(load(path_of(name)))


@pytest.mark.parametrize("name", ["lecture", "logistic", "dead-relu", "mazur"])
def test_closed_forms_agree_with_backpropagation(name: str) -> None:
    """The value of every closed form is the gradient."""
    trace = bundled(name)
    forms = list(closed_forms(trace, drawn(trace)))
    assert len(forms) == sum(value.size for value in trace.parameters.values())
    assert all(form.agrees for form in forms)
    assert all(form.value == pytest.approx(form.gradient, rel=1e-12, abs=1e-16) for form in forms)


def test_a_form_is_in_terms_of_the_parameters() -> None:
    """The form of a neuron with the squared error is 2x(wx + b − y), whatever its parameters are."""
    trace = run(scenario(weights=[[[0.5]]], biases=[0.25], x=[3], y=[7], learning_rate=0.1))
    weight, bias = closed_forms(trace, drawn(trace))
    w, b = sympy.symbols("w1_11 b1")
    assert sympy.expand(sympy.sympify(weight.ascii) - 6 * (3 * w + b - 7)) == 0
    assert sympy.expand(sympy.sympify(bias.ascii) - 2 * (3 * w + b - 7)) == 0
    assert (weight.value, bias.value) == (6 * (1.75 - 7), 2 * (1.75 - 7))


def test_a_form_has_its_value() -> None:
    """What is printed, worked with the parameters, gives the value that is printed."""
    trace = bundled("lecture")
    values = {f"w{i + 1}{j + 1}": trace["W1"][j, i] for i, j in np.ndindex(2, 2)}
    values |= {f"v{i + 1}1": trace["W2"][0, i] for i in range(2)}
    values |= {"b_h1": trace["b1"][0], "b_h2": trace["b1"][1], "b_y": trace["b2"][0]}
    for form in closed_forms(trace, drawn(trace)):
        expression = sympy.sympify(form.ascii)
        assert {str(symbol) for symbol in expression.free_symbols} <= values.keys()
        assert float(expression.subs(values)) == pytest.approx(form.value, rel=1e-5)


def test_a_long_form_is_left_out() -> None:
    """A form too long to read has no text; its value is there and agrees."""
    trace = bundled("three-layer")
    (form,) = closed_forms(trace, drawn(trace)[:1])
    assert (form.text, form.latex, form.ascii) == ("", "", "")
    assert form.agrees


def test_a_broken_gradient_does_not_agree() -> None:
    """A gradient that is off by a millionth of itself does not agree; one that differs by rounding does."""
    trace = bundled("lecture")
    form = next(closed_forms(trace, drawn(trace)))
    assert replace(form, gradient=form.gradient * (1 + 1e-12)).agrees
    assert not replace(form, gradient=form.gradient * (1 + 1e-6)).agrees


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_batch_is_put_together_as_the_scenario_says(reduction: str) -> None:
    """The loss that is differentiated is the mean or the sum over the samples of the update."""
    found = random_scenario(1, units=(2, 1), activation=["sigmoid"], loss="bce", samples=3, batch_size=2,
                            orientation="column", biases=[[0.1]])  # fmt: skip
    trace = run(found.with_(loss={"name": "bce", "batch": reduction}, epochs=1))
    for update in (1, 2):
        slope = slope_by_sympy(trace, update, Var("W1", (), index=(1, 2)))
        assert slope == pytest.approx(trace.value("dJ_dW1", update)[0, 1], rel=1e-12)


def test_what_cancels_is_zero() -> None:
    """A derivative that is nothing but rounding is 0."""
    trace = run(scenario(weights=[[[1]]], x=[0], y=[1], learning_rate=0.1, activation="sigmoid"))
    assert slope_by_sympy(trace, 1, Var("W1", (), index=(1, 1))) == 0
