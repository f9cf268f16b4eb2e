"""Slips: a number in one entry of one line that is not right."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from students.exercise import Array, Exercise, Line, as_text
from students.mistaken import Mistaken
from students.student import Student


class _Slip(Mistaken):
    """A slip in one entry of one line: the option is the line's id and the entry's place, and what else there is."""

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        lines = Student(e).work()
        return [
            (line.id, line.update, place, variant)
            for line, values in lines.items()
            if not line.id.startswith(("slope", "dL_da", "step"))
            for place in np.ndindex(*values.shape)
            for variant in cls.variants(float(values[place]))
        ]

    @classmethod
    def variants(cls, value: float) -> Iterator[Any]:
        """The variants of the slip for a number."""
        raise NotImplementedError

    def changed(self, value: float, variant: Any) -> float:
        """What is written for the number."""
        raise NotImplementedError

    def slip(self, name: str, value: Array) -> Array:
        wrong_in, update, place, variant = self.option
        if name != wrong_in or self.update != update:
            return value
        value = np.array(value, dtype=np.float64)
        value[place] = self.changed(float(value[place]), variant)
        return value


class DigitsExchanged(_Slip):
    """Two neighbouring digits of a number exchanged."""

    named = "digits exchanged"

    @classmethod
    def variants(cls, value: float) -> Iterator[Any]:
        digits = f"{abs(value):.2e}".replace(".", "")[:3]
        yield from (place for place, (a, b) in enumerate(pairwise(digits)) if a != b and not (place == 0 and b == "0"))

    def changed(self, value: float, variant: Any) -> float:
        text = as_text(value)
        start = next((i for i, char in enumerate(text) if char in "123456789"), 0)
        places = [i for i, char in enumerate(text) if i >= start and char.isdigit()][variant : variant + 2]
        if len(places) < 2 or "e" in text[: places[1]]:  # noqa: PLR2004
            return value
        chars = list(text)
        chars[places[0]], chars[places[1]] = chars[places[1]], chars[places[0]]
        return float("".join(chars))


class PointShifted(_Slip):
    """The decimal point of a number moved by one place."""

    named = "decimal point shifted"

    @classmethod
    def variants(cls, value: float) -> Iterator[Any]:
        yield from (10, 0.1) if value else ()

    def changed(self, value: float, variant: Any) -> float:
        return value * float(variant)


class ProductSlip(Mistaken):
    """One product of a weighted sum wrong: a digit, the point, or its factors added."""

    named = "arithmetic slip"

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        how = ["added", 10, 0.1, *((place, by) for place in (0, 1) for by in (1, 3, 7))]
        return [
            (layer, i, j, each)
            for layer in range(1, e.depth + 1)
            for i in range(e.sizes[layer])
            for j in range(e.sizes[layer - 1])
            for each in how
        ]

    def weighted(self, layer: int, a: Array) -> Array:
        out = super().weighted(layer, a)
        at, i, j, how = self.option
        if layer == at and self.update == 1:
            w, x = self.weights(layer)[i, j], a[:, j]
            out[:, i] += [self._wrong(w, each, how) - w * each for each in x]
        return out

    def _wrong(self, w: float, x: float, how: Any) -> float:
        if how == "added":
            return w + x
        if not isinstance(how, tuple):
            return float(w * x * how)
        text = as_text(w * x)
        place, by = how
        digits = [i for i, char in enumerate(text) if char.isdigit()]
        start = next((n for n, i in enumerate(digits) if text[i] != "0"), None)
        if start is None or start + place >= len(digits):
            return float(w * x)
        at = digits[start + place]
        return float(f"{text[:at]}{(int(text[at]) + by) % 10}{text[at + 1 :]}")


class NumberMisread(ProductSlip):
    """A weight, an input or a bias with a digit or its sign wrong."""

    named = "number misread"
    is_simulated = False

    @classmethod
    def options(cls, e: Exercise) -> list[Any]:
        how = ["sign", "exchanged", *((place, by) for place in (-1, -2, -3) for by in range(1, 10))]
        return [
            (layer, i, j, (which, each))
            for layer in range(1, e.depth + 1)
            for i in range(e.sizes[layer])
            for j in range(e.sizes[layer - 1])
            for which in ("w", "x", "b")
            for each in how
        ]

    def _wrong(self, w: float, x: float, how: Any) -> float:
        which, change = how
        layer, i, _, _ = self.option
        if which == "b":
            b = float(self.bias(layer)[i])
            return w * x + _misread(b, change) - b
        return _misread(w, change) * x if which == "w" else w * _misread(x, change)


def _misread(value: float, change: Any) -> float:
    """The number with its sign, one of its digits, or two of them wrong."""
    if change == "sign":
        return -value
    text = repr(float(value))
    places = [i for i, char in enumerate(text) if char.isdigit()]
    if change == "exchanged":
        first, second = places[-2:]
        return float(text[:first] + text[second] + text[first + 1 : second] + text[first] + text[second + 1 :])
    place, by = change
    if "e" in text or len(places) < -place:
        return value
    at = places[place]
    return float(f"{text[:at]}{(int(text[at]) + by) % 10}{text[at + 1 :]}")


class LastDigit(_Slip):
    """Off by up to five units of the last place."""

    named = "last digit wrong"
    is_simulated = False

    @classmethod
    def variants(cls, value: float) -> Iterator[Any]:
        yield from (by for by in range(-5, 6) if by)

    def changed(self, value: float, variant: Any) -> float:
        unit = 10.0 ** (np.floor(np.log10(abs(value))) - 2) if value else 0.0
        return value + float(variant) * unit


SLIPS = (DigitsExchanged, PointShifted, ProductSlip, NumberMisread, LastDigit)
"""Mistakes with numbers."""


def place_of(mistake: type[Mistaken], option: Any) -> tuple[Line, int]:
    """The line that a slip is made in, and the neuron, or the first index of the entry."""
    if issubclass(mistake, ProductSlip):
        return Line(f"z{option[0]}", 1), option[1]
    name, update, place, _ = option
    return Line(name, update), place[-1]
