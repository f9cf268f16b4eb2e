"""The picture of the network at one stop of a walk, as plain data: neurons, edges, and what takes part in the line.

Values are those of that moment: what is worked only later is None, never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

from backtrace.engine.equation import Quantity
from backtrace.engine.trace import Trace
from backtrace.formula.expr import Num, Var
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.flow import caption
from backtrace.lesson.ledger import is_known, used_at
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import fraction, put_in, shown
from backtrace.lesson.walk import Stop, Walk

MOST = 8
"""How many neurons of a layer are shown, unless more or fewer are asked for."""

_OF_LONG = 5

DECIMALS = 4
"""The decimals of the numbers in a picture, where those of the scenario are more."""

_OF_NEURONS = (
    "pre_activation", "softmax_part", "activation", "prediction", "slope", "activation_gradient",
    "output_error", "hidden_error", "short_error",
)  # fmt: skip

Direction = Literal["forward", "backward"]

_DIRECTIONS: Mapping[str, Direction] = {
    "forward": "forward", "loss": "forward", "backward": "backward", "ending": "forward",
}  # fmt: skip

Group = tuple[Literal["neurons", "weights", "biases"], int]
"""All neurons of a layer, or all weights or biases that lead into it."""


@dataclass(frozen=True, eq=False)
class Neuron:
    """A neuron: its name, its activation once that is worked, and below it what is newest besides.

    Layer 0 is the input. `place` counts from 1; place 0 is the node with the constant 1 that leads, along the biases,
    into the next layer, and has no value. `stop` is the number of the stop where the activation is worked, or what the
    node leads along was made: None where that is an update that is not kept.
    """

    layer: int
    place: int
    name: Formula
    value: Formula | None
    second: tuple[Formula, Formula] | None
    is_marked: bool
    stop: int | None


@dataclass(frozen=True, eq=False)
class Edge:
    """A weight or bias between two neurons, each given by layer and place.

    `beside` is the name and value of what the stop's line works for it, such as its gradient; `new` is the value that
    it becomes in this line.
    """

    start: tuple[int, int]
    end: tuple[int, int]
    name: Formula
    value: Formula
    beside: tuple[Formula, Formula] | None
    new: Formula | None
    is_marked: bool


@dataclass(frozen=True, eq=False)
class Layer:
    """The neurons of a layer that are shown; `omitted` more stand between the first `before` of them and the others.

    `below` is what comes to stand below the last neuron in the course of a walk: names, and the value of what is given.
    """

    neurons: tuple[Neuron, ...]
    bias: Neuron | None
    before: int
    omitted: int
    below: tuple[tuple[Formula, Formula | None], ...]

    def fewer(self, most: int) -> Layer:
        """The layer with at most so many neurons shown."""
        places = shown_places(len(self.neurons) + self.omitted, most)
        chosen = tuple(neuron for neuron in self.neurons if neuron.place in places)
        omitted = self.omitted + len(self.neurons) - len(chosen)
        return replace(self, neurons=chosen, omitted=omitted, before=(len(chosen) + 1) // 2 if omitted else len(chosen))


@dataclass(frozen=True, eq=False)
class Diagram:
    """The network at one stop: its layers from the input on, the edges between the neurons shown, and what flows.

    `decimals` is how many the numbers have.
    """

    layers: tuple[Layer, ...]
    edges: tuple[Edge, ...]
    direction: Direction | None
    caption: Sentence
    decimals: int

    def fewer(self, most: int) -> Diagram:
        """The diagram with at most so many neurons of each layer."""
        layers = tuple(layer.fewer(most) for layer in self.layers)
        there = {(n.layer, n.place) for layer in layers for n in (*layer.neurons, layer.bias) if n}
        return replace(self, layers=layers, edges=tuple(e for e in self.edges if {e.start, e.end} <= there))


def shown_places(size: int, most: int) -> Sequence[int]:
    """The places, from 1, of the neurons of a layer that are shown: all, or of too many a few at both ends."""
    if size <= most:
        return range(1, size + 1)
    few = min(most, _OF_LONG)
    return [*range(1, (few + 1) // 2 + 1), *range(size - few // 2 + 1, size + 1)]


def diagram(walk: Walk, stop: Stop, most: int = MOST, decimals: int | None = None, hidden: bool = False) -> Diagram:
    """The picture of the network at a stop, with at most so many neurons of a layer.

    `decimals` are those of the numbers; without them the scenario's, but at most DECIMALS. Where it is `hidden`, the
    stop's own line counts as not computed yet.
    """
    if decimals is None:
        decimals = min(walk.trace.scenario.decimals, DECIMALS)
    moment = _Moment(walk, stop, most, decimals, hidden)
    depth = walk.trace.scenario.depth
    layers = tuple(map(moment.layer, range(depth + 1)))
    edges = tuple(edge for layer in range(1, depth + 1) for edge in moment.edges(layer))
    direction = _DIRECTIONS.get(stop.equation.phase) if stop.equation else _DIRECTIONS.get(stop.kind)
    return Diagram(layers, edges, direction, caption(walk.trace, stop, walk.telling.detail), decimals)


def group_of(trace: Trace, quantity: Quantity) -> Group | None:
    """Where in the picture a quantity belongs; None for one of the whole network, such as the learning rate."""
    role, layer = quantity.role.name, quantity.layer
    if role in ("input", "input_gradient"):
        return "neurons", 0
    if role in ("target", "loss_terms"):
        return "neurons", trace.scenario.depth
    if layer is None:
        return None
    if role in _OF_NEURONS:
        return "neurons", layer
    if role == "paths":
        return "weights", layer + 1
    return ("weights" if len(quantity.var.shape) > 1 else "biases"), layer


@dataclass(frozen=True, eq=False)
class _Moment:
    """What is there and takes part at one stop. At the ending that is the pass with the new parameters."""

    walk: Walk
    stop: Stop
    most: int
    decimals: int
    hidden: bool

    @cached_property
    def update(self) -> int:
        return self.walk.trace.updates + 1 if self.stop.kind == "ending" else self.stop.update

    @cached_property
    def marked(self) -> set[Group | None]:
        """What takes part in the line: what it gives, and what its told formula reads."""
        trace, equation = self.walk.trace, self.stop.equation
        names = {equation.id} | used_at(self.walk, self.stop) if equation else set()
        return {group_of(trace, trace.plan.quantities[name]) for name in names}

    @cached_property
    def target(self) -> tuple[Var, Group | None] | None:
        """What the line gives, if that may be seen, and where it belongs."""
        equation = self.stop.equation
        if equation is None or self.hidden:
            return None
        return equation.target, group_of(self.walk.trace, equation.quantity)

    def is_worked(self, name: str) -> bool:
        """Whether the quantity is worked at this stop or before it, in this update and sample."""
        trace = self.walk.trace
        is_line = trace.plan.equation(name) is not None and trace.has(name, self.update)
        return is_line and is_known(self.walk, self.stop, name, self.hidden)

    def where(self, name: str) -> int | None:
        """The stop where what stands in the picture under that name was or will be worked."""
        plan, made = self.walk.trace.plan, f"{name}_next"
        if name in plan.carried:
            is_made = plan.equation(made) is not None and (self.stop.kind == "ending" or self.is_worked(made))
            return self.walk.where(made if is_made else name, self.stop)
        is_after = self.stop.kind == "ending" and plan.equation(name) is not None
        return self.stop.number if is_after else self.walk.where(name, self.stop)

    def layer(self, layer: int) -> Layer:
        """The neurons of a layer that are shown."""
        trace, depth = self.walk.trace, self.walk.trace.scenario.depth
        size, name = trace.scenario.units[layer], f"a{layer}" if layer else "x"
        places = shown_places(size, self.most)
        value = self.numbers(name) if layer == 0 or self.is_worked(name) else None
        below = self.below(layer)
        second = self.numbers(below) if below else None
        stop, is_marked = self.where(name), ("neurons", layer) in self.marked
        neurons = tuple(
            Neuron(
                layer, place, self.entry(name, (place,)), value[place] if value else None,
                (self.entry(below, (place,)), second[place]) if second else None, is_marked, stop,
            )
            for place in places
        )  # fmt: skip
        last = [(self.entry(f"{name}{layer}", (size,)), None) for name in ("z", "dL_dz") if layer]
        target = [(self.entry("y", (size,)), self.numbers("y")[size])] if layer == depth else []
        before = (len(places) + 1) // 2 if len(places) < size else size
        return Layer(neurons, self.bias(layer), before, size - len(places), (*last, *target))

    def below(self, layer: int) -> str:
        """The id of what is newest in a layer besides the activation; empty where there is nothing."""
        activation, z, delta = (f"{name}{layer}" for name in ("a", "z", "dL_dz"))
        var, group = self.target or (None, None)
        if var is not None and group == ("neurons", layer) and len(var.shape) == 1 and var.name != activation:
            return var.name
        if layer and self.is_worked(delta):
            return delta
        if layer and (not self.is_worked(activation) or (var is not None and var.name == activation)):
            return z if self.is_worked(z) else ""
        return "y" if layer == self.walk.trace.scenario.depth else ""

    def bias(self, layer: int) -> Neuron | None:
        """The node with the constant 1 beside a layer, None where the next layer has no biases."""
        trace = self.walk.trace
        if f"b{layer + 1}" not in trace.plan.quantities:
            return None
        one = Formula(Num(Fraction(1)), trace.notation.leaf)
        stop = self.where(f"b{layer + 1}")
        return Neuron(layer, 0, one, None, None, ("biases", layer + 1) in self.marked, stop)

    def edges(self, layer: int) -> list[Edge]:
        """The weights and biases that lead into a layer, between neurons that are shown."""
        units, by_row = self.walk.trace.scenario.units, self.walk.trace.notation.sends_by_row
        senders, receivers = shown_places(units[layer - 1], self.most), shown_places(units[layer], self.most)
        edges = []
        if f"b{layer}" in self.walk.trace.plan.quantities:
            edges += self.of_group(("biases", layer), f"b{layer}", [(0, r, (r,)) for r in receivers])
        weights = [(s, r, (s, r) if by_row else (r, s)) for s in senders for r in receivers]
        return edges + self.of_group(("weights", layer), f"W{layer}", weights)

    def of_group(self, group: Group, name: str, ends: Sequence[tuple[int, int, tuple[int, ...]]]) -> list[Edge]:
        """The edges of one group: each with sender and receiver, and its index in the matrix or vector."""
        made = f"{name}_next"
        var, target_group = self.target or (None, None)
        target = var.name if var is not None and target_group == group else ""
        value = self.numbers(made if self.is_worked(made) and target != made else name)
        worked = self.numbers(target) if target else None
        edges = []
        for sender, receiver, index in ends:
            new = worked[index] if worked and target == made else None
            beside = (self.entry(target, index), worked[index]) if worked and target != made else None
            start, end = (group[1] - 1, sender), (group[1], receiver)
            is_marked = group in self.marked
            edges.append(Edge(start, end, self.entry(name, index), value[index], beside, new, is_marked))
        return edges

    def entry(self, name: str, index: tuple[int, ...]) -> Formula:
        """The name of an entry."""
        return Formula(Var(name, (), index=index), self.walk.trace.notation.leaf)

    def numbers(self, name: str) -> _Numbers:
        """The entries of a quantity as they are shown; what is given, and every parameter, with no needless zeros."""
        trace = self.walk.trace
        plain = name.removesuffix("_next")
        is_given = plain in ("x", "y") or trace.plan.quantities[plain].role.name in ("weights", "biases")
        value = trace.value(name, self.update, self.stop.shows, exact=trace.is_exact)
        return _Numbers(value, self.decimals, is_given)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The entries of a quantity, by index from 1, each written only when it is asked for."""

    value: Any
    decimals: int
    is_given: bool

    def __getitem__(self, index: int | tuple[int, ...]) -> Formula:
        places = (index,) if isinstance(index, int) else index
        entry = self.value[tuple(i - 1 for i in places)]
        if isinstance(entry, Fraction):
            exact = fraction(entry, self.decimals)
            if len(exact.digits) <= self.decimals + len("-0."):
                return number(exact)
        size = float(entry)
        return number(put_in(size, self.decimals, self.decimals) if self.is_given else shown(size, self.decimals))
