"""A lesson in the terminal, by rich: no boxes, aligned at the relation sign; chain dim, value bold."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from backtrace.formats.curve import plot
from backtrace.formats.layout import Box, beside, boxes, broken, padded
from backtrace.formats.safe import printable
from backtrace.formats.setting import GAP, INDENT, Row, set_in_rows
from backtrace.formula.writing import Language, Piece
from backtrace.lesson.blocks import (
    SIGNS,
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
from backtrace.lesson.mathematics import Formula

_WIDEST = 110
_BETWEEN, _LAST_COLUMN = 3, 16
_STYLES = {"chain": "dim", "formula": "", "numbers": "", "factors": "dim", "value": "bold"}
_TONES = {"plain": "", "note": "dim", "warning": "bold yellow"}


def texts(blocks: Iterable[Block], width: int, language: Language = "text", projector: bool = False) -> list[Text]:
    """The lines of blocks as they are printed on a console of that width."""
    printer = ConsolePrinter(Console(width=width, file=StringIO()), language, projector)
    for block in blocks:
        printer.block(block)
    return printer.finished


class ConsolePrinter:
    """Prints a lesson on a rich console, in text or ASCII spelling.

    For a `projector` everything is bold, nothing dim, and blank lines stand between the rows.
    """

    def __init__(self, console: Console, language: Language = "text", projector: bool = False) -> None:
        self.console = console
        self.projector = projector
        self.language: Language = language
        self.width = min(console.width, _WIDEST)
        self.after_blank = False
        self.finished: list[Text] = []

    def print(self, lesson: Lesson) -> None:
        """Print every block in order: all lines at once, for what rich does for each takes longer than making them."""
        for block in lesson:
            self.block(block)
        if self.finished:
            text = Text("\n").join(self.finished)
            self.console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)
        self.finished = []

    def block(self, block: Block) -> None:
        """Set one block."""
        match block:
            case Heading():
                self.heading(block)
            case Given():
                self.given(block)
            case Recall():
                self.recall(block)
            case Line():
                self.line(block)
            case Prose():
                self.prose(block.sentence, 2, _TONES[block.tone], "Warning: " if block.tone == "warning" else "")
            case Table():
                self.table(block)
            case Curve():
                self.lines(" " * INDENT + line for line in plot(block, self.language, self.width - 2 * INDENT))
            case Listing():
                self.lines(" " * 2 * INDENT + self.spelt(line) for line in block.text.splitlines())

    def emit(self, text: Text | str = "") -> None:
        """Set one line as it is: no markup, no wrapping; blanks at its end and second empty lines are left out."""
        line = Text(text) if isinstance(text, str) else text
        line.rstrip()
        if not line and self.after_blank:
            return
        self.after_blank = not line
        if self.projector:
            line = Text(line.plain, "bold")
        self.finished.append(line)

    def lines(self, lines: Iterable[str], style: str = "") -> None:
        """Set lines of one style."""
        for line in lines:
            self.emit(Text(line, style))

    def spelt(self, text: str) -> str:
        """Text of ours or the user's, safe to print and in the letters that the terminal has."""
        return printable(text, ascii_only=self.language == "ascii")

    def said(self, sentence: Sentence) -> str:
        """A sentence with its mathematics on one line."""
        return "".join(
            self.spelt(part) if isinstance(part, str) else part.linear(self.language) for part in sentence
        ).strip()

    def heading(self, heading: Heading) -> None:
        """A title, and what stands at the other end of the line; a phase is underlined."""
        title = heading.text.upper() if heading.level == 1 else heading.text
        title, aside = self.spelt(title), self.spelt(heading.aside)
        self.emit()
        gap = self.width - len(title) - len(aside)
        if len(title) > self.width or (aside and gap < 2):  # noqa: PLR2004
            self.lines(textwrap.wrap(title, self.width), "bold")
            self.lines(textwrap.wrap(aside, self.width), "dim")
        else:
            self.emit(Text.assemble((title, "bold"), " " * gap, (aside, "dim")))
        if heading.level == 1:
            rule = "-" if self.language == "ascii" else "─"
            self.emit(Text(rule * self.width, "dim"))

    def prose(self, sentence: Sentence, indent: int, style: str = "", opening: str = "") -> None:
        """A sentence, wrapped."""
        text = opening + self.said(sentence)
        for line in textwrap.wrap(text, max(20, self.width - indent), break_on_hyphens=False):
            self.emit(Text(" " * indent + line, style))

    def given(self, given: Given) -> None:
        """The quantities side by side while the line holds them."""
        row: list[Box] = []
        for item in given.items:
            for box in self.given_boxes(*item):
                if row and sum(b.width + 4 for b in row) + box.width + 2 > self.width:
                    self.row(row)
                    row = []
                row.append(box)
        self.row(row)

    def given_boxes(self, name: Formula, symbols: Formula | None, numbers: Formula) -> list[Box]:
        """Name, symbols and numbers as one equation, or as two where that is too wide."""
        parts = [f.pieces(self.language) for f in (name, symbols, numbers) if f]
        whole = self.equation(parts)
        if symbols is None or whole.width + 2 <= self.width:
            return [whole]
        return [self.equation(parts[:2]), self.equation([parts[0], parts[2]])]

    def equation(self, parts: Sequence[Sequence[Piece]]) -> Box:
        """The parts with signs of equality between them."""
        pieces = [piece for number, part in enumerate(parts) for piece in ((" = ",) if number else ()) + tuple(part)]
        return beside(boxes(pieces, self.language))

    def row(self, row: Sequence[Box]) -> None:
        """Boxes side by side, with space between them."""
        spaced = [part for box in row for part in (Box(("    ",)), box)][1:]
        self.lines("  " + line for line in beside(spaced).lines)
        if len(beside(spaced).lines) > 1:
            self.emit()

    def recall(self, recall: Recall) -> None:
        """The forward lines in one row, or one below another where they are long."""
        parts = [derivation.linear(self.language) for derivation in recall.lines]
        line = "    ".join(parts)
        opening = f"   {recall.word}  "
        room = self.width - len(opening)
        rows = [line] if len(line) <= room else [row for each in recall.lines for row in self.packed(each, room)]
        for row in rows:
            self.emit(Text.assemble((opening, "dim italic"), row))
            opening = " " * len(opening)

    def packed(self, derivation: Derivation, room: int) -> list[str]:
        """A derivation in as few lines as its forms need, broken before relation signs where that is enough."""
        target = derivation.target.linear(self.language)
        rows, indent = [target], " " * cell_len(target)
        for form in derivation.forms:
            part = f" {SIGNS[self.language][form.relation]} {form.linear(self.language)}"
            if rows[-1] in (target, indent) or cell_len(rows[-1] + part) <= room:
                rows[-1] += part
            else:
                rows.append(indent + part)
        found = [box.lines[0] for box in broken([Box((rows[0],))], room)]
        for row in rows[1:]:
            first, *others = broken([Box((row.strip(),))], room - len(indent) - 3)
            found += [f"{indent} {first.lines[0]}", *(f"{indent}   {box.lines[0]}" for box in others)]
        return found

    def table(self, table: Table) -> None:
        """A table without lines; its rows one below another where they are too wide for the terminal."""
        titles = [self.said(column) for column in table.columns]
        rows = [[self.said(cell) for cell in row] for row in table.rows]
        widths = [max(map(cell_len, column)) for column in zip(titles, *rows, strict=True)]
        fixed = sum(width + _BETWEEN for width in widths[:-1]) + min(widths[-1], _LAST_COLUMN)
        if fixed + INDENT > self.width:
            self.records(titles, rows)
            return
        grid = RichTable(box=None, show_header=any(titles), padding=(0, _BETWEEN, 0, 0), pad_edge=False)
        for title in titles[:-1]:
            grid.add_column(Text(title, "dim"), no_wrap=True)
        grid.add_column(Text(titles[-1], "dim"))
        for row in rows:
            grid.add_row(*map(Text, row))
        with self.console.capture() as capture:
            self.console.print(grid, width=self.width - INDENT)
        for line in capture.get().splitlines():
            self.emit(Text.assemble(" " * INDENT, Text.from_ansi(line)))

    def records(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Each row as a paragraph: its first cell, and below it the others with their titles, none that is empty."""
        for first, *rest in rows:
            if first:
                self.emit(Text(" " * INDENT + first, "bold"))
            for title, cell in zip(titles[1:], rest, strict=True):
                text = f"{title}: {cell}" if title and cell else cell
                for line in textwrap.wrap(
                    text, self.width - 2 * INDENT, break_on_hyphens=False, subsequent_indent=" " * INDENT
                ):
                    self.emit(" " * 2 * INDENT + line)

    def line(self, line: Line) -> None:
        """A numbered line: its name and why it is there, the derivations, how to read it."""
        self.emit()
        title = f"{line.number or '':<{INDENT}}{line.name.linear(self.language)}   "
        over_column = next((each.beside for each in line.derivations if each.kept and not each.tall), "")
        room = self.width - len(title) - (len(over_column) + 2 if over_column else 0)
        why = textwrap.wrap(self.said(line.why), max(20, room))
        for number, part in enumerate(why or [""]):
            text = Text.assemble((title, "bold"), part) if number == 0 else Text(" " * len(title) + part)
            if number == 0 and over_column:
                text.append(" " * (self.width - len(text) - len(over_column)) + over_column, "dim")
            self.emit(text)
        if self.projector:
            self.emit()
        for derivation in line.derivations:
            self.derivation(derivation)
        if line.omitted:
            self.emit(Text(f"   {'...' if self.language == 'ascii' else '…'} and {line.omitted} more entries", "dim"))
        if line.reading:
            self.prose(line.reading, INDENT, "italic")

    def derivation(self, derivation: Derivation) -> None:
        """The rows of a derivation, each form in its style; an empty line after one with matrices."""
        rows = set_in_rows(derivation, self.language, self.width)
        for row in rows:
            self.set_row(row)
            if self.projector:
                self.emit()
        if any(len(box.lines) > 1 for row in rows for _, box in row.parts):
            self.emit()

    def set_row(self, row: Row) -> None:
        """Boxes side by side in their styles, and a text at the right end, level with their baselines."""
        above = max(box.above for _, box in row.parts)
        below = max(box.below for _, box in row.parts)
        for at in range(-above, below + 1):
            line = Text()
            for name, box in row.parts:
                place = box.baseline + at
                text = box.lines[place] if 0 <= place < len(box.lines) else ""
                line.append(padded(text, box.width), _STYLES[name] if name else "")
            gap = self.width - line.cell_len - len(row.aside)
            if at == 0 and row.aside and gap >= GAP:
                line.append(" " * gap + row.aside, "dim")
            self.emit(line)
