"""The record of a notation profile, and the rows that the profiles share.

A row is named by an id. `{l}` in a row's name stands for every layer, `K` for the last one; in a superscript `{l}` is
the number that the source gives the layer. A row `W1[]` spells the entries of W1 where they are not the small letter
with its indices. A quantity without a row is spelt by its id, a gradient without a row as the derivative that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from backtrace.notation.symbols import Symbol

Difference = Literal["output-first", "target-first"]
ENTRIES = "[]"
"""Ends the name of a row for entries."""


@dataclass(frozen=True)
class Profile:
    """How one source spells the quantities. `layers` is the depth that it can spell, None for any.

    `index_order` says what the indices of a weight mean: `from-to` puts the sending neuron first, `row-column` is its
    place in the matrix, whichever way that is laid out, and `consecutive` weights have one number, counted through
    the network neuron by receiving neuron. With `numbering` by network the neurons are counted through all layers,
    inputs included. `first_layer` is the number of the first layer with weights: 2 where the input is layer 1.
    `difference` says which of target and output comes first where they are subtracted; None leaves it as the tables
    of losses state it. The updates are told from the output layer back, unless `updates_first_layer_first`.
    """

    name: str
    source: str
    symbols: Mapping[str, Symbol] = field(repr=False)
    index_order: Literal["from-to", "to-from", "row-column", "consecutive"]
    layers: int | None = None
    numbering: Literal["layer", "network"] = "layer"
    first_layer: int = 1
    difference: Difference | None = None
    updates_first_layer_first: bool = False


COMMON: Mapping[str, Symbol] = {
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
    "decay_p": Symbol("decay"),  # of a parameter, beside the hyperparameter of RMSProp
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
"""What most sources write alike, or this tool writes where a source does not say."""
