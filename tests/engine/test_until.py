"""A training that ends with its loss: everything in its trace is that of a run with so many epochs."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.training import work
from backtrace.formats.json import write_json, write_jsonl
from backtrace.formats.read import trace_from_text
from backtrace.scenario import Scenario
from tests.engine.scenarios import random_scenario

EPOCHS = 8


def training(**settings: Any) -> Scenario:
    """Five samples in batches of two, shuffled: three updates in an epoch, with a loss that falls."""
    known: dict[str, Any] = {
        "samples": 5, "batch_size": 2, "epochs": EPOCHS, "train": True, "optimizer": "sgd", "learning_rate": 0.05,
        "until": None, "keep": None, "l2": 0.01, "shuffle": True, "seed": 3,
    }  # fmt: skip
    found = random_scenario(6, units=(2, 4, 1), activation=("tanh", "identity"), **known | settings)
    return found.with_(loss="mse")


def means(trace: Trace) -> list[float]:
    """The mean loss of every epoch: of what its updates started from."""
    losses = trace.losses[:-1].reshape(-1, 3)
    return [sum(epoch.tolist()) / 3 for epoch in losses]


WHOLE = run(training())
BOUNDS = means(WHOLE)


def test_the_losses_fall() -> None:
    """Each epoch has a smaller mean loss than the ones before: bounds tell epochs apart."""
    assert len(BOUNDS) == EPOCHS
    assert sorted(BOUNDS, reverse=True) == BOUNDS


@pytest.mark.parametrize("epochs", [1, 2, 5, EPOCHS])
@pytest.mark.parametrize("keep", ["all", {"every": 4}, "last"])
def test_it_ends_with_the_first_epoch_at_the_bound(epochs: int, keep: Any) -> None:
    """With the mean of an epoch as the bound that epoch is the last, and every number is that of a run so long."""
    keeping = {"keep": {"updates": keep}}
    ended = run(training(until={"loss": BOUNDS[epochs - 1]}, **keeping))
    short = run(training(epochs=epochs, **keeping))
    assert ended.updates == short.updates == 3 * epochs
    assert ended.losses.tobytes() == short.losses.tobytes()
    assert list(ended.kept) == list(short.kept)
    assert len(ended) == len(short)
    for here, there in zip(ended, short, strict=True):
        assert (here.number, here.equation.id) == (there.number, there.equation.id)
        assert (here.epoch, here.update, here.sample) == (there.epoch, there.update, there.sample)
        assert here.value.tobytes() == there.value.tobytes()
    for name, value in ended.parameters.items():
        assert value.tobytes() == short.parameters[name].tobytes()


def test_a_bound_a_little_lower_takes_one_epoch_more() -> None:
    """At most the bound: the least number below the mean of an epoch is not reached by it."""
    below = float(np.nextafter(BOUNDS[4], 0))
    assert run(training(until={"loss": below})).updates == 3 * 6


def test_where_the_bound_is_never_reached_all_epochs_are_worked() -> None:
    """`epochs` is the most: a bound of 0 leaves the training as it is."""
    trace = run(training(until={"loss": 0}))
    assert trace.updates == 3 * EPOCHS
    assert trace.losses.tobytes() == WHOLE.losses.tobytes()


def test_the_loss_that_counts_is_what_the_update_makes_smaller() -> None:
    """With a penalty it is the objective: a bound between loss and objective is not reached."""
    with_penalty, loss = run(training(l2=2, epochs=1)), "J"
    between = (means(with_penalty)[0] + float(np.mean(with_penalty.series(loss)[:3]))) / 2
    assert run(training(l2=2, epochs=1, until={"loss": between})).updates == 3
    assert run(training(l2=2, epochs=2, until={"loss": between})).updates == 6
    assert float(np.mean(with_penalty.series(loss)[:3])) < between < means(with_penalty)[0]


def test_the_rest_is_not_worked() -> None:
    """A training of a thousand million epochs that ends with its third is worked at once."""
    scenario = training(epochs=10**9, until={"loss": BOUNDS[2]})
    worked = list(work(scenario, plan_of(scenario)))
    assert [each.update for each in worked] == list(range(1, 11))
    assert [each.is_last for each in worked] == [False] * 9 + [True]
    assert worked[-1].samples == worked[-2].samples


@pytest.mark.parametrize("keep", ["all", {"every": 4}, "last"])
@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_an_export_says_where_it_ended(form: str, keep: Any) -> None:
    """Its last steps belong to the last epoch worked, and read back it is the same trace."""
    trace = run(training(until={"loss": BOUNDS[2]}, keep={"updates": keep}))
    text = io.StringIO()
    if form == "json":
        write_json(trace, text)
    else:
        write_jsonl(trace.scenario, work(trace.scenario, trace.plan), text)
    again = trace_from_text(text.getvalue().encode(), "trace")
    assert again.updates == trace.updates == 9
    assert again.losses.tobytes() == trace.losses.tobytes()
    for here, there in zip(again, trace, strict=True):
        assert (here.number, here.epoch, here.update) == (there.number, there.epoch, there.update)
        assert here.value.tobytes() == there.value.tobytes()
    assert text.getvalue().count('"epoch":4') == 0
    assert trace[-1].epoch == 3
