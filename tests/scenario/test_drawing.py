"""Weights and biases drawn from a distribution."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import run
from backtrace.network.draws import Draws
from backtrace.network.initialisers import INITIALISERS
from backtrace.scenario import Scenario, load, path_of, read_document, read_text, scenario
from tests.scenario.documents import layered, problems_of, small

DRAWN: dict[str, Any] = {
    "seed": 7,
    "network": {
        "layers": [
            {"units": 3, "weights": {"init": "he_normal"}, "biases": {"init": "uniform", "low": -1}},
            {"units": 2, "weights": {"init": "xavier_uniform"}, "biases": {"init": "zeros"}},
        ]
    },
    "data": [{"x": [1, 2], "y": [0, 1]}],
    "training": {"learning_rate": 0.5},
}


def changed(*way: str | int, to: Any) -> dict[str, Any]:
    """The drawn document with one value replaced."""
    document = copy.deepcopy(DRAWN)
    holder: Any = document
    for part in way[:-1]:
        holder = holder[part]
    holder[way[-1]] = to
    return document


def numbers(found: Scenario) -> list[list[float]]:
    return [
        array.ravel().tolist() for layer in found.layers for array in (layer.weights, layer.biases) if array is not None
    ]


W1, B1, W2, B2 = numbers(read_document(DRAWN, "f"))


def test_the_numbers_are_these() -> None:
    """A seed stands for these very numbers, on every machine and in every version."""
    assert W1 == [
        2.611770004869892,
        0.189509925380431,
        0.5716777349719889,
        -0.6712280994980611,
        -1.5700710243347211,
        0.8357128606154693,
    ]
    assert B2 == [0, 0]


def test_another_process_draws_the_same() -> None:
    """Numbers do not depend on what was drawn before, nor on the hash seed."""
    program = (
        "import json, sys; from backtrace.scenario import read_text; "
        "print(json.dumps(read_text(sys.argv[1], 'f').document))"
    )
    for hash_seed in ("0", "1"):
        ran = subprocess.run(
            [sys.executable, "-c", program, json.dumps(DRAWN)], capture_output=True, text=True, check=True,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        assert json.loads(ran.stdout) == read_document(DRAWN, "f").document


def test_every_parameter_has_a_stream_of_its_own() -> None:
    """Weights and biases of each layer follow from the seed, the layer and their kind alone."""
    init = INITIALISERS["he_normal"]
    assert init.numbers(Draws(7, 1, 0), 6, 2, 3, {}).tolist() == W1
    assert INITIALISERS["uniform"].numbers(Draws(7, 1, 1), 3, 2, 3, {"low": -1}).tolist() == B1
    assert INITIALISERS["xavier_uniform"].numbers(Draws(7, 2, 0), 6, 3, 2, {}).tolist() == W2


@pytest.mark.parametrize(
    ("way", "to", "same"),
    [
        (("seed",), 8, [B2]),
        (("network", "layers", 0, "weights"), {"init": "normal", "std": 2}, [B1, W2, B2]),
        (("network", "layers", 0, "weights"), [[1, 2], [3, 4], [5, 6]], [B1, W2, B2]),
        (("network", "layers", 0, "biases"), "none", [W1, W2, B2]),
        (("network", "layers", 1, "units"), 5, [W1, B1]),
    ],
)
def test_a_change_in_one_place_leaves_the_others(way: tuple[Any, ...], to: Any, same: list[list[float]]) -> None:
    """What is drawn elsewhere stays the same number for number; another seed changes all that is random."""
    document = changed(*way, to=to)
    if way[-1] == "units":
        document["data"] = [{"x": [1, 2], "y": [0] * to}]
    found = numbers(read_document(document, "f"))
    assert [each for each in (W1, B1, W2, B2) if each in found] == same


def test_row_orientation_transposes() -> None:
    """The same seed gives the same network in either orientation, its matrices laid out as each asks for."""
    found = read_document(changed("network", "orientation", to="row"), "f")
    np.testing.assert_array_equal(found.layers[0].weights, np.reshape(W1, (3, 2)).T)
    assert found.units == (2, 3, 2)


def test_the_document_holds_the_numbers_and_where_they_come_from() -> None:
    """Numbers are written out, and beside them the distribution with its defaults: enough to run again, or anew."""
    document = read_document(DRAWN, "f").document
    assert document["network"]["layers"][0]["biases"] == B1
    assert document["seed"] == 7
    assert document["origins"] == {
        "W1": {"init": "he_normal"},
        "b1": {"init": "uniform", "low": -1.0, "high": 1.0},
        "W2": {"init": "xavier_uniform"},
        "b2": {"init": "zeros"},
    }
    assert read_text(json.dumps(document), "f").document == document


def test_numbers_that_are_written_out_are_not_drawn() -> None:
    """A document with numbers keeps them, whatever its origins say."""
    document = copy.deepcopy(dict(read_document(DRAWN, "f").document))
    document["network"]["layers"][0]["weights"][0][0] = 0.125
    assert read_document(document, "f").layers[0].weights[0, 0] == 0.125


def test_constants_need_no_seed() -> None:
    """What is not random is filled in without a seed."""
    layer = {"units": 1, "weights": {"init": "constant", "value": 0.5}, "biases": {"init": "zeros"}}
    found = read_document(layered(layer), "f")
    assert (found.layers[0].weights.tolist(), found.seed) == ([[0.5, 0.5]], None)


INIT = {"units": 1, "weights": {"init": "uniform"}, "biases": 0}
UNITS = ("layer 1", "no `units`", "the number of neurons, as the weights are not written in rows", "")

# fmt: off
WRONG: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    (layered(INIT),
        [("", "no `seed`", "a whole number: layer 1, weights are drawn",
          "write `seed: 1` at the top of the document")]),
    (layered({"weights": {"init": "zeros"}, "biases": 0}), [UNITS]),
    (layered(INIT | {"weights": {"init": "uniform", "low": 2}}, seed=1),
        [("layer 1, weights, low", "2 as `low`, 1 as `high`", "`low` below `high`", "")]),
    (layered(INIT | {"weights": {"init": "normal", "mean": "a", "sd": 1}}, seed=1),
        [("layer 1, weights, mean", "the text 'a'", "a number", ""),
         ("layer 1, weights, sd", "the unknown key 'sd' for normal", "mean or std", "did you mean 'std'?")]),
    (layered(INIT | {"weights": {"init": "normal", "std": -1}}, seed=1),
        [("layer 1, weights, std", "-1", "a number from 0", "")]),
    (layered(INIT | {"weights": {"init": "constant"}}),
        [("layer 1, weights", "no `value` for constant", "the number", "")]),
    (layered(INIT | {"weights": {"init": "uniform", "low": -1.7e308, "high": 1.7e308}}, seed=1),
        [("layer 1, weights", "numbers that leave the range of double precision", "a narrower distribution", "")]),
    (layered(INIT | {"biases": [1, 2]}, seed=1),
        [("layer 1, biases", "2 numbers", "1, the layer's `units`", "")]),
    (layered(INIT | {"units": 3}, {"weights": [[1, 2]], "biases": 0}, seed=1),
        [("layer 2, weights", "2 columns", "3, one for each neuron of layer 1", "")]),
    (layered(INIT, seed=1, data=[{"x": [1, 2], "y": 1}, {"x": [1], "y": [1, 2]}]),
        [("sample 2, x", "1 number", "2, as in the first sample", ""),
         ("sample 2, y", "2 numbers", "1, the `units` of the last layer", "")]),
    (layered(INIT | {"units": 2000}, seed=1, data=[{"x": [0] * 1001, "y": [0] * 2000}]),
        [("network", "2,002,000 weights", "at most 2,000,000 in total", "")]),
    (layered(INIT, seed=1, data=[{"x": [0] * 10_001, "y": [0]}]),
        [("layer 1, weights", "1×10,001 weights", "at most 10,000 neurons in a layer", "")]),
    (small(origins={"W2": {"init": "zeros"}, "x": {"file": "a"}}),
        [("origins, W2", "the unknown id 'W2'", "W1, b1 or data", ""),
         ("origins, x", "the unknown id 'x'", "W1, b1 or data", "")]),
    (small(origins={"W1": {"file": "a", "inputs": "x", "targets": "y"}, "data": {"init": "zeros"}}),
        [("origins, W1", "a mapping with file, inputs and targets", "a mapping with init or file", ""),
         ("origins, data", "a mapping with init", "file, inputs and targets", "")]),
]
# fmt: on


@pytest.mark.parametrize(("document", "expected"), WRONG)
def test_what_cannot_be_drawn_is_told(document: dict[str, Any], expected: list[tuple[str, str, str, str]]) -> None:
    """Each draw that is not defined gives exactly these problems."""
    assert problems_of(document) == expected


def test_arrays_in_python_may_be_drawn() -> None:
    """In Python one distribution for all layers, or one for each, with the numbers of neurons."""
    given: dict[str, Any] = {"x": [1, 2], "y": [0, 1], "learning_rate": 0.5, "seed": 7, "units": [3, 2]}
    one = scenario(weights={"init": "he_normal"}, biases={"init": "zeros"}, **given)
    assert one.layers[0].weights.ravel().tolist() == W1
    assert one.layers[1].weights.shape == (2, 3)
    each = scenario(weights=[{"init": "he_normal"}, [[1, 2, 3], [4, 5, 6]]], **given | {"units": [3, None]})
    assert each.layers[0].weights.ravel().tolist() == W1
    assert each.layers[1].biases is None


def test_the_bundled_example_keeps_its_promise() -> None:
    """Hidden neurons that start alike stay alike to the last bit; drawn weights let the loss fall as it says."""
    same = load(path_of("symmetry"))
    trace = run(same)
    rows = trace.parameters["W1"]
    assert rows[0].tolist() == rows[1].tolist()
    assert round(float(trace.losses[-1]), 3) == 0.499
    weights = [{"init": "xavier_uniform"}, same.layers[1].weights]
    drawn = run(same.with_(seed=8, weights=weights, units=[2, None]))
    assert round(float(drawn.losses[-1]), 3) == 0.028
    assert same.description.endswith("the loss falls to 0.028 in place of 0.499.")
