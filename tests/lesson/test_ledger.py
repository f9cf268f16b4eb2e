"""The ledger: every quantity as it stands at a stop, and nothing before it is computed."""

from __future__ import annotations

import numpy as np
import pytest

import backtrace
from backtrace.lesson.ledger import is_known, ledger, used_at
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import names, path_of


def walk_of(name, detail=False, **changes):
    scenario = backtrace.load(path_of(name))
    return Walk(backtrace.run(scenario.with_(**changes) if changes else scenario), Telling(detail=detail))


def states(walk, number, **options):
    return {record.id: record.state for record in ledger(walk, walk.stop(number), **options)}


def test_used_new_and_still_to_come():
    """At δʰ it is new, what its told formula reads is used, and what comes after it is not computed yet."""
    found = states(walk_of("lecture"), 9)
    assert found["dL_dz1"] == "new"
    assert {name for name, state in found.items() if state == "used"} == {"W2", "a1", "dL_dz2"}
    assert found["dL_dW1"] == found["W2_next"] == "later"
    assert found["z1"] == "known"
    assert found["x"] == "given"


def test_a_hidden_line_is_not_computed_yet():
    """Where the value is to be guessed, the stop's own quantity counts as still to come."""
    walk = walk_of("lecture")
    assert states(walk, 9, hidden=True)["dL_dz1"] == "later"
    assert is_known(walk, walk.stop(9), "dL_dz1")
    assert not is_known(walk, walk.stop(9), "dL_dz1", hidden=True)


@pytest.mark.parametrize("name", names())
def test_values_are_those_of_the_trace(name):
    """In every bundled scenario a record that has values has those of its update and sample; one to come has none."""
    walk = walk_of(name, epochs=2)
    for number in {0, 1, len(walk) // 2, len(walk), walk.ending}:
        stop = walk.stop(number)
        for record in ledger(walk, stop, most=3):
            if record.state == "later":
                assert record.values == ()
                continue
            quantity = walk.trace.plan.quantities[record.id]
            value = np.ravel(walk.trace.value(record.id, stop.update, stop.shows if quantity.var.per_sample else None))
            shown = [float(value.linear("ascii")) for value in record.values]
            near = 0.5 * 10.0**-walk.trace.scenario.decimals * (1 + 1e-9)
            assert np.all(np.abs(np.array(shown) - value[:3]) <= np.maximum(near, 1e-2 * np.abs(value[:3])))
            assert record.omitted == len(value) - len(shown)


def test_the_next_update_starts_anew():
    """At the first line of the second update the gradients of the first are not shown as computed."""
    walk = walk_of("lecture", epochs=2)
    found = states(walk, walk.first_of(2))
    assert found["z1"] == "new"
    assert found["dL_dW1"] == "later"


def test_what_a_change_does():
    """Beside another walk, a quantity that has another value there shows it as what it was before."""
    walk, changed = walk_of("lecture"), walk_of("lecture", learning_rate=2)
    records = {record.id: record for record in ledger(changed, changed.stop(15), other=walk)}
    assert [value.linear("text") for value in records["b2_next"].before] == ["0.198"]
    assert [value.linear("text") for value in records["b2_next"].values] == ["−0.178"]
    assert records["z1"].before == ()


def test_in_detail_the_formula_is_read_as_it_stands():
    """With every equation a line, a line uses what its own formula reads, not what is folded into it."""
    walk = walk_of("lecture", detail=True)
    stop = walk.stop(walk.found("dL_dz1", walk.stop(0)))
    assert used_at(walk, stop) == {"dL_da1", "slope1"}
