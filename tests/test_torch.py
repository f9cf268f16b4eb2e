"""Every gradient and every updated parameter of random scenarios beside those of PyTorch's own differentiation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import run
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Var
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import LOSSES, Loss, reduced, shared
from backtrace.network.naming import unnamed
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.schedules import SCHEDULES
from tests.by_torch import ACTIVATION_OF, LOSS_OF, OPTIMIZER_OF, by_torch, torch
from tests.engine.scenarios import random_scenario
from tests.network.settings import said, settings_of

SEEDS = range(200)
RELATIVE, ABSOLUTE = 1e-10, 1e-13


def agree(found: Any, expected: Any) -> bool:
    """Whether every entry is within the tolerances."""
    return found.shape == expected.shape and bool(
        (np.abs(found - expected) <= ABSOLUTE + RELATIVE * np.abs(expected)).all()
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_every_number_is_torchs(seed: int) -> None:
    """Every activation, gradient, updated parameter and quantity that an optimizer keeps is what torch gives."""
    trace = run(random_scenario(seed))
    for update, sample, tensors in by_torch(trace.scenario, trace.schedule):
        for name, tensor in tensors.items():
            if sample is not None and name not in trace.plan.quantities:
                assert not trace.scenario.keep.per_sample_gradients
                continue
            found, expected = trace.value(name, update, sample), tensor.detach().numpy()
            assert agree(found, expected), f"{name} in update {update}, sample {sample}: {found} for {expected}"


def test_the_scenarios_leave_nothing_out() -> None:
    """Among the scenarios are every variant, orientation, depth, width and way to make batches."""
    found = [random_scenario(seed) for seed in SEEDS]
    layers = [layer for scenario in found for layer in scenario.layers]
    assert {layer.activation for layer in layers} == set(ACTIVATIONS) == set(ACTIVATION_OF)
    assert {scenario.loss for scenario in found} == set(LOSSES) == set(LOSS_OF)
    assert {scenario.optimizer for scenario in found} == set(OPTIMIZERS) == {*OPTIMIZER_OF, "classical_momentum"}
    assert {s.rates.name for s in found if s.rates} == {*SCHEDULES, "list"}
    assert {s.rates.per for s in found if s.rates} == {"update", "epoch"}
    assert {scenario.orientation for scenario in found} == {"column", "row"}
    assert {scenario.depth for scenario in found} == {1, 2, 3, 4, 5}
    assert {n for scenario in found for n in scenario.units} == {1, 2, 3, 4, 5, 6}
    assert {(s.loss_batch, s.is_batched) for s in found} == {(r, b) for r in ("mean", "sum") for b in (True, False)}
    assert {s.loss_outputs for s in found if LOSSES[s.loss].outputs_free} == {"mean", "sum"}
    assert {(layer.biases is None) for layer in layers} == {True, False}
    assert {(layer.train_weights, layer.train_biases) for layer in layers} == {
        (weights, biases) for weights in (True, False) for biases in (True, False)
    }
    assert {(bool(s.order), s.shuffle, s.is_batched) for s in found} == {
        (*way, b) for way in ((False, False), (False, True), (True, False)) for b in (True, False)
    }
    assert min(sum(not s.keep.per_sample_gradients for s in found), sum(s.l2 > 0 for s in found)) > 20
    assert sum(s.until is not None for s in found) > 10
    assert sum(s.is_batched and s.batch_size in s.units for s in found) > 30
    assert sum(len(s.x) % s.batch_size > 0 for s in found) > 20
    assert sum(s.epochs > 1 for s in found) > 100


def test_a_wrong_number_is_noticed() -> None:
    """A learning rate that is off by 10⁻⁸ of itself is found in the updated parameters."""
    trace = run(random_scenario(3, epochs=2, learning_rate=0.1))
    other = run(trace.scenario.with_(learning_rate=0.1 * (1 + 1e-8)))
    *_, (update, _, parameters) = (each for each in by_torch(trace.scenario, trace.schedule) if each[1] is None)
    assert not all(agree(other.value(name, update), p.detach().numpy()) for name, p in parameters.items())


FAR = [-1e17, -1e6, -700.0, -30.0, 30.0, 700.0, 1e6, 1e17]
# fmt: off
ACTIVATION_CASES = [(row, given) for row in ACTIVATIONS.values() for given in settings_of(row.parameters)]
LOSS_CASES = [(row, given) for row in LOSSES.values() for given in settings_of(row.parameters)]
# fmt: on


@pytest.mark.parametrize(
    ("row", "given"), ACTIVATION_CASES, ids=[said(given) + row.name for row, given in ACTIVATION_CASES]
)
def test_an_activation_and_its_slope_are_torchs(row: Activation, given: dict[str, Any]) -> None:
    """Values and derivatives of many points, 0 and far ones among them, whatever the parameters."""
    points = np.concatenate([[0.0, -0.0], np.linspace(-5, 5, 41), FAR])
    if not row.elementwise:
        points = np.random.default_rng(1).normal(size=5)
    elif row.name == "softplus":  # e^z leaves the range far above 0, and a run stops there
        points = points[points < 700]
    z, a, bound = Var("z", points.shape), Var("a", points.shape), row.bound(given)
    value = evaluate(bound.function(z, unnamed), given | {"z": points})
    slope = evaluate(bound.slope(z, a), given | {"z": points, "a": value})
    tensor = torch.tensor(points)
    assert agree(value, ACTIVATION_OF[row.name](tensor, given).numpy())
    jacobian = torch.autograd.functional.jacobian(lambda at: ACTIVATION_OF[row.name](at, given), tensor).numpy()
    assert agree(np.diag(slope) if row.elementwise else slope, jacobian)


@pytest.mark.parametrize(("row", "given"), LOSS_CASES, ids=[said(given) + row.name for row, given in LOSS_CASES])
def test_a_loss_and_its_slope_are_torchs(row: Loss, given: dict[str, Any]) -> None:
    """Value and derivative at many predictions, one of them the target, whatever the parameters."""
    random = np.random.default_rng(2)
    y, a, bound = Var("y", (4,)), Var("a", (4,)), row.bound(given)
    for _ in range(10):
        target = random.dirichlet(np.ones(4)) if row.targets == "distribution" else random.random(4)
        low, high = (0.05, 0.95) if row.prediction == "probability" else (-3, 3)
        prediction = random.uniform(low, high, 4)
        prediction[0] = target[0]
        at = given | {"y": target, "a": prediction}
        for outputs in ("mean", "sum") if row.outputs_free else (row.outputs,):
            tensor = torch.tensor(prediction, requires_grad=True)
            expected = LOSS_OF[row.name](tensor, torch.tensor(target), outputs, given)
            expected.backward()
            assert agree(evaluate(reduced(bound.terms(y, a), outputs), at), expected.detach().numpy())
            assert agree(evaluate(shared(bound.slope(y, a), 4, outputs), at), tensor.grad.numpy())
