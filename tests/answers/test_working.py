"""A training worked again from known numbers: what follows from them, and what stays the trace's own."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.answers.working import BEFORE, Key, Working
from backtrace.formula.evaluate import FLOATS
from backtrace.formula.expr import Var
from backtrace.formula.intervals import about
from tests.answers.made import traced

DELTA = Key("dL_dz2", 1)


def test_without_known_numbers_values_are_those_of_the_trace() -> None:
    """Nothing is worked again."""
    lecture = traced("lecture")
    working = Working(lecture, FLOATS)
    assert np.array_equal(working.value(Key("W1_next", 1)), lecture.value("W1_next"))
    assert not working.follows(Key("W1_next", 1))


def test_what_is_known_is_carried_on() -> None:
    """Lines behind a known number follow from it, over lines that are not known; lines before it do not."""
    working = Working(traced("lecture"), FLOATS)
    working.learn(DELTA, {(1,): 1.0})
    assert working.value(Key("b2_next", 1)) == pytest.approx([0.4 - 0.7])
    assert working.value(Key("dL_dW2", 1)) == pytest.approx(traced("lecture").value("a1")[np.newaxis])
    assert not working.follows(Key("a2", 1))


def test_a_line_that_is_known_in_part_is_filled_up() -> None:
    """Entries that nobody wrote are worked."""
    working = Working(traced("lecture"), FLOATS)
    working.learn(Key("z1", 1), {(2,): 9.0})
    assert working.value(Key("z1", 1)) == pytest.approx([0.52, 9.0])
    assert not working.is_shown(Key("z1", 1))


def test_what_a_known_line_should_be_is_still_asked_for() -> None:
    """Its formula is worked from the lines before, whatever was written."""
    working = Working(traced("lecture"), FLOATS)
    working.learn(DELTA, {(1,): 1.0})
    assert working.unshown(DELTA) == pytest.approx(traced("lecture").value("dL_dz2"))


def test_intervals_hold_what_rounding_can_reach() -> None:
    """Known to half a unit, a line's reach is as wide as its formula makes it, and holds the value."""
    working = Working(traced("lecture"))
    working.learn(DELTA, {(1,): about(0.289, 0.001)})
    (reach,) = working.value(Key("b2_next", 1))
    assert reach.width == pytest.approx(0.7 * 0.001)
    assert reach.meets(0.19755, 0.19755)


def test_a_parameter_of_the_next_update_is_what_this_one_made() -> None:
    """The second forward pass reads the known new weights."""
    working = Working(traced("lecture", "epochs=2"), FLOATS)
    working.learn(Key("b2_next", 1), {(1,): 5.0})
    assert working.value(Key("b2", 2)) == pytest.approx([5.0])
    assert working.follows(Key("z2", 2))
    assert not working.follows(Key("z2", 1))


def test_behind_the_floor_nothing_follows() -> None:
    """Digits are followed over a few updates only."""
    working = Working(traced("lecture", "epochs=2"), FLOATS, floor=2)
    working.learn(Key("b2_next", 1), {(1,): 5.0})
    assert not working.follows(Key("z2", 2))


def test_a_changed_formula_stands_in_place_of_the_plan_s() -> None:
    """And what is worked from it follows, the known lines apart."""
    working = Working(traced("lecture"), FLOATS)
    working.learn(Key("a2", 1), {(1,): 0.5})
    changed = working.with_changes({"z2": Var("b2", (1,)), "dL_db2": Var("b2", (1,))})
    assert changed.value(Key("z2", 1)) == pytest.approx([0.4])
    assert changed.value(Key("a2", 1)) == pytest.approx([0.5])
    assert changed.value(Key("b2_next", 1)) == pytest.approx([0.4 - 0.7 * 0.4])


def test_a_formula_may_read_the_update_before() -> None:
    """As for a value that was used again; in the first update it is that update's own."""
    changed = Working(traced("lecture", "epochs=2"), FLOATS).with_changes({"dL_db2": Var("a2" + BEFORE, (1,), True)})
    first = traced("lecture").value("a2")
    assert changed.value(Key("dL_db2", 2)) == pytest.approx(first)
    assert changed.value(Key("dL_db2", 1)) == pytest.approx(first)
