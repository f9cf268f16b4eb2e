"""The verdicts: what each figure is called, and that a line is held against the learner's own earlier ones."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from backtrace.answers.judging import is_all_right, judge
from tests.answers.made import LECTURE, judged, kinds, named, said, traced, typed, with_line

MISTAKEN = ("dL_dz2 = -0.289", "dL_dW2 = -0.181 -0.219", "dL_dz1 = -0.020 -0.027")

# fmt: off
VERDICTS = [
    # lines, how the last of them comes out, and the note
    (("z1 = 0.52 1.14",),                                        "correct",        ""),
    (("z1 = 0.5200 1.1400",),                                    "correct",        ""),
    (("L = 21/40",),                                             "wrong",          ""),
    (("dL_dz1 = 0.020 0.027", "dL_dW1[2,1] = 0.014"),            "rounded",        ""),
    (("dL_dz2 = 0.289", "dL_dz1 = 0.020 0.026"),                 "rounded",        "cut off"),
    (("a2 = 0.725", "L = 0.527"),                                "rounded",        "rounded inside"),
    (("dL_dz2 = -0.289", "dL_dW2 = -0.181 -0.219"),              "follows",        ""),
    (("dL_dz2 = -0.289", "dL_dz1 = -0.020 -0.026"),              "follows",        "cut off"),
    (("dL_dz2 = -0.289", "dL_dW2 = -0.181 0.209"),               "wrong",          ""),
    (("dL_dz2 = 0", "dL_db2 = 0.4"),                             "too few digits", ""),
    (("dL_dz2 = 0.9", "dL_dW1[2,2] = 0.9"),                      "wrong",          ""),
    (("dL_dz2 = 0.288",),                                        "rounded",        "rounded inside"),
    (("dL_dz2 = 0.280",),                                        "wrong",          ""),
    (("z1 = none 1.14",),                                        "not a number",   ""),
    (("W1 = 0.2 0.4; 0.6 0.9",),                                 "miscopied",      ""),
    (("W1 = 0.2 0.4; 0.6 0.8",),                                 "correct",        ""),
    (("dL_da2 = 0.2892155",),                                    "wrong name",     ""),
]
# fmt: on


@pytest.mark.parametrize(("lines", "kind", "note"), VERDICTS)
def test_a_figure_is_called_what_it_is(lines: tuple[str, ...], kind: str, note: str) -> None:
    """Of lines of the lecture's example, the last one has this verdict and this note on a digit."""
    line = judged(traced("lecture"), *lines).lines[-1]
    notes = {verdict.note for verdict in line.verdicts} - {""}
    assert (line.kind, notes) == (kind, {note} - {""})


def test_a_sheet_that_is_rounded_everywhere_is_right() -> None:
    """All lines of the lecture, to three decimals, are correct."""
    judgement = judged(traced("lecture"), *LECTURE)
    assert set(kinds(judgement).values()) == {"correct"}
    assert judgement.is_right


def test_a_mistake_is_counted_once() -> None:
    """What is worked rightly from a wrong line follows it, up to the new weights, and says from where."""
    judgement = judged(traced("lecture"), *LECTURE[:5], *MISTAKEN)
    assert kinds(judgement) | {"L": "correct"} == {
        "z1": "correct", "a1": "correct", "z2": "correct", "a2": "correct", "L": "correct",
        "dL_dz2": "wrong", "dL_dW2": "follows", "dL_dz1": "follows",
    }  # fmt: skip
    assert [key.id for line in judgement.lines[-2:] for key in line.follows] == ["dL_dz2", "dL_dz2"]


def test_a_line_may_return_to_the_truth() -> None:
    """After a wrong line a figure that is the true one is correct."""
    judgement = judged(traced("lecture"), "dL_dz2 = -0.289", "dL_dW2 = 0.181 0.219")
    assert kinds(judgement)["dL_dW2"] == "correct"


def test_a_quantity_is_as_wrong_as_its_worst_entry() -> None:
    """One wrong entry of a matrix makes the line wrong; the verdicts on the others stay what they are."""
    (line,) = judged(traced("lecture"), "dL_dW1 = 0.010 0.016; 0.013 0.031").lines
    assert line.kind == "wrong"
    assert [verdict.kind for verdict in line.verdicts] == ["correct", "correct", "correct", "wrong"]


def test_a_single_entry_is_enough() -> None:
    """Of a line only partly written the entry is judged alone, and lines after it are worked from it."""
    judgement = judged(traced("lecture"), "a1[2] = 0.858", "z2 = 1.017")
    assert kinds(judgement) == {"a1": "wrong", "z2": "follows"}


def test_lines_that_are_left_out_are_worked() -> None:
    """A sheet of its last lines alone is judged: what they are worked from follows by its formulas."""
    assert judged(traced("lecture"), *LECTURE[-4:]).is_right
    judgement = judged(traced("lecture"), "dL_dz2 = -0.289", "W2_next = 0.427 0.653", "b2_next = 0.602")
    assert kinds(judgement) == {"dL_dz2": "wrong", "W2_next": "follows", "b2_next": "follows"}


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_lines_does_not_matter(seed: int) -> None:
    """Lines in any order have the verdicts and explanations that they have in the order of the working."""
    lines = with_line(LECTURE, *MISTAKEN, "W1_next = 0.207 0.409; 0.611 0.815", "z2 = 0.976")
    shuffled = random.Random(seed).sample(lines, len(lines))
    first, other = judged(traced("lecture"), *lines), judged(traced("lecture"), *shuffled)
    assert kinds(first) == kinds(other)
    assert named(first) == named(other)


def test_numbers_of_a_program_may_be_off_by_noise() -> None:
    """With a precision a number that is off by less than it is noise, and without it wrong."""
    lecture = traced("lecture")
    assert kinds(judged(lecture, "a2 = 0.72451799", precision="1e-6")) == {"a2": "noise"}
    assert kinds(judged(lecture, "a2 = 0.72451799")) == {"a2": "wrong"}
    assert kinds(judged(lecture, "a2 = 0.72461799", precision="1e-6")) == {"a2": "wrong"}


def test_digits_do_not_count_where_a_precision_is_given() -> None:
    """A program that prints few digits is held to its digits."""
    assert kinds(judged(traced("lecture"), "a2 = 0.725", precision="1e-6")) == {"a2": "correct"}


def test_a_zero_that_is_added_up_in_another_order_is_correct() -> None:
    """What is exactly 0 in one order of adding and 1e-17 in another is no mistake."""
    zero = traced("softmax-regression")
    assert kinds(judged(zero, "dJ_db1 = 1e-17 0 -3e-17"))["dJ_db1"] == "correct"


def test_the_right_value_under_a_wrong_name_is_recognised() -> None:
    """The values of δ written under the derivatives by the activations are named as those of δ."""
    for wrote, meant in (("dL_da2 = 0.289", "dL_dz2"), ("dL_da1 = 0.020 0.027", "dL_dz1")):
        (line,) = judged(traced("lecture"), wrote).lines
        assert (line.kind, line.named and line.named.id) == ("wrong name", meant)


def test_a_number_of_the_example_is_not_explained() -> None:
    """A given number that is not copied rightly has no formula and no explanation; what is worked from it follows."""
    judgement = judged(traced("lecture"), "W1 = 0.2 0.4; 0.6 0.9", "z1 = 0.520 1.220")
    assert kinds(judgement) == {"W1": "miscopied", "z1": "follows"}
    assert judgement.lines[0].explanations == ()


def test_lines_of_samples_are_apart() -> None:
    """In a batch each sample has its lines; the gradients of the batch follow from those of all samples."""
    batch = traced("online-vs-batch", "batch_size=all")
    right = float(batch.value("dJ_db2")[0])
    prediction = float(batch.value("a2", 1, 2)[0])
    judgement = judged(batch, f"a2 (sample 2) = {prediction:.4f}", "a2 (sample 3) = 0.9", f"dJ_db2 = {right:.4f}")
    assert kinds(judgement) == {"a2:2": "correct", "a2:3": "wrong", "dJ_db2": "correct"}


def test_the_second_update_reads_the_new_weights_of_the_first() -> None:
    """A forward pass after a wrong update is carried on from the learner's own weights."""
    lines = with_line(LECTURE, "W2_next = 0.427 0.653", "b2_next = 0.602")
    judgement = judged(traced("lecture"), *lines, "z2 @ 2 = 1.359", "a2 @ 2 = 0.796")
    assert {key: kind for key, kind in kinds(judgement).items() if kind != "correct"} == {
        "W2_next": "wrong", "b2_next": "wrong", "z2@2": "follows", "a2@2": "follows",
    }  # fmt: skip


def test_what_is_missing_and_would_have_told_more_is_named() -> None:
    """Of a wrong line the lines behind it that the sheet leaves out, in the order of the working."""
    judgement = judged(traced("lecture"), "a2 = 0.725", "W2_next = 0.427 0.653")
    assert [said(key) for key in judgement.missing] == ["z1", "a1", "dL_dz2", "dL_dW2"]
    assert judged(traced("lecture"), *LECTURE).missing == ()


def test_a_row_at_fault_stops_no_other() -> None:
    """Rows that cannot be judged are kept beside the lines, and make the sheet not right."""
    judgement = judged(traced("lecture"), "zz = 1", "z1 = 0.52 1.14", "dL_dW1 = 1 2 3", "= 3")
    assert kinds(judgement) == {"z1": "correct"}
    assert [row.fault.kind for row in judgement.faults if row.fault] == ["unknown name", "wrong shape", "unreadable"]
    assert not judgement.is_right


def test_two_rows_of_one_quantity_are_one_line() -> None:
    """Entries written apart make one line, whose rows are both kept."""
    (line,) = judged(traced("lecture"), "z1[1] = 0.52", "z1[2] = 1.3").lines
    assert [row.name for row in line.rows] == ["z1[1]", "z1[2]"]
    assert [verdict.kind for verdict in line.verdicts] == ["correct", "wrong"]


def test_a_sheet_is_all_right_exactly_when_every_line_is() -> None:
    """Whether all lines are right can be asked without a search for mistakes."""
    lecture = traced("lecture")
    assert is_all_right(typed(lecture.scenario, LECTURE), lecture)
    assert not is_all_right(typed(lecture.scenario, with_line(LECTURE, *MISTAKEN)), lecture)


def test_an_empty_sheet_has_nothing_wrong() -> None:
    """A sheet without rows has no lines and is right."""
    sheet = replace(typed(traced("lecture").scenario, []), rows=())
    assert judge(sheet, traced("lecture")).is_right


def test_an_unexplained_line_of_a_batch_is_wrong() -> None:
    """A line of the whole batch is not held against the values of single samples to find another name for it."""
    judgement = judged(traced("reddy-momentum"), "W1_next = 3.77 71.3")
    assert kinds(judgement) == {"W1_next": "wrong"}
    assert judgement.lines[0].named is None
