"""Files that hold sheets, by their suffix: .yaml and .yml, .txt, .csv and .tsv; and folders of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backtrace.answers.sheets.document import sheet_of_yaml
from backtrace.answers.sheets.lines import LARGEST, sheet_of_text, text_of
from backtrace.answers.sheets.sheet import Sheet
from backtrace.answers.sheets.tables import sheets_of_table
from backtrace.errors import InputError, Place, Problem
from backtrace.scenario import text_of_file
from backtrace.scenario.flaws import printable
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.text import LONGEST_PATH

_KINDS: Mapping[str, str] = {".yaml": "yaml", ".yml": "yaml", ".txt": "lines", ".csv": "table", ".tsv": "table"}
_KEY_OF_SHEET = re.compile(r"^(answers|more|scenario)\s*:", re.MULTILINE)
_KEY_OF_SCENARIO = re.compile(r"^(network|training)\s*:", re.MULTILINE)


@dataclass(frozen=True)
class Found:
    """The sheets of a folder, in the order of their names, and what is wrong with files that are none."""

    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...] = ()


def is_sheet(path: Path) -> bool:
    """Whether a path leads to a sheet or to a folder of them, and not to a scenario or a trace."""
    if path.is_dir():
        return True
    kind = _KINDS.get(path.suffix.lower())
    if kind != "yaml":
        return kind is not None
    try:
        text = text_of(text_of_file(path, LARGEST), str(path))
    except InputError:
        return False
    return is_yaml_sheet(text)


def is_yaml_sheet(text: str) -> bool:
    """Whether a text has the keys of a sheet in YAML, and not those of a scenario."""
    return bool(_KEY_OF_SHEET.search(text)) and not _KEY_OF_SCENARIO.search(text)


def sheets_of_file(
    path: Path, scenario: Scenario | None = None, opened: dict[Path, Scenario] | None = None
) -> list[Sheet]:
    """The sheets in a file: one, or of a wide table one for each student; see `sheet_of_yaml` for `opened`.

    All but YAML, which names its own, need the scenario that they are held against. Raises InputError.
    """
    name = printable(str(path), LONGEST_PATH)
    kind = _KINDS.get(path.suffix.lower())
    if kind is None:
        raise InputError([Problem("a file of another kind", f"a sheet: {', '.join(_KINDS)}", place=Place(name))])
    text = text_of(text_of_file(path, LARGEST), name)
    if kind == "yaml":
        return [sheet_of_yaml(text, name, path.parent, scenario, opened)]
    if scenario is None:
        remedy = f"backtrace check SCENARIO {name}"
        raise InputError([Problem("a sheet that names no scenario", "a scenario beside it", remedy, place=Place(name))])
    return [sheet_of_text(text, name, scenario)] if kind == "lines" else sheets_of_table(text, name, scenario)


def sheets_in(folder: Path, scenario: Scenario | None = None) -> Found:
    """The sheets in a folder; a file that is no sheet, such as the scenario itself, is passed over.

    Sheets that name one scenario, and go as far in it, have the same. A sheet that cannot be read is told in the
    problems, and stops no other. Raises InputError where the folder cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in _KINDS and path.is_file())
    except OSError as error:
        place = Place(printable(str(folder), LONGEST_PATH))
        raise InputError([Problem(f"the folder cannot be read: {error.strerror}", place=place)]) from None
    sheets, problems, opened = list[Sheet](), list[Problem](), dict[Path, Scenario]()
    for path in paths:
        try:
            if is_sheet(path):
                sheets += sheets_of_file(path, scenario, opened)
        except InputError as error:
            problems += error.problems
    return Found(tuple(sheets), tuple(problems))
