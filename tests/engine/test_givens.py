"""What is given to an update: hyperparameters, its number, its epoch, learning rates one by one, what is carried."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from backtrace.engine.givens import carried_on, constants, initial, schedule_of
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import run
from backtrace.scenario import Scenario, scenario

ACTIVATIONS = [{"name": "elu", "alpha": 2}, {"name": "leaky_relu", "slope": 0.3}]


def training(**settings: Any) -> Scenario:
    """Three samples, two epochs of two updates."""
    known: dict[str, Any] = {
        "weights": [[[0.1, -0.2], [0.3, 0.4]], [[0.5, -0.6]]], "biases": [[0.1, 0.2], None], "activation": ACTIVATIONS,
        "x": [[1, 2], [-1, 0.5], [0.25, -2]], "y": [0, 1, 2], "loss": {"name": "huber", "delta": 0.5},
        "batch_size": 2, "epochs": 2, "learning_rate": 0.1,
    }  # fmt: skip
    return scenario(**known | settings)


def given(found: Scenario) -> dict[str, float]:
    return dict(constants(found, plan_of(found)))


def test_every_number_of_a_variant_is_given_by_name() -> None:
    """A parameter of an activation goes by its name and its layer, those of loss and optimizer by their names."""
    assert given(training(optimizer={"name": "adam", "beta1": 0.8}, l2=0.25)) == {
        "alpha_a1": 2.0, "slope_a2": 0.3, "delta": 0.5, "beta1": 0.8, "beta2": 0.999, "epsilon": 1e-8, "l2": 0.25,
        "eta": 0.1,
    }  # fmt: skip


def test_what_no_equation_reads_is_not_given() -> None:
    """Without a penalty there is no l2, where nothing is trained no hyperparameter of the optimizer; no choice ever."""
    gelu = {"name": "gelu", "form": "tanh"}
    found = given(training(activation=gelu, loss="mse", optimizer="adam", train=False))
    assert found == {"eta": 0.1}


# fmt: off
RATES: list[tuple[dict[str, Any], list[float], set[str]]] = [
    ({"schedule": "step", "initial": 0.4, "period": 2, "gamma": 0.5},
        [0.4, 0.4, 0.2, 0.2], {"eta0", "gamma", "period"}),
    ({"schedule": "exponential", "initial": 0.4, "gamma": 0.5, "per": "epoch"},
        [0.4, 0.4, 0.2, 0.2], {"eta0", "gamma"}),
    ({"schedule": "cosine", "initial": 0.4, "period": 2},
        [0.4, 0.2, 0.0, 0.0], {"eta0", "eta_end", "period"}),
    ({"schedule": "list", "values": [0.4, 0.3, 0.1]},                 [0.4, 0.3, 0.1, 0.1], set()),
    ({"schedule": "list", "values": [0.4, 0.3, 0.1], "per": "epoch"}, [0.4, 0.4, 0.3, 0.3], set()),
]
# fmt: on


@pytest.mark.parametrize(("learning_rate", "rates", "needed"), RATES)
def test_the_learning_rate_of_every_update(learning_rate: Any, rates: list[float], needed: set[str]) -> None:
    """Worked out from the first by its schedule, or given one by one, per update or per epoch."""
    trace = run(training(learning_rate=learning_rate))
    np.testing.assert_allclose(trace.series("eta"), rates, atol=1e-16)
    assert set(given(trace.scenario)) - {"alpha_a1", "slope_a2", "delta"} == needed
    is_worked = trace.plan.equation("eta") is not None
    assert is_worked == bool(needed)
    for update, rate in enumerate(rates, 1):
        np.testing.assert_allclose(trace.value("step_W1", update), rate * trace.value("dJ_dW1", update), atol=1e-16)


def test_update_and_epoch_are_numbers_of_their_own() -> None:
    """`t` counts updates and `epoch` epochs, from 1, where an equation reads them; the pass after is in the last."""
    per_epoch = {"schedule": "exponential", "initial": 0.4, "gamma": 0.5, "per": "epoch"}
    trace = run(training(optimizer="adam", learning_rate=per_epoch))
    assert trace.series("t").tolist() == [1, 2, 3, 4]
    assert trace.series("epoch").tolist() == [1, 1, 2, 2]
    assert (trace.value("t", 5), trace.value("epoch", 5)) == (4, 2)
    assert not {"t", "epoch"} & run(training()).plan.quantities.keys()


def test_what_is_carried_begins_with_the_parameters_and_with_nothing() -> None:
    """The first update starts from the scenario's parameters, and the optimizer from zeros of their shapes."""
    found = training(optimizer="adam")
    start = initial(found, plan_of(found))
    assert list(start) == [
        "m_W2", "v_W2", "m_W1", "v_W1", "m_b1", "v_b1", "W1", "b1", "W2",
    ]  # fmt: skip
    for name in ("m_W1", "v_b1", "m_W2"):
        assert start[name].shape == start[name[2:]].shape
        assert not start[name].any()
    np.testing.assert_array_equal(start["W2"], [[0.5, -0.6]])


def test_what_is_not_updated_is_carried_on_as_it_is() -> None:
    """The next update gets what the last one made of a parameter, or the parameter itself where it is frozen."""
    carried = {"W1": np.zeros(2), "b1": np.ones(1)}
    assert carried_on(carried, {"W1_next": 3, "z1": 4}) == {"W1": 3, "b1": carried["b1"]}


def test_batches_come_from_order_or_size() -> None:
    """Explicit batches are taken as they stand, others cut from the data; only `shuffle` brings the seed in."""
    assert schedule_of(training(batch_size=None, order=[[3, 1], [2]])).batches == ((2, 0), (1,))
    assert schedule_of(training()).batches == ((0, 1), (2,))
    assert schedule_of(training(seed=4)).seed is None
    assert schedule_of(training(seed=4, shuffle=True)).seed == 4
