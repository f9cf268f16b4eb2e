"""Many sheets of one question: which line and which mistake how often."""

from __future__ import annotations

from backtrace.answers.report import Report
from backtrace.answers.summary import Result, is_all_right, result_of, told_results
from tests.answers.made import LECTURE, judged, traced, with_line


def test_a_pile_counts_lines_and_mistakes() -> None:
    """Over all sheets: which line was wrong first, and which mistake how often."""
    lecture = traced("lecture")
    sheets = [LECTURE, with_line(LECTURE[:6], "dL_dz2 = -0.289"), with_line(LECTURE[:6], "dL_dz2 = -0.289")]
    results = [result_of(Report(judged(lecture, *lines))) for lines in sheets]
    assert [result.is_right for result in results] == [True, False, False]
    assert results[1].wrong == (("δʸ", "difference reversed"),)
    said = str(told_results(results))
    assert "3 sheets: 1 without a wrong line" in said
    assert "67%" in said
    assert not is_all_right(results)
    assert is_all_right(results[:1])


def test_a_sheet_that_could_not_be_judged_is_not_right() -> None:
    """It stands in the table with what is wrong with it."""
    results = [Result("torn.csv", problem="no text")]
    assert not is_all_right(results)
    assert "no text" in str(told_results(results))
