"""Working the plan: one update after the other, in memory that does not grow, until numbers leave the range."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import run
from backtrace.engine.training import work
from backtrace.errors import OutOfRangeError
from backtrace.scenario import Scenario, load, path_of, scenario


def bundled(name: str, **changes: Any) -> Scenario:
    return load(path_of(name)).with_(**changes)


def neuron(**settings: Any) -> Scenario:
    """A neuron with one input of 1, weight 1 and no bias, where nothing else is said."""
    known: dict[str, Any] = {"weights": [[[1]]], "x": [1], "y": [0], "learning_rate": 1}
    return scenario(**known | settings)


def test_updates_come_one_by_one() -> None:
    """An update is worked when it is asked for: a training of a thousand million epochs starts at once."""
    endless = bundled("lecture", epochs=10**9)
    updates = work(endless, plan_of(endless))
    assert [next(updates).update for _ in range(3)] == [1, 2, 3]


def test_each_update_starts_where_the_last_one_ended() -> None:
    """The parameters of an update are those that the one before made; after the last there is one more pass."""
    found = bundled("xor", epochs=3)
    first, second, third, after = work(found, plan_of(found))
    for one, other in ((first, second), (second, third), (third, after)):
        for name in ("W1", "b1", "W2", "b2"):
            np.testing.assert_array_equal(one.values[f"{name}_next"], other.values[name])
    assert (third.update, after.update) == (3, 4)
    assert "W1_next" not in after.values
    assert {"J", "promise", "gain"} <= after.values.keys()


def test_memory_does_not_grow_with_the_number_of_updates() -> None:
    """Twelve thousand updates need no more memory than three thousand."""
    peaks = []
    for epochs in (3000, 12000):
        found = neuron(epochs=epochs, learning_rate=0.1)
        plan = plan_of(found)
        tracemalloc.start()
        for each in work(found, plan):
            assert each.values
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


STEEP: dict[str, Any] = {"learning_rate": 1e200, "loss": "sse", "epochs": 5}
LARGE: dict[str, Any] = {"x": [[1], [2], [1e308]], "y": [[0]] * 3, "weights": [[[10]]], "batch_size": 3}
CERTAIN: dict[str, Any] = {"activation": "sigmoid", "weights": [[[-1000]]], "y": [1], "loss": "bce"}
OUTSIDE: dict[str, Any] = {"activation": "tanh", "weights": [[[-1]]], "y": [1], "loss": "bce"}
EXPONENT: dict[str, Any] = {"activation": "softmax", "weights": [[[800], [1]]], "y": [1, 0], "loss": "cross_entropy"}
SECOND: dict[str, Any] = {"x": [[1], [1e10]], "y": [[0], [0]], "learning_rate": 1e145}
WHOLE: dict[str, Any] = {
    "x": [[1e77]] * 3, "y": [[0]] * 3, "weights": [[[1.3e77]]], "batch_size": 3,
    "loss": {"name": "half_sse", "batch": "sum"},
}  # fmt: skip

# fmt: off
LEAVING = [
    (STEEP,    "L_terms", 2, 1,    "smaller learning rate"),
    (LARGE,    "z1",      1, 3,    "smaller inputs"),
    (CERTAIN,  "L_terms", 1, 1,    "predictions between 0 and 1, neither of them reached"),
    (EXPONENT, "exp_z1",  1, 1,    "above z = 709"),
    (OUTSIDE,  "L_terms", 1, 1,    "sigmoid or softmax give such predictions"),
    (SECOND,   "L_terms", 2, 2,    "smaller learning rate"),
    (WHOLE,    "J",       1, None, "smaller weights"),
]
# fmt: on


@pytest.mark.parametrize(("settings", "quantity", "update", "sample", "remedy"), LEAVING)
def test_leaving_the_range_stops_at_the_equation(
    settings: dict[str, Any], quantity: str, update: int, sample: int | None, remedy: str
) -> None:
    """The run stops at the equation that left the range and names it, update, sample and a remedy; exit code 3."""
    with pytest.raises(OutOfRangeError) as caught:
        run(neuron(**settings))
    error = caught.value
    assert (error.quantity, error.update, error.sample) == (quantity, update, sample)
    assert remedy in error.remedy
    assert error.exit_code == 3
    assert str(error).startswith(f"{quantity} left the range of double precision in update {update}")
    assert (f"sample {sample}" in str(error)) == (sample is not None)


def test_what_was_worked_before_is_given() -> None:
    """The updates before the one that leaves the range come out whole."""
    found = neuron(learning_rate=1e200, loss="sse", epochs=5)
    updates = work(found, plan_of(found))
    assert next(updates).values["L"] == 1
    with pytest.raises(OutOfRangeError):
        next(updates)


def test_saturation_is_not_leaving() -> None:
    """A sigmoid far out is 0 or 1 and its slope 0; the run goes on."""
    trace = run(neuron(activation="sigmoid", x=[-1e6]))
    assert trace["a1"] == 0
    assert trace["slope1"] == 0


def test_terms_with_target_zero_vanish() -> None:
    """A prediction of exactly 0 is no loss where the target is 0."""
    trace = run(neuron(activation="sigmoid", x=[-1e6], loss="bce"))
    assert trace["L"] == 0
