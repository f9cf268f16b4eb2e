"""What stands for a quantity on a sheet: single texts, nested as they were written, and what shape they fit.

Whether `0,52` is a number or two is not always to be seen from the text: then it is read both ways, and the shape of
the quantity decides.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtrace.errors import Place
from backtrace.formula.expr import Shape

_LONGEST = 100_000
_DEEPEST = 4
_OPEN, _CLOSE = "[({", "])}"
_TOKEN = re.compile(r"[\[\](){};]|[^\s\[\](){};|]+")
_TIMES_APART = re.compile(r"\s*([·*×x])\s*(?=10)")
_POWER = re.compile(r"(?<=10)\s*\^\s*[({]?\s*([-+−–]?)\s*(\d+)\s*[)}]?")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_PARTED = re.compile(r"[\d,] |;")
_SIGN_APART = re.compile(r"(^|[\[({;,])(\s*[-−–+])\s+(?=[\d.])")
_BLANKS = re.compile(r"\s*(_+|\?+|…|\.{3}|)\s*")


@dataclass(frozen=True)
class Cell:
    """One text of a sheet, with its place; `problem` says why it is no number where that is known already."""

    text: str
    place: Place | None = None
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was answered: the place is empty, or holds a line to write on, or a question mark."""
        return not self.problem and bool(_BLANKS.fullmatch(self.text))


Value = Cell | tuple["Value", ...]
"""A cell, or a list of values."""

Entries = list[tuple[tuple[int, ...], Cell]]
"""Cells by index, counted from 1; `()` of a single number."""


def values_in(text: str, place: Place | None = None) -> tuple[Value, ...]:
    """What the text may stand for, the likeliest first: a number, or several, in brackets or not.

    Blanks, commas and `;` part numbers, `;` also rows. A comma between digits is a decimal comma; where nothing else
    parts numbers it may also be that. Text that is no such thing is a single cell.
    """
    text = " ".join(text.split())
    whole = Cell(text, place)
    if len(text) > _LONGEST:
        return (whole,)
    plain = _SIGN_APART.sub(r"\1\2", re.sub(r" ?/ ?", "/", text))
    plain = _POWER.sub(r"^\1\2", _TIMES_APART.sub(r"\1", plain))
    readings = [_nested(plain, place)]
    if "." not in plain and _DECIMAL_COMMA.search(plain) and not _PARTED.search(plain):
        readings.append(_nested(_DECIMAL_COMMA.sub(", ", plain), place))
    return tuple(reading for reading in readings if reading is not None) or (whole,)


def _nested(text: str, place: Place | None) -> Value | None:
    """The value in a text whose every comma between digits without a blank is decimal; None where brackets misfit."""
    commas = r",(?!\d)|(?<!\d)," if "." not in text else ","
    opened: list[list[list[Value]]] = [[[]]]
    for part in _TOKEN.findall(re.sub(commas, " ", text)):
        if part in _OPEN:
            opened.append([[]])
        elif part in _CLOSE:
            rows = opened.pop()
            if not opened:
                return None
            opened[-1][-1].append(_rows(rows))
        elif part == ";":
            opened[-1].append([])
        else:
            opened[-1][-1].append(Cell(part.strip("'\"") or part, place))
        if len(opened) > _DEEPEST:
            return None
    if len(opened) > 1:
        return None
    (*rows,) = opened[0]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else _rows(rows) if rows[0] else None


def _rows(rows: list[list[Value]]) -> tuple[Value, ...]:
    """A list, or the list of its rows where `;` parts it; a `;` at the end parts nothing."""
    filled = rows if rows[-1] else rows[:-1]
    return tuple(rows[0]) if len(filled) < 2 else tuple(map(tuple, filled))  # noqa: PLR2004


def spread(value: Value, shape: Shape) -> Entries | None:
    """The cells of a value by index, where it fits the shape; None where it does not.

    A number alone may stand in brackets, a vector as a row or a column, a matrix of one row or column as a list.
    """
    if all(size == 1 for size in shape):
        while isinstance(value, tuple) and len(value) == 1:
            (value,) = value
        return [((1,) * len(shape), value)] if isinstance(value, Cell) else None
    rows = _table(value)
    if rows is None:
        return None
    if len(shape) == 1 or 1 in shape:
        flat = rows[0] if len(rows) == 1 else [row[0] for row in rows] if len(rows[0]) == 1 else None
        is_listed = len(shape) == 1 or not isinstance(value, tuple) or not isinstance(value[0], tuple)
        if flat is not None and len(flat) == max(shape) and (is_listed or (len(rows), len(rows[0])) == shape):
            column = len(shape) == 2 and shape[1] == 1  # noqa: PLR2004
            indices = [(i,) if len(shape) == 1 else (i, 1) if column else (1, i) for i in range(1, len(flat) + 1)]
            return list(zip(indices, flat, strict=True))
        return None
    if (len(rows), len(rows[0])) != shape:
        return None
    return [((i, j), cell) for i, row in enumerate(rows, 1) for j, cell in enumerate(row, 1)]


def _table(value: Value) -> list[list[Cell]] | None:
    """The rows of a value, of a list its single row; None where it has no even rows of cells."""
    if isinstance(value, Cell) or not value:
        return None
    if all(isinstance(entry, Cell) for entry in value):
        return [[entry for entry in value if isinstance(entry, Cell)]]
    rows = [[cell for cell in row if isinstance(cell, Cell)] for row in value if isinstance(row, tuple)]
    is_even = len(rows) == len(value) and all(row and len(row) == len(rows[0]) for row in rows)
    is_flat = all(len(row) == len(whole) for row, whole in zip(rows, value, strict=False) if isinstance(whole, tuple))
    return rows if is_even and is_flat else None


def transposed(value: Value) -> Value | None:
    """The value with rows and columns exchanged; None where it has no even rows."""
    rows = _table(value)
    return tuple(zip(*rows, strict=True)) if rows else None


def cells_of(value: Value) -> Sequence[Cell]:
    """Every cell of a value, in order."""
    return [value] if isinstance(value, Cell) else [cell for entry in value for cell in cells_of(entry)]


def described(value: Value) -> str:
    """What was written, as a sentence says it."""
    if isinstance(value, Cell):
        return "a single number"
    rows = _table(value)
    if rows is None:
        return "rows of unlike length" if value else "an empty list"
    if isinstance(value[0], Cell):
        return f"a list of {len(value)}" if len(value) > 1 else "a single number in brackets"
    return f"{len(rows)}×{len(rows[0])} numbers"


def shape_said(shape: Shape) -> str:
    """A shape, as a sentence says it."""
    if not shape:
        return "a single number"
    return f"a list of {shape[0]}" if len(shape) == 1 else f"{shape[0]}×{shape[1]} numbers, row by row"


def negated(cell: Cell) -> Cell:
    """The cell with the other sign, for a name that is that of the negative."""
    text = cell.text.strip()
    return replace(cell, text=text[1:] if text[:1] in ("-", "−", "–") else f"−{text.removeprefix('+')}")
