"""The trace: every quantity by name, update and sample, every step by number; immutable, and each number kept once."""

from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError
from functools import cache
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.errors import InputError, UnknownQuantityError
from backtrace.scenario import load, path_of
from tests.engine.scenarios import random_scenario

SEEDS = range(25)


@cache
def bundled(name: str) -> Trace:
    """The trace of a bundled scenario."""
    return run(load(path_of(name)))


@cache
def drawn(seed: int) -> Trace:
    """The trace of a random scenario, which keeps every update, every second one or the last."""
    scenario = random_scenario(seed)
    updates = ("all", {"every": 2}, "last")[seed % 3]
    gradients = scenario.keep.per_sample_gradients
    return run(scenario.with_(keep={"updates": updates, "per_sample_gradients": gradients}))


@cache
def batches() -> Trace:
    """Five samples in batches of two, the last one short, for two epochs."""
    return run(random_scenario(
        5, units=(2, 3, 1), activation=("tanh", "identity"), loss="sse", samples=5, batch_size=2, epochs=2, train=True,
        orientation="column", biases=[[0.1] * 3, None], optimizer="sgd", learning_rate=0.1, l2=0, keep=None, until=None,
    ))  # fmt: skip


def test_a_quantity_is_an_array() -> None:
    """The value in the first update, in the quantity's shape."""
    trace = bundled("lecture")
    assert trace["dL_dW1"].shape == (2, 2)
    assert trace["L"].shape == ()
    np.testing.assert_allclose(trace["z1"], [0.52, 1.14])


# fmt: off
SPELLINGS = [
    ("dL_dv21", "dL_dW2[1,2]"), ("dL_dw21", "dL_dW1[1,2]"), ("w12", "W1[2,1]"), ("v11", "W2[1,1]"),
    ("h1", "a1[1]"), ("dL_db2", "dL_db2"),
]
# fmt: on


@pytest.mark.parametrize(("spelt", "name"), SPELLINGS)
def test_an_entry_is_named_in_the_notation(spelt: str, name: str) -> None:
    """A single entry is found by its spelling as by its id."""
    trace = bundled("lecture")
    np.testing.assert_array_equal(trace[spelt], trace[name])
    whole, _, index = name.partition("[")
    if index:
        place = tuple(int(i) - 1 for i in index.rstrip("]").split(","))
        assert trace[name] == trace[whole][place]


def test_the_samples_of_a_batch_lead() -> None:
    """Without a sample a batch's values come together; with one, its own; the last batch may be shorter."""
    trace = batches()
    assert trace.value("a1", 1).shape == (2, 3)
    assert trace.value("a1", 3).shape == (1, 3)
    for update, samples in ((1, (1, 2)), (2, (3, 4)), (3, (5,)), (6, (5,)), (7, (5,))):
        for row, sample in enumerate(samples):
            np.testing.assert_array_equal(trace.value("a1", update)[row], trace.value("a1", update, sample))
            np.testing.assert_array_equal(trace.value("x", update, sample), trace.scenario.x[sample - 1])
    assert trace.value("a1[2]", 1).shape == (2,)


def test_a_quantity_that_is_worked_once_is_found() -> None:
    """Promise and gain stand after the last update, and are found without saying so."""
    trace = bundled("xor")
    assert trace["gain"] == trace.value("gain", 301) == trace.value("J", 301) - trace.value("J", 300)
    assert trace["J_next"] == trace.value("J", 301)


def test_a_series_has_every_update() -> None:
    """The values of a quantity over the training: of every update, or of every sample that was worked."""
    trace = batches()
    assert trace.series("J").shape == (7,)
    assert trace.series("a1").shape == (11, 3)
    assert trace.series("W1").shape == (6, 3, 2)
    np.testing.assert_array_equal(trace.series("J"), [trace.value("J", update) for update in range(1, 8)])
    np.testing.assert_array_equal(trace.series("W1[2,1]"), [trace.value("W1", u)[1, 0] for u in range(1, 7)])
    np.testing.assert_array_equal(trace.losses, trace.series("J"))
    np.testing.assert_array_equal(trace.series("x"), np.tile(trace.scenario.x, (2, 1)))


@pytest.mark.parametrize("seed", SEEDS)
def test_parameters_start_where_the_last_update_ended(seed: int) -> None:
    """A parameter in update u is what update u − 1 made of it, and the parameters at the end are the last ones."""
    trace = drawn(seed)
    for name in trace.parameters:
        layer = trace.scenario.layers[int(name[1:]) - 1]
        np.testing.assert_array_equal(trace.value(name, 1), layer.weights if name[0] == "W" else layer.biases)
        is_trained = f"{name}_next" in trace.plan.quantities
        for update in trace.kept:
            after = trace.value(f"{name}_next" if is_trained else name, update)
            np.testing.assert_array_equal(trace.value(name, update + 1), after)
        np.testing.assert_array_equal(trace.parameters[name], trace.value(name, trace.updates + 1))


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_agree_however_they_are_asked_for(seed: int) -> None:
    """Numbers, positions, slices, iteration and values by name give the same steps, in the order worked."""
    trace = drawn(seed)
    steps = list(trace)
    assert len(steps) == len(trace)
    assert list(dict.fromkeys(step.update for step in steps)) == [*trace.kept, trace.updates + 1]
    if trace.scenario.keep.all:
        assert [step.number for step in steps] == list(range(1, len(trace) + 1))
    assert [(s.number, s.update) for s in trace[2:9:3]] == [(s.number, s.update) for s in steps[2:9:3]]
    assert trace[-1].number == steps[-1].number == trace.step(steps[-1].number).number
    for position in range(0, len(steps), max(1, len(steps) // 20)):
        step, again = steps[position], trace[position]
        assert (again.equation, again.update, again.sample) == (step.equation, step.update, step.sample)
        assert again.number == step.number == trace.step(step.number).number
        assert step.epoch == again.epoch == trace.schedule.epoch(step.update)
        np.testing.assert_array_equal(step.value, trace.value(step.equation.id, step.update, step.sample))
        assert step.value.shape == step.equation.target.shape
    worked = {(each.update, name) for each in trace.worked() for name in each.values.keys() - set(trace.plan.carried)}
    assert {(step.update, step.equation.id) for step in steps} == worked


def test_steps_count_every_line() -> None:
    """Every sample of every update has its lines, then the update, and the pass after the last has its own."""
    trace = batches()
    plan, after = trace.plan, 6 + 1 + 2
    assert len(trace) == 10 * len(plan.of_sample) + 6 * len(plan.of_update) + after
    assert [trace.step(1).equation.id, trace.step(len(trace)).equation.id] == ["z1", "gain"]
    assert [s.update for s in trace[-after:]] == [7] * after


def test_arrays_are_read_only() -> None:
    """No array of a trace can be written to, whichever way it was got."""
    trace = batches()
    values = [trace.value(name, 2) for name in ("dL_dW1", "W1", "a1", "a1[2]", "x", "eta")]
    series = [trace.series(name) for name in ("J", "W1", "x")]
    for array in (*values, *series, trace.losses, trace.parameters["W1"], trace.step(3).value, trace.value("x", 1, 1)):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1


def test_a_step_is_immutable() -> None:
    """The facts of a step cannot be changed."""
    with pytest.raises(FrozenInstanceError):
        bundled("lecture").step(1).update = 2  # type: ignore[misc]


def test_display_may_be_replaced() -> None:
    """Notation and decimals change without working anything again, and leave the first trace as it is."""
    trace = bundled("lecture")
    other = trace.with_(notation="layered", decimals=5)
    assert (other.scenario.notation.name, other.scenario.decimals) == ("layered", 5)
    assert (trace.scenario.notation.name, trace.scenario.decimals) == ("lecture", 3)
    assert other["dL_dW1"] is not None
    np.testing.assert_array_equal(other["dL_dW1"], trace["dL_dW1"])
    assert str(other.tell("dL_db2")) != str(trace.tell("dL_db2"))
    with pytest.raises(UnknownQuantityError):
        other.value("v11")


def test_a_finished_trace_is_not_computed_anew() -> None:
    """What would change numbers is refused, and the way to do it said."""
    with pytest.raises(InputError, match=r"'learning_rate' of a finished trace.*change its scenario and run that"):
        bundled("lecture").with_(learning_rate=1)


# fmt: off
UNKNOWN: list[tuple[str, dict[str, Any], str]] = [
    ("dL_dW9",      {},                        "dL_dW9"),
    ("W1[3,1]",     {},                        "3"),
    ("w99",         {},                        "w99"),
    ("z1",          {"update": 3},             "there is no update 3: they count from 1 to 1"),
    ("z1",          {"update": 0},             "there is no update 0"),
    ("dL_dz1",      {"update": 2},             "dL_dz1 is not worked in update 2"),
    ("L_next",      {"update": 2},             "L_next is not worked in update 2"),
    ("promise",     {"update": 1},             "promise is not worked in update 1"),
]
# fmt: on


@pytest.mark.parametrize(("name", "place", "message"), UNKNOWN)
def test_what_is_not_there_is_named(name: str, place: dict[str, Any], message: str) -> None:
    """A quantity, entry or update that does not exist is refused with its name."""
    with pytest.raises(UnknownQuantityError) as caught:
        bundled("lecture").value(name, **place)
    assert message in str(caught.value)


def test_an_unknown_name_offers_a_near_one() -> None:
    """A misspelt quantity is a KeyError too, with the name that was probably meant."""
    with pytest.raises(KeyError, match="did you mean"):
        bundled("lecture")["dL_dz3"]


@pytest.mark.parametrize("sample", [0, 3, 9])
def test_a_sample_of_another_batch_is_refused(sample: int) -> None:
    """A sample that the update does not work is refused, and its samples are named."""
    with pytest.raises(UnknownQuantityError, match=rf"update 1 does not work sample {sample}; its samples are 1, 2"):
        batches().value("a1", 1, sample)


@pytest.mark.parametrize("number", [0, -1, 10**6])
def test_a_step_out_of_range_is_an_index_error(number: int) -> None:
    """Steps count from 1 to the length of the trace."""
    with pytest.raises(IndexError, match="they count from 1 to"):
        bundled("lecture").step(number)


def forward(parameters: dict[str, Any], x: Any, y: Any) -> float:
    """The mean squared error of a network of sigmoids, over samples and outputs."""
    signal = x
    for number in (1, 2):
        z = signal @ parameters[f"W{number}"].T + parameters[f"b{number}"]
        signal = 1 / (1 + np.exp(-z))
    return float(((y - signal) ** 2).mean())


@pytest.mark.parametrize("batch_size", [1, 4])
def test_promise_and_gain_are_what_they_say(batch_size: int) -> None:
    """Gain is the change of the loss; the promise is its slope along the step, here by central differences."""
    found = load(path_of("online-vs-batch")).with_(batch_size=batch_size, learning_rate=2)
    trace = run(found)
    last = trace.updates
    before = {name: trace.value(name, last) for name in trace.parameters}
    after, x, y = trace.parameters, found.x[-batch_size:], found.y[-batch_size:]
    assert trace["gain"] == pytest.approx(forward(after, x, y) - forward(before, x, y), rel=1e-13)
    assert trace["gain"] == trace.losses[-1] - trace.losses[-2]

    def moved(share: float) -> float:
        return forward({name: before[name] + share * (after[name] - before[name]) for name in before}, x, y)

    assert trace["promise"] == pytest.approx((moved(1e-5) - moved(-1e-5)) / 2e-5, rel=1e-8)


def test_watching_sees_every_update() -> None:
    """A watch is handed the updates in blocks as they go by, and how many there will be with the pass after them."""
    seen: list[int] = []

    def watch(updates: Any, count: int) -> Any:
        seen.append(count)
        for each in updates:
            seen.extend(worked.update for worked in each)
            yield each

    trace = run(load(path_of("dead-relu")), watch)
    assert seen == [3, 1, 2]
    np.testing.assert_array_equal(trace.losses, bundled("dead-relu").losses)


def test_what_a_formula_read() -> None:
    """The numbers that an equation was worked from; the outcome reads those of the last update."""
    trace = bundled("lecture")
    for name, update in (("z1", 1), ("dL_dz1", 1), ("gain", 2)):
        equation = trace.plan.equation(name)
        assert equation is not None
        reads = trace.reads(equation, update, 1)
        values = [reads(var) for var in equation.operands]
        expected = [trace.value(var.name, 1) for var in equation.operands]
        for found, value in zip(values, expected, strict=True):
            np.testing.assert_array_equal(found, value)


def test_a_trace_is_immutable_and_can_be_pickled():
    """Its attributes cannot be set; pickled and read back it has the same values; it knows what is in it."""
    trace = run(load(path_of("online-vs-batch")))
    with pytest.raises(AttributeError, match="immutable"):
        trace.scenario = None  # type: ignore[misc]
    again = pickle.loads(pickle.dumps(trace))
    assert again.losses.tobytes() == trace.losses.tobytes()
    assert "dL_dw12" in trace
    assert "dL_dW9" not in trace
    assert "4 updates" in repr(trace)
    assert "1 update," in repr(run(load(path_of("lecture"))))
