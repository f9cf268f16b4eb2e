"""The table of notation profiles, and the two that are chosen by depth."""

from __future__ import annotations

from backtrace.notation.profile import COMMON, Profile
from backtrace.notation.symbols import Symbol
from backtrace.notation.textbooks import BISHOP, GOODFELLOW, HAN_KAMBER, MAZUR, NG, NIELSEN

LECTURE = Profile(
    name="lecture",
    source="6. Multi-Layer Perceptron, section 'Numerical Simulation'",
    symbols={
        **COMMON,
        "W1": Symbol("W"),
        "b1": Symbol("b", above="h"),
        "z1": Symbol("z", apart=True),
        "a1": Symbol("h"),
        "aK": Symbol("y", accent="hat"),
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
    symbols={
        **COMMON,
        "W{l}": Symbol("W", above="({l})"),
        "b{l}": Symbol("b", above="({l})"),
        "z{l}": Symbol("z", above="({l})"),
        "a{l}": Symbol("a", above="({l})"),
        "aK": Symbol("y", accent="hat"),
        "dL_dz{l}": Symbol("δ", above="({l})"),
    },
    index_order="row-column",
)

PROFILES: dict[str, Profile] = {
    profile.name: profile for profile in (LECTURE, LAYERED, NIELSEN, GOODFELLOW, BISHOP, NG, MAZUR, HAN_KAMBER)
}
"""The table of profiles by name."""
