"""What is said where one value is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.scenario.documents import layered, problems_of, small

VECTOR = "a list of numbers, or one number"
BIASES = "a list of numbers, one number for all, or `none`"
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
        "title, description, source, links, notes, network, loss, data, training, notation or display",
        "did you mean 'title'?"),
    (small(network=[]),                             "network", "an empty list",
        "a mapping, `key: value` on each line", ""),
    (layered(),                                     "layers", "an empty list", "at least one entry", ""),
    (layered(LAYER | {"units": 1_000_000}),         "layer 1, units", "1000000", "at most 10,000", ""),
    (layered(LAYER | {"units": True}),              "layer 1, units", "true", "a whole number", ""),
    (layered(LAYER | {"activation": "sigmod"}),     "layer 1, activation", "the unknown activation 'sigmod'",
        "identity, sigmoid, tanh, relu or softmax", "did you mean 'sigmoid'?"),
    (layered(LAYER | {"activation": 3}),            "layer 1, activation", "3", "text", "put it in quotes"),
    (layered(LAYER | {"weights": 3}), "layer 1, weights", "3", "a list of rows, each a list of numbers", ""),
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
        "one number for each neuron, one number for all, or none", "write `biases: none` for a layer without biases"),
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
        "mse, sse, half_sse, bce or cross_entropy", "did you mean 'mse'?"),
    (small(loss=3),                                 "loss", "3",
        "the name of a loss, or a mapping with name, outputs and batch", ""),
    (small(loss={"batch": "sum"}),                  "loss", "no `name`", "the loss of one output", ""),
    (small(loss={"name": "mse", "batch": "summ"}),  "loss, batch", "the text 'summ'", "mean or sum",
        "did you mean 'sum'?"),
    (small(data=[]),                                "data", "an empty list", "at least one entry", ""),
    (small(data=[{"x": [1, 2]}]),                   "sample 1", "no `y`",
        "the target: one number for each output of the network", ""),
    (small(data=[{"x": None, "y": 1}]), "sample 1, x", "nothing", VECTOR, "write a value, or leave the key out"),
    (small(data=[{"x": [1, "b"], "y": 1}]),         "sample 1, x, number 2", "the text 'b'", "a number", ""),
    (small(training={}),                            "training", "no `learning_rate`",
        "what the gradient is multiplied with", ""),
    (small(training={"learning_rate": -0.5}),       "training, learning_rate", "-0.5", "at least 0", ""),
    (small(training=RATE | {"optimizer": "adm"}),   "training, optimizer", "the unknown optimizer 'adm'", "sgd", ""),
    (small(training=RATE | {"epochs": 0}),          "training, epochs", "0", "at least 1", ""),
    (small(training=RATE | {"epochs": 10**10}),     "training, epochs", "10000000000", "at most 1,000,000,000", ""),
    (small(training=RATE | {"batch_size": "al"}),   "training, batch_size", "the text 'al'",
        "a whole number from 1, or `all`", "did you mean 'all'?"),
    (small(training=RATE | {"batch_size": 0}),      "training, batch_size", "0", "at least 1", ""),
    (small(notation="lectur"),                      "notation", "the unknown notation 'lectur'", "lecture or layered",
        "did you mean 'lecture'?"),
    (small(display={"decimals": 13}),               "display, decimals", "13", "at most 12", ""),
    (small(seed=3),                                 "seed", "the unknown key 'seed'",
        "title, description, source, links, notes, network, loss, data, training, notation or display", ""),
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
