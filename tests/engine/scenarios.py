"""Scenarios drawn at random for tests: the same seed gives the same scenario.

Whatever is not fixed is drawn: depth, widths, activations, loss and optimizer with their parameters, orientation,
batches, order, epochs, learning rates, penalty, layers without biases, frozen parameters. Half of the scenarios have
as many samples as one of their layers has neurons, where samples and neurons are mixed up most easily.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Loss
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Parameter
from backtrace.scenario import Scenario, scenario

Random = np.random.Generator
ELEMENTWISE = [row.name for row in ACTIVATIONS.values() if row.elementwise]
PROBABILITIES = ("sigmoid", "softmax")
"""The activations whose values lie between 0 and 1, whatever comes in."""


def fits(loss: Loss, activation: str) -> bool:
    """Whether the loss can stand on an output layer of that activation."""
    return loss.prediction != "pre-activation" or activation == "identity"


def random_scenario(
    seed: int, /, *, units: Sequence[int] = (), activation: Sequence[str] = (), loss: str = "", samples: int = 0,
    **settings: Any,
) -> Scenario:  # fmt: skip
    """The scenario of that seed, with what is given in place of what would be drawn.

    `activation` has one name for each layer; `settings` are keywords of `backtrace.scenario`.
    """
    random = np.random.default_rng(seed)
    units = units or random.integers(1, 7, len(activation) + 1 if activation else random.integers(2, 7)).tolist()
    depth = len(units) - 1
    losses = [row.name for row in LOSSES.values() if not activation or fits(row, activation[-1])]
    row = LOSSES[loss or str(random.choice(losses))]
    last = [name for name in ACTIVATIONS if fits(row, name)]
    activation = activation or [*map(str, random.choice(ELEMENTWISE, depth - 1)), str(random.choice(last))]
    samples = samples or int(random.choice(units) if random.random() < 0.5 else random.integers(1, 7))
    # A loss of probabilities asks for predictions between 0 and 1: small positive numbers keep them there.
    is_tame = row.prediction == "probability" and activation[-1] not in PROBABILITIES
    drawn: dict[str, Any] = {
        "orientation": str(random.choice(["column", "row"])),
        "activation": [_variant(random, ACTIVATIONS, name) for name in activation],
        "loss": {"name": row.name} | drawn_parameters(random, row.parameters) | reductions(random, row),
        "train": [{key: random.random() < 0.8 for key in ("weights", "biases")} for _ in range(depth)],
        "epochs": int(random.integers(1, 4)),
    }
    drawn |= _training(random, is_tame) | _batches(random, samples, settings)
    settings = drawn | settings
    weights, biases = _parameters(random, units, is_tame, activation[-1])
    return scenario(
        weights=[W.T for W in weights] if settings["orientation"] == "row" else weights,
        x=random.uniform(0.1 if is_tame else -1, 1, (samples, units[0])),
        y=_targets(random, row.targets, (samples, units[-1]), activation[-1]),
        **{"biases": biases} | settings,
    )


def _variant(random: Random, table: Mapping[str, Any], name: str) -> Any:
    """A row of a table with some of its parameters, by its name alone where it has none."""
    return {"name": name} | drawn_parameters(random, table[name].parameters) if table[name].parameters else name


def drawn_parameters(random: Random, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """About half of the parameters of a variant, each with a value that it may have."""
    found: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if random.random() < 0.5:
            continue
        if not parameter.is_number:
            found[name] = parameter.choices[random.integers(len(parameter.choices))]
        elif np.isfinite(parameter.range.below):
            found[name] = float(random.uniform(0.3, 0.95)) * parameter.range.below
        else:
            found[name] = float(parameter.default or 1) * float(random.uniform(0.3, 3))
    return found


def reductions(random: Random, row: Loss) -> dict[str, str]:
    """How outputs and samples are put together."""
    names = ("outputs", "batch") if row.outputs_free else ("batch",)
    return {name: str(random.choice(["mean", "sum"])) for name in names}


def _training(random: Random, is_tame: bool) -> dict[str, Any]:
    """Optimizer, learning rate, penalty, and when the training ends."""
    name = "sgd" if random.random() < 0.3 else str(random.choice(list(OPTIMIZERS)))
    rate = float(random.uniform(0.01, 0.5 if name == "sgd" else 0.05)) * (0.01 if is_tame else 1)
    drawn: dict[str, Any] = {
        "optimizer": _variant(random, OPTIMIZERS, name),
        "learning_rate": rates(random, rate) if random.random() < 0.4 else rate,
    }
    if random.random() < 0.25:
        drawn["l2"] = float(random.uniform(0.01, 0.3))
    if random.random() < 0.1:
        drawn["until"] = {"loss": float(random.uniform(0, 1))}
    return drawn


def rates(random: Random, first: float) -> dict[str, Any]:
    """A learning rate that changes."""
    schedules: list[dict[str, Any]] = [
        {"schedule": "step", "initial": first, "period": int(random.integers(1, 4)), "gamma": 0.5},
        {"schedule": "exponential", "initial": first, "gamma": float(random.uniform(0.5, 1))},
        {"schedule": "cosine", "initial": first, "period": int(random.integers(1, 9)), "eta_end": first / 10},
        {"schedule": "list", "values": [first / (n + 1) for n in range(random.integers(1, 5))]},
    ]
    return schedules[random.integers(len(schedules))] | {"per": str(random.choice(["update", "epoch"]))}


def _batches(random: Random, samples: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Batches by size, in order or shuffled, or by number; and whether samples have gradients of their own."""
    drawn: dict[str, Any] = {}
    if settings.keys().isdisjoint({"batch_size", "order", "shuffle"}):
        way = random.random()
        if way < 0.2:
            count = random.integers(1, 4)
            sizes = random.integers(1, samples + 1, count)
            drawn["order"] = [(random.permutation(samples)[:size] + 1).tolist() for size in sizes]
        else:
            drawn["batch_size"] = int(random.integers(1, samples + 1))
        if way > 0.8:
            drawn |= {"shuffle": True, "seed": int(random.integers(1000))}
    if random.random() < 0.2:
        drawn["keep"] = {"per_sample_gradients": False}
    return drawn


def _parameters(random: Random, units: Sequence[int], is_tame: bool, last: str) -> tuple[list[Any], list[Any]]:
    """Weights with a row for each receiving neuron, and biases, None for about a fourth of the layers.

    Tame ones keep every activation between 0 and 1: also softplus, which is ln 2 at 0.
    """
    weights, biases = [], list[Any]()
    for n, m in pairwise(units):
        if is_tame:
            weights.append(random.uniform(0.1, 0.4, (m, n)) / n)
            is_high = last == "softplus" and len(weights) == len(units) - 1
            biases.append(random.uniform(0.15, 0.3, m) - (2 if is_high else 0))
            continue
        weights.append(random.uniform(-1.5, 1.5, (m, n)) / n**0.5)
        biases.append(random.uniform(-1, 1, m) if random.random() < 0.75 else None)
    return weights, biases


def _targets(random: Random, kind: str, shape: tuple[int, int], activation: str) -> Any:
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


DRAWN = """\
seed: 7
network:
  layers:
    - {units: 2, weights: {init: he_normal}, biases: {init: normal}}
    - {units: 1, weights: {init: he_normal}, biases: 0}
data: [{x: [1, 2], y: 1}]
training: {learning_rate: 0.5}
"""
"""Weights and biases that are drawn, as text."""
