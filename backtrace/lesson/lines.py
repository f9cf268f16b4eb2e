"""The lines of one update: which equations are told, in what order and form, under which headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtrace.engine.equation import Equation, Stage
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import variables
from backtrace.lesson.blocks import Block, Derivation, Form, Heading, Line, Prose, Recall
from backtrace.lesson.chain import Formulas
from backtrace.lesson.derivation import Deriving
from backtrace.lesson.mathematics import MOST_SHOWN, Formula
from backtrace.lesson.outcome import samples_beside
from backtrace.lesson.sentences import reading, warnings
from backtrace.lesson.telling import Telling

Numbered = Sequence[tuple[int | None, Equation]]
_MOST_ENTRIES = 12
_MOST_TERMS_TO_RECALL = 4
PHASES = {"forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update"}


@dataclass(frozen=True, eq=False)
class UpdateTold:
    """The lines of one update of a trace, under the headings of their phases and stages."""

    trace: Trace
    telling: Telling
    update: int

    def blocks(self) -> Iterator[Block]:
        plan, places = self.trace.plan, [place + 1 for place in self.trace.schedule.samples(self.update)]
        chosen = self._chosen_samples(places)
        if not chosen:
            works = ", ".join(map(str, places))
            yield Prose((f"None of the samples asked for: this update works sample {works}.",), "note")
        for sample in chosen:
            if len(self.trace.scenario.x) > 1 and (not self.telling.selects or len(chosen) > 1):
                yield Heading(f"Sample {sample} of {len(self.trace.scenario.x)}", 0, "")
            yield from self.part(plan.of_sample, 1, sample)
            if self.telling.tells_outcome:
                yield from warnings(self.trace, self.update, sample)
        if plan.batched and self.telling.tells_outcome:
            yield from samples_beside(self.trace, self.update)
        yield from self.part(plan.of_update, 1 + len(self.told(plan.of_sample)), None)

    def _chosen_samples(self, places: Sequence[int]) -> Sequence[int]:
        return [place for place in places if place in self.telling.samples] if self.telling.samples else places[:1]

    def told(self, equations: Sequence[Equation]) -> list[Equation]:
        """The equations that are lines of their own, whether selected or not: the numbers are those of all.

        The parameters are updated from the output layer back, or forwards where the notation's source does so.
        """
        told = [e for e in equations if e.told == "always" or self.telling.detail]
        if self.trace.notation.profile.updates_first_layer_first:
            told.sort(key=lambda e: (e.phase in ("update", "after"), e.phase == "after", _layer_updated(e)))
        return told

    def part(self, equations: Sequence[Equation], first: int, sample: int | None) -> Iterator[Block]:
        """The lines of a part of the plan under the headings of their phases and stages."""
        deriving = self.deriving(sample)
        numbered: Numbered = list(enumerate(self.told(equations), first))
        if self.telling.only:
            numbered = self.asked_for(equations, numbered)
        phase = ""
        stage: Stage | None = None
        for number, equation in numbered:
            if not self.is_selected(equation):
                continue
            if equation.phase != phase or (equation.stage != stage and equation.stage.number is None):
                phase = equation.phase
                yield self.heading(equation.stage, numbered)
            if equation.stage != stage and equation.stage.number is not None:
                stage = equation.stage
                yield Heading(f"Stage {stage.number}: {stage.title}", 2, _range(numbered, stage))
                recall = self.recall(deriving, equation) if not self.telling.only else ()
                if recall:
                    yield Recall("remember", recall)
            stage = equation.stage
            line = self.line(deriving, number, equation)
            if line.derivations:
                yield line

    def heading(self, stage: Stage, numbered: Numbered) -> Heading:
        if stage.number is None and stage.title not in ("forward pass", "loss"):
            return Heading(stage.title.capitalize(), 1, _range(numbered, stage))
        return Heading(PHASES[stage.phase], 1, _range(numbered, stage) if stage.number is None else "")

    def is_selected(self, equation: Equation) -> bool:
        telling = self.telling
        in_stage = not telling.stages or equation.stage.number in telling.stages
        return in_stage and (not telling.phases or equation.phase in telling.phases)

    def asked_for(self, equations: Sequence[Equation], numbered: Numbered) -> Numbered:
        """The lines of the named quantities; one that is not a line of its own by default has no number."""
        names = {self.trace.notation.find(name).name for name in self.telling.only}
        known = {equation.id: number for number, equation in numbered}
        return [(known.get(equation.id), equation) for equation in equations if equation.id in names]

    def deriving(self, sample: int | None) -> Deriving:
        places = [place + 1 for place in self.trace.schedule.samples(self.update)] if self.trace.plan.batched else []
        formulas = Formulas(self.trace.plan, not self.telling.detail, places)
        return Deriving(self.trace, formulas, self.update, sample, self.telling.forms)

    def line(self, deriving: Deriving, number: int | None, equation: Equation) -> Line:
        """One numbered line: the whole quantity, its entries, or both, as asked for."""
        chosen = self.entries(equation)
        derivations = []
        if self.as_whole(deriving, equation) and len(chosen) != 1:
            derivations.append(deriving.of_whole(equation))
        omitted, few = 0, chosen
        if self.telling.view != "matrix" or not derivations:
            few = self.few(chosen)
            omitted = len(chosen) - len(few)
            derivations += [
                deriving.of_entry(equation, index, with_chain=place == 0 or not equation.is_error_signal)
                for place, index in enumerate(few)
            ]
        derivations = [derivation for derivation in derivations if derivation.forms]
        name = Formula(equation.target, self.trace.notation.leaf)
        why = (equation.quantity.role.why,)
        said = reading(self.trace, equation, self.update, deriving.sample, few) if self.telling.has_numbers else ()
        return Line(number, equation.id, name, why, tuple(derivations), said, omitted)

    def entries(self, equation: Equation) -> list[tuple[int, ...]]:
        """The entries to tell: those named, or all."""
        named = [self.trace.notation.find(name) for name in self.telling.only]
        wanted = [var.index for var in named if var.name == equation.id and var.index]
        whole = any(var.name == equation.id and not var.index for var in named)
        return wanted if wanted and not whole else indices(equation.target.shape)

    def few(self, entries: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Those of the entries that are told one by one: all, or the first where they are many."""
        return entries if len(entries) <= _MOST_ENTRIES else entries[:MOST_SHOWN]

    def as_whole(self, deriving: Deriving, equation: Equation) -> bool:
        """Whether the quantity is shown as a matrix: where it is asked for, or its entries mix their operands."""
        if np.prod(equation.target.shape) <= 1 or self.telling.view == "entries":
            return False
        if self.telling.view == "matrix" or len(equation.target.shape) > 1:
            return True
        return any(len(var.shape) > 1 for var in variables(deriving.formulas.told(equation)))

    def recall(self, deriving: Deriving, equation: Equation) -> tuple[Derivation, ...]:
        """The forward lines that the stage is about to differentiate."""
        layer, role = equation.quantity.layer, equation.quantity.role.name
        last = self.trace.scenario.depth
        if role in ("activation_gradient", "output_error", "hidden_error", "slope", "paths") and layer is not None:
            names = [f"a{layer}", "L" if layer == last else f"z{layer + 1}"]
        elif role in ("weight_gradient", "bias_gradient"):
            names = [f"z{layer}"]
        else:
            return ()
        equations = (self.trace.plan.equation(name) for name in names)
        return tuple(_recalled(deriving, e) for e in equations if e is not None)


def _layer_updated(equation: Equation) -> int:
    return equation.quantity.layer or 0 if equation.phase == "update" else 0


def _range(numbered: Numbered, stage: Stage) -> str:
    lines = [number for number, equation in numbered if equation.stage == stage and number]
    if not lines:
        return ""
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"


def _recalled(deriving: Deriving, equation: Equation) -> Derivation:
    """The formula of the first entry where it is short, else that of the whole quantity."""
    first = tuple(1 for _ in equation.target.shape)
    formula = deriving.formula(equation, first)
    is_short = len(list(variables(formula))) <= 2 * _MOST_TERMS_TO_RECALL
    target = replace(equation.target, shape=(), index=first or None) if is_short else equation.target
    shown = formula if is_short else deriving.formula(equation)
    return Derivation(deriving.named(target), (Form("formula", "equals", (deriving.named(shown),)),))
