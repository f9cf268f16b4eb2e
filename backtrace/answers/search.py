"""The search for the mistake behind a wrong number: the catalogue's changed formulas, worked from the learner's lines.

Changed is the line itself or one behind it that the sheet does not show. Doubles find what comes near, intervals say
whether rounding can reach from there to the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np

from backtrace.answers.alterations import Altered, Subject
from backtrace.answers.catalogue import CATALOGUE, Mistake
from backtrace.answers.numbers import WrittenNumber
from backtrace.answers.slips import Slip, Written
from backtrace.answers.working import FARTHEST, Changed, Index, Key, Working
from backtrace.engine.plan import Plan
from backtrace.engine.trace import Trace
from backtrace.engine.work import Worked, work
from backtrace.formula.evaluate import FLOATS, entries, evaluate
from backtrace.formula.expr import Expr
from backtrace.formula.intervals import Interval, about

Numbers = Mapping[Index, WrittenNumber]
_FARTHEST, _FARTHEST_UNITS, _NOISE = Fraction(1, 4), 400, Fraction(1, 10**6)
_MOST_FOUND, _MOST_OF_PAIRS, _MOST_BEHIND, _MANY_DIGITS, _MOST_SLIPS = 24, 60, 40, 5, 8


@dataclass(frozen=True, eq=False)
class Explanation:
    """A mistake that explains a wrong line: in which equation of which update, and the formula that it leaves there.

    `second` is another one, made as well. `support` counts the other wrong figures of the sheet that follow from it,
    less the right ones that would not. `is_close` says whether it gives the number without rounding on the way.
    """

    mistake: Mistake
    key: Key
    altered: Altered
    second: Explanation | None = None
    support: int = 0
    is_close: bool = True

    @property
    def changed(self) -> dict[str, Changed]:
        """The changed formulas by id."""
        return {self.key.id: self.altered.worked} | (self.second.changed if self.second else {})

    @property
    def formulas(self) -> dict[str, Changed]:
        """The changed formulas by id, as they are told."""
        return {self.key.id: self.altered.formula} | (self.second.formulas if self.second else {})

    @property
    def name(self) -> str:
        """The mistake's name, or both."""
        return self.mistake.name + (f" and {self.second.name}" if self.second else "")


def reaches(reach: Interval, number: WrittenNumber, wide: bool = False) -> bool:
    """Whether rounding can lead from the interval to the number; `wide`: also cutting off, or rounding once more.

    An interval that contains 0, or is wider than the number, leads nowhere.
    """
    if reach.width > 0 and (reach.meets(0, 0) or reach.width > abs(number.value)):
        return False
    slack = number.unit if wide and number.unit else number.half
    return reach.meets(number.value - slack, number.value + slack)


@dataclass(eq=False)
class Search:
    """The search over one sheet: `figures` are its numbers by key, `wrong` and `right` the indices that are so."""

    trace: Trace
    figures: Mapping[Key, Numbers]
    wrong: Mapping[Key, Sequence[Index]]
    right: Mapping[Key, Sequence[Index]]
    found: dict[Key, list[Explanation]] = field(default_factory=dict)
    trained: dict[tuple[Explanation, int], Worked] = field(default_factory=dict)

    @cached_property
    def own(self) -> Working:
        """The learner's own lines, as intervals."""
        return self._working(lambda number: about(float(number.value), float(number.unit or 0)), Working(self.trace))

    @cached_property
    def doubles(self) -> Working:
        """The learner's own lines, as the numbers written."""
        return self._working(lambda number: float(number.value), Working(self.trace, FLOATS))

    def _working(self, known: Callable[[WrittenNumber], Any], working: Working) -> Working:
        for key, numbers in self.figures.items():
            working.learn(key, {index: known(number) for index, number in numbers.items()})
        return working

    def explanations(self, key: Key) -> list[Explanation]:
        """What explains the wrong entries of a line, the likeliest first; nothing where nothing known does."""
        for each in (self.own, self.doubles):
            each.floor = max(1, key.update - FARTHEST)
        if key.update > FARTHEST + 1:
            return self._far(key)
        ways: list[Callable[[], list[Explanation]]] = [
            lambda: self._ranked(key, self._singles(key, self.doubles)),
            lambda: self._ranked(key, self._of_numbers(key)),
            lambda: self._ranked(key, self._pairs(key)),
        ]
        if any(figure != key for figure in self.figures):
            ways.insert(1 if self._has_many_digits(key) else len(ways), lambda: self._in_another_working(key))
        self.found[key] = next(filter(None, (way() for way in ways)), [])
        return self.found[key]

    def _has_many_digits(self, key: Key) -> bool:
        """Whether the wrong numbers of a line have so many digits that no formula gives them by accident."""
        return all((self.figures[key][index].significant or 0) >= _MANY_DIGITS for index in self.wrong[key])

    def _in_another_working(self, key: Key) -> list[Explanation]:
        """What explains a number that comes from another working than the one that the sheet shows."""
        own, doubles = Working(self.trace), Working(self.trace, FLOATS)
        own.floor = doubles.floor = max(1, key.update - FARTHEST)
        return self._ranked(key, self._singles(key, doubles, is_exact=True), own, doubles)

    def _far(self, key: Key) -> list[Explanation]:
        """What explains a line after many updates: a mistake in it, or one of an earlier line, made throughout."""
        found = self._ranked(key, self._singles(key, self.doubles, in_update=key.update))
        return found or [each for each in self._earlier(key) if self._throughout(key, each)]

    def _earlier(self, key: Key) -> Iterator[Explanation]:
        """The likeliest explanations of earlier lines."""
        for other, explanations in self.found.items():
            if other.update < key.update:
                yield from explanations[:1]

    def _throughout(self, key: Key, explanation: Explanation) -> bool:
        """Whether the whole training, worked with the mistake, gives the numbers."""
        formulas = {name: formula for name, formula in explanation.changed.items() if isinstance(formula, Expr)}
        if len(formulas) < len(explanation.changed):
            return False
        place = (explanation, key.update)
        if place not in self.trained:
            plan = self.trace.plan.with_formulas(formulas)
            self.trained[place] = next(e for e in work(self.trace.scenario, plan) if e.update == key.update)
        worked = self.trained[place]
        values = worked.values[key.id]
        if key.sample is not None:
            values = values[worked.samples.index(key.sample - 1)]
        return all(_is_close(float(_at(values, index)), self.figures[key][index]) for index in self.wrong[key])

    def equations(self, key: Key, working: Working) -> list[Key]:
        """The line and the lines behind it that the sheet does not show, the nearest first."""
        found, waiting = dict[Key, None](), [key]
        while waiting and len(found) < _MOST_BEHIND:
            here = waiting.pop(0)
            if here in found or (here != key and working.is_shown(here)):
                continue
            found[here] = None
            waiting += list(working.operands(here))
        return [each for each in found if self.trace.plan.equation(each.id) is not None]

    def _made(self, key: Key) -> tuple[tuple[Mistake, Altered], ...]:
        """The changed formulas of an equation, in the order of the catalogue."""
        samples, update = len(self.trace.schedule.samples(key.update)), min(key.update, FARTHEST + 2)
        return mistakes_in(self.trace.plan, key.id, samples, update)

    def _singles(
        self, key: Key, doubles: Working, is_exact: bool = False, in_update: int | None = None
    ) -> Iterator[Explanation]:
        """One mistake, in the line or behind it, of any update or only of one."""
        for behind in self.equations(key, doubles):
            if in_update not in (None, behind.update):
                continue
            for mistake, altered in self._made(behind):
                explanation = Explanation(mistake, behind, altered)
                if self._is_near(key, explanation, doubles, is_exact):
                    yield explanation

    def _pairs(self, key: Key) -> Iterator[Explanation]:
        """Two common mistakes at once, in two equations."""
        made = [
            Explanation(mistake, behind, altered)
            for behind in self.equations(key, self.doubles)
            for mistake, altered in self._made(behind)
            if mistake.common
        ]
        for first, second in combinations(made[:_MOST_OF_PAIRS], 2):
            if first.key.id != second.key.id:
                pair = Explanation(first.mistake, first.key, first.altered, second)
                if self._is_near(key, pair, self.doubles):
                    yield pair

    def _of_numbers(self, key: Key) -> Iterator[Explanation]:
        """A mistake with numbers, in the line itself: the same in each of its wrong entries."""
        equation = self.trace.plan.equation(key.id)
        if equation is None or len(self.wrong[key]) > _MOST_SLIPS:
            return
        samples = 0 if equation.target.per_sample else len(self.trace.schedule.samples(key.update))
        formulas, expected = entries(self.trace.plan.inlined(equation), samples), np.asarray(self.doubles.unshown(key))
        reads = self.doubles.lookup(equation, key)
        for mistake in CATALOGUE:
            changed, notes = formulas.copy(), list[str]()
            if mistake.slips is None:
                continue
            for index in self.wrong[key]:
                number, formula = self.figures[key][index], _at(formulas, index)
                written = Written(number, formula, reads, float(_at(expected, index)))
                found = next((slip for slip in mistake.slips(written) if self._gives(slip, written)), None)
                if found is None:
                    break
                changed[tuple(i - 1 for i in index)] = found.formula
                notes.append(found.note)
            else:
                yield Explanation(mistake, key, Altered(changed, "; ".join(filter(None, dict.fromkeys(notes)))))

    def _gives(self, slip: Slip, written: Written) -> bool:
        with np.errstate(all="ignore"):
            return _is_close(float(evaluate(slip.formula, written.reads)), written.number)

    def _is_near(self, key: Key, explanation: Explanation, doubles: Working, is_exact: bool = False) -> bool:
        """Whether the changed formulas come near the wrong numbers, in doubles; or give them."""
        with np.errstate(all="ignore"):
            values = self._value(key, explanation, doubles)
        for index in self.wrong[key]:
            number, value = self.figures[key][index], float(_at(values, index))
            if is_exact and not _is_close(value, number):
                return False
            if not isfinite(value) or abs(Fraction(value) - number.value) > _farthest(number):
                return False
        return True

    def _value(self, key: Key, explanation: Explanation, working: Working) -> Any:
        """What the line gives with the changed formulas."""
        changed = explanation.changed
        if set(changed) == {key.id}:
            equation = self.trace.plan.equation(key.id)
            assert equation is not None
            return np.asarray(working.result(equation, key, changed[key.id]))
        return np.asarray(working.with_changes(changed).unshown(key))

    def _ranked(
        self, key: Key, near: Iterator[Explanation], own: Working | None = None, doubles: Working | None = None
    ) -> list[Explanation]:
        """Those that rounding can lead from to the numbers, the best first."""
        own, doubles = own or self.own, doubles or self.doubles
        numbers = {index: self.figures[key][index] for index in self.wrong[key]}
        found: list[tuple[tuple[Any, ...], Explanation]] = []
        for explanation in near:
            reach = self._value(key, explanation, own)
            if not all(reaches(_at(reach, index), number, wide=True) for index, number in numbers.items()):
                continue
            points = self._value(key, explanation, doubles)
            is_close = all(_is_close(float(_at(points, index)), number) for index, number in numbers.items())
            is_rounded = all(reaches(_at(reach, index), number) for index, number in numbers.items())
            support = self._support(key, explanation) if own is self.own else 0
            order = -support, not is_close, not is_rounded, CATALOGUE.index(explanation.mistake), len(found)
            found.append((order, replace(explanation, support=support, is_close=is_close)))
            if len(found) >= _MOST_FOUND:
                break
        return [explanation for _, explanation in sorted(found, key=lambda each: each[0])]

    def _support(self, key: Key, explanation: Explanation) -> int:
        """How many more wrong figures of the sheet follow from the mistake, less the right ones that would not."""
        working, count = self.own.with_changes(explanation.changed), 0
        for other in self.figures:
            if other == key or not working.follows(other):
                continue
            values = working.unshown(other)
            for index in self.wrong.get(other, ()):
                count += reaches(_at(values, index), self.figures[other][index])
            for index in self.right.get(other, ()):
                count -= not reaches(_at(values, index), self.figures[other][index], wide=True)
        return count


@lru_cache(maxsize=2048)
def mistakes_in(plan: Plan, name: str, samples: int, update: int) -> tuple[tuple[Mistake, Altered], ...]:
    """What each mistake of the catalogue makes of an equation's formula: those changes that leave its shape."""
    equation = plan.equation(name)
    assert equation is not None
    subject = Subject(plan, equation, samples, update)
    return tuple(
        (row, made) for row in CATALOGUE for made in row.makes(subject) if made.formula.shape == equation.target.shape
    )


def _at(values: Any, index: Index) -> Any:
    return values[tuple(i - 1 for i in index)]


def _farthest(number: WrittenNumber) -> Fraction:
    """How far rounding may lead a formula's value from the number, at most."""
    far = _FARTHEST * abs(number.value)
    return max(number.half, min(far, _FARTHEST_UNITS * number.unit) if number.unit else far)


def _is_close(value: float, number: WrittenNumber) -> bool:
    """Whether the value, rounded to the digits given, is the number."""
    return isfinite(value) and abs(Fraction(value) - number.value) <= number.half * (1 + _NOISE)
