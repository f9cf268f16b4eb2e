"""The picture of a network of any size: n inputs, m hidden neurons and k outputs, with dots for those between."""

from __future__ import annotations

from fractions import Fraction

from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.formula.expr import Num, Var
from backtrace.formula.operations import ATOM
from backtrace.formula.writing import Language, Leaf, Written
from backtrace.lesson.diagram import Diagram, Edge, Layer, Neuron
from backtrace.lesson.mathematics import Formula
from backtrace.notation.symbols import Symbol

_SIZES, _LAST = "nmlprst", "k"
_FIRST_TWO = ("1", "2")


def general(trace: Trace) -> Diagram:
    """The network of a trace with letters for the sizes of its layers: neurons 1, 2 and the last of each, no values.

    A layer of one neuron, too, is drawn as if it had any number. Neurons are numbered within their layer. Raises
    InputError where there are more layers than letters.
    """
    depth = trace.scenario.depth
    if depth > len(_SIZES):
        raise misfit(f"{depth} layers of weights, and letters for {len(_SIZES)}", "a network that is less deep")
    layers = tuple(_layer(trace, layer) for layer in range(depth + 1))
    edges = tuple(edge for layer in range(1, depth + 1) for edge in _edges(trace, layer))
    return Diagram(layers, edges, None, ("a network of any size",), 0)


def _places(trace: Trace, layer: int) -> tuple[str, str, str]:
    """The numbers of the neurons shown: the first two and the letter of the last."""
    return (*_FIRST_TWO, _LAST if layer == trace.scenario.depth else _SIZES[layer])


def _layer(trace: Trace, layer: int) -> Layer:
    name = f"a{layer}" if layer else "x"
    neurons = tuple(
        Neuron(layer, place, _name(trace, name, letter), None, None, False, None)
        for place, letter in enumerate(_places(trace, layer), 1)
    )
    bias = None
    if f"b{layer + 1}" in trace.plan.quantities:
        bias = Neuron(layer, 0, Formula(Num(Fraction(1)), trace.notation.leaf), None, None, False, None)
    return Layer(neurons, bias, len(_FIRST_TWO), 1, ())


def _edges(trace: Trace, layer: int) -> list[Edge]:
    """The biases, then the weights, that lead into a layer."""
    senders, receivers = (list(enumerate(_places(trace, each), 1)) for each in (layer - 1, layer))
    edges = []
    if f"b{layer}" in trace.plan.quantities:
        edges += [_edge(layer, 0, r, _name(trace, f"b{layer}", receiver)) for r, receiver in receivers]
    return edges + [
        _edge(layer, s, r, _name(trace, f"W{layer}", *_index(trace, sender, receiver)))
        for s, sender in senders
        for r, receiver in receivers
    ]


def _edge(layer: int, sender: int, receiver: int, name: Formula) -> Edge:
    return Edge((layer - 1, sender), (layer, receiver), name, name, None, None, False)


def _index(trace: Trace, sender: str, receiver: str) -> tuple[str, str]:
    """The index of a weight in the notation's order; where that counts weights through, as from and to."""
    notation = trace.notation
    if notation.profile.index_order == "row-column" and not notation.sends_by_row:
        return receiver, sender
    return (receiver, sender) if notation.profile.index_order == "to-from" else (sender, receiver)


def _name(trace: Trace, name: str, *index: str) -> Formula:
    """The name of an entry whose index may be a letter."""
    symbol, of_entry = trace.notation.own_symbol(name) or Symbol(name), trace.notation.own_symbol(name, of_entry=True)
    entry = of_entry or (symbol.of_entry() if len(index) > 1 else symbol)
    spelt = entry.at(*index)

    def leaf(language: Language) -> Leaf:
        return lambda _var, _transposed: Written((spelt.spell(language),), ATOM, True)

    return Formula(Var(name), leaf)
