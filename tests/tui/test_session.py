"""The session: a position, changes and predictions as an immutable value."""

from __future__ import annotations

import backtrace
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import load, path_of
from backtrace.tui.session import SCENARIO, SCORE, Session, suggested_settings


def session_on(name="lecture", number=0, **changes):
    scenario = load(path_of(name))
    trace = backtrace.run(scenario.with_(**changes) if changes else scenario)
    return Session((Walk(trace, Telling(view="entries")),)).at(number)


def with_change(session, setting):
    return session.with_trace(setting, backtrace.run(session.changed(setting)))


def test_positions_stay_within_the_walk():
    """However far one goes, there is a stop."""
    session = session_on()
    assert session.moved(-5).number == 0
    assert session.at(10**9).number == session.walk.ending


def test_another_way_of_telling_keeps_the_line():
    """In detail and back, in matrices and back, with other decimals, the quantity stays the same."""
    session = session_on(number=9)
    for other in (
        session.in_detail(),
        session.in_matrices(),
        session.with_decimals(3),
        session.in_detail().in_detail(),
    ):
        assert other.stop.equation.id == "dL_dz1"
    assert session_on(number=16).in_detail().stop.kind == "ending"


def test_changes_add_up_and_are_undone_one_by_one():
    """Each change is made to the scenario as it is shown; undoing takes back the last one."""
    session = with_change(with_change(session_on(number=9), "eta=2"), "w11=1")
    assert session.trace.scenario.learning_rate == 2
    assert session.trace.scenario.layers[0].weights[0, 0] == 1
    assert session.unsaved == {SCENARIO}
    back = session.undone()
    assert back.changes == ("eta=2",)
    assert back.undone().unsaved == frozenset()
    assert back.undone().undone().number == 9


def test_a_change_to_a_shorter_training_stays_within_it():
    """After a change that leaves fewer updates the position is the last that there is."""
    session = with_change(session_on(number=40, epochs=3), "epochs=1")
    assert session.number == session.walk.ending


def test_what_is_saved_is_no_longer_unsaved():
    """Scenario and score are saved one by one."""
    session = with_change(session_on(number=9), "eta=2").predicting().guessed("0.0203")
    assert session.unsaved == {SCENARIO, SCORE}
    assert session.saved(".yaml").unsaved == {SCORE}
    assert session.saved(".md").saved(".yaml").unsaved == frozenset()


def test_predictions_are_kept_while_predict_mode_is_left():
    """Leaving predict mode and coming back keeps the score, and what was answered stays open."""
    session = session_on(number=3).predicting().guessed("0.967")
    again = session.predicting().predicting()
    assert again.guessing.score.tally.right == 1
    assert not again.is_veiled


def test_suggested_settings_change_nothing():
    """Every suggestion is understood, and as it stands it gives the same training."""
    for name in ("lecture", "mazur", "xor", "adam-by-hand"):
        session = session_on(name)
        for setting in suggested_settings(session.trace):
            assert session.changed(setting).learning_rate == session.trace.scenario.learning_rate
