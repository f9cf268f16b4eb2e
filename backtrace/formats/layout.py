"""Setting mathematics in lines of characters: matrices as blocks of several lines, joined at their baselines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from backtrace.formula.writing import Grid, Language, Piece

# The left and right bracket of a block: on one line, and the first, middle and last of several lines.
_BRACKETS = {
    "[": {"text": ("[]", "⎡⎤", "⎢⎥", "⎣⎦"), "ascii": ("[]", "[]", "[]", "[]")},
    "(": {"text": ("()", "⎛⎞", "⎜⎟", "⎝⎠"), "ascii": ("()", "()", "()", "()")},
}


@dataclass(frozen=True)
class Box:
    """Lines of equal width; the line with the number `baseline` lies level with its neighbours'."""

    lines: tuple[str, ...]
    baseline: int = 0

    @property
    def width(self) -> int:
        """The width in cells of the terminal."""
        return max(map(cell_len, self.lines), default=0)

    @property
    def above(self) -> int:
        """How many lines stand above the baseline."""
        return self.baseline

    @property
    def below(self) -> int:
        """How many lines stand below the baseline."""
        return len(self.lines) - 1 - self.baseline


def padded(text: str, width: int) -> str:
    """The text filled up with blanks on the right."""
    return text + " " * (width - cell_len(text))


def boxes(pieces: Iterable[Piece], language: Language) -> list[Box]:
    """A box for each piece; brackets as tall as what stands between them."""
    row: list[Box] = []
    opened: list[tuple[int, Piece]] = []
    for piece in pieces:
        if piece == "(":
            opened.append((len(row), piece))
            row.append(Box(("(",)))
        elif piece == ")" and opened:
            start, _ = opened.pop()
            inside = beside(row[start + 1 :])
            del row[start:]
            row.append(_between(inside, "(", language))
        else:
            row.append(_matrix(piece, language) if isinstance(piece, Grid) else Box((piece,)))
    return row


def beside(row: Sequence[Box]) -> Box:
    """The boxes side by side, their baselines level."""
    above, below = max((b.above for b in row), default=0), max((b.below for b in row), default=0)
    lines = []
    for at in range(-above, below + 1):
        line = ""
        for box in row:
            place = box.baseline + at
            line += padded(box.lines[place] if 0 <= place < len(box.lines) else "", box.width)
        lines.append(line)
    return Box(tuple(lines), above)


def _matrix(matrix: Grid, language: Language) -> Box:
    widths = [max(cell_len(row[column]) for row in matrix.rows) for column in range(len(matrix.rows[0]))]
    lines = tuple(
        " ".join(" " * (width - cell_len(entry)) + entry for entry, width in zip(row, widths, strict=True))
        for row in matrix.rows
    )
    return _between(Box(lines, len(lines) // 2), "[", language)


def _between(inside: Box, bracket: str, language: Language) -> Box:
    one, first, middle, last = _BRACKETS[bracket]["ascii" if language == "ascii" else "text"]
    if len(inside.lines) == 1:
        return Box((one[0] + inside.lines[0] + one[1],))
    lines = []
    for number, line in enumerate(inside.lines):
        left, right = first if number == 0 else last if number == len(inside.lines) - 1 else middle
        lines.append(left + padded(line, inside.width) + right)
    return Box(tuple(lines), inside.baseline)


def wrapped(row: Sequence[Box], width: int) -> list[Box]:
    """The boxes in as many rows as the width asks for; a long text breaks before a sign at its top level."""
    parts = [part for box in row for part in (_breakable(box) if box.width > width or len(row) > 1 else [box])]
    if sum(box.width for box in row) > width and len(row) == 1:
        parts = _breakable(row[0])
    rows: list[list[Box]] = [[]]
    for part in parts:
        if rows[-1] and sum(box.width for box in rows[-1]) + part.width > width:
            rows.append([])
        rows[-1].append(part if rows[-1] else _without_indent(part))
    return [beside(each) for each in rows if each]


def _without_indent(box: Box) -> Box:
    return Box((box.lines[0].lstrip(),), 0) if len(box.lines) == 1 else box


def _breakable(box: Box) -> list[Box]:
    """A line of text cut before every blank that stands outside brackets."""
    if len(box.lines) > 1:
        return [box]
    parts, depth, start, line = [], 0, 0, box.lines[0]
    for place, character in enumerate(line):
        depth += (character in "([") - (character in ")]")
        is_sign = line[place + 1 : place + 2] in ("+", "−", "-", "·", "*", "⊙")
        if character == " " and depth <= 0 and is_sign and place > start:
            parts.append(line[start:place])
            start = place
    return [Box((part,)) for part in [*parts, line[start:]] if part]
