"""The line to ask for next, where the mistakes that may have been made part."""

from __future__ import annotations

import pytest

from backtrace.answers.separating import separating
from tests.answers.made import LECTURE, judged, traced


@pytest.mark.parametrize(("wrote", "parted"), [("dL_dz2 = -0.289", True), ("a1 = 0.562 0.758", False)])
def test_the_line_that_separates_candidates_is_asked_for(wrote: str, parted: bool) -> None:
    """Where several mistakes give a number, a line in which they differ is found; where one does, none."""
    judgement = judged(traced("lecture"), LECTURE[0], wrote)
    line = judgement.wrong[0]
    asked = [*judgement.missing, *(line.key._replace(id=name) for name in ("dL_da2", "slope2"))]
    assert (separating(judgement, line, asked) is not None) == parted
