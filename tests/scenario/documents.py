"""Documents to start from, and how a test asks what is wrong with one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from backtrace.errors import InputError, Problem
from backtrace.scenario import read_document, read_text

LECTURE = """\
network:
  layers:
    - units: 2
      activation: sigmoid
      weights: [[0.2, 0.4], [0.6, 0.8]]
      biases: [0.1, 0.2]
    - activation: sigmoid
      weights: [[0.3, 0.5]]
      biases: 0.4
loss: mse
data:
  - {x: [0.5, 0.8], y: [0]}
training: {optimizer: sgd, learning_rate: 0.7, epochs: 1, batch_size: 1}
"""

SMALL: dict[str, Any] = {
    "network": {"layers": [{"weights": [[1.0, 2.0]], "biases": [0.0]}]},
    "data": [{"x": [1.0, 2.0], "y": [1.0]}],
    "training": {"learning_rate": 0.5},
}


def small(**changes: Any) -> dict[str, Any]:
    """The small document with some of its top keys replaced."""
    return copy.deepcopy(SMALL) | changes


def layered(*layers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The small document with other layers."""
    return small(**{"network": {"layers": list(layers)}, **changes})


def problems_of_text(text: str | bytes) -> tuple[Problem, ...]:
    """What is wrong with a text."""
    with pytest.raises(InputError) as caught:
        read_text(text, "f.yaml")
    return caught.value.problems


def problems_of(document: Any) -> list[tuple[str, str, str, str]]:
    """What is wrong with a document: path, found, expected and remedy of each problem."""
    with pytest.raises(InputError) as caught:
        read_document(document, "f.json")
    return [(p.path, p.found, p.expected, p.remedy) for p in caught.value.problems]
