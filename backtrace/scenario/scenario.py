"""What a user asks for, as an immutable value: a network with its numbers, samples, training and display."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from backtrace.network.losses import Reduction
from backtrace.network.parameters import Value
from backtrace.notation.profile import Profile

Floats = NDArray[np.float64]
Orientation = Literal["column", "row"]


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of neurons and the weights that lead into it.

    `weights` has shape (m, n) in column orientation and (n, m) in row orientation, for n neurons before and
    m neurons in this layer; `biases` has shape (m,) and is None for a layer without biases. `parameters` are those of
    the activation.
    """

    activation: str
    weights: Floats
    biases: Floats | None
    train_weights: bool = True
    train_biases: bool = True
    parameters: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Rates:
    """How the learning rate changes: a schedule with its parameters, or the rates one by one in `values`.

    It changes with every update or with every epoch, as `per` says; the last of the values stays.
    """

    name: str
    parameters: Mapping[str, Value]
    values: tuple[float, ...]
    per: Literal["update", "epoch"]


@dataclass(frozen=True)
class Keep:
    """Which updates a trace keeps: the first, every so many, and the last; only the last where `every` is 0.

    Without `per_sample_gradients` the gradients of a batch are worked in one line, and those of its samples not at all.
    """

    every: int = 1
    per_sample_gradients: bool = True

    @property
    def all(self) -> bool:
        """Whether every update is kept."""
        return self.every == 1

    def keeps(self, update: int) -> bool:
        """Whether the update, counted from 1, is kept even if it is not the last."""
        return self.every > 0 and (update == 1 or update % self.every == 0)


@dataclass(frozen=True)
class Places:
    """How far a number is rounded: to so many decimals, or to so many significant digits."""

    decimals: int | None = None
    significant: int | None = None


@dataclass(frozen=True)
class Rounding:
    """How the result of every told line is rounded before it is used again; a phase may have places of its own.

    `mode` is `half-even`, `half-up` or `truncate`. Without places in general, only the phases that have some are
    rounded.
    """

    general: Places | None
    mode: str = "half-even"
    by_phase: Mapping[str, Places] = field(default_factory=dict)

    def places(self, phase: str) -> Places | None:
        """How far the lines of a phase are rounded; None where they are not."""
        return self.by_phase.get(phase, self.general)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A network, its samples and how it is trained; every array is read-only.

    `x` has shape (N, n) and `y` shape (N, k) for N samples. `learning_rate` is that of the first update; `rates` is
    None where it stays. `order` holds explicit batches as places in the data from 0, and is empty where `batch_size`
    says it; `until` is the mean loss of an epoch that ends the training, None where `epochs` alone does. `document` is
    the scenario as its file would say it, with every default written out.
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
    notation: Profile
    decimals: int
    loss_parameters: Mapping[str, Value] = field(default_factory=dict)
    optimizer_parameters: Mapping[str, Value] = field(default_factory=dict)
    rates: Rates | None = None
    l2: float = 0.0
    order: tuple[tuple[int, ...], ...] = ()
    shuffle: bool = False
    until: float | None = None
    keep: Keep = Keep()
    rounding: Rounding | None = None
    arithmetic: Literal["float", "exact"] = "float"
    seed: int | None = None
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
    def is_batched(self) -> bool:
        """Whether updates work on several samples: then there is a loss of the batch, for a short batch too."""
        return max(map(len, self.order), default=self.batch_size) > 1

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
