"""Scenarios drawn at random for tests: the same seed gives the same scenario.

Whatever is not fixed is drawn: depth, widths, activations, loss, orientation, batches, epochs, layers without
biases, frozen parameters. Half of the scenarios have as many samples as one of their layers has neurons, where
samples and neurons are mixed up most easily.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.scenario import Scenario, scenario

ELEMENTWISE = [row.name for row in ACTIVATIONS.values() if row.elementwise]
PROBABILITIES = ("sigmoid", "softmax")
"""The activations whose values lie between 0 and 1, whatever comes in."""


def random_scenario(
    seed: int, *, units: Sequence[int] = (), activation: Sequence[str] = (), loss: str = "", samples: int = 0,
    **settings: Any,
) -> Scenario:  # fmt: skip
    """The scenario of that seed, with what is given in place of what would be drawn.

    `activation` has one name for each layer; `settings` are keywords of `backtrace.scenario`.
    """
    random = np.random.default_rng(seed)
    units = units or random.integers(1, 7, len(activation) + 1 if activation else random.integers(2, 7)).tolist()
    depth = len(units) - 1
    activation = activation or [*random.choice(ELEMENTWISE, depth - 1), random.choice(list(ACTIVATIONS))]
    samples = samples or int(random.choice(units) if random.random() < 0.5 else random.integers(1, 7))
    row = LOSSES[loss or random.choice(list(LOSSES))]
    # A loss of probabilities asks for predictions between 0 and 1: small positive numbers keep them there.
    is_tame = row.targets != "any" and activation[-1] not in PROBABILITIES
    drawn: dict[str, Any] = {
        "orientation": str(random.choice(["column", "row"])),
        "loss": {"name": row.name, "batch": str(random.choice(["mean", "sum"]))},
        "train": [{key: random.random() < 0.8 for key in ("weights", "biases")} for _ in range(depth)],
        "learning_rate": 0.002 if is_tame else float(random.uniform(0.01, 0.5)),
        "epochs": int(random.integers(1, 4)),
        "batch_size": int(random.integers(1, samples + 1)),
    }
    if row.outputs_free:
        drawn["loss"]["outputs"] = str(random.choice(["mean", "sum"]))
    settings = drawn | settings
    weights, biases = _parameters(random, units, is_tame)
    return scenario(
        weights=[W.T for W in weights] if settings["orientation"] == "row" else weights,
        x=random.uniform(0.1 if is_tame else -1, 1, (samples, units[0])),
        y=_targets(random, row.targets, (samples, units[-1]), activation[-1]),
        **{"biases": biases, "activation": list(map(str, activation))} | settings,
    )


def _parameters(random: np.random.Generator, units: Sequence[int], is_tame: bool) -> tuple[list[Any], list[Any]]:
    """Weights with a row for each receiving neuron, and biases, None for about a fourth of the layers."""
    weights, biases = [], []
    for n, m in pairwise(units):
        weights.append(random.uniform(0.1, 0.9, (m, n)) / n if is_tame else random.uniform(-1.5, 1.5, (m, n)) / n**0.5)
        biases.append(random.uniform(0, 0.1, m) if is_tame else random.uniform(-1, 1, m))
        if random.random() < 0.25:
            biases[-1] = None
    return weights, biases


def _targets(random: np.random.Generator, kind: str, shape: tuple[int, int], activation: str) -> Any:
    """Targets of the kind that the loss is meant for, some of them exactly 0 or 1."""
    if kind == "any":
        return random.uniform(-1, 1, shape)
    if kind == "distribution":
        is_certain = random.random() < 0.5
        return np.eye(shape[1])[random.integers(0, shape[1], shape[0])] if is_certain else random.dirichlet(
            np.ones(shape[1]), shape[0])  # fmt: skip
    if activation == "softmax" and shape[1] == 1:
        return np.ones(shape)  # its prediction is 1: any other target has no finite loss
    return np.where(random.random(shape) < 0.5, random.integers(0, 2, shape), random.uniform(0, 1, shape))
