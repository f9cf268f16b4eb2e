"""How operations work on single doubles, decimals and fractions where Python or numpy has no rule of its own.

`exp` saturates, so σ(−1000) is 0 under every evaluator alike; `ylogx` and `ydiv` take 0·ln 0 and 0/0 as 0, so that
terms with target 0 vanish.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from decimal import Decimal, getcontext
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtrace.errors import InexactError

Floats = NDArray[np.float64]


def sum_last(values: Any) -> Any:
    """The total over the last axis."""
    return np.add.reduce(values, axis=-1)


_TANH_IS_ONE = 40
_ERF_IS_ONE = 10
PI_DECIMAL = Decimal("3.14159265358979323846264338327950288419716939937511")
_LARGEST_EXPONENT = Decimal(math.log(sys.float_info.max))
_SMALLEST_EXPONENT = Decimal(math.log(math.ulp(0.0)))


def mean_entries(samples: NDArray[Any]) -> Any:
    """The mean of a batch, which for a single sample is the sample itself."""
    return np.add.reduce(samples, axis=0) / len(samples) if len(samples) > 1 else samples[0]


def saturating_exp(x: Floats) -> Floats:
    """e^x, infinite without a warning where it is too large."""
    with np.errstate(over="ignore"):
        return np.exp(x)


def exp_decimal(x: Decimal) -> Decimal:
    """Saturates where doubles do, so that a trace and its check agree."""
    if x > _LARGEST_EXPONENT:
        return Decimal("Infinity")
    return x.exp() if x >= _SMALLEST_EXPONENT else Decimal(0)


def power_exact(x: Fraction, n: Fraction) -> Fraction:
    """The whole power of a fraction; raises InexactError for a root."""
    if n.denominator != 1:
        raise InexactError("a root has no exact value in fractions")
    return x**n.numerator


def power_decimal(x: Decimal, n: Decimal) -> Decimal:
    """The power of a decimal, with 0⁰ = 1."""
    return x**n if n else Decimal(1)


def ylogx_floats(y: Floats, x: Floats) -> Floats:
    """y·ln x, with 0·ln 0 = 0."""
    vanishes = np.equal(y, 0) & np.equal(x, 0)
    return np.multiply(y, np.log(np.where(vanishes, 1.0, x)))


def ylogx_decimal(y: Decimal, x: Decimal) -> Decimal:
    """y·ln x, with 0·ln 0 = 0."""
    return y * x.ln() if x else Decimal(0) if y == 0 else y * Decimal("-Infinity")


def ydiv_floats(y: Floats, x: Floats) -> Floats:
    """y/x, with 0/x = 0 for every x."""
    return np.divide(y, np.where(np.equal(y, 0), 1.0, x))


def tanh_decimal(x: Decimal) -> Decimal:
    """The hyperbolic tangent; ±1 where no digit tells it from that."""
    if abs(x) > _TANH_IS_ONE:
        return Decimal(1).copy_sign(x)
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def erf_decimal(x: Decimal) -> Decimal:
    """The error function as e^(−x²) times a series whose terms are all positive, so that no digits cancel."""
    if abs(x) > _ERF_IS_ONE:
        return Decimal(1).copy_sign(x)
    term, total, n = x, x, 0
    while abs(term) > abs(total) * Decimal(10) ** -getcontext().prec:
        n += 1
        term *= 2 * x * x / (2 * n + 1)
        total += term
    return 2 * (-x * x).exp() * total / PI_DECIMAL.sqrt()


def cos_decimal(x: Decimal) -> Decimal:
    """The cosine by its series, after whole turns are taken off."""
    x = x % (2 * PI_DECIMAL)
    term = total = Decimal(1)
    n = 0
    while abs(term) > Decimal(10) ** -getcontext().prec:
        n += 2
        term *= -x * x / (n * (n - 1))
        total += term
    return total


@dataclass(frozen=True)
class Inexact:
    """The rule of an operation that has no exact value in fractions: it raises InexactError."""

    operation: str

    def __call__(self, *_: Any) -> Any:
        raise InexactError(f"{self.operation} has no exact value in fractions")


def diagonal(vector: NDArray[Any]) -> NDArray[Any]:
    """The matrix with the vector on its diagonal."""
    out = np.empty((len(vector),) * 2, dtype=object)
    out[...] = 0
    for i, entry in enumerate(vector):
        out[i, i] = entry
    return out


def nowhere(low: float, high: float) -> tuple[float, ...]:
    """No turn at all: the operation only rises, or only falls, with the operand."""
    return ()


def at_zero(low: float, high: float) -> tuple[float, ...]:
    """A turn, or no value, where the operand is 0."""
    return (0.0,) if low <= 0 <= high else ()


def where_unknown(low: float, high: float) -> tuple[float, ...]:
    """No value where the operand is not known: between two exponents a negative base has none."""
    return () if low == high else (math.nan,)


def at_quarter_turns(low: float, high: float) -> tuple[float, ...]:
    """Where sine or cosine turn; of more than a whole turn the first."""
    quarter = math.pi / 2
    first = math.ceil(low / quarter) if math.isfinite(low) else 0
    return tuple(n * quarter for n in range(first, first + 4) if n * quarter <= high)
