"""Where the neurons of a diagram stand in so many columns and rows: which layers and neurons there is room for.

Layers are columns from left to right, their neurons spread over the height in mirror image about the middle. Room is
kept for what comes to stand there later in a walk, so that the picture stays still from one stop to the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backtrace.formats.layout import width_of
from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Diagram, Layer, Neuron

ASIDE = 3
"""The cells at an edge of the picture where a sign says that there are more layers."""

_NARROWEST_GAP, _OF_ALL, _GAP, _WIDEST_GAP = 4, 5, 8, 36
_ROOMY_GAP = 9
_FEW, _FEWEST_LAYERS = 3, 2
_NEAR, _APART = 2, 3
_LEAST_STEP, _PER_NEURON = 6, 2.5


@dataclass(frozen=True)
class Texts:
    """What is written at a neuron: its name and value in one row, and below them what is newest besides."""

    name: str
    value: str
    below: tuple[str, str] | None


@dataclass(frozen=True, eq=False)
class Column:
    """A layer in its place: the cells it spans, and the row of every neuron and of the sign for those left out.

    `mark` is how many cells stand before a name for its mark.
    """

    number: int
    layer: Layer
    left: int
    end: int
    mark: int
    rows: tuple[int, ...]
    omission: int | None
    is_stacked: bool
    texts: tuple[Texts, ...]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The diagram with the neurons that there is room for, and its columns.

    `top` is the row of the nodes of the biases, `aside` the one where a sign says that there are more layers.
    """

    diagram: Diagram
    columns: tuple[Column, ...]
    has_earlier: bool
    has_later: bool
    top: int
    aside: int


def arranged(diagram: Diagram, width: int, height: int, language: Language) -> Arrangement:
    """The places of all that there is room for in so many columns and rows."""
    diagram = _fitting(diagram, height - 2)
    texts = [[_texts(neuron, language) for neuron in layer.neurons] for layer in diagram.layers]
    sizes = [_sizes(layer, of, diagram.decimals, language) for layer, of in zip(diagram.layers, texts, strict=True)]
    form, window = _window(diagram, sizes, width)
    widths = [form.width(sizes[number]) for number in window]
    has_earlier, has_later = window.start > 0, window.stop < len(diagram.layers)
    room = width - ASIDE * (has_earlier + has_later) - sum(widths)
    gap = min(room // max(len(window) - 1, 1), _WIDEST_GAP)
    left = ASIDE * has_earlier + (room - gap * (len(window) - 1)) // 2
    top, places = _rows(diagram, height - 2, max(_LEAST_STEP, 2 * gap // 3))
    aside = top if _has_biases(diagram) else (places[0][0] + places[0][-1]) // 2
    columns = []
    for number, size in zip(window, widths, strict=True):
        layer, rows, end = diagram.layers[number], places[number], left + size
        omitted = rows.pop(layer.before) if layer.omitted else None
        columns.append(
            Column(number, layer, left, end, form.mark, tuple(rows), omitted, form.is_stacked, tuple(texts[number]))
        )
        left = end + gap
    return Arrangement(diagram, tuple(columns), has_earlier, has_later, top, aside)


def _items(layer: Layer) -> int:
    return len(layer.neurons) + (layer.omitted > 0)


def _has_biases(diagram: Diagram) -> bool:
    return any(layer.bias for layer in diagram.layers)


def _fitting(diagram: Diagram, last: int) -> Diagram:
    """The diagram with as many neurons of a layer as fit, well apart, down to the last row."""
    first = 1 if _has_biases(diagram) else 0
    for most in range(max(len(layer.neurons) for layer in diagram.layers), 0, -1):
        shown = diagram.fewer(most) if most < max(len(layer.neurons) for layer in diagram.layers) else diagram
        longest = max(map(_items, shown.layers))
        if (longest - 1) * (_NEAR if longest <= _FEW else _APART) <= last - first:
            return shown
    return diagram.fewer(1)


def _rows(diagram: Diagram, last: int, most: int) -> tuple[int, list[list[int]]]:
    """The row of the nodes of the biases, and those of each layer's neurons down to the last row.

    From one neuron to the next are at most so many rows, and as many, if there is room, from the biases down.
    """
    counts = list(map(_items, diagram.layers))
    longest = max(counts)
    top = first = 0
    if _has_biases(diagram):
        first = max(1, min(last // longest, most))
    spare = last - first - most * max(longest - 1, 1)
    if spare > 0:
        top, first, last = spare // 2, first + spare // 2, last - (spare + 1) // 2
    middle = first + last
    if middle % 2 and any(count % 2 for count in counts):
        middle -= 1
    reach = min(middle - 2 * first, 2 * last - middle)
    return top, [[(middle + offset) // 2 for offset in _offsets(count, longest, reach, middle % 2)] for count in counts]


def _offsets(items: int, longest: int, reach: int, parity: int) -> Iterator[int]:
    """The distances of a layer's items from the middle, in half rows: the middle may lie between two rows.

    Those of the longest layer fill the reach, the others stand between them.
    """
    part = (items - 1) / items * longest / max(longest - 1, 1)
    for item in range(items):
        yield _of_parity(reach * part * (2 * item / (items - 1) - 1), parity) if items > 1 else 0


def _of_parity(number: float, parity: int) -> int:
    """The nearest whole number of that parity, the same above and below zero."""
    return int(math.copysign(2 * math.floor((abs(number) - parity) / 2 + 0.5) + parity, number))


def _texts(neuron: Neuron, language: Language) -> Texts:
    """What is written at a neuron."""
    value = neuron.value.linear(language) if neuron.value else PENDING[language]
    below = neuron.second and (neuron.second[0].linear(language), neuron.second[1].linear(language))
    return Texts(neuron.name.linear(language), value, below)


@dataclass(frozen=True)
class _Sizes:
    """The cells that the texts of a layer need: names, values, what is newest below them, what will be, omissions."""

    name: int
    value: int
    below: int
    reserved: int
    omission: int


def _sizes(layer: Layer, texts: Sequence[Texts], decimals: int, language: Language) -> _Sizes:
    """The sizes of a layer's texts, with room for values that are still to come."""
    room = decimals + width_of("0.")
    values = [width_of(value.linear(language)) if value else room + width_of("-") for _, value in layer.below]
    return _Sizes(
        max(width_of(text.name) for text in texts),
        max(room if layer.below else 1, *(width_of(text.value) for text in texts)),
        max((width_of(" ".join(text.below)) for text in texts if text.below), default=0),
        max((width_of(n.linear(language)) + 1 + v for (n, _), v in zip(layer.below, values, strict=True)), default=0),
        width_of(omission(layer.omitted, language)) if layer.omitted else 0,
    )


@dataclass(frozen=True)
class _Form:
    """How neurons are written: in one row with the value, or above it; with all that is newest, or what is narrow.

    `mark` is how many cells stand before a name for its mark.
    """

    mark: int
    is_stacked: bool
    has_wide: bool

    def width(self, sizes: _Sizes) -> int:
        """The cells that a layer needs."""
        omitted = self.mark + sizes.omission if sizes.omission else 0
        if self.is_stacked:
            return max(self.mark + max(sizes.name, sizes.value), omitted)
        below = max(sizes.reserved, sizes.below if self.has_wide else 0)
        return max(self.mark + sizes.name + 1 + sizes.value, self.mark - 1 + below, omitted)


_FORMS = (_Form(2, False, True), _Form(1, False, True), _Form(2, False, False), _Form(1, False, False),
          _Form(1, True, False))  # fmt: skip
"""The ways to write neurons, the best first."""

PENDING: dict[Language, str] = {"text": "…", "ascii": "..."}
"""What stands for a value that is not computed yet."""


def omission(count: int, language: Language) -> str:
    """What stands for the neurons that are left out."""
    return f"{':' if language == 'ascii' else '⋮'} {count} more"


def _window(diagram: Diagram, sizes: Sequence[_Sizes], width: int) -> tuple[_Form, range]:
    """How neurons are written and which layers are shown: all where there is room, else those that take part."""
    count, busy = len(diagram.layers), _busy(diagram)
    needed = max(len(busy), _FEWEST_LAYERS)
    for size in range(count, 0, -1):
        window = _around(busy, size, count)
        aside = ASIDE * ((window.start > 0) + (window.stop < count))
        least = _least_gap(diagram, window) if size > needed else _NARROWEST_GAP
        for form in _FORMS:
            if form.is_stacked and size > needed:
                continue
            gap = max(least, _ROOMY_GAP) if form.mark > 1 else least
            if sum(form.width(sizes[number]) for number in window) + gap * (size - 1) + aside <= width:
                return form, window
    return _FORMS[-1], _around(_busy(diagram, with_edges=False), 1, count)


def _least_gap(diagram: Diagram, window: range) -> float:
    """The cells between two layers below which more layers make the picture no clearer: lines need room to part."""
    longest = max(_items(diagram.layers[number]) for number in window)
    least = _OF_ALL if len(window) == len(diagram.layers) else _GAP
    return max(least, _PER_NEURON * longest)


def _busy(diagram: Diagram, with_edges: bool = True) -> range:
    """The layers from the first to the last that takes part; the first where none does."""
    ends = [end[0] for edge in diagram.edges if edge.is_marked and with_edges for end in (edge.start, edge.end)]
    ends += [n.layer for layer in diagram.layers for n in layer.neurons if n.is_marked]
    return range(min(ends), max(ends) + 1) if ends else range(1)


def _around(busy: range, size: int, count: int) -> range:
    """So many layers, with the busy ones in their middle."""
    start = busy.start - (size - len(busy)) // 2 if size > len(busy) else busy.start
    start = min(max(start, 0), count - size)
    return range(start, start + size)
