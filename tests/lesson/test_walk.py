"""A trace as a walk: the lines of the lesson in order, and where each quantity, stage and update stands."""

from __future__ import annotations

from itertools import pairwise

import pytest

import backtrace
from backtrace.errors import InputError, UnknownQuantityError
from backtrace.formula.expr import variables
from backtrace.lesson.blocks import Curve, Given, Heading, Line, Recall, Table
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import names, path_of

LECTURE = backtrace.load(path_of("lecture"))
FEW_UPDATES = 3
SAMPLES = {"x": [[1, 2], [3, 4], [5, 6], [7, 8], [9, 1]], "y": [[0], [1], [0], [1], [1]]}

SCENARIOS = {
    "two of five at a time": LECTURE.with_(**SAMPLES, batch_size=2, epochs=2),
    "one by one, shuffled": LECTURE.with_(**SAMPLES, shuffle=True, seed=3, epochs=2),
    "batches shuffled": LECTURE.with_(**SAMPLES, batch_size=3, shuffle=True, seed=3, epochs=2),
    "batches in an order": LECTURE.with_(**SAMPLES, batch_size=None, order=[[5, 1], [2], [4, 3]], epochs=2),
    "no gradients of samples": LECTURE.with_(**SAMPLES, batch_size=5, keep={"per_sample_gradients": False}),
    "every third kept": LECTURE.with_(**SAMPLES, keep={"updates": {"every": 3}}, epochs=2),
    "last kept": LECTURE.with_(**SAMPLES, batch_size=2, keep={"updates": "last"}, epochs=2),
    "first layer updated first": LECTURE.with_(**SAMPLES, batch_size=2, notation="ng", optimizer="adam"),
    "penalty and schedule": LECTURE.with_(
        **SAMPLES, l2=0.1, learning_rate={"schedule": "exponential", "initial": 0.7, "gamma": 0.5}, optimizer="momentum"
    ),
}


def walk_of(name: str, **telling) -> Walk:
    """The walk of a bundled scenario, or of one above; a long training is cut short."""
    scenario = SCENARIOS.get(name)
    if scenario is None:
        scenario = backtrace.load(path_of(name))
        scenario = scenario.with_(epochs=min(scenario.epochs, FEW_UPDATES))
    return Walk(backtrace.run(scenario), Telling(**telling))


def stops(walk: Walk) -> list:
    """Every stop, opening and ending included."""
    return [walk.stop(number) for number in range(walk.ending + 1)]


@pytest.fixture(scope="module")
def lecture() -> Walk:
    return Walk(backtrace.run(LECTURE))


@pytest.fixture(scope="module")
def batches() -> Walk:
    return walk_of("two of five at a time")


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("name", [*names(), *SCENARIOS])
def test_the_lines_are_those_of_the_lesson(name, detail):
    """From stop to stop the lines are those that all updates and samples are told with, number, text and all."""
    walk = walk_of(name, detail=detail)
    everything = Telling(
        detail=detail, updates=tuple(walk.trace.kept), samples=tuple(range(1, len(walk.trace.scenario.x) + 1))
    )
    told = [(line.number, line.id, str(line)) for line in tell(walk.trace, everything).lines()]
    lines = [walk.line(stop) for stop in stops(walk) if stop.kind == "line"]
    assert [(line.number, line.id, str(line)) for line in lines] == told
    assert len(walk) == len(told)


@pytest.mark.parametrize("name", [*names(), *SCENARIOS])
def test_a_stop_knows_its_place(name):
    """Update and sample of each stop are those of the schedule, and the steps of the trace have its values."""
    walk = walk_of(name, detail=True)
    steps = [(step.equation.id, step.update, step.sample) for step in walk.trace if step.update <= walk.trace.updates]
    found = [(stop.equation.id, stop.update, stop.sample) for stop in stops(walk) if stop.equation]
    assert sorted(found, key=str) == sorted(steps, key=str)
    assert [stop.number for stop in stops(walk)] == list(range(walk.ending + 1))


@pytest.mark.parametrize("number", [-1, 17, 10**12])
def test_there_is_no_stop_of_another_number(lecture, number):
    """A number before the opening or after the ending is refused, with the numbers that there are."""
    with pytest.raises(InputError, match=f"there is no step {number}; expected a number from 1 to 15"):
        lecture.stop(number)


def test_a_long_training_opens_at_once():
    """The stops of a training are not listed: only those that are asked for are made."""
    walk = Walk(backtrace.run(LECTURE.with_(epochs=2000)))
    assert len(walk) == 30_000
    middle = walk.stop(15_000)
    assert (middle.update, middle.line, middle.equation.id) == (1000, 15, "b1_next")


def test_the_opening_shows_what_is_given_and_the_ending_whether_it_helped(lecture, batches):
    """Before the first line stands what is given; after the last the losses, where there are several, and the gain."""
    opening, ending = list(lecture.blocks(lecture.stop(0))), list(lecture.blocks(lecture.stop(16)))
    assert (lecture.stop(0).kind, lecture.stop(16).kind) == ("opening", "ending")
    assert any(isinstance(block, Given) for block in opening)
    assert not any(isinstance(block, Line) for block in [*opening, *ending])
    assert ending[0].text == "Did it help"
    assert not any(isinstance(block, Curve) for block in ending)
    assert any(isinstance(block, Table) for block in ending)
    assert any(isinstance(block, Curve) for block in batches.blocks(batches.stop(batches.ending)))


def test_a_line_stands_under_its_stage_with_what_it_differentiates(lecture):
    """A line of the backward pass has the title of its stage and the forward lines to remember; others no recall."""
    heading, recall, line = lecture.blocks(lecture.stop(9))
    assert isinstance(heading, Heading)
    assert heading.text == "Stage 3: hidden layer errors"
    assert isinstance(recall, Recall)
    assert [str(each) for each in recall.lines] == ["h₁ = σ(z₁)", "u = v₁₁·h₁ + v₂₁·h₂ + bʸ"]
    assert (line.id, line.number) == ("dL_dz1", 9)
    assert [block.id for block in lecture.blocks(lecture.stop(2)) if isinstance(block, Line)] == ["a1"]
    assert lecture.recall(lecture.stop(2)) is lecture.recall(lecture.stop(0)) is None


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("name", [*names(), *SCENARIOS])
def test_every_line_is_found_from_its_update_and_sample(name, detail):
    """Seen from a line of its update and sample, or of the update, a quantity stands at its own line."""
    walk = walk_of(name, detail=detail)
    for stop in stops(walk):
        if stop.equation:
            assert walk.where(stop.equation.id, stop) == stop.number
            assert walk.found(stop.equation.id, stop) == stop.number


@pytest.mark.parametrize("name", [*names(), *SCENARIOS])
def test_what_is_folded_into_a_line_is_found_there(name):
    """The line where a folded quantity is found reads it; what is told in detail only is found in its own phase."""
    walk = walk_of(name)
    plan, last = walk.trace.plan, walk.stop(len(walk))
    for equation in (*plan.of_sample, *plan.of_update):
        line = walk.stop(walk.where(equation.id, last)).equation
        if equation.told == "folded":
            assert equation.id in _read_by(plan, line.formula), equation.id
        assert line.phase == equation.phase


def _read_by(plan, formula) -> set[str]:
    """The ids of what a formula reads, directly or through what is folded into it."""
    read = {var.name for var in variables(formula)}
    folded = [e for name in read if (e := plan.equation(name)) is not None and e.told == "folded"]
    return read.union(*(_read_by(plan, equation.formula) for equation in folded))


def test_a_parameter_was_made_by_the_update_before(batches):
    """Seen from update 3 the weights are those that update 2 made; seen from the first they are given."""
    third, first = batches.stop(batches.first_of(3)), batches.stop(1)
    made = batches.stop(batches.where("W1", third))
    assert (made.update, made.equation.id) == (2, "W1_next")
    assert batches.stop(batches.where("w12", third)).number == made.number
    assert batches.where("W1", first) == 0
    assert batches.stop(batches.where("W1_next", third)).update == 3


def test_what_the_optimizer_carries_was_made_by_the_update_before():
    """The moment that an update of Adam starts from stands at the line of the update before."""
    walk = walk_of("adam-by-hand")
    second = walk.stop(walk.first_of(2))
    assert walk.stop(walk.where("m_W1", second)).equation.id == "m_W1_next"
    assert walk.stop(walk.where("m_W1", second)).update == 1
    assert walk.where("m_W1", walk.stop(1)) == 0


@pytest.mark.parametrize("name", ["x", "y", "eta", "x2"])
def test_what_is_given_stands_at_the_opening(batches, name):
    """Data and hyperparameters are given, whichever update they are seen from."""
    assert batches.where(name, batches.stop(batches.ending)) == 0


def test_frozen_parameters_are_given():
    """A parameter that no update changes stands at the opening, also in a later update."""
    document = {**LECTURE.document, "training": {**LECTURE.document["training"], "epochs": 3}}
    layers = document["network"]["layers"]
    document["network"] = {**document["network"], "layers": [layers[0] | {"train": {"weights": False}}, layers[1]]}
    from backtrace.scenario import read_document

    walk = Walk(backtrace.run(read_document(document, "f")))
    assert walk.where("W1", walk.stop(walk.first_of(3))) == 0
    assert walk.where("b1", walk.stop(walk.first_of(3))) > 0


@pytest.mark.parametrize("name", ["promise", "gain", "J_next"])
def test_what_follows_the_last_update_stands_at_the_ending(batches, name):
    """Promise, gain and the loss after the last update are told there."""
    assert batches.where(name, batches.stop(1)) == batches.ending


def test_a_parameter_of_an_update_that_is_not_kept_is_not_said_to_be_given():
    """The weights that a kept update starts from were worked, in an update that has no stop: a jump says so."""
    walk = walk_of("every third kept")
    assert list(walk.trace.kept) == [1, 3, 6, 9, 10]
    third, tenth = walk.stop(walk.first_of(3)), walk.stop(walk.first_of(10))
    assert walk.where("W1", third) is None
    with pytest.raises(InputError, match="W1 of update 3 was made by the update before, which is not kept"):
        walk.found("W1", third)
    assert walk.stop(walk.where("W1", tenth)).update == 9
    assert walk.where("W1", walk.stop(1)) == 0


def test_there_is_no_stop_of_an_unknown_quantity(lecture):
    """A name that nothing has is refused, with what is near."""
    for ask in (lecture.where, lecture.found):
        with pytest.raises(UnknownQuantityError, match="did you mean 'dL_dw12'"):
            ask("dL_dw112", lecture.stop(0))


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("name", [*names(), *SCENARIOS])
def test_stages_follow_one_another(name, detail):
    """Stage by stage, forwards and back, every passage is entered once and at its first line."""
    walk = walk_of(name, detail=detail)
    every = stops(walk)
    begins = [0, *(after.number for before, after in pairwise(every) if before.passage != after.passage)]
    forwards = [0]
    while forwards[-1] < walk.ending:
        forwards.append(walk.beside(walk.stop(forwards[-1]), 1))
    backwards = [walk.ending]
    while backwards[-1]:
        backwards.append(walk.beside(walk.stop(backwards[-1]), -1))
    assert forwards == begins == backwards[::-1]
    assert len({stop.passage for stop in every}) == len(begins)


def test_back_from_within_a_stage_is_its_first_line(lecture):
    """From V ← … the stage before is left where it began; past the ends there is nothing."""
    assert [lecture.beside(lecture.stop(number), -1) for number in (14, 12, 0)] == [12, 10, 0]
    assert lecture.beside(lecture.stop(13), 1) == lecture.beside(lecture.stop(16), 1) == 16


@pytest.mark.parametrize("name", ["two of five at a time", "every third kept", "last kept", "lecture"])
def test_updates_follow_one_another(name):
    """Update by update, forwards and back, every kept update is entered once and at its first line."""
    walk = walk_of(name)
    begins = [0, *map(walk.first_of, walk.trace.kept), walk.ending]
    assert [walk.stop(number).update for number in begins[1:-1]] == list(walk.trace.kept)
    assert all(walk.stop(number).line == 1 for number in begins[1:-1])
    for before, after in pairwise(begins):
        assert walk.update_beside(walk.stop(before), 1) == after
        assert walk.update_beside(walk.stop(after), -1) == before
        for within in range(before + 1, after):
            assert walk.update_beside(walk.stop(within), -1) == before
            assert walk.update_beside(walk.stop(within), 1) == after
    assert walk.update_beside(walk.stop(0), -1) == 0
    assert walk.update_beside(walk.stop(walk.ending), 1) == walk.ending


def test_an_update_that_is_not_there_is_refused():
    """An update that the training does not have, or that is not kept, has no first line."""
    walk = walk_of("every third kept")
    for update in (0, 11):
        with pytest.raises(InputError, match=f"there is no update {update}; expected a number from 1 to 10"):
            walk.first_of(update)
    with pytest.raises(InputError, match=r"update 4 is not kept.*the nearest are 3 and 6"):
        walk.first_of(4)


@pytest.mark.parametrize(
    ("text", "update", "sample", "line", "quantity"),
    [
        ("9", 1, 1, 9, "dL_dz1"),
        ("12", 1, 2, 1, "z1"),
        ("2:9", 2, 3, 9, "dL_dz1"),
        ("2 : 12", 2, None, 12, "J"),
        ("2:", 2, 3, 1, "z1"),
        ("3:12", 3, None, 12, "J"),
        ("dL_dw12", 1, 1, 10, "dL_dW1"),
        ("∂L/∂w₁₂", 1, 1, 10, "dL_dW1"),
        ("dL_dW1[1,2]", 1, 1, 10, "dL_dW1"),
        ("2:dL_dw12", 2, 3, 10, "dL_dW1"),
        ("2:W1", 1, None, 19, "W1_next"),
    ],
)
def test_a_stop_is_found_by_number_line_or_name(batches, text, update, sample, line, quantity):
    """A number counts all steps, UPDATE:LINE as the lesson of the update, and a name is id or notation."""
    stop = batches.stop(batches.found(text, batches.stop(1)))
    assert (stop.update, stop.sample, stop.line, stop.equation.id) == (update, sample, line, quantity)


def test_a_line_of_the_update_is_that_of_the_sample_shown(batches):
    """Seen from the second sample of a batch, 1:9 is its line; where it is not worked, that of the first."""
    second = batches.stop(12)
    assert second.sample == 2
    assert batches.stop(batches.found("1:9", second)).sample == 2
    assert batches.stop(batches.found("a1", second)).sample == 2
    assert batches.stop(batches.found("2:9", second)).sample == 3


def test_a_large_number_is_typed_as_it_is_shown():
    """1,500 is the step of that number, as 1500 is."""
    walk = Walk(backtrace.run(LECTURE.with_(epochs=101)))
    assert walk.found("1,500", walk.stop(0)) == walk.found("1500", walk.stop(0)) == 1500


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("166", "there is no step 166; expected a number from 1 to 164"),
        ("-1", "there is no step -1"),
        ("9:1", "there is no update 9; expected a number from 1 to 6"),
        ("0:1", "there is no update 0"),
        ("1:99", "update 1 has no line 99; expected a number from 1 to 20"),
        ("1:0", "update 1 has no line 0"),
        ("1:-1", "update 1 has no line -1"),
    ],
)
def test_a_place_that_is_not_there_is_refused(batches, text, says):
    """A number, an update or a line beyond those that there are is refused, with those."""
    with pytest.raises(InputError, match=says):
        batches.found(text, batches.stop(1))


@pytest.mark.parametrize("text", ["", ":", ":9", "1:9:3", "9" * 30, "w33", "2:nothing", "²", "1,0"])
def test_what_is_no_place_at_all_is_an_unknown_quantity(batches, text):
    """Whatever is neither a number nor a place in an update is taken for a name."""
    with pytest.raises(UnknownQuantityError):
        batches.found(text, batches.stop(1))
