"""The sentences of a lesson that depend on the numbers: how to read a line, and what to be warned of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Prose, Sentence
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import put_in, shown
from backtrace.network.activations import ACTIVATIONS

_SATURATED = 0.02
_MOST_READINGS = 2


def reading(trace: Trace, equation: Equation, update: int, sample: int | None) -> Sentence:
    """The scenario's note on the quantity, and what the value of the line says; empty where there is neither."""
    said = _of_value(trace, equation, update, sample)
    return tuple(f"{note} " for note in notes_on(trace, equation.id)) + said


def notes_on(trace: Trace, name: str) -> list[str]:
    """The scenario's notes on a quantity, or on an entry of it."""
    return [note for named, note in trace.scenario.notes.items() if trace.notation.find(named).name == name]


def _of_value(trace: Trace, equation: Equation, update: int, sample: int | None) -> Sentence:
    role = equation.quantity.role.name
    value = trace.value(equation.id, update, sample)
    if role == "output_error":
        return _of_output_error(trace, equation, value, update, sample)
    if role == "hidden_error":
        weights = Formula(trace.plan.quantities[f"W{_layer(equation) + 1}"].var, trace.notation.leaf)
        return ("The entries of ", weights, " are those before the update.")
    gradients = "batch_weight_gradient" if trace.plan.batched else "weight_gradient"
    if role == gradients and trace.scenario.layers[_layer(equation) - 1].train_weights:
        return _of_gradient(trace, equation, value)
    return ()


def _layer(equation: Equation) -> int:
    assert equation.quantity.layer is not None
    return equation.quantity.layer


def _of_output_error(trace: Trace, equation: Equation, value: np.ndarray, update: int, sample: int | None) -> Sentence:
    """Which way each prediction is off, for the first outputs."""
    last = _layer(equation)
    predictions, targets = trace.value(f"a{last}", update, sample), trace.value("y", update, sample)
    parts: list[str | Formula] = []
    for i in range(min(len(value), _MOST_READINGS)):
        index = (i + 1,)
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


def _of_gradient(trace: Trace, equation: Equation, value: np.ndarray) -> Sentence:
    """The weight that the loss depends on most, and which way it is moved."""
    place = np.unravel_index(int(np.argmax(np.abs(value))), value.shape)
    largest = float(value[place])
    if largest == 0:
        return ("All zero: this sample teaches these weights nothing.",)
    weight = _name(trace, f"W{_layer(equation)}", tuple(int(i) + 1 for i in place))
    sign, moved, effect = ("Positive", "lowered", "raises") if largest > 0 else ("Negative", "raised", "lowers")
    which = "" if value.size == 1 else " (the largest entry)"
    return (f"{sign}: a larger ", weight, f" {effect} the loss, so ", weight, f" is {moved}{which}.")


def _name(trace: Trace, name: str, index: tuple[int, ...]) -> Formula:
    return Formula(Var(name, (), index=index), trace.notation.leaf)


def warnings(trace: Trace, update: int, sample: int | None) -> Iterator[Prose]:
    """Neurons that learn next to nothing in this update and sample: dead, or saturated."""
    for layer, row in enumerate(trace.scenario.layers, 1):
        if not ACTIVATIONS[row.activation].elementwise:
            continue
        slopes = np.atleast_1d(trace.value(f"slope{layer}", update, sample))
        for what, found in (("dead", slopes == 0), ("saturated", (slopes != 0) & (np.abs(slopes) < _SATURATED))):
            places = np.flatnonzero(found)
            if len(places):
                yield Prose(_learns_little(trace, layer, what, places, slopes), "warning")


def _learns_little(trace: Trace, layer: int, what: str, places: np.ndarray, slopes: np.ndarray) -> Sentence:
    names = [part for i in places[: _MOST_READINGS * 2] for part in (", ", _name(trace, f"a{layer}", (int(i) + 1,)))][
        1:
    ]
    more = f" and {len(places) - _MOST_READINGS * 2} more" if len(places) > _MOST_READINGS * 2 else ""
    if what == "dead":
        return (
            *names,
            f"{more}: slope 0 for this sample, so nothing is sent back through and no weight into it learns.",
        )
    slope = number(shown(float(slopes[places[0]]), trace.scenario.decimals))
    return (*names, f"{more}: saturated (slope ", slope, f", below {_SATURATED}), so the weights into it learn slowly.")
