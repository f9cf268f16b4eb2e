"""Every gradient and every updated parameter of random scenarios beside those of PyTorch's automatic differentiation.

The network is built here from torch's own functions and shares no formula with the package. Where torch is missing
these tests are skipped, unless BACKTRACE_NEVER_SKIP is set.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import run
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.scenario import Scenario
from tests.engine.scenarios import random_scenario

torch: Any = (
    importlib.import_module("torch")
    if os.environ.get("BACKTRACE_NEVER_SKIP")
    else pytest.importorskip("torch", reason="torch is not installed: pip install torch")
)
functional = torch.nn.functional

SEEDS = range(200)
RELATIVE, ABSOLUTE = 1e-10, 1e-13

Tensors = dict[str, Any]
Found = tuple[int, int | None, Tensors]
"""An update, a sample (None for what is the batch's) and what torch gives there, by id."""


def _bce(a: Any, y: Any, outputs: str) -> Any:
    """Binary cross-entropy from its definition; terms with target 0 are left out, as torch's own clamps logarithms."""
    one, zero = y > 0, y < 1
    loss = -torch.dot(y[one], a[one].log()) - torch.dot(1 - y[zero], (1 - a[zero]).log())
    return loss / len(y) if outputs == "mean" else loss


# fmt: off
ACTIVATION_OF: dict[str, Callable[[Any], Any]] = {
    "identity": lambda z: z,
    "sigmoid":  torch.sigmoid,
    "tanh":     torch.tanh,
    "relu":     torch.relu,
    "softmax":  lambda z: torch.softmax(z, dim=0),
}
LOSS_OF: dict[str, Callable[[Any, Any, str], Any]] = {
    "mse":           lambda a, y, _: functional.mse_loss(a, y),
    "sse":           lambda a, y, _: functional.mse_loss(a, y, reduction="sum"),
    "half_sse":      lambda a, y, _: torch.dot(y - a, y - a) / 2,
    "bce":           _bce,
    "cross_entropy": lambda a, y, _: -torch.special.xlogy(y, a).sum(),
}
# fmt: on


def by_torch(scenario: Scenario) -> Iterator[Found]:
    """What torch gives in each update: of every sample, of the batch, and the parameters at its start."""
    parameters = _initial(scenario)
    trained = [p for name, p in parameters.items() if _is_trained(scenario, name)]
    optimizer = torch.optim.SGD(trained, lr=scenario.learning_rate) if trained else None
    batches = torch.arange(len(scenario.x)).split(scenario.batch_size) * scenario.epochs
    for update, batch in enumerate(batches, 1):
        yield update, None, {name: p.detach().clone() for name, p in parameters.items()}
        losses = []
        for place in batch.tolist():
            values = _forward(scenario, parameters, place)
            yield update, place + 1, values | _gradients("L", values["L"], values | parameters)
            losses.append(values["L"])
        objective = losses[0]
        if scenario.batch_size > 1:
            objective = getattr(torch.stack(losses), scenario.loss_batch)()
            yield update, None, {"J": objective} | _gradients("J", objective, parameters)
        for p, gradient in zip(parameters.values(), _differentiated(objective, parameters).values(), strict=True):
            p.grad = gradient
        if optimizer:
            optimizer.step()
    yield len(batches) + 1, None, parameters
    for place in batches[-1].tolist():
        yield len(batches) + 1, place + 1, _forward(scenario, parameters, place)


def _initial(scenario: Scenario) -> Tensors:
    parameters = {}
    for number, layer in enumerate(scenario.layers, 1):
        parameters[f"W{number}"] = torch.tensor(layer.weights, requires_grad=True)
        if layer.biases is not None:
            parameters[f"b{number}"] = torch.tensor(layer.biases, requires_grad=True)
    return parameters


def _is_trained(scenario: Scenario, name: str) -> bool:
    layer = scenario.layers[int(name[1:]) - 1]
    return layer.train_weights if name[0] == "W" else layer.train_biases


def _forward(scenario: Scenario, parameters: Tensors, place: int) -> Tensors:
    """The forward pass of one sample, every z and a by id."""
    values = {"x": torch.tensor(scenario.x[place], requires_grad=True)}
    signal = values["x"]
    for number, layer in enumerate(scenario.layers, 1):
        W = parameters[f"W{number}"]
        z = functional.linear(signal, W if scenario.orientation == "column" else W.T, parameters.get(f"b{number}"))
        signal = ACTIVATION_OF[layer.activation](z)
        values |= {f"z{number}": z, f"a{number}": signal}
    target = torch.tensor(scenario.y[place])
    return values | {"L": LOSS_OF[scenario.loss](signal, target, scenario.loss_outputs)}


def _differentiated(loss: Any, by: Tensors) -> Tensors:
    """The derivative by each tensor; torch gives none where the loss does not depend on it."""
    gradients = torch.autograd.grad(loss, by.values(), retain_graph=True, materialize_grads=True)
    return dict(zip(by, gradients, strict=True))


def _gradients(of: str, loss: Any, by: Tensors) -> Tensors:
    inner = {name: tensor for name, tensor in by.items() if name != of}
    return {f"d{of}_d{name}": gradient for name, gradient in _differentiated(loss, inner).items()}


def agree(found: Any, expected: Any) -> bool:
    """Whether every entry is within the tolerances."""
    return found.shape == expected.shape and bool(
        (np.abs(found - expected) <= ABSOLUTE + RELATIVE * np.abs(expected)).all()
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_is_torchs(seed: int) -> None:
    """Every gradient of a sample and of a batch, every updated parameter and every activation is what torch gives."""
    scenario = random_scenario(seed)
    trace = run(scenario)
    for update, sample, tensors in by_torch(scenario):
        for name, tensor in tensors.items():
            found, expected = trace.value(name, update, sample), tensor.detach().numpy()
            assert agree(found, expected), f"{name} in update {update}, sample {sample}: {found} for {expected}"


def test_the_scenarios_leave_nothing_out() -> None:
    """Among the scenarios are every activation, loss, orientation, depth, width and way to make batches."""
    found = [random_scenario(seed) for seed in SEEDS]
    layers = [layer for scenario in found for layer in scenario.layers]
    assert {layer.activation for layer in layers} == set(ACTIVATIONS) == set(ACTIVATION_OF)
    assert {scenario.loss for scenario in found} == set(LOSSES) == set(LOSS_OF)
    assert {scenario.orientation for scenario in found} == {"column", "row"}
    assert {scenario.depth for scenario in found} == {1, 2, 3, 4, 5}
    assert {n for scenario in found for n in scenario.units} == {1, 2, 3, 4, 5, 6}
    assert {(s.loss_batch, s.batch_size > 1) for s in found} == {(r, b) for r in ("mean", "sum") for b in (True, False)}
    assert {s.loss_outputs for s in found if LOSSES[s.loss].outputs_free} == {"mean", "sum"}
    assert {(layer.biases is None) for layer in layers} == {True, False}
    assert {(layer.train_weights, layer.train_biases) for layer in layers} == {
        (weights, biases) for weights in (True, False) for biases in (True, False)
    }
    assert sum(s.batch_size > 1 and s.batch_size in s.units for s in found) > 40
    assert sum(len(s.x) % s.batch_size > 0 for s in found) > 20
    assert sum(s.epochs > 1 for s in found) > 100


def test_a_wrong_number_is_noticed() -> None:
    """A learning rate that is off by 10⁻⁸ of itself is found in the updated parameters."""
    scenario = random_scenario(3, epochs=2)
    other = run(scenario.with_(learning_rate=scenario.learning_rate * (1 + 1e-8)))
    *_, (update, _, parameters) = (found for found in by_torch(scenario) if found[1] is None)
    assert not all(agree(other.value(name, update), p.detach().numpy()) for name, p in parameters.items())
