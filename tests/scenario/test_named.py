"""Weights and biases by name."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import notation_of
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import Scenario, read_document
from backtrace.scenario.named import MOST_NAMES
from tests.scenario.documents import layered, problems_of, small

LECTURE: dict[str, Any] = {
    "network": {
        "layers": [
            {
                "units": 2,
                "weights": {"w11": 0.2, "w12": 0.6, "w21": 0.4, "w22": 0.8},
                "biases": {"b_h1": 0.1, "b_h2": 0.2},
            },
            {"units": 1, "weights": {"v11": 0.3, "v21": 0.5}, "biases": {"b_y": 0.4}},
        ]
    },
    "data": [{"x": [0.5, 0.8], "y": [0]}],
    "training": {"learning_rate": 0.7},
}


def test_the_lecture_may_be_written_by_name() -> None:
    """In the lecture's notation w₁₂ leads from input 1 to hidden neuron 2: row 2, column 1."""
    first, second = read_document(LECTURE, "f").layers
    np.testing.assert_array_equal(first.weights, [[0.2, 0.4], [0.6, 0.8]])
    np.testing.assert_array_equal(second.weights, [[0.3, 0.5]])
    assert first.biases is not None
    assert second.biases is not None
    assert (first.biases.tolist(), second.biases.tolist()) == ([0.1, 0.2], [0.4])


def test_the_document_holds_rows() -> None:
    """Names are written out as rows of numbers, so that another notation may be asked for."""
    document = read_document(LECTURE, "f").document
    assert document["network"]["layers"][0]["weights"] == [[0.2, 0.4], [0.6, 0.8]]
    assert "origins" not in document
    assert read_document(LECTURE, "f").with_(notation="layered").layers[0].weights[1, 0] == 0.6


@given(st.data())
def test_whatever_the_notation_names_give_the_matrix(data: st.DataObject) -> None:
    """Any shape, orientation and profile, each entry by any of its spellings, in any order: the numbers in rows."""
    units = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    orientation = data.draw(st.sampled_from(["column", "row"]))
    fitting = [profile.name for profile in PROFILES.values() if profile.layers in (None, len(units) - 1)]
    rows = _in_rows(units, orientation, data.draw(st.sampled_from(fitting)), data.draw(st.integers(0, 9999)))
    scenario = read_document(rows, "f")
    notation = notation_of(scenario, plan_of(scenario))
    named = rows | {"network": rows["network"] | {"layers": []}}
    for number, layer in enumerate(rows["network"]["layers"], 1):
        names: dict[str, dict[str, float]] = {}
        for kind, letter in (("weights", "W"), ("biases", "b")):
            values = np.array(layer[kind])
            entries = data.draw(st.permutations(indices(values.shape)))
            way = data.draw(st.sampled_from(["ascii", "text", "id"]))
            names[kind] = {
                _spelt(notation, f"{letter}{number}", index, way): values[tuple(i - 1 for i in index)].item()
                for index in entries
            }
        named["network"]["layers"].append({"units": units[number], **names})
    _assert_same(read_document(named, "f"), scenario)


def _in_rows(units: list[int], orientation: str, notation: str, seed: int) -> dict[str, Any]:
    rng = random.Random(seed)

    def row(size: int) -> list[float]:
        return [round(rng.uniform(-1, 1), 3) for _ in range(size)]

    layers = [
        {
            "weights": [row(n) for _ in range(m)] if orientation == "column" else [row(m) for _ in range(n)],
            "biases": row(m),
        }
        for n, m in pairwise(units)
    ]
    return small(
        network={"orientation": orientation, "layers": layers},
        notation=notation,
        data=[{"x": row(units[0]), "y": row(units[-1])}],
    )


def _spelt(notation: Any, name: str, index: tuple[int, ...], way: str) -> str:
    if way == "id":
        return f"{name}[{','.join(map(str, index))}]"
    return str(notation.spell(Var(name, (), index=index), way))


def _assert_same(found: Scenario, expected: Scenario) -> None:
    for one, other in zip(found.layers, expected.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
        np.testing.assert_array_equal(one.biases, other.biases)


@pytest.mark.parametrize("name", ["w21", "w₂₁", "W1[1,2]", "W1[1, 2]", "W[1,2]"])
def test_a_name_may_be_spelt_in_several_ways(name: str) -> None:
    """An id with its place, raised and lowered signs, and blanks within brackets are all understood."""
    names = {"w11": 1, name: 2, "w12": 3, "w22": 4}
    document = LECTURE | {"network": {"layers": [{"units": 2, "weights": names, "biases": "none"}, _SECOND]}}
    assert read_document(document, "f").layers[0].weights.tolist() == [[1, 2], [3, 4]]


_SECOND = {"weights": [[0.3, 0.5]], "biases": 0}
EXPECTED = "names of W1 such as w11, w21, w12 and w22"

# fmt: off
WRONG: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    ({"weights": {"w11": 1, "w12": 2, "w21": 3}},
        [("layer 1, weights", "no w22", "every entry of W1 by name", "")]),
    ({"weights": {"w11": 1}},
        [("layer 1, weights", "no w21, w12 and w22", "every entry of W1 by name", "")]),
    ({"weights": {"w11": 1, "w12": 2, "w21": 3, "w22": 4, "w₂₂": 5}},
        [("layer 1, weights, w₂₂", "'w₂₂', which 'w22' has named already", "each entry once",
          "remove one of the two")]),
    ({"weights": {"w11": 1, "w12": 2, "w21": 3, "w22": 4, "W1[1,2]": 5}},
        [("layer 1, weights, W1[1,2]", "'W1[1,2]', which 'w21' has named already", "each entry once",
          "remove one of the two")]),
    ({"weights": {"w11": 1, "w12": 2, "w21": 3, "w22": 4, "w23": 5}},
        [("layer 1, weights, w23", "the unknown name 'w23'", EXPECTED, "did you mean 'w22'?")]),
    ({"weights": {"w11": 1, "w12": 2, "w21": 3, "v11": 5}},
        [("layer 1, weights, v11", "the unknown name 'v11'", EXPECTED, "did you mean 'w11'?"),
         ("layer 1, weights", "no w22", "every entry of W1 by name", "")]),
    ({"weights": {"W1": 1, "w11": 1, "w12": 2, "w21": 3, "w22": 4}},
        [("layer 1, weights, W1", "the unknown name 'W1'", EXPECTED, "did you mean 'w21'?")]),
    ({"weights": {"w11": 1, "w12": 2, "w21": 3, "w22": 4}, "biases": {"b_h1": 1, "b_y": 2}},
        [("layer 1, biases, b_y", "the unknown name 'b_y'", "names of b1 such as b_h1 and b_h2", ""),
         ("layer 1, biases", "no b_h2", "every entry of b1 by name", "")]),
    ({"units": None, "weights": {"w11": 1}},
        [("layer 1", "no `units`", "the number of neurons, as the weights are not written in rows", "")]),
]
# fmt: on


@pytest.mark.parametrize(("first", "expected"), WRONG)
def test_wrong_names_are_told(first: dict[str, Any], expected: list[tuple[str, str, str, str]]) -> None:
    """Names that are missing, unknown or double give exactly these problems."""
    layer = {key: value for key, value in ({"units": 2, "biases": 0} | first).items() if value is not None}
    found = problems_of(LECTURE | {"network": {"layers": [layer, _SECOND]}})
    assert found == expected


def test_names_are_not_guessed_at_where_sizes_are_broken() -> None:
    """Where the number of inputs is not known, no name is called wrong."""
    document = LECTURE | {"data": [{"x": "a", "y": 0}]}
    assert [path for path, *_ in problems_of(document)] == ["sample 1, x"]


def test_very_many_names_are_refused() -> None:
    """A matrix of more entries than a person would name is to be written in rows."""
    layer = {"units": MOST_NAMES, "weights": {"w11": 1}, "biases": 0}
    found = problems_of(layered(layer, data=[{"x": [1, 2], "y": [0] * MOST_NAMES}]))
    assert [said for _, said, *_ in found] == ["8,192 entries by name"]
