"""What only the whole document shows."""

from __future__ import annotations

from typing import Any

import pytest

from backtrace.network.activations import ACTIVATIONS
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import read_document
from backtrace.scenario.flaws import listed
from tests.scenario.documents import layered, problems_of, small


def _layer(weights: Any, **more: Any) -> dict[str, Any]:
    return {"weights": weights, "biases": 0, **more}


def _data(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"x": x, "y": y} for x, y in pairs]


HIDDEN = listed((row.name for row in ACTIVATIONS.values() if row.elementwise), "or")
OTHERS = listed((profile.name for profile in PROFILES.values() if profile.layers in (None, 1)), "or")
W32, W12, SMAX = [[1, 2], [3, 4], [5, 6]], [[1, 2]], [[1, 2], [3, 4]]

# fmt: off
MISFITS: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    (layered(_layer(W32, activation="softmax"), _layer([[1, 2, 3]]), data=_data(([1, 2], 1))),
        [("layer 1, activation", "softmax in a hidden layer", HIDDEN,
          "softmax belongs in the output layer")]),
    (small(loss={"name": "sse", "outputs": "mean"}),
        [("loss, outputs", "`outputs: mean` for sse", "no `outputs`: sse is always the sum over its outputs",
          "remove it; mae, huber, bce and bce_logits can choose")]),
    (small(loss="bce", data=_data(([1, 2], 1.5), ([1, 2], [-1]))),
        [("sample 1, y", "the target 1.5", "a number from 0 to 1, as bce asks for", ""),
         ("sample 2, y, number 1", "the target -1", "a number from 0 to 1, as bce asks for", "")]),
    (layered(_layer(SMAX, activation="softmax"), loss="cross_entropy",
             data=_data(([1, 2], [1, 0]), ([1, 2], [0.5, 0.4]), ([1, 2], [2, -1]))),
        [("sample 2, y", "targets that sum to 0.9", "probabilities that sum to 1, as cross_entropy asks for",
          "for independent outputs there is the loss bce"),
         ("sample 3, y, number 1", "the target 2", "a number from 0 to 1, as cross_entropy asks for", ""),
         ("sample 3, y, number 2", "the target -1", "a number from 0 to 1, as cross_entropy asks for", "")]),
    (small(loss="cross_entropy", data=_data(([1, 2], 0))),
        [("sample 1, y", "targets that sum to 0", "probabilities that sum to 1, as cross_entropy asks for",
          "for a single output there is the loss bce")]),
    (small(training={"learning_rate": 1, "batch_size": 2}),
        [("training, batch_size", "2", "at most 1, the number of samples",
          "write `all` for all samples in one batch")]),
    (small(notation="lecture"),
        [("notation", "the notation lecture, which spells 2 layers", f"one for 1 layer: {OTHERS}", "")]),
]
# fmt: on


@pytest.mark.parametrize(("document", "problems"), MISFITS)
def test_a_misfit_is_told(document: dict[str, Any], problems: list[tuple[str, str, str, str]]) -> None:
    """Parts that do not go together give exactly these problems."""
    assert problems_of(document) == problems


def test_sound_parts_are_checked_beside_broken_ones() -> None:
    """A misfit is found although another part of the document is broken."""
    document = layered(_layer(SMAX, activation="sigmod"), _layer([[1, 2, 3]]), data=_data(([1, 2], "a")))
    assert [path for path, *_ in problems_of(document)] == ["layer 1, activation", "sample 1, y", "layer 2, weights"]


def test_what_a_broken_part_would_decide_is_not_guessed() -> None:
    """Where a matrix is broken, no misfit with it is claimed."""
    document = layered(_layer("W"), _layer([[1, 2, 3]]))
    assert [path for path, *_ in problems_of(document)] == ["layer 1, weights"]


@pytest.mark.parametrize("activation", ["relu", "identity", "tanh"])
def test_the_range_of_an_activation_is_the_engines_matter(activation: str) -> None:
    """The loss bce after an activation that can leave 0 to 1 is read."""
    assert read_document(layered(_layer(W12, activation=activation), loss="bce"), "f").loss == "bce"


def test_everything_may_be_frozen() -> None:
    """A network without any trained parameter is read."""
    layer = read_document(layered(_layer(W12, train={"weights": False, "biases": False})), "f").layers[0]
    assert (layer.train_weights, layer.train_biases) == (False, False)
