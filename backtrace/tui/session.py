"""Where the learner is and what they changed, as one immutable value; every key makes a new one of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np

from backtrace.answers.score import summary
from backtrace.engine.givens import initial_parameters
from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace
from backtrace.formats.markdown import print_markdown
from backtrace.formats.plain import print_plain
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Prose
from backtrace.lesson.prospect import prospect
from backtrace.lesson.walk import Stop, Walk
from backtrace.scenario import Scenario
from backtrace.scenario.written import written
from backtrace.tui.guessing import Guessing
from backtrace.tui.saving import Texts

_MOST_DECIMALS = 12
_MOST_SUGGESTED = 40
SCENARIO, SCORE = "the scenario", "the score"
_FIRST = (
    "The arrow to the right goes on, ? shows all keys. For a screen reader `backtrace step --plain` tells the same in "
    "plain lines."
)
Way = Literal[1, -1]


@dataclass(frozen=True, eq=False)
class Session:
    """A position in a walk.

    `walks` holds the walk as it was opened, and one more for each of the `changes` (such as `w11=0.3`) that the learner
    tries; the last is shown. `number` is that of the stop, `unsaved` names what is not on a file yet, `guessing` is
    what was predicted of the last walk, also when predict mode is left for a while, `earlier` of those before it.
    """

    walks: tuple[Walk, ...]
    number: int = 0
    changes: tuple[str, ...] = ()
    unsaved: frozenset[str] = frozenset()
    is_predicting: bool = False
    guessing: Guessing = field(default_factory=Guessing)
    earlier: tuple[Guessing, ...] = ()

    @property
    def walk(self) -> Walk:
        """The walk that is shown."""
        return self.walks[-1]

    @property
    def trace(self) -> Trace:
        """The trace that is shown."""
        return self.walk.trace

    @property
    def unchanged(self) -> Walk | None:
        """The walk without the changes, None where there are none."""
        return self.walks[0] if self.changes else None

    @cached_property
    def stop(self) -> Stop:
        """Where the learner is."""
        return self.walk.stop(self.number)

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """What is told here; after the last line also what the changes do to the next updates."""
        if self.stop.kind == "line":
            return tuple((self.guessing.veiled if self.is_predicting else Walk.told)(self.walk, self.stop))
        told = list(self.walk.blocks(self.stop))
        if self.stop.kind == "opening":
            return (Prose((_FIRST,), "note"), *told)
        if self.stop.kind == "ending" and self.guessing.score.answers:
            told += summary(self.guessing.score, self.walk)
        if self.stop.kind == "ending" and self.unchanged:
            told += prospect(self.unchanged.trace, self.trace)
        return told

    @property
    def is_veiled(self) -> bool:
        """Whether the value of this line is still to be guessed."""
        return self.is_predicting and self.guessing.asks_for(self.walk, self.stop) is not None

    def at(self, number: int) -> Session:
        """The stop of that number, or the nearest that there is."""
        number = min(max(number, 0), self.walk.ending)
        guessing = self.guessing if number == self.number else self.guessing.entered()
        return replace(self, number=number, guessing=guessing)

    def moved(self, by: int) -> Session:
        """So many stops on, or back."""
        return self.at(self.number + by)

    def to_stage(self, way: Way) -> Session:
        """The next stage; or the beginning of this stage, or of the one before."""
        return self.at(self.walk.beside(self.stop, way))

    def to_update(self, way: Way) -> Session:
        """The next update; or the beginning of this update, or of the one before."""
        return self.at(self.walk.update_beside(self.stop, way))

    def at_end(self) -> Session:
        """The stop after the last line."""
        return self.at(self.walk.ending)

    def in_matrices(self) -> Session:
        """Told in matrices, or in single entries again; not while an entry is asked for."""
        if self.is_veiled:
            return self
        return self.told(view="matrix" if self.walk.telling.view == "entries" else "entries")

    def in_detail(self) -> Session:
        """Every equation told as a line, or the usual ones again."""
        return self.told(detail=not self.walk.telling.detail)

    def told(self, **changes: Any) -> Session:
        """Told in another way (`view`, `detail`): the line stays the same, or is the one it is folded into."""
        other = replace(self, walks=tuple(Walk(walk.trace, replace(walk.telling, **changes)) for walk in self.walks))
        return self.seen_in(other)

    def seen_in(self, other: Session) -> Session:
        """Another session at the line of this one, or where that is folded into; without it, at the same number."""
        equation = self.stop.equation
        if equation is None:
            return other.at(other.walk.ending if self.number else 0)
        is_there = other.trace.plan.equation(equation.id) is not None
        line = other.walk.where(equation.id, self.stop) if is_there else None
        return other.at(self.number if line is None else line)

    def with_decimals(self, more: int) -> Session:
        """Shown with so many decimals more, from 1 to 12 in all."""
        decimals = min(max(self.trace.scenario.decimals + more, 1), _MOST_DECIMALS)
        if decimals == self.trace.scenario.decimals:
            return self
        walks = tuple(Walk(walk.trace.with_(decimals=decimals), walk.telling) for walk in self.walks)
        return replace(self, walks=walks)

    def changed(self, setting: str) -> Scenario:
        """The scenario that is shown with KEY=VALUE in force; raises InputError where that is not understood."""
        return with_settings(self.trace.scenario, [setting], "what if")

    def with_trace(self, setting: str, trace: Trace) -> Session:
        """The trace of the changed scenario, seen from the same line; what is predicted of it is counted anew."""
        walks, changes = (*self.walks, Walk(trace, self.walk.telling)), (*self.changes, setting)
        other = replace(self, walks=walks, changes=changes, unsaved=self.unsaved | {SCENARIO})
        return self.seen_in(replace(other, guessing=Guessing(), earlier=(*self.earlier, self.guessing)))

    def predicting(self) -> Session:
        """In predict mode, from the first line on where it is not at one; or no longer."""
        if self.is_predicting:
            return replace(self, is_predicting=False, guessing=self.guessing.entered())
        return replace(self, is_predicting=True).at(max(self.number, 1))

    def guessed(self, text: str) -> Session:
        """With a guess at what is asked for; without a text, with a hint. Where nothing is asked for, one step on."""
        if not self.is_veiled:
            return self.moved(1)
        step = self.guessing.guessed(self.walk, self.stop, text) if text else self.guessing.hinted(self.walk, self.stop)
        unsaved = self.unsaved if step.score is self.guessing.score else self.unsaved | {SCORE}
        return replace(self, guessing=step, unsaved=unsaved)

    def saved(self, suffix: str) -> Session:
        """With what belongs to a suffix on a file."""
        return replace(self, unsaved=self.unsaved - {self.texts()[suffix][0]})

    def texts(self) -> Texts:
        """What there is to save: the scenario as it is shown and, where something was predicted, the score."""
        title = self.walks[0].trace.scenario.title
        remark = f"{title}, with {', '.join(self.changes)}" if self.changes else ""
        texts: Texts = {".yaml": (SCENARIO, lambda stream: stream.write(written(self.trace.scenario, remark)))}
        if not self.guessing.score.answers:
            return texts
        told = summary(self.guessing.score, self.walk)
        score: Texts = {
            ".md": (SCORE, partial(print_markdown, told)), ".txt": (SCORE, partial(print_plain, told)),
        }  # fmt: skip
        return {**texts, **score}

    def undone(self) -> Session:
        """Without the last change."""
        if not self.changes:
            return self
        changes = self.changes[:-1]
        unsaved = self.unsaved | {SCENARIO} if changes else self.unsaved - {SCENARIO}
        other = replace(self, walks=self.walks[:-1], changes=changes, unsaved=unsaved)
        return self.seen_in(replace(other, guessing=self.earlier[-1].entered(), earlier=self.earlier[:-1]))


def suggested_settings(trace: Trace) -> list[str]:
    """What may be changed, with the values that are in force, as it is typed."""
    scenario, notation = trace.scenario, trace.notation
    given = {"eta": np.asarray(scenario.learning_rate), "x": scenario.x[0], "y": scenario.y[0]}
    names = [name for name in given if name == "eta" or len(scenario.x) == 1]
    given |= initial_parameters(scenario)
    settings = []
    for name in [*names, *initial_parameters(scenario)]:
        for index in indices(given[name].shape)[:_MOST_SUGGESTED]:
            entry = Var(name, (), index=index or None)
            value = given[name][tuple(i - 1 for i in index)]
            settings.append(f"{notation.spell(entry, 'ascii')}={value:g}")
    layers = [f"network.layers.{n}.activation={layer.activation}" for n, layer in enumerate(scenario.layers, 1)]
    return [*settings, *layers, f"loss={scenario.loss}", f"optimizer={scenario.optimizer}", f"epochs={scenario.epochs}"]
