"""Where the neurons of a diagram stand in a picture, and where the labels of its edges have room.

The picture grows until every label stands on its edge and touches no other label and no neuron.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Diagram, Edge, Layer, Neuron

SIZE = 16
"""The size of the text, in the units of the picture."""

LINE = 19
_OF_LETTER, _OF_SMALL, _BOLD = 0.62, 0.5, 1.1
_SMALLEST, _OF_BIAS, _PADDING = 28, 17, 9
_MARGIN, _HEAD, _FOOT = 18, 14, 34
_GAP, _APART = 120, 34
_GROWS, _MOST_TIMES = 1.15, 30
_STEPS = 28
_SEEN, _HIDDEN = 24, 4
_PER_EDGE, _FEW = 7, 6
_CLEAR = 4


@dataclass(frozen=True)
class Rectangle:
    """An area by its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Rectangle) -> bool:
        """Whether the two have a point in common, or are closer than is clear."""
        return (
            abs(self.x - other.x) * 2 < self.width + other.width + _CLEAR
            and abs(self.y - other.y) * 2 < self.height + other.height + _CLEAR
        )

    def holds(self, point: tuple[float, float]) -> bool:
        """Whether the point lies in it."""
        return abs(point[0] - self.x) * 2 < self.width and abs(point[1] - self.y) * 2 < self.height

    def is_crossed(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Whether a straight line runs through it: whether the parts of it within its width and its height meet."""
        first, last = 0.0, 1.0
        for a, b, middle, size in (
            (start[0], end[0], self.x, self.width),
            (start[1], end[1], self.y, self.height),
        ):
            if a == b:
                if abs(a - middle) * 2 >= size:
                    return False
                continue
            near, far = sorted(((middle - size / 2 - a) / (b - a), (middle + size / 2 - a) / (b - a)))
            first, last = max(first, near), min(last, far)
        return first < last


@dataclass(frozen=True, eq=False)
class Node:
    """A neuron in its place: the lines in its circle, and the line below it."""

    neuron: Neuron
    x: float
    y: float
    radius: float
    inside: tuple[str, ...]
    below: str

    @property
    def areas(self) -> Iterator[Rectangle]:
        """What it takes up: its circle, and what stands below."""
        yield Rectangle(self.x, self.y, 2 * self.radius, 2 * self.radius)
        if self.below:
            yield Rectangle(self.x, self.y + self.radius + LINE * 0.6, width_of(self.below), LINE)


@dataclass(frozen=True, eq=False)
class Link:
    """An edge in its place, from circle to circle, and the lines of its label with their area."""

    edge: Edge
    start: tuple[float, float]
    end: tuple[float, float]
    label: tuple[str, ...]
    area: Rectangle


@dataclass(frozen=True, eq=False)
class Places:
    """All of a picture in its place; `dots` are where neurons are left out, `titles` what each layer is called."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    dots: tuple[tuple[float, float], ...]
    titles: tuple[tuple[float, float, str], ...]


def width_of(text: str, size: float = SIZE) -> float:
    """About how wide a text is, rather too wide than too narrow; raised and lowered letters are small."""
    letters = [c for c in text if not unicodedata.combining(c)]
    small = sum(unicodedata.decomposition(c).startswith(("<super>", "<sub>")) for c in letters)
    return ((len(letters) - small) * _OF_LETTER + small * _OF_SMALL) * size


def placed(diagram: Diagram, values: bool, language: Language = "text") -> Places:
    """The diagram with names, and with `values` the numbers beside them, in a picture as large as it has to be."""
    texts = _Texts(diagram, values, language)
    gaps = [_gap(diagram, texts, layer) for layer in range(1, len(diagram.layers))]
    tallest = max((len(texts.label(edge)) for edge in diagram.edges), default=1)
    apart: float = _APART + (LINE if texts.has_below else 0) + 2 * LINE * (tallest - 1)
    for _ in range(_MOST_TIMES * len(gaps)):
        nodes, dots, titles, size = _nodes(diagram, texts, gaps, apart)
        links = _links(diagram, texts, nodes)
        if not isinstance(links, int):
            return Places(*size, tuple(nodes.values()), links, dots, titles)
        gaps[links - 1] *= _GROWS
        apart = apart * (1 + (_GROWS - 1) / 2) + 2
    raise AssertionError("labels find room in a picture that is large enough")


class _Texts:
    """What is written at neurons and edges."""

    def __init__(self, diagram: Diagram, values: bool, language: Language) -> None:
        self.values, self.language = values, language
        self.inside = {self._key(n): self._inside(n) for layer in diagram.layers for n in _all(layer)}
        self.below = {self._key(n): self._below(n) for layer in diagram.layers for n in _all(layer)}
        self.has_below = any(self.below.values())
        widest = max(width_of(line) for lines in self.inside.values() for line in lines)
        self.radius = max(_SMALLEST, widest / 2 + _PADDING)

    def of(self, neuron: Neuron) -> tuple[tuple[str, ...], str]:
        return self.inside[self._key(neuron)], self.below[self._key(neuron)]

    def label(self, edge: Edge) -> tuple[str, ...]:
        """The lines of an edge's label."""
        name = edge.name.linear(self.language)
        if not self.values:
            return (name,)
        line = f"{name} = {edge.value.linear(self.language)}"
        if edge.new:
            line += f" → {edge.new.linear(self.language)}"
        return (line, " = ".join(part.linear(self.language) for part in edge.beside)) if edge.beside else (line,)

    def size(self, edge: Edge) -> tuple[float, float]:
        """Width and height of an edge's label."""
        lines = self.label(edge)
        bold = _BOLD if edge.is_marked else 1
        return max(map(width_of, lines)) * bold + 6, LINE * len(lines)

    @staticmethod
    def _key(neuron: Neuron) -> tuple[int, int]:
        return neuron.layer, neuron.place

    def _inside(self, neuron: Neuron) -> tuple[str, ...]:
        name = neuron.name.linear(self.language)
        return (name, neuron.value.linear(self.language)) if self.values and neuron.value else (name,)

    def _below(self, neuron: Neuron) -> str:
        if not (self.values and neuron.second):
            return ""
        return " = ".join(part.linear(self.language) for part in neuron.second)


def _all(layer: Layer) -> tuple[Neuron, ...]:
    return (*((layer.bias,) if layer.bias else ()), *layer.neurons)


def _gap(diagram: Diagram, texts: _Texts, layer: int) -> float:
    """The room between a layer and the one before it: for the labels of their edges, and a piece of line each side."""
    widest = max((texts.size(edge)[0] for edge in diagram.edges if edge.end[0] == layer), default=0)
    edges = sum(edge.end[0] == layer for edge in diagram.edges)
    return max(_GAP, 1.4 * widest + 2 * _SEEN) + _PER_EDGE * max(0, edges - _FEW)


Nodes = dict[tuple[int, int], Node]


def _nodes(
    diagram: Diagram, texts: _Texts, gaps: Sequence[float], apart: float
) -> tuple[Nodes, tuple[tuple[float, float], ...], tuple[tuple[float, float, str], ...], tuple[float, float]]:
    """Columns of neurons about one middle, the nodes with the constant 1 in a row above all; and the picture's size."""
    radius, step = texts.radius, 2 * texts.radius + apart
    below = LINE * 1.2 if texts.has_below else 0
    names = [layer_name(diagram, place) for place in range(len(diagram.layers))]
    side = max(radius, *(width_of(text) / 2 for text in (*names, *texts.below.values()))) + _MARGIN
    has_bias = any(layer.bias for layer in diagram.layers)
    top = _HEAD + (2 * _OF_BIAS + apart / 2 if has_bias else 0) + radius
    tallest = max(_slots(layer) for layer in diagram.layers)
    middle, bottom = top + (tallest - 1) * step / 2, top + (tallest - 1) * step + radius + below
    nodes: Nodes = {}
    dots, titles = [], []
    for place, layer in enumerate(diagram.layers):
        x = side + place * 2 * radius + sum(gaps[:place])
        y = middle - (_slots(layer) - 1) * step / 2
        for count, neuron in enumerate(layer.neurons):
            if count == layer.before and layer.omitted:
                dots.append((x, y - step * 0.12 + below / 2))
                y += step * 0.75
            nodes[neuron.layer, neuron.place] = Node(neuron, x, y, radius, *texts.of(neuron))
            y += step
        if layer.bias:
            nodes[layer.bias.layer, 0] = Node(layer.bias, x, _HEAD + _OF_BIAS, _OF_BIAS, *texts.of(layer.bias))
        titles.append((x, bottom + _FOOT - 8, names[place]))
    width = 2 * side + len(gaps) * 2 * radius + sum(gaps)
    return nodes, tuple(dots), tuple(titles), (width, bottom + _FOOT + 6)


def _slots(layer: Layer) -> float:
    return len(layer.neurons) + (0.75 if layer.omitted else 0)


def layer_name(diagram: Diagram, place: int) -> str:
    """What a layer is called, by its place among all."""
    last = len(diagram.layers) - 1
    if 0 < place < last:
        return "hidden layer" if last == 2 else f"hidden layer {place}"  # noqa: PLR2004
    layer = diagram.layers[place]
    several = len(layer.neurons) + layer.omitted > 1
    return ("output" if place else "input") + "s" * several


def _links(diagram: Diagram, texts: _Texts, nodes: Nodes) -> tuple[Link, ...] | int:
    """The edges with their labels, each where it meets the fewest others; or the layer where one finds no room."""
    ends = {edge: _ends(nodes[edge.start], nodes[edge.end]) for edge in diagram.edges}
    taken = [area for node in nodes.values() for area in node.areas]
    links = []
    for edge in diagram.edges:
        start, end = ends[edge]
        others = [ends[other] for other in diagram.edges if other is not edge and other.end[0] == edge.end[0]]
        area = _room(start, end, texts.size(edge), taken, others)
        if area is None:
            return edge.end[0]
        taken.append(area)
        links.append(Link(edge, start, end, texts.label(edge), area))
    return tuple(links)


Point = tuple[float, float]


def _room(
    start: Point, end: Point, size: Point, taken: Sequence[Rectangle], others: Sequence[tuple[Point, Point]]
) -> Rectangle | None:
    """The free place on an edge that the fewest other edges cross, rather near the sender than far from it."""
    best: tuple[float, Rectangle] | None = None
    for number in range(1, _STEPS):
        t = number / _STEPS
        area = Rectangle(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t, *size)
        if any(area.meets(other) for other in taken):
            continue
        cost = sum(area.is_crossed(*other) for other in others) + abs(t - 0.33)
        cost += _HIDDEN * sum(area.holds(point) for point in (_near(start, end), _near(end, start)))
        if best is None or cost < best[0]:
            best = cost, area
    return best[1] if best else None


def _near(point: Point, other: Point) -> Point:
    """A point of the line that must be seen, so that a label hides neither arrow nor beginning."""
    share = _SEEN / math.dist(point, other)
    return point[0] + (other[0] - point[0]) * share, point[1] + (other[1] - point[1]) * share


def _ends(start: Node, end: Node) -> tuple[Point, Point]:
    """Where a straight line between two circles leaves the one and reaches the other."""
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy)
    ux, uy = dx / length, dy / length
    return (
        (start.x + ux * start.radius, start.y + uy * start.radius),
        (end.x - ux * (end.radius + 2), end.y - uy * (end.radius + 2)),
    )
