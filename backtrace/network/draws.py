"""Random numbers that are the same, to the last bit, on every machine.

The bits are those of PCG64, whose stream numpy promises to keep. What is made of them uses +, −, ·, / and √ alone,
which every machine rounds alike; a library's logarithm is not one of them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

_LN_2 = 0.6931471805599453
_TERMS = 12


class Draws:
    """A stream of random numbers of its own for each seed and key."""

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key))

    def uniform(self, count: int) -> Numbers:
        """So many numbers from 0 up to but not including 1, each a multiple of 2⁻⁵³."""
        bits: Any = self._bits.random_raw(count)
        numbers: Numbers = (bits >> np.uint64(11)) * 2.0**-53
        return numbers

    def normal(self, count: int) -> Numbers:
        """So many numbers of the standard normal distribution, by the polar method: Marsaglia & Bray 1964."""
        made = np.empty(0)
        while made.size < count:
            pairs = 2 * self.uniform(2 * count + 16).reshape(-1, 2) - 1
            radius = pairs[:, 0] * pairs[:, 0] + pairs[:, 1] * pairs[:, 1]
            inside = (radius > 0) & (radius < 1)
            s = radius[inside]
            made = np.concatenate([made, (pairs[inside] * np.sqrt(-2 * natural_logarithm(s) / s)[:, None]).ravel()])
        return made[:count]


def natural_logarithm(x: Numbers) -> Numbers:
    """The logarithm of positive numbers: that of the power of two, and a series for what is left of the number.

    ln x = e ln 2 + 2 artanh f for x = m 2ᵉ with m from √½ to √2 and f = (m − 1)/(m + 1).
    """
    m, e = np.frexp(x)
    low = m < math.sqrt(0.5)
    m, e = np.where(low, 2 * m, m), e - low
    f = (m - 1) / (m + 1)
    square, series = f * f, np.zeros_like(f)
    for power in range(2 * _TERMS - 1, 0, -2):
        series = series * square + 1 / power
    logarithm: Numbers = e * _LN_2 + 2 * f * series
    return logarithm
