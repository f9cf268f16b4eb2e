"""The network of a deck as data that the page draws from: laid out once, and for each slide what is written on it.

So that nothing jumps from slide to slide, neurons stand where they stand. In a small network every edge has a label. In
a larger one only the weights that take part in the slide have one, where they are few, and it is the value alone. A
bias is a short arrow into its neuron. Otherwise there is no room for letters that the last row of a hall can read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from backtrace.formats.html_labels import LINE, SIZE, Box, Written, has_few, named_below, neurons_of, short, width
from backtrace.formats.places import Rectangle, layer_name
from backtrace.lesson.diagram import Edge

_SMALLEST, _PADDING, _STUB = 46, 10, 22
_MARGIN, _HEAD, _FOOT, _APART = 12, 8, 58, 16
_WIDE, _HIGH = 700.0, 600.0
_DROP = 20
_GROWS, _MOST_TIMES, _TALLEST = 1.06, 60, 1.1
_FEW_MARKED, _MANY = 4, 4
_STEPS = 40
_SEEN = 20

Point = tuple[float, float]
Ends = tuple[Point, Point]


class Network:
    """The networks of some slides in one layout."""

    def __init__(self, written: Sequence[Written]) -> None:
        self.first = written[0].picture.after
        self.nodes, self.edges, self.has_few = neurons_of(self.first), self.first.edges, has_few(self.first)
        self.largest = [(max(b[0] for b in boxes), max(b[1] for b in boxes))
                        for boxes in zip(*(each.boxes for each in written), strict=True)]  # fmt: skip
        self.wanted = [self._wanted(each) for each in written]
        inside, below = (
            [text for each in written for texts in getattr(each, part) for lines in texts.values() for text in lines]
            for part in ("inside", "below")
        )
        self.names = [layer_name(self.first, place) for place in range(len(self.first.layers))]
        self.is_chain = len(self.names) > _MANY and all(len(layer.neurons) == 1 for layer in self.first.layers)
        if len(self.names) > _MANY:
            self.names = [name.replace(" layer", "") for name in self.names]
        self.radius = max(_SMALLEST, max(map(width, inside)) / 2 + _PADDING)
        self.drop = _DROP if self.has_few else 0
        self.below = LINE + self.drop if below else 0
        biases = [size for sizes in self.wanted for number, size in sizes.items() if self._is_bias(number)]
        has_bias = any(map(self._is_bias, range(len(self.edges))))
        self.above = max((high for _, high in biases), default=0) + (_STUB if has_bias else 0)
        self.room_below = [max((width(text) for texts in node for lines in texts.values() for text in lines), default=0)
                           for node in zip(*(each.below for each in written), strict=True)]  # fmt: skip
        self.left, self.right = (self._beside(place, [wide for wide, _ in biases]) for place in (0, -1))
        labels = [size[0] for sizes in self.wanted for number, size in sizes.items() if not self._is_bias(number)]
        between = 2 * self.radius + (_SEEN if self.is_chain else max(labels, default=0) + _SEEN)
        self.width = max(_WIDE, self.left + self.right + (len(self.names) - 1) * between)
        self.height = _HIGH if self.has_few or self.is_chain else self.width * _TALLEST
        self.placed = self._grown()

    def _is_bias(self, number: int) -> bool:
        return self.edges[number].start[1] == 0

    def _beside(self, place: int, biases: Sequence[float]) -> float:
        """How much room the first or the last column needs from its middle to the edge of the picture."""
        below = [room for node, room in zip(self.nodes, self.room_below, strict=True)
                 if node.layer == self.first.layers[place].neurons[0].layer]  # fmt: skip
        names = [self.names[place]] if self.has_few else [self.names[place], "below: δ"]
        over = list(biases) if place else []
        return max(self.radius, *(wide / 2 for wide in (*below, *map(width, names), *over))) + _MARGIN

    def _gap(self) -> float:
        """How far it is from one column to the next."""
        return (self.width - self.left - self.right) / (len(self.names) - 1)

    def _grown(self) -> Mapping[int, Mapping[int, Point]]:
        """Where the labels stand, slide by slide, in a picture that is as large as it must be.

        A small network grows until all of them have room; in a larger one a slide whose labels have none goes without.
        """
        placed: dict[int, Mapping[int, Point]] = {}
        for _ in range(_MOST_TIMES):
            self._lay_out()
            placed.clear()
            for number, sizes in enumerate(self.wanted):
                same = next((n for n in placed if self.wanted[n] == sizes), None)
                found = placed[same] if same is not None else self._labelled(sizes)
                if found is None and self.has_few:
                    break
                placed[number] = found or {}
            else:
                return placed
            if self.height < self.width * _TALLEST:
                self.height *= _GROWS
            else:
                self.width *= _GROWS
        return placed

    def _wanted(self, written: Written) -> dict[int, Box]:
        """The edges of a slide that have labels, with the room that they need."""
        if self.has_few:
            return dict(enumerate(self.largest))
        edges = enumerate(written.picture.after.edges)
        marked = [number for number, edge in edges if edge.is_marked and not self._is_bias(number)]
        boxes = written.boxes
        return {number: boxes[number] for number in marked} if len(marked) <= _FEW_MARKED else {}

    def _lay_out(self) -> None:
        """Columns of neurons about one middle, a bias as a short arrow from above into its neuron.

        In a long chain of single neurons every other one stands lower, so that there is room below each.
        """
        layers, radius = self.first.layers, self.radius
        top, foot = _HEAD + self.above + radius, radius + self.below + _FOOT + (0 if self.has_few else LINE)
        tallest = max(len(layer.neurons) + (0.5 if layer.omitted else 0) for layer in layers) - 1
        least = 2 * radius + self.above + self.below + _APART
        step = max(least, (self.height - top - foot) / tallest) if tallest else 0
        self.height = max(self.height, top + tallest * step + foot)
        middle = (top + self.height - foot) / 2
        gap = self._gap()
        self.at: dict[tuple[int, int], Point] = {}
        self.dots: list[Point] = []
        for place, layer in enumerate(layers):
            x, omitted = self.left + place * gap, 0.5 if layer.omitted else 0
            y = middle - (len(layer.neurons) - 1 + omitted) * step / 2
            for count, neuron in enumerate(layer.neurons):
                if count == layer.before and layer.omitted:
                    self.dots.append((x, y - radius - self.above))
                    y += step * omitted
                self.at[neuron.layer, neuron.place] = x, y + (place % 2 - 0.5) * least * self.is_chain
                y += step
        self.ends = [self._between(edge) for edge in self.edges]

    def _between(self, edge: Edge) -> Ends:
        """Where a straight line between two circles leaves the one and reaches the other."""
        x, y = self.at[edge.end]
        if edge.start[1] == 0:
            return (x, y - self.radius - _STUB), (x, y - self.radius - 2)
        start = self.at[edge.start]
        length = math.dist(start, (x, y))
        ux, uy = (x - start[0]) / length, (y - start[1]) / length
        return (
            (start[0] + ux * self.radius, start[1] + uy * self.radius),
            (x - ux * (self.radius + 3), y - uy * (self.radius + 3)),
        )

    def _labelled(self, sizes: Mapping[int, Box]) -> Mapping[int, Point] | None:
        """Where the labels stand, each on its edge and clear of all else; None where one has no room."""
        found: dict[int, Point] = {}
        taken = [Rectangle(x, y, 2 * self.radius, 2 * self.radius) for x, y in self.at.values()]
        low = self.radius + LINE * 0.6 + self.drop
        taken += [Rectangle(x, y + low, room, LINE)
                  for (x, y), room in zip(self.at.values(), self.room_below, strict=True) if room]  # fmt: skip
        for number in filter(self._is_bias, sizes):
            (x, y), (wide, high) = self.ends[number][0], sizes[number]
            found[number] = x, y - high / 2
            taken.append(Rectangle(x, y - high / 2, wide, high))
        weights = [number for number in range(len(self.edges)) if not self._is_bias(number)]
        for number in (each for each in sizes if each not in found):
            end = self.edges[number].end[0]
            others = [self.ends[n] for n in weights if n != number and self.edges[n].end[0] == end]
            area = _room(self.ends[number], sizes[number], taken, others)
            if area is None:
                return None
            taken.append(area)
            found[number] = (area.x, area.y)
        return found

    def geometry(self) -> dict[str, Any]:
        """What the page draws once for all slides: sizes, neurons and edges, and the names of these for the table."""
        names = {(n.layer, n.place): n.name.linear("text") for n in self.nodes}
        places = range(len(self.names))
        gap = self._gap()
        foot = self.height - 12 - (0 if self.has_few else LINE)
        return {
            "size": [round(self.width), round(self.height)],
            "font": SIZE,
            "line": LINE,
            "drop": self.drop,
            "radius": round(self.radius, 1),
            "nodes": [[round(part, 1) for part in self.at[n.layer, n.place]] for n in self.nodes],
            "edges": [[round(part, 1) for end in ends for part in end] for ends in self.ends],
            "ends": [[edge.name.linear("text"), names.get(edge.start, ""), names[edge.end]] for edge in self.edges],
            "dots": [[round(x, 1), round(y, 1)] for x, y in self.dots],
            "titles": [[round(self.left + n * gap), round(foot), self.names[n]] for n in places],
        }

    def state(self, number: int, written: Written) -> dict[str, Any]:
        """What is written on one slide and what takes part; a text that changes is given by revealed lines."""
        picture = written.picture
        nodes = zip(neurons_of(picture.after), written.inside, written.below, strict=True)
        edges = zip(range(len(self.edges)), picture.after.edges, written.labels, strict=True)
        spots = self.placed.get(number, {})
        return {
            "flow": picture.after.direction or "",
            "below": [] if self.has_few else named_below(picture.after),
            "nodes": [[int(node.is_marked), short(inside), short(below)] for node, inside, below in nodes],
            "edges": [[int(edge.is_marked), short(label), *(round(part) for part in spots.get(place, ()))]
                      for place, edge, label in edges],
        }  # fmt: skip


def _room(ends: Ends, size: Box, taken: Sequence[Rectangle], others: Sequence[Ends]) -> Rectangle | None:
    """The free place on an edge that the fewest others cross, rather near the sender; both its ends stay in sight."""
    (x, y), (to_x, to_y) = ends
    share = _SEEN / math.dist(*ends)
    tips = [(x + (to_x - x) * t, y + (to_y - y) * t) for t in (share, 1 - share)]
    best: tuple[float, Rectangle] | None = None
    for number in range(2, _STEPS - 1):
        t = number / _STEPS
        area = Rectangle(x + (to_x - x) * t, y + (to_y - y) * t, *size)
        if any(area.meets(other) for other in taken) or any(map(area.holds, tips)):
            continue
        cost = sum(area.is_crossed(*other) for other in others) + abs(t - 0.4)
        if best is None or cost < best[0]:
            best = cost, area
    return best[1] if best else None
