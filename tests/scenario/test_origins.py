"""Where numbers come from, when a scenario is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtrace.scenario import Scenario, load
from backtrace.scenario.origins import drawn_anew, forget

TEXT = """\
seed: 7
network:
  layers:
    - {units: 3, weights: {init: he_normal}, biases: {init: uniform}}
    - {weights: {file: w.csv}, biases: {init: zeros}}
data: {file: d.csv, inputs: [x1, x2], targets: y}
training: {learning_rate: 0.5}
"""


@pytest.fixture
def original(tmp_path: Path) -> Scenario:
    (tmp_path / "w.csv").write_text("1,2,3\n")
    (tmp_path / "d.csv").write_text("x1,x2,y\n1,2,0\n3,4,1\n")
    (tmp_path / "s.yaml").write_text(TEXT)
    found = load(tmp_path / "s.yaml")
    for name in ("w.csv", "d.csv", "s.yaml"):
        (tmp_path / name).unlink()
    return found


def weights(found: Scenario) -> list[Any]:
    return found.layers[0].weights.tolist()


def test_changing_nothing_changes_nothing(original: Scenario) -> None:
    """`with_` without a change gives the same document, origins included, and no file is read again."""
    assert original.with_().document == original.document
    assert original.with_(learning_rate=1).document["origins"] == original.document["origins"]


def test_another_seed_draws_anew(original: Scenario) -> None:
    """Another seed gives other numbers, the first seed the first ones; numbers out of files stay."""
    other = original.with_(seed=8)
    assert weights(other) != weights(original)
    assert other.layers[1].weights.tolist() == [[1, 2, 3]]
    assert other.with_(seed=7).document == original.document


def test_another_number_of_neurons_draws_anew(original: Scenario) -> None:
    """More units get more rows of weights."""
    other = original.with_(units=[5, None], weights=[{"init": "he_normal"}, np.ones((1, 5))], biases=None)
    assert other.units == (2, 5, 1)
    assert weights(other)[:3] == weights(original)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"epochs": 3}, ["W1", "b1", "W2", "b2", "data"]),
        ({"weights": [np.ones((3, 2)), np.ones((1, 3))]}, ["b1", "b2", "data"]),
        ({"biases": None}, ["W1", "W2", "data"]),
        ({"x": [1, 2], "y": 1}, ["W1", "b1", "W2", "b2"]),
        ({"seed": 1}, ["W1", "b1", "W2", "b2", "data"]),
    ],
)
def test_what_is_replaced_has_no_origin(original: Scenario, change: dict[str, Any], left: list[str]) -> None:
    """Numbers that are given in place of others are not said to come from where those came from."""
    assert list(original.with_(**change).document["origins"]) == left


def test_numbers_are_drawn_anew_only_where_a_draw_depends_on_the_change(original: Scenario) -> None:
    """Numbers that were replaced by hand in a document survive a change of the display or the training."""
    document: Any = drawn_anew(original.document, [])
    document["network"]["layers"][0]["weights"][0][0] = 0.5
    assert drawn_anew(document, [("training", "epochs"), ("display",)]) == document
    anew = drawn_anew(document, [("seed",)])
    assert anew["network"]["layers"][0]["weights"] == {"init": "he_normal"}
    assert anew["network"]["layers"][1]["weights"] == [[1, 2, 3]]
    assert list(anew["origins"]) == ["W2", "data"]


@pytest.mark.parametrize(
    ("path", "left"),
    [
        (("network", "layers", 0, "weights", 1, 0), ["b1", "W2", "b2", "data"]),
        (("network", "layers", 0), ["W2", "b2", "data"]),
        (("network",), ["data"]),
        (("network", "orientation"), ["W1", "b1", "W2", "b2", "data"]),
        (("data", 1, "x"), ["W1", "b1", "W2", "b2"]),
    ],
)
def test_a_path_takes_the_origins_with_it(original: Scenario, path: tuple[Any, ...], left: list[str]) -> None:
    """Origins of what stands at, around or within the path are dropped."""
    document: Any = drawn_anew(original.document, [])
    forget(document, path)
    assert list(document["origins"]) == left
