"""The search for the mistake behind a wrong number: the catalogue's changed formulas, worked from the learner's lines.

Changed is the line itself or one behind it that the sheet does not show. Doubles find what comes near, intervals say
whether rounding can reach from there to the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, islice
from typing import Any

import numpy as np

from backtrace.answers.alterations import Altered, in_places
from backtrace.answers.catalogue import CATALOGUE, Group, Made, Mistake, habits, mistakes_in
from backtrace.answers.explanation import Explanation, is_close, is_near, is_noise, reaches
from backtrace.answers.numbers import WrittenNumber, read_number
from backtrace.answers.slips import Slip, Written
from backtrace.answers.working import FARTHEST, Index, Key, Working, at
from backtrace.engine.trace import Trace
from backtrace.engine.training import work
from backtrace.engine.work import Worked
from backtrace.errors import MisfitError, OutOfRangeError
from backtrace.formula.evaluate import FLOATS, entries, evaluate
from backtrace.formula.expr import Expr

Numbers = Mapping[Index, WrittenNumber]
_MOST_FOUND, _MOST_BEHIND, _MANY_DIGITS, _MOST_SLIPS = 24, 40, 5, 8
_MOST_PAIRED, _MOST_PAIRED_LINES, _MOST_SLIPPED_LINES, _DIGITS = 24, 6, 4, 3
_MOST_WORKED, _MORE, _MOST_SLIPS_BEHIND = 5_000, 6, 400


@dataclass(eq=False)
class Search:
    """The search over one sheet: `figures` are its numbers by key, `wrong` and `right` the indices that are so.

    `own` works from them as intervals, `doubles` as the numbers that they are.
    """

    trace: Trace
    figures: Mapping[Key, Numbers]
    wrong: Mapping[Key, Sequence[Index]]
    right: Mapping[Key, Sequence[Index]]
    own: Working
    doubles: Working
    found: dict[Key, list[Explanation]] = field(default_factory=dict)
    trained: dict[tuple[Explanation, int], Worked | None] = field(default_factory=dict)

    def explanations(self, key: Key) -> list[Explanation]:
        """What explains the wrong entries of a line, the likeliest first; nothing where nothing known does."""
        for each in (self.own, self.doubles):
            each.floor = max(1, key.update - FARTHEST)
        self.found[key] = self._far(key) if key.update > FARTHEST + 1 else self._near(key)
        return self.found[key]

    def _near(self, key: Key) -> list[Explanation]:
        """What explains a line of the first updates: one mistake, a slip with numbers, or two mistakes."""
        ways: list[Callable[[], list[Explanation]]] = [
            lambda: list(self._again(key)),
            lambda: self._ranked(key, chain(self._singles(key, self.doubles), self._of_numbers(key))),
            lambda: self._ranked(key, self._of_numbers_behind(key)),
            lambda: self._ranked(key, self._pairs(key)),
        ]
        if self._has_many_digits(key) and any(figure != key for figure in self.figures):
            ways.insert(2, lambda: self._in_another_working(key))
        return next(filter(None, (way() for way in ways)), [])

    def _has_many_digits(self, key: Key) -> bool:
        """Whether the wrong numbers of a line have so many digits that no formula gives them by accident."""
        return all((self.figures[key][index].significant or 0) >= _MANY_DIGITS for index in self.wrong[key])

    def _in_another_working(self, key: Key) -> list[Explanation]:
        """What explains a number that comes from another working than the one that the sheet shows."""
        own, doubles = Working(self.trace), Working(self.trace, FLOATS)
        own.floor = doubles.floor = max(1, key.update - 1)
        return self._ranked(key, self._singles(key, doubles, is_exact=True), own, doubles)

    def _far(self, key: Key) -> list[Explanation]:
        """What explains a line after many updates: a mistake in it, or one of an earlier line, made throughout."""
        found = self._ranked(key, self._singles(key, self.doubles, in_update=key.update))
        return found or [each for each in self._earlier(key) if self._gives_in_training(key, each)]

    def _earlier(self, key: Key) -> Iterator[Explanation]:
        """The likeliest explanations of earlier lines."""
        for other, explanations in self.found.items():
            if other.update < key.update:
                yield from explanations[:1]

    def _gives_in_training(self, key: Key, explanation: Explanation) -> bool:
        """Whether the whole training, worked with the mistake, gives the numbers."""
        formulas = {name: formula for name, formula in explanation.changed.items() if isinstance(formula, Expr)}
        if len(formulas) < len(explanation.changed):
            return False
        place = (explanation, key.update)
        if place not in self.trained:
            self.trained[place] = self._trained(formulas, key.update)
        worked = self.trained[place]
        if worked is None:
            return False
        values = worked.values[key.id]
        if key.sample is not None:
            values = values[worked.samples.index(key.sample - 1)]
        return all(is_close(float(at(values, index)), self.figures[key][index]) for index in self.wrong[key])

    def _trained(self, formulas: Mapping[str, Expr], update: int) -> Worked | None:
        """An update of the training worked with other formulas; None where these cannot be worked, or not so far."""
        try:
            worked = work(self.trace.scenario, self.trace.plan.with_formulas(formulas))
            return next(each for each in worked if each.update == update)
        except (MisfitError, OutOfRangeError):
            return None

    def equations(self, key: Key, working: Working) -> list[Key]:
        """The line and the lines behind it that the sheet does not show, the nearest first."""
        unshown = (each for each in working.behind([key], working.is_shown) if not working.is_shown(each))
        found = islice(chain([key], unshown), _MOST_BEHIND)
        return [each for each in found if self.trace.plan.equation(each.id) is not None]

    def _made(self, key: Key) -> tuple[Made, ...]:
        """The changed formulas of an equation, in the order of the catalogue."""
        return mistakes_in(self.trace.plan, key.id, *self._when(key))

    def _when(self, key: Key) -> tuple[tuple[int, ...], int]:
        samples = tuple(place + 1 for place in self.trace.schedule.samples(key.update))
        return samples, min(key.update, FARTHEST + 2)

    def _singles(
        self, key: Key, doubles: Working, is_exact: bool = False, in_update: int | None = None
    ) -> Iterator[Explanation]:
        """One mistake, in the line or behind it, of any update or only of one; and the same made throughout.

        Mistakes in one entry of a line that is not seen come last, and all together are no more than can be tried soon.
        """
        behind = [each for each in self.equations(key, doubles) if in_update in (None, each.update)]
        names, seen = {each.id: each for each in behind}, set[int]()
        left = _MOST_WORKED * (_MORE if is_exact else 1)
        lines = [(place, line, mistake, altered) for place, line in enumerate(behind, 1)
                 for mistake, altered in self._made(line)]  # fmt: skip
        for place, line, mistake, altered in sorted(lines, key=lambda each: each[-1].is_single):
            left -= place  # about as many lines are worked again
            if left < 0:
                return
            if altered.is_single and line == key:
                continue
            here = altered.only(self.wrong[key]) if line == key else altered
            made = [Explanation(mistake, line, here)]
            for group in self._groups(line, altered) if mistake.habit and len(behind) > 1 else ():
                if id(group) not in seen and len(names.keys() & group.keys()) > 1:
                    made.append(Explanation(mistake, line, altered, group))
                    seen.add(id(group))
            yield from (each for each in made if self._comes_near(key, each, doubles, is_exact))

    def _again(self, key: Key) -> Iterator[Explanation]:
        """The mistakes that explain earlier lines best, where they were made in this line or behind it, too."""
        behind = {each.id: each for each in self.equations(key, self.doubles)}
        best = [found[0] for found in self.found.values() if found and not found[0].second]
        for earlier in {(each.mistake.name, frozenset(each.all)): each for each in best}.values():
            made = next((name for name in earlier.all if name in behind), None)
            if made is not None:
                again = Explanation(earlier.mistake, behind[made], earlier.all[made], earlier.all)
                fitting = self._fitting(key, again, self.own, self.doubles)
                if fitting is not None and fitting.is_close:
                    yield fitting

    def _groups(self, line: Key, altered: Altered) -> Sequence[Group]:
        """The groups of changed formulas, one of which is this: the same mistake in all lines of its kind."""
        return habits(self.trace.plan, *self._when(line)).get(altered, ())

    def _pairs(self, key: Key) -> Iterator[Explanation]:
        """Two common mistakes at once, in two equations."""
        made = [
            Explanation(mistake, line, altered)
            for line in self.equations(key, self.doubles)[:_MOST_PAIRED_LINES]
            for mistake, altered in self._made(line)
            if mistake.common
        ]
        for first, second in combinations(made[:_MOST_PAIRED], 2):
            if first.key.id != second.key.id:
                pair = replace(first, second=second)
                if self._comes_near(key, pair, self.doubles):
                    yield pair

    def _of_numbers(self, key: Key) -> Iterator[Explanation]:
        """A mistake with numbers, in the line itself: the same in each of its wrong entries."""
        if self.trace.plan.equation(key.id) is None or len(self.wrong[key]) > _MOST_SLIPS:
            return
        formulas = self._entries(key)
        written = {index: self._written(key, formulas, index, self.figures[key][index]) for index in self.wrong[key]}
        for mistake in CATALOGUE:
            slips = {index: next(_giving(mistake, each), None) for index, each in written.items()}
            found = {tuple(i - 1 for i in index): slip for index, slip in slips.items() if slip is not None}
            if len(found) == len(written):
                note = "; ".join(filter(None, dict.fromkeys(slip.note for slip in found.values())))
                changed = in_places(formulas, {place: slip.formula for place, slip in found.items()})
                yield Explanation(mistake, key, Altered(changed, note, is_of_entries=True))

    def _of_numbers_behind(self, key: Key) -> Iterator[Explanation]:
        """A mistake with numbers in one entry of the nearest lines behind, which the sheet does not show."""
        if len(self.wrong[key]) <= _MOST_SLIPPED_LINES:
            made = islice(self._slipped_behind(key), _MOST_SLIPS_BEHIND)
            yield from (each for each in made if self._comes_near(key, each, self.doubles))

    def _slipped_behind(self, key: Key) -> Iterator[Explanation]:
        for line in self.equations(key, self.doubles)[1:_MOST_SLIPPED_LINES]:
            formulas = self._entries(line)
            for place, expected in np.ndenumerate(np.asarray(self.doubles.value(line), dtype=np.float64)):
                number, index = read_number(f"{expected:.{_DIGITS}g}"), tuple(i + 1 for i in place)
                written = self._written(line, formulas, index, number)
                for mistake in CATALOGUE:
                    for slip in mistake.slips(written):
                        changed = in_places(formulas, {place: slip.formula})
                        yield Explanation(mistake, line, Altered(changed, slip.note, is_of_entries=True))

    def _entries(self, key: Key) -> Any:
        """The formulas of a line's entries, opened down to what is told."""
        equation = self.trace.plan.equation(key.id)
        assert equation is not None
        samples = 0 if equation.target.per_sample else len(self.trace.schedule.samples(key.update))
        return entries(self.trace.plan.inlined(equation), samples)

    def _written(self, key: Key, formulas: Any, index: Index, number: WrittenNumber) -> Written:
        """A number in the place of an entry, with the entry's formula and what the lines before give there."""
        equation = self.trace.plan.equation(key.id)
        assert equation is not None
        expected = float(at(np.asarray(self.doubles.unshown(key)), index))
        return Written(number, at(formulas, index), self.doubles.lookup(equation, key), expected)

    def _comes_near(self, key: Key, explanation: Explanation, doubles: Working, is_exact: bool = False) -> bool:
        """Whether the changed formulas come near the wrong numbers, in doubles; or give them."""
        with np.errstate(all="ignore"):
            values = self._value(key, explanation, doubles)
        is_there = is_close if is_exact else is_near
        return all(is_there(float(at(values, index)), self.figures[key][index]) for index in self.wrong[key])

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
        """Those that rounding can lead from to the numbers, the best first: by what the rest of the sheet says."""
        fitting = (self._fitting(key, each, own or self.own, doubles or self.doubles) for each in near)
        found = [each for each in fitting if each is not None]
        found = sorted(found, key=_order)[:_MOST_FOUND]
        return sorted((self._held(key, each) for each in found), key=_order) if own is None else found

    def _fitting(self, key: Key, explanation: Explanation, own: Working, doubles: Working) -> Explanation | None:
        """The explanation, with how well its numbers fit; None where rounding does not lead to them."""
        numbers = {index: self.figures[key][index] for index in self.wrong[key]}
        reach, points = self._value(key, explanation, own), self._value(key, explanation, doubles)
        for index, number in numbers.items():
            is_zero = not number.value and is_noise(float(at(points, index))) and at(reach, index).meets(0, 0)
            if not is_zero and not reaches(at(reach, index), number, wide=True):
                return None
        return replace(
            explanation,
            is_close=all(is_close(float(at(points, index)), number) for index, number in numbers.items()),
            is_rounded=all(reaches(at(reach, index), number) for index, number in numbers.items()),
        )

    def _held(self, key: Key, explanation: Explanation) -> Explanation:
        """The explanation held against the rest of the sheet: as a single mistake, or made throughout."""
        groups = self._groups(explanation.key, explanation.altered)
        ways = [explanation, *(replace(explanation, also=group) for group in groups if not explanation.second)]
        return min((self._counted(key, each) for each in ways), key=_order)

    def _counted(self, key: Key, explanation: Explanation) -> Explanation:
        """The explanation with the wrong figures that follow from it, and the right ones that would not."""
        working, support, contradicted = self.own.with_changes(explanation.changed), 0, 0
        for other, numbers in self.figures.items():
            is_too_far = other.update > key.update + FARTHEST
            if is_too_far or not working.follows(other) or (other == key and explanation.altered.is_of_entries):
                continue
            values = working.unshown(other)
            if other != key:
                support += sum(reaches(at(values, index), numbers[index]) for index in self.wrong.get(other, ()))
            contradicted += sum(
                not reaches(at(values, index), numbers[index], wide=True) for index in self.right.get(other, ())
            )
        return replace(explanation, support=support, contradicted=contradicted)


def _order(explanation: Explanation) -> tuple[Any, ...]:
    """What comes first: nothing right against it, much wrong with it, a near number, and the catalogue's order."""
    order = CATALOGUE.index(explanation.mistake)
    return explanation.contradicted, -explanation.support, _farness(explanation), order, len(explanation.also)


def _farness(explanation: Explanation) -> int:
    """How far the number is from what the mistake gives; a slip with numbers can give any, and counts less."""
    if explanation.mistake.is_of_numbers:
        return 2
    return 0 if explanation.is_close else 1 if explanation.is_rounded else 3


def _giving(mistake: Mistake, written: Written) -> Iterator[Slip]:
    """The slips of a mistake that give the number that was written."""
    with np.errstate(all="ignore"):
        for slip in mistake.slips(written):
            if is_close(float(evaluate(slip.formula, written.reads)), written.number):
                yield slip
