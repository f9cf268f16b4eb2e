"""What a scenario may say of rounding and of exact arithmetic, and what it says when it is written out."""

from __future__ import annotations

from typing import Any

import pytest

from backtrace.scenario import names, read_document
from backtrace.scenario.scenario import Places, Rounding
from tests.scenario.documents import problems_of, problems_of_text, small

# fmt: off
READ = [
    ({"decimals": 3},                                 Rounding(Places(decimals=3))),
    ({"significant": 4, "mode": "half-up"},           Rounding(Places(significant=4), "half-up")),
    ({"decimals": 0, "mode": "truncate"},             Rounding(Places(decimals=0), "truncate")),
    ({"decimals": 3, "update": {"significant": 4}},
     Rounding(Places(decimals=3), by_phase={"update": Places(significant=4)})),
    ({"forward": {"decimals": 3}, "loss": {"decimals": 12}},
     Rounding(None, by_phase={"forward": Places(decimals=3), "loss": Places(decimals=12)})),
]
# fmt: on


@pytest.mark.parametrize(("said", "expected"), READ)
def test_rounding_is_read_and_written_out(said: dict[str, Any], expected: Rounding) -> None:
    """Places in general, for a phase, or both; the document with every default written out reads back the same."""
    scenario = read_document(small(rounding=said), "f.json")
    assert scenario.rounding == expected
    assert scenario.document["rounding"] == {"mode": "half-even", **said}
    assert read_document(scenario.document, "f.json").rounding == expected


def test_without_a_word_nothing_is_rounded() -> None:
    """The default is double precision without rounding."""
    scenario = read_document(small(), "f.json")
    assert (scenario.rounding, scenario.arithmetic) == (None, "float")
    assert "rounding" not in scenario.document


def test_a_phase_has_its_own_places_or_the_general_ones() -> None:
    """Without general places the phases that say nothing, and the lines after the update, are not rounded."""
    rounding = Rounding(Places(decimals=3), by_phase={"loss": Places(significant=2)})
    assert [rounding.places(phase) for phase in ("forward", "loss", "after")] == [
        Places(decimals=3), Places(significant=2), Places(decimals=3),
    ]  # fmt: skip
    assert Rounding(None, by_phase={"loss": Places(decimals=1)}).places("after") is None


# fmt: off
WRONG = [
    ({},                                       [("rounding", "no places")]),
    ({"mode": "half-up"},                      [("rounding", "no places")]),
    ({"decimals": 3, "significant": 4},        [("rounding, significant", "`significant` beside `decimals`")]),
    ({"decimals": 13},                         [("rounding, decimals", "13")]),
    ({"decimals": -1},                         [("rounding, decimals", "-1")]),
    ({"decimals": 2.5},                        [("rounding, decimals", "2.5")]),
    ({"significant": 0},                       [("rounding, significant", "0")]),
    ({"significant": 16},                      [("rounding, significant", "16")]),
    ({"decimals": 3, "mode": "half-down"},     [("rounding, mode", "the text 'half-down'")]),
    ({"decimals": 3, "forwards": {}},          [("rounding, forwards", "the unknown key 'forwards'")]),
    ({"decimals": 3, "after": {"decimals": 1}}, [("rounding, after", "the unknown key 'after'")]),
    ({"forward": {}},                          [("rounding, forward", "no places")]),
    ({"decimals": 3, "loss": {"decimals": 1, "significant": 1}},
     [("rounding, loss, significant", "`significant` beside `decimals`")]),
    ({"decimals": 3, "forward": {"decimals": 1, "mode": "truncate"}},
     [("rounding, forward, mode", "the unknown key 'mode'")]),
    ({"mode": "up", "loss": {}, "backward": {"decimals": 99}},
     [("rounding, mode", "the text 'up'"), ("rounding, backward, decimals", "99"), ("rounding, loss", "no places")]),
    ({"decimal": 3},                           [("rounding, decimal", "the unknown key 'decimal'")]),
    (3,                                        [("rounding", "3")]),
]
# fmt: on


@pytest.mark.parametrize(("said", "expected"), WRONG)
def test_what_cannot_be_done_is_refused_at_once(said: Any, expected: list[tuple[str, str]]) -> None:
    """Places said twice, not at all or out of bounds, unknown modes and phases: each is refused, with its place."""
    found = [(path, what) for path, what, _, _ in problems_of(small(rounding=said))]
    assert found == expected


def test_rounding_and_fractions_exclude_each_other() -> None:
    """`rounding` beside `arithmetic: exact` is refused; beside `arithmetic: float` it is not."""
    ((path, found, _, remedy),) = problems_of(small(rounding={"decimals": 3}, arithmetic="exact"))
    assert (path, found, remedy) == ("rounding", "`rounding` beside `arithmetic: exact`", "remove one")
    assert read_document(small(rounding={"decimals": 3}, arithmetic="float"), "f.json").rounding


def test_an_unknown_arithmetic_is_refused() -> None:
    """There are two kinds of arithmetic."""
    ((path, _, expected, _),) = problems_of(small(arithmetic="fractions"))
    assert (path, expected) == ("arithmetic", "float or exact")


def test_a_problem_of_rounding_has_its_line() -> None:
    """In a file the key is pointed at."""
    text = "network: {layers: [{weights: [[1]], biases: [0]}]}\ndata: [{x: [1], y: [1]}]\n"
    text += "training: {learning_rate: 1}\nrounding:\n  decimals: 3\n  significant: 4\n"
    (problem,) = problems_of_text(text)
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (6, 3)


def test_both_are_shipped() -> None:
    """Mazur's example at three decimals, and one in fractions, come with the tool."""
    assert {"mazur-three-decimals", "fractions"} <= set(names())
