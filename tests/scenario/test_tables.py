"""Tables in .csv files."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.errors import InputError, Problem
from backtrace.scenario import tables
from backtrace.scenario.tables import MOST_PROBLEMS, Table


def table(folder: Path, text: str | bytes) -> Table:
    path = folder / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Table(path, "t.csv")


def problems(folder: Path, text: str | bytes, *names: str) -> list[tuple[int | None, int | None, str, str, str]]:
    def read() -> np.ndarray:
        found = table(folder, text)
        return found.columns(names) if names else found.matrix()

    with pytest.raises(InputError) as caught:
        read()
    return [_told(problem) for problem in caught.value.problems]


def _told(problem: Problem) -> tuple[int | None, int | None, str, str, str]:
    place = problem.place
    assert place is not None
    assert place.file == "t.csv"
    return place.line, place.column, problem.found, problem.expected, problem.remedy


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(st.floats(-1e308, 1e308), min_size=width, max_size=width), min_size=1)
    )
)
def test_a_matrix_that_numpy_writes_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]) -> None:
    """np.savetxt with commas and all digits gives a file that is read to the last bit."""
    path = tmp_path_factory.mktemp("t") / "t.csv"
    np.savetxt(path, np.array(rows), delimiter=",", fmt="%.17g")
    np.testing.assert_array_equal(Table(path, "t").matrix(), np.array(rows))


NAMES = st.lists(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1), min_size=1, max_size=5, unique=True)


@given(NAMES, st.data())
def test_columns_that_python_writes_are_read(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    """What the csv module writes, with quotes where a name holds a comma, is read by column."""
    rows = data.draw(st.lists(st.tuples(*[st.floats(-1e6, 1e6)] * len(names)), min_size=1, max_size=4))
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([names, *rows])
    found = Table(path, "t")
    assert found.names == names
    wanted = names[::-1]
    np.testing.assert_array_equal(found.columns(wanted), np.array(rows)[:, ::-1])


def test_blanks_empty_lines_and_line_ends_do_not_matter(tmp_path: Path) -> None:
    """Blanks around cells, empty lines, CRLF and a byte order mark are passed over."""
    text = "\ufeffa, b ,c\r\n\r\n1, 2,+3e0\r\n .5 ,6.,-7\r\n\r\n"
    np.testing.assert_array_equal(table(tmp_path, text).columns(["a", "b", "c"]), [[1, 2, 3], [0.5, 6, -7]])


def test_only_columns_that_are_asked_for_hold_numbers(tmp_path: Path) -> None:
    """A column of names beside the numbers is left alone."""
    text = 'x,species,y\n1,"Iris, blue",2\n3,,4\n'
    np.testing.assert_array_equal(table(tmp_path, text).columns(["x", "y"]), [[1, 2], [3, 4]])


# fmt: off
WRONG = [
    ("1,2\n3,a\n",        (), [(2, 3, "the text 'a'", "a number", "")]),
    ("1,2\n3,\n",         (), [(2, 3, "an empty cell", "a number", "")]),
    ("1,2\n3\n",          (), [(2, 1, "1 cell", "2, as in line 1", "")]),
    ("1,2\n3,4,5\n6,7,8", (), [(2, 5, "3 cells", "2, as in line 1", ""), (3, 5, "3 cells", "2, as in line 1", "")]),
    ("1,nan\n",           (), [(1, 3, "the text 'nan'", "a number", "")]),
    ("1,1e999\n",         (), [(1, 3, "1e999", "a number below 1.8e308", "")]),
    ('1,"0,5"\n',         (), [(1, 4, "the text '0,5'", "a number", "write 0.5, with a decimal point")]),
    ("1;2\n",             (), [(1, 1, "the text '1;2'", "a number", "")]),
    ("x1,x2\n1,2\n",      (), [(1, 1, "the text 'x1'", "a number", ""), (1, 4, "the text 'x2'", "a number", "")]),
    ('1,"2\n',            (), [(1, 3, "a quotation mark out of place", "quotes around a whole cell", ""),
                               ]),
    ("",                  (), [(None, None, "a file without rows", "rows of numbers between commas", "")]),
    ("1,\x00",            (), [(1, 3, "the control character \\x00", "text", "is this a CSV file?")]),
    (b"1,\xff",           (), [(1, None, "a byte that is not UTF-8 (0xff)", "text in UTF-8", "save it as UTF-8")]),
    ("a,b\n",             ("a",), [(None, None, "a header without rows", "a row of numbers for each sample", "")]),
    ("a,b,a\n1,2,3",      ("a",), [(1, 5, "the column 'a' a second time", "each name once", "")]),
    ("a,b\n1,2,3\nx,2",   ("a",), [(2, 5, "3 cells", "2, as in the header", ""),
                                   (3, 1, "the text 'x'", "a number", "")]),
]
# fmt: on


@pytest.mark.parametrize(("text", "names", "expected"), WRONG)
def test_what_is_wrong_has_its_line_and_column(
    tmp_path: Path, text: str | bytes, names: tuple[str, ...], expected: list[tuple[int, int, str, str, str]]
) -> None:
    """Every cell that is wrong is told, all of them at once, by line and column."""
    assert problems(tmp_path, text, *names) == expected


def test_a_place_shows_its_line(tmp_path: Path) -> None:
    """The line of the file stands with the problem."""
    with pytest.raises(InputError) as caught:
        table(tmp_path, "1,2\n3, a\n").matrix()
    place = caught.value.problems[0].place
    assert place is not None
    assert (place.text, place.line, place.column) == ("3, a", 2, 4)


def test_of_very_many_problems_a_hundred_are_told(tmp_path: Path) -> None:
    """The search for more is given up."""
    assert len(problems(tmp_path, "a\n" * 10_000)) == MOST_PROBLEMS


def test_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with more cells than an array may have numbers is refused."""
    monkeypatch.setattr(tables, "MOST_NUMBERS", 2000)
    ((*_, found, _, _),) = problems(tmp_path, "0,0\n" * 1001)
    assert found == "more than 2,000 cells"


@given(st.binary(max_size=100))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever the bytes, nothing but InputError is raised."""
    with contextlib.suppress(InputError):
        assert table(tmp_path_factory.mktemp("t"), content).matrix().ndim == 2
