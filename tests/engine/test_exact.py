"""Exact arithmetic: worked in fractions, or refused with what stands in the way, or stopped at the equation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

import backtrace
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.training import work
from backtrace.errors import InputError, OutOfRangeError, Problem
from backtrace.formula.operations import ydiv
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.scenario import Scenario, load, path_of


def lecture(**changes: Any) -> Scenario:
    return load(path_of("lecture")).with_(**changes)


def problems(scenario: Scenario) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        run(scenario)
    assert caught.value.exit_code == 2
    return list(caught.value.problems)


# fmt: off
REFUSED = [
    ({},                                                       [("a1", "exp")]),
    ({"activation": ["tanh", "sigmoid"]},                      [("a1", "tanh"), ("a2", "exp")]),
    ({"activation": "relu", "loss": "bce"},                    [("L_terms", "ln")]),
    ({"activation": "identity", "optimizer": "adam"},          [("step_W2", "the square root")]),
    ({"activation": ["gelu", "softplus"]},
     [("a1", "the error function"), ("a1", "the square root"), ("a2", "ln"), ("a2", "exp"), ("slope1", "π")]),
    ({"activation": "relu", "learning_rate": {"schedule": "cosine", "initial": 0.1, "period": 3}},
     [("eta", "cos"), ("eta", "π")]),
]
# fmt: on


@pytest.mark.parametrize(("changes", "expected"), REFUSED)
def test_what_has_no_exact_value_is_named(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Every operation that fractions cannot work is named with the first quantity that needs it, all at once."""
    found = problems(lecture(arithmetic="exact", **changes))
    named = [(problem.found.split()[0], problem.found.partition(" needs ")[2].partition(",")[0]) for problem in found]
    assert sorted(named) == sorted(expected)
    assert {problem.path for problem in found} == {"arithmetic"}


def test_a_refusal_comes_before_anything_is_worked() -> None:
    """The work of a training that cannot be done exactly is refused when it is asked for, not at its first update."""
    scenario = lecture(arithmetic="exact")
    with pytest.raises(InputError):
        work(scenario, plan_of(scenario))


def exact(**settings: Any) -> Trace:
    given = {
        "weights": [[[0.5, 0.25], [0.1, 0.3]], [[0.7, 0.2], [0.3, 0.9]]], "biases": [[0.1, 0.2], [0.3, 0.4]],
        "activation": ["relu", "identity"], "x": [1.0, 2.0], "y": [0.3, 0.7], "learning_rate": 0.01,
        "arithmetic": "exact",
    } | settings  # fmt: skip
    return run(backtrace.scenario(**given))


def test_a_given_number_is_what_its_decimals_say() -> None:
    """0.1 is a tenth, and not the double nearest to it."""
    trace = exact(activation="identity")
    assert trace.value("W1", exact=True)[1, 0] == Fraction(1, 10)
    assert trace.value("eta", exact=True).item() == Fraction(1, 100)
    assert trace.value("z1", exact=True).tolist() == [Fraction(11, 10), Fraction(9, 10)]


def test_fractions_that_grow_too_long_stop_the_run() -> None:
    """Beyond what can be written the run stops with exit code 3, the equation, the update and what to do."""
    with pytest.raises(OutOfRangeError, match=r"L_terms is a fraction of more than 10,000 binary digits in .*update 6"):
        exact(epochs=6)
    with pytest.raises(OutOfRangeError, match="leave `arithmetic: exact` out") as caught:
        exact(epochs=50)
    assert (caught.value.exit_code, caught.value.update, caught.value.sample) == (3, 7, 1)


def test_fractions_without_a_double_stop_the_run() -> None:
    """A fraction larger than every double is said to leave their range."""
    with pytest.raises(OutOfRangeError, match="z1 left the range of double precision in update 1, sample 1"):
        exact(weights=[[[1e200, 0], [0, 1]], [[1, 0], [0, 1]]], x=[1e200, 0])


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_division_by_zero_stops_the_run(monkeypatch: pytest.MonkeyPatch, batch_size: int) -> None:
    """The equation, the update and the sample that divide by zero are named, with exit code 3."""
    row = Activation("inverse", lambda z, _: 1 / z, lambda z, a: -(a**2), "a test")
    monkeypatch.setitem(ACTIVATIONS, "inverse", row)
    x = [[1.0, 1.0], [1.0, 2.0], [2.0, -1.0]]
    with pytest.raises(OutOfRangeError, match=r"a1 divides by zero in update \d, sample 3") as caught:
        exact(weights=[[[1.0, 2.0]]], biases=None, activation="inverse", x=x, y=[1.0, 0.5, 2.0], loss="sse",
              learning_rate=0.0, batch_size=batch_size)  # fmt: skip
    assert (caught.value.exit_code, caught.value.update) == (3, 3 if batch_size == 1 else 1)


def test_zero_over_zero_is_zero_where_a_term_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The division of a term with target 0 has the value 0 in fractions as in doubles."""
    row = Activation("ratio", lambda z, _: ydiv(z, z), lambda z, a: z * 0, "a test")
    monkeypatch.setitem(ACTIVATIONS, "ratio", row)
    given = {"weights": [[[0.0, 0.0], [1.0, 1.0]]], "biases": None, "activation": "ratio", "loss": "sse"}
    assert exact(**given)["a1"].tolist() == exact(**given, arithmetic="float")["a1"].tolist() == [0.0, 1.0]
