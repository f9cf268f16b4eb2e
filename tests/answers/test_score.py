"""The score of a session: first verdicts count, tries are kept, and the summary is a lesson that any format prints."""

from __future__ import annotations

from io import StringIO

import pytest

from backtrace.answers.guess import Kind, Verdict
from backtrace.answers.score import Answer, Score, Tally, summary
from backtrace.engine.trace import run
from backtrace.formats.markdown import print_markdown
from backtrace.formats.plain import print_plain
from backtrace.lesson.blocks import Heading, Prose, Table
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import load, path_of


@pytest.fixture(scope="module")
def walk() -> Walk:
    """The walk through the lecture's example: line 6 is δʸ, line 9 δʰ."""
    return Walk(run(load(path_of("lecture"))))


def said(kind: Kind) -> Verdict:
    """A verdict of that kind."""
    return Verdict(kind, (kind,))


def session(walk: Walk) -> Score:
    """One line right, one rounded, one right later, one shown, one wrong so far."""
    z, h, u, delta, hidden = (walk.stop(number) for number in (1, 2, 3, 6, 9))
    score = Score().with_guess(z, (1,), said("right")).with_guess(z, (2,), said("right"), 2)
    score = score.with_guess(h, (1,), said("rounded"))
    score = score.with_guess(u, (1,), said("factor"), 1).with_guess(u, (1,), said("right"), 3)
    score = score.with_guess(delta, (1,), said("sign")).with_shown(delta, (1,))
    return score.with_guess(hidden, (1,), said("right")).with_guess(hidden, (2,), said("wrong"))


def test_the_first_verdict_counts(walk: Walk) -> None:
    """The first verdict and what was open then are kept; later tries are counted."""
    answer = session(walk).answer(walk.stop(3), (1,))
    assert answer == Answer(first="factor", tries=2, revealed=1, is_right=True)
    assert answer.outcome == "later"


def test_every_guess_makes_a_new_score(walk: Walk) -> None:
    """A score never changes; another is made of it."""
    score = Score()
    other = score.with_guess(walk.stop(1), (1,), said("right"))
    assert score == Score()
    assert other.answer(walk.stop(1), (1,)).is_right


@pytest.mark.parametrize("kind", ["not a number", "too few digits"])
def test_what_decides_nothing_is_not_counted(walk: Walk, kind: Kind) -> None:
    """Something that is no number, or too few digits of one, is asked again and is no try."""
    assert Score().with_guess(walk.stop(1), (1,), said(kind)) == Score()


def test_a_settled_entry_stays_as_it_is(walk: Walk) -> None:
    """Once an entry is right or shown, further guesses change nothing."""
    right = Score().with_guess(walk.stop(1), (1,), said("right"))
    assert right.with_guess(walk.stop(1), (1,), said("wrong")) == right.with_shown(walk.stop(1), (1,)) == right
    shown = Score().with_shown(walk.stop(1), (1,))
    assert shown.with_guess(walk.stop(1), (1,), said("right")) == shown
    assert shown.answer(walk.stop(1), (1,)) == Answer(revealed=4, is_shown=True)


def test_a_line_is_as_good_as_its_worst_entry(walk: Walk) -> None:
    """A line with a wrong entry is not right, however many others are."""
    score = session(walk)
    outcomes = {walk.stop_of(place).number: outcome for place, outcome in score.lines.items()}
    assert outcomes == {1: "right", 2: "rounded", 3: "later", 6: "shown", 9: "open"}
    assert [score.answer(walk.stop(9), (n,)).is_settled for n in (1, 2, 3)] == [True, False, False]


def test_counts_by_stage(walk: Walk) -> None:
    """Lines are counted by the stage they belong to, in the order of the training step."""
    stages = {stage.title: tally for stage, tally in session(walk).by_stage(walk).items()}
    assert list(stages) == ["forward pass", "output layer error", "hidden layer errors"]
    assert stages["forward pass"] == Tally(lines=3, right=1, rounded=1, later=1)
    assert stages["output layer error"] == Tally(lines=1, shown=1)
    assert stages["hidden layer errors"] == Tally(lines=1)
    assert session(walk).tally == Tally(lines=5, right=1, rounded=1, later=1, shown=1)
    assert session(walk).tally.at_once == 2


def test_the_summary_is_a_lesson(walk: Walk) -> None:
    """The summary says how many lines were right, by stage and line by line."""
    heading, prose, *rest = summary(session(walk), walk)
    assert isinstance(heading, Heading)
    assert isinstance(prose, Prose)
    expected = "2 of 5 lines right at the first try; of these 1 rounded on the way; 1 right later; 1 shown"
    assert prose.sentence == (f"{expected}; 1 not right yet.",)
    stages, entries = (block for block in rest if isinstance(block, Table))
    assert [row[0] for row in stages.rows] == [
        ("forward pass",),
        ("1: output layer error",),
        ("3: hidden layer errors",),
    ]
    assert len(entries.rows) == 7
    assert [cell[0] for cell in entries.rows[3][2:]] == ["right later", "factor", "2", "the chain rule"]


def test_the_summary_of_nothing(walk: Walk) -> None:
    """A session without a guess says so."""
    assert [block for block in summary(Score(), walk) if isinstance(block, Table)] == []


def test_the_summary_can_be_printed(walk: Walk) -> None:
    """Plain text and Markdown print the summary as they print any lesson."""
    for print_lesson, name in ((print_plain, "delta"), (print_markdown, r"\delta")):
        stream = StringIO()
        print_lesson(summary(session(walk), walk), stream)
        assert "2 of 5 lines right at the first try" in stream.getvalue()
        assert name in stream.getvalue()


def test_updates_and_samples_are_told_apart() -> None:
    """With several samples or updates, each line of the summary says whose it is."""
    walk = Walk(run(load(path_of("three-layer"))))
    score = Score().with_guess(walk.stop(20), (1,), said("right"))
    table = [block for block in summary(score, walk) if isinstance(block, Table)][-1]
    assert table.rows[0][1][1] == " (update 1, sample 2)"


def test_a_line_stays_the_same_in_detail(walk: Walk) -> None:
    """What was predicted counts for the line, whatever number it has when every equation is told."""
    detailed = Walk(walk.trace, Telling(detail=True))
    score = Score().with_guess(detailed.stop(len(detailed)), (1,), said("right"))
    last = walk.stop(len(walk))
    assert score.answer(last, (1,)).is_right
    assert list(score.by_stage(walk)) == [last.stage]
    assert str(len(walk)) in str(summary(score, walk))
