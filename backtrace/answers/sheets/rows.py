"""From lines as they were read to a sheet: each line a row with figures, or with its own fault.

A name that means several things is settled by the shape of what was written; where two fit, the line is at fault.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product

from backtrace.answers.sheets.cells import Cell, Value, cells_of, negated, shape_said, transposed
from backtrace.answers.sheets.naming import Index, Meaning, Names, Prefer, names_of
from backtrace.answers.sheets.placing import FaultError, Line, Placing, number_in
from backtrace.answers.sheets.reaching import MOST_UPDATES, needed, reaching
from backtrace.answers.sheets.sheet import Fault, Figure, Precision, Row, Sheet
from backtrace.engine.givens import schedule_of
from backtrace.scenario.flaws import printable
from backtrace.scenario.scenario import Scenario

LONGEST = 60
"""How much of a name, and of what was written, is kept to be shown."""

_Given = dict[tuple[str, int, int | None, Index], Fraction]


@dataclass(frozen=True)
class Written:
    """The lines of one sheet, with its title."""

    title: str
    lines: Sequence[Line]
    precision: Precision | None = None
    marks: Mapping[str, Fraction] = field(default_factory=dict)


def sheet_of_lines(scenario: Scenario, written: Written, prefer: Prefer | None = None) -> Sheet:
    """The sheet that the lines make; see `sheets_of_lines`."""
    (sheet,) = sheets_of_lines(scenario, [written], prefer)
    return sheet


def sheets_of_lines(scenario: Scenario, written: Sequence[Written], prefer: Prefer | None = None) -> list[Sheet]:
    """The sheets, all held against one scenario, which is trained as far as any of them goes.

    `prefer` says what a name means that is both an id and a spelling of the notation.
    """
    names = names_of(scenario)
    farthest = max((_farthest(names, line, prefer) for sheet in written for line in sheet.lines), default=1)
    scenario = reaching(scenario, farthest)
    reader = _Reader(names, Placing(names, schedule_of(scenario)), prefer)
    return [
        Sheet(sheet.title, scenario, tuple(reader.rows(sheet.lines)), sheet.precision, dict(sheet.marks))
        for sheet in written
    ]


def _farthest(names: Names, line: Line, prefer: Prefer | None) -> int:
    """How many updates a line needs of the training: one, where it is at fault."""
    if line.fault or line.update is None or not 1 <= line.update <= MOST_UPDATES + 1:
        return 1
    meant = _preferred([meaning for found in names.meanings(line.name) for meaning in found], prefer)
    schedule = schedule_of(names.scenario)
    return max((needed(names.plan, schedule, m.id, line.update, m.sample or line.sample) for m in meant), default=1)


def _preferred(meanings: Sequence[Meaning], prefer: Prefer | None) -> Sequence[Meaning]:
    """The meanings of the preferred kind, where there are some."""
    return [meaning for meaning in meanings if prefer and meaning.is_id == (prefer == "ids")] or meanings


@dataclass(frozen=True)
class _Reader:
    """Makes rows of lines."""

    names: Names
    placing: Placing
    prefer: Prefer | None

    def rows(self, lines: Sequence[Line]) -> list[Row]:
        given: _Given = {}
        return [self.row(line, given) for line in lines]

    def row(self, line: Line, given: _Given) -> Row:
        name, update, fault = printable(line.name, LONGEST), 1, line.fault
        meaning: Meaning | None = None
        figures: tuple[Figure, ...] = ()
        try:
            if fault is None:
                meaning, value = self.meant(line)
                update = self.placing.update_of(line, meaning)
                figures = self.figures(line, meaning, value, update)
                _refuse_twice(meaning.id, update, name, figures, given)
        except FaultError as error:
            fault = Fault(error.kind, replace(error.problem, place=line.place))
            figures = self.turned(line, meaning, update) if meaning and error.kind == "wrong shape" else ()
        if meaning is None:
            return Row(name, fault=fault, place=line.place)
        return Row(name, meaning.id, update, figures, fault, meaning.fixes_sign, line.place, meaning.is_negated)

    def meant(self, line: Line) -> tuple[Meaning, Value]:
        """What the name means, as far as the shape of what was written decides, and the value that fits it."""
        found = [_preferred(meanings, self.prefer) for meanings in self.names.meanings(line.name)]
        known = [meaning for meanings in found for meaning in meanings]
        if known and _is_blank(line.values[0]):
            return known[0], line.values[0]
        for value, meanings in product(line.values, found):
            fitting = [meaning for meaning in meanings if self.fits(line, meaning, value)]
            if fitting:
                self.refuse_two(line.name, fitting)
                return fitting[0], value
        if known:
            return known[0], line.values[0]
        raise self.unknown(line.name)

    def unknown(self, name: str) -> FaultError:
        """Why the name means nothing."""
        outside, shown = self.names.outside(name), printable(name, LONGEST)
        if outside is None:
            return FaultError("unknown name", f"the unknown name '{shown}'", "", self.names.unknown(name))
        size = shape_said(self.names.plan.quantities[outside.id].var.shape)
        return FaultError("no such place", f"there is no {shown}", f"an entry of {outside.id}, which is {size}")

    def refuse_two(self, name: str, meanings: Sequence[Meaning]) -> None:
        """Refuse a name that may mean two things of the same shape."""
        first = meanings[0]
        other = next((meaning for meaning in meanings if not self.names.is_same(meaning, first)), None)
        if other is not None:
            said = " or ".join(f"{meaning.said} ({self.meaning_of(meaning)})" for meaning in (first, other))
            remedy = f"write the id of the one that is meant, {first.said} or {other.said}"
            remedy += ", or `names: ids` or `names: notation`" if first.is_id != other.is_id else ""
            raise FaultError("two meanings", f"'{printable(name, LONGEST)}' may be {said}", "one meaning", remedy)

    def meaning_of(self, meaning: Meaning) -> str:
        """A phrase that says what is meant."""
        said = self.names.plan.quantities[meaning.id].meaning
        return f"minus the {said}" if meaning.is_negated else said

    def fits(self, line: Line, meaning: Meaning, value: Value) -> bool:
        """Whether the value fits the quantity in the place that the line says."""
        try:
            update, sample = self.placing.update_of(line, meaning), self.placing.sample_of(line, meaning)
        except FaultError:
            return False
        return self.placing.placed(meaning, value, update, sample) is not None

    def figures(self, line: Line, meaning: Meaning, value: Value, update: int) -> tuple[Figure, ...]:
        """What was written for each entry; nothing for entries that were left empty."""
        if _is_blank(value):
            return ()
        sample = self.placing.sample_of(line, meaning)
        placed = self.placing.placed(meaning, value, update, sample)
        if placed is None:
            raise self.placing.misfit(meaning, value, update, sample)
        return tuple(
            _figure(negated(cell) if meaning.is_negated else cell, meaning.index or index, of)
            for of, entries in placed
            for index, cell in entries
            if not cell.is_blank
        )

    def turned(self, line: Line, meaning: Meaning, update: int) -> tuple[Figure, ...]:
        """The figures of a matrix that fits with rows and columns exchanged; none where it does not."""
        value = transposed(line.values[0])
        return self.figures(line, meaning, value, update) if value and self.fits(line, meaning, value) else ()


def _is_blank(value: Value) -> bool:
    return all(cell.is_blank for cell in cells_of(value))


def _figure(cell: Cell, index: Index, sample: int | None) -> Figure:
    number, problem = number_in(cell)
    return Figure(index, sample, printable(cell.text.strip(), LONGEST), number, problem, cell.place)


def _refuse_twice(id_: str, update: int, name: str, figures: Sequence[Figure], given: _Given) -> None:
    """Refuse a row that gives an entry again, and as another number; note the entries of one that does not."""
    numbers = {(id_, update, figure.sample, figure.index): figure.number.value for figure in figures if figure.number}
    if any(given.get(key, number) != number for key, number in numbers.items()):
        found = f"{name} a second time, and as another number"
        raise FaultError("given twice", found, "each number once", "remove one of the two")
    given.update(numbers)
