"""Time per update: one training step of the lecture's network with every quantity kept, beside others.

Run with `python benchmarks/steps.py`. Everything is measured in turn in one run; quote the ratios.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import backtrace
from backtrace.scenario import path_of

UPDATES, ROUNDS = 2000, 5
LECTURE = backtrace.load(path_of("lecture"))


def traced() -> None:
    """The traced engine, every quantity kept."""
    backtrace.run(LECTURE.with_(epochs=UPDATES))


def _numpy_loop(keep: list[object] | None) -> None:
    (first, second), x, y, eta = LECTURE.layers, LECTURE.x[0], LECTURE.y[0], LECTURE.learning_rate
    assert first.biases is not None
    assert second.biases is not None
    W, b, V, c = first.weights.copy(), first.biases.copy(), second.weights.copy(), second.biases.copy()
    for _ in range(UPDATES):
        z = W @ x + b
        h = 1 / (1 + np.exp(-z))
        u = V @ h + c
        a = 1 / (1 + np.exp(-u))
        loss = ((y - a) ** 2).sum()
        du = 2 * (a - y) * a * (1 - a)
        dV = np.outer(du, h)
        dz = (V.T @ du) * h * (1 - h)
        dW = np.outer(dz, x)
        W, b, V, c = W - eta * dW, b - eta * dz, V - eta * dV, c - eta * du
        if keep is not None:
            keep.append((z, h, u, a, loss, du, dV, dz, dW, W, b, V, c))


def numpy_keeping_nothing() -> None:
    """A plain numpy loop that keeps nothing."""
    _numpy_loop(None)


def numpy_keeping_all() -> None:
    """The same loop, its arrays kept in a list."""
    _numpy_loop([])


def torch_with_hooks() -> Callable[[], None] | None:
    """PyTorch eager with forward and backward hooks that keep every tensor; None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None

    def loop() -> None:
        (first, second) = LECTURE.layers
        layers = torch.nn.Linear(2, 2), torch.nn.Sigmoid(), torch.nn.Linear(2, 1), torch.nn.Sigmoid()
        network = torch.nn.Sequential(*layers).double()
        kept: list[object] = []
        for module in network:
            module.register_forward_hook(lambda _m, _i, out: kept.append(out.detach().clone()))
            module.register_full_backward_hook(lambda _m, _i, out: kept.append(out[0].detach().clone()))
        with torch.no_grad():
            network[0].weight.copy_(torch.tensor(first.weights))
            network[2].weight.copy_(torch.tensor(second.weights))
        optimizer = torch.optim.SGD(network.parameters(), lr=LECTURE.learning_rate)
        x, y = torch.tensor(LECTURE.x), torch.tensor(LECTURE.y)
        for _ in range(UPDATES):
            optimizer.zero_grad()
            ((network(x) - y) ** 2).mean().backward()
            optimizer.step()

    return loop


def main() -> None:
    """Measure all in turn and print the best time of each, and its ratio to the plain loop."""
    contenders = {"backtrace, all kept": traced, "numpy, nothing kept": numpy_keeping_nothing,
                  "numpy, all kept": numpy_keeping_all}  # fmt: skip
    hooks = torch_with_hooks()
    if hooks is not None:
        contenders["PyTorch with hooks"] = hooks
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(ROUNDS):
        for name, contender in contenders.items():
            start = time.perf_counter()
            contender()
            best[name] = min(best[name], time.perf_counter() - start)
    plain = best["numpy, nothing kept"]
    for name, seconds in best.items():
        print(f"{name:<22} {seconds / UPDATES * 1e6:8.1f} µs per update   {seconds / plain:6.2f} × the plain loop")


if __name__ == "__main__":
    main()
