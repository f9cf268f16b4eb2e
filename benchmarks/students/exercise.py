"""An exercise as a textbook sets it: a network, numbers of two decimals, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
SIGNIFICANT = 3
RATES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0)
LOSSES = ("mse", "mse", "sse", "half_sse", "half_sse", "bce", "cross_entropy")
DEEP, ONES, AFTER, SHORT = 0.25, 0.4, 0.3, 0.5
"""How often there is a second hidden layer, targets are 0 and 1, a pass follows the update, the short form is used."""


class Line(NamedTuple):
    """One line of a sheet: a quantity by id, in an update."""

    id: str
    update: int


@dataclass(frozen=True, eq=False)
class Exercise:
    """A network with its parameters, by layer, and how it is trained: each update sees all samples."""

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activations: tuple[str, ...]
    loss: str
    x: Array
    y: Array
    eta: float
    batch: str = "mean"
    optimizer: str = "sgd"
    momentum: float = 0.9
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    updates: int = 1
    has_pass_after: bool = False
    is_short: bool = True

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.weights)

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.x)

    @property
    def outputs(self) -> int:
        """The number of outputs."""
        return int(self.y.shape[1])

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of inputs, and of the neurons of each layer."""
        return (int(self.x.shape[1]), *(len(W) for W in self.weights))

    @property
    def has_short_form(self) -> bool:
        """Whether the derivative of the loss by the last pre-activation is the prediction minus the target."""
        return (self.loss, self.activations[-1]) in {("bce", "sigmoid"), ("cross_entropy", "softmax")}

    def document(self) -> dict[str, Any]:
        """The exercise as a scenario."""
        layers = [
            {"activation": activation, "weights": W.tolist(), "biases": b.tolist()}
            for activation, W, b in zip(self.activations, self.weights, self.biases, strict=True)
        ]
        optimizer: Any = {"name": self.optimizer}
        if self.optimizer == "momentum":
            optimizer["momentum"] = self.momentum
        if self.optimizer == "adam":
            optimizer |= {"beta1": self.beta1, "beta2": self.beta2, "epsilon": self.epsilon}
        return {
            "network": {"layers": layers},
            "loss": {"name": self.loss, "batch": self.batch} if self.samples > 1 else self.loss,
            "data": [{"x": x.tolist(), "y": y.tolist()} for x, y in zip(self.x, self.y, strict=True)],
            "training": {
                "optimizer": optimizer, "learning_rate": self.eta, "epochs": self.updates, "batch_size": "all",
            },
        }  # fmt: skip


def as_text(value: float) -> str:
    """The number to three significant figures, as it is written by hand."""
    if value == 0:
        return "0"
    digits, _, power = f"{value:.{SIGNIFICANT - 1}e}".partition("e")
    exponent = int(power)
    if -5 < exponent < SIGNIFICANT:  # noqa: PLR2004 (smaller numbers are written with a power of ten)
        return f"{float(f'{digits}e{exponent}'):.{SIGNIFICANT - 1 - exponent}f}"
    return f"{digits}e{exponent}"


def exercise(rng: Generator, wants: Mapping[str, Any]) -> Exercise:
    """A random exercise, with numbers of two decimals, that is what a mistake wants it to be."""
    loss = str(rng.choice(wants.get("loss", LOSSES)))
    hidden = str(rng.choice(wants.get("activation", ("sigmoid", "sigmoid", "tanh", "relu"))))
    last = {"cross_entropy": "softmax", "bce": "sigmoid"}.get(loss) or str(rng.choice(("sigmoid", "sigmoid", "tanh")))
    outputs = int(rng.choice(wants.get("outputs", (1, 1, 2)))) if loss != "cross_entropy" else int(rng.choice((2, 3)))
    sizes = [int(rng.integers(2, 4)), int(rng.integers(2, 5)), outputs]
    if rng.random() < DEEP:
        sizes.insert(2, int(rng.integers(2, 4)))
    samples = wants.get("samples", 1)
    samples = int(rng.integers(2, samples + 1)) if samples > 1 else 1
    low = 0.05 if wants.get("is_positive") else -1.0
    return Exercise(
        weights=tuple(_nice(rng, (n, m), low, 1) for m, n in pairwise(sizes)),
        biases=tuple(_nice(rng, (n,), low, 1) for n in sizes[1:]),
        activations=(*[hidden] * (len(sizes) - 2), last),
        loss=loss,
        x=_nice(rng, (samples, sizes[0]), 0.05, 1),
        y=_targets(rng, loss, samples, outputs),
        eta=float(rng.choice(RATES)),
        batch=str(rng.choice(("mean", "mean", "sum"))),
        optimizer=wants.get("optimizer", "sgd"),
        momentum=float(rng.choice((0.5, 0.8, 0.9))),
        epsilon=float(rng.choice((1e-8, 1e-3, 0.1))),
        updates=int(rng.integers(wants.get("updates", 1), wants.get("updates", 1) + 2)) if "updates" in wants else 1,
        has_pass_after=bool(rng.random() < AFTER),
        is_short=bool(wants.get("is_short", rng.random() < SHORT)),
    )


def _nice(rng: Generator, shape: tuple[int, ...], low: float, high: float) -> Array:
    """Numbers of two decimals, none of them 0."""
    values = np.round(rng.uniform(low, high, shape), 2)
    values[values == 0] = 0.35
    return values


def _targets(rng: Generator, loss: str, samples: int, outputs: int) -> Array:
    if loss == "cross_entropy":
        out: Array = np.eye(outputs)[rng.integers(0, outputs, samples)]
        return out
    if loss == "bce" or rng.random() < ONES:
        return rng.integers(0, 2, (samples, outputs)).astype(float)
    return _nice(rng, (samples, outputs), 0.01, 0.99)
