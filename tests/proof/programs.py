"""Someone's own program: the training of a network in plain numpy, which shares no formula with the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backtrace.engine.trace import Trace
from backtrace.proof.compare import Column, Side, places
from backtrace.scenario import Scenario

# fmt: off
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]] = {
    "identity": (lambda z: z,                   lambda z, a: np.ones_like(z)),
    "sigmoid":  (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh":     (np.tanh,                       lambda z, a: 1 - a * a),
    "relu":     (lambda z: np.maximum(z, 0),    lambda z, a: (z > 0).astype(z.dtype)),
}
# fmt: on

Arrays = dict[str, list[Any]]


def trained(scenario: Scenario, dtype: Any = np.float64, wrong: tuple[str, int] | None = None) -> dict[str, Any]:
    """The arrays of a training by plain descent on squared errors, one sample in each update.

    Sums are made from the last term to the first, so that they round in another way than the package's. `wrong` is a
    gradient and the update in which it is transposed by mistake.
    """
    kept: Arrays = {}
    parameters = _parameters(scenario, dtype)
    orders = [place for _ in range(scenario.epochs) for place in range(len(scenario.x))]
    for update, place in enumerate(orders, 1):
        found = _update(scenario, parameters, scenario.x[place].astype(dtype), scenario.y[place].astype(dtype))
        if wrong and wrong[1] == update:
            found[wrong[0]] = found[wrong[0]].T
        for name in parameters:
            found[f"{name}_next"] = parameters[name] - dtype(scenario.learning_rate) * found[f"dL_d{name}"]
        parameters = {name: found[f"{name}_next"] for name in parameters}
        for name, value in found.items():
            kept.setdefault(name, []).append(value)
    return {name: np.stack(values) for name, values in kept.items()}


def _parameters(scenario: Scenario, dtype: Any) -> dict[str, Any]:
    found = {}
    for number, layer in enumerate(scenario.layers, 1):
        found[f"W{number}"] = layer.weights.astype(dtype)
        if layer.biases is not None:
            found[f"b{number}"] = layer.biases.astype(dtype)
    return found


def _times(W: Any, a: Any) -> Any:
    """The product of a matrix and a vector, added up from the last term on."""
    return np.array([sum((w * x for w, x in zip(row[::-1], a[::-1], strict=True)), a.dtype.type(0)) for row in W])


def _update(scenario: Scenario, parameters: dict[str, Any], x: Any, y: Any) -> dict[str, Any]:
    """Every pre-activation, activation, loss, error signal and gradient of an update."""
    found, signals = {}, [x]
    for number, layer in enumerate(scenario.layers, 1):
        z = _times(parameters[f"W{number}"], signals[-1]) + parameters.get(f"b{number}", x.dtype.type(0))
        signals.append(FUNCTIONS[layer.activation][0](z))
        found |= {f"z{number}": z, f"a{number}": signals[-1]}
    found["L"] = np.mean((y - signals[-1]) ** 2)
    sent_back = x.dtype.type(2) * (signals[-1] - y) / x.dtype.type(len(y))
    for number in range(scenario.depth, 0, -1):
        slope = FUNCTIONS[scenario.layers[number - 1].activation][1](found[f"z{number}"], signals[number])
        delta = sent_back * slope
        found |= {f"dL_dz{number}": delta, f"dL_dW{number}": np.outer(delta, signals[number - 1])}
        if f"b{number}" in parameters:
            found[f"dL_db{number}"] = delta
        sent_back = _times(parameters[f"W{number}"].T, delta)
    return found


def as_side(trace: Trace, arrays: dict[str, Any]) -> Side:
    """The arrays as a side to compare with the trace."""
    updates = range(1, trace.updates + 1)
    found = {name: Column(places(trace, name, updates)[0], array.astype(np.float64)) for name, array in arrays.items()}
    return Side(found)
