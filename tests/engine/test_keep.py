"""What is kept of a training: the numbers are those of a run that keeps everything, and what is missing is named."""

from __future__ import annotations

import io
import pickle
from functools import cache
from typing import Any

import numpy as np
import pytest

from backtrace.engine.columns import collected, thinned
from backtrace.engine.givens import schedule_of
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.training import work
from backtrace.engine.work import Worked
from backtrace.errors import UnknownQuantityError
from backtrace.formats.json import write_json, write_jsonl
from backtrace.formats.npz import write_npz
from backtrace.formats.read import trace_from_bytes
from backtrace.scenario import Scenario
from backtrace.scenario.scenario import Keep
from tests.engine.scenarios import random_scenario

# fmt: off
KEPT: list[tuple[Any, list[int]]] = [
    ("all",        list(range(1, 15))),
    ({"every": 1}, list(range(1, 15))),
    ({"every": 3}, [1, 3, 6, 9, 12, 14]),
    ({"every": 7}, [1, 7, 14]),
    ({"every": 9}, [1, 9, 14]),
    ({"every": 14}, [1, 14]),
    ({"every": 99}, [1, 14]),
    ("last",       [14]),
]
# fmt: on
every_rule = pytest.mark.parametrize(("updates", "kept"), KEPT, ids=[str(rule) for rule, _ in KEPT])


def training(updates: Any = "all", **settings: Any) -> Scenario:
    """Two epochs of seven batches, some of one sample, some of two; Adam carries two quantities for each parameter."""
    known: dict[str, Any] = {
        "samples": 4, "order": [[1, 2], [3], [4, 1], [2], [3, 4], [1], [2, 3]], "epochs": 2, "train": True,
        "optimizer": "adam", "learning_rate": 0.05, "until": None, "l2": 0.1, "orientation": "column",
        "keep": {"updates": updates},
    }  # fmt: skip
    return random_scenario(4, units=(2, 3, 2), activation=("tanh", "identity"), loss="half_sse", **known | settings)


@cache
def whole() -> Trace:
    """The training with every update kept."""
    return run(training())


def thinned_trace(updates: Any) -> Trace:
    return run(training(updates))


def assert_same(one: Trace, other: Trace) -> None:
    """Every step and every loss is the same to the last bit."""
    assert one.losses.tobytes() == other.losses.tobytes()
    assert list(one.kept) == list(other.kept)
    for here, there in zip(one, other, strict=True):
        assert (here.number, here.equation.id, here.epoch) == (there.number, there.equation.id, there.epoch)
        assert (here.update, here.sample) == (there.update, there.sample)
        assert np.asarray(here.value).tobytes() == np.asarray(there.value).tobytes(), here
    for name in (*one.plan.carried, "eta", "t", "x"):
        for update in (*one.kept, one.updates + 1):
            assert one.value(name, update).tobytes() == other.value(name, update).tobytes(), name


@every_rule
def test_the_first_every_so_many_and_the_last_are_kept(updates: Any, kept: list[int]) -> None:
    """`all`, `every: n` and `last` keep the updates that they say; the pass after the last is always there."""
    trace = thinned_trace(updates)
    assert list(trace.kept) == kept
    assert trace.updates == 14
    assert [each.update for each in trace.worked()] == [*kept, 15]


@every_rule
def test_what_is_kept_are_the_numbers_of_the_whole_training(updates: Any, kept: list[int]) -> None:
    """Every quantity of a kept update, what is carried into it and what it hands on, to the last bit."""
    trace = thinned_trace(updates)
    assert list(trace.plan.quantities) == list(whole().plan.quantities)
    for name in trace.plan.quantities:
        for update in (*kept, 15):
            if trace.has(name, update):
                assert whole().has(name, update)
                assert trace.value(name, update).tobytes() == whole().value(name, update).tobytes(), (name, update)
    for name, value in trace.parameters.items():
        assert value.tobytes() == whole().parameters[name].tobytes()


@every_rule
def test_the_losses_are_always_complete(updates: Any, kept: list[int]) -> None:
    """The loss that every update started from, kept or not, and that of the pass after."""
    trace = thinned_trace(updates)
    assert trace.losses.shape == (15,)
    assert trace.losses.tobytes() == whole().losses.tobytes()
    np.testing.assert_array_equal(trace.series("objective"), whole().losses[[update - 1 for update in (*kept, 15)]])


@every_rule
def test_steps_have_the_numbers_of_the_whole_training(updates: Any, kept: list[int]) -> None:
    """A kept step has the number that it has among all; positions, slices and iteration count the kept ones."""
    trace = thinned_trace(updates)
    expected = [step for step in whole() if step.update in (*kept, 15)]
    assert len(trace) == len(expected)
    assert [step.number for step in trace] == [step.number for step in expected]
    for position in (0, 1, len(trace) // 2, len(trace) - 1, -1, -len(trace)):
        here, there = trace[position], expected[position]
        assert (here.number, here.update, here.sample) == (there.number, there.update, there.sample)
        np.testing.assert_array_equal(here.value, there.value)
        np.testing.assert_array_equal(trace.step(there.number).value, there.value)
    middle = slice(len(trace) // 3, len(trace), 5)
    assert [step.number for step in trace[middle]] == [step.number for step in expected[middle]]
    for wrong in (len(trace), -len(trace) - 1):
        with pytest.raises(IndexError, match=f"{len(trace)} are kept"):
            trace[wrong]


# fmt: off
MISSING = [
    ({"every": 3}, 2,  "the scenario keeps the first, one of every 3, and the last"),
    ({"every": 9}, 13, "the scenario keeps the first, one of every 9, and the last"),
    ("last",       13, "the scenario keeps only the last"),
]
# fmt: on


@pytest.mark.parametrize("name", ["z1", "dL_dW2", "dJ_dW1", "m_W1_next", "J", "eta", "L_terms"])
@pytest.mark.parametrize(("updates", "update", "says"), MISSING)
def test_what_is_not_kept_is_said(updates: Any, update: int, says: str, name: str) -> None:
    """A value of an update that is not kept is refused, and what the scenario keeps is named."""
    trace = run(training(updates, learning_rate={"schedule": "exponential", "initial": 0.05, "gamma": 0.9}))
    assert not trace.has(name, update)
    with pytest.raises(UnknownQuantityError) as caught:
        trace.value(name, update)
    assert str(caught.value) == f"{name} is not kept of update {update}: {says}"


def test_a_step_that_is_not_kept_is_said() -> None:
    """Its number exists, its value does not; a number beyond the last is none."""
    trace = thinned_trace({"every": 3})
    (missing,) = (step for step in whole() if (step.update, step.equation.id) == (2, "W1_next"))
    with pytest.raises(UnknownQuantityError, match="W1_next is not kept of update 2"):
        trace.step(missing.number)
    with pytest.raises(IndexError, match=f"they count from 1 to {len(whole())}"):
        trace.step(len(whole()) + 1)


def test_what_is_known_beside_the_kept_updates() -> None:
    """What follows on a kept update, what comes into one, and what is given are there without being kept themselves."""
    trace = thinned_trace({"every": 3})
    for update in (4, 7, 6, 9, 14):
        for name in ("W1", "b2", "m_W1", "v_b1"):
            assert trace.value(name, update).tobytes() == whole().value(name, update).tobytes(), (name, update)
    for name in ("x", "y", "beta1", "epsilon", "t"):
        np.testing.assert_array_equal(trace.value(name, 5), whole().value(name, 5))
    with pytest.raises(UnknownQuantityError, match="W1 is not kept of update 5"):
        trace.value("W1", 5)


def test_by_name_the_first_kept_update_is_opened() -> None:
    """`trace[name]` is the value in the first update that is kept."""
    trace = thinned_trace("last")
    np.testing.assert_array_equal(trace["dJ_dW1"], whole().value("dJ_dW1", 14))
    np.testing.assert_array_equal(trace["W1"], whole().value("W1", 14))
    np.testing.assert_array_equal(trace["gain"], whole()["gain"])


@every_rule
def test_pickled_and_read_back_it_is_the_same(updates: Any, kept: list[int]) -> None:
    """Pickling keeps every number, the losses of all updates and what starts a kept one."""
    trace = thinned_trace(updates)
    assert_same(pickle.loads(pickle.dumps(trace)), trace)


@pytest.mark.parametrize(("updates", "kept"), [KEPT[0], KEPT[2], KEPT[4], KEPT[-1]])
@pytest.mark.parametrize("form", ["json", "jsonl", "jsonl of a trace", "npz"])
def test_exported_and_read_back_it_is_the_same(updates: Any, kept: list[int], form: str) -> None:
    """An export holds the kept updates, what is carried into each that follows on none, and the losses of all."""
    trace = thinned_trace(updates)
    content = exported(trace, form)
    assert_same(trace_from_bytes(content, "trace"), trace)
    if form == "json":
        gaps = sum(here != before + 1 for before, here in zip([0, *kept], kept, strict=False))
        assert content.count(b'"start":{') == gaps


def exported(trace: Trace, form: str) -> bytes:
    if form == "npz":
        stream = io.BytesIO()
        write_npz(trace, stream)
        return stream.getvalue()
    text = io.StringIO()
    if form == "json":
        write_json(trace, text)
    elif form == "jsonl":
        write_jsonl(trace.scenario, work(trace.scenario, trace.plan), text)
    else:
        write_jsonl(trace.scenario, trace.worked(), text, trace.losses.tolist())
    return text.getvalue().encode()


def test_thinning_keeps_memory_from_growing() -> None:
    """While a training is worked, no more than the kept updates and one that waits are held."""
    scenario = training("last", epochs=20)
    plan = plan_of(scenario)
    columns = collected(plan, scenario.keep, schedule_of(scenario), work(scenario, plan))
    assert columns.updates == 140
    assert len(columns.losses) == 141
    assert {len(values) for name, values in columns.arrays.items() if name.startswith("dJ")} == {1}


def test_the_last_update_is_known_when_the_pass_after_it_comes() -> None:
    """Updates are passed on one late, since only the pass after the last says which one was the last."""
    updates = [Worked(update, (0,), {}) for update in (1, 2, 3, 4)]
    found = list(thinned(Keep(every=0), [*updates, Worked(5, (0,), {}, is_last=True)]))
    assert [(each.update, is_kept) for each, is_kept in found] == [
        (1, False), (2, False), (3, False), (4, True), (5, True),
    ]  # fmt: skip
