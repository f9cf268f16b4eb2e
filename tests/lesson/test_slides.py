"""The deck: every line that is told is on a slide, in order, and no slide gives its values away."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

import backtrace
from backtrace.errors import InputError
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Curve, Given, Heading, Prose, Table
from backtrace.lesson.diagram import Diagram
from backtrace.lesson.rows import ROOM, rows_of
from backtrace.lesson.slides import MOST_ROWS, Deck, Slide, deck
from backtrace.lesson.telling import Telling
from backtrace.scenario import names, path_of

FORMULAS = Telling(show=frozenset({"formula"}))
TELLINGS = (None, FORMULAS, Telling(view="matrix"), Telling(stages=frozenset({1, 3})))


@cache
def traced(name: str) -> backtrace.Trace:
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(epochs=min(scenario.epochs, 3)))


@cache
def decked(name: str, telling: Telling | None = None) -> Deck:
    return deck(traced(name), telling)


def slide(anchor: str, name: str = "lecture") -> Slide:
    return next(slide for slide in decked(name).slides if slide.anchor == anchor)


def said(slides: tuple[Slide, ...]) -> list[str]:
    """The forms of all rows, as text."""
    return [
        form.linear("text")
        for slide in slides
        for row in slide.rows
        for form in (*row.forms, *((row.value,) if row.value else ()))
    ]


def parts(blocks: Iterable[Block]) -> tuple[int, int, int]:
    """How many given items, rows of tables and curves there are."""
    told = list(blocks)
    given = sum(len(block.items) for block in told if isinstance(block, Given))
    rows = sum(len(block.rows) for block in told if isinstance(block, Table))
    return given, rows, sum(isinstance(block, Curve) for block in told)


def marked(picture: Diagram) -> set[str]:
    """The names of the neurons and edges that take part."""
    neurons = (neuron for layer in picture.layers for neuron in layer.neurons)
    return {part.name.linear("text") for part in (*neurons, *picture.edges) if part.is_marked}


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("telling", TELLINGS, ids=["all", "formulas", "matrices", "stages"])
def test_every_line_that_is_told_is_on_a_slide(name: str, telling: Telling | None) -> None:
    """The rows of the deck are the forms of the lesson, all of them, in the same order."""
    told = [
        form.linear("text")
        for line in backtrace.tell(traced(name), telling).lines()
        for derivation in line.derivations
        for form in derivation.forms
    ]
    assert said(decked(name, telling).slides) == told


@pytest.mark.parametrize("name", names())
def test_a_slide_has_at_most_six_rows(name: str) -> None:
    """No slide has more than six rows of mathematics, and every row belongs to a quantity named on its slide."""
    for each in decked(name).slides:
        assert len(each.rows) <= MOST_ROWS
        assert not each.rows or each.rows[0].target


@pytest.mark.parametrize("name", names())
def test_a_slide_is_named_once_and_its_parts_are_counted(name: str) -> None:
    """Anchors are unique; the parts of a step count from 1 to as many as it has."""
    slides = decked(name).slides
    assert len({each.anchor for each in slides}) == len(slides)
    for each in slides:
        assert 1 <= each.part <= each.parts
        assert each.anchor in (f"step-{each.step}", f"step-{each.step}-{each.part}") or each.anchor.startswith("losses")


@pytest.mark.parametrize("name", names())
def test_whatever_else_is_told_is_on_a_slide(name: str) -> None:
    """Given, warnings, readings with the scenario's notes, losses and outcome are there as they are told."""
    lesson, slides = backtrace.tell(traced(name)), decked(name).slides
    prose = [str(b.sentence) for b in lesson if isinstance(b, Prose)]
    there = [str(b.sentence) for each in slides for b in each.blocks if isinstance(b, Prose)]
    assert len(there) == len(prose)
    cut = [block for each in slides for block in each.blocks]
    assert parts(cut) == parts(lesson)
    readings = [line.reading for line in lesson.lines() if line.reading]
    assert len([each for each in slides if each.reading]) == len(readings)


def test_the_steps_of_one_update_are_the_lines_of_the_lesson() -> None:
    """In a deck of one update step 9 is line 9; before it stands the given, after the last whether it helped."""
    slides = decked("lecture").slides
    assert decked("lecture").steps == 15
    assert [slides[0].step, slides[-1].step, slides[-1].stage] == [0, 16, "Did it help"]
    lines = {line.number: line.name.linear("text") for line in backtrace.tell(traced("lecture")).lines()}
    assert {each.step: each.name.linear("text") for each in slides if each.name} == lines


def test_half_a_lecture_keeps_its_numbers() -> None:
    """With some of the stages the steps are numbered as in the whole deck, and nothing else is told."""
    slides = decked("lecture", Telling(stages=frozenset({2, 3}))).slides
    assert [each.anchor for each in slides] == ["step-7", "step-8", "step-9", "step-9-2", "step-9-3"]


def test_several_updates_are_told_first_and_last_with_the_losses_between() -> None:
    """The steps are counted through; the loss table and curve stand after the first update."""
    slides = decked("xor").slides
    place = next(n for n, each in enumerate(slides) if each.anchor == "losses")
    assert any(isinstance(block, Curve) for block in slides[place].blocks)
    assert slides[place - 1].place.startswith("update 1 of 3")
    assert slides[place + 1].place.startswith("update 3 of 3")
    steps = [each.step for each in slides if each.anchor.startswith("step-")]
    assert sorted(set(steps)) == list(range(decked("xor").steps + 2))
    other = deck(traced("xor"), Telling(updates=(2,)))
    assert {each.place[:13] for each in other.slides if each.name} == {"update 2 of 3"}


def test_what_the_trace_does_not_have_is_refused() -> None:
    """A stage or an update that there is not is an error."""
    for telling in (Telling(stages=frozenset({9})), Telling(updates=(4,))):
        with pytest.raises(InputError):
            decked("lecture", telling)


def test_without_numbers_it_is_the_derivation_alone() -> None:
    """With formulas alone there is no value, no picture with values and no outcome."""
    slides = decked("lecture", FORMULAS).slides
    assert all(row.value is None and row.beside is None for each in slides for row in each.rows)
    assert all(each.picture is None for each in slides)
    assert slides[-1].stage == "Stage 5: update"


def test_a_value_is_there_to_be_revealed_by_itself() -> None:
    """The rows of an error signal: chain rule, formula, numbers put in, and the value apart from its row's forms."""
    rows = slide("step-6").rows
    names_of_forms = [[form.name for form in row.forms] for row in rows]
    assert names_of_forms == [["chain", "chain"], ["formula"], ["numbers"], ["factors"]]
    assert [row.value is not None for row in rows] == [False, False, False, True]
    assert [row.note for row in rows[:2]] == ["chain rule", "formula"]
    assert rows[-1].entry is not None
    assert rows[-1].entry.key == Var("dL_dz2", (), index=(1,)).key


def test_only_what_a_slide_reads_and_gives_is_marked() -> None:
    """The slide of one hidden neuron's error marks that neuron, the output and the one weight between them."""
    picture = slide("step-9-2").picture
    assert picture is not None
    assert marked(picture.after) == {"h₁", "ŷ", "v₁₁"}
    whole = slide("step-9").picture
    assert whole is not None
    assert marked(whole.after) == {"h₁", "h₂", "ŷ", "v₁₁", "v₂₁"}


def test_the_picture_does_not_know_the_value_before_it_is_revealed() -> None:
    """Before, no neuron has its pre-activation and no weight its new value; what an earlier slide told is known."""
    forward, update = slide("step-1").picture, slide("step-14-2").picture
    assert forward is not None
    assert update is not None
    hidden, seen = (picture.layers[1].neurons for picture in (forward.before, forward.after))
    assert [neuron.second for neuron in hidden] == [None, None]
    assert all(neuron.second for neuron in seen)
    assert not any(edge.new for edge in update.before.edges)
    assert any(edge.new for edge in update.after.edges)
    assert [var.name for var in update.known] == ["W1"] * 3


def test_rows_that_are_too_long_say_so() -> None:
    """A row of more letters than there is room is higher than one line, and its rows do not grow in number."""
    line = next(iter(backtrace.tell(traced("three-layer"), Telling(only=("z3[1]",))).lines()))
    rows = rows_of(line.derivations[0], MOST_ROWS)
    assert any(row.is_long for row in rows)
    assert max(len(form.linear("text")) for form in line.derivations[0].forms) > ROOM
    assert all(row.lines > 1 for row in rows if row.is_long)


def test_a_changed_training_ends_with_both_losses() -> None:
    """A deck of another learning rate has the losses of the next updates beside those of the first."""
    changed = backtrace.run(traced("lecture").scenario.with_(learning_rate=0.07))
    last = deck(changed, before=traced("lecture")).slides[-1]
    assert last.anchor == "next-updates"
    assert any(isinstance(block, Table) for block in last.blocks)
    assert not any(isinstance(block, Heading) for block in last.blocks)
