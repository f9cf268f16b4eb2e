"""Which neurons and edges take part in some entries of a line: those of the variables that its formulas read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var
from backtrace.lesson.diagram import Diagram, Edge, Group, Layer, Neuron, group_of

Place = tuple[Group, tuple[int, ...] | None]
"""Where a variable belongs in the picture; without an index it is all of the group."""


def partaking(trace: Trace, picture: Diagram, read: Iterable[Var]) -> Diagram:
    """The picture with the neurons and edges marked that belong to the variables, and nothing else."""
    places = {(group, var.index) for var in read if (group := _group(trace, var)) is not None}
    if not places:
        return picture
    layers = tuple(replace(layer, neurons=tuple(_neuron(n, places) for n in layer.neurons),
                           bias=_bias(layer, picture, places)) for layer in picture.layers)  # fmt: skip
    return replace(picture, layers=layers, edges=tuple(_edge(edge, places) for edge in picture.edges))


def place_of(part: Neuron | Edge) -> Place:
    """The group and the index of a neuron or an edge."""
    if isinstance(part, Neuron):
        return ("neurons", part.layer), (part.place,)
    index = part.name.expr.index if isinstance(part.name.expr, Var) else None
    return ("weights" if part.start[1] else "biases", part.end[0]), index


def is_of(trace: Trace, part: Neuron | Edge, var: Var) -> bool:
    """Whether a neuron or an edge belongs to a quantity or entry."""
    group, index = place_of(part)
    return group == _group(trace, var) and var.index in (None, index)


def _group(trace: Trace, var: Var) -> Group | None:
    quantity = trace.plan.quantities.get(var.name)
    return group_of(trace, quantity) if quantity else None


def _takes_part(part: Neuron | Edge, places: set[Place]) -> bool:
    group, index = place_of(part)
    return (group, None) in places or (group, index) in places


def _neuron(neuron: Neuron, places: set[Place]) -> Neuron:
    return replace(neuron, is_marked=_takes_part(neuron, places))


def _edge(edge: Edge, places: set[Place]) -> Edge:
    return replace(edge, is_marked=_takes_part(edge, places))


def _bias(layer: Layer, picture: Diagram, places: set[Place]) -> Neuron | None:
    """The node with the constant 1, marked where one of the edges from it is."""
    if layer.bias is None:
        return None
    edges = (edge for edge in picture.edges if edge.start == (layer.bias.layer, 0))
    return replace(layer.bias, is_marked=any(_takes_part(edge, places) for edge in edges))
