"""A lesson in the terminal, by rich: no boxes, aligned at the relation sign; chain dim, value bold."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from backtrace.formats.curve import curve
from backtrace.formats.layout import Box, beside, boxes, padded, wrapped
from backtrace.formats.safe import printable
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import (
    SIGNS,
    TIMES,
    Block,
    Curve,
    Derivation,
    Form,
    Given,
    Heading,
    Lesson,
    Line,
    Prose,
    Recall,
    Sentence,
    Table,
)

_WIDEST = 110
_INDENT, _GAP = 3, 2
_NOTES = {
    "chain": "chain rule",
    "formula": "formula",
    "numbers": "numbers put in",
    "factors": "the two factors",
    "value": "",
}
_STYLES = {"chain": "dim", "formula": "", "numbers": "", "factors": "dim", "value": "bold"}
_TONES = {"plain": "", "note": "dim", "warning": "bold yellow"}


class ConsolePrinter:
    """Prints a lesson on a rich console, in text or ASCII spelling.

    For a `projector` nothing is dim, and blank lines stand between the rows.
    """

    def __init__(self, console: Console, language: Language = "text", projector: bool = False) -> None:
        self.console = console
        self.projector = projector
        self.language: Language = language
        self.width = min(console.width, _WIDEST)

    def print(self, lesson: Lesson) -> None:
        """Print every block in order."""
        for block in lesson:
            self.block(block)

    def block(self, block: Block) -> None:
        """Print one block."""
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
                self.lines([f"   {line}" for line in curve(block.values, self.language)])

    def emit(self, text: Text | str = "") -> None:
        """Print one line as it is: no markup, no wrapping; blanks at its end are left out."""
        line = Text(text) if isinstance(text, str) else text
        line.rstrip()
        if self.projector:
            line = Text(line.plain, "bold")
        self.console.print(line, soft_wrap=True, markup=False, highlight=False, emoji=False)

    def lines(self, lines: Iterable[str], style: str = "") -> None:
        """Print lines of one style."""
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
        if aside and gap < 2:  # noqa: PLR2004
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
        for name, symbols, numbers in given.items:
            parts = [name.pieces(self.language)] + [f.pieces(self.language) for f in (symbols, numbers) if f]
            pieces = [piece for part in parts for piece in ((" = ",) if part is not parts[0] else ()) + tuple(part)]
            box = beside(boxes(pieces, self.language))
            if row and sum(b.width + 4 for b in row) + box.width + 2 > self.width:
                self.row(row)
                row = []
            row.append(box)
        self.row(row)

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
        if len(opening) + len(line) <= self.width:
            parts = [line]
        for part in parts:
            for box in wrapped(Box((part,)), self.width - len(opening)):
                self.emit(Text.assemble((opening, "dim italic"), box.lines[0]))
                opening = " " * len(opening)

    def table(self, table: Table) -> None:
        """A table without lines."""
        has_titles = any(table.columns)
        grid = RichTable(box=None, show_header=has_titles, padding=(0, 3, 0, 0), header_style="dim")
        for column in table.columns:
            grid.add_column(Text(self.said(column)), no_wrap=True)
        for row in table.rows:
            grid.add_row(*(Text(self.said(cell)) for cell in row))
        with self.console.capture() as capture:
            self.console.print(grid, markup=False, highlight=False, emoji=False)
        for line in capture.get().splitlines():
            self.emit(Text.assemble("   ", Text.from_ansi(line)))

    def line(self, line: Line) -> None:
        """A numbered line: its name and why it is there, the derivations, how to read it."""
        self.emit()
        title = f"{line.number or '':<{_INDENT}}{line.name.linear(self.language)}   "
        carried = any(derivation.kept and not derivation.tall for derivation in line.derivations)
        why = textwrap.wrap(self.said(line.why), max(20, self.width - len(title) - (6 if carried else 0)))
        for number, part in enumerate(why or [""]):
            text = Text.assemble((title, "bold"), part) if number == 0 else Text(" " * len(title) + part)
            if number == 0 and carried:
                text.append(" " * (self.width - len(text) - 4) + "kept", "dim")
            self.emit(text)
        for derivation in line.derivations:
            self.derivation(derivation)
        if line.omitted:
            self.emit(Text(f"   {'...' if self.language == 'ascii' else '…'} and {line.omitted} more entries", "dim"))
        if line.reading:
            self.prose(line.reading, _INDENT, "italic")

    def derivation(self, derivation: Derivation) -> None:
        """All forms in one row where they fit, else one form in each row, aligned at the sign."""
        target = beside(boxes(derivation.target.pieces(self.language), self.language))
        segments = [self.segment(form) for form in derivation.forms]
        kept = Box(("",))
        if derivation.kept:
            word = [Box(("kept ",))] if derivation.tall else []
            kept = beside([*word, *boxes(derivation.kept.pieces(self.language), self.language)])
        room = self.width - _INDENT - target.width - (kept.width + _GAP if kept.width else 0)
        is_flat = all(len(box.lines) == 1 for _, box in segments)
        if not derivation.tall and not derivation.shapes and sum(box.width for _, box in segments) <= room:
            self.styled([("", Box((" " * _INDENT,))), ("", target), *segments], kept)
        else:
            self.rows(derivation, target, kept, room)
        if not is_flat or self.projector:
            self.emit()

    def segment(self, form: Form, widths: Sequence[int] = ()) -> tuple[str, Box]:
        """A relation sign and what follows it, factors filled up to the widths."""
        sign = f" {SIGNS[self.language][form.relation]} "
        return _STYLES[form.name], beside([Box((sign,)), *self.factors(form, widths)])

    def factors(self, form: Form, widths: Sequence[int] = ()) -> list[Box]:
        """The boxes of a form: its factors with the sign of multiplication between them."""
        if len(form.factors) == 1:
            return boxes(form.factors[0].pieces(self.language), self.language)
        row: list[Box] = []
        for number, box in enumerate(self.factor_boxes(form)):
            if row:
                row.append(Box((TIMES[self.language][form.entrywise],)))
            width = max(widths[number] if number < len(widths) - 1 else 0, box.width)
            row.append(Box(tuple(padded(line, width) for line in box.lines), box.baseline))
        return row

    def factor_boxes(self, form: Form) -> list[Box]:
        """One box for each factor, in brackets where it needs them."""
        return [beside(boxes(factor.as_factor(self.language), self.language)) for factor in form.factors]

    def rows(self, derivation: Derivation, target: Box, kept: Box, room: int) -> None:
        """The forms below one another; matrices share a row with their value where they fit."""
        widths = self.factor_widths(derivation.forms)
        if sum(widths) + _GAP * 3 > room:
            widths = []
        start = Box((" " * _INDENT,))
        blank = Box((" " * target.width,))
        last = len(derivation.forms) - 1
        pending: list[tuple[str, Box]] = []
        first = True
        for number, form in enumerate(derivation.forms):
            style, box = self.segment(form, widths)
            together = not derivation.tall and form.name == "value" and pending
            if together and sum(b.width for _, b in pending) + box.width <= room:
                pending.append((style, box))
            else:
                if pending:
                    self.put(pending, start, target if first else blank, Box(("",)), room)
                    first = False
                pending = [(style, box)]
            if number == 0 and derivation.shapes:
                note = Box((self.spelt(derivation.shapes),))
                self.put(pending, start, target, note, room)
                pending, first = [], False
            elif derivation.tall and number < last:
                self.put(pending, start, target if first else blank, Box((_NOTES[form.name],)), room)
                pending, first = [], False
        if pending:
            self.put(pending, start, target if first else blank, kept, room)

    def put(self, row: list[tuple[str, Box]], start: Box, target: Box, aside: Box, room: int) -> None:
        """A row of forms behind the target; one that is too wide goes on in further rows."""
        style, box = row[0]
        parts = wrapped(box, room - _GAP) if len(row) == 1 and box.width > room else []
        if len(parts) <= 1:
            self.styled([("", start), ("", target), *row], aside)
        for number, part in enumerate(parts if len(parts) > 1 else []):
            lead, head = (" ", target) if number == 0 else ("     ", Box((" " * target.width,)))
            end = aside if number == len(parts) - 1 else Box(("",))
            self.styled([("", start), ("", head), ("", Box((lead,))), (style, part)], end)

    def factor_widths(self, forms: Sequence[Form]) -> list[int]:
        """The widths that line up the factors of all forms that have as many as the most."""
        many = [form for form in forms if len(form.factors) > 1]
        if not many:
            return []
        columns = zip(*(self.factor_boxes(form) for form in many), strict=False)
        return [max(box.width for box in column) for column in columns]

    def styled(self, row: Sequence[tuple[str, Box]], aside: Box) -> None:
        """Boxes side by side in their styles, and one at the right end, all baselines level."""
        above = max(box.above for _, box in [*row, ("", aside)])
        below = max(box.below for _, box in [*row, ("", aside)])
        for at in range(-above, below + 1):
            line = Text()
            for style, box in row:
                place = box.baseline + at
                text = box.lines[place] if 0 <= place < len(box.lines) else ""
                line.append(padded(text, box.width), style)
            place = aside.baseline + at
            if 0 <= place < len(aside.lines) and aside.lines[place]:
                gap = self.width - line.cell_len - aside.width
                if gap >= _GAP:
                    line.append(" " * gap + aside.lines[place], "dim")
            self.emit(line)
