"""Which samples each update works on: batch sizes and explicit batches that the data can fill."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.scenario.flaws import Flaw, Loc
from backtrace.scenario.parts import is_number
from backtrace.scenario.sound import Sound

_ABSENT = object()


def batch_flaws(sound: Sound) -> list[Flaw]:
    """Batches that ask for samples that there are not, and orders that are said twice."""
    samples = sound.count("data")
    return [*_batch_size(sound, samples), *_order(sound, samples), *_shuffle(sound)]


def _batch_size(sound: Sound, samples: int) -> Iterator[Flaw]:
    size = sound.get("training", "batch_size")
    if is_number(size) and samples and size > samples:
        expected = f"at most {samples}, the number of samples"
        remedy = "write `all` for all samples in one batch"
        yield Flaw(("training", "batch_size"), f"{size:g}", expected, remedy)


def _order(sound: Sound, samples: int) -> Iterator[Flaw]:
    loc: Loc = ("training", "order")
    order = sound.get(*loc)
    if order is None:
        return
    for key in ("batch_size", "shuffle"):
        if sound.get("training", key):
            expected = "one of the two: `order` names the samples of every batch"
            yield Flaw(("training", key), f"`{key}` beside `order`", expected, "remove it", on="key")
    for b, batch in enumerate(order):
        for i, sample in enumerate(batch):
            if samples and sample > samples:
                yield Flaw((*loc, b, i), f"sample {sample:g}", f"1 to {samples}, the samples that there are")
            elif sample in batch[:i]:
                yield Flaw((*loc, b, i), f"sample {sample:g} a second time in the batch", "each sample once in a batch")


def _shuffle(sound: Sound) -> Iterator[Flaw]:
    if sound.get("training", "order"):
        return
    if sound.get("training", "shuffle") and sound.get("seed", default=_ABSENT) is _ABSENT:
        yield Flaw(("training", "shuffle"), "`shuffle` without a seed", "a `seed`, so that the order can be had again",
                   "write `seed: 1` at the top of the document")  # fmt: skip
