"""Files and folders of sheets."""

from __future__ import annotations

from pathlib import Path

import pytest

from backtrace.answers.sheets.files import is_sheet, sheets_in, sheets_of_file
from backtrace.errors import InputError
from tests.answers.bundled import bundled, rows
from tests.scenario.documents import LECTURE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a scenario, sheets of every kind, one that is broken, and other files."""
    (tmp_path / "example.yaml").write_text(LECTURE)
    (tmp_path / "a.yaml").write_text("scenario: example.yaml\nanswers: {u: 0.9}")
    (tmp_path / "b.txt").write_text("u = 0.8")
    (tmp_path / "c.csv").write_text("student,u\nx,0.7\ny,0.6\n")
    (tmp_path / "d.yml").write_text("scenario: example.yaml\nanswers: {u: 0.5}")
    (tmp_path / "e.yaml").write_text("scenario: none\nanswers: {u: 0.5}")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "notes.md").write_text("answers: none")
    return tmp_path


def test_a_folder_gives_its_sheets_in_order(folder: Path) -> None:
    """A broken sheet is told and stops no other; the scenario itself is passed over."""
    found = sheets_in(folder, bundled("lecture"))
    assert [rows(sheet) for sheet in found.sheets] == [[f"z2 (1)=0.{digit}"] for digit in (9, 8, 7, 6, 5)]
    assert [sheet.title for sheet in found.sheets][:1] == ["a"]
    assert ["there is no bundled scenario 'none'" in str(problem) for problem in found.problems] == [True]
    assert found.sheets[0].scenario is found.sheets[-1].scenario


def test_a_sheet_is_told_from_a_scenario(folder: Path) -> None:
    """By its keys where it is YAML, by its suffix otherwise."""
    names = ("a.yaml", "b.txt", "c.csv", "example.yaml", "picture.png", "none.yaml", "notes.md", ".")
    assert [is_sheet(folder / name) for name in names] == [True, True, True, False, False, False, False, True]


def test_a_sheet_that_names_no_scenario_needs_one(folder: Path) -> None:
    """A file of lines or a table is held against a scenario that is given beside it."""
    for name in ("b.txt", "c.csv"):
        with pytest.raises(InputError, match="a sheet that names no scenario"):
            sheets_of_file(folder / name)
    with pytest.raises(InputError, match="a file of another kind"):
        sheets_of_file(folder / "picture.png")
    with pytest.raises(InputError, match="there is no such file"):
        sheets_of_file(folder / "none.txt", bundled("lecture"))
    with pytest.raises(InputError, match="the folder cannot be read"):
        sheets_in(folder / "none")
