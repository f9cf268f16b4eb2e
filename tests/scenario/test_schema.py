"""The JSON Schema for editors, and the tables behind the names."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.errors import InputError
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import load, names, path_of, read_document, read_text, scenario_schema
from tests.scenario.documents import LECTURE, layered, small


def _accepts(document: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(scenario_schema()).is_valid(document))


def _properties(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in (schema, *schema["$defs"].values()):
        for variant in part.get("oneOf", [part]):
            yield from variant["properties"].items()


def test_the_schema_is_a_json_schema() -> None:
    """The schema is valid by its own standard, and plain JSON."""
    schema = scenario_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(json.dumps(schema)) == schema


def test_every_key_is_described() -> None:
    """Every key of the schema has a description, and only words of the standard bound it."""
    for key, value in _properties(scenario_schema()):
        assert value.get("description") or "const" in value or "default" in value, key
        assert not {"ge", "le", "gt", "lt"} & set(value), key


def test_names_are_those_of_the_tables() -> None:
    """The schema lists every activation, loss, optimizer and notation."""
    schema = scenario_schema()
    named = {key: value["anyOf"][0]["enum"] for key, value in _properties(schema) if "enum" in str(value.get("anyOf"))}
    assert named["activation"] == list(ACTIVATIONS) == _variants(schema, "ActivationPart", "name")
    assert named["loss"] == list(LOSSES) == _variants(schema, "LossPart", "name")
    assert named["optimizer"] == list(OPTIMIZERS) == _variants(schema, "OptimizerPart", "name")
    assert list(INITIALISERS) == _variants(schema, "InitPart", "init")
    assert json.dumps(list(PROFILES)) in json.dumps(schema)


def _variants(schema: Any, part: str, key: str) -> list[str]:
    return [variant["properties"][key]["const"] for variant in schema["$defs"][part]["oneOf"]]


def test_a_new_row_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An activation that is added while the program runs is read, and stands in the schema."""
    text = LECTURE.replace("activation: sigmoid", "activation: cubic")
    with pytest.raises(InputError):
        read_text(text, "f")
    row = Activation("cubic", lambda z, _: z, lambda z, a: z, "a test")
    monkeypatch.setitem(ACTIVATIONS, "cubic", row)
    assert read_text(text, "f").layers[0].activation == "cubic"
    assert "cubic" in json.dumps(scenario_schema())


@pytest.mark.parametrize("name", names())
def test_the_schema_accepts_the_bundled_scenarios(name: str) -> None:
    """The full document of every bundled scenario fits the schema."""
    assert _accepts(load(path_of(name)).document)


LAYER = {"weights": [[1, 2]], "biases": 0}
DRAWN = {"units": 1, "weights": {"init": "zeros"}, "biases": {"init": "constant", "value": 1}}

# fmt: off
ACCEPTED = [
    layered(LAYER | {"biases": "none"}),
    layered(LAYER | {"biases": [1]}),
    layered(LAYER | {"units": 1.0}),
    layered(LAYER | {"train": {"weights": False}}),
    small(data=[{"x": [1, 2], "y": 3}]),
    small(loss="bce"),
    small(loss={"name": "bce", "outputs": "sum", "batch": "sum"}),
    small(training={"learning_rate": 0, "epochs": 1e3, "batch_size": "all"}),
    small(seed=1e3),
    small(seed=3, origins={"W1": {"init": "normal"}, "b1": {"file": "b.npy"},
                           "data": {"file": "a.csv", "inputs": "x", "targets": ["y"]}}),
    layered(DRAWN),
    layered(DRAWN | {"weights": {"init": "uniform", "low": -1}, "biases": {"init": "he_normal"}}, seed=1),
    layered(DRAWN | {"weights": {"w1_11": 1, "W1[1,2]": 2}, "biases": {"b1": 1}}),
    small(notation="layered", display={"decimals": 12}, links=["a"], notes={"W1": "b"}),
]
REFUSED = [
    layered(LAYER | {"biases": "some"}),
    layered(LAYER | {"biases": None}),
    layered(LAYER | {"units": 0}),
    layered({"weights": [[1, 2]]}),
    small(data=[]),
    small(data=[{"x": "1", "y": 3}]),
    small(loss={"name": "mse", "batches": "sum"}),
    small(loss=None),
    small(notation=None),
    small(training={"learning_rate": -1}),
    small(training={"learning_rate": 1, "epochs": 1.5}),
    small(training={"learning_rate": True}),
    small(training={"learning_rate": 1, "batch_size": "some"}),
    small(seed=-3),
    small(seed=0.5),
    small(data={"file": "a.csv", "inputs": ["x"]}),
    small(data={"file": "a.csv", "inputs": [], "targets": ["y"]}),
    small(origins={"W1": {}}),
    layered(DRAWN | {"weights": {}}),
    layered(DRAWN | {"weights": {"w11": "a", "w12": 1}}),
    layered(DRAWN | {"weights": {"init": "normall"}}),
    layered(DRAWN | {"weights": {"init": "zeros", "value": 1}}),
    layered(DRAWN | {"weights": {"init": "constant"}}),
    layered(DRAWN | {"weights": {"init": "normal", "std": -1}}),
    layered(DRAWN | {"weights": {"file": "w.npz", "init": "zeros"}}),
    layered(DRAWN | {"biases": {"array": "b1"}}),
    small(display={"decimals": 13}),
]
# fmt: on


@pytest.mark.parametrize("document", ACCEPTED)
def test_what_the_reader_accepts_the_schema_accepts(document: dict[str, Any]) -> None:
    """Each way of writing a value that is read is one that an editor takes too."""
    read_document(document, "f")
    assert _accepts(document)


@pytest.mark.parametrize("document", REFUSED)
def test_what_the_schema_refuses_the_reader_refuses(document: dict[str, Any]) -> None:
    """A value of the wrong type or size is refused by the reader and by an editor alike."""
    assert not _accepts(document)
    with pytest.raises(InputError):
        read_document(document, "f")


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 10), st.sampled_from([0.5, 1.0, 1e400, -0.0]),
    st.sampled_from(["none", "all", "mse", "bce", "sum", "tanh", "layered", "row", ""]),
    st.lists(st.integers(0, 2), max_size=2), st.just({}), st.just([[1, 2]]),
    st.sampled_from([{"init": "he_normal"}, {"init": "normal", "std": 0}, {"init": "zeros", "low": 1}, {"init": 3},
                     {"file": "no.npy"}, {"file": "no.npz", "array": "a"}, {"file": "d.csv", "inputs": "x"},
                     {"w1_11": 1, "w1_12": 2}, {"w1_11": 1}, {"W1": {"init": "zeros"}}, {"data": {"init": 1}}]),
)  # fmt: skip
_PLACES = [
    *[
        (key,)
        for key in (
            "title",
            "links",
            "notes",
            "network",
            "loss",
            "data",
            "training",
            "notation",
            "display",
            "l2",
            "seed",
            "origins",
        )
    ],
    *[("network", "layers", 0, key) for key in ("units", "activation", "weights", "biases", "train")],
    *[("training", key) for key in ("optimizer", "learning_rate", "epochs", "batch_size")],
    *[("data", 0, key) for key in ("x", "y")],
]


@given(st.dictionaries(st.sampled_from(_PLACES), _VALUES, max_size=3))
def test_the_schema_accepts_whatever_is_read(changes: dict[tuple[Any, ...], Any]) -> None:
    """No document is read that the JSON Schema would mark as wrong, and nothing but InputError is raised."""
    document: Any = small()
    for place, value in sorted(changes.items(), key=lambda item: -len(item[0])):
        holder = document
        for part in place[:-1]:
            holder = holder[part]
        holder[place[-1]] = value
    try:
        full = read_document(document, "f").document
    except InputError:
        return
    assert _accepts(document)
    assert _accepts(full)
