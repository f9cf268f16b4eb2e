"""Two trainings side by side: what differs, from where on and by what factor, and what is rounding alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Worked
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.proof.compare import Comparison, Difference, compare, recorded
from backtrace.scenario import Scenario, load, names, path_of
from backtrace.scenario import scenario as made
from tests.proof.programs import as_side, trained


def bundled(name: str, **changes: Any) -> Scenario:
    """A scenario that ships with the tool, changed."""
    return load(path_of(name)).with_(**changes)


def between(a: Scenario | Trace, b: Scenario | Trace, **options: Any) -> Comparison:
    """The comparison of two scenarios or traces."""
    traces = [side if isinstance(side, Trace) else run(side) for side in (a, b)]
    return compare(recorded(traces[0]), recorded(traces[1]), **options)


def differences(comparison: Comparison) -> dict[str, Difference]:
    """The differences by id, in the order worked."""
    return {finding.id: finding.difference for finding in comparison.differing if finding.difference}


def units(comparison: Comparison) -> float:
    """The largest difference of what agrees, in units in the last place."""
    return max(finding.units for finding in comparison.findings)


def changed(trace: Trace, change: Callable[[Worked, str, Any], Any]) -> Trace:
    """The trace with the values that `change` makes of its own."""
    worked = (
        replace(w, values={name: change(w, name, value) for name, value in w.values.items()}) for w in trace.worked()
    )
    return Trace(trace.scenario, list(worked))


@pytest.mark.parametrize("name", names())
def test_a_training_agrees_with_itself_to_the_last_bit(name: str) -> None:
    """Nothing differs, nothing is missing, and rounding has nothing to explain."""
    scenario = bundled(name)
    comparison = between(scenario, scenario)
    assert comparison.agree
    assert units(comparison) == 0
    assert not comparison.missing[0] + comparison.missing[1]
    plan = comparison.trace.plan
    assert {e.id for e in plan.equations} <= {finding.id for finding in comparison.findings}


def test_another_loss_leaves_the_forward_pass_as_it_is() -> None:
    """From mse to half_sse everything from the loss to the steps is halved; the new parameters have no such factor."""
    found = differences(between(bundled("lecture"), bundled("lecture", loss="half_sse")))
    assert next(iter(found)) == "L_terms"
    update_of = {name: difference.update for name, difference in found.items()}
    assert {name for name, update in update_of.items() if update == 2} == {"z1", "a1", "z2", "a2", "promise", "gain"}
    halved = {name for name, difference in found.items() if difference.factor == 0.5}
    gradients = {"dL_da2", "dL_dz2", "dL_dW2", "dL_db2", "paths1", "dL_da1", "dL_dz1", "dL_dW1", "dL_db1", "dL_dx"}
    assert halved == gradients | {"L_terms", "L", "step_W1", "step_b1", "step_W2", "step_b2"}
    assert found["W1_next"].factor is None
    assert found["dL_da2"].values[1] == found["dL_da2"].values[0] / 2
    assert (found["dL_da2"].sample, found["W1_next"].sample) == (1, None)


def test_what_is_given_is_compared_too() -> None:
    """Another learning rate, weight or sample is where the difference begins."""
    assert next(iter(differences(between(bundled("lecture"), bundled("lecture", learning_rate=1.4))))) == "eta"
    heavier = bundled("lecture", weights=[[[0.2, 0.4], [0.6, 0.9]], [[0.3, 0.5]]])
    first, difference = next(iter(differences(between(bundled("lecture"), heavier)).items()))
    assert (first, difference.index, difference.values) == ("W1", (2, 2), (0.8, 0.9))
    assert next(iter(differences(between(bundled("lecture"), bundled("lecture", x=[0.5, 0.9]))))) == "x"


def test_the_first_difference_names_update_sample_and_entry() -> None:
    """One entry of one sample in one update is found where it is, with both values."""
    trace = run(bundled("online-vs-batch", batch_size=4, epochs=5))

    def change(worked: Worked, name: str, value: Any) -> Any:
        return value + np.eye(1, value.size, value.size - 1).reshape(value.shape) * 1e-6 * (
            (worked.update, name) == (3, "dL_dW1")
        )

    ((name, found),) = differences(between(trace, changed(trace, change))).items()
    assert (name, found.update, found.sample) == ("dL_dW1", 3, 4)
    assert found.index == trace.plan.quantities["dL_dW1"].var.shape
    true = float(trace.value("dL_dW1", 3, 4)[-1, -1])
    assert found.values == (true, true + 1e-6)
    assert (found.updates, found.factor) == (1, None)


def test_a_factor_is_one_for_all_numbers_of_the_update() -> None:
    """The sum over a batch is the number of its samples times the mean; gradients of its samples are the same."""
    found = differences(between(bundled("xor"), bundled("xor", loss={"name": "bce", "batch": "sum"})))
    assert next(iter(found)) == "J"
    assert found["dJ_dW1"].factor == pytest.approx(4, rel=1e-12)
    assert found["dJ_dW1"].numbers == 4
    assert found["dL_dW1"].update == 2


def spliced(scenario: Scenario, update: int) -> Trace:
    """The training with a transposed gradient in that update, and with everything that follows from it."""
    trace = run(scenario)
    before = [worked for worked in trace.worked() if worked.update < update]
    wrong = next(worked for worked in trace.worked() if worked.update == update)
    gradient = wrong.values["dL_dW1"].T
    step = scenario.learning_rate * gradient
    values = wrong.values | {"dL_dW1": gradient, "step_W1": step, "W1_next": wrong.values["W1"] - step}
    weights = [values[f"W{number}_next"] for number in range(1, scenario.depth + 1)]
    biases = [values[f"b{number}_next"] for number in range(1, scenario.depth + 1)]
    rest = run(scenario.with_(weights=weights, biases=biases, epochs=trace.updates - update))
    after = [replace(worked, update=worked.update + update) for worked in rest.worked()]
    return Trace(scenario, [*before, replace(wrong, values=values), *after])


@pytest.mark.parametrize("rounded", [np.float64, np.float32])
def test_a_transposed_gradient_in_update_37_is_located_there(rounded: Any) -> None:
    """The transposition is the first difference and recognised, in doubles and in a float32 copy; the rest follows."""
    scenario = bundled("lecture", epochs=60)
    wrong = changed(spliced(scenario, 37), lambda w, name, value: rounded(value).astype(np.float64))
    found = differences(between(scenario, wrong))
    name, first = next(iter(found.items()))
    assert (name, first.update, first.sample, first.index) == ("dL_dW1", 37, 1, (1, 2))
    right = run(scenario).value("dL_dW1", 37)
    assert first.values == (right[0, 1], rounded(right[1, 0]))
    assert first.transposed
    assert found["step_W1"].transposed
    assert not found["W1_next"].transposed
    assert {name for name, each in found.items() if each.update == 37} == {"dL_dW1", "step_W1", "W1_next"}
    assert found["z1"].update == 38


@pytest.mark.parametrize("name", names())
def test_a_float32_copy_is_noise(name: str) -> None:
    """Every number rounded to single precision is at most half a unit in the last place off, and nothing differs."""
    trace = run(bundled(name, epochs=min(5, load(path_of(name)).epochs)))
    copy = changed(trace, lambda w, name, value: np.float32(value).astype(np.float64))
    comparison = between(trace, copy)
    assert comparison.precision == "float32"
    assert comparison.agree
    assert 0 < units(comparison) <= 0.5


def test_the_same_copy_is_no_noise_of_double_precision() -> None:
    """Asked for noise of double precision only, every rounded number differs."""
    trace = run(bundled("lecture"))
    copy = changed(trace, lambda w, name, value: np.float32(value).astype(np.float64))
    comparison = between(trace, copy, precision="float64")
    assert not comparison.agree
    assert max(each.relative for each in differences(comparison).values()) < 1e-7
    assert between(trace, copy, precision="float64", rtol=1e-7).agree


def plain(seed: int, epochs: int) -> Scenario:
    """A random scenario of the kind that the program in `tests.proof.programs` trains."""
    random = np.random.default_rng(seed)
    units = random.integers(2, 6, 3 + seed % 3)
    return made(
        weights=[random.uniform(-1, 1, (m, n)) for n, m in pairwise(units)],
        biases=[random.uniform(-1, 1, m) for m in units[1:]],
        activation=[("tanh", "sigmoid", "relu")[(seed + layer) % 3] for layer in range(len(units) - 2)] + ["identity"],
        x=random.uniform(-1, 1, (3, units[0])), y=random.uniform(-1, 1, (3, units[-1])),
        loss="mse", learning_rate=0.1, epochs=epochs,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("seed", range(6))
def test_another_program_differs_by_rounding_alone(seed: int, dtype: Any) -> None:
    """A training in plain numpy, which adds in another order, agrees in either precision however its errors add up."""
    scenario = plain(seed, epochs=25)
    trace = run(scenario)
    comparison = compare(as_side(trace, trained(scenario, dtype)), recorded(trace))
    assert comparison.precision == np.dtype(dtype).name
    assert comparison.agree, differences(comparison)
    assert units(comparison) > 0


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", ["dL_dz1", "W1_next"])
def test_a_small_mistake_of_another_program_is_no_rounding(name: str, dtype: Any) -> None:
    """A number that is a thousandth too large in update 7 is found there, in either precision."""
    scenario = plain(0, epochs=10)
    trace = run(scenario)
    arrays = trained(scenario, dtype)
    arrays[name][6] *= 1.001
    ((found, difference),) = differences(compare(as_side(trace, arrays), recorded(trace))).items()
    assert (found, difference.update, difference.updates) == (name, 7, 1)
    assert difference.factor == pytest.approx(1 / 1.001, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_transposition_of_another_program_is_found(dtype: Any) -> None:
    """A program that transposes a gradient once, and goes on with it, is wrong from that update on."""
    scenario = bundled("lecture", epochs=50)
    trace = run(scenario)
    found = differences(compare(as_side(trace, trained(scenario, dtype, wrong=("dL_dW1", 37))), recorded(trace)))
    name, first = next(iter(found.items()))
    assert (name, first.update, first.transposed) == ("dL_dW1", 37, True)
    assert first.updates == 14
    assert found["z1"].update == 38


def test_rounding_of_another_size_is_a_difference() -> None:
    """Numbers written with six decimals are no noise; the largest difference says which rtol would do."""
    scenario = bundled("lecture", epochs=3)
    trace = run(scenario)
    arrays = {name: np.round(array, 6) for name, array in trained(scenario).items()}
    side, known = as_side(trace, arrays), recorded(trace)
    found = differences(compare(side, known))
    assert 1e-7 < max(each.relative for each in found.values()) < 1e-4
    assert compare(side, known, rtol=1e-4).agree


def test_rows_and_columns_lay_the_same_numbers_out_in_another_way() -> None:
    """A scenario in row orientation has the square matrices of the other transposed."""
    scenario = bundled("lecture")
    other = scenario.with_(orientation="row", weights=[layer.weights.T for layer in scenario.layers])
    comparison = between(scenario, other)
    assert differences(comparison)["W1"].transposed
    assert differences(comparison)["dL_dW1"].transposed
    assert set(comparison.shapes) == {"W2", "dL_dW2", "step_W2", "W2_next", "paths1"}
    assert comparison.shapes["W2"] == ((1, 2), (2, 1))
    assert not set(differences(comparison)) & {"z1", "a1", "dL_dz1", "L"}


def test_what_only_one_has_is_listed() -> None:
    """Quantities of another optimizer or another depth are named, and what both have is compared."""
    sgd, adam = bundled("lecture"), bundled("lecture", optimizer="adam")
    comparison = between(sgd, adam)
    assert comparison.missing[0] == ()
    assert {"m_W1", "v_W1", "m_hat_W1"} <= set(comparison.missing[1])
    deeper = between(sgd, bundled("three-layer"))
    assert {"W3", "z3", "dL_dW3"} <= set(deeper.missing[1])
    assert set(deeper.unmatched) >= {"z3", "dL_dW3"}
    assert not deeper.agree


def test_only_details_on_one_side_are_no_difference() -> None:
    """Momentum of 0 is plain descent: it has more details, and the same numbers."""
    assert "momentum" in OPTIMIZERS
    comparison = between(bundled("lecture"), bundled("lecture", optimizer={"name": "momentum", "momentum": 0}))
    assert comparison.agree


def test_a_longer_training_agrees_as_far_as_both_go() -> None:
    """Updates of both are compared; that one has more is a difference."""
    comparison = between(bundled("xor", epochs=3), bundled("xor", epochs=5))
    assert not comparison.differing
    assert comparison.lengths == (3, 5)
    assert not comparison.agree


def test_other_batches_are_compared_sample_by_sample() -> None:
    """What a sample gives in the first update is the same alone and in a batch; the loss of the batch is one's own."""
    comparison = between(bundled("online-vs-batch", epochs=1), bundled("online-vs-batch", epochs=1, batch_size=4))
    assert "J" in comparison.missing[1]
    found = differences(comparison)
    assert next(iter(found)) not in ("z1", "a1", "L", "dL_dW1")
    assert found["W1_next"].update == 1


def test_updates_that_are_not_kept_are_left_out() -> None:
    """A trace that keeps every other update agrees with one that keeps all."""
    scenario = bundled("xor", epochs=6)
    comparison = between(scenario, scenario.with_(keep={"updates": {"every": 2}}))
    assert comparison.agree
    assert units(comparison) == 0
    assert next(finding for finding in comparison.findings if finding.id == "gain")


def test_any_two_scenarios_can_be_compared() -> None:
    """However different two networks are, something is found, and only a scenario and itself agree."""
    sides = {
        name: recorded(run(bundled(name, epochs=1))) for name in ("lecture", "mazur", "xor", "three-layer", "logistic")
    }
    for a, one in sides.items():
        for b, other in sides.items():
            comparison = compare(one, other)
            assert comparison.agree == (a == b)
            assert comparison.findings


def test_a_dead_gradient_is_the_factor_0() -> None:
    """Where all of B is 0 it is 0 times A."""
    trace = run(bundled("lecture"))
    dead = changed(trace, lambda w, name, value: value * 0 if name == "dL_dW1" else value)
    ((_, found),) = differences(between(trace, dead)).items()
    assert found.factor == 0
    ((_, back),) = differences(between(dead, trace)).items()
    assert back.factor is None
