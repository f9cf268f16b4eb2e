"""A sheet as lines of text: `z1 = 0,52`, `h = 0.627 0.758`, `W+ = 0.207 0.409; 0.611 0.815`.

Update and sample stand behind the name: `L @ 2 = 0.29`, `L @ update 2, sample 1 = 0.29` or `L (sample 3) = 0.1`. What
follows `#` is a remark. On the command line each NAME=VALUE is such a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backtrace.answers.sheets.cells import Value, values_in
from backtrace.answers.sheets.placing import Line
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.answers.sheets.sheet import Fault, Sheet
from backtrace.errors import InputError, Place, Problem, misfit
from backtrace.scenario.flaws import place_of, printable
from backtrace.scenario.scenario import Scenario

LARGEST = 4_000_000
"""The largest sheet, or table of sheets, in bytes."""

MOST_LINES = 10_000
"""How many lines a sheet may have."""

_BEHIND = re.compile(r"(.*?)\s*(?:@\s*([^@]*)|\(\s*((?:update|sample)\b[^()]*)\))\s*", re.DOTALL)
_PLACES = re.compile(r"(?:update\s*)?(\d{1,9})(?:\s*[,;.]?\s*sample\s*(\d{1,9}))?|sample\s*(\d{1,9})", re.IGNORECASE)
_EQUALS = re.compile(r"\s*(?::=|[=≈:])\s*")
_REMARK = re.compile(r"(^|\s)#.*")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of(content: bytes, file: str) -> str:
    """The text of a sheet, whatever its bytes: those that are no text become `�`, which is no name and no number.

    UTF-8, or UTF-16 where it says so. Raises InputError where the sheet is larger than LARGEST.
    """
    if len(content) > LARGEST:
        raise InputError([Problem(f"a sheet of more than {LARGEST:,} bytes", "a smaller one", place=Place(file))])
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")
    return _NOT_TEXT.sub("�", text)


def sheet_of_text(text: str, file: str, scenario: Scenario) -> Sheet:
    """The sheet in lines of text, held against the scenario; `file` is what problems call it.

    Raises InputError where there are more than MOST_LINES lines.
    """
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise InputError([Problem(f"{len(lines):,} lines", f"at most {MOST_LINES:,}", place=Place(file))])
    numbered = ((number, _REMARK.sub("", line).strip()) for number, line in enumerate(lines, 1))
    read = [line_of(said, place_of(file, (number, 1), lines)) for number, said in numbered if said]
    return sheet_of_lines(scenario, Written(file, read))


def sheet_of_words(words: Iterable[str], scenario: Scenario, title: str = "") -> Sheet:
    """The sheet that words of a command line make, each NAME=VALUE; raises InputError where one is no such thing."""
    said = list(words)
    without = [word for word in said if not _EQUALS.search(word)]
    if without:
        raise misfit(f"'{printable(without[0], 60)}'", "NAME=VALUE, such as z1=0.52")
    return sheet_of_lines(scenario, Written(title, [line_of(word) for word in said]))


def line_of(text: str, place: Place | None = None) -> Line:
    """The line that a text such as `L @ 2 = 0.29` is; at fault where it has no `=` or no name."""
    text = " ".join(text.split())
    name, *values = _EQUALS.split(text, maxsplit=1)
    if not values or not name.strip():
        problem = Problem("a line without a name and `=`", "NAME = VALUE, such as z1 = 0.52", place=place)
        return Line(text.strip(), place=place, fault=Fault("unreadable", problem))
    return line_at(name, values_in(values[0], place), place)


def line_at(address: str, values: Sequence[Value], place: Place | None = None) -> Line:
    """The line of an address, a name with the update and the sample that may stand behind it."""
    address = " ".join(address.split())
    found = _BEHIND.fullmatch(address)
    if found is None:
        return Line(address, values, place=place)
    places = _PLACES.fullmatch((found[2] or found[3] or "").strip())
    if places is None:
        problem = Problem(
            f"'{printable(address, 60)}'", "NAME @ UPDATE, such as L @ 2 or L @ update 2, sample 1", place=place
        )
        return Line(address, place=place, fault=Fault("no such place", problem))
    update, sample = places[1], places[2] or places[3]
    return Line(found[1], values, int(update) if update else None, int(sample) if sample else None, place)
