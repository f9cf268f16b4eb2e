"""What a text may stand for, and which shapes it fits."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.sheets.cells import Cell, Value, cells_of, described, negated, spread, values_in
from backtrace.formula.expr import Shape

# fmt: off
READ: list[tuple[str, list[Any]]] = [
    ("0,52",                      ["0,52", ["0", "52"]]),
    ("0.627, 0.758",              [["0.627", "0.758"]]),
    ("0.627 0.758",               [["0.627", "0.758"]]),
    ("[0.627 0.758]",             [["0.627", "0.758"]]),
    ("(0.627,0.758)",             [["0.627", "0.758"]]),
    ("0,627 0,758",               [["0,627", "0,758"]]),
    ("0,627, 0,758",              [["0,627", "0,758"]]),
    ("0,627; 0,758",              [[["0,627"], ["0,758"]]]),
    ("0.207 0.409; 0.611 0.815",  [[["0.207", "0.409"], ["0.611", "0.815"]]]),
    ("[[0.2, 0.4], [0.6, 0.8]]",  [[["0.2", "0.4"], ["0.6", "0.8"]]]),
    ("[[1,2],[3,4]]",             [[["1,2"], ["3,4"]], [["1", "2"], ["3", "4"]]]),
    ("[0.967]",                   [["0.967"]]),
    ("1 / 3, 2/3",                [["1/3", "2/3"]]),
    ("2 · 10^(-3) 5",             [["2·10^-3", "5"]]),
    ("2,5 × 10⁻³",                ["2,5×10⁻³", ["2", "5×10⁻³"]]),
    ("- 0.5",                     ["-0.5"]),
    ("[− 0.5, 0.3]",              [["−0.5", "0.3"]]),
    ("0.5;",                      [["0.5"]]),
    ("[['0.50', \"0.6\"]]",         [[["0.50", "0.6"]]]),
    ("about 0.9",                 [["about", "0.9"]]),
    ("_ 0.5",                     [["_", "0.5"]]),
    ("",                          [""]),
    ("(0.5",                      ["(0.5"]),
    ("0.5]",                      ["0.5]"]),
    (";;",                        [";;"]),
    ("[[[[[1]]]]]",               ["[[[[[1]]]]]"]),
]
FITTING: list[tuple[str, Shape, str | None]] = [
    ("0.5",           (),      "()=0.5"),
    ("[0.5]",         (),      "()=0.5"),
    ("0.5 0.6",       (),      None),
    ("0.5",           (1,),    "(1)=0.5"),
    ("[[0.5]]",       (1,),    "(1)=0.5"),
    ("0.5",           (2,),    None),
    ("0.5 0.6",       (2,),    "(1)=0.5 (2)=0.6"),
    ("0.5; 0.6",      (2,),    "(1)=0.5 (2)=0.6"),
    ("[[0.5 0.6]]",   (2,),    "(1)=0.5 (2)=0.6"),
    ("0.5 0.6 0.7",   (2,),    None),
    ("0.5 0.6",       (1, 2),  "(1,1)=0.5 (1,2)=0.6"),
    ("[[0.5 0.6]]",   (1, 2),  "(1,1)=0.5 (1,2)=0.6"),
    ("0.5; 0.6",      (1, 2),  None),
    ("0.5 0.6",       (2, 1),  "(1,1)=0.5 (2,1)=0.6"),
    ("0.5; 0.6",      (2, 1),  "(1,1)=0.5 (2,1)=0.6"),
    ("[[0.5 0.6]]",   (2, 1),  None),
    ("1. 2.; 3. 4.",  (2, 2),  "(1,1)=1. (1,2)=2. (2,1)=3. (2,2)=4."),
    ("1. 2. 3. 4.",   (2, 2),  None),
    ("1. 2.; 3.",     (2, 2),  None),
    ("1.",            (1, 1),  "(1,1)=1."),
    ("1 2 3; 4 5 6",  (3, 2),  None),
]
# fmt: on


def _plain(value: Value) -> Any:
    return value.text if isinstance(value, Cell) else [_plain(each) for each in value]


@pytest.mark.parametrize(("text", "values"), READ)
def test_a_text_is_a_number_or_several(text: str, values: list[Any]) -> None:
    """Blanks, commas, semicolons and brackets part numbers as they are usually written."""
    assert [_plain(value) for value in values_in(text)] == values


@pytest.mark.parametrize(("text", "shape", "entries"), FITTING)
def test_a_value_fits_a_shape_or_does_not(text: str, shape: Shape, entries: str | None) -> None:
    """Rows and columns of vectors, lists for single rows, and numbers in brackets are taken as they are meant."""
    found = spread(values_in(text)[0], shape)
    said = found and " ".join(f"({','.join(map(str, index))})={cell.text}" for index, cell in found)
    assert said == entries


@pytest.mark.parametrize("text", ["", "  ", "_", "___", "?", "…", "..."])
def test_an_empty_place_is_blank(text: str) -> None:
    """A place is not answered where it is empty or holds a line to write on."""
    assert Cell(text).is_blank
    assert not Cell("0").is_blank


@pytest.mark.parametrize(("text", "other"), [("0.5", "−0.5"), ("-0.5", "0.5"), ("− 0.5", " 0.5"), ("+0.5", "−0.5")])
def test_a_negative_is_the_same_digits_with_the_other_sign(text: str, other: str) -> None:
    """Nothing of what was written is lost but its sign."""
    assert negated(Cell(text)).text == other


def test_what_was_written_is_said() -> None:
    """A sentence names the shape of what was found."""
    found = [described(values_in(text)[0]) for text in ("1", "[1]", "1 2", "1 2; 3 4", "1 2; 3", "[]")]
    assert found == ["a single number", "a single number in brackets", "a list of 2", "2×2 numbers",
                     "rows of unlike length", "an empty list"]  # fmt: skip


@given(st.text())
def test_any_text_is_read_as_something(text: str) -> None:
    """There is always a first reading, and no cell holds a blank."""
    first = values_in(text)[0]
    assert all(" " not in cell.text for cell in cells_of(first)) or isinstance(first, Cell)


@pytest.mark.parametrize("text", [" " * 10**6, "a" + " " * 10**6 + "b", "[" * 10**5, "1 " * 10**5, "1,1" * 30_000])
def test_long_rubbish_costs_little(text: str) -> None:
    """Reading takes a time in proportion to the length of the text."""
    start = time.perf_counter()
    values_in(text)
    assert time.perf_counter() - start < 2
