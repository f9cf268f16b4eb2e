"""A new activation is one row of a table, a new optimizer one function: everything else knows them from there."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Annotated, Any

import jsonschema
import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.errors import InputError
from backtrace.formats import FORMATS
from backtrace.formats.read import trace_from_bytes, trace_from_text
from backtrace.formula.expr import Expr
from backtrace.formula.operations import magnitude, sign
from backtrace.lesson.blocks import Heading, Recall
from backtrace.lesson.catalogue import catalogue
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import LOSSES
from backtrace.network.naming import Naming
from backtrace.network.optimizers import OPTIMIZERS, optimizer_of
from backtrace.network.parameters import Range
from backtrace.notation.profiles import PROFILES
from backtrace.proof.verify import verify
from backtrace.scenario import read_text
from backtrace.scenario.schema import scenario_schema
from tests.lesson.printed import printed, wrong
from tests.network.proofs import activation_failures, loss_failures

SOFTSIGN = Activation(
    "softsign",
    lambda z, _: z / (1 + magnitude(z)),
    lambda z, a: 1 / (1 + magnitude(z)) ** 2,
    "Turian, Bergstra & Bengio 2009, Quadratic features and deep architectures for chunking",
)
SCENARIO = """\
network:
  layers:
    - {activation: softsign, weights: [[0.2, -0.4], [0.6, 0.8], [-1, 0.3]], biases: [0.1, 0.2, 0]}
    - {activation: softsign, weights: [[0.3, 0.5, -0.7]], biases: 0.4}
data:
  - {x: [0.5, 0.8], y: [0]}
  - {x: [-0.5, 1.2], y: [1]}
training: {learning_rate: 0.7, epochs: 2, batch_size: all}
"""


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    """A training whose neurons are softsign, which is one row of the table for the time of a test."""
    monkeypatch.setitem(ACTIVATIONS, "softsign", SOFTSIGN)
    return run(read_text(SCENARIO, "softsign.yaml"))


def test_it_is_loaded_and_worked(trace: Trace) -> None:
    """A file may name it, and its values are those of the function."""
    z = trace["z1"]
    np.testing.assert_allclose(trace["a1"], z / (1 + np.abs(z)), rtol=1e-15)


def test_it_is_listed(trace: Trace) -> None:
    """The catalogue has an entry with its formula, its derivative and its source."""
    blocks = list(catalogue("activations", None, {}))
    place = next(i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.text == "softsign")
    heading, formulas = blocks[place : place + 2]
    assert isinstance(heading, Heading)
    assert heading.aside == SOFTSIGN.source
    assert isinstance(formulas, Recall)
    assert list(map(str, formulas.lines)) == ["a = z/(1 + |z|)", "∂a/∂z = 1/(1 + |z|)²"]


def test_it_is_in_the_schema(trace: Trace) -> None:
    """The JSON Schema of a scenario accepts it, and no longer does when the row is gone."""
    document = json.loads(json.dumps(trace.scenario.document))
    jsonschema.validate(document, scenario_schema())
    del ACTIVATIONS["softsign"]
    try:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, scenario_schema())
    finally:
        ACTIVATIONS["softsign"] = SOFTSIGN


@pytest.mark.parametrize("detail", [False, True])
def test_it_is_told(trace: Trace, detail: bool) -> None:
    """Every line of its lesson closes on a pocket calculator."""
    lines = printed(tell(trace, Telling(detail=detail, samples=(1, 2))))
    assert wrong(lines) == []
    assert any(line.name == "h₁" and "|" in line.worked for line in lines)
    assert len(lines) > 50


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_it_is_exported_and_read_back(trace: Trace, name: str) -> None:
    """A trace for programs gives back the same numbers, to the last bit."""
    stream = io.StringIO()
    FORMATS[name].write(trace, stream, lambda updates, _: updates)
    again = trace_from_text(stream.getvalue().encode(), "softsign")
    for there, here in zip(again, trace, strict=True):
        assert there.equation.id == here.equation.id
        np.testing.assert_array_equal(there.value, here.value)


def test_it_is_proved(trace: Trace) -> None:
    """The proofs of the table take it in, and so does the check of whole gradients."""
    assert activation_failures(ACTIVATIONS["softsign"]) == []
    assert verify(trace, update=2, most=6).passed


def test_a_wrong_derivative_is_found(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a slope of the wrong sign neither its row nor the gradients of a scenario are proved."""
    row = ACTIVATIONS["softsign"]
    broken = replace(row, slope=lambda z, a: -row.slope(z, a))
    monkeypatch.setitem(ACTIVATIONS, "softsign", broken)
    assert activation_failures(broken) == ["sympy, z positive", "sympy, z negative", "central differences"]
    assert not verify(run(trace.scenario), most=6).passed


def test_broken_derivatives_of_activations_leave_the_losses_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """With every row of the one table broken, every row of the other is still proved."""
    for row in list(ACTIVATIONS.values()):
        monkeypatch.setitem(ACTIVATIONS, row.name, replace(row, slope=_opposite(row)))
    assert [row.name for row in LOSSES.values() if loss_failures(row)] == []
    assert all(activation_failures(ACTIVATIONS[name]) for name in ("sigmoid", "gelu"))


def _opposite(row: Activation) -> Any:
    return lambda z, a, **parameters: -row.slope(z, a, **parameters)


def lion(
    p: Expr, g: Expr, eta: Expr, name: Naming, m: Expr, *,
    beta1: Annotated[Any, Range("share of the mean in what is followed", least=0, below=1)] = 0.9,
    beta2: Annotated[Any, Range("share of the mean that is kept", least=0, below=1)],
) -> Expr:  # fmt: skip
    """Lion, which follows signs alone: Chen et al. 2023, algorithm 2."""
    mixed = name("mixed", beta1 * m + (1 - beta1) * g)
    name("m_next", beta2 * m + (1 - beta2) * g)
    return p - name("step", eta * sign(mixed))


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> Trace:
    """A training whose optimizer is a function of this file, in the table for the time of a test."""
    monkeypatch.setitem(OPTIMIZERS, "lion", optimizer_of(lion))
    text = SCENARIO.replace("softsign", "tanh").replace("{learning", "{optimizer: {name: lion, beta2: 0.8}, learning")
    return run(read_text(text, "lion.yaml"))


def test_an_optimizer_is_loaded_and_worked(updated: Trace) -> None:
    """A file names it with its hyperparameter; what it carries is handed on, and its update is the function's."""
    assert updated.scenario.document["training"]["optimizer"] == {"name": "lion", "beta1": 0.9, "beta2": 0.8}
    g, m = (updated.value(name, 2) for name in ("dJ_dW1", "m_W1"))
    np.testing.assert_allclose(m, 0.2 * updated.value("dJ_dW1", 1), rtol=1e-15)
    np.testing.assert_array_equal(updated.value("step_W1", 2), 0.7 * np.sign(0.9 * m + 0.1 * g))
    np.testing.assert_allclose(updated.value("m_W1_next", 2), 0.8 * m + 0.2 * g, rtol=1e-15)
    np.testing.assert_array_equal(updated.parameters["W1"], updated.value("W1_next", 2))


def test_a_hyperparameter_without_default_is_asked_for(updated: Trace) -> None:
    """Left out it is missed, out of its range it is refused, misspelt it is named."""
    text = SCENARIO.replace("softsign", "tanh")
    for written, says in (
        ("lion", "no `beta2` for lion; expected share of the mean that is kept"),
        ("{name: lion, beta2: 1}", "a number from 0 below 1"),
        ("{name: lion, beta2: 0.5, beta3: 1}", "the unknown key 'beta3' for lion"),
    ):
        with pytest.raises(InputError, match=says):
            read_text(text.replace("{learning", f"{{optimizer: {written}, learning"), "lion.yaml")


def test_an_optimizer_is_listed_and_in_the_schema(updated: Trace) -> None:
    """The catalogue has its equations and its source, the JSON Schema its hyperparameters."""
    blocks = list(catalogue("optimizers", None, {}))
    place = next(i for i, block in enumerate(blocks) if isinstance(block, Heading) and block.text == "lion")
    heading, formulas = blocks[place : place + 2]
    assert isinstance(heading, Heading)
    assert isinstance(formulas, Recall)
    assert "Chen et al. 2023" in heading.aside
    assert [str(line).partition(" = ")[2] for line in formulas.lines] == [
        "β₁·m + (1 − β₁)·g", "β₂·m + (1 − β₂)·g", "η·sign(mixed)", "p − step",
    ]  # fmt: skip
    document = json.loads(json.dumps(updated.scenario.document))
    jsonschema.validate(document, scenario_schema())
    document["training"]["optimizer"]["beta2"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, scenario_schema())


@pytest.mark.parametrize("notation", [profile.name for profile in PROFILES.values() if profile.layers in (None, 2)])
def test_an_optimizer_is_told_in_every_notation(updated: Trace, notation: str) -> None:
    """Every line of its update closes, its own quantities among them, in the spelling of each profile of that depth."""
    lines = printed(tell(updated.with_(notation=notation), Telling(phases=("update",))))
    assert wrong(lines) == []
    assert any("sign(" in line.worked for line in lines)


@pytest.mark.parametrize("name", ["json", "jsonl", "npz"])
def test_a_training_with_it_is_exported_and_read_back(updated: Trace, name: str) -> None:
    """State, step and hyperparameters are in a trace for programs, to the last bit."""
    stream: Any = io.BytesIO() if FORMATS[name].is_binary else io.StringIO()
    FORMATS[name].write(updated, stream, lambda updates, _: updates)
    content = stream.getvalue()
    again = trace_from_bytes(content if isinstance(content, bytes) else content.encode(), "lion")
    assert len(again) == len(updated)
    for there, here in zip(again, updated, strict=True):
        assert there.equation.id == here.equation.id
        np.testing.assert_array_equal(there.value, here.value)
    assert verify(again, update=2, most=4).passed
