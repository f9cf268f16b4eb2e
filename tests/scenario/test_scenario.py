"""The value that the layers above read."""

from __future__ import annotations

import dataclasses

import pytest

from backtrace.scenario import read_document, read_text
from tests.scenario.documents import LECTURE, small


def test_depth_and_units_count_layers_and_neurons() -> None:
    """The depth counts layers of weights; the units begin with the inputs."""
    found = read_text(LECTURE, "f")
    assert (found.depth, found.units) == (2, (2, 2, 1))


def test_units_follow_the_orientation() -> None:
    """In row orientation the columns of a matrix are its neurons."""
    network = {"orientation": "row", "layers": [{"weights": [[1, 2, 3], [4, 5, 6]], "biases": 0}]}
    assert read_document(small(network=network, data=[{"x": [1, 2], "y": [1, 2, 3]}]), "f").units == (2, 3)


def test_a_scenario_cannot_be_changed() -> None:
    """A scenario is a value: a changed one is a new one."""
    found = read_text(LECTURE, "f")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.epochs = 2  # type: ignore[misc]
    assert found.with_(epochs=2).epochs == 2
    assert found.epochs == 1
