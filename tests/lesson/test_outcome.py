"""What came of it: the last update before and after, the losses of the training, the samples of a batch."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from backtrace.engine.trace import Trace, run
from backtrace.lesson.blocks import Block, Curve, Table
from backtrace.lesson.outcome import losses, outcome, samples_beside
from backtrace.scenario import load, path_of
from tests.lesson.test_sentences import said


@cache
def bundled(name: str, **changes: Any) -> Trace:
    return run(load(path_of(name)).with_(**changes))


def rows(blocks: list[Block]) -> list[list[str]]:
    """The cells of the first table as text."""
    table = next(block for block in blocks if isinstance(block, Table))
    return [[said(cell) for cell in row] for row in table.rows]


def test_before_and_after() -> None:
    """Prediction and loss before and after the last update, with the target and the change."""
    assert rows(list(outcome(bundled("lecture")))) == [
        ["ŷ", "0.725", "→", "0.638", "target 0"],
        ["L", "0.525", "→", "0.407", "change −0.118"],
    ]


def test_every_output_of_every_sample_has_a_row() -> None:
    """In a batch each sample has its prediction; then comes the loss of the batch."""
    found = rows(list(outcome(bundled("three-layer"))))
    assert [row[0] for row in found] == [
        "ŷ₁ of sample 1", "ŷ₂ of sample 1", "ŷ₁ of sample 2", "ŷ₂ of sample 2", "J",
    ]  # fmt: skip


@pytest.mark.parametrize(("epochs", "listed"), [(3, ["1", "2", "3"]), (12, [str(n) for n in range(1, 13)])])
def test_the_losses_of_few_updates_are_all_listed(epochs: int, listed: list[str]) -> None:
    """The table has the loss that each update started from, and the one after the last."""
    found = rows(list(losses(bundled("xor", epochs=epochs))))
    assert [row[0] for row in found] == [*listed, "after"]


def test_of_many_updates_some_are_listed_and_all_drawn() -> None:
    """The table has the first and the last update and some between; the curve has them all."""
    blocks = list(losses(bundled("xor")))
    numbers = [int(row[0]) for row in rows(blocks)[:-1]]
    assert numbers == sorted(numbers)
    assert (numbers[0], numbers[-1], len(numbers) <= 12) == (1, 300, True)
    (curve,) = (block for block in blocks if isinstance(block, Curve))
    assert curve.values == tuple(bundled("xor").losses)


def test_the_samples_of_a_batch_stand_side_by_side() -> None:
    """Each sample of the batch has a row with its input, target, prediction, loss and error."""
    found = rows(list(samples_beside(bundled("xor"), 1)))
    assert [row[:3] for row in found] == [
        ["1", "[0 0]", "0"],
        ["2", "[0 1]", "1"],
        ["3", "[1 0]", "1"],
        ["4", "[1 1]", "0"],
    ]
