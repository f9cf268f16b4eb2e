"""Conventions: a whole sheet that is right, only in another form than the scenario's: no mistakes.

A row makes of a sheet what it would be in the scenario's own form, or names the scenario that it follows; it holds
where then no line is wrong, those of the update included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from backtrace.answers.judgement import Judgement
from backtrace.answers.judging import is_all_right
from backtrace.answers.numbers import WrittenNumber
from backtrace.answers.sheets.sheet import Figure, Row, Sheet
from backtrace.engine.plan import Plan
from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.errors import BacktraceError
from backtrace.network.losses import LOSSES

_FEW_UPDATES = 5

Applied = Callable[[Sheet, Trace], Iterator[Sheet]]


@dataclass(frozen=True)
class Convention:
    """One row: a name, a sentence for the learner, and the sheets that it may make of one."""

    name: str
    says: str
    applied: Applied


def _numbers(sheet: Sheet, is_meant: Callable[[Row], bool], change: Callable[[WrittenNumber], WrittenNumber]) -> Sheet:
    """The sheet with the numbers of some rows changed."""

    def changed(figure: Figure) -> Figure:
        return replace(figure, number=change(figure.number)) if figure.number else figure

    rows = (
        replace(row, figures=tuple(map(changed, row.figures))) if not row.fault and is_meant(row) else row
        for row in sheet.rows
    )
    return replace(sheet, rows=tuple(rows))


def _times(factor: Fraction) -> Callable[[WrittenNumber], WrittenNumber]:
    return lambda number: replace(number, value=number.value * factor, unit=number.unit and number.unit * abs(factor))


def _role(plan: Plan, row: Row) -> str:
    return plan.quantities[row.id].role.name


def _other_sign(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    """Error signals as minus the derivative, alone or with the gradients; not where an id fixes the sign."""
    errors = ("output_error", "hidden_error", "short_error")
    gradients = (*errors, "weight_gradient", "bias_gradient", "batch_weight_gradient", "batch_bias_gradient")
    for roles in (errors, gradients):
        meant = [row for row in sheet.judged() if _role(trace.plan, row) in roles]
        if meant and not any(row.is_by_id and _role(trace.plan, row) in errors for row in meant):
            names = {row.name for row in meant if not row.is_by_id}
            yield _numbers(sheet, _is_named(names), _times(Fraction(-1)))


def _is_named(names: set[str]) -> Callable[[Row], bool]:
    return lambda row: row.name in names


def _loss_alone(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    """The loss with another factor than its derivative has."""
    outputs, samples = trace.scenario.y.shape[1], len(trace.schedule.samples(1))
    roles = ("loss", "loss_terms", "batch_loss", "objective")
    if not any(_role(trace.plan, row) in roles for row in sheet.judged()):
        return
    for factor in dict.fromkeys(Fraction(each) for each in (2, outputs, samples, 2 * outputs, 2 * samples)):
        for times in (factor, 1 / factor) if factor != 1 else ():
            yield _numbers(sheet, lambda row: _role(trace.plan, row) in roles, _times(times))


def _exchanged(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    """Every matrix with rows and columns exchanged."""

    def changed(row: Row) -> Row:
        if row.fault is not None:
            return replace(row, fault=None) if _is_turned(row) else row
        shape = trace.plan.quantities[row.id].var.shape
        if len(set(shape)) != 1 or len(shape) == 1:
            return row
        return replace(row, figures=tuple(replace(each, index=each.index[::-1]) for each in row.figures))

    yield replace(sheet, rows=tuple(map(changed, sheet.rows)))


def _is_turned(row: Row) -> bool:
    """Whether a row is at fault only in that its matrix has rows for columns."""
    return row.fault is not None and row.fault.kind == "wrong shape" and bool(row.figures)


def _with(*settings: str) -> Applied:
    """The sheet against the scenario with settings."""

    def applied(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
        yield replace(sheet, scenario=with_settings(trace.scenario, settings))

    return applied


def _other_losses(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    """The sheet against the scenario with each other loss of the same kind of target and prediction."""
    own = LOSSES[trace.scenario.loss]
    for row in LOSSES.values():
        if row.name != own.name and (row.targets, row.prediction) == (own.targets, own.prediction):
            yield from _with(f"loss={row.name}")(sheet, trace)


def _other_batch(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    if trace.plan.batched:
        other = "sum" if trace.scenario.loss_batch == "mean" else "mean"
        yield from _with(f"loss={{name: {trace.scenario.loss}, batch: {other}}}")(sheet, trace)


def _other_momentum(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    other = {"momentum": "classical_momentum", "classical_momentum": "momentum"}.get(trace.scenario.optimizer)
    if other:
        momentum = trace.scenario.optimizer_parameters.get("momentum")
        named = other if momentum is None else f"{{name: {other}, momentum: {momentum}}}"
        yield from _with(f"optimizer={named}")(sheet, trace)


def _fixed_biases(sheet: Sheet, trace: Trace) -> Iterator[Sheet]:
    """Biases as they were; where the sheet has them after the update, they have to be those from before."""
    layers = [place for place, layer in enumerate(trace.scenario.layers, 1)
              if layer.biases is not None and layer.train_biases]  # fmt: skip
    if not layers:
        return
    fixed = {f"b{place}_next" for place in layers}
    rows = [row for row in sheet.rows if row.id not in fixed]
    for row in sheet.judged():
        if row.id in fixed:
            first = trace.value(row.id.removesuffix("_next"))
            for figure in row.figures:
                given = Fraction(float(first[tuple(i - 1 for i in figure.index)]))
                if figure.number is None or not figure.number.low <= given <= figure.number.high:
                    return
    settings = [f"network.layers.{place}.train.biases=false" for place in layers]
    yield from _with(*settings)(replace(sheet, rows=tuple(rows)), trace)


# fmt: off
CONVENTIONS: tuple[Convention, ...] = (
    Convention("the error signal with the other sign",
               "δ is written as minus the derivative, and what follows from it is added: all of it fits together.",
               _other_sign),
    Convention("the loss with another factor",
               "The loss is written with another factor (½, 1/N) than its derivative has; nothing else depends on it.",
               _loss_alone),
    Convention("another loss of the same kind",
               "All lines belong to the loss with another factor (½, 1/N) than the scenario's.",
               _other_losses),
    Convention("sum and mean over the samples exchanged",
               "All lines belong to the other way of putting the samples of a batch together.",
               _other_batch),
    Convention("rows for columns",
               "Every matrix, or every index of a weight, is written the other way round, all of them alike.",
               _exchanged),
    Convention("momentum in its other form",
               "The learning rate stands inside the velocity in place of outside of it, or the other way round.",
               _other_momentum),
    Convention("biases kept fixed",
               "The biases are not trained; everything else fits.",
               _fixed_biases),
)
"""The table of conventions."""
# fmt: on


def conventions(judgement: Judgement) -> tuple[Convention, ...]:
    """The conventions that leave nothing wrong on a sheet; none where nothing was."""
    if not judgement.wrong and not any(map(_is_turned, judgement.faults)):
        return ()
    return tuple(row for row in CONVENTIONS if any(_holds(sheet, judgement) for sheet in _made(row, judgement)))


def _made(row: Convention, judgement: Judgement) -> Iterator[Sheet]:
    try:
        yield from row.applied(judgement.sheet, judgement.trace)
    except BacktraceError:
        return  # a scenario that there can't be is no convention


def _holds(sheet: Sheet, judgement: Judgement) -> bool:
    """Whether nothing is wrong on the sheet; where its training is another, and long, its first updates are asked."""
    is_another = sheet.scenario is not judgement.sheet.scenario
    first = _first_updates(sheet, judgement.trace)
    if is_another and first is not None and not _is_right(first, None):
        return False
    return _is_right(sheet, None if is_another else judgement.trace)


def _first_updates(sheet: Sheet, trace: Trace) -> Sheet | None:
    """The sheet's lines of the first updates, and a training of no more; None where that is all of it."""
    if trace.updates <= _FEW_UPDATES:
        return None
    scenario = sheet.scenario.with_(epochs=ceil(_FEW_UPDATES / len(trace.schedule.batches)))
    return replace(sheet, scenario=scenario, rows=tuple(row for row in sheet.rows if row.update <= _FEW_UPDATES))


def _is_right(sheet: Sheet, trace: Trace | None) -> bool:
    try:
        trace = trace or run(sheet.scenario)
    except BacktraceError:
        return False
    if any(row.id not in trace.plan.quantities for row in sheet.judged()):
        return False
    return not any(map(_is_turned, sheet.rows)) and is_all_right(sheet, trace)
