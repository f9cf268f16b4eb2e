"""What a change does to the training: the losses of the next updates beside those without it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import numpy as np

from backtrace.engine.trace import Trace, run
from backtrace.errors import OutOfRangeError
from backtrace.lesson.blocks import Block, Heading, Prose, Sentence, Table
from backtrace.lesson.mathematics import number
from backtrace.lesson.numbers import shown

_NEXT = 5
_MOST_WORKED_AGAIN = 50
_ROWS = 7


def prospect(trace: Trace, changed: Trace) -> Iterator[Block]:
    """The losses of both trainings side by side: a few updates beyond the last, or of a long training some of its own.

    Where the numbers of one leave the range it says so.
    """
    yield Heading("The loss after the next updates", 1)
    columns: list[list[float]] = []
    for each in (trace, changed):
        losses, left_range = _losses(each)
        columns.append(losses)
        if left_range:
            which = "With the change" if each is changed else "Without the change"
            yield Prose((f"{which} the numbers leave the range in update {left_range}.",), "warning")
    longest = max(map(len, columns))
    rows = list(zip_longest(*columns))
    places = sorted({round(place) for place in np.linspace(0, longest - 1, min(_ROWS, longest))})
    yield Table(
        (("update",), ("as it was",), ("changed",)),
        tuple(((f"{place:,}",), *(_said(changed, loss) for loss in rows[place])) for place in places),
    )


def _losses(trace: Trace) -> tuple[list[float], int]:
    """The losses after 0, 1, 2 … updates, and the update in which the numbers left the range, 0 if none."""
    if trace.updates > _MOST_WORKED_AGAIN or trace.scenario.until is not None:
        return trace.losses.tolist(), 0
    batches = len(trace.schedule.batches)
    epochs = -(-(trace.updates + _NEXT) // batches)
    try:
        longer = run(trace.scenario.with_(epochs=epochs))
    except OutOfRangeError as error:
        return trace.losses.tolist(), error.update
    return longer.losses[: trace.updates + _NEXT + 1].tolist(), 0


def _said(trace: Trace, loss: float | None) -> Sentence:
    return ("ended",) if loss is None else (number(shown(loss, trace.scenario.decimals)),)
