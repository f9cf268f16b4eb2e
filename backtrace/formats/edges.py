"""The weights of a diagram as lines between its columns, with labels where there is room for them.

What takes part is drawn dense, the rest dotted. A label stands on its own line and covers nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backtrace.formats.arrangement import Arrangement, Column
from backtrace.formats.canvas import Canvas, Cell
from backtrace.formats.layout import width_of
from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Edge

HEADS: dict[Language, tuple[str, str]] = {"text": ("►", "◄"), "ascii": (">", "<")}
"""The head of an arrow forward and backward; the first marks a neuron, too."""

ARROWS: dict[Language, str] = {"text": "→", "ascii": "->"}

_WHERE = (1 / 3, 2 / 3, 1 / 2, 1 / 4, 3 / 4, 2 / 5, 3 / 5, 1 / 6, 5 / 6)
"""How far along its line a label may stand, the best place first; far on first where lines part from one neuron."""

_APART, _MANY = 2, 30
_NEAR = 1 / 4


@dataclass(frozen=True, eq=False)
class Line:
    """An edge in its place: the cells that it leads from and to."""

    number: int
    edge: Edge
    start: Cell
    end: Cell

    def at(self, part: float) -> tuple[int, float]:
        """The row and the column of the point so far along the line."""
        (row, column), (row_end, column_end) = self.start, self.end
        return round(row + part * (row_end - row)), column + part * (column_end - column)

    def holds(self, first: int, end: int) -> bool:
        """Whether a text in these columns stands between the ends; on a level line, with some of it on both sides."""
        margin = 2 if self.start[0] == self.end[0] else 0
        return self.start[1] + margin <= first and end <= self.end[1] + 1 - margin


def draw_edges(canvas: Canvas, arrangement: Arrangement) -> None:
    """Draw the lines between neighbouring columns, with their labels and the heads of their arrows.

    What flows forward arrives at the mark of the neuron that it reaches; what flows back, at a head of its own.
    """
    for left, right in zip(arrangement.columns, arrangement.columns[1:], strict=False):
        edges = [edge for edge in arrangement.diagram.edges if edge.end[0] == right.number]
        lines = [Line(number, edge, *_ends(edge, left, right, arrangement.top)) for number, edge in enumerate(edges)]
        goes_back = arrangement.diagram.direction == "backward"
        heads = {line.start for line in lines if line.edge.is_marked and goes_back}
        for row, column in heads:
            canvas.write(row, column, HEADS[canvas.language][1], "arrow")
        for line in sorted(lines, key=lambda line: line.edge.is_marked):
            _draw(canvas, line, right, line.start in heads)
        for is_marked in (True, False):
            _label(canvas, [line for line in lines if line.edge.is_marked == is_marked])


def _ends(edge: Edge, left: Column, right: Column, top: int) -> tuple[Cell, Cell]:
    """The cells of the gap between two columns that an edge leads from and to: a blank stays before it."""
    start = _row_of(left, edge.start[1]) if edge.start[1] else top
    return (start, left.end + 1), (_row_of(right, edge.end[1]), right.left - 1)


def _row_of(column: Column, place: int) -> int:
    """The row of a neuron of a column by its place in the layer."""
    return next(row for neuron, row in zip(column.layer.neurons, column.rows, strict=True) if neuron.place == place)


def _draw(canvas: Canvas, line: Line, right: Column, is_headed: bool) -> None:
    """Draw one line: to the mark of the neuron that it leads to, or where none stands on to the name."""
    neuron = next(n for n in right.layer.neurons if n.place == line.edge.end[1])
    is_dense, (row, column), (row_end, column_end) = line.edge.is_marked, line.start, line.end
    stops_short = is_headed and neuron.is_marked
    canvas.line(line.number, (row, column + is_headed), (row_end, column_end - stops_short), is_dense)
    if right.mark > 1 and not neuron.is_marked:
        canvas.line(line.number, (row_end, column_end + 1), (row_end, column_end + 1), is_dense)


def _label(canvas: Canvas, lines: Sequence[Line]) -> None:
    """Write labels on lines: the fullest for which all find room, at one height of their lines where that can be."""
    if not lines:
        return
    where, is_marked = _where(lines), lines[0].edge.is_marked
    levels = list(zip(*(_forms(line.edge, canvas.language) for line in lines), strict=True))
    best: dict[int, tuple[str, Cell]] = {}
    for texts in levels if len(lines) <= _MANY else levels[-1:]:
        tries = (_placed(canvas, zip(lines, texts, strict=True), part) for part in where)
        best = max(_until_all(tries, len(lines)), key=len)
        if len(best) == len(lines):
            break
    for line, text in zip(lines, levels[-1], strict=True):
        if line.number not in best:
            tries = (
                _placed(canvas, [(line, text)], part, best.values(), covers)
                for covers in ((False, True) if is_marked else (False,))
                for part in where
                if abs(part - where[0]) <= _NEAR
            )
            best |= next(filter(None, tries), {})
    if is_marked or len(best) * 2 > len(lines):
        for text, (row, column) in best.values():
            canvas.clear(row, column - 1, column + width_of(text) + 1)
            canvas.write(row, column, text, "marked" if is_marked else "label")


def _until_all(tries: Iterator[dict[int, tuple[str, Cell]]], count: int) -> Iterator[dict[int, tuple[str, Cell]]]:
    """The tries up to the first that finds room for so many."""
    for found in tries:
        yield found
        if len(found) == count:
            return


def _where(lines: Sequence[Line]) -> Sequence[float]:
    """The places for labels: near the ends where the lines are further apart."""
    starts, ends = {line.start for line in lines}, {line.end for line in lines}
    return _WHERE if len(starts) > 1 or len(ends) == 1 else [1 - part for part in _WHERE]


def _placed(
    canvas: Canvas,
    texts: Iterable[tuple[Line, str]],
    part: float,
    others: Iterable[tuple[str, Cell]] = (),
    covers_dotted: bool = False,
) -> dict[int, tuple[str, Cell]]:
    """Which of the texts have room so far along their lines, and the cell that each starts in."""
    found: dict[int, tuple[str, Cell]] = {}
    taken = [(row, first, first + width_of(text)) for text, (row, first) in others]
    for line, text in texts:
        row, centre = line.at(part)
        size = width_of(text)
        first = round(centre - (size - 1) / 2)
        end = first + size
        if not line.holds(first, end) or (row, first - _APART) in canvas.texts:
            continue
        if any(
            row == its_row and first <= its_end + 1 and its_first <= end + 1 for its_row, its_first, its_end in taken
        ):
            continue
        if canvas.is_free(row, first - 1, end + 1, line.number, covers_dotted):
            found[line.number] = text, (row, first)
            taken.append((row, first, end))
    return found


def _forms(edge: Edge, language: Language) -> Iterator[str]:
    """What may stand at an edge, the fullest first."""
    name, value = edge.name.linear(language), edge.value.linear(language)
    if edge.new:
        becomes = f"{ARROWS[language]} {edge.new.linear(language)}"
        yield from (f"{name} {value} {becomes}", f"{value} {becomes}", becomes, edge.new.linear(language))
    elif edge.beside:
        beside, its_value = (each.linear(language) for each in edge.beside)
        yield from (f"{name} {value}, {beside} {its_value}", f"{beside} {its_value}", its_value)
    else:
        yield from (f"{name} {value}", value)
