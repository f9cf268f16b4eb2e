"""The steps of a block of updates as JSON, many lines at once: the encoder sees all numbers of some updates together.

The lines are those of `document.step`; all that differs from one update to the next are numbers, and what stands
between them is taken from a line of that one.
"""

from __future__ import annotations

import math
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
    sample = [orjson.dumps(None)] * len(updates) if plan.batched else _texts(samples)
    own = lines_with(of_update, between)
    numbers = [block.columns[equation.id][part] for equation in of_update]
    pieces = own.pieces(starts + sizes * len(of_sample), _places(epochs, updates, sample), numbers)
    if of_sample:
        visits = slice(block.visits[part.start], block.visits[part.stop])
        turns = np.arange(len(samples)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        first = np.repeat(starts, sizes) + turns * len(of_sample)
        places = _places(np.repeat(epochs, sizes), np.repeat(updates, sizes), _texts(samples))
        lines = lines_with(of_sample, between)
        numbers = [block.columns[equation.id][visits] for equation in of_sample]
        of_visits = lines.pieces(first, places, numbers)
        pieces = _in_turn(of_visits, len(lines.constant) * sizes, pieces, len(own.constant))
    head = _around("")[0]
    pieces[0], pieces[-1] = head + pieces[0], pieces[-1].removesuffix(between + head)
    return b"".join(pieces)


class _Lines:
    """The lines of some equations in pieces: what is always the same, and where the numbers have their places.

    A line begins with its number and ends with what stands before the number of the next.
    """

    def __init__(self, equations: Sequence[Equation], between: bytes) -> None:
        self.constant: list[bytes] = []
        self.of_number, self.of_place, self.of_entry = list[int](), list[int](), list[int]()
        for equation in equations:
            head, name, *_, by_value, tail = _around(equation.id)
            shape = equation.target.shape
            self._variable(self.of_number)
            self.constant.append(name)
            self._variable(self.of_place)
            self.constant.append(by_value + b"[" * len(shape))
            for entry in range(1, math.prod(shape) + 1):
                self._variable(self.of_entry)
                ends_row = len(shape) > 1 and entry % shape[-1] == 0
                self.constant.append(b"],[" if ends_row else b",")
            self.constant[-1] = b"]" * len(shape) + tail + between + head

    def _variable(self, places: list[int]) -> None:
        places.append(len(self.constant))
        self.constant.append(b"")

    def pieces(self, first: Whole, places: list[bytes], numbers: Sequence[Floats]) -> list[bytes]:
        """All the lines, again and again; `first` are the numbers of the first of them each time.

        `places` say where in the training each time is, `numbers` are the columns of the equations.
        """
        count, stride, lines = len(first), len(self.constant), len(self.of_number)
        pieces = self.constant * count
        steps = _texts((first[:, None] + np.arange(lines)).reshape(-1))
        entries = _texts(np.concatenate([column.reshape(count, -1) for column in numbers], axis=1).reshape(-1))
        for line, (of_number, of_place) in enumerate(zip(self.of_number, self.of_place, strict=True)):
            pieces[of_number::stride] = steps[line::lines]
            pieces[of_place::stride] = places
        for entry, at in enumerate(self.of_entry):
            pieces[at::stride] = entries[entry :: len(self.of_entry)]
        return pieces


lines_with = lru_cache(maxsize=64)(_Lines)


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


def _texts(numbers: Floats | Whole | Any) -> list[bytes]:
    """The text of each number."""
    return orjson.dumps(np.ascontiguousarray(numbers), option=orjson.OPT_SERIALIZE_NUMPY)[1:-1].split(b",")
