"""The search: behind the line, in pairs, ranked by the rest of the sheet, and silent where nothing is known."""

from __future__ import annotations

from backtrace.answers.working import Key
from tests.answers.made import LECTURE, judged, named, traced

FORWARD = LECTURE[:5]


def test_a_mistake_is_found_behind_lines_that_are_left_out() -> None:
    """New weights alone tell that the difference was reversed, two lines before them."""
    (line,) = judged(traced("lecture"), *FORWARD, "b2_next = 0.602").wrong
    assert {each.name for each in line.explanations} >= {"sign of the update", "difference reversed"}


def test_the_rest_of_the_sheet_decides() -> None:
    """A line that was shown and is right rules out the mistakes behind it."""
    judgement = judged(traced("lecture"), *FORWARD, "dL_dz2 = 0.289", "dL_db2 = 0.289", "b2_next = 0.602")
    assert named(judgement) == {"b2_next": "sign of the update"}
    assert "difference reversed" not in {each.name for each in judgement.wrong[0].explanations}


def test_two_mistakes_are_found_together() -> None:
    """The step added, and the learning rate forgotten."""
    (line,) = judged(traced("lecture"), "dL_db2 = 0.289216", "b2_next = 0.689216").wrong
    best = line.explanations[0]
    assert best.second is not None
    assert {best.mistake.name, best.second.mistake.name} == {"sign of the update", "learning rate forgotten"}


def test_nothing_is_guessed() -> None:
    """A number that no known mistake gives has no explanation."""
    assert named(judged(traced("lecture"), "a2 = 0.4137719")) == {"a2": ""}


def test_an_explanation_says_where_the_mistake_was_made() -> None:
    """The equation of the update, which may be another line than the wrong one."""
    (line,) = judged(traced("lecture"), *FORWARD, "dL_dz2 = -0.289").wrong
    assert line.explanations[0].key == Key("dL_da2", 1)


def test_each_mistake_is_named_once() -> None:
    """Ways of making the same mistake are one explanation."""
    (line,) = judged(traced("lecture"), *FORWARD, "W2_next = 0.314 0.518").wrong
    names = [each.name for each in line.explanations]
    assert len(names) == len(set(names))


def test_a_mistake_under_which_the_training_diverges_explains_no_later_line() -> None:
    """Going uphill, the linear network soon leaves the range of doubles; the rest is judged all the same."""
    judgement = judged(traced("hmkcode"), "W2_next = 0.1056175; 0.130584", "L @ 900 = 0.123456")
    assert named(judgement)["W2_next"] == "difference reversed"
    assert judgement.wrong[-1].explanations == ()
