"""Setting mathematics in lines of characters: matrices as blocks of several lines, joined at their baselines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

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

    @cached_property
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


def width_of(text: str) -> int:
    """The width of a text in cells of the terminal."""
    return cell_len(text)


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


def broken(row: Sequence[Box], width: int) -> list[Box]:
    """The boxes side by side in as many rows as the width asks for.

    A row is cut before a sign; in a text that stands in brackets only where it would be too wide otherwise.
    """
    if sum(box.width for box in row) <= width:
        return [beside(row)]
    groups: list[list[Box]] = []
    for box in row:
        for part in _parts(box, width):
            if not groups or _starts_with_sign(part):
                groups.append([])
            groups[-1].append(part)
    rows: list[list[Box]] = []
    for group in groups:
        if not rows or sum(box.width for box in (*rows[-1], *group)) > width:
            rows.append([])
        rows[-1] += group
    return [beside(_without_indent(each)) for each in rows]


_SIGNS = ("+", "−", "-", "·", "*", "⊙", ".*")
_DEEPEST = 4


def _parts(box: Box, width: int) -> list[Box]:
    """A line of text cut before its signs, a matrix as it is."""
    if len(box.lines) > 1:
        return [box]
    parts = [box.lines[0]]
    for depth in range(_DEEPEST):
        parts = [piece for part in parts for piece in (_cut(part, depth) if cell_len(part) > width // 2 else [part])]
    return [Box((part,)) for part in parts]


def _cut(line: str, deepest: int) -> list[str]:
    """The line cut before every sign with a blank before it that stands in at most so many brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(line):
        depth += (character in "([") - (character in ")]")
        is_sign = line[place + 1 : place + 3].strip().startswith(_SIGNS)
        if character == " " and depth <= deepest and is_sign and place > start:
            parts.append(line[start:place])
            start = place
    return [*parts, line[start:]]


def _starts_with_sign(box: Box) -> bool:
    return len(box.lines) == 1 and box.lines[0].strip().startswith(_SIGNS) and not box.lines[0][:1].isalnum()


def _without_indent(row: Sequence[Box]) -> list[Box]:
    first, *rest = row
    return [Box((first.lines[0].lstrip(),)) if len(first.lines) == 1 else first, *rest]
