"""The scenario that a document makes, with every default worked out."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.scenario import read_document, read_text
from tests.scenario.documents import LECTURE, layered, small


def test_the_lecture_is_read_to_the_last_number() -> None:
    """The lecture's example comes out as arrays with its numbers, and with its settings."""
    found = read_text(LECTURE, "f")
    assert found.units == (2, 2, 1)
    assert [layer.activation for layer in found.layers] == ["sigmoid", "sigmoid"]
    np.testing.assert_array_equal(found.layers[0].weights, [[0.2, 0.4], [0.6, 0.8]])
    assert found.layers[1].biases is not None
    assert found.layers[1].biases.tolist() == [0.4]
    assert (found.x.tolist(), found.y.tolist()) == ([[0.5, 0.8]], [[0.0]])
    assert (found.learning_rate, found.epochs, found.batch_size, found.loss) == (0.7, 1, 1, "mse")


def test_defaults_are_worked_out() -> None:
    """What a document leaves out is the documented default."""
    found = read_document(small(), "f")
    assert (found.loss, found.loss_outputs, found.loss_batch) == ("mse", "mean", "mean")
    assert (found.optimizer, found.epochs, found.batch_size) == ("sgd", 1, 1)
    assert (found.orientation, found.notation.name, found.decimals) == ("column", "layered", 3)
    assert (found.layers[0].activation, found.title, found.links) == ("identity", "", ())


def test_the_notation_follows_from_the_depth() -> None:
    """One hidden layer is spelt as in the lecture, other depths by layer."""
    assert read_text(LECTURE, "f").notation.name == "lecture"
    assert read_document(small(), "f").notation.name == "layered"


def test_arrays_cannot_be_changed() -> None:
    """Every array of a scenario is in double precision and read-only."""
    found = read_text(LECTURE, "f")
    for array in (found.x, found.y, found.layers[0].weights, found.layers[0].biases):
        assert array is not None
        assert array.dtype == np.float64
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_biases_may_be_one_number_or_none() -> None:
    """One number is the bias of every neuron; `none` leaves the biases out."""
    weights = [[1, 2], [3, 4]]
    data = [{"x": [1, 2], "y": [1, 2]}]
    one = read_document(layered({"weights": weights, "biases": 0.5}, data=data), "f")
    none = read_document(layered({"weights": weights, "biases": "none"}, data=data), "f")
    assert one.layers[0].biases is not None
    assert one.layers[0].biases.tolist() == [0.5, 0.5]
    assert none.layers[0].biases is None
    assert none.document["network"]["layers"][0]["biases"] == "none"


def test_all_is_the_number_of_samples() -> None:
    """batch_size `all` is the number of samples, and stays `all` in the document."""
    samples = [{"x": [1, 2], "y": 1}] * 3
    found = read_document(small(data=samples, training={"learning_rate": 1, "batch_size": "all"}), "f")
    assert found.batch_size == 3
    assert found.document["training"]["batch_size"] == "all"


def test_the_document_is_written_out() -> None:
    """The document holds every key with its value, also those that were left out."""
    assert read_document(small(loss="bce"), "f").document == {
        "title": "",
        "description": "",
        "source": "",
        "links": [],
        "notes": {},
        "network": {
            "orientation": "column",
            "layers": [
                {
                    "units": 1,
                    "activation": "identity",
                    "weights": [[1.0, 2.0]],
                    "biases": [0.0],
                    "train": {"weights": True, "biases": True},
                }
            ],
        },
        "loss": {"name": "bce", "outputs": "mean", "batch": "mean"},
        "l2": 0.0,
        "data": [{"x": [1.0, 2.0], "y": [1.0]}],
        "training": {"optimizer": "sgd", "learning_rate": 0.5, "epochs": 1, "batch_size": 1, "shuffle": False},
        "arithmetic": "float",
        "keep": {"updates": "all", "per_sample_gradients": True},
        "notation": "layered",
        "display": {"decimals": 3},
    }
