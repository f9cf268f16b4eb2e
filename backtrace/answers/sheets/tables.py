"""Sheets in a table: long, one line for each quantity, or wide, one row for each student, as spreadsheets save them.

Long has the columns quantity and value, and may have update and sample; wide has one column for each entry or quantity,
and before them whatever names the student.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace

from backtrace.answers.sheets.cells import values_in
from backtrace.answers.sheets.lines import line_at
from backtrace.answers.sheets.naming import Names, names_of
from backtrace.answers.sheets.placing import Line
from backtrace.answers.sheets.rows import Written, sheets_of_lines
from backtrace.answers.sheets.sheet import Fault, Sheet
from backtrace.errors import InputError, Place, Problem
from backtrace.scenario.flaws import place_of, printable
from backtrace.scenario.scenario import Scenario

SEPARATORS = (";", "\t", ",")
_QUANTITY = ("quantity", "name", "line", "symbol", "id")
_VALUE = ("value", "answer", "number")
_LONGEST_TITLE = 60
_Row = tuple[list[str], Place]


def sheets_of_table(text: str, file: str, scenario: Scenario) -> list[Sheet]:
    """The sheets in a table, held against the scenario: one for each student, or one of a long table.

    Columns are parted by `;`, tab or comma; empty cells are not answered. Raises InputError where there is no table.
    """
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    separator = next((each for each in SEPARATORS if each in first), ",")
    rows = [(_cells(line, separator), place_of(file, (number, 1), lines)) for number, line in enumerate(lines, 1)]
    filled = [(cells, place) for cells, place in rows if any(cells)]
    if not filled:
        raise InputError(
            [Problem("an empty table", "columns quantity and value, or one for each entry", place=Place(file))]
        )
    names = names_of(scenario)
    written = _long(filled, file, names) or _wide(filled, names)
    if not written:
        expected = "one row for each student below the names, or the columns quantity and value"
        raise InputError([Problem("a table without answers", expected, place=filled[0][1])])
    return sheets_of_lines(scenario, written)


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a line; a quotation mark that is never closed ends with its line."""
    try:
        (cells,) = csv.reader([line], delimiter=separator, skipinitialspace=True)
    except (csv.Error, ValueError):
        cells = line.split(separator)
    return [cell.strip() for cell in cells]


def _is_known(name: str, names: Names) -> bool:
    line = line_at(name, ())
    return line.fault is None and any(names.meanings(line.name))


def _long(rows: Sequence[_Row], file: str, names: Names) -> list[Written]:
    """The sheet of a long table; nothing where the table is none."""
    (header, _), *below = rows
    columns = {name.lower(): number for number, name in reversed(list(enumerate(header)))}
    quantity = next((columns[name] for name in _QUANTITY if name in columns), None)
    value = next((columns[name] for name in _VALUE if name in columns), None)
    if quantity is None or value is None:
        is_bare = len(header) == 2 and _is_known(header[0], names) and not _is_known(header[1], names)  # noqa: PLR2004
        if not is_bare or not re.search(r"\d", header[1]):
            return []
        quantity, value, columns, below = 0, 1, {}, list(rows)
    return [Written(file, [_long_line(cells, quantity, value, columns, place) for cells, place in below])]


def _long_line(cells: Sequence[str], quantity: int, value: int, columns: dict[str, int], place: Place) -> Line:
    def cell(column: int | None) -> str:
        return cells[column] if column is not None and column < len(cells) else ""

    name = cell(quantity)
    if not name:
        return Line(
            "", place=place, fault=Fault("unreadable", Problem("a line without a name", "a quantity", place=place))
        )
    line = line_at(name, values_in(cell(value), place), place)
    for key in ("update", "sample"):
        text = cell(columns.get(key))
        if text and not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004
            problem = Problem(f"{key} '{printable(text, 20)}'", "a whole number from 1", place=place)
            return replace(line, fault=Fault("no such place", problem))
        if text:
            line = replace(line, update=int(text)) if key == "update" else replace(line, sample=int(text))
    return line


def _wide(rows: Sequence[_Row], names: Names) -> list[Written]:
    """A sheet for each row below the names; the columns before the first known name say whose it is."""
    (header, _), *below = rows
    first = next((column for column, name in enumerate(header) if _is_known(name, names)), 0)
    written = []
    for number, (cells, place) in enumerate(below, 1):
        title = " ".join(cell for cell in cells[:first] if cell) or f"row {number}"
        answered = [
            line_at(header[column] if column < len(header) else f"column {column + 1}", values_in(cell, place), place)
            for column, cell in enumerate(cells)
            if column >= first and cell
        ]
        written.append(Written(printable(title, _LONGEST_TITLE), answered))
    return written
