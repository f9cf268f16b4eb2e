"""Optimizers, weight decay and learning-rate schedules beside torch's own, to 12 digits over whole trainings.

Torch differentiates and updates a network of its own; nothing of the package's numbers is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import completed
from backtrace.scenario import Scenario
from tests.by_torch import OPTIMIZER_OF, Tensors, forward, initial, kept, optimizer_of, torch
from tests.engine.scenarios import random_scenario
from tests.network.updates import ETA, HYPERPARAMETERS

UPDATES = 20
SEEDS = range(3)
AGREED = 1e-12

Step = Callable[[int], None]


def network(seed: int, **settings: Any) -> Scenario:
    """A random network of smooth neurons, four samples, all in every update, for twenty updates."""
    known: dict[str, Any] = {
        "batch_size": "all", "epochs": UPDATES, "l2": 0, "learning_rate": ETA, "train": True, "keep": None,
        "until": None, "samples": 4, "optimizer": "sgd",
    }  # fmt: skip
    units = [2 + seed, 3, 2]
    return random_scenario(seed, units=units, activation=("tanh", "sigmoid"), **known | settings).with_(loss="mse")


def hyperparameters(name: str) -> dict[str, Any]:
    """Numbers that are nobody's default."""
    return {key: HYPERPARAMETERS[key] for key, each in OPTIMIZERS[name].parameters.items() if each.is_number}


def trained(scenario: Scenario, make: Callable[[Tensors], Any], between: Callable[[Any], Any] = lambda _: None) -> Any:
    """Torch's training of the scenario's network: the parameters and what is kept, of every update.

    `make` gives the optimizer of the parameters, `between` what is done before each update, such as a schedule's step.
    """
    parameters = initial(scenario)
    optimizer = make(parameters)
    change = between(optimizer)
    found = []
    for update in range(UPDATES):
        if change and update:
            change(update)
        losses = [forward(scenario, parameters, place)["L"] for place in range(len(scenario.x))]
        optimizer.zero_grad()
        torch.stack(losses).mean().backward()
        optimizer.step()
        now = {f"{name}_next": p for name, p in parameters.items()} | kept(optimizer, parameters)
        found.append({name: value.detach().clone().numpy() for name, value in now.items()})
    return found


def differing(trace: Trace, found: list[Mapping[str, Any]]) -> list[str]:
    """The quantities of which an entry is off by more than 10⁻¹² of the largest entry, with their updates."""
    assert len(found) == trace.updates == UPDATES
    return [
        f"{name} of update {update}"
        for update, values in enumerate(found, 1)
        for name, value in values.items()
        if np.abs(trace.value(name, update) - value).max() > AGREED * np.abs(value).max()
    ]


def by_torch(scenario: Scenario, given: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Torch's training with the scenario's optimizer."""
    return trained(scenario, lambda p: optimizer_of(scenario.optimizer, list(p.values()), ETA, given))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", OPTIMIZER_OF)
def test_an_optimizer_is_torchs(name: str, seed: int) -> None:
    """Twenty updates of a random network, with default hyperparameters and with others, to 12 digits."""
    for given in (hyperparameters(name), {}):
        scenario = network(seed, optimizer={"name": name, **given})
        assert differing(run(scenario), by_torch(scenario, completed(OPTIMIZERS[name].parameters, given))) == []


TURNED = [(name, each) for name in OPTIMIZER_OF for each in ("learning_rate", *hyperparameters(name))]


@pytest.mark.parametrize(("name", "turned"), TURNED)
def test_a_hyperparameter_that_is_off_is_noticed(name: str, turned: str) -> None:
    """A change of one number by 10⁻⁸ of itself is more than the comparison allows."""
    given, rate = hyperparameters(name), ETA
    expected = by_torch(network(0, optimizer={"name": name, **given}), given)
    if turned == "learning_rate":
        rate *= 1 + 1e-8
    else:
        given = given | {turned: given[turned] * (1 + 1e-8)}
    assert differing(run(network(0, optimizer={"name": name, **given}, learning_rate=rate)), expected)


def test_classical_momentum_has_torchs_iterates_at_a_constant_rate() -> None:
    """With the rate inside the velocity the parameters are those of torch's momentum, the velocity −η times torch's."""
    trace = run(network(1, optimizer={"name": "classical_momentum", "momentum": 0.7}))
    found = by_torch(network(1, optimizer={"name": "momentum"}), {"momentum": 0.7})
    alone = [{name: v for name, v in each.items() if not name.startswith("velocity")} for each in found]
    assert differing(trace, alone) == []
    velocity = trace.value("velocity_W1_next", UPDATES)
    np.testing.assert_allclose(velocity, -ETA * found[-1]["velocity_W1_next"], rtol=AGREED)


# fmt: off
DECAYS: list[tuple[str, Callable[[Any, float], Any]]] = [
    ("sgd",      lambda p, decay: torch.optim.SGD(p, ETA, weight_decay=decay)),
    ("momentum", lambda p, decay: torch.optim.SGD(p, ETA, momentum=0.9, weight_decay=decay)),
    ("adam",     lambda p, decay: torch.optim.Adam(p, ETA, weight_decay=decay)),
    ("adagrad",  lambda p, decay: torch.optim.Adagrad(p, ETA, eps=1e-8, weight_decay=decay)),
]
# fmt: on


@pytest.mark.parametrize(("name", "make"), DECAYS, ids=[name for name, _ in DECAYS])
def test_l2_is_torchs_weight_decay_of_the_weights(name: str, make: Callable[[Any, float], Any]) -> None:
    """The penalty is torch's `weight_decay` of the weights, none of the biases; a penalty off by 10⁻⁸ is noticed."""

    def with_decay(parameters: Tensors) -> Any:
        weights, biases = ([p for n, p in parameters.items() if n[0] == letter] for letter in "Wb")
        groups = [{"params": weights}, {"params": biases, "weight_decay": 0}]
        return make(groups, 0.2)

    scenario = network(2, optimizer=name, l2=0.2)
    found = trained(scenario, with_decay)
    assert any(layer.biases is not None for layer in scenario.layers)
    assert differing(run(scenario), found) == []
    assert differing(run(network(2, optimizer=name, l2=0.2 * (1 + 1e-8))), found)


of_torch = torch.optim.lr_scheduler
# fmt: off
SCHEDULES: list[tuple[dict[str, Any], Callable[[Any], Any]]] = [
    ({"schedule": "step", "period": 3, "gamma": 0.6},       lambda o: of_torch.StepLR(o, 3, 0.6)),
    ({"schedule": "exponential", "gamma": 0.9},             lambda o: of_torch.ExponentialLR(o, 0.9)),
    ({"schedule": "cosine", "period": 19},                  lambda o: of_torch.CosineAnnealingLR(o, 19)),
    ({"schedule": "cosine", "period": 25, "eta_end": 0.01}, lambda o: of_torch.CosineAnnealingLR(o, 25, 0.01)),
]
# fmt: on


@pytest.mark.parametrize("per", ["update", "epoch"])
@pytest.mark.parametrize(("written", "make"), SCHEDULES, ids=[" ".join(map(str, w.values())) for w, _ in SCHEDULES])
def test_a_schedule_is_torchs(written: dict[str, Any], make: Callable[[Any], Any], per: str) -> None:
    """Rates and parameters are those of torch's scheduler, stepped after every update or after every epoch."""
    per_epoch = 2 if per == "epoch" else 1
    rates: list[float] = []

    def between(optimizer: Any) -> Step:
        scheduler = make(optimizer)
        rates.extend(scheduler.get_last_lr())

        def change(update: int) -> None:
            if update % per_epoch == 0:
                scheduler.step()
            rates.extend(scheduler.get_last_lr())

        return change

    changes: dict[str, Any] = {"order": [[1, 2, 3, 4]] * per_epoch, "epochs": UPDATES // per_epoch}
    learning_rate = written | {"initial": ETA, "per": per}
    scenario = network(0, learning_rate=learning_rate, **changes | {"batch_size": None})
    trace = run(scenario)
    found = trained(scenario, lambda p: torch.optim.SGD(list(p.values()), ETA), between)
    np.testing.assert_allclose(trace.series("eta"), rates, rtol=AGREED, atol=1e-17)
    assert len(set(rates)) > 3
    assert differing(trace, found) == []


def test_after_its_period_the_cosine_stays_at_its_end() -> None:
    """Torch's rate rises again after T_max; here the rate at the end stays."""
    trace = run(network(0, learning_rate={"schedule": "cosine", "initial": ETA, "period": 4, "eta_end": 0.01}))
    assert trace.series("eta")[4:].tolist() == [0.01] * (UPDATES - 4)
