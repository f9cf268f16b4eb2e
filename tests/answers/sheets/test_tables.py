"""Sheets in tables, as spreadsheets of several countries save them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.sheets.lines import text_of
from backtrace.answers.sheets.sheet import Sheet
from backtrace.answers.sheets.tables import sheets_of_table
from backtrace.errors import InputError
from tests.answers.bundled import bundled, rows

# fmt: off
LONG = [
    "quantity,value\nz1,0.52 1.14\nu,0.967\nh,\n",
    "Quantity;Value\nz1;0,52 1,14\nu;0,967\nh;\n",
    "value\tquantity\n0,52 1,14\tz1\n0,967\tu\n\th\n",
    '"quantity","value"\n"z1","[0.52, 1.14]"\n"u","0.967"\n"h",""\n',
    "z1;0,52 1,14\nu;0,967\nh;\n",
    "quantity, value\nz1, 0.52; 1.14\n\nu, 0.967\nh,\n",
]
# fmt: on


def _sheets(text: str, scenario: str = "lecture") -> list[Sheet]:
    return sheets_of_table(text, "f.csv", bundled(scenario))


def _numbers(sheet: Sheet) -> list[str]:
    """The rows with decimal points."""
    return [row.replace(",", ".") if "=" in row else row for row in rows(sheet)]


@pytest.mark.parametrize("text", LONG)
def test_a_long_table_is_one_sheet(text: str) -> None:
    """Separator, decimal comma, quotes, order of the columns and a missing heading make no difference."""
    (sheet,) = _sheets(text)
    assert _numbers(sheet) == ["z1 (1)=0.52 (2)=1.14", "z2 (1)=0.967", "a1"]
    assert next(row.place.line for row in sheet.rows if row.place) in (1, 2)


def test_a_long_table_says_update_and_sample() -> None:
    """Both columns may be there, and may be empty; rubbish in them is a fault of their line."""
    text = "quantity,value,update,sample\nL,0.5,,3\nL,0.4,2,1\nJ,0.3,2,\nJ,0.3,x,\n,1,,\nJ\n"
    (sheet,) = _sheets(text, "xor")
    assert rows(sheet) == [
        "L 3:()=0.5",
        "L@2 1:()=0.4",
        "J@2 ()=0.3",
        "! no such place: update 'x'",
        "! unreadable: a line without a name",
        "J",
    ]


def test_a_wide_table_is_a_sheet_for_each_student() -> None:
    """The columns before the first known name say whose a row is; empty cells are not answered."""
    text = ("\ufeffName;Vorname;z_1;z_2;dL_dW1[1,2];u;Bemerkung\n"
            "Noether;Emmy;0,52;1,14;;0,967;\n;;;;;;\nGauß;;0,5;;-0,013;abc;gut\n;;1;;;;\n")  # fmt: skip
    sheets = _sheets(text_of(text.encode(), "f.csv"))
    assert [sheet.title for sheet in sheets] == ["Noether Emmy", "Gauß", "row 3"]
    assert [rows(sheet) for sheet in sheets] == [
        ["z1 (1)=0,52", "z1 (2)=1,14", "z2 (1)=0,967"],
        ["z1 (1)=0,5", "dL_dW1 (1,2)=-0,013", "z2 (1)=?abc", "! unknown name: the unknown name 'Bemerkung'"],
        ["z1 (1)=1"],
    ]
    assert len({id(sheet.scenario) for sheet in sheets}) == 1
    assert [str(row.place) for row in sheets[1].rows][:1] == ["f.csv:4:1"]


def test_a_wide_table_may_hold_whole_quantities_and_later_updates() -> None:
    """A column is headed as a line begins, and all sheets are held against the longest training."""
    sheets = _sheets("student,h,L@2,dL_dz2@3\na,0.6 0.7,0.5,\nb,,,0.1\nc,1,2,3,4,\n")
    assert [rows(sheet) for sheet in sheets] == [
        ["a1 (1)=0.6 (2)=0.7", "L@2 ()=0.5"], ["dL_dz2@3 (1)=0.1"],
        ["! wrong shape: a single number for a1", "L@2 ()=2", "dL_dz2@3 (1)=3", "! unknown name: the unknown name"
         " 'column 5'"],
    ]  # fmt: skip
    assert [sheet.scenario.epochs for sheet in sheets] == [3, 3, 3]


@pytest.mark.parametrize("text", ["", "\n\n", ";;\n", "z_1,z_2\n", "name,value\n"[:5]])
def test_a_table_without_answers_is_refused(text: str) -> None:
    """An empty table, or headings alone, is no sheet."""
    with pytest.raises(InputError, match=r"f\.csv"):
        _sheets(text)


def test_a_quotation_mark_that_is_never_closed_spoils_its_own_line() -> None:
    """The rows below it are read as ever."""
    first, second = _sheets('student,u,z_1\n"a,0.9,0.5\nb,0.8,0.6\n')
    assert rows(second) == ["z2 (1)=0.8", "z1 (1)=0.6"]
    assert first.title


@given(st.text(), st.sampled_from([",", ";", "\t"]))
def test_no_row_of_a_table_stops_another(rubbish: str, separator: str) -> None:
    """Whatever stands in another student's row, a good row is read."""
    between = " ".join(rubbish.split())
    text = f"student{separator}u\n{between}\na{separator}0.967\n"
    sheets = _sheets(text_of(text.encode("utf-8", "surrogatepass"), "f"))
    assert rows(sheets[-1]) == ["z2 (1)=0.967"]
