"""Tables in .csv files: rows of numbers, or columns under a header; each problem has its line and column.

Cells stand between commas, with double quotes where a name holds a comma; numbers are written as in YAML.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from backtrace.errors import InputError, Problem
from backtrace.scenario.arrays import MOST_NUMBERS, refuse
from backtrace.scenario.flaws import place_of, printable, quoted
from backtrace.scenario.messages import number_remedy
from backtrace.scenario.scenario import Floats
from backtrace.scenario.text import LARGEST_FILE, LINE_BREAK, decoded, refuse_rubbish, text_of_file
from backtrace.scenario.tree import FLOAT

MOST_PROBLEMS = 100
"""How many problems of one table are looked for."""

_CELL = re.compile(r'\s*(?:"((?:[^"]|"")*)"\s*|([^",]*)),')


@dataclass(frozen=True)
class Cell:
    """What stands between two commas, and where: line and column count from 1."""

    text: str
    line: int
    column: int


class Table:
    """The rows of cells of a file, and the problems that were met. Raises InputError where it is no text."""

    def __init__(self, path: Path, file: str) -> None:
        text = decoded(text_of_file(path, LARGEST_FILE), file)
        refuse_rubbish(text, file, "CSV")
        self._file, self._lines = file, LINE_BREAK.split(text)
        self._problems: list[Problem] = []
        self._rows = [self._cells(number, line) for number, line in enumerate(self._lines, 1) if line.strip()]
        if not self._rows:
            refuse(file, "a file without rows", "rows of numbers between commas")
        if sum(map(len, self._rows)) > MOST_NUMBERS:
            refuse(file, f"more than {MOST_NUMBERS:,} cells", f"at most {MOST_NUMBERS:,}")

    @property
    def names(self) -> list[str]:
        """The names of the columns, from the first row."""
        return [cell.text for cell in self._rows[0]]

    def matrix(self) -> Floats:
        """The numbers of a file without a header, of shape (rows, columns). Raises InputError with all problems."""
        return self._numbers(self._even(self._rows, f"line {self._rows[0][0].line}"))

    def columns(self, names: Sequence[str]) -> Floats:
        """Columns by their names, of shape (rows, names). Raises InputError with all problems."""
        header, *rows = self._rows
        if not rows:
            refuse(self._file, "a header without rows", "a row of numbers for each sample")
        for cell in header:
            if cell.text in names and self.names.index(cell.text) != header.index(cell):
                self._note(cell, f"the column '{printable(cell.text, 60)}' a second time", "each name once")
        places = [self.names.index(name) for name in names]
        return self._numbers([row[i] for i in places] for row in self._even(rows, "the header"))

    def _cells(self, number: int, line: str) -> list[Cell]:
        cells, at = [], 0
        while at <= len(line):
            match = _CELL.match(f"{line},", at)
            if match is None:
                self._note(Cell("", number, at + 1), "a quotation mark out of place", "quotes around a whole cell")
                break
            quoted_text, plain = match.groups()
            text = plain.strip() if quoted_text is None else quoted_text.replace('""', '"')
            cells.append(Cell(text, number, match.start(2 if quoted_text is None else 1) + 1))
            at = match.end()
        return cells

    def _note(self, cell: Cell, found: str, expected: str = "", remedy: str = "") -> float:
        """One problem more; gives what stands for a number that is none."""
        place = place_of(self._file, (cell.line, cell.column), self._lines)
        self._problems.append(Problem(found, expected, remedy, place=place))
        if len(self._problems) >= MOST_PROBLEMS:
            raise InputError(self._problems)
        return math.nan

    def _even(self, rows: Iterable[list[Cell]], of: str) -> Iterator[list[Cell]]:
        """The rows that are as long as the first of the file; of the others it is noted."""
        width = len(self._rows[0])
        for row in rows:
            if len(row) == width:
                yield row
            elif row:
                self._note(row[-1], f"{len(row)} cell{'' if len(row) == 1 else 's'}", f"{width}, as in {of}")

    def _numbers(self, rows: Iterable[list[Cell]]) -> Floats:
        numbers = np.array([[self._number(cell) for cell in row] for row in rows], dtype=np.float64)
        if self._problems:
            raise InputError(self._problems)
        return numbers

    def _number(self, cell: Cell) -> float:
        if FLOAT.fullmatch(cell.text) is None:
            found = quoted(cell.text) if cell.text else "an empty cell"
            return self._note(cell, found, "a number", number_remedy(cell.text))
        number = float(cell.text)
        return number if math.isfinite(number) else self._note(cell, cell.text[:40], "a number below 1.8e308")
