"""Sizes that do not fit one another."""

from __future__ import annotations

from typing import Any

import pytest

from backtrace.scenario import read_document
from tests.scenario.documents import layered, problems_of, small


def _layer(weights: Any, **more: Any) -> dict[str, Any]:
    return {"weights": weights, "biases": 0, **more}


def _data(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"x": x, "y": y} for x, y in pairs]


W23, W32, W12, W21 = [[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4], [5, 6]], [[1, 2]], [[1], [2]]
SWAP = "in column orientation a row belongs to a receiving neuron: swap rows and columns"
SMAX = [[1, 2], [3, 4]]

# fmt: off
MISFITS: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    (layered(_layer([[1, 2], [3], [4, 5]]), data=_data(([1, 2], [1, 2, 3]))),
        [("layer 1, weights, row 2", "1 number", "2, as in the other rows", "")]),
    (layered(_layer(SMAX, units=3), data=_data(([1, 2], [1, 2]))),
        [("layer 1, units", "3 units", "2: the weights have 2 rows", "`units` may be left out")]),
    (layered(_layer(SMAX, biases=[1, 2, 3]), data=_data(([1, 2], [1, 2]))),
        [("layer 1, biases", "3 numbers", "2, one for each row of the weights", "")]),
    (layered(_layer(SMAX), _layer([[1, 2, 3]])),
        [("layer 2, weights", "3 columns", "2, one for each neuron of layer 1", "")]),
    (layered(_layer(SMAX), _layer(W23), _layer(W21), data=_data(([1, 2], [1, 1]))),
        [("layer 2, weights", "3 columns", "2, one for each neuron of layer 1", SWAP),
         ("layer 3, weights", "1 column", "2, one for each neuron of layer 2", SWAP)]),
    (small(data=_data(([1, 2, 3], 1))),
        [("sample 1, x", "3 numbers", "2, one for each column of layer 1's weights", "")]),
    (small(data=_data(([1, 2, 3], 1), ([4, 5, 6], 1))),
        [("sample 1, x", "3 numbers, as in every sample", "2, one for each column of layer 1's weights", "")]),
    (small(data=_data(([1, 2], 1), ([4, 5, 6], 1), ([4, 5], [1, 2]))),
        [("sample 2, x", "3 numbers", "2, one for each column of layer 1's weights", ""),
         ("sample 3, y", "2 numbers", "1, one for each row of the last layer's weights", "")]),
    (layered(_layer([[1, 2], [3, 4], [5, 6]]), data=_data(([1, 2, 3], [1, 2, 3]))),
        [("sample 1, x", "3 numbers", "2, one for each column of layer 1's weights", SWAP)]),
    (layered(_layer(W23), _layer(W32), data=_data(([1, 2], [1, 2]))),
        [("layer 1, weights", "matrices that fit with one row per sending neuron",
          "one row per receiving neuron (column orientation)",
          "say `orientation: row` under `network`, or swap rows and columns")]),
    (layered(_layer([[0] * 10_001]), data=_data(([0] * 10_001, 1))),
        [("layer 1, weights", "1×10,001 weights", "at most 10,000 neurons in a layer", "")]),
]
# fmt: on


@pytest.mark.parametrize(("document", "problems"), MISFITS)
def test_a_misfit_is_told_with_both_sizes(document: dict[str, Any], problems: list[tuple[str, str, str, str]]) -> None:
    """Sound parts that do not fit each other give exactly these problems."""
    assert problems_of(document) == problems


def test_row_orientation_counts_columns() -> None:
    """In row orientation a column belongs to a receiving neuron, and the messages say so."""
    network = {"orientation": "row", "layers": [_layer(W21, biases=[1, 2])]}
    assert problems_of(small(network=network)) == [
        ("layer 1, biases", "2 numbers", "1, one for each column of the weights", "")
    ]
    fitting = read_document(small(network={"orientation": "row", "layers": [_layer(W21)]}), "f")
    assert fitting.units == (2, 1)


def test_transposed_in_row_orientation_proposes_column() -> None:
    """Matrices written for column orientation are recognised in row orientation."""
    document = small(network={"orientation": "row", "layers": [_layer(W12)]})
    ((_, _, _, remedy),) = problems_of(document)
    assert remedy == "say `orientation: column` under `network`, or swap rows and columns"


def test_too_many_parameters_are_refused() -> None:
    """A network of more than two million weights is refused."""
    rows = [[0] * 2000] * 1001
    ((_, found, expected, _),) = problems_of(layered(_layer(rows), data=_data(([0] * 2000, [0] * 1001))))
    assert (found, expected) == ("2,002,000 weights", "at most 2,000,000 in total")
