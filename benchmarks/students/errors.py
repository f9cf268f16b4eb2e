"""Mistakes with the derivative of the loss, and with the slopes."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from students.exercise import Array, Exercise
from students.mistaken import Mistaken, sloped_layers, uses_difference
from students.student import SLOPES, Student


class DifferenceReversed(Mistaken):
    """The difference taken as y − ŷ in the derivative of the loss."""

    named = "difference reversed"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if uses_difference(e) else []

    def difference(self, y: Array, a: Array) -> Array:
        return y - a


class TargetForgotten(Mistaken):
    """The prediction in place of its difference to the target."""

    named = "target forgotten"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if uses_difference(e) else []

    def difference(self, y: Array, a: Array) -> Array:
        return a


class _Factor(Mistaken):
    """A number in front of the derivative of the loss, or of the loss: the option says of which, and the number."""

    def slope_factor(self) -> float:
        return super().slope_factor() * (self.option[1] if self.option[0] == "slope" else 1)

    def loss_factor(self) -> float:
        return super().loss_factor() * (self.option[1] if self.option[0] == "loss" else 1)


class FactorTwo(_Factor):
    """A 2 or ½ lost or added, in the derivative or in the loss."""

    named = "factor 2 or ½"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        by = {"mse": 0.5, "sse": 0.5}.get(e.loss, 2.0)
        return [("slope", by), ("loss", 0.5 if e.loss in ("mse", "sse") else 2.0)]

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        return [(where, by) for where in ("slope", "loss") for by in (2.0, 0.5)]


class FactorCount(_Factor):
    """The number of outputs lost or added, in the derivative or in the loss."""

    named = "factor 1/N or N"
    wants: ClassVar = {"outputs": (2,)}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        by = e.outputs if e.loss in ("mse", "bce") else 1 / e.outputs
        return [("slope", by), ("loss", by)]

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        return [(where, by) for where in ("slope", "loss") for by in (e.outputs, 1 / e.outputs)]


class OtherLoss(Mistaken):
    """The derivative of squared error for cross-entropy, and so on."""

    named = "derivative of another loss"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [] if e.has_short_form and e.is_short else cls.meant(e)

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        factors = {"mse": 2 / e.outputs, "sse": 2.0, "half_sse": 1.0}
        if e.activations[-1] == "sigmoid":
            factors["bce"] = 1 / e.outputs
        return [(name, factor) for name, factor in factors.items() if name != e.loss]

    @property
    def is_short(self) -> bool:
        return False

    def loss_slope(self, y: Array, a: Array) -> Array:
        name, factor = self.option
        return self.slope_of_loss(name, y, a) * float(factor)


class SlopeLeftOut(Mistaken):
    """The error without the slope."""

    named = "activation derivative left out"
    wants: ClassVar = {"activation": ("sigmoid", "tanh")}
    options = classmethod(lambda cls, e: sloped_layers(e))

    def through(self, layer: int, by_a: Array, slope: Array) -> Array:
        return by_a if layer in self.option else super().through(layer, by_a, slope)

    def slope(self, layer: int, z: Array, a: Array, by_a: Array) -> Array:
        return np.ones_like(a) if layer in self.option else super().slope(layer, z, a, by_a)


class SlopeTwice(Mistaken):
    """The slope multiplied twice."""

    named = "activation derivative twice"
    wants: ClassVar = {"activation": ("sigmoid", "tanh")}
    options = classmethod(lambda cls, e: sloped_layers(e))

    def through(self, layer: int, by_a: Array, slope: Array) -> Array:
        return by_a * slope * slope if layer in self.option else super().through(layer, by_a, slope)


class SlopeOfAnother(Mistaken):
    """The slope of sigmoid for tanh, and so on."""

    named = "derivative of another activation"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [(other, place) for place in sloped_layers(e) for other in SLOPES]

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        return [*cls.options(e), *(("identity", place) for place in sloped_layers(e))]

    def slope(self, layer: int, z: Array, a: Array, by_a: Array) -> Array:
        if layer in self.option[1]:
            return np.asarray(SLOPES.get(self.option[0], np.ones_like)(a))
        return super().slope(layer, z, a, by_a)


class SlopeAtZ(Mistaken):
    """The slope worked at z, as z(1 − z)."""

    named = "activation derivative at the wrong number"
    wants: ClassVar = {"activation": ("sigmoid", "tanh")}
    options = classmethod(lambda cls, e: sloped_layers(e))

    def slope(self, layer: int, z: Array, a: Array, by_a: Array) -> Array:
        return super().slope(layer, z, z if layer in self.option else a, by_a)


class SlopeAtError(Mistaken):
    """The slope worked at the error e, as e(1 − e)."""

    named = "activation derivative at the wrong number"
    wants: ClassVar = {"activation": ("sigmoid", "tanh")}
    options = classmethod(lambda cls, e: sloped_layers(e))

    def slope(self, layer: int, z: Array, a: Array, by_a: Array) -> Array:
        return super().slope(layer, z, by_a if layer in self.option else a, by_a)


class OnlyDiagonal(Mistaken):
    """The slope of softmax taken as ŷ(1 − ŷ), without its matrix."""

    named = "only the diagonal of softmax"
    wants: ClassVar = {"loss": ("cross_entropy",), "is_short": False}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [None] if e.loss == "cross_entropy" and not e.is_short else []

    def jacobian(self, a: Array) -> Array:
        return np.stack([np.diag(each * (1 - each)) for each in a])


class SoftmaxTwice(Mistaken):
    """The short form ŷ − y multiplied by the slope of softmax, its matrix or the diagonal."""

    named = "softmax derivative twice"
    wants: ClassVar = {"loss": ("cross_entropy",), "is_short": True}

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return cls.meant(e) if e.is_short else []

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        return ["matrix", "diagonal"] if e.loss == "cross_entropy" else []

    @property
    def is_short(self) -> bool:
        return True

    def short_error(self, y: Array, a: Array) -> Array:
        error = super().short_error(y, a)
        return self.through_softmax(self.jacobian(a), error) if self.option == "matrix" else error * a * (1 - a)


class SignLost(Mistaken):
    """A line with the other sign."""

    named = "sign lost"
    is_simulated = False

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        return [line.id for line in Student(e).work() if line.update == 1]

    def slip(self, name: str, value: Array) -> Array:
        return -value if name == self.option else value
