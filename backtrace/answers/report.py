"""A judgement told: the first wrong line, the sheet as a table, what was apparently done, and whether it learns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from math import prod
from typing import Literal

import numpy as np

from backtrace.answers.conventions import Convention, conventions
from backtrace.answers.explaining import Explaining
from backtrace.answers.judgement import WRONG, Judged, Kind
from backtrace.answers.learning import outcome
from backtrace.answers.spelling import Spelling
from backtrace.answers.working import Index
from backtrace.formula.expr import Var
from backtrace.formula.writing import linear
from backtrace.lesson.blocks import Block, Heading, Lesson, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import Shown, shown

_COUNTED: tuple[tuple[Kind, str], ...] = (
    ("correct", "correct"),
    ("noise", "correct but for floating-point noise"),
    ("rounded", "rounded"),
    ("follows", "carried on from a wrong line"),
    ("too few digits", "with too few digits to tell"),
    ("wrong", "wrong"),
    ("miscopied", "miscopied"),
    ("wrong name", "under a wrong name"),
    ("not a number", "that hold no number"),
)
_SAID: dict[Kind, str] = {
    "correct": "correct",
    "noise": "correct, floating-point noise",
    "rounded": "rounded",
    "too few digits": "too few digits",
    "wrong": "WRONG",
    "miscopied": "MISCOPIED",
    "wrong name": "WRONG NAME",
    "not a number": "not a number",
}
_MOST_MISSING = 8
_MOST_OUTPUTS = 6
_WIDEST = 18


class Report(Spelling):
    """Tells one judgement; lines are numbered in the order of the working."""

    @cached_property
    def conventions(self) -> tuple[Convention, ...]:
        """The conventions under which nothing on the sheet is wrong."""
        return conventions(self.judgement)

    @cached_property
    def explaining(self) -> Explaining:
        """What tells of a wrong line what was apparently done."""
        return Explaining(self.judgement)

    @property
    def is_decided(self) -> bool:
        """Whether the sheet follows a convention throughout, lines of the update included, which decide it."""
        phases = {e.phase for line in self.judgement.lines if (e := self.trace.plan.equation(line.key.id))}
        return bool(self.conventions) and "update" in phases

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong on the sheet, a convention apart."""
        return self.judgement.is_right or (self.is_decided and not self.judgement.faults)

    def lesson(self) -> Lesson:
        """The judgement as a lesson."""
        return Lesson(tuple(self.blocks()))

    def blocks(self) -> Iterator[Block]:
        """All that is told, in order."""
        count = len(self.judgement.lines)
        title = self.trace.scenario.title or "the scenario"
        yield Heading(f"{self.sheet.title} against “{title}”: {count} line{'s' if count != 1 else ''}", 0)
        yield Prose((self.counted(),))
        wrong = self.judgement.wrong
        yield from self.convention()
        if wrong and not self.is_decided:
            yield Prose(("First wrong line: ", self.name(wrong[0].key), f" (line {self.numbers[wrong[0].key]})."))
        yield from self.faults()
        yield from self.tables()
        if not self.is_decided:
            for line in wrong:
                yield from self.explaining.blocks(line)
            yield from self.missing()
            yield from self.learning()
        yield from self.marked()

    @property
    def counts(self) -> Counter[Kind]:
        """How many lines came out in which way."""
        return Counter(line.kind for line in self.judgement.lines)

    def counted(self) -> str:
        """The same in words."""
        parts = [f"{self.counts[kind]} {said}" for kind, said in _COUNTED if self.counts[kind]]
        if self.is_decided:
            parts = [f"all {len(self.judgement.lines)} right"]
        if self.judgement.faults:
            parts.append(f"{len(self.judgement.faults)} that could not be judged")
        return ("; ".join(parts) or "No line could be judged") + "."

    def convention(self) -> Iterator[Block]:
        """The convention that the sheet follows; both readings where no update decides."""
        opening = "No mistake, a convention" if self.is_decided else "A convention, or a mistake: no update decides"
        for found in self.conventions:
            yield Prose((f"{opening}: {found.name}. {found.says}",), "note")

    def faults(self) -> Iterator[Block]:
        """The rows that could not be judged."""
        rows = [
            ((row.name,), (row.fault.kind,), (str(row.fault.problem),)) for row in self.judgement.faults if row.fault
        ]
        if rows:
            yield Heading("Lines that could not be judged", 2)
            yield Table((("line",), ("",), ("",)), tuple(rows))

    def tables(self) -> Iterator[Block]:
        """The sheet, update by update: what was written beside what is true, and the verdict."""
        columns = ("",), ("line",), ("you wrote",), ("true",), ("verdict",)
        for update, lines in groupby(self.judgement.lines, lambda line: line.key.update):
            if self.sheet.last_update > 1:
                is_after = update > self.trace.updates
                yield Heading(f"After update {update - 1}" if is_after else f"Update {update}", 2)
            yield Table(columns, tuple(row for line in lines for row in self.rows(line)))

    def rows(self, line: Judged) -> Iterator[tuple[Sentence, ...]]:
        """One line of the table; of a matrix one for each of its rows, of long numbers one for each entry."""
        wrote = {v.index: v.figure.number.shown if v.figure.number else Shown(v.figure.text) for v in line.verdicts}
        true = {v.index: self.true(v) for v in line.verdicts}
        place, when = str(self.numbers[line.key]), self.of_sample(line.key)
        said = list(self.values(wrote, line))
        if max(len(str(row[0])) for row in said) > _WIDEST or len(wrote) < prod(self.shape(line.key)):
            for verdict in line.verdicts:
                name = Formula(Var(line.key.id, (), index=verdict.index or None), self.trace.notation.leaf)
                cells = ((number(each[verdict.index]),) for each in (wrote, true))
                yield (place,), (name, *when), *cells, (self.verdict(replace(line, verdicts=(verdict,))),)
                place, when = "", ()
            return
        opening: tuple[Sentence, ...] = (place,), (self.name(line.key), *when)
        verdict_: Sentence = (self.verdict(line),)
        for cells_ in zip(said, self.values(true, line), strict=True):
            yield *opening, *cells_, verdict_
            opening, verdict_ = ((), ()), ()

    def values(self, entries: dict[Index, Shown], line: Judged) -> Iterator[Sentence]:
        """Numbers in the shape of their quantity, row by row, a dot where none was written."""
        shape = self.shape(line.key)
        for row in np.ndindex(*shape[:-1]):
            places = [(*row, column) for column in range(shape[-1])] if shape else [()]
            written = (entries.get(tuple(i + 1 for i in place)) for place in places)
            yield ("  ".join(linear(each.written("text"), "text") if each else "·" for each in written),)

    def verdict(self, line: Judged) -> str:
        """The verdict in words."""
        if self.is_decided and not line.is_right:
            return "right in that form"
        notes = sorted({v.note for v in line.verdicts if v.note})
        rest = f", {' and '.join(notes)}" if notes else ""
        if line.kind == "follows":
            behind = " and ".join(str(self.numbers[key]) for key in line.follows)
            return f"follows from {behind}{rest}"
        said = _SAID[line.kind]
        if line.kind in WRONG:
            said += f" ({self.marks[line.key]})"
            several = len(line.verdicts) > 1
            wrong = [v for v in line.verdicts if v.kind in WRONG]
            return said + (
                f": {len(wrong)} of {len(line.verdicts)} entries" if several and len(wrong) < len(line.verdicts) else ""
            )
        return said + rest

    def missing(self) -> Iterator[Block]:
        """The lines that are not on the sheet and would have told more."""
        keys = self.judgement.missing
        if keys and self.judgement.wrong:
            yield Heading("Not on the sheet", 2)
            names: list[str | Formula] = ["These lines would have told more: "]
            for place, key in enumerate(keys[:_MOST_MISSING]):
                names += [", " if place else "", self.name(key), *self.when(key)]
            names.append(f" and {len(keys) - _MOST_MISSING} more." if len(keys) > _MOST_MISSING else ".")
            yield Prose(tuple(names))

    def learning(self) -> Iterator[Block]:
        """What the learner's own new parameters do to the loss."""
        found = outcome(self.judgement)
        if found is None:
            return
        yield Heading("Does it learn?", 2)
        prediction, objective = f"a{self.trace.scenario.depth}", self.trace.plan.objective
        before, own, true = found.predictions
        rows = [
            self.change(Var(prediction, (), index=(place + 1,)), before[place], own[place], true[place])
            for place in range(min(len(before), _MOST_OUTPUTS))
        ]
        rows.append(self.change(Var(objective), found.before, found.own, found.true))
        yield Table(((), ("before",), ("with your numbers",), ("with the right ones",)), tuple(rows))
        if found.is_worse:
            tone: Literal["warning", "plain"] = "warning" if found.true <= found.before else "plain"
            yield Prose(("With these numbers the loss rises.",), tone)

    def change(self, name: Var, *values: float) -> tuple[Sentence, ...]:
        """A value before the update, after the learner's, and after the right one."""
        told = ((number(shown(float(value), self.trace.scenario.decimals)),) for value in values)
        return (Formula(name, self.trace.notation.leaf),), *told

    def marked(self) -> Iterator[Block]:
        """The marks, where a teacher gives them."""
        marks, got, lines = self.sheet.marks, Fraction(0), Counter[str]()
        if not marks:
            return
        for line in self.judgement.lines:
            worth = self.worth(line)
            is_right = line.is_right or self.is_decided
            earned = is_right or line.kind == "follows"
            got += worth if earned else 0
            lines["full" if is_right else "follow-through" if earned else "lost"] += 1
        parts = ", ".join(f"{kind} on {count} line{'s' if count > 1 else ''}" for kind, count in lines.items())
        yield Prose((f"{float(got):g} of {float(sum(marks.values())):g} marks: {parts}.",))

    def worth(self, line: Judged) -> Fraction:
        """The marks of a line: those of the quantity, and those of its single entries."""
        names = [line.key.id, *(f"{line.key.id}[{','.join(map(str, v.index))}]" for v in line.verdicts if v.index)]
        return sum((self.sheet.marks.get(name, Fraction(0)) for name in names), Fraction(0))
