"""Every gradient beside central differences and sympy: right ones pass, a wrong one is found where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.formula.expr import Var
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.proof.verify import Verification, central_difference, drawn, error_between, verify
from backtrace.scenario import Scenario, load, names, path_of, scenario
from tests.engine.scenarios import random_scenario


@pytest.mark.parametrize("name", names())
def test_every_bundled_scenario_passes(name: str) -> None:
    """The gradients of the scenarios that ship with the tool agree with both judges, in the first and last update."""
    trace = run(load(path_of(name)))
    for update in {1, trace.updates}:
        verification = verify(trace, update, most=6)
        assert verification.passed
        assert {check.verdict for check in verification.checks} == {"agrees"}
        assert len(verification.checks) == min(6, verification.entries)


@pytest.mark.parametrize("seed", range(20))
def test_random_scenarios_pass(seed: int) -> None:
    """Other activations, losses, orientations, batches and penalties pass too, at one, two and three layers."""
    units = [(3, 2), (2, 3, 2), (2, 2, 2, 1)][seed % 3]
    assert verify(run(random_scenario(seed, units=units, samples=3)), most=2, seed=seed).passed


def three_layers() -> Scenario:
    """A network in which every layer has another activation."""
    return random_scenario(
        0, units=(2, 2, 2, 1), activation=("tanh", "sigmoid", "identity"), loss="mse", samples=1,
        biases=[[0.1, 0.2], [0.3, -0.1], [0.2]], train=True, epochs=1, l2=0,
    )  # fmt: skip


BEHIND = [
    ("tanh", {"W1", "b1"}),
    ("sigmoid", {"W1", "b1", "W2", "b2"}),
    ("identity", {"W1", "b1", "W2", "b2", "W3", "b3"}),
]


def wrong(verification: Verification) -> set[str]:
    """The parameters with an entry that disagrees."""
    return {check.entry.name for check in verification.checks if check.verdict == "disagrees"}


@pytest.mark.parametrize(("name", "behind"), BEHIND)
def test_a_broken_derivative_is_found_behind_its_layer(
    monkeypatch: pytest.MonkeyPatch, name: str, behind: set[str]
) -> None:
    """A wrong slope makes every entry of the parameters behind it disagree, and no other."""
    row = ACTIVATIONS[name]
    monkeypatch.setitem(ACTIVATIONS, name, replace(row, slope=lambda z, a: 2 * row.slope(z, a)))
    verification = verify(run(three_layers()))
    assert not verification.passed
    assert wrong(verification) == behind
    assert all((check.verdict == "disagrees") == (check.entry.name in behind) for check in verification.checks)


def test_a_broken_loss_is_found_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong derivative of the loss makes every parameter disagree."""
    row = LOSSES["mse"]
    monkeypatch.setitem(LOSSES, "mse", replace(row, slope=lambda y, a: row.slope(y, a) / 2))
    assert wrong(verify(run(three_layers()))) == {"W1", "b1", "W2", "b2", "W3", "b3"}


def test_a_small_mistake_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slope that is off by a hundred-thousandth is not within the tolerance of either judge."""
    row = ACTIVATIONS["identity"]
    monkeypatch.setitem(ACTIVATIONS, "identity", replace(row, slope=lambda z, a: row.slope(z, a) * 100001 / 100000))
    checks = verify(run(three_layers())).checks
    assert all(check.difference_error > 1e-6 and check.sympy_error > 1e-9 for check in checks)


def relu(z: float, **settings: Any) -> Trace:
    """A ReLU neuron whose pre-activation is z, and an output neuron that is wrong."""
    known: dict[str, Any] = {"weights": [[[1, -1]], [[2]]], "x": [1 + z, 1], "activation": ["relu", "identity"],
                             "biases": [0.0, 0.5], "y": [1], "learning_rate": 0.1}  # fmt: skip
    return run(scenario(**known | settings))


def verdicts(verification: Verification) -> dict[str, set[str]]:
    """The verdicts on each parameter."""
    found: dict[str, set[str]] = {}
    for check in verification.checks:
        found.setdefault(check.entry.name, set()).add(check.verdict)
    return found


def test_relu_at_zero_is_a_kink() -> None:
    """Where a pre-activation is exactly 0 there is no derivative: what moves it is at a kink, and nothing fails."""
    verification = verify(relu(0))
    assert verification.passed
    assert verdicts(verification) == {"W1": {"kink"}, "b1": {"kink"}, "W2": {"agrees"}, "b2": {"agrees"}}


@pytest.mark.parametrize("z", [2.3e-16, 1e-9, -1e-6, 1.5e-5])
def test_a_difference_that_steps_over_a_kink_does_not_count(z: float) -> None:
    """Closer to 0 than the narrowest step, sympy alone is the judge."""
    verification = verify(relu(z))
    assert verification.passed
    assert verdicts(verification)["W1"] == {"kink"}
    assert all(check.sympy_error < 1e-9 for check in verification.checks)


@pytest.mark.parametrize("distance", [1e-7, -1e-6, 1e-5])
def test_a_loss_has_a_kink_where_the_prediction_is_the_target(monkeypatch: pytest.MonkeyPatch, distance: float) -> None:
    """Close to its target the absolute error is judged by sympy alone, which still finds a wrong slope."""
    near = scenario(weights=[[[1]]], x=[1], y=[1 - distance], loss="mae", learning_rate=0.1)
    assert verdicts(verify(run(near))) == {"W1": {"kink"}}
    row = LOSSES["mae"]
    monkeypatch.setitem(LOSSES, "mae", replace(row, slope=lambda y, a: 2 * row.slope(y, a)))
    assert verdicts(verify(run(near))) == {"W1": {"disagrees"}}


def test_a_kink_excuses_nothing_in_front_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong slope is found in spite of a kink in an earlier layer; close to a kink sympy still finds it behind."""
    row = ACTIVATIONS["identity"]
    monkeypatch.setitem(ACTIVATIONS, "identity", replace(row, slope=lambda z, a: 2 * row.slope(z, a)))
    assert "b2" in wrong(verify(relu(0)))
    assert wrong(verify(relu(1e-9))) == {"W1", "b1", "W2", "b2"}


@pytest.mark.parametrize("z", [3e-5, 5e-4, -5e-4, 0.002])
def test_near_a_kink_the_step_is_narrow(z: float) -> None:
    """A difference close to a kink takes a step that does not reach it."""
    trace = relu(z)
    for index in ((1, 1), (1, 2)):
        difference = central_difference(trace, 1, Var("W1", (), index=index))
        assert error_between(difference, float(trace["dL_dW1"][0, index[1] - 1])) < 1e-6


def test_a_difference_out_of_range_is_no_number() -> None:
    """Where the moved parameters leave the range of doubles there is no difference."""
    trace = run(scenario(weights=[[[0.5]]], x=[1], y=[0], loss="bce", biases=[0.4999999], learning_rate=0))
    assert np.isnan(central_difference(trace, 1, Var("W1", (), index=(1, 1))))


def large() -> Trace:
    """A network of 130 parameters."""
    return run(random_scenario(4, units=(10, 10, 2), activation=("tanh", "identity"), loss="mse", samples=1,
                               epochs=1, biases=[0.1, 0.1]))  # fmt: skip


def test_of_many_entries_a_sample_is_drawn() -> None:
    """A draw has as many different entries as asked for, in the order of the parameters, from all of them."""
    trace = large()
    entries = drawn(trace, most=20, seed=3)
    keys = [entry.key for entry in entries]
    assert len(set(keys)) == 20
    everything = [entry.key for entry in drawn(trace, most=1000)]
    assert len(everything) == 132
    assert keys == [key for key in everything if key in keys]


def test_the_draw_is_seeded() -> None:
    """The same seed draws the same entries, another one others."""
    trace = large()
    first, again, other = ([e.key for e in drawn(trace, most=10, seed=seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_a_verification_of_a_sample_says_so() -> None:
    """The number of all entries stands beside the checks that were made."""
    verification = verify(large(), most=3)
    assert (len(verification.checks), verification.entries) == (3, 132)
    assert verification.passed


def test_by_default_as_many_as_take_seconds() -> None:
    """Without a number, few entries of a very large network are drawn, and all of a small one."""
    random = np.random.default_rng(0)
    huge = run(scenario(weights=[random.normal(size=(300, 300))], x=random.normal(size=300), y=[0] * 300,
                        learning_rate=0.1))  # fmt: skip
    assert len(drawn(huge)) == 8
    assert len(drawn(run(load(path_of("lecture"))))) == 9


@pytest.mark.parametrize(("a", "b", "error"), [(1, 1, 0), (2, 1, 0.5), (-1, 1, 2), (1e-9, 0, 1e-4), (0, 0, 0)])
def test_errors_are_relative_to_the_larger(a: float, b: float, error: float) -> None:
    """Errors are relative to the larger number, but near zero to 10⁻⁵."""
    assert error_between(a, b) == pytest.approx(error)
