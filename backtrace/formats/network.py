"""A diagram drawn in characters, in any size: lines of runs that each have a role, and where a click leads to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backtrace.formats.arrangement import PENDING, Arrangement, Column, Texts, arranged, omission
from backtrace.formats.canvas import Canvas, Role, Run
from backtrace.formats.edges import HEADS, draw_edges
from backtrace.formats.layout import width_of
from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Diagram, Neuron

_FEWEST_ROWS = 5
_ROOMY = 14
_GAP = 3
_MORE: dict[Language, str] = {"text": "⋯", "ascii": ".."}
_SHAFTS: dict[Language, str] = {"text": "──", "ascii": "--"}


@dataclass(frozen=True)
class Region:
    """Cells of a row that belong to a neuron, and the number of the stop where its activation is worked."""

    row: int
    first: int
    end: int
    stop: int


@dataclass(frozen=True)
class Drawing:
    """Lines of runs, from the top, and the regions that can be clicked."""

    lines: tuple[tuple[Run, ...], ...]
    regions: tuple[Region, ...]

    def __str__(self) -> str:
        return "\n".join("".join(run.text for run in line) for line in self.lines)


def drawn(diagram: Diagram, width: int, height: int, language: Language = "text") -> Drawing:
    """The diagram in at most so many columns and rows, from 28 by 8 on: a caption below the network.

    What takes part is marked in signs: a mark before a neuron, a dense line for a weight.
    """
    caption = _caption(diagram, width, language)
    if len(caption) > height - _FEWEST_ROWS:
        caption = []
    rows = height - len(caption) - (1 if caption and height >= _ROOMY else 0)
    canvas = Canvas(width, rows, language)
    arrangement = arranged(diagram, width, rows, language)
    regions = tuple(
        region for column in arrangement.columns for region in _draw_column(canvas, column, arrangement.top)
    )
    _draw_more(canvas, arrangement)
    draw_edges(canvas, arrangement)
    blank = [()] * (height - rows - len(caption))
    lines = (*canvas.rows(), *blank, *_with_legend(caption, diagram, width, language))
    return Drawing(lines, regions)


def _draw_column(canvas: Canvas, column: Column, top: int) -> Iterator[Region]:
    """Write the neurons of a layer; where they can be clicked."""
    for neuron, texts, row in zip(column.layer.neurons, column.texts, column.rows, strict=True):
        _draw_neuron(canvas, column, neuron, texts, row)
        if neuron.stop is not None:
            yield from (Region(each, column.left, column.end, neuron.stop) for each in (row, row + 1))
    if column.omission is not None:
        text = omission(column.layer.omitted, canvas.language)
        canvas.write(column.omission, column.left + column.mark, text, "faint")
    if column.layer.bias:
        first = _draw_bias(canvas, column, column.layer.bias, top)
        if column.layer.bias.stop is not None:
            yield Region(top, first, column.end, column.layer.bias.stop)


def _draw_neuron(canvas: Canvas, column: Column, neuron: Neuron, texts: Texts, row: int) -> None:
    """Write a neuron's mark, name and value, and below what is newest besides; numbers end where the column ends."""
    role: Role = "marked" if neuron.is_marked else "name"
    if neuron.is_marked:
        canvas.write(row, column.left, HEADS[canvas.language][0], "marked")
    canvas.write(row, column.left + column.mark, texts.name, role)
    of_value: Role = "faint" if neuron.value is None else "marked" if neuron.is_marked else "value"
    if column.is_stacked:
        canvas.write(row + 1, column.left + column.mark, texts.value, of_value)
        return
    canvas.write(row, column.end - width_of(texts.value), texts.value, of_value)
    if texts.below:
        name, value = texts.below
        first = column.end - width_of(value)
        if first - 1 - width_of(name) >= column.left:
            canvas.write(row + 1, first - 1 - width_of(name), name, role)
            canvas.write(row + 1, first, value, "marked" if neuron.is_marked else "value")


def _draw_bias(canvas: Canvas, column: Column, bias: Neuron, row: int) -> int:
    """Write the node with the constant 1 that the biases lead from; the column where it starts."""
    text = f"({bias.name.linear(canvas.language)})"
    first = column.end - width_of(text)
    canvas.write(row, first, text, "marked" if bias.is_marked else "name")
    if bias.is_marked:
        canvas.write(row, first - column.mark, HEADS[canvas.language][0], "marked")
    return first


def _draw_more(canvas: Canvas, arrangement: Arrangement) -> None:
    """Write a sign at each side where there are more layers."""
    sign = _MORE[canvas.language]
    if arrangement.has_earlier:
        canvas.write(arrangement.aside, 0, sign, "faint")
    if arrangement.has_later:
        canvas.write(arrangement.aside, canvas.width - width_of(sign), sign, "faint")


def _caption(diagram: Diagram, width: int, language: Language) -> list[str]:
    """The caption in lines, led by an arrow that shows which way things flow where that takes no line more."""
    text = "".join(part if isinstance(part, str) else part.linear(language) for part in diagram.caption)
    lines = list(_wrapped(text, width))
    if diagram.direction is None:
        return lines
    ahead, back = HEADS[language]
    shaft = _SHAFTS[language]
    arrow = f"{shaft}{ahead}" if diagram.direction == "forward" else f"{back}{shaft}"
    led = list(_wrapped(f"{arrow} {text}", width))
    return led if len(led) == len(lines) else lines


def _wrapped(text: str, width: int) -> Iterator[str]:
    line = ""
    for word in text.split():
        if line and width_of(line) + 1 + width_of(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _with_legend(caption: list[str], diagram: Diagram, width: int, language: Language) -> Iterator[tuple[Run, ...]]:
    """The lines of the caption; after the last, where there is room, what the sign for a missing value means."""
    is_pending = any(neuron.value is None for layer in diagram.layers for neuron in layer.neurons)
    legend = f"{PENDING[language]} not computed yet"
    for number, line in enumerate(caption, 1):
        spare = width - width_of(line) - width_of(legend)
        if number == len(caption) and is_pending and spare >= _GAP:
            yield Run(line + " " * spare, "caption"), Run(legend, "faint")
        else:
            yield (Run(line, "caption"),)
