"""A lesson for screen readers, grep and mail: words in place of signs, one entry on each line, no columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from backtrace.formats.safe import printable
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import (
    Block,
    Curve,
    Derivation,
    Given,
    Heading,
    Lesson,
    Line,
    Listing,
    Prose,
    Recall,
    Sentence,
    Table,
)

_WORDS: Language = "words"


def print_plain(lesson: Lesson, stream: TextIO) -> None:
    """Print every block in order."""
    for block in lesson:
        for line in plain_lines(block):
            print(printable(line, ascii_only=True).rstrip(), file=stream)


def plain_lines(block: Block) -> Iterator[str]:
    """The lines of one block."""
    match block:
        case Heading():
            yield ""
            yield f"{block.text}, {block.aside}." if block.aside else f"{block.text}."
        case Given():
            for name, symbols, numbers in block.items:
                parts = [formula.linear(_WORDS) for formula in (name, symbols, numbers) if formula]
                yield " = ".join(parts)
        case Recall():
            for derivation in block.lines:
                yield f"{block.word.strip().capitalize()}: {derivation.linear(_WORDS)}"
        case Line():
            yield from _line(block)
        case Prose():
            opening = "Warning: " if block.tone == "warning" else ""
            yield opening + said(block.sentence)
        case Table():
            yield from _rows(block)
        case Curve():
            yield _curve(block)
        case Listing():
            yield from block.text.splitlines()


def _line(line: Line) -> Iterator[str]:
    opening = f"Line {line.number}, " if line.number else ""
    yield f"{opening}{line.name.linear(_WORDS)}. {said(line.why)}"
    yield from map(_derivation, line.derivations)
    if line.omitted:
        yield f"And {line.omitted} more entries."
    if line.reading:
        yield said(line.reading)


def _curve(curve: Curve) -> str:
    """The first, the lowest and the last value of a series, in its curve's place."""
    first, lowest, last = curve.values[0], min(curve.values), curve.values[-1]
    place = curve.first + curve.values.index(lowest)
    after = f"after {place} {curve.along.removesuffix('s') if place == 1 else curve.along}"
    return f"The {curve.title} is {first:.6g} at first, {lowest:.6g} at its lowest ({after}) and {last:.6g} at last."


def _derivation(derivation: Derivation) -> str:
    kept = f", {derivation.beside} {derivation.kept.linear(_WORDS)}" if derivation.kept else ""
    return derivation.linear(_WORDS) + kept


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = [said(cell) for cell in row]
        titles = [said(column) for column in table.columns]
        named = [f"{title} {cell}".strip() for title, cell in zip(titles, cells, strict=True) if cell]
        yield (", " if any(titles) else " ").join(named).replace("→", "becomes")


def said(sentence: Sentence) -> str:
    """A sentence with its mathematics in words."""
    return "".join(part if isinstance(part, str) else part.linear(_WORDS) for part in sentence).strip()
