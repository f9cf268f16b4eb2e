"""Setting mathematics in lines of characters: matrices as blocks of several lines, joined at their baselines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from backtrace.formula.writing import Grid, Language, Piece

# The left and right bracket of a block: on one line, and the first, middle and last of several lines.
_BRACKETS = {
    "[": {"text": ("[]", "⎡⎤", "⎢⎥", "⎣⎦"), "ascii": ("[]", "[]", "[]", "[]")},
    "(": {"text": ("()", "⎛⎞", "⎜⎟", "⎝⎠"), "ascii": ("()", "()", "()", "()")},
}
_PAIRS = {"(": ")", "[": "]"}


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
    opened: list[int] = []
    for piece in _split_at_brackets(pieces):
        if isinstance(piece, Grid):
            row.append(_matrix(piece, language))
            continue
        if piece in _PAIRS.values() and opened:
            start = opened.pop()
            bracket = row[start].lines[0]
            row[start:] = [_between(beside(row[start + 1 :]), bracket, language)]
            continue
        if piece in _PAIRS:
            opened.append(len(row))
        row.append(Box((piece,)))
    return row


def _split_at_brackets(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with every bracket that is closed in another piece standing alone."""
    for piece in pieces:
        if isinstance(piece, Grid):
            yield piece
            continue
        unmatched: list[int] = []
        for place, character in enumerate(piece):
            if character in _PAIRS:
                unmatched.append(place)
            elif character in _PAIRS.values():
                if unmatched and piece[unmatched[-1]] in _PAIRS:
                    unmatched.pop()
                else:
                    unmatched.append(place)
        start = 0
        for place in unmatched:
            yield from filter(None, (piece[start:place], piece[place]))
            start = place + 1
        if piece[start:]:
            yield piece[start:]


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
    height = len(inside.lines)
    pairs = [one] if height == 1 else [first, *[middle] * (height - 2), last]
    lines = [pair[0] + padded(line, inside.width) + pair[1] for pair, line in zip(pairs, inside.lines, strict=True)]
    return Box(tuple(lines), inside.baseline)


def wrapped(box: Box, width: int) -> list[Box]:
    """A line of text in as many rows as the width asks for, cut before a sign, outside brackets where that does."""
    if len(box.lines) > 1 or box.width <= width:
        return [box]
    parts = [box.lines[0]]
    for depth in range(_DEEPEST):
        parts = [piece for part in parts for piece in (_cut(part, depth) if cell_len(part) > width else [part])]
    rows = [""]
    for part in parts:
        if rows[-1] and cell_len(rows[-1]) + cell_len(part) > width:
            rows.append("")
        rows[-1] += part if rows[-1] else part.lstrip()
    return [Box((row,)) for row in rows]


_DEEPEST = 4


def _cut(line: str, deepest: int) -> list[str]:
    """The line cut before every sign with a blank before it that stands in at most so many brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(line):
        depth += (character in "([") - (character in ")]")
        is_sign = line[place + 1 : place + 2] in ("+", "−", "-", "·", "*", "⊙")
        if character == " " and depth <= deepest and is_sign and place > start:
            parts.append(line[start:place])
            start = place
    return [*parts, line[start:]]
