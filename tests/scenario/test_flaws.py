"""Paths, quotations and near misses as a person reads them."""

from __future__ import annotations

import pytest

from backtrace.scenario.flaws import LONGEST_LINE, listed, nearest, place_of, printable, quoted, spoken

# fmt: off
PATHS = [
    (("network", "layers", 1, "weights", 0, 2),  "layer 2, weights, row 1, column 3"),
    (("network", "layers", 0, "biases", 1),      "layer 1, biases, number 2"),
    (("network", "orientation"),                 "orientation"),
    (("network",),                               "network"),
    (("data", 3, "x"),                           "sample 4, x"),
    (("data", 0, "y", 1),                        "sample 1, y, number 2"),
    (("links", 1),                               "links, link 2"),
    (("training", "learning_rate"),              "training, learning_rate"),
    ((),                                         ""),
]
QUOTES = [
    (None,            "nothing"),
    (True,            "true"),
    ("0.2",           "the text '0.2'"),
    ("",              "an empty text"),
    ("a\x1b[31mb",    "the text 'a\\x1b[31mb'"),
    ("\u202eb",       "the text '\\u202eb'"),
    (1.5,             "1.5"),
    (10**400,         "a whole number of more than 30 digits"),
    ([],              "an empty list"),
    ([1, 2],          "a list of 2"),
    ({"a": 1, "b": 2}, "a mapping with a and b"),
    ({},              "an empty mapping"),
    (object(),        "a value of type object"),
]
# fmt: on


@pytest.mark.parametrize(("loc", "said"), PATHS)
def test_a_path_counts_from_one(loc: tuple[str | int, ...], said: str) -> None:
    """A path names layers, samples, rows and columns by number, counted from 1."""
    assert spoken(loc) == said


@pytest.mark.parametrize(("value", "said"), QUOTES)
def test_a_value_is_named_safely(value: object, said: str) -> None:
    """A quoted value is short, and holds no character that acts on a terminal."""
    assert quoted(value) == said


def test_long_text_is_cut() -> None:
    """Text is cut at the length asked for, and the cut is shown."""
    assert printable("a" * 500, 10) == "aaaaaaaaa…"


def test_many_names_are_counted() -> None:
    """Of many names twelve are listed, and the others counted."""
    assert listed("abc", "or") == "a, b or c"
    assert listed("a", "or") == "a"
    assert listed([str(n) for n in range(14)], "and") == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2 more"


@pytest.mark.parametrize(("name", "said"), [("sigmod", "sigmoid"), ("Sigmoid", "sigmoid"), ("TANH", "tanh")])
def test_a_near_miss_is_offered(name: str, said: str) -> None:
    """The nearest known name is offered, whatever the case of its letters."""
    assert nearest(name, ["sigmoid", "tanh"]) == f"did you mean '{said}'?"


def test_a_far_miss_offers_nothing() -> None:
    """Where no known name is near, none is offered."""
    assert nearest("quux", ["sigmoid", "tanh"]) == ""


@pytest.mark.parametrize("column", [1, 60, 500, 1000])
def test_a_long_line_is_shown_around_its_column(column: int) -> None:
    """Of a long line the part around the column is shown, and the place says where that part begins."""
    line = "".join(chr(ord("a") + i % 26) for i in range(1000))
    place = place_of("f", (1, column), [line])
    assert len(place.text) == LONGEST_LINE
    assert place.text[column - place.text_start] in (line[column - 1], "…")


def test_a_line_keeps_its_columns() -> None:
    """Tabs and control characters in the shown line take one column each."""
    place = place_of("f", (1, 5), ["a\t\x1b\x9bb"])
    assert place.text == "a ��b"


def test_a_place_after_the_end_is_the_end() -> None:
    """A mark behind the last line is shown at the end of that line."""
    place = place_of("f", (3, 1), ["a: ["])
    assert (place.line, place.column, place.text) == (1, 5, "a: [")
