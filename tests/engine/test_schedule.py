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


BATCHES = ((2, 0), (1,), (0, 1, 2), (2,))


def test_explicit_batches_are_worked_in_their_order() -> None:
    """Batches may have any samples, in any order and number; a sample may be in several, or in none."""
    schedule = Schedule(BATCHES, epochs=2)
    assert schedule.updates == 8
    assert [schedule.samples(update) for update in range(1, 9)] == [*BATCHES, *BATCHES]
    assert [schedule.epoch(update) for update in range(1, 10)] == [1] * 4 + [2] * 5
    assert [schedule.visits_before(update) for update in range(1, 10)] == [0, 2, 3, 6, 7, 9, 10, 13, 14]
    assert [update for update in range(1, 9) if schedule.ends_epoch(update)] == [4, 8]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("samples", "batch_size", "epochs"), [(5, 2, 4), (7, 7, 6), (9, 1, 3)])
def test_a_shuffled_epoch_is_a_permutation(samples: int, batch_size: int, epochs: int, seed: int) -> None:
    """Every epoch works every sample once, in batches of the same sizes, in an order of its own."""
    schedule = Schedule.in_order(samples, batch_size, epochs, seed)
    plain = Schedule.in_order(samples, batch_size, epochs)
    orders = []
    for epoch in range(1, epochs + 1):
        updates = [u for u in range(1, schedule.updates + 1) if schedule.epoch(u) == epoch]
        assert [len(schedule.samples(u)) for u in updates] == [len(plain.samples(u)) for u in updates]
        orders.append([place for u in updates for place in schedule.samples(u)])
        assert sorted(orders[-1]) == list(range(samples))
    assert len(set(map(tuple, orders))) > 1
    assert schedule.samples(schedule.updates + 1) == schedule.samples(schedule.updates)


def test_the_seed_alone_decides_the_order() -> None:
    """The same seed gives the same orders, another seed others, and an epoch's order does not hang on the others."""
    one, again, other = (Schedule.in_order(8, 3, 20, seed) for seed in (4, 4, 5))
    updates = range(1, one.updates + 1)
    assert [one.samples(u) for u in updates] == [again.samples(u) for u in updates]
    assert [one.samples(u) for u in updates] != [other.samples(u) for u in updates]
    assert Schedule.in_order(8, 3, 10**9, 4).samples(60) == one.samples(60)


ORDERS = [(0, 5, 3, 1, 2, 4), (4, 2, 3, 5, 1, 0), (2, 1, 4, 3, 0, 5)]


def test_the_order_is_the_same_on_every_machine() -> None:
    """The orders of a seed are these, whatever the version of numpy."""
    schedule = Schedule.in_order(6, 6, 3, 1)
    assert [schedule.samples(update) for update in (1, 2, 3)] == ORDERS


def test_a_training_that_ended_early_has_fewer_updates() -> None:
    """`ended` is the last update, within an epoch too: what comes after belongs to it."""
    schedule = Schedule(BATCHES, epochs=3, ended=6)
    assert schedule.updates == 6
    assert (schedule.epoch(6), schedule.epoch(7)) == (2, 2)
    assert schedule.samples(7) == schedule.samples(6) == (1,)
    assert schedule.visits_before(7) == 10
