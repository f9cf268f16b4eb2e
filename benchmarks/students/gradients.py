"""Mistakes on the way back: errors sent back, gradients, and what is put together of them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from students.exercise import Array, Exercise
from students.mistaken import Mistaken, square_layers

BATCH: dict[str, Any] = {"samples": 3}


class GradientTransposed(Mistaken):
    """The outer product transposed."""

    named = "transposed"
    options = classmethod(lambda cls, e: square_layers(e))

    def weight_gradient(self, layer: int, delta: Array) -> Array:
        gradient = super().weight_gradient(layer, delta)
        return gradient.transpose(0, 2, 1) if layer in self.option else gradient


class WrongQuantity(Mistaken):
    """The wrong error, the input for the activation, z for a."""

    named = "another quantity"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        layers = range(1, e.depth + 1)
        errors = [("error", i, j) for i in layers for j in layers if j > i and e.sizes[i] == e.sizes[j]]
        inputs = [("x", i) for i in layers if i > 1 and e.sizes[i - 1] == e.sizes[0]]
        return errors + inputs + [("z", i) for i in layers if i > 1]

    def weight_gradient(self, layer: int, delta: Array) -> Array:
        match self.option:
            case ("error", i, j) if i == layer:
                return super().weight_gradient(layer, self.error_of(j))
            case ("x", i) if i == layer:
                return np.einsum("si,sj->sij", delta, self.exercise.x)  # type: ignore[no-any-return]
            case ("z", i) if i == layer:
                return np.einsum("si,sj->sij", delta, self.read(f"z{layer - 1}"))  # type: ignore[no-any-return]
        return super().weight_gradient(layer, delta)


class WeightsUpdated(Mistaken):
    """The error sent back along new weights."""

    named = "weights already updated"

    def weights_back(self, layer: int, new: dict[str, Array]) -> Array:
        return new[f"W{layer}"]


class OnePath(Mistaken):
    """One path of a sum, the same for all or each neuron its own."""

    named = "only one path"
    wants: ClassVar = {"outputs": (2,)}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        places = [layer for layer in range(1, e.depth) if e.sizes[layer + 1] > 1]
        return [(layer, path) for layer in places for path in range(e.sizes[layer + 1])] + [
            (layer, "own") for layer in places if e.sizes[layer] == e.sizes[layer + 1]
        ]

    def sent_back(self, layer: int, new: dict[str, Array]) -> Array:
        if layer != self.option[0]:
            return super().sent_back(layer, new)
        delta, W = self.error_of(layer + 1), self.weights_back(layer + 1, new)
        if self.option[1] == "own":
            return np.asarray(delta * np.diag(W))
        path = int(self.option[1])
        return np.asarray(delta[:, path : path + 1] * W[path])


class NeuronsTogether(Mistaken):
    """One gradient, sum or mean, for all biases of a layer."""

    named = "gradients of the neurons put together"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        layers = range(1, e.depth + (e.activations[-1] != "softmax"))
        return [(how, layers) for how in ("sum", "mean")]

    def bias_gradient(self, layer: int, delta: Array) -> Array:
        how, layers = self.option
        if layer not in layers:
            return delta
        one = delta.sum(axis=1) if how == "sum" else delta.mean(axis=1)
        return np.repeat(one[:, None], delta.shape[1], axis=1)


class SamplesTogether(Mistaken):
    """Sum for mean or mean for sum over the samples."""

    named = "samples averaged wrongly"
    wants: ClassVar = BATCH

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return ["b", "Wb", "J"]

    def _other(self, values: Array) -> Array:
        out: Array = values.sum(axis=0) if self.exercise.batch == "mean" else values.mean(axis=0)
        return out

    def gathered(self, name: str, gradients: Array) -> Array:
        return self._other(gradients) if name[0] in self.option else super().gathered(name, gradients)

    def batch_loss(self, losses: Array) -> Array:
        return self._other(losses) if self.option == "J" else super().batch_loss(losses)
