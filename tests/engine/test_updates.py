"""The quantities of an update: what an optimizer keeps, penalty and objective, gradients of a batch in one line."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.proof.verify import verify
from backtrace.scenario import Scenario
from tests.engine.scenarios import random_scenario
from tests.lesson.printed import printed, wrong
from tests.network.updates import HYPERPARAMETERS, LOOPS

UPDATES = 6
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def training(name: str = "sgd", **settings: Any) -> Scenario:
    """Six updates in batches of two."""
    known: dict[str, Any] = {
        "samples": 4, "batch_size": 2, "epochs": UPDATES // 2, "train": True, "until": None, "keep": None, "l2": 0,
        "learning_rate": 0.05, "orientation": "column", "biases": [[0.1, 0.2, 0.3], [0.4, 0.5]],
        "optimizer": {"name": name} | given(name),
    }  # fmt: skip
    return random_scenario(3, units=(2, 3, 2), activation=("tanh", "identity"), loss="half_sse", **known | settings)


def given(name: str) -> dict[str, float]:
    """Hyperparameters that are nobody's default."""
    return {key: HYPERPARAMETERS[key] for key, each in OPTIMIZERS[name].parameters.items() if each.is_number}


@cache
def trained(name: str) -> Trace:
    return run(training(name))


@every_optimizer
def test_what_is_kept_is_handed_on_from_update_to_update(name: str) -> None:
    """The m of update u is what update u − 1 made of it, and 0 in the first; the pass after has the last one."""
    trace, carried = trained(name), OPTIMIZERS[name].carried
    assert set(trace.plan.kept) == {f"{each}_{p}" for each in carried for p in ("W1", "b1", "W2", "b2")}
    for kept in trace.plan.kept:
        assert not trace.value(kept, 1).any()
        assert trace.value(kept, 1).shape == trace.value(kept.partition("_")[2].removeprefix("sq_"), 1).shape
        for update in range(1, UPDATES + 1):
            assert trace.value(f"{kept}_next", update).any()
            assert trace.value(kept, update + 1).tobytes() == trace.value(f"{kept}_next", update).tobytes()
        np.testing.assert_array_equal(trace.series(kept), [trace.value(kept, u) for u in range(1, UPDATES + 1)])


@every_optimizer
def test_the_parameters_are_those_of_a_plain_loop(name: str) -> None:
    """Fed with the gradients of the trace, the loop of numpy gives the updated parameters to 12 digits."""
    trace = trained(name)
    for parameter, start in (("W1", trace["W1"]), ("b2", trace["b2"])):
        gradients = list(trace.series(f"dJ_d{parameter}"))
        expected = LOOPS[name](start, gradients, [0.05] * UPDATES, **given(name))
        np.testing.assert_allclose(trace.series(f"{parameter}_next"), expected, rtol=1e-12, atol=1e-15)


@every_optimizer
def test_every_part_of_an_update_is_told(name: str) -> None:
    """State, corrected means, decay and step are lines of their own, in the order of the optimizer's function."""
    plan = trained(name).plan
    parts = {
        "sgd": ["step_W2"], "momentum": ["velocity_W2_next", "step_W2"], "classical_momentum": ["velocity_W2_next"],
        "nesterov": ["velocity_W2_next", "step_W2"], "adagrad": ["sum_sq_W2_next", "step_W2"],
        "rmsprop": ["v_W2_next", "step_W2"], "adam": ["m_W2_next", "v_W2_next", "m_hat_W2", "v_hat_W2", "step_W2"],
        "adamw": ["decay_W2", "m_W2_next", "v_W2_next", "m_hat_W2", "v_hat_W2", "step_W2"],
    }  # fmt: skip
    lines = [e for e in plan.of_update if e.phase == "update" and "W2" in e.id]
    assert [e.id for e in lines] == [*parts[name], "W2_next"]
    assert {e.told for e in lines[:-1]} == ({"folded"} if name == "sgd" else {"always"})
    assert all(e.quantity.role.why for e in lines)
    assert all(e.quantity.layer == 2 for e in lines)


# fmt: off
ORDER = [
    "J", "penalty", "objective", "dJ_dW2", "dJ_db2", "dJ_dW1", "dJ_db1", "dobjective_dW2", "dobjective_dW1", "eta",
    "velocity_W2_next", "step_W2", "W2_next", "velocity_b2_next", "step_b2", "b2_next",
    "velocity_W1_next", "step_W1", "W1_next", "velocity_b1_next", "step_b1", "b1_next",
]
STAGES = [
    "loss of the batch: mean over its samples", "gradients of the batch: mean over its samples",
    "gradients with the penalty", "update",
]
# fmt: on


def test_the_equations_of_an_update_stand_in_order() -> None:
    """Loss, penalty, objective; gradients, with the penalty's share; the learning rate; a step for each parameter."""
    rate = {"schedule": "exponential", "initial": 0.05, "gamma": 0.9}
    plan = plan_of(training("momentum", l2=0.3, learning_rate=rate).with_(loss="half_sse"))
    assert [equation.id for equation in plan.of_update] == ORDER
    assert list(dict.fromkeys(equation.stage.title for equation in plan.of_update)) == STAGES
    after_of_sample, after_of_update = plan.after
    assert [equation.id for equation in after_of_update] == ["J", "penalty", "objective"]
    assert {equation.phase for equation in after_of_sample} == {"forward", "loss"}
    single = plan_of(training("sgd", l2=0.3, batch_size=1))
    assert [e.id for e in single.of_sample if e.phase == "loss"] == ["L_terms", "L", "penalty", "objective"]
    assert [e.id for e in single.of_update[:2]] == ["dobjective_dW2", "dobjective_dW1"]


def test_without_bias_correction_there_are_no_corrected_means() -> None:
    """A choice changes the formula: no m̂, no v̂, and the number of the update is not asked for."""
    plan = plan_of(training(optimizer={"name": "adam", "bias_correction": False}))
    assert not [name for name in plan.quantities if "hat" in name]
    assert "beta1" in plan.quantities
    assert "bias_correction" not in plan.quantities


def test_frozen_parameters_carry_nothing() -> None:
    """What is not trained has no state, no step and no new value."""
    train = [{"weights": False, "biases": True}, {"weights": True, "biases": False}]
    plan = plan_of(training("adam", train=train))
    assert set(plan.kept) == {"m_b1", "v_b1", "m_W2", "v_W2"}
    assert not plan.quantities.keys() & {"W1_next", "b2_next", "step_W1", "v_b2_next"}


def test_the_penalty_is_half_of_l2_times_the_squares_of_all_weights() -> None:
    """Objective = loss + penalty; biases are not penalised, and the gradient of a weight grows by l2 times itself."""
    trace = run(training(l2=0.3))
    for update in range(1, UPDATES + 2):
        squares = sum((trace.value(W, update) ** 2).sum() for W in ("W1", "W2"))
        assert trace.value("penalty", update) == pytest.approx(0.15 * squares, rel=1e-14)
        total = trace.value("J", update) + trace.value("penalty", update)
        assert trace.value("objective", update) == pytest.approx(total, rel=1e-15)
    for update in range(1, UPDATES + 1):
        expected = trace.value("dJ_dW1", update) + 0.3 * trace.value("W1", update)
        np.testing.assert_allclose(trace.value("dobjective_dW1", update), expected, rtol=1e-14)
        np.testing.assert_array_equal(trace.value("step_W1", update), 0.05 * trace.value("dobjective_dW1", update))
        np.testing.assert_array_equal(trace.value("step_b1", update), 0.05 * trace.value("dJ_db1", update))
    assert "dobjective_db1" not in trace.plan.quantities
    assert (trace.plan.gradient_of("W1"), trace.plan.gradient_of("b1")) == ("dobjective_dW1", "dJ_db1")


@pytest.mark.parametrize("batch_size", [1, 2])
@pytest.mark.parametrize("orientation", ["column", "row"])
def test_with_a_penalty_every_gradient_is_proved(batch_size: int, orientation: str) -> None:
    """Differences and sympy differentiate the objective; the losses of the trace, promise and gain are its own."""
    trace = run(training("momentum", l2=0.3, batch_size=batch_size, orientation=orientation))
    assert trace.plan.objective == "objective"
    found = verify(trace, update=2, most=8)
    assert found.passed
    assert {check.verdict for check in found.checks} == {"agrees"}
    np.testing.assert_array_equal(trace.losses, trace.series("objective"))
    assert trace["gain"] == trace["objective_next"] - trace.value("objective", trace.updates)


def test_a_wrong_gradient_of_the_objective_is_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the penalty's share the gradients are no longer those of the objective."""
    monkeypatch.setattr(Plan, "gradient_of", lambda _, parameter: f"dJ_d{parameter}")
    assert not verify(run(training(l2=0.3)), most=8).passed


def test_the_promise_follows_what_an_optimizer_makes_of_the_gradient() -> None:
    """It adds up each gradient of the objective times the real change of its parameter, state and decay included."""
    trace = run(training("adamw", l2=0.3))
    expected = 0
    for p in ("W1", "b1", "W2", "b2"):
        change = trace.value(f"{p}_next", UPDATES) - trace.value(p, UPDATES)
        expected += (trace.value(trace.plan.gradient_of(p), UPDATES) * change).sum()
    assert trace["promise"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("orientation", ["column", "row"])
def test_gradients_of_a_batch_may_be_worked_in_one_line(reduction: str, orientation: str) -> None:
    """Without those of each sample the plan has no line for them, and the batch's are the same to rounding."""
    settings: dict[str, Any] = {"orientation": orientation, "order": [[1, 2, 3], [4]], "batch_size": None}
    loss = {"name": "half_sse", "batch": reduction}
    each = run(training("adam", **settings).with_(loss=loss))
    once = run(training("adam", **settings).with_(loss=loss, keep={"per_sample_gradients": False}))
    missing = each.plan.quantities.keys() - once.plan.quantities.keys()
    assert missing == {f"dL_d{p}" for p in ("W1", "b1", "W2", "b2")}
    assert len(each) - len(once) == 4 * sum(len(each.schedule.samples(u)) for u in range(1, each.updates + 1))
    for parameter in ("W1", "b1", "W2", "b2"):
        for update in range(1, each.updates + 1):
            name = f"dJ_d{parameter}"
            np.testing.assert_allclose(once.value(name, update), each.value(name, update), rtol=1e-14, atol=1e-14)
        np.testing.assert_allclose(once.parameters[parameter], each.parameters[parameter], rtol=1e-12)
    assert verify(once, most=6).passed


@pytest.mark.parametrize(("name", "per_sample"), [*((name, True) for name in OPTIMIZERS), ("sgd", False)])
def test_every_line_of_an_update_closes(name: str, per_sample: bool) -> None:
    """The entries of state, step and batch gradients close on a pocket calculator, also where told in one line."""
    settings: dict[str, Any] = {"l2": 0.3, "epochs": 1, "keep": {"per_sample_gradients": per_sample}}
    lines = printed(tell(run(training(name, **settings)), Telling(detail=True, phases=("backward", "update"))))
    assert wrong(lines) == []
    assert {"∂J/∂w₁₁", "w₁₁"} <= {line.name for line in lines}


def test_single_samples_keep_their_gradients() -> None:
    """Where no batch has several samples there is no gradient of a batch, and the choice changes nothing."""
    plan = plan_of(training(batch_size=1, keep={"per_sample_gradients": False}))
    assert {"dL_dW1", "dL_db2"} <= plan.quantities.keys()


def test_batches_of_several_sizes_are_batches_all() -> None:
    """If any batch has more than one sample there is a loss of the batch, for a batch of a single sample too."""
    trace = run(training(order=[[3], [1, 2, 4], [2]], batch_size=None))
    assert trace.plan.batched
    assert [trace.value("a1", update).shape for update in (1, 2, 3)] == [(1, 3), (3, 3), (1, 3)]
    assert trace.value("J", 1) == trace.value("L", 1, 3)
    np.testing.assert_array_equal(trace.value("dJ_dW1", 3), trace.value("dL_dW1", 3, 2))
    np.testing.assert_array_equal(trace.value("x", 2, 4), trace.scenario.x[3])
    single = run(training(order=[[3], [1], [2]], batch_size=None))
    assert not single.plan.batched
    assert "J" not in single.plan.quantities


def test_a_shuffled_training_goes_by_its_seed() -> None:
    """The same seed gives the same trace to the last bit, another one another, and the samples are each epoch's own."""
    one, again, other = (run(training(shuffle=True, seed=seed, epochs=4)) for seed in (5, 5, 6))
    assert one.losses.tobytes() == again.losses.tobytes()
    assert one.losses.tobytes() != other.losses.tobytes()
    for update in range(1, one.updates + 1):
        places = [place + 1 for place in one.schedule.samples(update)]
        np.testing.assert_array_equal(one.value("x", update), one.scenario.x[[place - 1 for place in places]])
        np.testing.assert_array_equal(one.value("z1", update)[0], one.value("z1", update, places[0]))
    orders = {tuple(s for u in (2 * e + 1, 2 * e + 2) for s in one.schedule.samples(u)) for e in range(4)}
    assert len(orders) > 1


@pytest.mark.parametrize("written", [[[4, 1], [2, 3]], [[1, 2], [3, 4]]])
def test_an_explicit_order_is_that_of_the_data_put_in_that_order(written: list[list[int]]) -> None:
    """Batches by number give the numbers of batches by size over the data in that order."""
    ordered = training(order=written, batch_size=None)
    places = [number - 1 for batch in written for number in batch]
    moved = run(training().with_(x=ordered.x[places], y=ordered.y[places]))
    trace = run(ordered)
    assert trace.losses.tobytes() == moved.losses.tobytes()
    for name, value in trace.parameters.items():
        assert value.tobytes() == moved.parameters[name].tobytes()
