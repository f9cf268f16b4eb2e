"""A trace told: given, the lines of the chosen updates under their stages, the losses, and whether it helped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backtrace.engine.equation import Equation, Stage
from backtrace.engine.trace import TELLERS, Trace
from backtrace.errors import InputError, Problem, UnknownQuantityError, misfit
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import variables
from backtrace.lesson.blocks import Block, Derivation, Form, Heading, Lesson, Line, Prose, Recall
from backtrace.lesson.chain import Formulas
from backtrace.lesson.derivation import Deriving
from backtrace.lesson.given import given, title
from backtrace.lesson.mathematics import MOST_SHOWN, Formula
from backtrace.lesson.outcome import losses, outcome, samples_beside
from backtrace.lesson.sentences import reading, warnings
from backtrace.lesson.telling import Telling

Numbered = Sequence[tuple[int | None, Equation]]
_MOST_ENTRIES = 12
_MOST_TERMS_TO_RECALL = 4
_PHASES = {"forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update"}


def tell(trace: Trace, telling: Telling | None = None) -> Lesson:
    """The lesson of a trace. Raises InputError where the telling asks for what the trace does not have."""
    telling = telling or Telling()
    lesson = Lesson(tuple(_blocks(trace, telling)))
    if telling.selects and not any(lesson.lines()) and "after" not in telling.phases:
        raise misfit(
            "nothing matches all of what is asked for", remedy="leave out --only, --phase, --stage or --samples"
        )
    return lesson


def tell_one(
    trace: Trace, name: str, update: int | None = None, sample: int | None = None, *, detail: bool = False
) -> Line:
    """The derivation of one quantity or entry, named by id or in the notation; `str` gives it as text.

    Without `update` the first in which the quantity is worked, without `sample` the first of a batch. Raises
    UnknownQuantityError where there is no such quantity, or it is given.
    """
    var = trace.notation.find(name)
    equation = trace.plan.equation(var.name)
    if equation is None:
        raise UnknownQuantityError(no_derivation(name, var.name))
    update = update or (trace.updates + 1 if equation.phase == "after" else 1)
    if equation.target.per_sample:
        sample = sample or trace.schedule.samples(update)[0] + 1
    told = _Told(trace, Telling(only=(name,), detail=detail), update)
    lines = told.asked_for(trace.plan.equations, list(enumerate(told.told(trace.plan.equations), 1)))
    ((number, equation),) = lines
    return told.line(told.deriving(sample), number, equation)


def no_derivation(name: str, quantity: str) -> str:
    """Why a quantity cannot be told as a derivation."""
    if quantity.endswith("_next"):
        return f"{name} is {quantity.removesuffix('_next')} of the pass after the last update, told with that"
    return f"{name} is given: it has no derivation"


TELLERS["derivation"] = tell_one


def _blocks(trace: Trace, telling: Telling) -> Iterator[Block]:
    _check(trace, telling)
    updates = telling.updates or _first_and_last(trace, telling)
    if not telling.selects:
        yield from title(trace)
        yield from given(trace, telling.has_numbers)
    for place, update in enumerate(updates):
        blocks = list(_Told(trace, telling, update).blocks())
        if blocks and trace.updates > 1:
            epoch = f"epoch {trace.schedule.epoch(update)} of {trace.schedule.epochs}"
            yield Heading(f"Update {update} of {trace.updates}", 0, epoch)
        yield from blocks
        if place == 0 and trace.updates > 1 and telling.tells_outcome:
            yield from losses(trace)
    if telling.only:
        told = _Told(trace, telling, trace.updates + 1)
        yield from told.part(trace.plan.closing, 1 + len(told.told(trace.plan.of_sample + trace.plan.of_update)), None)
    if telling.tells_outcome or "after" in telling.phases:
        yield from outcome(trace)


def _first_and_last(trace: Trace, telling: Telling) -> tuple[int, ...]:
    """The first and the last update; where samples are named, of those that work one of them."""
    epoch = len(trace.schedule.batches)
    wanted = {sample - 1 for sample in telling.samples}
    working = [u for u in range(1, epoch + 1) if not wanted or wanted & set(trace.schedule.samples(u))]
    return tuple(sorted({working[0], trace.updates - epoch + working[-1]}))


def _check(trace: Trace, telling: Telling) -> None:
    """Refuse what the trace does not have, all of it at once."""
    problems = []
    stages = [e.stage.number for e in trace.plan.equations if e.stage.number]
    asked = (
        ("update", telling.updates, trace.updates),
        ("sample", telling.samples, len(trace.scenario.x)),
        ("stage", sorted(telling.stages), max(stages)),
    )
    for what, numbers, last in asked:
        problems += [Problem(f"there is no {what} {n}", f"they count from 1 to {last}") for n in numbers if n > last]
    for name, path in [(name, "") for name in telling.only] + [(name, "notes") for name in trace.scenario.notes]:
        try:
            var = trace.notation.find(name)
        except UnknownQuantityError as error:
            problems.append(Problem(str(error), path=path))
            continue
        if not path and trace.plan.equation(var.name) is None:
            problems.append(Problem(no_derivation(name, var.name), "a quantity that is worked out"))
    if problems:
        raise InputError(problems)


@dataclass(frozen=True, eq=False)
class _Told:
    """The lines of one update."""

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
        """The equations that are lines of their own, whether selected or not: the numbers are those of all."""
        return [e for e in equations if e.told == "always" or self.telling.detail]

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
        return Heading(_PHASES[stage.phase], 1, _range(numbered, stage) if stage.number is None else "")

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
        if self.as_whole(equation) and len(chosen) != 1:
            derivations.append(deriving.of_whole(equation, self.telling.view == "matrix"))
        omitted, few = 0, chosen
        if self.telling.view != "matrix" or not derivations:
            few = chosen if len(chosen) <= _MOST_ENTRIES else chosen[:MOST_SHOWN]
            omitted = len(chosen) - len(few)
            is_error = equation.quantity.role.name in ("output_error", "hidden_error")
            derivations += [
                deriving.of_entry(equation, index, with_chain=place == 0 or not is_error)
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

    def as_whole(self, equation: Equation) -> bool:
        """Whether the quantity is shown as a matrix: where it is asked for, or its entries mix their operands."""
        if np.prod(equation.target.shape) <= 1 or self.telling.view == "entries":
            return False
        if self.telling.view == "matrix" or len(equation.target.shape) > 1:
            return True
        formula = equation.formula if self.telling.detail else Formulas(self.trace.plan, True).told(equation)
        return any(len(self.trace.plan.quantities[var.name].var.shape) > 1 for var in variables(formula))

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


def _range(numbered: Numbered, stage: Stage) -> str:
    lines = [number for number, equation in numbered if equation.stage == stage and number]
    if not lines:
        return ""
    return f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"


def _recalled(deriving: Deriving, equation: Equation) -> Derivation:
    """The formula of the first entry where it is short, else that of the whole quantity."""
    first = tuple(1 for _ in equation.target.shape)
    formula = deriving.formulas.entry(equation, first)
    is_short = len(list(variables(formula))) <= 2 * _MOST_TERMS_TO_RECALL
    target = replace(equation.target, shape=(), index=first or None) if is_short else equation.target
    shown = formula if is_short else deriving.formulas.told(equation)
    return Derivation(deriving.named(target), (Form("formula", "equals", (deriving.named(shown),)),))
