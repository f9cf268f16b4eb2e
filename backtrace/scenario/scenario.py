"""What a user asks for, as an immutable value: a network with its numbers, samples, training and display."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from backtrace.network.losses import Reduction

Floats = NDArray[np.float64]
Orientation = Literal["column", "row"]


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of neurons and the weights that lead into it.

    `weights` has shape (m, n) in column orientation and (n, m) in row orientation, for n neurons before and
    m neurons in this layer; `biases` has shape (m,) and is None for a layer without biases.
    """

    activation: str
    weights: Floats
    biases: Floats | None
    train_weights: bool = True
    train_biases: bool = True


@dataclass(frozen=True, eq=False)
class Scenario:
    """A network, its samples and how it is trained; every array is read-only.

    `x` has shape (N, n) and `y` shape (N, k) for N samples. `document` is the scenario as its file would say
    it, with every default written out.
    """

    layers: tuple[Layer, ...]
    x: Floats
    y: Floats
    loss: str
    loss_outputs: Reduction
    loss_batch: Reduction
    optimizer: str
    learning_rate: float
    epochs: int
    batch_size: int
    orientation: Orientation
    notation: str
    decimals: int
    title: str = ""
    description: str = ""
    source: str = ""
    links: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def depth(self) -> int:
        """The number of layers of weights, K."""
        return len(self.layers)

    @property
    def units(self) -> tuple[int, ...]:
        """The number of neurons in each layer, the input first."""
        across = 0 if self.orientation == "column" else 1
        return (self.x.shape[1], *(layer.weights.shape[across] for layer in self.layers))

    def with_(self, **changes: Any) -> Scenario:
        """The scenario with the given keywords of `backtrace.scenario.scenario` changed, and checked anew.

        A keyword replaces the whole value of its key: `with_(loss="sse")` also returns to the default reductions.
        Raises InputError with every problem, unknown keywords included.
        """
        from backtrace.scenario.arguments import changed  # noqa: PLC0415 (it builds scenarios)

        return changed(self, changes)
