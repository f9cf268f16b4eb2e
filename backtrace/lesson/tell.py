"""A trace told: given, the lines of the chosen updates under their stages, the losses, and whether it helped."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.engine.trace import TELLERS, Trace
from backtrace.errors import InputError, Problem, UnknownQuantityError, misfit
from backtrace.lesson.blocks import Block, Heading, Lesson, Line
from backtrace.lesson.given import given, title
from backtrace.lesson.lines import UpdateTold
from backtrace.lesson.outcome import losses, outcome
from backtrace.lesson.telling import Telling


def tell(trace: Trace, telling: Telling | None = None) -> Lesson:
    """The lesson of a trace. Raises InputError where the telling asks for what the trace does not have."""
    telling = telling or Telling()
    lesson = Lesson(tuple(_blocks(trace, telling)))
    tells_after = "after" in telling.phases and not telling.only
    if telling.selects and not any(lesson.lines()) and not tells_after:
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
    if update is None:
        update = trace.updates + 1 if equation.phase == "after" else 1
    if equation.target.per_sample and sample is None:
        sample = trace.schedule.samples(update)[0] + 1
    told = UpdateTold(trace, Telling(only=(name,), detail=detail), update)
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
    check_asked(trace, telling)
    updates = updates_told(trace, telling)
    if not telling.selects:
        yield from title(trace.scenario)
        yield from given(trace, telling.has_numbers)
    for place, update in enumerate(updates):
        blocks = list(UpdateTold(trace, telling, update).blocks())
        if blocks and trace.updates > 1:
            epoch = f"epoch {trace.schedule.epoch(update)} of {trace.schedule.epoch(trace.updates)}"
            yield Heading(f"Update {update} of {trace.updates}", 0, epoch)
        yield from blocks
        if place == 0 and trace.updates > 1 and telling.tells_outcome:
            yield from losses(trace)
    if telling.only:
        told = UpdateTold(trace, telling, trace.updates + 1)
        yield from told.part(trace.plan.closing, 1 + len(told.told(trace.plan.of_sample + trace.plan.of_update)), None)
    if telling.tells_outcome or ("after" in telling.phases and not telling.only):
        yield from outcome(trace)


def updates_told(trace: Trace, telling: Telling) -> tuple[int, ...]:
    """The updates asked for, or the first and the last; where samples are named, of those that work one of them."""
    if telling.updates:
        return telling.updates
    schedule, kept, wanted = trace.schedule, trace.kept, {sample - 1 for sample in telling.samples}
    epoch = len(schedule.batches)
    likely = [*kept[:epoch], *kept[-epoch:]] if telling.samples else [kept[0], kept[-1]]
    working = [u for u in likely if not wanted or wanted & set(schedule.samples(u))]
    return tuple(sorted({working[0], working[-1]})) if working else (kept[-1],)


def check_asked(trace: Trace, telling: Telling) -> None:
    """Refuse what the trace does not have, all of it at once."""
    problems = []
    stages = [e.stage.number for e in trace.plan.equations if e.stage.number]
    asked = (
        ("update", telling.updates, trace.updates),
        ("sample", telling.samples, len(trace.scenario.x)),
        ("stage", sorted(telling.stages), max(stages)),
    )
    for what, numbers, last in asked:
        missing = [n for n in numbers if not 1 <= n <= last]
        problems += [Problem(f"there is no {what} {n}", f"they count from 1 to {last}") for n in missing]
    left_out = [n for n in telling.updates if 1 <= n <= trace.updates and n not in trace.kept]
    problems += [not_kept(trace, n) for n in left_out]
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


def not_kept(trace: Trace, update: int) -> Problem:
    """The problem of an update whose values the scenario does not keep."""
    before = max((kept for kept in trace.kept if kept < update), default=None)
    after = min(kept for kept in trace.kept if kept > update)
    remedy = f"only update {after} is kept" if before is None else f"the nearest are {before} and {after}"
    return Problem(f"update {update} is not kept", "one that the scenario keeps", remedy)
