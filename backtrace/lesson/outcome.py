"""What came of it: the samples of a batch side by side, the losses of all updates, and whether it helped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import places_of
from backtrace.engine.givens import initial_parameters
from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Curve, Heading, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula, elided, matrix, number
from backtrace.lesson.numbers import Shown, closing, fraction, kept, put_in, rounded_to, shown
from backtrace.scenario.scenario import Places

_MOST_ROWS = 12
_MOST_SAMPLES = 8
_MOST_ENTRIES = 12
_LONGEST_FRACTION = 11


def outcome(trace: Trace) -> Iterator[Block]:
    """The prediction and the loss before and after the last update, and what the gradients promised."""
    last, objective = trace.updates, trace.plan.objective
    prediction = f"a{trace.scenario.depth}"
    yield Heading("Did it help", 1, f"after update {last}" if trace.updates > 1 else "")
    rows: list[tuple[Sentence, ...]] = []
    places = trace.schedule.samples(last)
    entries = [(place + 1, output) for place in places for output in range(1, trace.scenario.y.shape[1] + 1)]
    for sample, output in entries[:_MOST_ENTRIES]:
        name = Formula(Var(prediction, (), index=(output,)), trace.notation.leaf)
        label: Sentence = (name, f" of sample {sample}") if trace.plan.batched else (name,)
        before, after = (_value(trace, prediction, update, sample)[output - 1] for update in (last, last + 1))
        target = trace.value("y", last, sample)[output - 1]
        cells = (_said(trace, prediction, value) for value in (before, after))
        rows.append((label, next(cells), ("→",), next(cells), ("target ", _given(trace, target))))
    before, after = (float(trace.value(objective, update)) for update in (last, last + 1))
    rows.append(((_named(trace, objective),), *_change(trace, before, after)))
    yield Table(((), (), (), (), ()), tuple(rows))
    if len(entries) > _MOST_ENTRIES:
        yield Prose((f"{len(entries) - _MOST_ENTRIES} more outputs are not shown.",))
    if "promise" in trace.plan.quantities:
        yield Prose(("The gradients promised ", *_said(trace, "promise", _value(trace, "promise", last + 1)),
                     ": each gradient times the change of its parameter, added up."))  # fmt: skip
    yield from drift(trace)
    if after > before:
        yield Prose(("The loss rose. The step was too long for this slope: try a smaller learning rate.",), "warning")


def drift(trace: Trace) -> Iterator[Block]:
    """How far the rounded numbers have gone from those without rounding: the loss and the parameters at the end."""
    unrounded = trace.unrounded
    if unrounded is trace:
        return
    yield Heading("What rounding did", 1, f"after update {trace.updates}" if trace.updates > 1 else "")
    objective = trace.plan.objective
    rows = [_drift_row(trace, (_named(trace, objective),), objective, trace.losses[-1], unrounded.losses[-1])]
    trained = [name for name in trace.parameters if f"{name}_next" in trace.plan.quantities]
    for name in trained:
        values, others = trace.parameters[name], unrounded.parameters[name]
        place = np.unravel_index(int(np.argmax(np.abs(values - others))), values.shape)
        entry = Formula(Var(name, (), index=tuple(int(i) + 1 for i in place)), trace.notation.leaf)
        label: Sentence = (entry, "" if values.size == 1 else " (furthest of its kind)")
        rows.append(_drift_row(trace, label, f"{name}_next", values[place], others[place]))
    yield Table(((), ("rounded",), ("unrounded",), ("apart by",)), tuple(rows))
    yield from _unmoved(trace, trained)
    if trace.updates != unrounded.updates:
        yield Prose((f"Without rounding the training ends after update {unrounded.updates}.",), "note")


def _drift_row(trace: Trace, label: Sentence, name: str, value: float, unrounded: float) -> tuple[Sentence, ...]:
    places = _places(trace, name)
    decimals = max(trace.scenario.decimals, (places and (places.decimals or places.significant)) or 0)
    apart, beside = shown(float(value - unrounded), trace.scenario.decimals), kept(float(unrounded), decimals)
    return label, _said(trace, name, value), (number(beside),), (number(apart),)


def _unmoved(trace: Trace, trained: Sequence[str]) -> Iterator[Block]:
    """How many numbers rounding has kept where they began, though they would have moved without it."""
    first, stuck = initial_parameters(trace.scenario), 0
    for name in trained:
        moves = trace.unrounded.parameters[name] != first[name]
        stuck += int(np.sum(moves & (trace.parameters[name] == first[name])))
    if stuck:
        count = sum(first[name].size for name in trained)
        yield Prose((f"{stuck} of {count} trained weights and biases did not move: what was to be subtracted from them "
                     "was rounded away.",))  # fmt: skip


def _change(trace: Trace, before: float, after: float) -> tuple[Sentence, ...]:
    """The objective before, after, and the difference, with the digits that make the difference close."""
    decimals, objective, last = trace.scenario.decimals, trace.plan.objective, trace.updates
    if trace.is_exact or _places(trace, objective):
        was, now = (_said(trace, objective, _value(trace, objective, update)) for update in (last, last + 1))
        return was, ("→",), now, ("change ", *_said(trace, "gain", _value(trace, "gain", last + 1)))
    values = {"before": float(before), "after": float(after)}
    close = closing(Var("after") - Var("before"), lambda var: values[var.name], [float(after - before)], decimals)
    was, now = ((number(shown(value, close.decimals, decimals)),) for value in values.values())
    return was, ("→",), now, ("change ", number(close.results[0]))


def losses(trace: Trace) -> Iterator[Block]:
    """The loss that each update started from: a table of some updates, and a curve of all."""
    values = trace.losses
    yield Heading("Loss over the training", 1, f"updates 1 to {trace.updates}, and after")
    chosen = _spread(trace.updates)
    objective = trace.plan.objective
    rows = [((str(update),), (str(trace.schedule.epoch(update)),), _said(trace, objective, values[update - 1]))
            for update in chosen]  # fmt: skip
    rows.append((("after",), ("",), _said(trace, objective, values[-1])))
    yield Table((("update",), ("epoch",), (_named(trace, objective),)), tuple(rows))
    batches = len(trace.schedule.batches)
    if batches == 1:
        yield Curve("loss", tuple(float(value) for value in values))
    else:
        yield Prose(("Each update starts from the loss of its own samples.",), "note")
    epochs = trace.updates // batches
    if batches > 1 and epochs > 1:
        yield Prose(("The mean loss of each epoch:",), "note")
        means = values[: epochs * batches].reshape(epochs, batches).mean(axis=1)
        yield Curve("mean loss", tuple(map(float, means)), "epochs", first=1)


def samples_beside(trace: Trace, update: int) -> Iterator[Block]:
    """The samples of a batch side by side: what each predicts, and its loss."""
    samples = [place + 1 for place in trace.schedule.samples(update)]
    names = [f"a{trace.scenario.depth}", "L", f"dL_dz{trace.scenario.depth}"]
    rows = [
        ((str(sample),), *(_vector(trace, name, update, sample) for name in ("x", "y", *names)))
        for sample in samples[:_MOST_SAMPLES]
    ]
    yield Heading("The samples of this batch", 2, "")
    yield Table((("sample",), *((_named(trace, name),) for name in ("x", "y", *names))), tuple(rows))
    if len(samples) > _MOST_SAMPLES:
        yield Prose((f"{len(samples) - _MOST_SAMPLES} more samples are not shown.",))


def _spread(updates: int) -> list[int]:
    """Some updates from first to last: all where they are few, else evenly spread in their logarithm."""
    if updates <= _MOST_ROWS:
        return list(range(1, updates + 1))
    return sorted({round(update) for update in np.geomspace(1, updates, _MOST_ROWS)})


def _named(trace: Trace, name: str) -> Formula:
    return Formula(Var(name), trace.notation.leaf)


def _given(trace: Trace, value: float) -> Formula:
    decimals = trace.scenario.decimals
    return number(put_in(value, decimals, decimals))


def _value(trace: Trace, name: str, update: int, sample: int | None = None) -> Any:
    """The value as it was worked: in exact arithmetic fractions."""
    value = trace.value(name, update, sample, exact=trace.is_exact)
    return value if value.shape else value.item()


def _places(trace: Trace, name: str) -> Places | None:
    equation = trace.plan.equation(name)
    return places_of(trace.scenario.rounding, equation) if equation else None


def _told(trace: Trace, name: str, value: Any) -> Shown:
    """A value as its own line gives it: with the digits it was rounded to, or as a fraction where that is short."""
    decimals, places = trace.scenario.decimals, _places(trace, name)
    if places is not None:
        return rounded_to(float(value), places)
    if isinstance(value, Fraction) and len(fraction(value, decimals).digits) <= _LONGEST_FRACTION:
        return fraction(value, decimals)
    return put_in(value, decimals, decimals) if name in ("x", "y") else shown(float(value), decimals)


def _said(trace: Trace, name: str, value: Any) -> Sentence:
    """A value as its own line gives it, and the decimal number after a fraction."""
    told = _told(trace, name, value)
    decimal = (" (", number(shown(float(value), trace.scenario.decimals)), ")") if "/" in told.digits else ()
    return (number(told), *decimal)


def _vector(trace: Trace, name: str, update: int, sample: int | None) -> Sentence:
    values = elided(np.atleast_1d(_value(trace, name, update, sample)))
    numbers = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        numbers[place] = value if value is None else _told(trace, name, value)
    return (matrix(numbers, True),)
