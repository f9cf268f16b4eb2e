"""A student who makes a mistake, and what the mistakes ask of an exercise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from students.exercise import Exercise
from students.student import Student

SQUARED = ("mse", "sse", "half_sse")


class Mistaken(Student):
    """A student with a mistake."""

    named: ClassVar[str] = ""
    wants: ClassVar[Mapping[str, Any]] = {}
    is_simulated: ClassVar[bool] = True

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        """The variants of the mistake in the exercise."""
        return [None]

    @classmethod
    def meant(cls, e: Exercise) -> list[Any]:
        """What may be meant by whoever names the mistake: its variants, and those that are not simulated."""
        return cls.options(e)


def sloped_layers(e: Exercise) -> list[tuple[int, ...]]:
    """In all layers, in the hidden ones, in the last: of layers with a slope of their own."""
    last = e.activations[-1] != "softmax" and not (e.has_short_form and e.is_short)
    hidden = tuple(range(1, e.depth))
    return [hidden, *([(*hidden, e.depth), (e.depth,)] if last else [])]


def uses_difference(e: Exercise) -> bool:
    """Whether the error is worked from the difference of prediction and target."""
    return e.loss in SQUARED or (e.has_short_form and e.is_short)


def square_layers(e: Exercise, first: int = 1) -> list[tuple[int, ...]]:
    """Each layer, from the first named, that has as many neurons as inputs."""
    return [(layer,) for layer in range(first, e.depth + 1) if e.sizes[layer - 1] == e.sizes[layer]]
