"""Time per update: trainings with every quantity kept, beside loops that someone would write by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import backtrace
from backtrace.scenario import Scenario, path_of
from benchmarks.speed.measuring import Row, medians

LECTURE = backtrace.load(path_of("lecture"))


def network(n: int, m: int, k: int, samples: int, **settings: Any) -> Scenario:
    """A network of random weights and data: n inputs, m hidden neurons and k outputs, sigmoid, mean squared error."""
    random = np.random.default_rng(0)
    weights = [random.normal(size=(m, n)) / n**0.5, random.normal(size=(k, m)) / m**0.5]
    return backtrace.scenario(
        weights=weights, biases=[np.zeros(m), np.zeros(k)], activation="sigmoid", loss="mse", learning_rate=0.1,
        x=random.uniform(size=(samples, n)), y=random.uniform(size=(samples, k)), **settings,
    )  # fmt: skip


def _parameters(scenario: Scenario) -> Iterator[Any]:
    for layer in scenario.layers:
        assert layer.biases is not None
        yield layer.weights.copy()
        yield layer.biases.copy()


def online(scenario: Scenario) -> None:
    """A plain numpy loop, a sample at a time, that keeps nothing."""
    W, b, V, c = _parameters(scenario)
    x, y, eta = scenario.x[0], scenario.y[0], scenario.learning_rate
    for _ in range(scenario.epochs):
        z = W @ x + b
        h = 1 / (1 + np.exp(-z))
        u = V @ h + c
        a = 1 / (1 + np.exp(-u))
        ((y - a) ** 2).sum()
        du = 2 * (a - y) * a * (1 - a)
        dV = np.outer(du, h)
        dz = (V.T @ du) * h * (1 - h)
        dW = np.outer(dz, x)
        W, b, V, c = W - eta * dW, b - eta * dz, V - eta * dV, c - eta * du


def _batches(scenario: Scenario) -> Iterator[tuple[Any, Any]]:
    size = scenario.batch_size
    for _ in range(scenario.epochs):
        for start in range(0, len(scenario.x), size):
            yield scenario.x[start : start + size], scenario.y[start : start + size]


def in_batches(scenario: Scenario) -> None:
    """A plain numpy loop, vectorised over the batch, that keeps nothing."""
    W, b, V, c = _parameters(scenario)
    eta, k = scenario.learning_rate, scenario.y.shape[1]
    for x, y in _batches(scenario):
        h = 1 / (1 + np.exp(-(x @ W.T + b)))
        a = 1 / (1 + np.exp(-(h @ V.T + c)))
        ((y - a) ** 2).mean(axis=1).mean()
        du = 2 * (a - y) / k * a * (1 - a)
        dz = (du @ V) * h * (1 - h)
        dV, dc = du.T @ h / len(x), du.mean(axis=0)
        dW, db = dz.T @ x / len(x), dz.mean(axis=0)
        W, b, V, c = W - eta * dW, b - eta * db, V - eta * dV, c - eta * dc


def in_batches_keeping(scenario: Scenario) -> list[Any]:
    """The same loop, with the gradients of every sample, that keeps each quantity that a trace has."""
    W, b, V, c = _parameters(scenario)
    eta, k, kept = scenario.learning_rate, scenario.y.shape[1], list[Any]()
    for x, y in _batches(scenario):
        z = x @ W.T + b
        h = 1 / (1 + np.exp(-z))
        u = h @ V.T + c
        a = 1 / (1 + np.exp(-u))
        terms = (y - a) ** 2
        L = terms.mean(axis=1)
        J = L.mean()
        da, slope_u = 2 * (a - y) / k, a * (1 - a)
        du = da * slope_u
        dV, paths = du[:, :, None] * h[:, None, :], du[:, :, None] * V
        dh, slope_z = du @ V, h * (1 - h)
        dz = dh * slope_z
        dW, dx = dz[:, :, None] * x[:, None, :], dz @ W
        JV, Jc, JW, Jb = dV.mean(axis=0), du.mean(axis=0), dW.mean(axis=0), dz.mean(axis=0)
        steps = eta * JV, eta * Jc, eta * JW, eta * Jb
        V, c, W, b = V - steps[0], c - steps[1], W - steps[2], b - steps[3]
        kept.append((z, h, u, a, terms, L, J, da, slope_u, du, dV, paths, dh, slope_z, dz, dW, dx, JV, Jc, JW, Jb,
                     *steps, V, c, W, b))  # fmt: skip
    return kept


def torch_with_hooks(scenario: Scenario) -> Callable[[], None] | None:
    """PyTorch eager with hooks that keep what a trace has, as far as it shows it; None where it is not installed."""
    try:
        import torch
    except ImportError:
        return None

    def loop() -> None:
        layers = torch.nn.Linear(2, 2), torch.nn.Sigmoid(), torch.nn.Linear(2, 1), torch.nn.Sigmoid()
        network, kept = torch.nn.Sequential(*layers).double(), list[Any]()
        for module in network:
            module.register_forward_hook(lambda _module, _in, out: kept.append(out.detach().clone()))
            module.register_full_backward_hook(lambda _module, _in, out: kept.append(out[0].detach().clone()))
        with torch.no_grad():
            for parameter, value in zip(network.parameters(), _parameters(scenario), strict=True):
                parameter.copy_(torch.tensor(value))
        optimizer = torch.optim.SGD(network.parameters(), lr=scenario.learning_rate)
        x, y = torch.tensor(scenario.x, requires_grad=True), torch.tensor(scenario.y)
        for _ in range(scenario.epochs):
            optimizer.zero_grad()
            loss = ((network(x) - y) ** 2).mean()
            loss.backward()
            kept += [loss.detach(), *(p.grad.clone() for p in network.parameters() if p.grad is not None)]
            optimizer.step()
            kept += [p.detach().clone() for p in network.parameters()]

    return loop


def rows(rounds: int) -> Iterator[Row]:
    """The lines of the table that are about updates."""
    yield from _lecture(rounds)
    keeping = network(16, 32, 8, 64, batch_size=16, epochs=250)
    found = medians({"ours": lambda: backtrace.run(keeping), "loop": lambda: in_batches_keeping(keeping)}, rounds)
    yield Row("16-32-8, batch 16, everything kept", "numpy loop that keeps the same quantities",
              found["ours"] / 1000, found["loop"] / 1000, 1.0)  # fmt: skip
    yield from _large(rounds)


def _lecture(rounds: int) -> Iterator[Row]:
    updates, few = LECTURE.with_(epochs=20_000), LECTURE.with_(epochs=1_000)
    hooks = torch_with_hooks(few)
    contenders: dict[str, Callable[[], object]] = {"ours": lambda: backtrace.run(updates), "loop": lambda: online(few)}
    found = medians(contenders | ({"hooks": hooks} if hooks is not None else {}), rounds)
    what = "lecture 2-2-1, one update, all quantities kept"
    yield Row(what, "plain numpy loop that keeps nothing", found["ours"] / 20_000, found["loop"] / 1_000, 0.25)
    if hooks is not None:
        yield Row(what, "PyTorch eager with hooks that keep the same", found["ours"] / 20_000, found["hooks"] / 1_000,
                  1 / 50)  # fmt: skip


def _large(rounds: int) -> Iterator[Row]:
    """Trainings long enough that what is done once, such as writing the plan, hardly counts, as far as memory goes."""
    what = "784-128-10, batch 32, gradients of single samples not kept"
    ways = {"everything else kept": ("all", 10), "of the last update alone": ("last", 50)}
    contenders: dict[str, Callable[[], object]] = {}
    for said, (updates, epochs) in ways.items():
        keep = {"updates": updates, "per_sample_gradients": False}
        scenario = network(784, 128, 10, 320, batch_size=32, epochs=epochs, keep=keep)
        contenders[said] = lambda scenario=scenario: backtrace.run(scenario)
    plain = network(784, 128, 10, 320, batch_size=32, epochs=10)
    found = medians(contenders | {"loop": lambda: in_batches(plain)}, rounds)
    for said, (_, epochs) in ways.items():
        yield Row(what, "plain numpy loop, vectorised, that keeps nothing", found[said] / (10 * epochs),
                  found["loop"] / 100, 1.3, said)  # fmt: skip
