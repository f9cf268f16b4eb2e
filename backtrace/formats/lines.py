"""The steps of a block of updates as JSON, written column by column: the encoder sees a quantity's values at once.

The lines are those of `document.step`; all that differs from one to the next are numbers, and what stands between
them is taken from a line of that one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from backtrace.engine.equation import Equation
from backtrace.engine.training import Block
from backtrace.formats.document import first_step, step
from backtrace.scenario.scenario import Floats

_MOST_NUMBERS = 1 << 12
_MARK = "\0"
_PIECES = 6

Whole = NDArray[np.int64]


def lines_of(block: Block, between: bytes) -> Iterator[bytes]:
    """Some lines at a time, with `between` between them and none at the end."""
    largest = block.training.layout.numbers(max(map(len, block.batches)))
    together = max(1, _MOST_NUMBERS // largest)
    for first in range(0, len(block), together):
        yield _of_part(block, slice(first, min(first + together, len(block))), between)


def _of_part(block: Block, part: slice, between: bytes) -> bytes:
    """The lines of the updates at these places in the block."""
    plan, schedule, batches = block.training.plan, block.training.schedule, block.batches[part]
    of_sample, of_update = plan.parts(is_last=False)
    if not plan.batched:
        of_sample, of_update = (), of_sample + of_update
    updates, sizes = block.first + np.arange(part.start, part.stop), np.array([*map(len, batches)])
    epochs, samples = schedule.epochs_of(updates), 1 + np.fromiter(chain.from_iterable(batches), np.int64)
    lengths = sizes * len(of_sample) + len(of_update)
    starts = first_step(plan, schedule, int(updates[0])) + np.cumsum(lengths) - lengths
    rows = {True: slice(block.visits[part.start], block.visits[part.stop]), False: part}
    texts = {e.id: _texts(block.columns[e.id][rows[e.target.per_sample]]) for e in (*of_sample, *of_update)}
    sample = [orjson.dumps(None)] * len(updates) if plan.batched else _texts(samples)
    places = _places(epochs, updates, sample)
    pieces = _pieces(of_update, texts, starts + sizes * len(of_sample), places, between)
    if of_sample:
        turns = np.arange(len(samples)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = _places(np.repeat(epochs, sizes), np.repeat(updates, sizes), _texts(samples))
        first = np.repeat(starts, sizes) + turns * len(of_sample)
        of_visits = _pieces(of_sample, texts, first, places, between)
        pieces = _in_turn(of_visits, _PIECES * len(of_sample) * sizes, pieces, _PIECES * len(of_update))
    head = _around("")[0]
    return head + b"".join(pieces)[: -len(between + head)]


def _pieces(
    equations: Sequence[Equation], texts: dict[str, list[bytes]], first: Whole, places: list[bytes], between: bytes
) -> list[bytes]:
    """The lines of the equations, for each visit or each update one after the other, in pieces.

    A line is six pieces: its number, the equation, the place in the training, an opening, the value, and what follows
    up to the number of the next line. Each kind of piece is put in its places with one stride.
    """
    stride, count = _PIECES * len(equations), len(places)
    pieces: list[bytes] = [b""] * (stride * count)
    pieces[0::_PIECES] = _texts((first[:, None] + np.arange(len(equations))).reshape(-1))
    for at, equation in zip(range(0, stride, _PIECES), equations, strict=True):
        depth, (head, name, *_, by_value, tail) = len(equation.target.shape), _around(equation.id)
        pieces[at + 1 :: stride] = [name] * count
        pieces[at + 2 :: stride] = places
        pieces[at + 3 :: stride] = [by_value + b"[" * depth] * count
        pieces[at + 4 :: stride] = texts[equation.id]
        pieces[at + 5 :: stride] = [b"]" * depth + tail + between + head] * count
    return pieces


def _in_turn(of_visits: list[bytes], lengths: Whole, of_updates: list[bytes], length: int) -> list[bytes]:
    """Of each update the pieces of its visits, and then its own."""
    found: list[bytes] = []
    for update, (start, end) in enumerate(pairwise([0, *np.cumsum(lengths).tolist()])):
        found += of_visits[start:end]
        found += of_updates[update * length : (update + 1) * length]
    return found


@lru_cache(maxsize=256)
def _around(name: str) -> Sequence[bytes]:
    """What stands before, between and after the numbers in a line of the equation."""
    return orjson.dumps(step(_MARK, name, _MARK, _MARK, _MARK, _MARK)).split(orjson.dumps(_MARK))


def _places(epochs: Whole, updates: Whole, samples: list[bytes]) -> list[bytes]:
    """Epoch, update and sample of each visit, or of each update."""
    _, _, by_update, by_sample, _, _ = _around("")
    each = zip(_texts(epochs), _texts(updates), samples, strict=True)
    return [epoch + by_update + update + by_sample + sample for epoch, update, sample in each]


def _texts(column: Floats | Whole | Any) -> list[bytes]:
    """The text of each value of a column, without the brackets around it."""
    if column[0].size == 1:
        column = column.reshape(-1)
    depth = column.ndim
    text = orjson.dumps(np.ascontiguousarray(column), option=orjson.OPT_SERIALIZE_NUMPY)
    return text[depth:-depth].split(b"]" * (depth - 1) + b"," + b"[" * (depth - 1))
