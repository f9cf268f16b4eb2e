"""The notation of well-known books, courses and worked examples, one profile each."""

from __future__ import annotations

from backtrace.notation.profile import COMMON, Profile
from backtrace.notation.symbols import Symbol

NIELSEN = Profile(
    name="nielsen",
    source="Nielsen, Neural Networks and Deep Learning, 2015, chapter 2",
    symbols={
        **COMMON,
        "W{l}": Symbol("w", above="{l}", apart=True),
        "b{l}": Symbol("b", above="{l}", apart=True),
        "z{l}": Symbol("z", above="{l}", apart=True),
        "a{l}": Symbol("a", above="{l}", apart=True),
        "dL_dz{l}": Symbol("δ", above="{l}", apart=True),
        "L": Symbol("C", label="x"),
        "J": Symbol("C"),
        "objective": Symbol("C", accent="tilde"),
        "velocity": Symbol("v"),
        "v": Symbol("r"),  # the book has no Adam; its v is the velocity
        "v_hat": Symbol("r", accent="hat"),
    },
    index_order="to-from",
    first_layer=2,
)

GOODFELLOW = Profile(
    name="goodfellow",
    source="Goodfellow, Bengio & Courville, Deep Learning, 2016, algorithms 6.3, 6.4 and 8.1 to 8.7",
    symbols={
        **COMMON,
        "W{l}": Symbol("W", above="({l})"),
        "W{l}[]": Symbol("W", above="({l})"),
        "b{l}": Symbol("b", above="({l})"),
        "z{l}": Symbol("a", above="({l})", apart=True),
        "a{l}": Symbol("h", above="({l})"),
        "aK": Symbol("y", accent="hat"),
        "dL_dz{l}": Symbol("g", above="({l})"),
        "eta": Symbol("ε", plain="eta"),
        "eta0": Symbol("ε", plain="eta", below=(0,)),
        "eta_end": Symbol("ε", plain="eta", above="end"),
        "momentum": Symbol("α"),
        "velocity": Symbol("v", plain="velocity"),
        "m": Symbol("s"),
        "m_hat": Symbol("s", accent="hat"),
        "v": Symbol("r"),
        "v_hat": Symbol("r", accent="hat"),
        "sum_sq": Symbol("q"),  # the book's r, which here is the mean of squared gradients
        "beta1": Symbol("ρ", below=(1,)),
        "beta2": Symbol("ρ", below=(2,)),
        "epsilon": Symbol("δ", plain="epsilon"),
    },
    index_order="row-column",
)

BISHOP = Profile(
    name="bishop",
    source="Bishop, Pattern Recognition and Machine Learning, 2006, chapter 5",
    symbols={
        **COMMON,
        "y": Symbol("t", plain="target"),
        "t": Symbol("τ"),
        "W{l}": Symbol("W", above="({l})"),
        "b{l}": Symbol("w", above="({l})", below=(0,)),
        "z{l}": Symbol("a", above="({l})", apart=True),
        "a{l}": Symbol("z", above="({l})", apart=True),
        "aK": Symbol("y", plain="output"),
        "dL_dz{l}": Symbol("δ", above="({l})"),
        "L": Symbol("E", label="n"),
        "L[]": Symbol("E"),
        "J": Symbol("E"),
        "objective": Symbol("E", accent="tilde"),
    },
    index_order="to-from",
    difference="output-first",
)

NG = Profile(
    name="ng",
    updates_first_layer_first=True,
    source="Andrew Ng, Deep Learning Specialization (deeplearning.ai), courses 1 and 2",
    symbols={
        **COMMON,
        "W{l}": Symbol("W", above="[{l}]"),
        "b{l}": Symbol("b", above="[{l}]"),
        "z{l}": Symbol("z", above="[{l}]"),
        "a{l}": Symbol("a", above="[{l}]"),
        "dL_dW{l}": Symbol("dW", above="[{l}]"),
        "dL_db{l}": Symbol("db", above="[{l}]"),
        "dL_dz{l}": Symbol("dz", above="[{l}]"),
        "dL_da{l}": Symbol("da", above="[{l}]"),
        "L": Symbol("ℒ"),
        "eta": Symbol("α"),
        "eta0": Symbol("α", below=(0,)),
        "eta_end": Symbol("α", above="end"),
        "momentum": Symbol("β"),
        "velocity": Symbol("V"),
        "m": Symbol("v", plain="m"),
        "m_hat": Symbol("v", plain="m", above="corrected"),
        "v": Symbol("s"),
        "v_hat": Symbol("s", above="corrected"),
        "sum_sq": Symbol("S"),
    },
    index_order="row-column",
)

MAZUR = Profile(
    name="mazur",
    source="Mazur, A Step by Step Backpropagation Example, 2015; where a layer has one bias, here each neuron has",
    symbols={
        **COMMON,
        "x": Symbol("i"),
        "y": Symbol("target", label="o"),
        "W1": Symbol("W", below=(1,)),
        "W1[]": Symbol("w"),
        "W2": Symbol("W", below=(2,)),
        "W2[]": Symbol("w"),
        "b1": Symbol("b", below=(1,)),
        "b1[]": Symbol("b", label="h"),
        "b2": Symbol("b", below=(2,)),
        "b2[]": Symbol("b", label="o"),
        "z1": Symbol("net", label="h"),
        "z2": Symbol("net", label="o"),
        "a1": Symbol("out", label="h"),
        "a2": Symbol("out", label="o"),
        "dL_dz1": Symbol("δ", label="h"),
        "dL_dz2": Symbol("δ", label="o"),
        "L": Symbol("E", label="total"),
        "L_terms": Symbol("E", label="o"),
    },
    index_order="consecutive",
    layers=2,
    difference="target-first",
)

HAN_KAMBER = Profile(
    name="han-kamber",
    source="Han & Kamber, Data Mining: Concepts and Techniques, section 'Classification by Backpropagation'",
    symbols={
        **COMMON,
        "x[]": Symbol("x"),
        "y": Symbol("T"),
        "y[]": Symbol("T", apart=True),
        "W{l}": Symbol("W", above="({l})"),
        "W{l}[]": Symbol("w"),
        "b{l}": Symbol("θ", above="({l})"),
        "b{l}[]": Symbol("θ", apart=True),
        "z{l}": Symbol("I", above="({l})"),
        "z{l}[]": Symbol("I", apart=True),
        "a{l}": Symbol("O", above="({l})"),
        "a{l}[]": Symbol("O", apart=True),
        "dL_dz{l}": Symbol("Err", above="({l})", negated=True),
        "dL_dz{l}[]": Symbol("Err", apart=True, negated=True),
        "L": Symbol("E"),
        "eta": Symbol("l"),
        "period": Symbol("τ"),
    },
    index_order="from-to",
    numbering="network",
    difference="target-first",
)
