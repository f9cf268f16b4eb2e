"""Does it learn: what the new parameters on a sheet do to the loss."""

from __future__ import annotations

from backtrace.answers.learning import outcome
from tests.answers.made import LECTURE, judged, traced
from tests.answers.printed import printed


def test_the_printed_lecture_climbs() -> None:
    """Its new parameters take the loss from 0.525 to 0.590, the right ones to 0.407."""
    found = outcome(printed("lecture-printed"))
    assert found is not None
    assert [round(each, 3) for each in (found.before, found.own, found.true)] == [0.525, 0.590, 0.407]
    assert found.is_worse


def test_without_new_parameters_nothing_is_said_of_learning() -> None:
    """A forward pass alone does not learn."""
    assert outcome(judged(traced("lecture"), *LECTURE[:5])) is None
