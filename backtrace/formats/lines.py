"""The steps of a block of updates as JSON, written column by column: the encoder sees a quantity's values at once.

The lines are those of `document.steps`; all that differs from one to the next are numbers, and what stands between
them is taken from a line of that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
import orjson

from backtrace.engine.training import Block
from backtrace.formats.document import first_step, step
from backtrace.scenario.scenario import Floats

_MOST_NUMBERS = 1 << 12
_MARK = "\0"
_PIECES = 6


def lines_of(block: Block, between: bytes) -> Iterator[bytes]:
    """Some lines at a time, with `between` between them and none at the end."""
    training, start = block.training, 0
    for size, same in groupby(block.batches, len):
        end = start + len(list(same))
        together = max(1, _MOST_NUMBERS // training.layout.numbers(size))
        for first in range(start, end, together):
            yield _of_part(block, range(first, min(first + together, end)), size, between)
        start = end


def _of_part(block: Block, part: range, size: int, between: bytes) -> bytes:
    """The lines of the updates at these places in the block, which have so many samples each.

    A line is six pieces: its number, the equation, the place in the training, an opening, the value, and what follows
    up to the number of the next line. Each kind of piece is put in its places with one stride.
    """
    plan, schedule = block.training.plan, block.training.schedule
    of_sample, of_update = plan.parts(is_last=False)
    every = [(equation, turn) for turn in range(size) for equation in of_sample] + [(each, None) for each in of_update]
    pieces: list[bytes] = [b""] * (_PIECES * len(every) * len(part))
    first, stride = first_step(plan, schedule, block.first + part.start), _PIECES * len(every)
    pieces[0::_PIECES] = _texts(np.arange(first, first + len(every) * len(part)))
    rows = {True: slice(block.visits[part.start], block.visits[part.stop]), False: slice(part.start, part.stop)}
    texts = {e.id: _texts(block.columns[e.id][rows[e.target.per_sample]]) for e in (*of_sample, *of_update)}
    places: dict[int | None, list[bytes]] = {turn: _places(block, part, turn) for turn in range(size)}
    places[None] = _places(block, part, None) if plan.batched else places[0]
    for at, (equation, turn) in zip(range(0, stride, _PIECES), every, strict=True):
        depth, (head, name, *_, by_value, tail) = len(equation.target.shape), _around(equation.id)
        pieces[at + 1 :: stride] = [name] * len(part)
        pieces[at + 2 :: stride] = places[turn]
        pieces[at + 3 :: stride] = [by_value + b"[" * depth] * len(part)
        pieces[at + 4 :: stride] = texts[equation.id][turn::size] if equation.target.per_sample else texts[equation.id]
        pieces[at + 5 :: stride] = [b"]" * depth + tail + between + head] * len(part)
    pieces[-1] = pieces[-1].removesuffix(between + head)
    return head + b"".join(pieces)


@lru_cache(maxsize=256)
def _around(name: str) -> Sequence[bytes]:
    """What stands before, between and after the numbers in a line of the equation."""
    return orjson.dumps(step(_MARK, name, _MARK, _MARK, _MARK, _MARK)).split(orjson.dumps(_MARK))


def _places(block: Block, part: range, turn: int | None) -> list[bytes]:
    """Epoch, update and sample of each update, for the sample that is worked in that turn, or for the batch."""
    updates = range(block.first + part.start, block.first + part.stop)
    samples = [orjson.dumps(None)] * len(part)
    if turn is not None:
        samples = _texts(np.array([batch[turn] + 1 for batch in block.batches[part.start : part.stop]]))
    _, _, by_update, by_sample, _, _ = _around("")
    each = zip(_texts(block.training.schedule.epochs_of(updates)), _texts(np.array(updates)), samples, strict=True)
    return [epoch + by_update + update + by_sample + sample for epoch, update, sample in each]


def _texts(column: Floats | Any) -> list[bytes]:
    """The text of each value of a column, without the brackets around it."""
    if column[0].size == 1:
        column = column.reshape(-1)
    depth = column.ndim
    text = orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[depth:-depth].split(b"]" * (depth - 1) + b"," + b"[" * (depth - 1))
