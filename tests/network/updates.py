"""Every optimizer once more, as a plain loop of numpy that shares nothing with the package, and numbers to try it with.

Each loop takes the parameter, its gradients one after the other, the learning rate of each and the hyperparameters,
and gives the parameter after every update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Loop = Callable[..., list[Any]]
ETA = 0.05
HYPERPARAMETERS: Mapping[str, float] = {
    "momentum": 0.7, "decay": 0.8, "beta1": 0.8, "beta2": 0.95, "epsilon": 0.01, "weight_decay": 0.1,
}  # fmt: skip
"""Values that are nobody's default, and large enough for a change of any of them to show."""


def _sgd(p: Any, gradients: Sequence[Any], rates: Sequence[float]) -> list[Any]:
    found = []
    for g, eta in zip(gradients, rates, strict=True):
        p = p - eta * g
        found.append(p)
    return found


def _momentum(p: Any, gradients: Sequence[Any], rates: Sequence[float], momentum: float) -> list[Any]:
    found, v = [], np.zeros_like(p)
    for g, eta in zip(gradients, rates, strict=True):
        v = momentum * v + g
        p = p - eta * v
        found.append(p)
    return found


def _classical_momentum(p: Any, gradients: Sequence[Any], rates: Sequence[float], momentum: float) -> list[Any]:
    found, v = [], np.zeros_like(p)
    for g, eta in zip(gradients, rates, strict=True):
        v = momentum * v - eta * g
        p = p + v
        found.append(p)
    return found


def _nesterov(p: Any, gradients: Sequence[Any], rates: Sequence[float], momentum: float) -> list[Any]:
    found, v = [], np.zeros_like(p)
    for g, eta in zip(gradients, rates, strict=True):
        v = momentum * v + g
        p = p - eta * (g + momentum * v)
        found.append(p)
    return found


def _adagrad(p: Any, gradients: Sequence[Any], rates: Sequence[float], epsilon: float) -> list[Any]:
    found, r = [], np.zeros_like(p)
    for g, eta in zip(gradients, rates, strict=True):
        r = r + g * g
        p = p - eta / (epsilon + np.sqrt(r)) * g
        found.append(p)
    return found


def _rmsprop(p: Any, gradients: Sequence[Any], rates: Sequence[float], decay: float, epsilon: float) -> list[Any]:
    found, r = [], np.zeros_like(p)
    for g, eta in zip(gradients, rates, strict=True):
        r = decay * r + (1 - decay) * g * g
        p = p - eta / (epsilon + np.sqrt(r)) * g
        found.append(p)
    return found


def _adam(
    p: Any, gradients: Sequence[Any], rates: Sequence[float], beta1: float, beta2: float, epsilon: float,
    bias_correction: bool = True, weight_decay: float = 0.0,
) -> list[Any]:  # fmt: skip
    found, m, v = [], np.zeros_like(p), np.zeros_like(p)
    for t, (g, eta) in enumerate(zip(gradients, rates, strict=True), 1):
        p = (1 - eta * weight_decay) * p
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        first, second = (1 - beta1**t, 1 - beta2**t) if bias_correction else (1, 1)
        p = p - eta * (m / first) / (np.sqrt(v / second) + epsilon)
        found.append(p)
    return found


LOOPS: Mapping[str, Loop] = {
    "sgd": _sgd, "momentum": _momentum, "classical_momentum": _classical_momentum, "nesterov": _nesterov,
    "adagrad": _adagrad, "rmsprop": _rmsprop, "adam": _adam, "adamw": _adam,
}  # fmt: skip
