"""A trace as a walk from line to line: what is given, every told line of the training, and whether it helped.

Nothing is listed: a stop is found by arithmetic when it is asked for, so a long training opens at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from backtrace.engine.equation import Equation, Stage
from backtrace.engine.steps import last_of
from backtrace.engine.trace import Trace
from backtrace.errors import InputError, misfit
from backtrace.lesson.blocks import Block, Heading, Line, Recall
from backtrace.lesson.given import given, title
from backtrace.lesson.lines import UpdateTold
from backtrace.lesson.outcome import losses, outcome
from backtrace.lesson.tell import not_kept
from backtrace.lesson.telling import Telling

OPENING = Stage("forward", "given")
ENDING = Stage("after", "did it help")


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
        sample = None if self.trace.plan.batched else samples[0] + 1
        return Stop(number, update, sample, self.of_update[line], len(self.of_sample) + line + 1, samples[-1] + 1)

    def blocks(self, stop: Stop) -> Iterator[Block]:
        """What is told at a stop: the line under the title of its stage, with what to remember."""
        if stop.equation is None:
            yield from self._opening() if stop.kind == "opening" else self._ending()
            return
        yield Heading(self.title(stop), 2)
        recall = self.recall(stop)
        if recall:
            yield recall
        yield self.line(stop)

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

    def where(self, name: str, stop: Stop) -> int:
        """The number of the stop where a quantity or entry that is seen from `stop` was or will be worked.

        A parameter was made by the update before, or is given: then it is the opening. What is folded into another
        line is found there. Raises UnknownQuantityError where there is no such quantity.
        """
        quantity = self.trace.notation.find(name).name
        update = stop.update
        if quantity in self.trace.plan.carried:
            update, quantity = update - 1, f"{quantity}_next"
        equation = self.trace.plan.equation(quantity)
        if quantity.endswith("_next") and equation is None:
            quantity = quantity.removesuffix("_next")
            equation = self.trace.plan.equation(quantity)
            update = self.trace.updates + 1
        if equation is None or update not in self.trace.kept:
            return self.ending if update > self.trace.updates else 0
        if equation.phase == "after":
            return self.ending
        return self._number_of(equation, update, stop.shows)

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
        if update not in self.trace.kept:
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

    def _opening(self) -> Iterator[Block]:
        yield from title(self.trace.scenario)
        yield from given(self.trace, self.telling.has_numbers)

    def _ending(self) -> Iterator[Block]:
        if self.trace.updates > 1:
            yield from losses(self.trace)
        yield from outcome(self.trace)

    def _place(self, update: int) -> int:
        return self.trace.kept.index(update)

    def _before(self, place: int) -> int:
        """How many lines the kept updates before the one at the place have."""
        return self.trace.visits[place] * len(self.of_sample) + place * len(self.of_update)

    def _number_of(self, equation: Equation, update: int, sample: int | None) -> int:
        """The number of the line that tells the equation, or of the next one, which it is folded into."""
        samples = self.trace.schedule.samples(update)
        first = self._before(self._place(update)) + 1
        turn = samples.index(sample - 1) if sample is not None and sample - 1 in samples else len(samples) - 1
        plan = self.trace.plan
        if equation in plan.of_sample:
            line = _line_of(equation, plan.of_sample, self.of_sample)
            return first + turn * len(self.of_sample) + line
        return first + len(samples) * len(self.of_sample) + _line_of(equation, plan.of_update, self.of_update)


def _line_of(equation: Equation, worked: tuple[Equation, ...], told: tuple[Equation, ...]) -> int:
    """The place, among the lines told, of the equation or of the first one worked after it that is told."""
    later = worked[worked.index(equation) :]
    return told.index(next(each for each in later if each in told)) if set(later) & set(told) else len(told)
