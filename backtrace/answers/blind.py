"""The catalogue run forwards: which mistakes a question cannot reveal, because they give the figures that are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backtrace.answers.catalogue import Mistake, mistakes_in
from backtrace.answers.working import Changed, Key, Working
from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import FLOATS
from backtrace.lesson.blocks import Block, Heading, Lesson, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula


@dataclass(frozen=True, eq=False)
class Made:
    """A mistake made in an equation: `shows` are the lines that come out otherwise, to the digits that are shown."""

    mistake: Mistake
    equation: Equation
    note: str
    shows: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Blindness:
    """What the first update of a trace reveals of each mistake, at so many decimals."""

    trace: Trace
    decimals: int

    @cached_property
    def made(self) -> tuple[Made, ...]:
        """Every mistake that can be made in an equation of the update, and what shows it."""
        plan, samples = self.trace.plan, tuple(place + 1 for place in self.trace.schedule.samples(1))
        return tuple(
            Made(mistake, equation, altered.note, self._shows({equation.id: altered.worked}))
            for equation in (*plan.of_sample, *plan.of_update)
            if equation.told != "detail"
            for mistake, altered in mistakes_in(plan, equation.id, samples, 1)
        )

    @cached_property
    def _right(self) -> Working:
        return Working(self.trace, FLOATS)

    def _shows(self, changed: dict[str, Changed]) -> tuple[str, ...]:
        working = self._right.with_changes(changed)
        with np.errstate(all="ignore"):
            return tuple(key.id for key in self._told if self._differs(working, key))

    @cached_property
    def _told(self) -> list[Key]:
        """The lines that are told, of the update's first sample."""
        sample = self.trace.schedule.samples(1)[0] + 1
        plan = self.trace.plan
        return [Key(e.id, 1, sample if e.target.per_sample else None)
                for e in (*plan.of_sample, *plan.of_update) if e.told == "always"]  # fmt: skip

    def _differs(self, working: Working, key: Key) -> bool:
        if not working.follows(key):
            return False
        wrong, right = (np.asarray(each.value(key), dtype=np.float64) for each in (working, self._right))
        return not np.array_equal(np.round(wrong, self.decimals), np.round(right, self.decimals))

    @property
    def hidden(self) -> tuple[Made, ...]:
        """The mistakes that no line shows."""
        return tuple(made for made in self.made if not made.shows)

    @property
    def unseen(self) -> set[Mistake]:
        """The mistakes that nothing shows, wherever in the update they are made."""
        return {made.mistake for made in self.made} - {made.mistake for made in self.made if made.shows}


def told_blindness(blindness: Blindness) -> Lesson:
    """What a question cannot reveal, for whoever sets it."""
    return Lesson(tuple(_blocks(blindness)))


def _blocks(blindness: Blindness) -> Iterator[Block]:
    trace, hidden = blindness.trace, blindness.hidden
    yield Heading("What this question cannot reveal", 0, trace.scenario.title)
    count = len(blindness.made)
    yield Prose((f"{count} mistakes can be made in the first update. With {blindness.decimals} decimals "
                 f"{len(hidden)} of them change no line.",))  # fmt: skip
    if not hidden:
        return
    rows: dict[tuple[str, str, str], tuple[Sentence, ...]] = {}
    never = blindness.unseen
    for made in hidden:
        name = Formula(made.equation.target, trace.notation.leaf)
        where = "wherever it is made" if made.mistake in never else "in this line"
        rows[made.mistake.name, made.equation.id, made.note] = (made.mistake.name,), (name,), (made.note,), (where,)
    yield Table((("mistake",), ("made in",), ("",), ("hidden",)), tuple(rows.values()))
    yield Prose(
        ("Other numbers show them: a target or an input that is not 0 or 1, weights that are not alike.",), "note"
    )
