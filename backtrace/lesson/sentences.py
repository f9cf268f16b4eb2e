"""The sentences of a lesson that depend on the numbers: how to read a line, and what to be warned of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Prose, Sentence
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import put_in, shown

Entries = Sequence[tuple[int, ...]]
_SATURATED = 0.02
_MOST_READINGS, _MOST_NAMED = 4, 4


def reading(trace: Trace, equation: Equation, update: int, sample: int | None, shown_entries: Entries = ()) -> Sentence:
    """The scenario's note on the quantity, and what the values shown say (all, if none are named); often empty."""
    said = _of_value(trace, equation, update, sample, shown_entries or indices(equation.target.shape))
    return tuple(f"{note} " for note in notes_on(trace, equation.id)) + said


def notes_on(trace: Trace, name: str) -> list[str]:
    """The scenario's notes on a quantity, or on an entry of it."""
    return [note for named, note in trace.scenario.notes.items() if trace.notation.find(named).name == name]


def _of_value(trace: Trace, equation: Equation, update: int, sample: int | None, shown_entries: Entries) -> Sentence:
    role = equation.quantity.role.name
    if role == "output_error":
        return _of_output_error(trace, equation, update, sample, shown_entries)
    if role == "hidden_error":
        weights = Formula(trace.plan.quantities[f"W{_layer(equation) + 1}"].var, trace.notation.leaf)
        return ("The entries of ", weights, " are those before the update.")
    gradients = {"objective": "penalised_gradient", "J": "batch_weight_gradient", "L": "weight_gradient"}
    if role == gradients[trace.plan.objective] and trace.scenario.layers[_layer(equation) - 1].train_weights:
        return _of_gradient(trace, equation, trace.value(equation.id, update, sample), shown_entries)
    return ()


def _layer(equation: Equation) -> int:
    assert equation.quantity.layer is not None
    return equation.quantity.layer


def _of_output_error(
    trace: Trace, equation: Equation, update: int, sample: int | None, shown_entries: Entries
) -> Sentence:
    """Which way each prediction is off, for the first outputs."""
    last = _layer(equation)
    value = trace.value(equation.id, update, sample)
    predictions, targets = trace.value(f"a{last}", update, sample), trace.value("y", update, sample)
    parts: list[str | Formula] = []
    for index in shown_entries[:_MOST_READINGS]:
        i = index[0] - 1
        z, a = _name(trace, f"z{last}", index), _name(trace, f"a{last}", index)
        decimals = trace.scenario.decimals
        if value[i] == 0:
            parts += ["Zero: to first order ", z, " does not change the loss. "]
            continue
        high = value[i] > 0
        off, way, sign = ("large", "Lowering", "Positive") if high else ("small", "Raising", "Negative")
        digits = (number(shown(predictions[i], decimals)), " for ", number(put_in(targets[i], decimals, decimals)))
        if (predictions[i] > targets[i]) == high:
            parts += [f"{sign}: ", a, f" is too {off} (", *digits, f"). {way} ", z, " lowers the loss. "]
        else:
            parts += [f"{sign}: {way.lower()} ", z, " lowers the loss (", a, " is ", *digits, "). "]
    return tuple(parts)


def _of_gradient(trace: Trace, equation: Equation, value: np.ndarray, shown_entries: Entries) -> Sentence:
    """The weight, of those shown, that the loss depends on most, and which way it is moved."""
    index = max(shown_entries, key=lambda index: abs(value[tuple(i - 1 for i in index)]))
    largest = float(value[tuple(i - 1 for i in index)])
    if largest == 0:
        zero = "Zero" if len(shown_entries) == 1 else "All zero"
        return (f"{zero}: nothing is learned here from this.",)
    weight = _name(trace, f"W{_layer(equation)}", index)
    sign, moved, effect = ("Positive", "lowered", "raises") if largest > 0 else ("Negative", "raised", "lowers")
    which = "" if len(shown_entries) == 1 else " (the largest of these)"
    return (f"{sign}: a larger ", weight, f" {effect} the loss, so ", weight, f" is {moved}{which}.")


def _name(trace: Trace, name: str, index: tuple[int, ...]) -> Formula:
    return Formula(Var(name, (), index=index), trace.notation.leaf)


def warnings(trace: Trace, update: int, sample: int | None) -> Iterator[Prose]:
    """Neurons that learn next to nothing in this update and sample: dead, or saturated."""
    for layer, row in enumerate(trace.plan.activations, 1):
        cancels = layer == trace.scenario.depth and row.name in trace.plan.loss.short
        if cancels or not row.elementwise:
            continue
        slopes = np.atleast_1d(trace.value(f"slope{layer}", update, sample))
        for what, found in (("dead", slopes == 0), ("saturated", (slopes != 0) & (np.abs(slopes) < _SATURATED))):
            places = np.flatnonzero(found)
            if len(places):
                yield Prose(_learns_little(trace, layer, what, places, slopes), "warning")


def _learns_little(trace: Trace, layer: int, what: str, places: np.ndarray, slopes: np.ndarray) -> Sentence:
    named = [_name(trace, f"a{layer}", (int(i) + 1,)) for i in places[:_MOST_NAMED]]
    names = [part for name in named for part in (", ", name)][1:]
    more = f" and {len(places) - _MOST_NAMED} more" if len(places) > _MOST_NAMED else ""
    if what == "dead":
        return (*names, f"{more}: slope 0 for this sample: nothing is sent back, and no weight into it learns from it.")
    slope = number(shown(float(slopes[places[0]]), trace.scenario.decimals))
    return (*names, f"{more}: saturated (slope ", slope, f", below {_SATURATED}), so the weights into it learn slowly.")
