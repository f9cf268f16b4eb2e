"""Mistakes on the way to the loss."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from students.exercise import Array, Exercise
from students.mistaken import Mistaken, square_layers


class WeightsTransposed(Mistaken):
    """The weights transposed, on the way there or back."""

    named = "weights transposed"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [("there", place) for place in square_layers(e)] + [("back", place) for place in square_layers(e, 2)]

    def weights(self, layer: int) -> Array:
        W = super().weights(layer)
        return W.T if self.option[0] == "there" and layer in self.option[1] else W

    def weights_back(self, layer: int, new: dict[str, Array]) -> Array:
        W = super().weights_back(layer, new)
        return W.T if self.option[0] == "back" and layer in self.option[1] else W


class WeightsCrossed(Mistaken):
    """The weight of another connection."""

    named = "wrong connection"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        back = [("back", layer) for layer in range(2, e.depth + 1) if e.sizes[layer - 1] == 2 and e.sizes[layer] == 1]  # noqa: PLR2004
        return back + [("there", layer) for (layer,) in square_layers(e)]

    def weights(self, layer: int) -> Array:
        W = super().weights(layer)
        if self.option == ("there", layer):
            W = W.copy()
            W[0, 1] = W[1, 0]
        return W

    def weights_back(self, layer: int, new: dict[str, Array]) -> Array:
        W = super().weights_back(layer, new)
        return W[:, ::-1] if self.option == ("back", layer) else W


class BiasLeftOut(Mistaken):
    """The weighted sum without the bias."""

    named = "bias left out"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [tuple(range(1, e.depth + 1)), (1,), (e.depth,)]

    def bias(self, layer: int) -> Array:
        return super().bias(layer) * (layer not in self.option)


class BiasTwice(Mistaken):
    """The bias added once more."""

    named = "bias added twice"
    options = BiasLeftOut.options

    def bias(self, layer: int) -> Array:
        return super().bias(layer) * (1 + (layer in self.option))


class NoExponentials(Mistaken):
    """The pre-activations by their total."""

    named = "softmax without exponentials"
    wants: ClassVar = {"loss": ("cross_entropy",), "is_positive": True}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if e.loss == "cross_entropy" else []

    def softmax(self, z: Array) -> Array:
        out: Array = z / z.sum(axis=1, keepdims=True)
        return out


class LogOfTen(Mistaken):
    """The logarithm to base 10 in the loss."""

    named = "logarithm of base 10"
    wants: ClassVar = {"loss": ("bce", "cross_entropy")}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if e.loss in ("bce", "cross_entropy") else []

    def log(self, value: Array) -> Array:
        return np.log10(value)
