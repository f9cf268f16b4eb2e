"""A new activation is one row of the table: everything else knows it from there. A broken row is found, and named."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.formats import FORMATS
from backtrace.formats.read import trace_from_text
from backtrace.formula.operations import exp, ones, outer
from backtrace.lesson.blocks import Table
from backtrace.lesson.catalogue import catalogue
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import LOSSES
from backtrace.proof.verify import verify
from backtrace.scenario import read_text
from backtrace.scenario.schema import scenario_schema
from tests.lesson.printed import printed, wrong
from tests.network.proofs import activation_failures, loss_failures

SWISH = Activation(
    "swish",
    lambda z, _: z / (1 + exp(-z)),
    lambda z, a: a + (1 - a) / (1 + exp(-z)),
    "Ramachandran, Zoph & Le 2017, Searching for activation functions",
)
SCENARIO = """\
network:
  layers:
    - {activation: swish, weights: [[0.2, -0.4], [0.6, 0.8], [-1, 0.3]], biases: [0.1, 0.2, 0]}
    - {activation: swish, weights: [[0.3, 0.5, -0.7]], biases: 0.4}
data:
  - {x: [0.5, 0.8], y: [0]}
  - {x: [-0.5, 1.2], y: [1]}
training: {learning_rate: 0.7, epochs: 2, batch_size: all}
"""


@pytest.fixture
def trace(monkeypatch: pytest.MonkeyPatch) -> Trace:
    """A training whose neurons are swish, which is one row of the table for the time of a test."""
    monkeypatch.setitem(ACTIVATIONS, "swish", SWISH)
    return run(read_text(SCENARIO, "swish.yaml"))


def test_it_is_loaded_and_worked(trace: Trace) -> None:
    """A file may name it, and its values are those of the function."""
    z = trace["z1"]
    np.testing.assert_allclose(trace["a1"], z / (1 + np.exp(-z)), rtol=1e-15)


def test_it_is_listed(trace: Trace) -> None:
    """The catalogue has a row with its formula, its derivative and its source."""
    (table,) = (block for block in catalogue("activations", None, {}) if isinstance(block, Table))
    (row,) = (row for row in table.rows if row[0] == ("swish",))
    texts = ["".join(part if isinstance(part, str) else part.linear("text") for part in cell) for cell in row]
    assert texts == ["swish", "z/(1 + e^−z)", "a + (1 − a)/(1 + e^−z)", SWISH.source]


def test_it_is_in_the_schema(trace: Trace) -> None:
    """The JSON Schema of a scenario accepts it, and no longer does when the row is gone."""
    document = json.loads(json.dumps(trace.scenario.document))
    jsonschema.validate(document, scenario_schema())
    del ACTIVATIONS["swish"]
    try:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, scenario_schema())
    finally:
        ACTIVATIONS["swish"] = SWISH


@pytest.mark.parametrize("detail", [False, True])
def test_it_is_told(trace: Trace, detail: bool) -> None:
    """Every line of its lesson closes on a pocket calculator."""
    lines = printed(tell(trace, Telling(detail=detail, samples=(1, 2))))
    assert wrong(lines) == []
    assert any(line.name == "h₁" and "e^" in line.worked for line in lines)
    assert len(lines) > 50


@pytest.mark.parametrize("name", ["json", "jsonl"])
def test_it_is_exported_and_read_back(trace: Trace, name: str) -> None:
    """A trace for programs gives back the same numbers, to the last bit."""
    stream = io.StringIO()
    FORMATS[name].write(trace, stream, lambda updates, _: updates)
    again = trace_from_text(stream.getvalue().encode(), "swish")
    for there, here in zip(again, trace, strict=True):
        assert there.equation.id == here.equation.id
        np.testing.assert_array_equal(there.value, here.value)


def test_it_is_proved(trace: Trace) -> None:
    """The proofs of the table take it in, and so does the check of whole gradients."""
    assert "swish" in ACTIVATIONS
    assert activations_that_fail() == {}
    assert verify(trace, update=2, most=6).passed


def activations_that_fail() -> dict[str, list[str]]:
    """What the proofs of the table find wrong, by row."""
    found = {row.name: activation_failures(row) for row in ACTIVATIONS.values()}
    return {name: failures for name, failures in found.items() if failures}


# fmt: off
BOTH, DIFFERENCES = ["sympy, z positive", "sympy, z negative"], "central differences"
BROKEN = [
    ("identity", lambda z, a: 2 * ones(z),    [*BOTH, DIFFERENCES]),
    ("sigmoid",  lambda z, a: -(a * (1 - a)), [*BOTH, DIFFERENCES]),
    ("tanh",     lambda z, a: 1 - a,          [*BOTH, DIFFERENCES]),
    ("relu",     lambda z, a: ones(z),        ["sympy, z negative", DIFFERENCES]),
    ("softmax",  lambda z, a: -outer(a, a),   [*BOTH, DIFFERENCES]),
    ("swish",    lambda z, a: a + 1 - a,      [*BOTH, DIFFERENCES]),
]
# fmt: on


@pytest.mark.parametrize(("name", "slope", "expected"), BROKEN, ids=[name for name, *_ in BROKEN])
def test_a_broken_derivative_fails_its_own_proofs(
    trace: Trace, monkeypatch: pytest.MonkeyPatch, name: str, slope: object, expected: list[str]
) -> None:
    """A wrong local derivative fails the proofs of its row, and those of no other."""
    monkeypatch.setitem(ACTIVATIONS, name, replace(ACTIVATIONS[name], slope=slope))
    assert activations_that_fail() == {name: expected}


def test_broken_derivatives_of_activations_leave_the_losses_alone(
    trace: Trace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every row of the one table broken, every row of the other is still proved."""
    assert [name for name, *_ in BROKEN] == list(ACTIVATIONS)
    for name, slope, _ in BROKEN:
        monkeypatch.setitem(ACTIVATIONS, name, replace(ACTIVATIONS[name], slope=slope))
    assert [row.name for row in LOSSES.values() if loss_failures(row)] == []
