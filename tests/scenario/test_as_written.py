"""A document as it is written: digits are kept, and rubbish in one entry takes no other with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtrace.errors import InputError
from backtrace.scenario.as_written import AsWritten, read_as_written
from tests.scenario.documents import LECTURE

FRAIL = {"answers": dict, "more": list}
AROUND = """\
scenario: lecture
answers:
  z: 0.50
{}
  h: [0.627, 0.758]
  v:
    - 1.0
    - 2
more:
  - {{quantity: L}}
  - quantity: J
    value: 1e-3
title: 12
"""

# fmt: off
RUBBISH = [
    # line                    what is set aside         line  why
    ("  u: @x",               "u: @x",                  4,   "a sign that cannot begin a value"),
    ("  u: [0.5, 0.6",        "u: [0.5, 0.6",           4,   "a list that is not closed"),
    ("  u: [[1, 2], [3]",     "u: [[1, 2], [3]",        4,   "a list that is not closed"),
    ("  u: {a: 1",            "u: {a: 1",               4,   "a mapping in braces that is not closed"),
    ("  u: 'abc",             "u: 'abc",                4,  "a quotation mark that is never closed"),
    ("  u: a: b",             "u: a: b",                4,   "a `:` where no key can stand"),
    ("   u: 0.9",             "u: 0.9",                 4,   "a `:` where no key can stand"),
    (" u: 0.9",               "u: 0.9",                 4,   "a line out of line with those around it"),
    ("  u",                   "u",                      4,   "a line without `:`"),
    ("  - x",                 "- x",                    4,   "a line without `:`"),
    ("  u: *b",               "u: *b",                  4,   "the alias *b"),
    ("  \tu: 5",              "u: 5",                   4,   "a tab in the indentation"),
    ("  u: }",                "u: }",                   4,   "nothing, or a sign that cannot stand here"),
    ("  u:\n   - 1\n   - @y", "u:\n   - 1\n   - @y",    6,   "a sign that cannot begin a value"),
    ("  u: 1\n   @y: 2",      "@y: 2",                  5,   "a `:` where no key can stand"),
]
# fmt: on


def _read(text: str) -> AsWritten:
    return read_as_written(text, "f.yaml", FRAIL)


def test_scalars_stay_as_they_are_written() -> None:
    """Numbers keep their digits, words stay words, and only what is empty or null is nothing."""
    found = _read("a: 0.50\nb: [1e-3, 'x', true, ~, null, ]\nc: 1/3\nd:\ne: .inf\nf: 0,52")
    assert found.data == {"a": "0.50", "b": ["1e-3", "x", "true", None, None], "c": "1/3", "d": None, "e": ".inf",
                          "f": "0,52"}  # fmt: skip
    assert str(found.place(("b", 1))) == "f.yaml:2:11"
    assert str(found.place(("b",), "key")) == "f.yaml:2:1"


@pytest.mark.parametrize(("line", "aside", "place", "why"), RUBBISH)
def test_an_entry_that_is_no_yaml_is_set_aside(line: str, aside: str, place: int, why: str) -> None:
    """Whatever stands in one entry, all others are read, and what is wrong with it is said where it is."""
    found = _read(AROUND.format(line))
    assert found.data == {
        "scenario": "lecture",
        "answers": {"z": "0.50", "h": ["0.627", "0.758"], "v": ["1.0", "2"]} | ({"u": "1"} if "u: 1" in line else {}),
        "more": [{"quantity": "L"}, {"quantity": "J", "value": "1e-3"}],
        "title": "12",
    }
    (only,) = found.set_aside
    problem = only.problem
    assert (only.key, only.text, problem.found) == ("answers", aside, why)
    assert problem.place is not None
    assert problem.place.line == place


def test_rubbish_in_a_list_is_set_aside_too() -> None:
    """An item of a list is an entry as well, and so are several at once."""
    found = _read("more:\n  - {quantity: L, value: 1}\n  - {quantity: [\n  - @\n  - {quantity: J}\n")
    assert found.data == {"more": [{"quantity": "L", "value": "1"}, {"quantity": "J"}]}
    assert [aside.text for aside in found.set_aside] == ["- {quantity: [", "- @"]


@pytest.mark.parametrize(
    "text", ["a: [1", "answers: [1, {", "title: 'x\nanswers:\n  z: 1", "a: 1\n---\nb: 2", "&x [*x]"]
)
def test_a_document_that_is_no_yaml_elsewhere_is_refused(text: str) -> None:
    """What is wrong outside the entries is wrong with the whole document."""
    with pytest.raises(InputError, match=r"^f.yaml:\d+:\d+"):
        _read(text)


def test_bombs_tags_and_second_keys_stay_refused() -> None:
    """What a scenario may not hold, a sheet may not either."""
    found = _read("a: !!python/object:os.system x\nb: 1\nb: 2")
    assert [flaw.found for flaw in found.tree.flaws] == ["the tag !!python/object:os.system",
                                                         "the key 'b' a second time"]  # fmt: skip
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcde", "bcdef", strict=True)
    )
    with pytest.raises(InputError, match="aliases that stand for"):
        _read(bomb)


def test_a_scenario_inside_is_read_as_numbers() -> None:
    """The same document gives a sheet its text and a scenario its numbers, each problem at its place in the file."""
    inner = "".join(f"  {line}\n" for line in LECTURE.splitlines())
    found = _read(f"answers: {{z: 0.50}}\nscenario:\n{inner}")
    assert found.scenario("scenario", Path()).learning_rate == 0.7
    wrong = _read(f"answers: {{z: 1e999}}\nscenario:\n{inner.replace('loss: mse', 'loss: mze')}")
    with pytest.raises(InputError, match=r"^f\.yaml:12:9, loss: the unknown loss 'mze'") as caught:
        wrong.scenario("scenario", Path())
    assert len(caught.value.problems) == 1
