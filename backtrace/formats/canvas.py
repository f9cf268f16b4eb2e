"""A picture in characters: text in cells, and straight lines between cells in braille dots or in plain ASCII.

Lines belong to an owner, so that a label may stand on its own line and keep clear of all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from backtrace.formats.layout import width_of
from backtrace.formula.writing import Language

Role = Literal["name", "value", "marked", "edge", "faint", "arrow", "label", "caption"]
"""What a run of cells is; the colours are for whoever shows it."""

Cell = tuple[int, int]
"""Row and column, from 0."""

# The bit of each dot of a braille character: by column, from the top.
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_ACROSS, _DOWN = 2, 4
_LEVEL = 1  # the dot of a cell that a line starts and ends on: the one level with the middle of a small letter
_SPARSE = 4
_STEEP = 2.0
_SIGNS = "/\\|-."


@dataclass(frozen=True)
class Run:
    """Characters of one role, side by side."""

    text: str
    role: Role


@dataclass
class _Stroke:
    """What a line leaves in a cell: the dots of a braille character, or an ASCII sign."""

    dots: int
    sign: str
    is_dense: bool


@dataclass
class Canvas:
    """Cells to be written and drawn on, row by row from the top."""

    width: int
    height: int
    language: Language
    texts: dict[Cell, tuple[str, Role]] = field(default_factory=dict)
    strokes: dict[Cell, dict[int, _Stroke]] = field(default_factory=dict)

    def write(self, row: int, column: int, text: str, role: Role) -> None:
        """Write a text from a cell on; a combining character joins the one before it."""
        for character in text:
            size = width_of(character)
            if size == 0:
                before, its_role = self.texts[row, column - 1]
                self.texts[row, column - 1] = before + character, its_role
                continue
            self.texts[row, column] = character, role
            for covered in range(1, size):
                self.texts[row, column + covered] = "", role
            column += size

    def line(self, owner: int, start: Cell, end: Cell, is_dense: bool) -> None:
        """Draw a straight line from cell to cell: dense, or dotted."""
        if self.language == "ascii":
            self._signs(owner, start, end, is_dense)
        else:
            self._dots(owner, start, end, is_dense)

    def _dots(self, owner: int, start: Cell, end: Cell, is_dense: bool) -> None:
        x, y = start[1] * _ACROSS, start[0] * _DOWN + _LEVEL
        across, down = (end[1] + 1) * _ACROSS - 1 - x, (end[0] - start[0]) * _DOWN
        for number, (right, below) in enumerate(_straight(across, down)):
            if is_dense or number % _SPARSE == 0:
                self._add(owner, x + right, y + below, is_dense)

    def _add(self, owner: int, x: int, y: int, is_dense: bool) -> None:
        bit, cell = _BITS[x % _ACROSS][y % _DOWN], (y // _DOWN, x // _ACROSS)
        there = self.strokes.setdefault(cell, {})
        if owner in there:
            there[owner].dots |= bit
        else:
            there[owner] = _Stroke(bit, "*", is_dense)

    def _signs(self, owner: int, start: Cell, end: Cell, is_dense: bool) -> None:
        across, down = end[1] - start[1], end[0] - start[0]
        steep = abs(down) > _STEEP * abs(across)
        rising = "\\" if down > 0 else "/"
        path = list(_straight(across, down))
        for number, (right, below) in enumerate(path):
            if not is_dense and number % 2:
                continue
            beside = {path[other][1] for other in (number - 1, number + 1) if 0 <= other < len(path)}
            sign = "-" if beside == {below} else "|" if steep else rising
            cell = start[0] + below, start[1] + right
            self.strokes.setdefault(cell, {})[owner] = _Stroke(0, sign if is_dense else ".", is_dense)

    def is_free(self, row: int, first: int, end: int, owner: int, covers_dotted: bool = False) -> bool:
        """Whether no text and no line but the owner's stands in the cells of a row; or none but dotted ones."""
        for cell in ((row, column) for column in range(first, end)):
            if cell in self.texts:
                return False
            for other, stroke in self.strokes.get(cell, {}).items():
                if other != owner and (stroke.is_dense or not covers_dotted):
                    return False
        return True

    def clear(self, row: int, first: int, end: int) -> None:
        """Take the lines out of the cells of a row."""
        for column in range(first, end):
            self.strokes.pop((row, column), None)

    def rows(self) -> Iterator[tuple[Run, ...]]:
        """The rows in runs of one role each, with no blanks at their ends."""
        ends = [0] * self.height
        for row, column in (*self.texts, *self.strokes):
            ends[row] = max(ends[row], column + 1)
        for row, end in enumerate(ends):
            runs: list[tuple[list[str], Role]] = []
            for column in range(end):
                text, role = self._cell(row, column)
                if runs and (runs[-1][1] == role or text == " "):
                    runs[-1][0].append(text)
                else:
                    runs.append(([text], role))
            yield tuple(Run("".join(texts), role) for texts, role in runs)

    def _cell(self, row: int, column: int) -> tuple[str, Role]:
        if (row, column) in self.texts:
            return self.texts[row, column]
        there = self.strokes.get((row, column))
        if not there:
            return " ", "faint"
        strokes = [stroke for stroke in there.values() if stroke.is_dense] or list(there.values())
        role: Role = "marked" if strokes[0].is_dense else "edge"
        if self.language == "ascii":
            signs = {stroke.sign for stroke in strokes}
            return ("X" if signs >= {"/", "\\"} else min(signs, key=_SIGNS.index)), role
        dots = 0
        for stroke in there.values():
            dots |= stroke.dots
        return chr(0x2800 + dots), role


def _straight(across: int, down: int) -> Iterator[tuple[int, int]]:
    """The steps of a straight line, its rounding mirrored above and below."""
    steps = max(abs(across), abs(down), 1)
    right, below = (1 if across > 0 else -1), (1 if down > 0 else -1)
    for step in range(steps + 1):
        yield (
            right * ((2 * abs(across) * step + steps) // (2 * steps)),
            below * ((2 * abs(down) * step + steps) // (2 * steps)),
        )
