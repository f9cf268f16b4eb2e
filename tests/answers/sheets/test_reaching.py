"""How far a training is made to go for the updates that a sheet asks for."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.answers.sheets.reaching import reaching
from backtrace.engine.givens import schedule_of
from backtrace.engine.trace import run
from tests.answers.bundled import bundled

# fmt: off
REACHED = [
    ("lecture", 1, 1), ("lecture", 7, 7), ("han-kamber", 2, 1), ("han-kamber", 3, 2), ("reddy-minibatch", 5, 3),
    ("xor", 9, 300),
]
# fmt: on


@pytest.mark.parametrize(("name", "update", "epochs"), REACHED)
def test_a_training_has_the_update_in_whole_epochs(name: str, update: int, epochs: int) -> None:
    """Nothing changes where the training is long enough."""
    scenario = bundled(name)
    found = reaching(scenario, update)
    assert found.epochs == epochs
    assert schedule_of(found).updates >= update
    assert (found is scenario) == (epochs == scenario.epochs)


def test_a_longer_training_begins_as_the_shorter_one_does() -> None:
    """The updates that were there stay what they were."""
    scenario = bundled("han-kamber")
    short, long = run(scenario), run(reaching(scenario, 6))
    for name in ("dL_dW1", "W2_next", "L"):
        assert np.array_equal(short.value(name, 2), long.value(name, 2))
    assert short.value("L", 3) != long.value("L", 3)


def test_a_condition_that_ends_the_training_is_dropped_and_every_update_kept() -> None:
    """A sheet may ask for an update that the condition, or the scenario's `keep`, would have left out."""
    scenario = bundled("xor").with_(until={"loss": 10.0}, keep={"updates": "last"})
    assert run(scenario).updates == 1
    trace = run(reaching(scenario, 4))
    assert trace.updates == 4
    assert trace.value("J", 2) < trace.value("J", 1)
