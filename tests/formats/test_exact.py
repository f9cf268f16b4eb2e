"""What stands beside the values of an exported trace: the value without rounding, or the fraction."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import backtrace
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.training import work
from backtrace.formats import FORMATS
from backtrace.formats.json import write_json, write_jsonl
from backtrace.formats.read import load_trace, trace_from_text
from backtrace.formats.schemas import trace_schema
from backtrace.scenario import Scenario, load, path_of

BATCHES: dict[str, Any] = {
    "weights": [[[0.15, -0.2], [0.25, 0.3]], [[0.4, 0.45], [-0.5, 0.55], [0.1, 0.7]]],
    "biases": [[0.35, -0.1], None], "activation": ["relu", "identity"], "loss": "mse",
    "x": [[0.05, 0.1], [-0.7, 0.31], [2, 1]], "y": [[0.01, 0.99, 0.5], [0.8, 0.2, 0], [1, 0, 1]],
    "optimizer": "momentum", "learning_rate": 0.1, "l2": 0.01, "batch_size": 2, "epochs": 2,
}  # fmt: skip
ROUNDED: dict[str, Any] = {"rounding": {"significant": 4, "mode": "half-up"}}
EXACT: dict[str, Any] = {"arithmetic": "exact"}


def batches(**changes: Any) -> Scenario:
    """Three samples in batches of two, two epochs."""
    return backtrace.scenario(**BATCHES | changes)


# fmt: off
SCENARIOS = [
    batches(**ROUNDED),
    batches(**ROUNDED, keep={"updates": {"every": 3}}),
    batches(**ROUNDED, keep={"updates": "last", "per_sample_gradients": False}),
    batches(rounding={"forward": {"decimals": 2}, "update": {"significant": 3}}),
    batches(**EXACT),
    batches(**EXACT, keep={"updates": {"every": 3}}),
    load(path_of("mazur-three-decimals")),
    load(path_of("fractions")),
]
# fmt: on


def exported(trace: Trace) -> str:
    stream = io.StringIO()
    write_json(trace, stream)
    return stream.getvalue()


def streamed(scenario: Scenario) -> str:
    stream = io.StringIO()
    write_jsonl(scenario, work(scenario, plan_of(scenario)), stream)
    return stream.getvalue()


def steps_of(trace: Trace) -> list[dict[str, Any]]:
    return list(json.loads(exported(trace))["steps"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_export_fits_the_schema(scenario: Scenario) -> None:
    """The document with its `exact` entries validates."""
    jsonschema.Draft202012Validator(trace_schema()).validate(json.loads(exported(run(scenario))))


@pytest.mark.parametrize("scenario", [each for each in SCENARIOS if each.rounding])
def test_beside_a_rounded_value_stands_the_unrounded_one(scenario: Scenario) -> None:
    """Every step has, to the last bit, what the same step of a run without rounding gives."""
    trace, other = run(scenario), run(scenario.with_(rounding=None))
    for step, unrounded in zip(steps_of(trace), other, strict=True):
        assert step["equation"] == unrounded.equation.id
        assert step["exact"] == np.asarray(unrounded.value).tolist()


@pytest.mark.parametrize("scenario", [each for each in SCENARIOS if each.arithmetic == "exact"])
def test_beside_a_double_stands_its_fraction(scenario: Scenario) -> None:
    """Every step has the fraction as text, which Python's own fractions read back."""
    trace = run(scenario)
    for step in steps_of(trace):
        value = trace.value(step["equation"], step["update"], step["sample"], exact=True)
        fractions = np.vectorize(Fraction, otypes=[object])(np.array(step["exact"], dtype=object))
        assert fractions.tolist() == np.asarray(value, dtype=object).tolist()
        assert np.vectorize(float)(fractions).tolist() == step["value"]


def test_without_rounding_and_in_doubles_nothing_stands_beside() -> None:
    """A step of an ordinary trace has no `exact`."""
    assert not any("exact" in step for step in steps_of(run(batches())))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_json_lines_say_the_same(scenario: Scenario) -> None:
    """The steps of the stream are those of the document, without their arithmetic."""
    lines = [json.loads(line) for line in streamed(scenario).splitlines()]
    found = [line for line in lines if "step" in line]
    assert found == [
        {key: value for key, value in step.items() if key != "arithmetic"} for step in steps_of(run(scenario))
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.holds_trace])
def test_read_back_it_is_the_same_trace(scenario: Scenario, name: str, tmp_path: Path) -> None:
    """Every format that holds a trace reads back to one whose export is the same, byte for byte."""
    trace, row = run(scenario), FORMATS[name]
    path = tmp_path / f"trace{row.suffixes[0]}"
    mode = {"mode": "wb"} if row.is_binary else {"mode": "w", "encoding": "utf-8"}
    with path.open(**mode) as stream:
        row.write(trace, stream, lambda updates, _: updates)
    again = load_trace(path)
    assert again.is_exact == trace.is_exact
    assert exported(again) == exported(trace)


def test_a_difference_less_than_the_rounding_of_doubles_reads_back() -> None:
    """A fraction that the doubles beside it do not give is read: it is worked again, and not judged by them."""
    scenario = backtrace.scenario(
        weights=[[[1e10]]], x=[1e9], y=[0.0], learning_rate=1e-30, loss="half_sse", arithmetic="exact"
    )
    trace = run(scenario)
    assert exported(trace_from_text(exported(trace).encode(), "trace")) == exported(trace)


# fmt: off
DAMAGED = [
    (batches(**EXACT),   "J",      lambda value: value * (1 + 1e-12)),
    (batches(**EXACT),   "dL_dz2", lambda value: [0.5, *value[1:]]),
    (batches(**ROUNDED), "J",      lambda value: round(value, 2)),
    (batches(**ROUNDED), "dL_dz2", lambda value: [0.5, *value[1:]]),
]
# fmt: on


@pytest.mark.parametrize(("scenario", "name", "damage"), DAMAGED)
def test_a_changed_value_is_refused(scenario: Scenario, name: str, damage: Any) -> None:
    """A value that is not its formula's, worked and rounded as the scenario says, does not make a trace."""
    document = json.loads(exported(run(scenario)))
    step = next(step for step in document["steps"] if step["equation"] == name)
    step["value"] = damage(step["value"])
    with pytest.raises(backtrace.InputError, match=f"{name} of update 1"):
        trace_from_text(json.dumps(document, separators=(",", ":")).encode(), "trace.json")


def test_a_changed_result_of_fractions_is_refused() -> None:
    """The parameters at the end of the file are held against the trace in fractions, too."""
    document = json.loads(exported(run(batches(**EXACT))))
    document["result"]["parameters"]["W1"][0][0] += 1
    with pytest.raises(backtrace.InputError, match="the result is not that of the last step"):
        trace_from_text(json.dumps(document, separators=(",", ":")).encode(), "trace.json")


def test_a_training_that_rounding_ends_elsewhere_has_values_where_both_are() -> None:
    """With `until`, steps of updates that the unrounded training does not have stand alone."""
    scenario = load(path_of("lecture")).with_(epochs=50, until={"loss": 0.4072}, rounding={"decimals": 2})
    trace = run(scenario)
    both = min(trace.updates, trace.unrounded.updates)
    for step in steps_of(trace):
        assert ("exact" in step) == (step["update"] <= both)


def test_long_fractions_can_still_be_written() -> None:
    """The longest fractions that are worked have a text, within the digits that Python writes."""
    with pytest.raises(backtrace.OutOfRangeError) as caught:
        run(batches(**EXACT, epochs=40))
    trace = run(batches(**EXACT, epochs=(caught.value.update - 2) // 2))
    longest = max(len(str(step["exact"])) for step in steps_of(trace))
    assert longest > 2000
