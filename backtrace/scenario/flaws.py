"""One thing wrong with a document, said by where it stands in the data; the words of paths and quotations.

Whatever is quoted from a document is made safe to print: control characters are written out, long text is cut.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from backtrace.errors import Place, Problem

Loc = tuple[str | int, ...]
"""Keys and places in lists, counted from 0, that lead from the top of the document to a value."""

Mark = tuple[int, int]
"""Line and column, from 1."""

LONGEST_QUOTE = 60
LONGEST_LINE = 120
MOST_NAMES = 12
MOST_DIGITS = 30

_COUNTED = {"layers": "layer", "data": "sample", "links": "link", "order": "batch"}


@dataclass(frozen=True)
class Flaw:
    """What was found at `loc`, what was expected and what to do.

    `on` says whether the value there is at fault, or its key, or the mapping around it because it lacks the key.
    `mark` is given where reading stopped before there was a value, `place` where the flaw lies in another file.
    """

    loc: Loc
    found: str
    expected: str = ""
    remedy: str = ""
    on: Literal["value", "key", "holder"] = "value"
    mark: Mark | None = None
    place: Place | None = None

    def problem(self, place: Place | None = None) -> Problem:
        """The flaw as it is told."""
        path = spoken(self.loc[:-1] if self.on == "holder" else self.loc)
        return Problem(self.found, self.expected, self.remedy, path, self.place or place)


def spoken(loc: Loc) -> str:
    """The path as a person counts: `layer 2, weights, row 1, column 3`."""
    words: list[str] = []
    for depth, part in enumerate(loc):
        if isinstance(part, str):
            is_counted = isinstance(loc[depth + 1], int) if depth < len(loc) - 1 else False
            if depth == len(loc) - 1 or not (part == "network" or (is_counted and part in ("layers", "data"))):
                words.append(printable(part, LONGEST_QUOTE))
        else:
            words.append(f"{_counted(loc, depth)} {part + 1}")
    return ", ".join(words)


def _counted(loc: Loc, depth: int) -> str:
    """What the thing that a number counts is called."""
    before = loc[depth - 1] if depth else ""
    if before == "weights":
        return "row"
    if isinstance(before, int) and depth > 1 and loc[depth - 2] == "weights":
        return "column"
    return _COUNTED.get(str(before), "number")


def quoted(value: object) -> str:
    """A value as a sentence names it, short and safe to print."""
    match value:
        case None:
            said = "nothing"
        case bool():
            said = "true" if value else "false"
        case str():
            said = f"the text '{printable(value, LONGEST_QUOTE)}'" if value else "an empty text"
        case int() | float():
            said = _number(value)
        case list():
            said = f"a list of {len(value)}" if value else "an empty list"
        case dict():
            said = f"a mapping with {listed(value, 'and')}" if value else "an empty mapping"
        case _:
            said = f"a value of type {type(value).__name__}"
    return said


def _number(value: float) -> str:
    if abs(value) >= 10**MOST_DIGITS and isinstance(value, int):
        return f"a whole number of more than {MOST_DIGITS} digits"
    return repr(value)


def listed(names: Iterable[str], last: str) -> str:
    """Names as a sentence lists them, MOST_NAMES of them: `a, b or c`."""
    shown = [printable(str(name), LONGEST_QUOTE) for name in names]
    if len(shown) > MOST_NAMES:
        shown[MOST_NAMES:] = [f"{len(shown) - MOST_NAMES} more"]
    return f" {last} ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def nearest(name: str, known: Iterable[str]) -> str:
    """The remedy for a misspelt name: `did you mean 'sigmoid'?`, or nothing where none is near."""
    names = list(known)
    by_folded = {other.lower(): other for other in names}
    folded = name[: 2 * LONGEST_QUOTE].strip().lower()
    near = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return f"did you mean '{by_folded[near[0]]}'?" if near else ""


def printable(text: str, longest: int) -> str:
    """The text on one line without characters that act on a terminal, cut at `longest`."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


def place_of(file: str, mark: Mark, lines: Sequence[str]) -> Place:
    """The place in the file, with the line as far as it can be shown."""
    line, column = min(mark[0], max(len(lines), 1)), mark[1]
    text = lines[line - 1] if lines else ""
    column = column if line == mark[0] else len(text) + 1
    shown, start = _window(text, column)
    safe = "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in shown)
    return Place(file, line, column, safe, start)


def _window(text: str, column: int) -> tuple[str, int]:
    """The part of a long line around the column, and the column of its first character."""
    if len(text) <= LONGEST_LINE:
        return text, 1
    first = max(0, min(column - 1 - LONGEST_LINE // 2, len(text) - LONGEST_LINE))
    shown = text[first : first + LONGEST_LINE]
    shown = "…" + shown[1:] if first else shown
    return (shown[:-1] + "…" if first + LONGEST_LINE < len(text) else shown), first + 1


def at(data: Any, loc: Loc) -> tuple[Any, Loc]:
    """The value that `loc` leads to, or the nearest one around it, and the way there."""
    for depth, part in enumerate(loc):
        inside = isinstance(data, dict) and part in data
        inside |= isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)
        if not inside:
            return data, loc[:depth]
        data = data[part]
    return data, loc
