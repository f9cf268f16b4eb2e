"""Files as text: what is in them, and what is said where they cannot be opened or are no text."""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path

from backtrace.errors import InputError, Place, Problem
from backtrace.scenario.flaws import LONGEST_QUOTE, printable

LARGEST_FILE = 20_000_000
"""In bytes."""

LONGEST_PATH = 200

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_of_file(path: str | Path, largest: int | None = None) -> bytes:
    """What is in the file, or its first bytes up to one more than `largest`.

    Raises InputError where the file is missing, a folder, or may not be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            return file.read() if largest is None else file.read(largest + 1)
    except (OSError, ValueError) as error:
        raise InputError([unopened(path, printable(str(path), LONGEST_PATH), error)]) from None


def decoded(text: str | bytes, file: str) -> str:
    """The text, at most LARGEST_FILE long, as text."""
    if len(text) > LARGEST_FILE:
        expected = f"at most {LARGEST_FILE // 1_000_000} million"
        raise InputError([Problem(f"a file of more than {LARGEST_FILE:,} bytes", expected, place=Place(file))])
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError([Problem("a file in UTF-16", "UTF-8", "save it as UTF-8", place=Place(file))])
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        found = f"a byte that is not UTF-8 ({text[error.start]:#04x})"
        raise InputError([Problem(found, "text in UTF-8", "save it as UTF-8", place=Place(file, line))]) from None


def refuse_rubbish(text: str, file: str, what: str = "YAML") -> None:
    """Raise InputError at the first character that no text has; `what` is the kind of file that was expected."""
    bad = _NOT_TEXT.search(text)
    if bad is None:
        return
    before = LINE_BREAK.split(text[: bad.start()])
    found = f"the control character {printable(bad[0], 12)}"
    place = Place(file, len(before), len(before[-1]) + 1)
    raise InputError([Problem(found, "text", f"is this a {what} file?", place=place)])


def unopened(path: Path, name: str, error: Exception) -> Problem:
    """Why the file could not be opened."""
    place = Place(name)
    match error:
        case FileNotFoundError():
            return Problem("there is no such file", "", _near_files(path), place=place)
        case IsADirectoryError():
            return Problem("a folder", "a file", "name a file in it", place=place)
        case PermissionError():
            return Problem("a file that may not be read", "", "look at its permissions", place=place)
    reason = getattr(error, "strerror", None) or "it has no possible file name"
    return Problem(f"the file cannot be opened: {reason}", place=place)


def _near_files(path: Path) -> str:
    try:
        neighbours = [entry.name for entry in os.scandir(path.parent)][:10_000]
    except (OSError, ValueError):
        return "its folder does not exist either"
    near = difflib.get_close_matches(path.name, neighbours, n=1, cutoff=0.7)
    return f"did you mean '{printable(str(path.with_name(near[0])), 2 * LONGEST_QUOTE)}'?" if near else ""
