"""Every value of a trace follows from those beside it, and one that was changed is found, whichever it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import backtrace
from backtrace.engine.trace import Trace, restored
from backtrace.proof import following
from backtrace.proof.following import first_flaw
from backtrace.scenario import names, path_of
from tests.engine.scenarios import random_scenario

SAMPLES = {"x": [[1, 2], [3, 4], [5, 6], [7, 8], [9, 1]], "y": [[0], [1], [0], [1], [1]]}
CHANGES = {
    "two of five at a time": {"batch_size": 2, "epochs": 2},
    "shuffled": {"batch_size": 3, "shuffle": True, "seed": 3, "epochs": 2},
    "one by one": {"epochs": 2, "optimizer": "adam"},
    "every third kept": {"keep": {"updates": {"every": 3}}, "epochs": 2, "optimizer": "momentum"},
    "last kept": {"keep": {"updates": "last"}, "epochs": 2},
    "penalty and schedule": {"l2": 0.1, "learning_rate": {"schedule": "list", "values": [0.5, 0.1, 0.3, 0.2, 0.6]}},
    "rounded": {"rounding": {"decimals": 3}, "batch_size": 2},
    "gradients of the batch only": {"batch_size": 5, "epochs": 3, "keep": {"per_sample_gradients": False}},
}


def trace_of(name: str) -> Trace:
    """The trace of a bundled scenario, or of one of the changes of the lecture's example."""
    if name not in CHANGES:
        return backtrace.run(backtrace.load(path_of(name)))
    return backtrace.run(backtrace.load(path_of("lecture")).with_(**SAMPLES, **CHANGES[name]))


@pytest.fixture(params=[1, 200, 1 << 20])
def at_once(request, monkeypatch):
    """How many numbers are worked at once: a single update, a few, all."""
    monkeypatch.setattr(following, "_MOST_NUMBERS", request.param)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", [*(name for name in names() if name != "fractions"), *CHANGES])
def test_a_trace_follows(name):
    """What a training worked has no flaw, in whatever blocks it is looked at."""
    assert first_flaw(trace_of(name)) is None


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_trained_follows(seed):
    """Drawn networks of every activation, loss, optimizer, orientation and batch have no flaw."""
    assert first_flaw(backtrace.run(random_scenario(seed))) is None


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize("name", ["lecture", "softmax-regression", "three-layer", "adam-by-hand", *CHANGES])
def test_a_changed_value_is_found(name):
    """Whichever value is changed, in the first row or the last, the flaw is that quantity in that update."""
    trace = trace_of(name)
    for equation in trace.plan.equations:
        rows = len(trace._columns.arrays[equation.id])
        for row in {0, rows // 2, rows - 1}:
            flaw = first_flaw(changed(trace, equation.id, row))
            assert flaw is not None, (equation.id, row)
            assert (flaw.id, flaw.update) == (equation.id, update_of(trace, equation, row))
            assert not np.allclose(flaw.value, flaw.expected)


def test_a_changed_start_of_an_update_is_found():
    """What is carried into an update that does not follow on a kept one is read by that update's lines."""
    trace = trace_of("every third kept")
    flaw = first_flaw(changed(trace, "W1", 2))
    assert (flaw.id, flaw.update) == ("z1", trace.kept[2])


def test_the_first_of_several_flaws_is_told():
    """Of two flaws the one of the earlier update comes first, of one update the one that is worked first."""
    trace = trace_of("two of five at a time")
    flaw = first_flaw(changed(changed(trace, "z1", 7), "J", 2))
    assert (flaw.id, flaw.update) == ("J", 3)
    flaw = first_flaw(changed(changed(trace, "dL_dW1", 6), "a1", 5))
    assert (flaw.id, flaw.update) == ("a1", 4)


def changed(trace: Trace, name: str, row: int) -> Trace:
    """The trace with one number of a quantity changed a little."""
    columns = trace._columns
    array = columns.arrays[name].copy()
    entry = (row, *(n - 1 for n in array.shape[1:]))
    array[entry] += 0.001 * (1 + abs(array[entry]))
    return restored(trace.scenario, replace(columns, arrays={**columns.arrays, name: array}))


def update_of(trace: Trace, equation, row: int) -> int:
    """The update that a row of the quantity's array belongs to."""
    if equation.phase == "after":
        return trace.updates + 1
    updates = [*trace.kept, trace.updates + 1]
    if equation.target.per_sample:
        return next(updates[place - 1] for place, visit in enumerate([*trace.visits, 10**9]) if visit > row)
    return updates[row]
