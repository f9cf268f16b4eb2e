"""The verdict on every figure of a sheet, in the order of the working, and what explains those that are wrong.

Each line is worked in intervals from the learner's own earlier lines, at half a unit of their last place: once with
those that are not right replaced by the truth, once as they are.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from backtrace.answers.explanation import reaches
from backtrace.answers.judgement import RIGHT, Judged, Judgement, Kind, Note, Verdict, order_of
from backtrace.answers.numbers import WrittenNumber
from backtrace.answers.search import Search
from backtrace.answers.sheets.sheet import Figure, Row, Sheet
from backtrace.answers.working import FARTHEST, Index, Key, Working
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import FLOATS, indices
from backtrace.formula.intervals import Interval, about


def judge(sheet: Sheet, trace: Trace) -> Judgement:
    """The judgement of a sheet against the trace of its scenario, which goes as far as the sheet does."""
    return _Judging(sheet, trace).judgement()


def is_all_right(sheet: Sheet, trace: Trace) -> bool:
    """Whether no line that can be judged is anything but right; nothing is looked at behind the first that is not."""
    return all(line.is_right for line in _Judging(sheet, trace).verdicts())


@dataclass(eq=False)
class _Judging:
    """Judges line by line; lives only while `judge` runs. `truth` knows the lines that are right, `own` all."""

    sheet: Sheet
    trace: Trace
    truth: Working = field(init=False)
    own: Working = field(init=False)
    doubles: Working = field(init=False)
    lines: dict[Key, Judged] = field(default_factory=dict)
    coarse: dict[tuple[Kind, Key, int], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.truth, self.own, self.doubles = (Working(self.trace), Working(self.trace), Working(self.trace, FLOATS))

    def judgement(self) -> Judgement:
        lines = tuple(self.explained(line) for line in list(self.verdicts()))
        return Judgement(self.sheet, self.trace, lines, tuple(row for row in self.sheet.rows if row.fault))

    def verdicts(self) -> Iterator[Judged]:
        """The lines in the order of the working, each judged when it is asked for."""
        rows: dict[Key, list[tuple[Row, Figure]]] = {}
        for row in self.sheet.judged():
            per_sample = self.trace.plan.quantities[row.id].var.per_sample
            for figure in row.figures:
                key = Key(row.id, row.update, figure.sample if per_sample else None)
                rows.setdefault(key, []).append((row, figure))
        for key in sorted(rows, key=lambda key: order_of(self.trace, key)):
            self.lines[key] = self.judged(key, rows[key])
            yield self.lines[key]

    def judged(self, key: Key, written: Sequence[tuple[Row, Figure]]) -> Judged:
        """The line of a quantity; its numbers are known from now on."""
        self.go_to(key.update)
        verdicts = tuple(self.verdict(key, figure) for _, figure in written)
        numbers = {v.index: n for v in verdicts if (n := self.precise(v.figure.number)) is not None}
        right = {v.index: numbers[v.index] for v in verdicts if v.kind in RIGHT and v.index in numbers}
        zeros = {index for index, number in numbers.items() if not number.value and self.is_zero(key, index)}
        self.own.learn(key, _intervals(numbers, zeros))
        self.doubles.learn(key, {index: float(number.value) for index, number in numbers.items()})
        if right:
            self.truth.learn(key, _intervals(right, zeros))
        rows = tuple(dict.fromkeys(row for row, _ in written))
        return Judged(key, rows, verdicts, tuple(self.behind(key)))

    def is_zero(self, key: Key, index: Index) -> bool:
        """Whether a written 0 is meant to the last digit: the lines before give exactly 0, as where a ReLU is off."""
        place = tuple(i - 1 for i in index)
        own: Interval = np.asarray(self.own.unshown(key), dtype=object)[place]
        truth = float(np.asarray(self.trace.value(key.id, key.update, key.sample))[place])
        return truth == 0 or own.low == own.high == 0

    def go_to(self, update: int) -> None:
        """Follow digits back from there."""
        for working in (self.truth, self.own, self.doubles):
            working.floor = max(1, update - FARTHEST)

    def precise(self, number: WrittenNumber | None) -> WrittenNumber | None:
        """The number, with the precision of the program that it is from where the sheet says so."""
        precision = self.sheet.precision
        if number is None or precision is None:
            return number
        return replace(number, unit=2 * precision.relative * abs(number.value) or None)

    def verdict(self, key: Key, figure: Figure) -> Verdict:
        """What the figure of one entry is."""
        place = tuple(i - 1 for i in figure.index)
        expected = float(np.asarray(self.trace.value(key.id, key.update, key.sample))[place])
        number = self.precise(figure.number)
        if number is None or figure.number is None:
            return Verdict(figure.index, figure, "not a number", expected)
        if _is(figure.number, expected) or self.is_noise(key, place, figure.number):
            return Verdict(figure.index, figure, "correct", expected)
        if _is(number, expected):
            return Verdict(figure.index, figure, "noise", expected)
        if self.trace.plan.equation(key.id) is None:
            return Verdict(figure.index, figure, "miscopied", expected)
        right, own = self.truth.unshown(key)[place], self.own.unshown(key)[place]
        point = float(np.asarray(self.doubles.unshown(key))[place])
        reached: tuple[tuple[Kind, Interval], ...] = (("rounded", right), ("follows", own))
        for kind, reach in reached:
            if reaches(reach, number, wide=True):
                note = "" if reaches(reach, number) and _is(number, point) else self.how(reach, number, point)
                return Verdict(figure.index, figure, kind, expected, reach, note)
        for kind, reach in self.rounded_between(key, place, number):
            if reaches(reach, number, wide=True):
                return Verdict(figure.index, figure, kind, expected, reach, "rounded inside")
        is_wide = any(reach.width > 0 and reach.meets(number.low, number.high) for reach in (right, own))
        return Verdict(figure.index, figure, "too few digits" if is_wide else "wrong", expected, own)

    def rounded_between(
        self, key: Key, place: tuple[int, ...], number: WrittenNumber
    ) -> Iterator[tuple[Kind, Interval]]:
        """Where the line leads if those that the sheet leaves out were rounded, too, to as many digits as it is."""
        before = max(1, key.update - 1)
        known: tuple[tuple[Kind, Working], ...] = (("rounded", self.truth), ("follows", self.own))
        for kind, working in known if number.significant else ():
            asked = kind, key, number.significant or 0
            if asked not in self.coarse:
                rounding = Working(self.trace, known=working.known, floor=before, digits=number.significant)
                self.coarse[asked] = np.asarray(rounding.unshown(key), dtype=object)
            yield kind, self.coarse[asked][place]

    def is_noise(self, key: Key, place: tuple[int, ...], number: WrittenNumber) -> bool:
        """Whether doubles, added up in another order, may give the number."""
        equation = self.trace.plan.equation(key.id)
        if equation is None or (number.value and abs(number.value) > Fraction(1, 10**9)):
            return False
        reach = Working(self.trace).result(equation, key, equation.opened)
        interval: Interval = np.asarray(reach, dtype=object)[place]
        return interval.meets(number.low, number.high)

    def how(self, reach: Interval, number: WrittenNumber, point: float) -> Note:
        """How the last digit came to be another than the one that rounding gives."""
        if reaches(reach, number) and not _is_cut(number, point):
            return ""
        return "cut off" if any(_is_cut(number, each) for each in (point, reach.low, reach.high)) else "rounded inside"

    def behind(self, key: Key) -> Iterator[Key]:
        """The nearest earlier lines that are not right and that the line is worked from."""
        earlier = (self.lines.get(each) for each in self.own.behind([key], self.lines.__contains__))
        return (line.key for line in earlier if line is not None and not line.is_right)

    @cached_property
    def search(self) -> Search:
        """The search for mistakes, over all lines."""
        figures = {
            key: {v.index: n for v in line.verdicts if (n := self.precise(v.figure.number)) is not None}
            for key, line in self.lines.items()
        }
        wrong = {key: [v.index for v in line.verdicts if v.kind == "wrong"] for key, line in self.lines.items()}
        right = {
            key: [v.index for v in line.verdicts if v.kind in RIGHT or v.kind == "follows"]
            for key, line in self.lines.items()
        }
        return Search(self.trace, figures, wrong, right, self.own, self.doubles)

    def explained(self, line: Judged) -> Judged:
        """The line with what explains it."""
        if line.kind != "wrong":
            return line
        self.go_to(line.key.update)
        found = tuple({e.name: e for e in reversed(self.search.explanations(line.key))}.values())[::-1]
        named = None if found else self.other_name(line)
        if named is None:
            return replace(line, explanations=found)
        verdicts = (replace(v, kind="wrong name") if v.kind == "wrong" else v for v in line.verdicts)
        return replace(line, verdicts=tuple(verdicts), named=named)

    def other_name(self, line: Judged) -> Key | None:
        """Another quantity of the same shape, or another single number, whose value the line holds."""
        quantities = self.trace.plan.quantities
        shape = quantities[line.key.id].var.shape
        known = {key: entries for key, entries in self.own.known.items() if key != line.key}
        others = Working(self.trace, known=known, floor=self.own.floor)
        for name, quantity in quantities.items():
            key = Key(name, line.key.update, line.key.sample if quantity.var.per_sample else None)
            is_alike = quantity.var.shape == shape or prod(quantity.var.shape) == prod(shape) == 1
            is_alike &= not quantity.var.per_sample or key.sample is not None
            if not is_alike or key in self.lines or not self.is_worked(key):
                continue
            values = np.ravel(others.value(key))
            numbers = {v.index: self.precise(v.figure.number) for v in line.verdicts}
            places = {index: place for place, index in enumerate(indices(shape))}
            if all(n and reaches(values[places[index]], n) for index, n in numbers.items()):
                return key
        return None

    def is_worked(self, key: Key) -> bool:
        """Whether the update has an equation for the quantity."""
        equation = self.trace.plan.equation(key.id)
        return equation is not None and equation.phase != "after" and self.trace.has(key.id, key.update)


def _intervals(numbers: Mapping[Index, WrittenNumber], zeros: Container[Index]) -> dict[Index, Any]:
    """The numbers with the digits that they are given to; those of `zeros` are exact."""
    return {
        index: Interval(0.0, 0.0) if index in zeros else about(float(number.value), float(number.unit or 0))
        for index, number in numbers.items()
    }


def _is(number: WrittenNumber, value: float) -> bool:
    """Whether the number is the value, to the digits given."""
    return number.low <= Fraction(value) <= number.high


def _is_cut(number: WrittenNumber, value: float) -> bool:
    """Whether the number is the value with the digits behind its last place left out."""
    size, unit = abs(Fraction(value)), number.unit
    same_sign = (value < 0) == (number.value < 0) or not number.value
    return unit is not None and same_sign and 0 < size - abs(number.value) < unit and not _is(number, value)
