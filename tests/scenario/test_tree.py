"""YAML as plain data: what is a number, what is refused, and how little it may cost."""

from __future__ import annotations

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from backtrace.scenario import tree
from backtrace.scenario.tree import parsed


@pytest.fixture(params=["SafeLoader", "CSafeLoader"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is run with the parser in Python and, where it is installed, the one in C."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML without libyaml")
    monkeypatch.setattr(tree, "_PARSER", getattr(yaml, request.param))


# fmt: off
SCALARS: list[tuple[str, Any]] = [
    ("1", 1), ("-7", -7), ("+3", 3), ("012", 12), ("1e-3", 0.001), ("1E5", 1e5), (".5", 0.5), ("5.", 5.0),
    ("-1.5e+2", -150.0), ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
    ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("1:30", "1:30"), ("0o14", "0o14"), ("0x1F", "0x1F"),
    ("2001-12-14", "2001-12-14"), ("1_000", "1_000"), ("'1'", "1"), ('"true"', "true"), ("1/2", "1/2"), ("e5", "e5"),
    ("nan", "nan"), (".", "."), ("\"\\e[31m\"", "\x1b[31m"),
]
REFUSED = [
    # text                                 line, column, found
    ("a: .nan",                            1, 4, ".nan"),
    ("a: [1, -.inf]",                      1, 8, "-.inf"),
    ("a: 1e999",                           1, 4, "1e999"),
    ("a: " + "9" * 5000,                   1, 4, "9" * 39 + "…"),
    ("a: !!python/object:os.system x",     1, 4, "the tag !!python/object:os.system"),
    ("a: !foo [1]",                        1, 4, "the tag !foo"),
    ("!foo a: 1",                          1, 1, "the tag !foo"),
    ("a: 1\nb: 2\na: 3",                   3, 1, "the key 'a' a second time"),
    ("a: *b",                              1, 4, "the alias *b"),
    ("a: &b [*b]",                         1, 8, "the alias *b"),
    ("? [a]\n: b",                         1, 3, "a list or mapping as a key"),
    ("a: &x 1\n*x : 2",                    2, 1, "an alias as a key"),
    ("a: 1\n---\nb: 2",                    2, 1, "a second document (after `---`)"),
    ("a:\n\t- b",                          2, 1, "a tab in the indentation"),
    ("a: 1\n \tb: 2",                      2, 2, "a tab in the indentation"),
    ("a: b: c",                            1, 5, "a `:` where no key can stand"),
    ("a: 'x",                              1, 6, "a quotation mark that is never closed"),
    ("a: - b",                             1, 4, "a `- ` where no list can begin"),
    ("a: @x",                              1, 4, "a sign that cannot begin a value"),
]
# fmt: on


def _data(text: str) -> Any:
    found, whole = parsed(text, text.split("\n"))
    assert (whole, found.flaws) == (True, ())
    return found.data


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_are_read_as_yaml_1_2_reads_them(text: str, value: Any) -> None:
    """Numbers, true, false and null are what YAML 1.2 says; everything else is text."""
    assert _data(f"a: {text}") == {"a": value}
    assert type(_data(f"a: {text}")["a"]) is type(value)


@pytest.mark.parametrize(("text", "line", "column", "found"), REFUSED)
def test_what_has_no_place_in_a_scenario_is_refused_with_its_place(
    text: str, line: int, column: int, found: str
) -> None:
    """Tags, infinities, second keys, unknown aliases, tabs and broken YAML are noted where they stand."""
    result, _ = parsed(text, text.split("\n"))
    assert [(flaw.mark, flaw.found) for flaw in result.flaws] == [((line, column), found)]


def test_aliases_stand_for_what_they_name() -> None:
    """An alias stands for the value of its anchor."""
    assert _data("a: &w [1, 2]\nb: *w\nc: &n 3\nd: *n") == {"a": [1, 2], "b": [1, 2], "c": 3, "d": 3}


def test_reading_goes_on_after_a_bad_value() -> None:
    """Several bad values of a document are all noted."""
    result, whole = parsed("a: .nan\nb: [1, !x 2]\nb: {c: 1}\nd: .inf", [])
    assert whole
    assert [flaw.loc for flaw in result.flaws] == [("a",), ("b", 1), ("b",), ("d",)]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 10_000,
        "- " * 10_000,
        "? " * 10_000,
        "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"k{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 10)}]\n" for n in range(12)),
        "a: " + "&a " * 1000,
        "&a" * 50_000,
    ],
    ids=["brackets", "braces", "dashes", "question marks", "alias bomb", "anchors", "ampersands"],
)
def test_growth_is_bounded(text: str) -> None:
    """Deep nesting and alias bombs are refused within a second, without recursion."""
    start = time.process_time()
    result, whole = parsed(text, text.split("\n"))
    assert not whole
    assert result.flaws
    assert time.process_time() - start < 1


@given(st.text(alphabet="ab:-[]{}\n \t\"'&*!?|>%@#,.1~\\", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, there is data or a flaw with a place, never an exception."""
    result, whole = parsed(text, text.split("\n"))
    assert whole or result.flaws
    assert all(flaw.mark and min(flaw.mark) >= 1 for flaw in result.flaws)
