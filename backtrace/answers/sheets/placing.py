"""Where the cells of a line belong: in which update, of which sample, and which cell is which entry."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from backtrace.answers.numbers import WrittenNumber, read_number
from backtrace.answers.sheets.cells import Cell, Entries, Value, cells_of, described, shape_said, spread, transposed
from backtrace.answers.sheets.naming import Meaning, Names
from backtrace.answers.sheets.reaching import MOST_UPDATES, is_closing
from backtrace.answers.sheets.sheet import Fault, FaultKind
from backtrace.engine.givens import places_of
from backtrace.engine.schedule import Schedule
from backtrace.errors import InputError, Place, Problem

Placed = list[tuple[int | None, Entries]]
"""Cells by index, for each sample that they are of; None for the sample of what has none."""


@dataclass(frozen=True)
class Line:
    """A line of a sheet as it was read: a name, what may stand for it, the likeliest first, and where it belongs.

    `update` and `sample` are None where the line does not say them. A line may be at fault already.
    """

    name: str
    values: Sequence[Value] = (Cell(""),)
    update: int | None = None
    sample: int | None = None
    place: Place | None = None
    fault: Fault | None = None


class FaultError(Exception):
    """Why a line cannot be judged; caught where its row is made."""

    def __init__(self, kind: FaultKind, found: str, expected: str = "", remedy: str = "") -> None:
        self.kind: FaultKind = kind
        self.problem = Problem(found, expected, remedy)
        super().__init__(found)


@dataclass(frozen=True)
class Placing:
    """Finds the places of values among the quantities of a training with this schedule."""

    names: Names
    schedule: Schedule

    def is_per_sample(self, meaning: Meaning) -> bool:
        """Whether the quantity has a value for each sample of a batch."""
        return self.names.plan.quantities[meaning.id].var.per_sample

    def sample_of(self, line: Line, meaning: Meaning) -> int | None:
        """The sample that the line, or its name, says; raises FaultError where there is none of that number."""
        sample, count = meaning.sample if line.sample is None else line.sample, len(self.names.scenario.x)
        if sample is not None and (not 1 <= sample <= count or meaning.sample not in (None, sample)):
            expected = (
                f"1 to {count}" if meaning.sample in (None, sample) else f"sample {meaning.sample}, as the name says"
            )
            raise FaultError("no such place", f"sample {sample}", expected)
        return sample

    def update_of(self, line: Line, meaning: Meaning) -> int:
        """The update that the line is of: as it says, or the first that works its sample, or the only one there is.

        Raises FaultError where there is no such update.
        """
        sample = self.sample_of(line, meaning)
        if line.update is not None and not 1 <= line.update <= MOST_UPDATES + 1:
            raise FaultError("no such place", f"update {line.update}", f"1 to {MOST_UPDATES:,}")
        if is_closing(meaning.id):
            return self._closing(line, meaning)
        if line.update is not None or sample is None:
            return line.update or 1
        epoch = range(1, len(self.schedule.batches) + 1)
        first = next((update for update in epoch if sample - 1 in self.schedule.samples(update)), None)
        if first is None:
            raise FaultError("no such place", f"sample {sample}, which no update works", "a sample that is worked")
        return first

    def _closing(self, line: Line, meaning: Meaning) -> int:
        last = self.schedule.updates
        if line.update not in (None, last, last + 1):
            remedy = "a later loss is L or J of the next update" if meaning.id.endswith("_next") else ""
            raise FaultError("no such place", f"{meaning.id} of update {line.update}", f"of the last, {last}", remedy)
        return last if meaning.id.endswith("_next") else last + 1

    def placed(self, meaning: Meaning, value: Value, update: int, sample: int | None) -> Placed | None:
        """The cells where they belong; None where the value does not fit.

        Where each sample of a batch has a value, all are given, samples leading, or those of one `sample`.
        """
        shape, per_sample = self.names.shape(meaning), self.is_per_sample(meaning)
        samples = [place + 1 for place in self.schedule.samples(update)]
        if sample is not None and (sample not in samples or (self.names.plan.batched and not per_sample)):
            return None
        if per_sample and sample is None and isinstance(value, tuple) and len(value) == len(samples):
            entries = [spread(each, shape) for each in value]
            if all(entries):
                return [(each, found) for each, found in zip(samples, entries, strict=True) if found]
        if per_sample and sample is None and len(samples) > 1:
            return None
        found = spread(value, shape)
        return [((sample or samples[0]) if per_sample else None, found)] if found else None

    def misfit(self, meaning: Meaning, value: Value, update: int, sample: int | None) -> FaultError:
        """Why a value is not what the quantity is."""
        shape, places = self.names.shape(meaning), self.schedule.samples(update)
        per_sample = self.is_per_sample(meaning)
        if sample is not None and sample - 1 not in places:
            return FaultError("no such place", f"sample {sample} in update {update}", f"one of {places_of(places)}")
        if sample is not None and self.names.plan.batched and not per_sample:
            return FaultError(
                "no such place", f"{meaning.said} of sample {sample}", "no sample: it is of the whole batch"
            )
        cells = cells_of(value)
        problem = next((said for number, said in map(number_in, cells) if number is None), None)
        if problem is not None:
            return FaultError("not a number", problem)
        expected, turned = shape_said(shape), transposed(value)
        if per_sample and sample is None and len(places) > 1:
            expected = f"for each of the samples {places_of(places)}: {expected}; or the sample that it is of"
        remedy = ""
        if turned is not None and self.placed(meaning, turned, update, sample) is not None:
            remedy = "it fits transposed: exchange rows and columns"
        elif len(cells) == 2 * math.prod(shape) > 1:
            remedy = "between numbers with a decimal comma stands a blank or a semicolon, in YAML a decimal point"
        return FaultError("wrong shape", f"{described(value)} for {meaning.said}", expected, remedy)


def number_in(cell: Cell) -> tuple[WrittenNumber | None, str]:
    """The number in a cell, or why there is none."""
    if cell.problem:
        return None, cell.problem
    try:
        return read_number(cell.text), ""
    except InputError as error:
        return None, str(error.problems[0])
