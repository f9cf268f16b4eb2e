"""The ledger: every quantity of the update with its value, in columns; what the step used and made says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from textual.content import Content
from textual.style import Style

from backtrace.formula.writing import Language
from backtrace.lesson.ledger import Record
from backtrace.lesson.mathematics import Formula
from backtrace.tui.page import Page

_MARKS = {"used": "used", "new": "new"}
_STYLES = {"given": "", "known": "", "used": "bold", "new": "bold $accent", "later": "dim"}
_LATER = "not computed yet"
_BETWEEN = 3
_ONE_COLUMN = 60


class LedgerView(Page):
    """The records of a stop; a click on one goes where it was worked."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self.records: Sequence[Record] = ()

    def show(self, records: Iterable[Record]) -> None:
        """Show the records."""
        self.records = tuple(records)
        self.set()

    def on_resize(self) -> None:
        """Set the columns anew for another width."""
        self.set()

    def set(self) -> None:
        """Set the records in as many columns as the width has room for, the new one in view."""
        width = self.room
        if not width or not self.records:
            return
        name_width = max(Content(record.name.linear(self.language)).cell_length for record in self.records)
        items = [(item.truncate(width, ellipsis=True), is_new) for item, is_new in self.items(name_width, width)]
        column = min(max(item.cell_length for item, _ in items) + _BETWEEN, width)
        columns = max(1, width // column)
        rows = -(-len(items) // columns)
        lines = []
        for row in range(rows):
            cells = [item for item, _ in items[row::rows]]
            lines.append(Content("").join(cell.pad_right(max(0, column - cell.cell_length)) for cell in cells))
        new = next((place for place, (_, is_new) in enumerate(items) if is_new), 0) % rows
        self.set_lines(lines, max(0, new - self.size.height + 1))

    def items(self, name_width: int, width: int) -> Iterable[tuple[Content, bool]]:
        """One text for each record, and whether it is new; what is still to come shares one where it follows."""
        for is_later, group in groupby(self.records, lambda record: record.state == "later"):
            records = list(group)
            if not is_later:
                yield from ((self.item(record, name_width, width), record.state == "new") for record in records)
                continue
            room = width if width < _ONE_COLUMN else width // 3
            most = max(room - len(_LATER) - _BETWEEN - 3, name_width)
            while records:
                taken = [records.pop(0)]
                while records and _length([*taken, records[0]], self.language) <= most:
                    taken.append(records.pop(0))
                yield self.later(taken), False

    def item(self, record: Record, name_width: int, width: int) -> Content:
        """A record with as many of its values as there is room for, each in full."""
        most = max(len(record.values), 1)
        return next(
            (item for n in range(most, 1, -1) if (item := self.of_first(record, n, name_width)).cell_length <= width),
            self.of_first(record, 1, name_width),
        )

    def of_first(self, record: Record, most: int, name_width: int) -> Content:
        """Mark, name and first values of a quantity; what it was before a change stands before the arrow."""
        mark = {"used": "►", "new": "►"}.get(record.state, " ")
        arrow = " → "
        if self.language == "ascii":
            mark, arrow = mark.replace("►", ">"), " -> "
        values = self.values(record.values[:most], record.omitted + len(record.values[most:]))
        if record.before:
            values = f"{self.values(record.before[:most], 0)}{arrow}{values}"
        name = Content(record.name.linear(self.language))
        text = Content.assemble(
            f"{mark} ", name.pad_right(name_width - name.cell_length), f"  {values}",
            "  " + _MARKS[record.state] if record.state in _MARKS else "", "  changed" if record.before else "",
        )  # fmt: skip
        return text.stylize(_STYLES[record.state]).stylize(_click(record))

    def values(self, values: Sequence[Formula], omitted: int) -> str:
        """The values on one line, and a sign for those that are left out."""
        more = (" ..." if self.language == "ascii" else " …") if omitted else ""
        return " ".join(value.linear(self.language) for value in values) + more

    def later(self, records: Sequence[Record]) -> Content:
        """The names of what is not computed yet."""
        names = [Content(record.name.linear(self.language)).stylize(_click(record)) for record in records]
        return Content.assemble("  ", Content(" ").join(names), f"  {_LATER}").stylize(_STYLES["later"])


def _length(records: Sequence[Record], language: Language) -> int:
    return sum(Content(record.name.linear(language)).cell_length + 1 for record in records)


def _click(record: Record) -> Style:
    """A click goes where the quantity was worked, if that is kept."""
    return Style() if record.stop is None else Style.from_meta({"stop": record.stop})
