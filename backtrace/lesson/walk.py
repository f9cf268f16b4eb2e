"""A trace as a walk from line to line: what is given, every told line of the training, and whether it helped.

Nothing is listed: a stop is found by arithmetic when it is asked for, so a long training opens at once.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from backtrace.engine.equation import Equation, Stage
from backtrace.engine.steps import last_of
from backtrace.engine.trace import Trace
from backtrace.errors import InputError, misfit
from backtrace.lesson.blocks import Block, Heading, Line, Recall
from backtrace.lesson.given import given, title
from backtrace.lesson.lines import PHASES, UpdateTold
from backtrace.lesson.outcome import losses, outcome, samples_beside
from backtrace.lesson.sentences import warnings
from backtrace.lesson.tell import not_kept
from backtrace.lesson.telling import Telling

OPENING = Stage("forward", "given")
ENDING = Stage("after", "did it help")
_NUMBER = re.compile(r"-?\d{1,18}|\d{1,3}(,\d{3}){1,5}")
_IN_UPDATE = re.compile(r"(\d{1,18})\s*:\s*(.*)")


Place = tuple[int, int | None, str]
"""A line of a training: its update, its sample (None where it belongs to a batch), and the id of its equation."""


@dataclass(frozen=True, eq=False)
class Stop:
    """One place of a walk: a line that is told, or the opening before the first and the ending after the last.

    `number` counts the lines of the whole walk from 1: 0 is the opening, one more than the last line the ending.
    `line` is the number that the lesson of its update gives the line. `sample` is the place in the data from 1, None
    where the line belongs to a batch; of a batch's lines, `shows` is the sample whose values stand beside them.
    """

    number: int
    update: int
    sample: int | None
    equation: Equation | None
    line: int | None = None
    shows: int | None = None

    @property
    def place(self) -> Place:
        """Update, sample and equation: the same for this line however the walk is told."""
        assert self.equation is not None
        return self.update, self.sample, self.equation.id

    @property
    def kind(self) -> Literal["opening", "line", "ending"]:
        """Whether it is a line, or what comes before or after all lines."""
        return "line" if self.equation else "ending" if self.number else "opening"

    @property
    def stage(self) -> Stage:
        """The part of the update that the line belongs to."""
        return self.equation.stage if self.equation else ENDING if self.number else OPENING

    @property
    def passage(self) -> tuple[int, int | None, Stage]:
        """Update, sample and stage: what the lines of one stage have in common."""
        return self.update, self.sample, self.stage


@dataclass(frozen=True, eq=False)
class Walk:
    """The stops of a trace; with `telling.detail` every equation is a line. `len` is the number of lines."""

    trace: Trace
    telling: Telling = field(default_factory=Telling)

    @cached_property
    def of_sample(self) -> tuple[Equation, ...]:
        """The lines told for each sample, in order."""
        return tuple(self._told(1).told(self.trace.plan.of_sample))

    @cached_property
    def of_update(self) -> tuple[Equation, ...]:
        """The lines told once in an update, in order."""
        return tuple(self._told(1).told(self.trace.plan.of_update))

    def __len__(self) -> int:
        return self._before(len(self.trace.kept))

    @property
    def ending(self) -> int:
        """The number of the stop after the last line."""
        return len(self) + 1

    def stop(self, number: int) -> Stop:
        """The stop of that number; raises InputError where there is none."""
        if not 0 <= number <= self.ending:
            raise misfit(f"there is no step {number}", f"a number from 1 to {len(self)}")
        kept = self.trace.kept
        if number in (0, self.ending):
            update = kept[-1] if number else kept[0]
            return Stop(number, update, None, None, shows=self.trace.schedule.samples(update)[-1 if number else 0] + 1)
        place = last_of(0, len(kept) - 1, lambda place: self._before(place) < number)
        update, position = kept[place], number - 1 - self._before(place)
        samples = self.trace.schedule.samples(update)
        turn, line = divmod(position, len(self.of_sample))
        if turn < len(samples):
            sample = samples[turn] + 1
            return Stop(number, update, sample, self.of_sample[line], line + 1, sample)
        line = position - len(samples) * len(self.of_sample)
        whose = None if self.trace.plan.batched else samples[0] + 1
        return Stop(number, update, whose, self.of_update[line], len(self.of_sample) + line + 1, samples[-1] + 1)

    def blocks(self, stop: Stop) -> Iterator[Block]:
        """What is told at a stop: the line under the title of its stage, with what to remember."""
        if stop.equation is None:
            yield from self._opening if stop.kind == "opening" else self._ending
            return
        yield Heading(self.title(stop), 2)
        yield from self.told(stop)

    def told(self, stop: Stop) -> Iterator[Block]:
        """The line of a stop that has one, after what to remember."""
        recall = self.recall(stop)
        if recall:
            yield recall
        yield self.line(stop)
        if stop.equation is self.of_sample[-1]:
            yield from warnings(self.trace, stop.update, stop.sample)
        if self.trace.plan.batched and self.of_update and stop.equation is self.of_update[0]:
            yield from samples_beside(self.trace, stop.update)

    def title(self, stop: Stop) -> str:
        """The title of the stop's stage."""
        stage = stop.stage
        return f"Stage {stage.number}: {stage.title}" if stage.number else stage.title.capitalize()

    def recall(self, stop: Stop) -> Recall | None:
        """The forward lines that the line is about to differentiate; None where it differentiates nothing."""
        told = self._told(stop.update)
        lines = told.recall(told.deriving(stop.sample), stop.equation) if stop.equation else ()
        return Recall("remember", lines) if lines else None

    def line(self, stop: Stop) -> Line:
        """The told line of a stop that has one."""
        assert stop.equation is not None
        told = self._told(stop.update)
        return told.line(told.deriving(stop.sample), stop.line, stop.equation)

    def entries(self, stop: Stop) -> list[tuple[int, ...]]:
        """The entries that are told one by one at a stop, counted from 1; none where it has no line."""
        told = self._told(stop.update)
        return told.few(told.entries(stop.equation)) if stop.equation else []

    def phases(self, stop: Stop) -> list[tuple[str, int, int]]:
        """The phases of the stop's update, each with the number of its lines that are worked, and of all of them."""
        lines = (*self.of_sample, *self.of_update)
        worked = len(lines) if stop.kind == "ending" else stop.line or 0
        return [
            (title, sum(e.phase == phase for e in lines[:worked]), sum(e.phase == phase for e in lines))
            for phase, title in PHASES.items()
        ]

    def where(self, name: str, stop: Stop) -> int | None:
        """The number of the stop where a quantity or entry that is seen from `stop` was or will be worked.

        A parameter was made by the update before: None where that is not kept. What is given is found at the opening,
        what has no line of its own at the line that it belongs to. Raises UnknownQuantityError where there is no such
        quantity.
        """
        equation, update = self._made(self.trace.notation.find(name).name, stop.update)
        if equation is None:
            return 0
        if update > self.trace.updates:
            return self.ending
        return self._number_of(self._told_in(equation), update, stop.shows) if self._keeps(update) else None

    def stop_of(self, place: Place) -> Stop:
        """The stop of a line of the training, or of the line that it is folded into."""
        update, sample, name = place
        number = self.where(name, Stop(0, update, sample, None, shows=sample))
        assert number is not None  # the update of a line is kept
        return self.stop(number)

    def found(self, text: str, stop: Stop) -> int:
        """The number of the stop that a text asks for: a number, a quantity seen from `stop`, or one of an update.

        `2:9` is line 9 of update 2, of a batch's samples the one that `stop` shows, or the first; `2:dL_dw12` a
        quantity of update 2. Raises InputError or UnknownQuantityError, with what is near, where there is none.
        """
        text = text.strip()
        if _NUMBER.fullmatch(text):
            return self.stop(_read(text)).number
        if not (in_update := _IN_UPDATE.fullmatch(text)):
            return self._named(text, stop)
        update, rest = int(in_update[1]), in_update[2]
        first = self.stop(self.first_of(update))
        if rest and not _NUMBER.fullmatch(rest):
            return self._named(rest, first)
        return self._line_at(first, _read(rest) if rest else 1, stop.shows)

    def beside(self, stop: Stop, way: Literal[1, -1]) -> int:
        """The number of the first stop of the next stage; backwards, of this stage, or from there of the one before."""
        number = stop.number
        if way == 1:
            while number < self.ending and self.stop(number).passage == stop.passage:
                number += 1
            return number
        before = self.stop(max(0, number - 1))
        number = before.number
        while number and self.stop(number - 1).passage == before.passage:
            number -= 1
        return number

    def first_of(self, update: int) -> int:
        """The number of the first line of an update; raises InputError where it is not kept or there is none."""
        if not 1 <= update <= self.trace.updates:
            raise misfit(f"there is no update {update}", f"a number from 1 to {self.trace.updates}")
        if not self._keeps(update):
            raise InputError([not_kept(self.trace, update)])
        return self._before(self._place(update)) + 1

    def update_beside(self, stop: Stop, way: Literal[1, -1]) -> int:
        """The first line of the next update that is kept; backwards, of this one, or from there of the one before.

        The ending is after the last update, the opening before the first.
        """
        if stop.kind != "line":
            return min(stop.number + way, self.ending) if way == 1 else self.first_of(stop.update) if stop.number else 0
        first, place = self.first_of(stop.update), self._place(stop.update)
        if way == 1:
            return self._before(place + 1) + 1
        if stop.number > first:
            return first
        return self._before(place - 1) + 1 if place else 0

    def _told(self, update: int) -> UpdateTold:
        return UpdateTold(self.trace, self.telling, update)

    @cached_property
    def _opening(self) -> tuple[Block, ...]:
        return (*title(self.trace.scenario), *given(self.trace, self.telling.has_numbers))

    @cached_property
    def _ending(self) -> tuple[Block, ...]:
        return (*(losses(self.trace) if self.trace.updates > 1 else ()), *outcome(self.trace))

    def _place(self, update: int) -> int:
        """The place of an update among those that are kept, or where it would stand."""
        return bisect_left(self.trace.kept, update)

    def _keeps(self, update: int) -> bool:
        kept, place = self.trace.kept, self._place(update)
        return place < len(kept) and kept[place] == update

    def _before(self, place: int) -> int:
        """How many lines the kept updates before the one at the place have."""
        return self.trace.visits[place] * len(self.of_sample) + place * len(self.of_update)

    def _made(self, name: str, update: int) -> tuple[Equation | None, int]:
        """The equation that gives a quantity as it is in an update, None where it is given; and the update working it.

        What is worked after the last update counts to one update more.
        """
        plan, after = self.trace.plan, self.trace.updates + 1
        if name in plan.carried:
            return (plan.equation(f"{name}_next") if update > 1 else None), update - 1
        if name == f"{plan.objective}_next":
            return plan.equation(plan.objective), after
        equation = plan.equation(name)
        return equation, after if equation is not None and equation.phase == "after" else update

    def _told_in(self, equation: Equation) -> Equation:
        """The line that an equation belongs to: itself, or the next line of its part of the plan, or else the last."""
        plan = self.trace.plan
        part, lines = (
            (plan.of_sample, self.of_sample) if equation in plan.of_sample else (plan.of_update, self.of_update)
        )
        place = part.index(equation)
        return next(each for each in (*part[place:], *part[place::-1]) if each in lines)

    def _named(self, name: str, stop: Stop) -> int:
        """The stop where a quantity is worked; raises InputError where there is none."""
        number = self.where(name, stop)
        if number is not None:
            return number
        made = f"{name} of update {stop.update} was made by the update before, which is not kept"
        raise misfit(made, "a quantity of an update that the scenario keeps")

    def _line_at(self, first: Stop, line: int, sample: int | None) -> int:
        """The stop of a line of the update that begins with `first`, by the number that its lesson gives it."""
        each, last = len(self.of_sample), len(self.of_sample) + len(self.of_update)
        if not 1 <= line <= last:
            raise misfit(f"update {first.update} has no line {line}", f"a number from 1 to {last}")
        samples = self.trace.schedule.samples(first.update)
        turn = len(samples) - 1 if line > each else _turn(samples, sample, 0)
        return first.number + turn * each + line - 1

    def _number_of(self, line: Equation, update: int, sample: int | None) -> int:
        """The number of a line in an update; of several samples the one asked for, or the last."""
        samples, each = self.trace.schedule.samples(update), len(self.of_sample)
        first = self._before(self._place(update)) + 1
        if line in self.of_sample:
            return first + _turn(samples, sample, len(samples) - 1) * each + self.of_sample.index(line)
        return first + len(samples) * each + self.of_update.index(line)


def _turn(samples: Sequence[int], sample: int | None, otherwise: int) -> int:
    """The place of a sample, from 1 in the data, among those of an update; `otherwise` where it is not one of them."""
    return samples.index(sample - 1) if sample is not None and sample - 1 in samples else otherwise


def _read(number: str) -> int:
    """A number as people write it: 1000 or 1,000."""
    return int(number.replace(",", ""))
