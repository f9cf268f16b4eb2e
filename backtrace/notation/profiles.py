"""The notation profiles: plain data, one row per quantity that a profile spells in its own way.

`{l}` in a superscript is the number of the layer. `K` stands for the last layer. A quantity without a row is
spelt by its id, and an error signal without a row as the derivative that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from backtrace.notation.symbols import Symbol


@dataclass(frozen=True)
class Profile:
    """How one source spells the quantities. `layers` is the depth that it can spell, None for any.

    `index_order` says what the two indices of a weight mean: `from-to` puts the sending neuron first, `row-column`
    is its place in the matrix, whichever way that is laid out.
    """

    name: str
    source: str
    symbols: Mapping[str, Symbol]
    index_order: Literal["from-to", "to-from", "row-column"]
    layers: int | None = None


_COMMON = {
    "x": Symbol("x"),
    "y": Symbol("y"),
    "L": Symbol("L"),
    "L_terms": Symbol("ℓ"),
    "J": Symbol("J"),
    "eta": Symbol("η"),
    "t": Symbol("t"),
    "promise": Symbol("promise"),
    "gain": Symbol("gain"),
    "step": Symbol("step"),
    "aK": Symbol("y", accent="hat"),
    "m": Symbol("m"),
    "m_hat": Symbol("m", accent="hat"),
    "v": Symbol("v"),
    "v_hat": Symbol("v", accent="hat"),
    "velocity": Symbol("q"),
    "sum_sq": Symbol("s"),
    "momentum": Symbol("μ"),
    "beta1": Symbol("β", below=(1,)),
    "beta2": Symbol("β", below=(2,)),
    "epsilon": Symbol("ε"),
    "decay": Symbol("ρ"),
    "weight_decay": Symbol("λ", above="w"),
    "l2": Symbol("λ"),
    "penalty": Symbol("Ω"),
    "objective": Symbol("J", accent="tilde"),
    "delta": Symbol("κ"),
    "alpha_a{l}": Symbol("α", above="({l})"),
    "slope_a{l}": Symbol("α", above="({l})"),
    "eta0": Symbol("η", below=(0,)),
    "eta_end": Symbol("η", above="end"),
    "gamma": Symbol("γ"),
    "period": Symbol("T"),
}

LECTURE = Profile(
    name="lecture",
    source="6. Multi-Layer Perceptron, section 'Numerical Simulation'",
    symbols=_COMMON
    | {
        "W1": Symbol("W"),
        "b1": Symbol("b", above="h"),
        "z1": Symbol("z", apart=True),
        "a1": Symbol("h"),
        "W2": Symbol("V"),
        "b2": Symbol("b", above="y"),
        "z2": Symbol("u"),
        "dL_dz1": Symbol("δ", above="h"),
        "dL_dz2": Symbol("δ", above="y"),
        "v": Symbol("r"),
        "v_hat": Symbol("r", accent="hat"),
    },
    index_order="from-to",
    layers=2,
)

LAYERED = Profile(
    name="layered",
    source="the layer's number in brackets as a superscript, as most lecture notes on deep networks write it",
    symbols=_COMMON
    | {
        "W{l}": Symbol("W", above="({l})"),
        "b{l}": Symbol("b", above="({l})"),
        "z{l}": Symbol("z", above="({l})"),
        "a{l}": Symbol("a", above="({l})"),
        "dL_dz{l}": Symbol("δ", above="({l})"),
    },
    index_order="row-column",
)

PROFILES: dict[str, Profile] = {profile.name: profile for profile in (LECTURE, LAYERED)}
