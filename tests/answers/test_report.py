"""The judgement told: first what is wrong first, then the sheet, what was apparently done, and whether it learns."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from backtrace.answers.judgement import Judgement
from backtrace.answers.judging import judge
from backtrace.answers.report import Report
from backtrace.lesson.blocks import Heading, Recall
from tests.answers.made import LECTURE, judged, traced, typed
from tests.answers.printed import printed


def headings(report: Report) -> list[str]:
    """The headings, in order."""
    return [block.text for block in report.blocks() if isinstance(block, Heading)]


def recalls(judgement: Judgement) -> list[str]:
    """The formulas that are told of wrong lines, right and as used."""
    blocks = Report(judgement).blocks()
    return [each.linear("text") for block in blocks if isinstance(block, Recall) for each in block.lines]


def test_the_printed_lecture_is_told_in_order() -> None:
    """Its three wrong lines with their mistakes, what is missing, and whether it learns."""
    assert headings(Report(printed("lecture-printed")))[1:] == [
        "(1) line 5: difference reversed", "(2) line 8: transposed", "(3) line 10: another quantity",
        "Not on the sheet", "Does it learn?",
    ]  # fmt: skip


def test_the_formula_used_stands_beside_the_right_one() -> None:
    """Both with the learner's own numbers, the one used giving what was written."""
    right, used = recalls(judged(traced("lecture"), "a2 = 0.725", "dL_dz2 = -0.289"))
    assert "2(ŷ − y)·ŷ(1 − ŷ) = 2(0.725 − 0)·0.725·(1 − 0.725) ≈ 0.289" in right
    assert "2(y − ŷ)·ŷ(1 − ŷ) = 2(0 − 0.725)·0.725·(1 − 0.725) ≈ −0.289" in used


def test_a_mistake_behind_the_line_is_opened() -> None:
    """What the sheet leaves out is written out down to where the mistake was made."""
    _, used = recalls(judged(traced("lecture"), *LECTURE[:4], "W2_next = 0.427 0.653"))
    assert "v⁺₁₁ = " in used


def test_what_no_mistake_explains_is_told_without_a_guess() -> None:
    """The right formula alone."""
    judgement = judged(traced("lecture"), *LECTURE[:3], "a2 = 0.413")
    assert "no known mistake explains this" in headings(Report(judgement))[1]
    assert len(recalls(judgement)) == 1


def test_a_right_sheet_has_no_wrong_line_to_tell() -> None:
    """Only the table, and whether it learns."""
    report = Report(judged(traced("lecture"), *LECTURE))
    assert report.is_right
    assert headings(report)[1:] == ["Does it learn?"]


def test_marks_are_given_for_what_follows_too() -> None:
    """Full marks for right lines, follow-through for those carried on, none for the wrong one."""
    sheet = replace(
        typed(traced("lecture").scenario, ["a2 = 0.725", "dL_dz2 = -0.289", "dL_db2 = -0.289"]),
        marks={"a2": Fraction(1), "dL_dz2": Fraction(2), "dL_db2": Fraction(3)},
    )
    *_, last = Report(judge(sheet, traced("lecture"))).blocks()
    assert "4 of 6 marks: full on 1 line, lost on 1 line, follow-through on 1 line." in str(last)


def test_marks_hold_however_a_line_is_named() -> None:
    """They belong to the quantity and its entries, and not to the spelling of its name on the sheet."""
    sheet = replace(
        typed(traced("lecture").scenario, ["z = 0.52 1.14", "delta_y = -0.289"]),
        marks={"z1": Fraction(1), "z1[2]": Fraction(1), "dL_dz2": Fraction(2)},
    )
    *_, last = Report(judge(sheet, traced("lecture"))).blocks()
    assert "2 of 4 marks: full on 1 line, lost on 1 line." in str(last)
