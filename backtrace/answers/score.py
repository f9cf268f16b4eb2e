"""How the predictions of a session went: the first verdict on every entry asked for, counted by line and stage.

Every guess makes a new score; verdicts that decide nothing are not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from backtrace.answers.guess import Kind, Verdict
from backtrace.engine.equation import Stage
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Heading, Lesson, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.walk import Place, Stop, Walk

LEVELS = ("the name", "the chain rule", "the formula", "the numbers put in", "the value")
"""How much of a derivation is open, from nothing but the quantity's name to its value."""

Index = tuple[int, ...]
Outcome = Literal["right", "rounded", "later", "shown", "open"]
_WORST_FIRST: tuple[Outcome, ...] = ("open", "shown", "later", "rounded", "right")

# fmt: off
_SAID: Mapping[Outcome, str] = {
    "right":   "right",
    "rounded": "right, rounded on the way",
    "later":   "right later",
    "shown":   "shown",
    "open":    "not right yet",
}
# fmt: on


@dataclass(frozen=True)
class Answer:
    """The guesses at one entry: the first verdict, None where the value was shown without one, and the number of tries.

    `revealed` says which of the `LEVELS` was open at the first guess, `is_right` whether the last one was right,
    `is_shown` whether the learner gave up.
    """

    first: Kind | None = None
    tries: int = 0
    revealed: int = 0
    is_right: bool = False
    is_shown: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the entry need not be asked for again."""
        return self.is_right or self.is_shown

    @property
    def outcome(self) -> Outcome:
        """What came of it."""
        match self.first:
            case "right" | "rounded":
                return self.first
        return "later" if self.is_right else "shown" if self.is_shown else "open"


@dataclass(frozen=True)
class Tally:
    """How many lines were asked for, and how many of them came out in each way."""

    lines: int = 0
    right: int = 0
    rounded: int = 0
    later: int = 0
    shown: int = 0

    @property
    def at_once(self) -> int:
        """The lines that were right at the first try, rounded ones among them."""
        return self.right + self.rounded

    def with_(self, outcome: Outcome) -> Tally:
        """The tally with one line more."""
        more = replace(self, lines=self.lines + 1)
        return more if outcome == "open" else replace(more, **{outcome: getattr(self, outcome) + 1})


@dataclass(frozen=True)
class Score:
    """The answers of a session, by the place of the line and the index of the entry, in the order first asked."""

    answers: Mapping[tuple[Place, Index], Answer] = field(default_factory=dict)

    def with_guess(self, stop: Stop, index: Index, verdict: Verdict, revealed: int = 0) -> Score:
        """The score after a guess at an entry, `revealed` being the level that was open.

        It stays the same where the verdict asks again, and where the entry was settled before.
        """
        before = self.answer(stop, index)
        if verdict.asks_again or before.is_settled:
            return self
        first = before if before.tries else replace(before, first=verdict.kind, revealed=revealed)
        return self._with(stop, index, replace(first, tries=before.tries + 1, is_right=verdict.is_right))

    def with_shown(self, stop: Stop, index: Index) -> Score:
        """The score when the value of an entry is shown before it was guessed rightly."""
        before = self.answer(stop, index)
        if before.is_settled:
            return self
        revealed = before.revealed if before.tries else len(LEVELS) - 1
        return self._with(stop, index, replace(before, is_shown=True, revealed=revealed))

    def _with(self, stop: Stop, index: Index, answer: Answer) -> Score:
        return Score({**self.answers, (stop.place, index): answer})

    def answer(self, stop: Stop, index: Index) -> Answer:
        """The guesses at an entry of a line; none yet where it was not asked for."""
        return self.answers.get((stop.place, index), Answer())

    @property
    def lines(self) -> Mapping[Place, Outcome]:
        """What came of each line: as much as of its worst entry."""
        found: dict[Place, Outcome] = {}
        for (place, _), answer in self.answers.items():
            found[place] = min(found.get(place, "right"), answer.outcome, key=_WORST_FIRST.index)
        return found

    @property
    def tally(self) -> Tally:
        """All lines counted."""
        return _tally(self.lines.values())

    def by_stage(self, walk: Walk) -> Mapping[Stage, Tally]:
        """The lines of each stage counted, over all samples and updates, in the order of the training step."""
        stages: dict[Stage, list[Outcome]] = {e.stage: [] for e in (*walk.of_sample, *walk.of_update)}
        for place, outcome in self.lines.items():
            stages[walk.stop_of(place).stage].append(outcome)
        return {stage: _tally(outcomes) for stage, outcomes in stages.items() if outcomes}


def _tally(outcomes: Iterable[Outcome]) -> Tally:
    tally = Tally()
    for outcome in outcomes:
        tally = tally.with_(outcome)
    return tally


def summary(score: Score, walk: Walk) -> Lesson:
    """The score of a session as a lesson: how many lines were right, by stage and one by one."""
    return Lesson(tuple(_summary(score, walk)))


def _summary(score: Score, walk: Walk) -> Iterator[Block]:
    yield Heading("Your predictions", 0, walk.trace.scenario.title)
    tally = score.tally
    if not tally.lines:
        yield Prose(("Nothing was predicted.",))
        return
    yield Prose((f"{tally.at_once} of {_lines(tally.lines)} right at the first try{_rest(tally)}.",))
    yield Heading("By stage", 2)
    counted = ("",), ("lines",), ("right at once",), ("right later",), ("shown",)
    yield Table(counted, tuple(_stage_row(stage, tally) for stage, tally in score.by_stage(walk).items()))
    yield Heading("Line by line", 2)
    columns = ("line",), ("quantity",), ("outcome",), ("first answer",), ("tries",), ("open before it",)
    yield Table(columns, tuple(_line_rows(score, walk)))


def _lines(count: int) -> str:
    return f"{count} line{'' if count == 1 else 's'}"


def _rest(tally: Tally) -> str:
    """The other ways that lines came out, those that there are."""
    open_ = tally.lines - tally.at_once - tally.later - tally.shown
    parts = (
        (tally.rounded, "of these {} rounded on the way"),
        (tally.later, "{} right later"),
        (tally.shown, "{} shown"),
        (open_, "{} not right yet"),
    )
    return "".join(f"; {words.format(count)}" for count, words in parts if count)


def _stage_row(stage: Stage, tally: Tally) -> tuple[Sentence, ...]:
    title = f"{stage.number}: {stage.title}" if stage.number else stage.title
    return (title,), (f"{tally.lines}",), (f"{tally.at_once}",), (f"{tally.later}",), (f"{tally.shown}",)


def _line_rows(score: Score, walk: Walk) -> Iterator[tuple[Sentence, ...]]:
    """A row for each answer, in the order of the training."""
    answers = [(walk.stop_of(place).number, place, index, answer) for (place, index), answer in score.answers.items()]
    for number, (update, sample, id_), index, answer in sorted(answers, key=lambda row: (row[0], row[2])):
        target = Var(id_, (), index=index or None)
        name: Sentence = (Formula(target, walk.trace.notation.leaf),)
        if len(walk.trace.scenario.x) > 1 or walk.trace.updates > 1:
            name = (*name, f" (update {update}{f', sample {sample}' if sample else ''})")
        first, opened = answer.first or "none", LEVELS[answer.revealed]
        yield (f"{number:,}",), name, (_SAID[answer.outcome],), (first,), (f"{answer.tries}",), (opened,)
