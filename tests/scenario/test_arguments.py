"""The door for Python: arrays and keywords in, a checked scenario out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.errors import InputError
from backtrace.scenario import load, names, path_of, read_text, scenario
from tests.scenario.documents import LECTURE

W, V = np.array([[0.2, 0.4], [0.6, 0.8]]), np.array([[0.3, 0.5]])
GIVEN: dict[str, Any] = {
    "weights": [W, V],
    "biases": [[0.1, 0.2], 0.4],
    "x": [0.5, 0.8],
    "y": [0],
    "activation": "sigmoid",
    "learning_rate": 0.7,
}


def test_arrays_make_the_same_scenario_as_the_file() -> None:
    """The lecture's example from arrays has the document of the lecture's example from YAML."""
    assert scenario(**GIVEN).document == read_text(LECTURE, "f").document


def test_several_samples_are_rows() -> None:
    """An x of shape (N, n) holds N samples; a flat y beside it holds one target each."""
    x = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    flat = scenario(**GIVEN | {"x": x, "y": np.array([0, 1, 1])})
    column = scenario(**GIVEN | {"x": x, "y": [[0], [1], [1]]})
    assert flat.document == column.document
    assert (flat.x.shape, flat.y.shape) == ((3, 2), (3, 1))


def test_numbers_alone_are_one_sample() -> None:
    """A network with one input takes a number for x and for y."""
    found = scenario(weights=[[[2]]], x=1, y=np.float64(3), learning_rate=0.1)
    assert (found.x.tolist(), found.y.tolist(), found.layers[0].biases) == ([[1.0]], [[3.0]], None)


def test_values_may_differ_by_layer() -> None:
    """activation, biases and train are taken by layer where they are lists."""
    found = scenario(
        **GIVEN | {"activation": ["tanh", "identity"], "biases": [None, [1]], "train": [False, {"biases": False}]}
    )
    assert [layer.activation for layer in found.layers] == ["tanh", "identity"]
    assert found.layers[0].biases is None
    assert [(layer.train_weights, layer.train_biases) for layer in found.layers] == [(False, False), (True, False)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"learning_rate": None}, "training: no `learning_rate`"),
        ({"lerning_rate": 1}, "the unknown argument 'lerning_rate'"),
        ({"weights": 3}, "biases: 2 for 1 layer"),
        ({"weights": [W, "V"]}, "layer 2, weights: the text 'V'"),
        ({"weights": [W, [[0.3, np.nan]]]}, "layer 2, weights, row 1, column 2: nan; expected a finite number"),
        ({"weights": [W, [[0.3, 1j]]]}, "a value of type complex; expected a number"),
        ({"activation": ["tanh"]}, "activation: 1 for 2 layers; expected one for each layer"),
        ({"activation": "sigmod"}, "did you mean 'sigmoid'?"),
        ({"x": [[1, 2], [3, 4]], "y": [[0]]}, "sample 2: no `y`"),
        ({"x": object()}, "sample 1, x: a value of type object"),
        ({"loss": "bce", "y": 2}, "sample 1, y: the target 2"),
        ({"orientation": "rows"}, "did you mean 'row'?"),
    ],
)
def test_wrong_arguments_are_told_as_in_a_file(changes: dict[str, Any], said: str) -> None:
    """Arguments go through the checks of a file: same error, path in words, no place."""
    with pytest.raises(InputError) as caught:
        scenario(**GIVEN | changes)
    assert said in str(caught.value)
    assert all(problem.place is None for problem in caught.value.problems)


@pytest.mark.parametrize("name", names())
def test_changing_nothing_gives_the_same_scenario(name: str) -> None:
    """`with_` without a change gives the same document."""
    original = load(path_of(name))
    assert original.with_().document == original.document


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 10},
        {"activation": "tanh"},
        {"loss": "sse"},
        {"loss": {"name": "bce", "outputs": "sum"}},
        {"x": [1.0, 2.0]},
        {"weights": [2 * W, 2 * V]},
        {"decimals": 5, "title": "x", "epochs": 3},
        {"train": False},
        {"notation": "layered"},
    ],
)
def test_a_change_gives_what_the_arguments_would(changes: dict[str, Any]) -> None:
    """A scenario with a change is the scenario of the changed arguments; the original stays as it was."""
    original = scenario(**GIVEN)
    before = original.document
    assert original.with_(**changes).document == scenario(**GIVEN | changes).document
    assert original.document == before == scenario(**GIVEN).document


def test_the_notation_follows_a_change_of_depth() -> None:
    """A notation that followed from the depth follows from the new depth; one that was chosen is checked."""
    original = scenario(**GIVEN)
    assert original.with_(weights=[V], biases=None, activation="sigmoid", train=True).notation.name == "layered"
    with pytest.raises(InputError, match="spells 2 layers"):
        original.with_(weights=[V], biases=None, activation="sigmoid", train=True, notation="lecture")


def test_all_stays_all() -> None:
    """A batch of all samples is still one of all samples when samples are added."""
    original = scenario(**GIVEN, batch_size="all")
    assert original.with_(x=[[1, 2], [3, 4]], y=[0, 1]).batch_size == 2


def test_an_unknown_change_offers_a_near_one() -> None:
    """A keyword that is no argument is refused, and the nearest one offered."""
    with pytest.raises(InputError, match="did you mean 'decimals'"):
        scenario(**GIVEN).with_(decimal=3)
