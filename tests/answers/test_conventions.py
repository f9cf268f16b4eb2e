"""Conventions: each row of the table has a sheet that it explains, and the lecture's printed sheet has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from backtrace.answers.conventions import CONVENTIONS, Convention, conventions
from backtrace.answers.judgement import Judgement
from backtrace.answers.judging import judge
from backtrace.answers.report import Report
from backtrace.answers.working import Key, Working
from backtrace.formula.evaluate import FLOATS
from tests.answers.made import LECTURE, judged, lines_of, sheet_of, traced, with_line
from tests.answers.printed import printed

ERRORS = ("δʸ = -0.289", "δʰ = -0.020 -0.027")
RIGHT_BUT_FOR_ERRORS = [line for line in LECTURE if "dL_dz" not in line]


def of_another(name: str, setting: str, *own: str, left_out: str = "_") -> Judgement:
    """A sheet that is worked with a setting, against the scenario without it; ids with a text in them left out."""
    trace, other = traced(name, *own), traced(name, *own, setting)
    keys = [key for key in lines_of(other, range(1, other.updates + 1)) if left_out not in f"{key.id} "]
    sheet = sheet_of(other, Working(other, FLOATS), keys, digits=5)
    return judge(replace(sheet, scenario=trace.scenario), trace)


def of_lecture(*new: str) -> Judgement:
    """The lecture's example with some lines written otherwise."""
    return judged(traced("lecture"), *with_line(LECTURE, *new))


# fmt: off
FOLLOWING: dict[str, Callable[[], Judgement]] = {
    "the error signal with the other sign":
        lambda: judged(traced("lecture"), *RIGHT_BUT_FOR_ERRORS, *ERRORS),
    "the loss with another factor":
        lambda: of_lecture("L = 0.262"),
    "another loss of the same kind":
        lambda: of_another("lecture", "loss=half_sse", left_out="?"),
    "sum and mean over the samples exchanged":
        lambda: of_another("online-vs-batch", "loss={name: mse, batch: sum}", "batch_size=all", left_out="?"),
    "rows for columns":
        lambda: of_lecture("dL_dW1 = 0.010 0.013; 0.016 0.021", "W1_next = 0.193 0.591; 0.389 0.785"),
    "momentum in its other form":
        lambda: of_another("reddy-momentum", "optimizer={name: classical_momentum, momentum: 0.9}", left_out="step"),
    "biases kept fixed":
        lambda: of_lecture("b1_next = 0.1 0.2", "b2_next = 0.4"),
}
# fmt: on
"""A sheet that follows each convention throughout."""


@pytest.mark.parametrize("row", CONVENTIONS, ids=lambda row: row.name)
def test_a_sheet_that_follows_a_convention_is_right(row: Convention) -> None:
    """Lines that are wrong in the scenario's own form are none under the convention, and the sheet is called right."""
    judgement = FOLLOWING[row.name]()
    assert judgement.wrong
    assert row.name in [found.name for found in conventions(judgement)]
    assert Report(judgement).is_right


def test_the_printed_lecture_follows_none() -> None:
    """It subtracts its negative δ, and transposes one matrix of two: mistakes."""
    judgement = printed("lecture-printed")
    assert conventions(judgement) == ()
    assert not Report(judgement).is_right


def test_a_sheet_that_is_right_follows_none() -> None:
    """Where nothing is wrong there is nothing to explain by a convention."""
    assert conventions(judged(traced("lecture"), *LECTURE)) == ()


def test_a_convention_holds_for_the_whole_sheet_or_not_at_all() -> None:
    """The other sign of one error signal alone, or of gradients that are subtracted, is a mistake."""
    assert conventions(judged(traced("lecture"), *RIGHT_BUT_FOR_ERRORS, ERRORS[0], "δʰ = 0.020 0.027")) == ()
    subtracted = with_line(RIGHT_BUT_FOR_ERRORS, "dL_db2 = -0.289", "b2_next = 0.602")
    assert conventions(judged(traced("lecture"), *subtracted, *ERRORS)) == ()


def test_a_name_that_fixes_the_sign_has_no_other() -> None:
    """What is called dL_ is the derivative, whatever its sign is in a book."""
    assert conventions(of_lecture("dL_dz2 = -0.289", "dL_dz1 = -0.020 -0.027")) == ()


def test_without_a_line_of_the_update_nothing_is_decided() -> None:
    """A negative δ alone may be either; the sheet is not called right, and both readings are told."""
    report = Report(judged(traced("lecture"), ERRORS[0]))
    assert [found.name for found in report.conventions] == ["the error signal with the other sign"]
    assert not report.is_decided
    assert not report.is_right
    said = [str(block) for block in report.blocks()]
    assert any("A convention, or a mistake: no update decides" in each for each in said)
    assert any("difference reversed" in each for each in said)


def test_a_matrix_that_fits_transposed_may_follow_a_convention() -> None:
    """The row of output weights written as a column is a wrong shape, and with all others a convention."""
    turned = ("dL_dW2 = 0.181; 0.219", "W2_next = 0.173; 0.347")
    square = ("dL_dW1 = 0.010 0.013; 0.016 0.021", "W1_next = 0.193 0.591; 0.389 0.785")
    assert [found.name for found in conventions(of_lecture(*turned, *square))] == ["rows for columns"]
    assert conventions(of_lecture(*turned)) == ()


def test_other_lines_keep_their_key() -> None:
    """What a convention is tried on is another sheet: the judgement keeps its own verdicts."""
    judgement = FOLLOWING["the loss with another factor"]()
    conventions(judgement)
    assert [line.key for line in judgement.wrong] == [Key("L", 1, judgement.wrong[0].key.sample)]
