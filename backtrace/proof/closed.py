"""The loss as sympy sees it: a function of one parameter, or in closed form of all, and its derivative.

sympy gets the forward equations only, never a line of the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy

from backtrace.engine.givens import constants
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var
from backtrace.notation.notation import Notation
from backtrace.proof.symbols import SYMBOLS

_DIGITS = 30
_MOST_OPERATIONS, _MOST_TERMS = 100, 60
SYMPY_TOLERANCE = 1e-9
SMALLEST = 1e-5
"""Errors are relative to the larger of the two numbers, but never to less than this: near zero they are absolute."""
_ROUNDING = 1e-25


def error_between(a: float, b: float) -> float:
    """The difference of two gradients, relative to the larger, or to SMALLEST near zero."""
    return abs(a - b) / max(abs(a), abs(b), SMALLEST)


@dataclass(frozen=True)
class ClosedForm:
    """sympy's derivative of the loss by one entry of a parameter, in terms of the parameters.

    `text`, `latex` and `ascii` are empty where the form is too long to read; then sympy differentiates the loss as
    a function of this entry alone. `value` is the derivative's value, `gradient` that of backpropagation.
    """

    entry: Var
    text: str
    ascii: str
    latex: str
    value: float
    gradient: float

    @property
    def agrees(self) -> bool:
        """Whether the two values are the same up to rounding."""
        return error_between(self.value, self.gradient) <= SYMPY_TOLERANCE


def slope_by_sympy(trace: Trace, update: int, entry: Var) -> float:
    """The derivative of the loss by one entry: sympy's, of the loss as a function of that entry alone."""
    symbol = sympy.Symbol("p", real=True)

    def of(name: str, index: tuple[int, ...], value: float) -> Any:
        return symbol if (name, index) == (entry.name, entry.index) else _exact(value)

    loss = objective(trace, update, of)
    at = _exact(trace.value(entry.name, update)[tuple(i - 1 for i in entry.index or ())])
    return _chopped(sympy.diff(loss, symbol).xreplace({symbol: at}))


def objective(trace: Trace, update: int, of: Callable[[str, tuple[int, ...], float], Any]) -> Any:
    """The loss that the update makes smaller, with `of` giving the expression of each entry of a parameter."""
    parameters = {}
    for name in trace.parameters:
        values = trace.value(name, update)
        carried = np.empty(values.shape, dtype=object)
        for index in np.ndindex(*values.shape):
            carried[index] = of(name, tuple(i + 1 for i in index), float(values[index]))
        parameters[name] = carried
    losses = [_loss(trace, place, parameters) for place in trace.schedule.samples(update)]
    total = sum(losses[1:], losses[0])
    if trace.plan.batched and trace.scenario.loss_batch == "mean":
        total = total / len(losses)
    penalty = trace.plan.equation("penalty")
    return total if penalty is None else total + evaluate(penalty.opened, _given(trace) | parameters, SYMBOLS).item()


def _given(trace: Trace) -> dict[str, Any]:
    """The hyperparameters, as sympy carries them."""
    numbers = constants(trace.scenario, trace.plan)
    return {name: np.array(_exact(value), dtype=object) for name, value in numbers.items()}


def _loss(trace: Trace, place: int, parameters: dict[str, Any]) -> Any:
    data = {"x": trace.scenario.x[place], "y": trace.scenario.y[place]}
    values = _given(trace) | parameters
    values |= {name: np.array([_exact(v) for v in row], dtype=object) for name, row in data.items()}
    for equation in trace.plan.after[0]:
        values[equation.id] = evaluate(equation.opened, values, SYMBOLS)
    return values["L"].item()


def _chopped(number: Any) -> float:
    """The number as a double; what is nothing but the rounding of a cancellation is zero."""
    value = float(number.evalf(_DIGITS))
    return 0.0 if abs(value) < _ROUNDING else value


def _exact(value: float) -> Any:
    return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(float(value), _DIGITS)


def closed_forms(trace: Trace, entries: Iterable[Var], update: int = 1) -> Iterator[ClosedForm]:
    """The closed form of the gradient by each of the entries; where the scenario rounds, of the unrounded trace."""
    trace = trace.unrounded
    symbols: dict[tuple[str, tuple[int, ...]], Any] = {}
    values: dict[Any, Any] = {}

    def of(name: str, index: tuple[int, ...], value: float) -> Any:
        symbol = sympy.Symbol(trace.notation.spell(Var(name, (), index=index), "ascii"), real=True)
        symbols[name, index], values[symbol] = symbol, _exact(value)
        return symbol

    loss = objective(trace, update, of) if _readable(trace, update) else None
    for entry in entries:
        assert entry.index is not None
        gradients = trace.value(trace.plan.gradient_of(entry.name), update)
        gradient = float(gradients[tuple(i - 1 for i in entry.index)])
        if loss is None:
            yield ClosedForm(entry, "", "", "", slope_by_sympy(trace, update, entry), gradient)
            continue
        derivative = sympy.diff(loss, symbols[entry.name, entry.index])
        value = _chopped(derivative.xreplace(values))
        is_short = sympy.count_ops(derivative) <= _MOST_OPERATIONS
        texts = _texts(derivative, trace.notation, symbols) if is_short else ("", "", "")
        yield ClosedForm(entry, *texts, value, gradient)


def _readable(trace: Trace, update: int) -> bool:
    """Whether the loss, written out in terms of the parameters, is short enough for its derivatives to be read."""
    size = 1
    for before in trace.scenario.units[:-1]:
        size = before * (size + 1) + 1
    outputs, samples = trace.scenario.units[-1], len(trace.schedule.samples(update))
    return size * outputs * samples <= _MOST_TERMS


def _texts(expression: Any, notation: Notation, symbols: dict[Any, Any]) -> tuple[str, str, str]:
    """The expression in text, ASCII and LaTeX, with the spellings of the notation."""
    spelt = {symbol: notation.spell(Var(name, (), index=index)) for (name, index), symbol in symbols.items()}
    latex = {symbol: notation.spell(Var(name, (), index=index), "latex") for (name, index), symbol in symbols.items()}
    short = expression.xreplace({number: sympy.Float(number, 6) for number in expression.atoms(sympy.Float)})
    text = short.xreplace({symbol: sympy.Symbol(name) for symbol, name in spelt.items()})
    signs = str(text).replace("**", "^").replace("*", "·").replace("-", "−")
    return signs, str(short), str(sympy.latex(short, symbol_names=latex))
