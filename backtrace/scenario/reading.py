"""From a file to a scenario: whatever is wrong with the file is said in one error, each problem with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from backtrace.errors import InputError, Place
from backtrace.scenario.building import built, refused
from backtrace.scenario.flaws import Flaw, place_of, printable
from backtrace.scenario.library import find
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.text import LARGEST_FILE, LINE_BREAK, LONGEST_PATH, decoded, refuse_rubbish, text_of_file
from backtrace.scenario.tree import Tree, parsed


def load(path: str | Path) -> Scenario:
    """The scenario in the file; a text with neither suffix nor slash is the name of a bundled one, as in a terminal.

    Raises InputError with every problem: a file that is missing or cannot be read, that is not YAML, or whose
    values do not make a scenario.
    """
    path = find(path) if isinstance(path, str) else path
    return read_text(text_of_file(path, LARGEST_FILE), printable(str(path), LONGEST_PATH), Path(path).parent)


def read_text(text: str | bytes, file: str, folder: Path | None = None) -> Scenario:
    """The scenario in the text; `file` is what the text is called in problems.

    Files that the text names are relative to the folder, or to the working directory. Raises InputError.
    """
    text = decoded(text, file)
    lines = LINE_BREAK.split(text)
    refuse_rubbish(text, file)
    tree, whole = parsed(text, lines)
    refuse = _refusal(tree, file, lines)
    if not whole:
        raise refuse(tree.flaws)
    if not isinstance(tree.data, dict):
        raise refuse([*tree.flaws, _not_a_mapping(tree.data)])
    return built(tree.data, tree.flaws, refuse, folder)


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
    lines = LINE_BREAK.split(text)
    refuse_rubbish(text, name)
    tree, whole = parsed(text, lines)
    if tree.flaws or not whole:
        raise _refusal(tree, name, lines)(tree.flaws)
    return tree.data


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
