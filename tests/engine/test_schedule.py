"""Which samples each update works on."""

from __future__ import annotations

import pytest

from backtrace.engine.schedule import Schedule

SIZES = [(1, 1, 1), (4, 1, 3), (5, 2, 3), (6, 3, 2), (4, 4, 300)]
every_size = pytest.mark.parametrize(("samples", "batch_size", "epochs"), SIZES)


def test_batches_follow_the_order_of_the_data() -> None:
    """Batches are cut from the data as it stands, and the last one may be shorter."""
    assert Schedule.in_order(5, 2, 1).batches == ((0, 1), (2, 3), (4,))
    assert Schedule.in_order(4, 2, 1).batches == ((0, 1), (2, 3))


@every_size
def test_every_sample_is_worked_once_in_each_epoch(samples: int, batch_size: int, epochs: int) -> None:
    """The updates of an epoch go through the data once, in order."""
    schedule = Schedule.in_order(samples, batch_size, epochs)
    for epoch in range(1, epochs + 1):
        updates = [u for u in range(1, schedule.updates + 1) if schedule.epoch(u) == epoch]
        assert [place for u in updates for place in schedule.samples(u)] == list(range(samples))
    assert schedule.epoch(schedule.updates) == epochs


@every_size
def test_random_access_is_consistent_with_counting(samples: int, batch_size: int, epochs: int) -> None:
    """The samples worked before an update are those of all the updates before it, for the pass after the last too."""
    schedule, before = Schedule.in_order(samples, batch_size, epochs), 0
    for update in range(1, schedule.updates + 1):
        assert schedule.visits_before(update) == before
        before += len(schedule.samples(update))
    assert schedule.visits_before(schedule.updates + 1) == before == samples * epochs


@every_size
def test_the_pass_after_the_last_update_repeats_its_samples(samples: int, batch_size: int, epochs: int) -> None:
    """What an update did is judged on the samples that it was made from, in its epoch."""
    schedule = Schedule.in_order(samples, batch_size, epochs)
    last = schedule.updates
    assert schedule.samples(last + 1) == schedule.samples(last)
    assert schedule.epoch(last + 1) == schedule.epoch(last)


def test_a_long_training_is_not_listed() -> None:
    """A thousand million epochs are addressed at once."""
    schedule = Schedule.in_order(3, 2, 10**9)
    assert schedule.updates == 2 * 10**9
    assert schedule.samples(2 * 10**9) == (2,)
    assert schedule.visits_before(2 * 10**9) == 3 * 10**9 - 1
