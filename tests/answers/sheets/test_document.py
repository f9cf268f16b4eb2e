"""Sheets in YAML: what they may say, what is wrong with a whole one, and that no answer stops another."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.sheets.document import sheet_of_yaml
from backtrace.answers.sheets.schema import sheet_schema
from backtrace.answers.sheets.sheet import Sheet
from backtrace.errors import InputError
from tests.answers.bundled import bundled, rows
from tests.scenario.documents import LECTURE

SHEET = """\
scenario: lecture
title: As printed
answers:
  z: [0.52, 1.14]
  y_hat: 0.725
  L: 1/3
  u: 0,967
  b_y: 1.2e-3
  dL_dW1: [[-0.010, -0.013], [-0.016, -0.021]]
  V_next: 0.314 0.518
  W1_next:
    - [0.207, 0.409]
    - 0.611 0.815
  dL_dv21: 0.2190
  L@2: 0.590
more:
  - {quantity: L, update: 2, sample: 1, value: 0.590}
  - {quantity: h, value: [0.50, _]}
precision: {rtol: 1e-5}
marks: {delta_y: 3, dL_dW: 1/2, v21: 1}
"""

# fmt: off
WHOLE = [
    ("",                                              ":1:1: an empty document; expected a mapping with scenario and"),
    ("[1, 2]",                                        ":1:1: a list of 2; expected a mapping"),
    ("answers: {z: 1}",                               ":1:1: no `scenario`; expected a name, a path"),
    ("scenario: lektuere\nanswers: {}",               ":1:11: there is no bundled scenario 'lektuere'"),
    ("scenario: ./none.yaml",                         "there is no such file"),
    ("scenario: 12\nanswer: {}",                      ":2:1, answer: the unknown key 'answer'; expected scenario,"),
    ("scenario: lecture\nanswers: [1]",               ":2:10, answers: a list of 1; expected a mapping from names"),
    ("scenario: lecture\nmore: {a: 1}",               ":2:7, more: a mapping with a; expected a list of mappings"),
    ("scenario: lecture\nnames: id",                  ":2:8, names: the text 'id'; expected ids or notation; did you"),
    ("scenario: lecture\nprecision: float16",         "expected float32 or float64; did you mean"),
    ("scenario: lecture\nprecision: {atol: 1}",       "expected float32, float64 or {rtol: 1e-5}"),
    ("scenario: lecture\nprecision: {rtol: -1}",      "expected a number above 0 and below 1"),
    ("scenario: lecture\nmarks: {z: many}",           ":2:12, marks, z: the text 'many'; expected a number above 0"),
    ("scenario: lecture\nmarks: {zz: 1}",             ":2:9, marks, zz: the unknown name 'zz'"),
    ("scenario: lecture\nsettings: {etta: 1}",        "settings etta: there is nothing of that name"),
    ("scenario: !!str lecture",                       ":1:11, scenario: the tag !!str"),
    ("scenario: lecture\nanswers: !foo {z: 1}",       ":2:10, answers: the tag !foo"),
    ("scenario: lecture\nanswers: {}\nanswers: {}",   ":3:1, answers: the key 'answers' a second time"),
    ("scenario: lecture\nanswers: {z: [1",            "a list that is not closed"),
    ("scenario: {network: 1}\nanswers: {}",           ":1:21, network: 1; expected a mapping"),
]
BAD = [
    ("answers: {u: !!float 0.5}",            "! unreadable: the tag !!float"),
    ("answers: {u: {a: 1}}",                 "z2 (1)=?a mapping with a"),
    ("answers: {u: true}",                   "z2 (1)=?true"),
    ("answers: {u: null}",                   "z2"),
    ("answers: {h: [0.1, {}]}",              "a1 (1)=0.1 (2)=?an empty mapping"),
    ("answers: {h: [0.1, [0.2]]}",           "! wrong shape: rows of unlike length for a1"),
    ("answers: {h: []}",                     "a1"),
    ("answers: {12: 0.1}",                   "! unknown name: the unknown name '12'"),
    ("answers: {u: .nan}",                   "z2 (1)=?.nan"),
    ("answers: {u: 1e9999}",                 "z2 (1)=?1e9999"),
    ("more: [5]",                            "! unreadable: the text '5'"),
    ("more: [{quantity: L, updat: 2}]",      "! unreadable: the unknown key 'updat'"),
    ("more: [{value: 2}]",                   "! unreadable: no `quantity`"),
    ("more: [{quantity: L, update: x}]",     "! no such place: the text 'x'"),
    ("more: [{quantity: L, update: [1]}]",   "! no such place: a list of 1"),
    ("more: [{quantity: [L], value: 1}]",    "! unreadable: no `quantity`"),
]
# fmt: on


def _sheet(text: str, folder: Path = Path()) -> Sheet:
    return sheet_of_yaml(text, "f.yaml", folder)


def test_a_sheet_says_everything_that_it_may() -> None:
    """Answers keep their digits and order; later updates, precision, marks and title are there."""
    sheet = _sheet(SHEET)
    assert rows(sheet) == [
        "z1 (1)=0.52 (2)=1.14",
        "a2 (1)=0.725",
        "L ()=1/3",
        "z2 (1)=0,967",
        "b2 (1)=1.2e-3",
        "dL_dW1 (1,1)=-0.010 (1,2)=-0.013 (2,1)=-0.016 (2,2)=-0.021",
        "W2_next (1,1)=0.314 (1,2)=0.518",
        "W1_next (1,1)=0.207 (1,2)=0.409 (2,1)=0.611 (2,2)=0.815",
        "dL_dW2 (1,2)=0.2190",
        "L@2 ()=0.590",
        "L@2 ()=0.590",
        "a1 (1)=0.50",
    ]
    assert (sheet.title, sheet.last_update) == ("As printed", 2)
    assert sheet.precision is not None
    assert sheet.precision.relative == Fraction(1, 100_000)
    assert sheet.marks == {"dL_dz2": 3, "dL_dW1": Fraction(1, 2), "W2[1,2]": 1}
    last = sheet.rows[8].figures[0]
    assert last.number is not None
    assert (last.number.decimals, str(last.place)) == (4, "f.yaml:14:12")


def test_the_scenario_is_named_or_written_and_may_be_changed(tmp_path: Path) -> None:
    """A path starts from the sheet's folder, settings are those of --set, and a given scenario stands in."""
    (tmp_path / "mine.yaml").write_text(LECTURE)
    inner = "".join(f"  {line}\n" for line in LECTURE.splitlines())
    for start in ("scenario: mine.yaml\n", f"scenario:\n{inner}", "scenario: lecture\n"):
        sheet = _sheet(f"{start}settings: {{eta: 0.50, w11: 0.3, x: [1, 2]}}\nanswers: {{z: [0.5, 1]}}", tmp_path)
        found = sheet.scenario
        assert (found.learning_rate, found.layers[0].weights[0, 0], found.x.tolist()) == (0.5, 0.3, [[1, 2]])
        assert rows(sheet) == ["z1 (1)=0.5 (2)=1"]
    given_one = sheet_of_yaml("answers: {u: 1}", "f.yaml", tmp_path, bundled("lecture"))
    assert rows(given_one) == ["z2 (1)=1"]


@pytest.mark.parametrize(("text", "message"), WHOLE)
def test_a_document_that_is_no_sheet_is_refused_with_its_place(text: str, message: str) -> None:
    """Unknown keys, wrong kinds of value and a missing scenario are said where they stand."""
    with pytest.raises(InputError) as caught:
        _sheet(text)
    assert message in str(caught.value)


def test_all_problems_of_a_document_are_told_at_once() -> None:
    """Whoever mends a sheet is not sent round again."""
    with pytest.raises(InputError) as caught:
        _sheet("scenario: {network: 1}\nanwsers: {}\nnames: x\nprecision: y\nmarks: {z: -1}")
    found = str(caught.value)
    assert all(part in found for part in ("'anwsers'; expected", "did you mean 'answers'", "names", "precision",
                                          "marks, z", "network"))  # fmt: skip


@pytest.mark.parametrize(("text", "row"), BAD)
def test_a_bad_answer_is_its_own_fault(text: str, row: str) -> None:
    """Tags, mappings, words and misspelt keys are told in their row, with their place."""
    sheet = _sheet(f"scenario: lecture\n{text}")
    assert rows(sheet) == [row]
    fault = sheet.rows[0].fault
    assert fault is None or str(fault.problem).startswith("f.yaml:2:")


def test_lines_that_are_no_yaml_are_rows_in_their_place() -> None:
    """A bracket that is never closed and a second answer take no other with them."""
    sheet = _sheet("scenario: lecture\nanswers:\n  u: 0.9\n  h: [0.1\n  u: 0.8\n  z: @\n  z_1: 0.52\nmore:\n  - @\n")
    assert rows(sheet) == [
        "z2 (1)=0.9", "! unreadable: a list that is not closed", "! given twice: the key 'u' a second time",
        "! unreadable: a sign that cannot begin a value", "z1 (1)=0.52",
        "! unreadable: a sign that cannot begin a value",
    ]  # fmt: skip


def test_names_settles_what_ids_and_notation_share() -> None:
    """Under `names` a name means what the sheet says."""
    text = "scenario: lecture\nsettings: {notation: bishop}\nnames: %s\nanswers: {z1: [0.5, 1]}"
    assert [rows(_sheet(text % names)) for names in ("ids", "notation")] == [["z1 (1)=0.5 (2)=1"],
                                                                             ["a1 (1)=0.5 (2)=1"]]  # fmt: skip


def test_the_schema_accepts_what_is_read_and_refuses_unknown_keys() -> None:
    """An editor with the JSON Schema says of a sheet what the reader says."""
    validator = jsonschema.Draft202012Validator(sheet_schema())
    validator.check_schema(sheet_schema())
    document = yaml.safe_load(SHEET)
    validator.validate(document)
    validator.validate(document | {"scenario": yaml.safe_load(LECTURE)})
    for wrong in ({"answer": {}}, {"names": "id"}, {"precision": {}}, {"scenario": {"network": 1}}, {"more": [{}]}):
        assert not validator.is_valid(document | wrong)


PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())
ANYTHING = st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(ANYTHING, st.text().filter(lambda name: name.strip() not in ("u", "z2")), ANYTHING)
def test_no_answer_stops_another(value: object, name: str, item: object) -> None:
    """Whatever data stands in the other answers, the good one is read."""
    document = {"scenario": "lecture", "answers": {"u": "0.967", name: value}, "more": [item]}
    sheet = _sheet(yaml.safe_dump(document, sort_keys=False))
    assert "z2 (1)=0.967" in rows(sheet)


@given(st.text(alphabet="u: [{'\"-\n&*!|>#@%0.5\t}],?"))
def test_no_line_of_a_document_stops_another(text: str) -> None:
    """Whatever is typed below an answer, in lines of its own, the answer is read, or its line has a fault."""
    below = "".join(f"  {line}\n" for line in text.splitlines())
    found = rows(_sheet(f"scenario: lecture\nanswers:\n  z: [0.52, 1.14]\n{below}"))
    assert "z1 (1)=0.52 (2)=1.14" in found or found[0].startswith("!")
