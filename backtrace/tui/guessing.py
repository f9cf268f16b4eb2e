"""Predict, then reveal: which entry is asked for, how much of its derivation is open, and how the guesses went."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from backtrace.answers.guess import Verdict, judged
from backtrace.answers.score import LEVELS, Score
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Derivation, FormName, Line
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.walk import Stop, Walk

Index = tuple[int, ...]

_OPENED_BY: tuple[tuple[FormName, ...], ...] = ((), ("chain",), ("formula",), ("numbers",), ("factors", "value"))
"""The forms that each of the `LEVELS` opens."""

_VALUE = len(LEVELS) - 1


@dataclass(frozen=True, eq=False)
class Guessing:
    """Predict mode: `level` says how much of the entry that is asked for is open, as one of the `LEVELS`."""

    score: Score = field(default_factory=Score)
    level: int = 0
    verdict: Verdict | None = None

    def entered(self) -> Guessing:
        """At another line: nothing of it is open yet."""
        return Guessing(self.score)

    def asks_for(self, walk: Walk, stop: Stop) -> Index | None:
        """The first entry of the line that is neither guessed rightly nor shown; None where there is none."""
        return next((i for i in walk.entries(stop) if not self.score.answer(stop, i).is_settled), None)

    def guessed(self, walk: Walk, stop: Stop, text: str) -> Guessing:
        """With a guess at the entry that is asked for; where it is right, the next entry is asked for."""
        index = self.asks_for(walk, stop)
        if index is None or stop.equation is None:
            return self
        verdict = judged(walk.trace, stop.equation, index, stop.update, stop.sample, text, detail=walk.telling.detail)
        score = self.score.with_guess(stop, index, verdict, self.level)
        return Guessing(score, 0 if verdict.is_right else self.level, verdict)

    def hinted(self, walk: Walk, stop: Stop) -> Guessing:
        """With the next form of the derivation open; the last one is the value, which is then shown."""
        index = self.asks_for(walk, stop)
        if index is None:
            return self
        derivations = self._derivations(walk, stop)
        present = {form.name for form in derivations[index].forms}
        level = next((n for n in range(self.level + 1, _VALUE) if present & set(_OPENED_BY[n])), _VALUE)
        if level < _VALUE:
            return replace(self, level=level, verdict=None)
        return Guessing(self.score.with_shown(stop, index))

    def veiled(self, walk: Walk, stop: Stop) -> Iterator[Block]:
        """What is told at the stop, as far as it is open."""
        asked = self.asks_for(walk, stop)
        if asked is None:
            yield from walk.told(stop)
            return
        walk = _entry_by_entry(walk)
        for block in walk.told(stop):
            yield self._veiled(block, asked, self._derivations(walk, stop)) if isinstance(block, Line) else block

    def _veiled(self, line: Line, asked: Index, derivations: dict[Index, Derivation]) -> Line:
        """The entries before the one that is asked for in full, of that one what is open, and none after it."""
        shown = []
        for index, derivation in derivations.items():
            if index == asked:
                opened = {name for names in _OPENED_BY[: self.level + 1] for name in names}
                forms = tuple(form for form in derivation.forms if form.name in opened)
                if forms:
                    shown.append(replace(derivation, forms=forms, kept=None))
                break
            shown.append(derivation)
        return replace(line, derivations=tuple(shown), reading=(), omitted=0)

    def _derivations(self, walk: Walk, stop: Stop) -> dict[Index, Derivation]:
        """The derivation of each entry that is told, by its index."""
        entries = walk.entries(stop)
        return dict(zip(entries, _entry_by_entry(walk).line(stop).derivations, strict=True))


def _entry_by_entry(walk: Walk) -> Walk:
    """The same walk, told as what is asked for: one entry after another, also where matrices are shown."""
    return Walk(walk.trace, replace(walk.telling, view="entries"))


def name_of(walk: Walk, stop: Stop, index: Index) -> Formula:
    """The name of the entry that is asked for."""
    assert stop.equation is not None
    return Formula(Var(stop.equation.id, (), index=index or None), walk.trace.notation.leaf)
