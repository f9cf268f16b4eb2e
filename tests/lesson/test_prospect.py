"""What a change does to the next updates, beside the training without it."""

from __future__ import annotations

import pytest

import backtrace
from backtrace.lesson.blocks import Prose, Table
from backtrace.lesson.prospect import prospect
from backtrace.scenario import path_of


def trained(**changes):
    return backtrace.run(backtrace.load(path_of("lecture")).with_(**changes))


def rows(blocks):
    (table,) = (block for block in blocks if isinstance(block, Table))
    return [
        [part if isinstance(part, str) else part.linear("text") for cell in row for part in cell] for row in table.rows
    ]


def test_five_updates_more():
    """Both trainings are told for five updates beyond the last; the losses are those of the longer trainings."""
    found = rows(prospect(trained(), trained(learning_rate=2)))
    assert [row[0] for row in found] == list("0123456")
    for column, rate in ((1, 0.7), (2, 2)):
        losses = trained(learning_rate=rate, epochs=6).losses
        assert [float(row[column]) for row in found] == pytest.approx(losses.tolist(), abs=5.1e-4)


def test_a_long_training_is_not_made_longer():
    """Of many updates some of the training itself are told, the first and the last among them."""
    found = rows(prospect(trained(epochs=400), trained(epochs=400, learning_rate=2)))
    assert (found[0][0], found[-1][0]) == ("0", "400")
    assert len(found) <= 7


def test_a_training_of_another_length():
    """Where one training ends before the other, its column says so."""
    found = rows(prospect(trained(epochs=100), trained(epochs=80)))
    assert found[-1][-1] == "ended"


def test_numbers_that_leave_the_range():
    """Where the longer training leaves the range, that is said with the update, and what there is is told."""
    scenario = backtrace.load(path_of("hmkcode"))
    changed = backtrace.run(scenario.with_(learning_rate=1e60))
    blocks = list(prospect(backtrace.run(scenario), changed))
    warnings = [block for block in blocks if isinstance(block, Prose)]
    assert any("leave the range in update" in str(warning.sentence[0]) for warning in warnings)
