"""Where a number comes from: every formula can be followed back to what is given."""

from __future__ import annotations

import numpy as np
import pytest

import backtrace
from backtrace.formula.expr import Var
from backtrace.lesson.lineage import MOST_PARENTS, ancestor, parents
from backtrace.lesson.walk import Walk
from backtrace.scenario import names, path_of


def walk_of(name, **changes):
    scenario = backtrace.load(path_of(name))
    return Walk(backtrace.run(scenario.with_(**changes) if changes else scenario))


def seen(walk, name, number):
    return ancestor(walk, walk.trace.notation.find(name), walk.stop(number))


def spelt(ancestors):
    return [f"{each.name.linear('text')} = {each.value.linear('text')}" for each in ancestors]


def test_the_parents_are_what_the_formula_reads():
    """δʰ₁ comes from δʸ, v₁₁ and h₁, each once and in the order of the formula, with their values."""
    walk = walk_of("lecture")
    assert spelt(parents(walk, seen(walk, "dL_dz1[1]", 9))) == ["δʸ = 0.289", "v₁₁ = 0.3", "h₁ = 0.627"]


def test_what_is_given_has_no_parents():
    """A weight of the first update is given: the way back ends there, at the opening."""
    walk = walk_of("lecture")
    weight = seen(walk, "w12", 9)
    assert weight.derivation is None
    assert weight.stop.kind == "opening"
    assert parents(walk, weight) == ()


def test_a_weight_of_a_later_update_was_made_before():
    """In the second update v₁₁ comes from the first one's update, and leads on to that gradient."""
    walk = walk_of("lecture", epochs=2)
    weight = seen(walk, "v11", walk.first_of(2) + 2)
    assert weight.stop.update == 1
    assert spelt([weight]) == ["v₁₁ = 0.173"]
    assert spelt(parents(walk, weight)) == ["v₁₁ = 0.3", "η = 0.7", "∂L/∂v₁₁ = 0.181"]


def test_samples_of_a_batch():
    """A gradient of the batch comes from those of its samples, each seen in its own sample."""
    walk = walk_of("reddy-minibatch")
    mean = seen(walk, "dJ_dW1[1,2]", walk.found("dJ_dW1", walk.stop(0)))
    assert [each.stop.sample for each in parents(walk, mean)] == [1, 2, 3]


@pytest.mark.parametrize("name", names())
def test_every_way_back_ends(name):
    """From the last parameters of every bundled scenario each way back ends at what is given, in earlier stops."""
    walk = walk_of(name, epochs=2)
    last = walk.stop(len(walk))
    index = tuple(1 for _ in last.equation.target.shape)
    waiting, visited = [ancestor(walk, Var(last.equation.id, (), index=index or None), last)], set()
    while waiting:
        each = waiting.pop()
        key = (each.var.key, each.stop.number, each.stop.sample)
        if key in visited:
            continue
        visited.add(key)
        found = parents(walk, each)
        assert len(found) <= MOST_PARENTS
        assert bool(found) == (each.derivation is not None)
        assert all(parent.stop.number <= each.stop.number for parent in found)
        waiting += found


def test_values_are_those_that_were_read():
    """What an ancestor shows is, to the digits shown, what the formula of its child read."""
    walk = walk_of("mazur")
    child = seen(walk, "dL_dz1[1]", walk.found("dL_dz1", walk.stop(0)))
    reads = walk.trace.reads(walk.trace.plan.equation("dL_dz1"), 1, 1)
    for each in parents(walk, child):
        assert np.isclose(float(each.value.linear("ascii")), float(reads(each.var)), atol=5.1e-4)
