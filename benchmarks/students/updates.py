"""Mistakes in the update, and with what is left of the one before."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from students.exercise import Array, Exercise
from students.mistaken import Mistaken

ADAM: dict[str, Any] = {"optimizer": "adam", "updates": 2}


class SignOfUpdate(Mistaken):
    """The step added."""

    named = "sign of the update"

    def moved(self, old: Array, step: Array) -> Array:
        return old + step


class RateForgotten(Mistaken):
    """The gradient subtracted whole."""

    named = "learning rate forgotten"

    def rate(self) -> float:
        return 1.0


class RateTwice(Mistaken):
    """The learning rate squared."""

    named = "learning rate applied twice"

    def rate(self) -> float:
        return self.exercise.eta**2


class BiasNotUpdated(Mistaken):
    """The old bias for the new one."""

    named = "not updated"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [tuple(f"b{i}" for i in range(1, e.depth + 1)), ("b1",), (f"b{e.depth}",)]

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        names = [f"{letter}{i}" for letter in "Wb" for i in range(1, e.depth + 1)]
        return [*cls.options(e), *((name,) for name in names), names, names[: e.depth]]

    def new_value(self, name: str, old: Array, gradient: Array) -> Array:
        return old if name in self.option else super().new_value(name, old, gradient)


class PreviousUpdate(Mistaken):
    """The weights, biases or activations of the update before."""

    named = "value of the previous update"
    wants: ClassVar = {"updates": 2}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        if e.updates < 2:  # noqa: PLR2004
            return []
        layers = range(1, e.depth + 1)
        return [(of, layer) for of in ("W", "b", "back", "a") for layer in layers if of in ("W", "b") or layer > 1]

    def _old(self, name: str) -> Array:
        """A parameter as it was at the start of the update before."""
        layer, start = int(name[1:]), self.update - 2
        given = self.exercise.weights if name[0] == "W" else self.exercise.biases
        return self.read(f"{name}_next", start) if start > 0 else given[layer - 1]

    def _is(self, of: str, layer: int) -> bool:
        return self.update > 1 and self.option == (of, layer)

    def weights(self, layer: int) -> Array:
        return self._old(f"W{layer}") if self._is("W", layer) else super().weights(layer)

    def bias(self, layer: int) -> Array:
        return self._old(f"b{layer}") if self._is("b", layer) else super().bias(layer)

    def weights_back(self, layer: int, new: dict[str, Array]) -> Array:
        return self._old(f"W{layer}") if self._is("back", layer) else super().weights_back(layer, new)

    def weight_gradient(self, layer: int, delta: Array) -> Array:
        if self._is("a", layer):
            return np.einsum("si,sj->sij", delta, self.read(f"a{layer - 1}", self.update - 1))  # type: ignore[no-any-return]
        return super().weight_gradient(layer, delta)


class NoCorrection(Mistaken):
    """The means m and v as they are, written down again or not."""

    named = "no bias correction"
    wants: ClassVar = ADAM

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return ["written", "unwritten"] if e.optimizer == "adam" else []

    def corrected(self, name: str, mean: Array, beta: float) -> Array:
        return self.write(name, mean) if self.option == "written" else mean


class CountOffByOne(Mistaken):
    """The number of the update as t + 1, or as t − 1 from the second on."""

    named = "update counted wrongly"
    wants: ClassVar = ADAM

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [1, -1] if e.optimizer == "adam" else []

    def count(self) -> int:
        return max(1, self.update + int(self.option))


class PowerForgotten(Mistaken):
    """The correction taken as 1 − β."""

    named = "power of β forgotten"
    wants: ClassVar = ADAM

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if e.optimizer == "adam" else []

    def count(self) -> int:
        return 1


class CorrectionMultiplied(Mistaken):
    """The correction multiplied."""

    named = "correction multiplied"
    wants: ClassVar = ADAM
    options = PowerForgotten.options

    def correct(self, mean: Array, beta: float) -> Array:
        return mean * (1 - beta ** self.count())


class BetasExchanged(Mistaken):
    """The decay rates exchanged in all formulas."""

    named = "β₁ and β₂ exchanged"
    wants: ClassVar = ADAM
    options = PowerForgotten.options

    def betas(self) -> tuple[float, float]:
        return self.exercise.beta2, self.exercise.beta1


class EpsilonInside(Mistaken):
    """The divisor √(v + ε)."""

    named = "ε inside the root"
    wants: ClassVar = ADAM
    options = PowerForgotten.options

    def root(self, v_hat: Array) -> Array:
        out: Array = np.sqrt(v_hat + self.exercise.epsilon)
        return out


class MomentumForgotten(Mistaken):
    """The velocity without its factor, or left out."""

    named = "momentum forgotten"
    wants: ClassVar = {"optimizer": "momentum", "updates": 2}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return ["factor", "velocity"] if e.optimizer == "momentum" else []

    def velocity(self, old: Array, gradient: Array) -> Array:
        return gradient + (old if self.option == "factor" else 0)
