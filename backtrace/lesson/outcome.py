"""What came of it: the samples of a batch side by side, the losses of all updates, and whether it helped."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Curve, Heading, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula, elided, matrix, number
from backtrace.lesson.numbers import closing, kept, put_in, shown

_MOST_ROWS = 12
_MOST_SAMPLES = 8
_MOST_ENTRIES = 12


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
        before, after = (trace.value(prediction, update, sample)[output - 1] for update in (last, last + 1))
        target = trace.value("y", last, sample)[output - 1]
        rows.append(
            (label, (_number(trace, before),), ("→",), (_number(trace, after),), ("target ", _given(trace, target)))
        )
    before, after = float(trace.value(objective, last)), float(trace.value(objective, last + 1))
    rows.append(_change(trace, (_named(trace, objective),), before, after))
    yield Table(((), (), (), (), ()), tuple(rows))
    if len(entries) > _MOST_ENTRIES:
        yield Prose((f"{len(entries) - _MOST_ENTRIES} more outputs are not shown.",))
    if "promise" in trace.plan.quantities:
        yield Prose(("The gradients promised ", _number(trace, float(trace.value("promise", last + 1))),
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
    rows = [_drift_row(trace, (_named(trace, objective),), trace.losses[-1], unrounded.losses[-1])]
    for name, values in trace.parameters.items():
        others, places = unrounded.parameters[name], np.abs(values - unrounded.parameters[name])
        place = np.unravel_index(int(np.argmax(places)), places.shape)
        index = tuple(int(i) + 1 for i in place)
        entry = Formula(Var(name, (), index=index), trace.notation.leaf)
        label: Sentence = (entry, "" if values.size == 1 else " (furthest of its kind)")
        rows.append(_drift_row(trace, label, values[place], others[place]))
    yield Table(((), ("rounded",), ("unrounded",), ("apart by",)), tuple(rows))
    if trace.updates != unrounded.updates:
        yield Prose((f"Without rounding the training ends after update {unrounded.updates}.",), "note")


def _drift_row(trace: Trace, label: Sentence, rounded: float, unrounded: float) -> tuple[Sentence, ...]:
    decimals = trace.scenario.decimals
    apart = number(shown(float(rounded - unrounded), decimals))
    return label, (_given(trace, rounded, 15),), (number(kept(float(unrounded), decimals)),), (apart,)


def _change(trace: Trace, name: Sentence, before: float, after: float) -> tuple[Sentence, ...]:
    """Before, after and their difference, with the digits that make the difference close."""
    decimals = trace.scenario.decimals
    values = {"before": float(before), "after": float(after)}
    close = closing(Var("after") - Var("before"), lambda var: values[var.name], [float(after - before)], decimals)
    was, now = (number(shown(value, close.decimals, decimals)) for value in values.values())
    return name, (was,), ("→",), (now,), ("change ", number(close.results[0]))


def losses(trace: Trace) -> Iterator[Block]:
    """The loss that each update started from: a table of some updates, and a curve of all."""
    values = trace.losses
    yield Heading("Loss over the training", 1, f"updates 1 to {trace.updates}, and after")
    chosen = _spread(trace.updates)
    rows = [((str(update),), (str(trace.schedule.epoch(update)),), (_number(trace, values[update - 1]),))
            for update in chosen]  # fmt: skip
    rows.append((("after",), ("",), (_number(trace, values[-1]),)))
    yield Table((("update",), ("epoch",), (_named(trace, trace.plan.objective),)), tuple(rows))
    batches = len(trace.schedule.batches)
    if batches == 1:
        yield Curve("loss", tuple(float(value) for value in values))
    else:
        yield Prose(("Each update starts from the loss of its own samples.",), "note")
    epochs = trace.updates // batches
    if batches > 1 and epochs > 1:
        yield Prose(("The mean loss of each epoch:",), "note")
        means = values[: epochs * batches].reshape(epochs, batches).mean(axis=1)
        yield Curve("mean loss of an epoch", tuple(map(float, means)))


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


def _number(trace: Trace, value: float) -> Formula:
    return number(shown(float(value), trace.scenario.decimals))


def _given(trace: Trace, value: float, digits: int = 0) -> Formula:
    decimals = trace.scenario.decimals
    return number(put_in(value, digits or decimals, decimals))


def _vector(trace: Trace, name: str, update: int, sample: int | None) -> Sentence:
    values = elided(np.atleast_1d(trace.value(name, update, sample)))
    decimals = trace.scenario.decimals
    numbers = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        is_given = name in ("x", "y")
        numbers[place] = value if value is None else (
            put_in(value, decimals, decimals) if is_given else shown(float(value), decimals)
        )  # fmt: skip
    return (matrix(numbers, True),)
