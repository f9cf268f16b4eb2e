"""What is said where one value is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.notation.profiles import PROFILES
from backtrace.scenario.flaws import listed
from backtrace.scenario.schema import Document
from tests.scenario.documents import layered, problems_of, small

VECTOR = "a list of numbers, or one number"
SOURCES = "a mapping with init, with file, or with numbers by name"
BIASES = f"a list of numbers, one number for all, `none`, or {SOURCES}"
TOP = listed(Document.model_fields, "or")
LAYER = {"weights": [[1, 2]], "biases": 0}
RATE = {"learning_rate": 1}

# fmt: off
WRONG: list[tuple[dict[str, Any], str, str, str, str]] = [
    # document,                                     path, found, expected, remedy
    (small(title=3),                                "title", "3", "text", "put it in quotes"),
    (small(title=None),                             "title", "nothing", "text", "write a value, or leave the key out"),
    (small(title=["a"]),                            "title", "a list of 1", "text", ""),
    (small(links="http://a"),                       "links", "the text 'http://a'", "a list of text", ""),
    (small(links=[3]),                              "links, link 1", "3", "text", "put it in quotes"),
    (small(notes=[]),                               "notes", "an empty list", "a mapping from ids to sentences", ""),
    (small(tilte="a"),                              "tilte", "the unknown key 'tilte'",
        TOP, "did you mean 'title'?"),
    (small(network=[]),                             "network", "an empty list",
        "a mapping, `key: value` on each line", ""),
    (layered(),                                     "layers", "an empty list", "at least one entry", ""),
    (layered(LAYER | {"units": 1_000_000}),         "layer 1, units", "1000000", "at most 10,000", ""),
    (layered(LAYER | {"units": True}),              "layer 1, units", "true", "a whole number", ""),
    (layered(LAYER | {"activation": "sigmod"}),     "layer 1, activation", "the unknown activation 'sigmod'",
        listed(ACTIVATIONS, "or"), "did you mean 'sigmoid'?"),
    (layered(LAYER | {"activation": 3}),            "layer 1, activation", "3",
        "the name of an activation, or a mapping with its name and parameters", ""),
    (layered(LAYER | {"weights": 3}), "layer 1, weights", "3",
        f"a list of rows, each a list of numbers, or {SOURCES}", ""),
    (layered(LAYER | {"weights": [[]]}), "layer 1, weights, row 1", "an empty list", "at least one entry", ""),
    (layered(LAYER | {"weights": [[1, 2], 3]}),          "layer 1, weights, row 2", "3", "a list of numbers", ""),
    (layered(LAYER | {"weights": [["0.2", 1]]}),    "layer 1, weights, row 1, column 1", "the text '0.2'", "a number",
        "take the quotes off"),
    (layered(LAYER | {"weights": [[1, "0,5"]]}),    "layer 1, weights, row 1, column 2", "the text '0,5'", "a number",
        "write 0.5, with a decimal point"),
    (layered(LAYER | {"weights": [[1, "1/2"]]}),    "layer 1, weights, row 1, column 2", "the text '1/2'", "a number",
        "write the fraction as a decimal number"),
    (layered(LAYER | {"weights": [[1, "1_000"]]}),  "layer 1, weights, row 1, column 2", "the text '1_000'", "a number",
        "write 1000"),
    (layered(LAYER | {"weights": [[1, float("nan")]]}), "layer 1, weights, row 1, column 2", "nan", "a finite number",
        ""),
    (layered({"weights": [[1, 2]]}),                "layer 1", "no `biases`",
        "one number for each neuron, one number for all, or none; or by name, drawn, or out of a file",
        "write `biases: none` for a layer without biases"),
    (layered(LAYER | {"biases": None}),             "layer 1, biases", "nothing", BIASES,
        "write `biases: none` for a layer without biases"),
    (layered(LAYER | {"biases": "None"}), "layer 1, biases", "the text 'None'", BIASES, "did you mean 'none'?"),
    (layered(LAYER | {"biases": ["1"]}),            "layer 1, biases, number 1", "the text '1'", "a number",
        "take the quotes off"),
    (layered(LAYER | {"biases": []}),               "layer 1, biases", "an empty list", "at least one number", ""),
    (layered(LAYER | {"train": {"weights": "yes"}}), "layer 1, train, weights", "the text 'yes'", "true or false", ""),
    (layered(LAYER | {"train": {"bias": True}}), "layer 1, train, bias", "the unknown key 'bias'", "weights or biases",
        "did you mean 'biases'?"),
    (small(loss="mes"),                             "loss", "the unknown loss 'mes'",
        listed(LOSSES, "or"), "did you mean 'mse'?"),
    (small(loss=3),                                 "loss", "3",
        "the name of a loss, or a mapping with its name and parameters", ""),
    (small(loss={"batch": "sum"}),                  "loss", "no `name`", "the loss of one output", ""),
    (small(loss={"name": "mse", "batch": "summ"}),  "loss, batch", "the text 'summ'", "mean or sum",
        "did you mean 'sum'?"),
    (small(data=[]),                                "data", "an empty list", "at least one entry", ""),
    (small(data=[{"x": [1, 2]}]),                   "sample 1", "no `y`",
        "the target: one number for each output of the network", ""),
    (small(data=[{"x": None, "y": 1}]), "sample 1, x", "nothing", VECTOR, "write a value, or leave the key out"),
    (small(data=[{"x": [1, "b"], "y": 1}]),         "sample 1, x, number 2", "the text 'b'", "a number", ""),
    (small(training={}),                            "training", "no `learning_rate`",
        "what the gradient is multiplied with: a number, or a schedule", ""),
    (small(training={"learning_rate": -0.5}),       "training, learning_rate", "-0.5", "at least 0", ""),
    (small(training=RATE | {"optimizer": "adm"}),   "training, optimizer", "the unknown optimizer 'adm'",
        listed(OPTIMIZERS, "or"), "did you mean 'adam'?"),
    (small(training=RATE | {"epochs": 0}),          "training, epochs", "0", "at least 1", ""),
    (small(training=RATE | {"epochs": 10**10}),     "training, epochs", "10000000000", "at most 1,000,000,000", ""),
    (small(training=RATE | {"batch_size": "al"}),   "training, batch_size", "the text 'al'",
        "a whole number from 1, or `all`", "did you mean 'all'?"),
    (small(training=RATE | {"batch_size": 0}),      "training, batch_size", "0", "at least 1", ""),
    (small(notation="lectur"),                      "notation", "the unknown notation 'lectur'",
        listed(PROFILES, "or"), "did you mean 'lecture'?"),
    (small(display={"decimals": 13}),               "display, decimals", "13", "at most 12", ""),
    (small(seed=-3),                                "seed", "-3", "at least 0", ""),
    (small(seed="x"),                               "seed", "the text 'x'", "a whole number", ""),
    (layered(LAYER | {"weights": {}, "units": 1}),  "layer 1, weights", "an empty mapping", "at least one entry", ""),
    (layered(LAYER | {"weights": {"w11": "a"}, "units": 1}), "layer 1, weights, w11", "the text 'a'", "a number", ""),
    (layered(LAYER | {"weights": {"init": "normall"}, "units": 1}), "layer 1, weights, init",
        "the unknown initialiser 'normall'", listed(INITIALISERS, "or"), "did you mean 'normal'?"),
    (layered(LAYER | {"biases": {"file": 3}}),      "layer 1, biases, file", "3", "text", "put it in quotes"),
    (layered(LAYER | {"biases": {"file": "b.csv", "arry": "b"}}), "layer 1, biases, arry",
        "the unknown key 'arry'", "file or array", "did you mean 'array'?"),
    (layered(LAYER | {"biases": {"array": "b1"}}),  "layer 1, biases", "no `file`",
        "a .csv, .npy, .npz or .safetensors file, by its path from the scenario's folder", ""),
    (small(data={"file": "a.csv", "inputs": ["x"]}), "data", "no `targets`",
        "the columns or arrays that are the targets, by name", ""),
    (small(data={"file": "a.csv", "inputs": 3, "targets": "y"}), "data, inputs", "3", "a list of names", ""),
    (small(data={"x": [1, 2], "y": 1}),             "data", "a mapping with x and y",
        "a list of samples, each with x and y, or a mapping with file, inputs and targets", ""),
]
# fmt: on


@pytest.mark.parametrize(("document", "path", "found", "expected", "remedy"), WRONG)
def test_a_wrong_value_is_told_once(
    document: dict[str, Any], path: str, found: str, expected: str, remedy: str
) -> None:
    """One wrong value gives one problem: its path, what was found, what was expected, and what to do."""
    assert problems_of(document) == [(path, found, expected, remedy)]


def test_no_word_of_the_validator_is_heard() -> None:
    """No problem speaks of the validator's types or of its address."""
    for document, *_ in WRONG:
        for problem in problems_of(document):
            assert not {"pydantic", "Input should be", "instance", "Extra inputs"} & set(" ".join(problem).split())
