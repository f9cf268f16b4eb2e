"""Which samples each update works on: epochs and batches, addressed by update without listing them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from backtrace.network.draws import Draws

Batch = tuple[int, ...]
"""The samples that an update works on, as places in the data from 0."""


@dataclass(frozen=True)
class Schedule:
    """The batches of one epoch, as places in the data from 0, and the number of epochs.

    With `seed` every epoch goes through the data in an order of its own, drawn from the seed and the epoch's number.
    `ended` is the number of the last update where the training ended before its last epoch, or within one.
    """

    batches: tuple[Batch, ...]
    epochs: int
    seed: int | None = None
    ended: int | None = None

    @classmethod
    def in_order(cls, samples: int, batch_size: int, epochs: int, seed: int | None = None) -> Schedule:
        """Batches of that size in the order of the data; the last one may be shorter."""
        starts = range(0, samples, batch_size)
        return cls(tuple(tuple(range(s, min(s + batch_size, samples))) for s in starts), epochs, seed)

    @cached_property
    def updates(self) -> int:
        """The number of updates of the whole training."""
        return self.epochs * len(self.batches) if self.ended is None else self.ended

    @cached_property
    def largest(self) -> int:
        """How many samples the largest batch has."""
        return max(map(len, self.batches))

    def epoch(self, update: int) -> int:
        """The epoch of an update, both from 1; the pass after the last update counts to the last epoch."""
        return (min(update, self.updates) - 1) // len(self.batches) + 1

    def epochs_of(self, updates: NDArray[np.int64]) -> NDArray[np.int64]:
        """The epochs of several updates."""
        return (updates - 1) // len(self.batches) + 1

    def ends_epoch(self, update: int) -> bool:
        """Whether the update is the last of its epoch."""
        return update % len(self.batches) == 0

    def samples(self, update: int) -> Batch:
        """The samples of an update (from 1), as places from 0; the pass after the last repeats the last's."""
        batch = self.batches[(min(update, self.updates) - 1) % len(self.batches)]
        if self.seed is None:
            return batch
        order = _shuffled(self.seed, self.epoch(update), self._visits[-1])
        return tuple(order[place] for place in batch)

    def batches_of(self, updates: range) -> list[Batch]:
        """The samples of several updates in a row."""
        if self.seed is not None:
            return [self.samples(update) for update in updates]
        first = (updates.start - 1) % len(self.batches)
        epochs = -(-(first + len(updates)) // len(self.batches))
        return list((self.batches * epochs)[first : first + len(updates)])

    def visits_before(self, update: int) -> int:
        """How many samples were worked in the updates before this one."""
        epochs, batches = divmod(min(update - 1, self.updates), len(self.batches))
        return epochs * self._visits[-1] + self._visits[batches]

    @cached_property
    def _visits(self) -> tuple[int, ...]:
        """How many samples the first batches of an epoch work: none, one, two and so on."""
        return tuple(accumulate(map(len, self.batches), initial=0))


@lru_cache(maxsize=64)
def _shuffled(seed: int, epoch: int, samples: int) -> Sequence[int]:
    """The order of the data in an epoch, by a random number for each sample: the same on every machine."""
    order: list[int] = np.argsort(Draws(seed, 0, epoch).uniform(samples), kind="stable").tolist()
    return order
