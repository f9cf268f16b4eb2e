"""docs/scenario-file.md: what it lists is accepted by the JSON Schema and refused by the reader."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import numpy as np
import pytest

from backtrace.errors import InputError
from backtrace.scenario import read_document, read_text, scenario_schema
from tests.scenario.documents import layered, problems_of, problems_of_text, small

PAGE = Path(__file__).parents[2] / "docs" / "scenario-file.md"
LAYER = {"weights": [[1, 2]], "biases": 0}
DRAWN = {"units": 1, "weights": {"init": "normal"}, "biases": 0}
RATE = {"learning_rate": 1}
TWO = [{"x": [1, 2], "y": 1}] * 2

# fmt: off
LISTED: dict[str, list[dict[str, Any]]] = {
    "a matrix whose rows differ in length":
        [layered(LAYER | {"weights": [[1, 2], [3]]})],
    "weights, biases, `units` or samples of a size that does not fit the others":
        [layered(LAYER, LAYER), layered(LAYER | {"biases": [1, 2]}), layered(LAYER | {"units": 2}),
         small(data=[{"x": 1, "y": 1}]), small(data=[{"x": [1, 2], "y": [1, 2]}])],
    "more than 10,000 neurons in a layer, or more than 2,000,000 weights":
        [layered(DRAWN, seed=1, data=[{"x": [0] * 10_001, "y": 0}]),
         layered(DRAWN | {"units": 10_000}, seed=1, data=[{"x": [0] * 201, "y": [0] * 10_000}])],
    "weights by name or drawn in a layer without `units`":
        [layered({"weights": {"init": "zeros"}, "biases": 0}), layered({"weights": {"w11": 1}, "biases": 0})],
    "a name of an entry that is unknown, missing or given twice":
        [layered(DRAWN | {"weights": {"W1[1,1]": 1, "W1[1,2]": 2, "x": 3}}),
         layered(DRAWN | {"weights": {"W1[1,1]": 1}}),
         layered(DRAWN | {"weights": {"W1[1,1]": 1, "W1[1,2]": 2, "W1[1, 2]": 3}})],
    "a draw or `shuffle` without a `seed`":
        [layered(DRAWN), small(training=RATE | {"shuffle": True})],
    "`low` above `high`, or numbers drawn beyond the range of a double":
        [layered(DRAWN | {"weights": {"init": "uniform", "low": 2}}, seed=1),
         layered(DRAWN | {"weights": {"init": "uniform", "low": -1.7e308, "high": 1.7e308}}, seed=1)],
    "a file that is missing, broken, of another shape, or outside the scenario's folder":
        [layered(LAYER | {"weights": {"file": file}})
         for file in ("no.npy", "broken.npy", "b.npy", "../b.npy", "b.pt")],
    "an array or a column that the file does not have":
        [layered(LAYER | {"weights": {"file": "w.npz", "array": "x"}}),
         small(data={"file": "d.csv", "inputs": "x", "targets": "z"})],
    "`origins` of numbers that the network does not have":
        [small(origins={"W2": {"init": "zeros"}}), small(origins={"data": {"init": "zeros"}})],
    "an activation that mixes neurons, such as softmax, in a hidden layer":
        [layered(LAYER | {"activation": "softmax"}, {"weights": [[1]], "biases": 0})],
    "a loss of pre-activations on an output layer with an activation":
        [layered(LAYER | {"activation": "sigmoid"}, loss="bce_logits")],
    "`outputs` for a loss that leaves no choice":
        [small(loss={"name": "sse", "outputs": "sum"})],
    "targets that are no probabilities for a loss that asks for them":
        [small(loss="bce", data=[{"x": [1, 2], "y": 2}]), small(loss="cross_entropy", data=[{"x": [1, 2], "y": 0.5}])],
    "a `batch_size` larger than the data, or an `order` that the samples cannot fill or that is said twice":
        [small(training=RATE | {"batch_size": 2}), small(training=RATE | {"order": [[2]]}),
         small(training=RATE | {"order": [[1, 1]]}), small(training=RATE | {"order": [[1]], "batch_size": 1}),
         small(seed=1, data=TWO, training=RATE | {"order": [[1], [2]], "shuffle": True})],
    "`rounding` without places, with two kinds of places, or beside `arithmetic: exact`":
        [small(rounding={"mode": "half-up"}), small(rounding={"decimals": 3, "significant": 3}),
         small(rounding={"decimals": 3}, arithmetic="exact")],
    "a notation made for another depth, and spellings that are none or mean two things":
        [small(notation="lecture"), small(notation={"W1": "+"}), small(notation={"W1": "x"}),
         small(notation={"Q": "q"})],
}
YAML = ["x: !!str a", "title: a\ntitle: b", "title: .nan", "a: &a [1, 2]\nb: " + "[" * 40, "a" * 20_000_001]
# fmt: on


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with files for the cases that need some."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "broken.npy").write_bytes(b"not an array")
    (home / "d.csv").write_text("x,y\n1,2\n")
    np.save(home / "b.npy", np.ones(2))
    np.save(tmp_path / "b.npy", np.ones((1, 2)))
    np.savez(home / "w.npz", W1=np.ones((1, 2)))
    monkeypatch.chdir(home)
    return home


def test_the_page_lists_these_cases() -> None:
    """Every line of the list on the page has its cases here, and every case here a line there."""
    text = PAGE.read_text(encoding="utf-8").partition("## What only the reader refuses")[2]
    assert re.findall(r"^\* (.+)$", text, re.MULTILINE) == list(LISTED)


@pytest.mark.parametrize("line", LISTED)
def test_what_is_listed_only_the_reader_refuses(line: str, folder: Path) -> None:
    """The JSON Schema accepts each of the cases of a line, and the reader refuses it."""
    validator = jsonschema.Draft202012Validator(scenario_schema())
    for document in LISTED[line]:
        assert list(validator.iter_errors(document)) == []
        assert problems_of(document)


@pytest.mark.parametrize("text", YAML, ids=range(len(YAML)))
def test_what_reading_yaml_refuses(text: str) -> None:
    """What the last paragraph lists is refused."""
    assert problems_of_text(text)


def test_the_example_on_the_page_is_read(folder: Path) -> None:
    """The example of the page, with a training beside it, is a scenario."""
    example = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    np.savez(folder / "w.npz", W2=np.ones((1, 2)))
    (folder / "xor.csv").write_text("x1,x2,y\n0,1,1\n")
    found = read_text(f"{example}training: {{learning_rate: 1}}\n", "f")
    assert found.layers[0].weights.tolist() == [[0.2, 0.4], [0.6, 0.8]]


def test_a_sound_document_is_not_refused() -> None:
    """The documents that the cases are made from are themselves read."""
    for document in (small(), layered(LAYER), layered(DRAWN, seed=1), small(data=TWO)):
        try:
            read_document(document, "f")
        except InputError as error:
            pytest.fail(str(error))
