"""A notation in a scenario: a name, or a mapping with spellings of one's own; what is refused, and that it stays."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from backtrace.engine.settings import with_settings
from backtrace.engine.trace import run
from backtrace.errors import InputError
from backtrace.formats.json import write_json
from backtrace.formats.read import trace_from_text
from backtrace.formula.expr import Var
from backtrace.notation.overrides import SPELLING
from backtrace.scenario import load, path_of, read_document, read_text, scenario_schema
from tests.scenario.documents import LECTURE, problems_of, problems_of_text, small

OWN = LECTURE + "notation: {base: lecture, W1: ω, delta: σ}\n"


def spelt(document: Any) -> list[str]:
    """How a scenario with two layers spells an entry of W1 and the error signal of the hidden layer."""
    notation = run(document).notation
    return [notation.spell(Var("W1", (), index=(2, 1))), notation.spell(Var("dL_dz1", (), index=(1,)))]


def test_spellings_of_ones_own() -> None:
    """Further keys of the mapping are ids, and their values what the notation writes for them."""
    assert spelt(read_text(OWN, "f")) == ["ω₁₂", "σʰ₁"]


def test_without_a_base_the_depth_decides() -> None:
    """A mapping without base changes the notation that goes with the depth."""
    found = read_text(OWN.replace("base: lecture, ", ""), "f")
    assert found.document["notation"] == {"base": "lecture", "W1": "ω", "delta": "σ"}
    assert spelt(found) == ["ω₁₂", "σʰ₁"]


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("mazur", "mazur"),
        ("{base: mazur}", "mazur"),
        ("{}", "lecture"),
        ("{base: mazur, L: E}", {"base": "mazur", "L": "E"}),
        ("{difference: target-first}", {"base": "lecture", "difference": "target-first"}),
    ],
)
def test_the_document_in_full(written: str, full: Any) -> None:
    """A notation is written out by its name, in a mapping only where something is spelt otherwise; read, it stays."""
    found = read_text(f"{LECTURE}notation: {written}\n", "f")
    assert found.document["notation"] == full
    again = read_document(found.document, "f")
    assert again.document == found.document
    assert again.notation == found.notation


def test_the_way_of_a_difference() -> None:
    """A notation may be taken with its differences written the other way."""
    trace = run(load(path_of("mazur"))).with_(notation={"base": "mazur", "difference": "output-first"}, decimals=3)
    assert "(outₒ₁ − targetₒ₁) · outₒ₁(1 − outₒ₁)" in str(trace.tell("delta_o1"))


def test_an_exported_trace_keeps_its_spellings(tmp_path: Any) -> None:
    """A trace read back from JSON spells as the one that was written."""
    path = tmp_path / "trace.json"
    with path.open("w", encoding="utf-8") as file:
        write_json(run(read_text(OWN, "f")), file)
    assert spelt(trace_from_text(path.read_bytes(), "f").scenario) == ["ω₁₂", "σʰ₁"]


def test_another_notation_in_python() -> None:
    """`with_` takes a name or a mapping, of a scenario and of a finished trace alike."""
    scenario = read_text(OWN, "f")
    assert spelt(scenario.with_(notation="lecture")) == ["w₁₂", "δʰ₁"]
    assert spelt(scenario.with_(notation={"base": "mazur", "W": "Ω"})) == ["ω₃", "δₕ₁"]
    assert spelt(scenario.with_(decimals=5)) == ["ω₁₂", "σʰ₁"]
    trace = run(scenario)
    assert trace.with_(notation={"W1": "θ"}).notation.spell(Var("W1")) == "θ"
    assert trace.notation.spell(Var("W1")) == "ω"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["notation=layered"], ["w⁽¹⁾₂₁", "δ⁽¹⁾₁"]),
        (["notation.W1=θ"], ["θ₁₂", "δʰ₁"]),
        (["notation.base=mazur", "notation.W1=θ"], ["θ₃", "δₕ₁"]),
    ],
)
def test_settings(settings: list[str], expected: list[str]) -> None:
    """`--set` replaces the notation, its base, or one spelling."""
    assert spelt(with_settings(load(path_of("lecture")), settings)) == expected


def test_weights_by_name_use_the_spelling() -> None:
    """Where weights are given by name, they have the names that the scenario gives them."""
    named = OWN.replace("[[0.2, 0.4], [0.6, 0.8]]", "{ω11: 0.2, ω21: 0.4, ω12: 0.6, ω22: 0.8}")
    assert read_text(named, "f").layers[0].weights.tolist() == [[0.2, 0.4], [0.6, 0.8]]


# fmt: off
REFUSED = [
    ("{base: lectur}",        [("notation, base", "the unknown notation 'lectur'")]),
    ("{base: [1]}",           [("notation, base", "a list of 1")]),
    ("7",                     [("notation", "7")]),
    ("{difference: first}",   [("notation, difference", "the text 'first'")]),
    ("{W9: ω}",               [("notation, W9", "the unknown key 'W9'")]),
    ("{W1: 3}",               [("notation, W1", "3")]),
    ("{W1: w1}",              [("notation, W1", "the text 'w1'")]),
    ("{W1: V}",               [("notation, W1", "the spelling 'V' for W1 and for W2")]),
    ("{b1: ω, W1: V}",        [("notation, W1", "the spelling 'V' for W1 and for W2")]),
    ("{W1: Θ, W2: Θ}",        [("notation, W1", "the spelling 'Θ' for W1 and for W2")]),
    ("{eta: μ}",              [("notation, eta", "the spelling 'μ' for eta and for momentum")]),
    ("{base: bishop, a1: x}", [("notation, a1", "the spelling 'x' for x and for a1")]),
    ("{W9: ω, W1: 3, z1: '', b1: x, a1: u}", [
        ("notation, W9", "the unknown key 'W9'"), ("notation, W1", "3"), ("notation, z1", "an empty text"),
        ("notation, b1", "the spelling 'x' for x and for b1"), ("notation, a1", "the spelling 'u' for a1 and for z2")]),
]
# fmt: on


@pytest.mark.parametrize(("written", "problems"), REFUSED)
def test_what_is_refused(written: str, problems: list[tuple[str, str]]) -> None:
    """Unknown bases and ids, what is no spelling, and what means two things: all at once, each in its place."""
    found = problems_of_text(f"{LECTURE}notation: {written}\n")
    assert sorted((problem.path, problem.found) for problem in found) == sorted(problems)
    assert all(problem.place and problem.place.line == LECTURE.count("\n") + 1 for problem in found)


def test_what_is_expected_is_said() -> None:
    """The problem names what a spelling is, the nearest id, and what to do about two that are alike."""
    assert problems_of(small(notation={"W1": "w 1"})) == [("notation, W1", "the text 'w 1'", SPELLING, "")]
    ((_, _, _, remedy),) = problems_of(small(notation={"etaa": "α"}))
    assert remedy == "did you mean 'eta'?"
    ((_, _, expected, remedy),) = problems_of(small(notation={"W1": "x"}))
    assert (expected, remedy) == ("one meaning for each spelling", "spell one of them otherwise")


def test_a_base_for_another_depth_is_refused() -> None:
    """A base is made for a depth, as a notation said by its name is."""
    ((path, found, _, _),) = problems_of(small(notation={"base": "mazur", "W1": "ω"}))
    assert (path, found) == ("notation, base", "the notation mazur, which spells 2 layers")


@pytest.mark.parametrize(
    ("written", "is_valid"),
    [
        ("layered", True),
        ({"base": "layered", "W1": "ω"}, True),
        ({"W1": "ω"}, True),
        ({"difference": "output-first"}, True),
        ({"base": "layerd"}, False),
        ({"difference": 1}, False),
        ({"W1": 3}, False),
        (3, False),
    ],
)
def test_the_json_schema(written: Any, is_valid: bool) -> None:
    """An editor takes a name and a mapping with text, and no other base or type; so does the reader."""
    validator = jsonschema.Draft202012Validator(scenario_schema())
    assert validator.is_valid(small(notation=written)) == is_valid
    if is_valid:
        read_document(small(notation=written), "f")
    else:
        with pytest.raises(InputError):
            read_document(small(notation=written), "f")
