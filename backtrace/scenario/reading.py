"""From a file to a scenario: whatever is wrong with the file is said in one error, each problem with its place."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from backtrace.errors import InputError, Place, Problem
from backtrace.scenario.building import built, refused
from backtrace.scenario.flaws import LONGEST_QUOTE, Flaw, place_of, printable
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.tree import Tree, parsed

LARGEST_FILE = 20_000_000
"""In bytes."""

LONGEST_PATH = 200

_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load(path: str | Path) -> Scenario:
    """The scenario in the file.

    Raises InputError with every problem: a file that is missing or cannot be read, that is not YAML, or whose
    values do not make a scenario.
    """
    return read_text(text_of_file(path, LARGEST_FILE), printable(str(path), LONGEST_PATH))


def text_of_file(path: str | Path, largest: int | None = None) -> bytes:
    """What is in the file, or its first bytes up to one more than `largest`.

    Raises InputError where the file is missing, a folder, or may not be read.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            return file.read() if largest is None else file.read(largest + 1)
    except (OSError, ValueError) as error:
        raise InputError([_unopened(path, printable(str(path), LONGEST_PATH), error)]) from None


def read_text(text: str | bytes, file: str) -> Scenario:
    """The scenario in the text; `file` is what the text is called in problems. Raises InputError."""
    text = _decoded(text, file)
    lines = _LINE_BREAK.split(text)
    _refuse_rubbish(text, file)
    tree, whole = parsed(text, lines)
    refuse = _refusal(tree, file, lines)
    if not whole:
        raise refuse(tree.flaws)
    if not isinstance(tree.data, dict):
        raise refuse([*tree.flaws, _not_a_mapping(tree.data)])
    return built(tree.data, tree.flaws, refuse)


def read_document(document: Any, file: str) -> Scenario:
    """The scenario that a document, read from JSON already, describes; `file` is named in problems.

    Raises InputError.
    """

    def refuse(flaws: Iterable[Flaw]) -> InputError:
        return refused(flaws, lambda _: Place(file))

    if not isinstance(document, dict):
        raise refuse([_not_a_mapping(document)])
    return built(document, (), refuse)


def read_value(text: str, name: str) -> Any:
    """The single value that the text stands for, read as a file would be; `name` is what problems call it.

    Raises InputError.
    """
    lines = _LINE_BREAK.split(text)
    _refuse_rubbish(text, name)
    tree, whole = parsed(text, lines)
    if tree.flaws or not whole:
        raise _refusal(tree, name, lines)(tree.flaws)
    return tree.data


def _unopened(path: Path, name: str, error: Exception) -> Problem:
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


def _decoded(text: str | bytes, file: str) -> str:
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


def _refuse_rubbish(text: str, file: str) -> None:
    bad = _NOT_TEXT.search(text)
    if bad is None:
        return
    before = _LINE_BREAK.split(text[: bad.start()])
    found = f"the control character {printable(bad[0], 12)}"
    place = Place(file, len(before), len(before[-1]) + 1)
    raise InputError([Problem(found, "text", "is this a YAML file?", place=place)])


def _not_a_mapping(data: Any) -> Flaw:
    expected = "a mapping with network, data and training"
    if data is None:
        return Flaw((), "an empty document", expected, "`backtrace list scenarios` names examples to start from")
    return Flaw((), "a list" if isinstance(data, list) else "a single value", expected)


def _refusal(tree: Tree, file: str, lines: list[str]) -> Callable[[Iterable[Flaw]], InputError]:
    """Makes the error of the flaws, in the order of the file."""

    def refuse(flaws: Iterable[Flaw]) -> InputError:
        return refused(sorted(flaws, key=tree.mark), lambda flaw: place_of(file, tree.mark(flaw), lines))

    return refuse
