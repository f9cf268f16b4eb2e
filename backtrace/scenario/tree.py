"""YAML as plain data that knows the place of every key and value; the only door to yaml.

Only the parser's events are used: nothing is constructed by tag, numbers are read as YAML 1.2 reads them
(`1e-3` is a number, `yes` is text), and nesting and aliases are bounded before they can grow.
"""

from __future__ import annotations

import math
import re
from array import array
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from backtrace.scenario.flaws import Flaw, Loc, Mark, at, printable
from backtrace.scenario.syntax import explained

DEEPEST = 32
MOST_REPEATED = 100_000
"""How many values all aliases together may stand for."""

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_DROPPED = "\0dropped"
_HALF = "half of a character (a lone surrogate)"


class Broken:
    """Stands where a value could not be read and a flaw was noted."""


BROKEN = Broken()


class _StoppedError(Exception):
    """Reading cannot go on."""


@dataclass(frozen=True)
class Tree:
    """A document as dicts, lists, text, numbers, booleans and None, and what was wrong with reading it."""

    data: Any
    flaws: tuple[Flaw, ...]
    start: Mark
    marks: dict[int, Any]

    def mark(self, flaw: Flaw) -> Mark:
        """Where the flaw stands: the value or its key, or the nearest thing around it."""
        if flaw.mark:
            return flaw.mark
        _, loc = at(self.data, flaw.loc)
        if not loc:
            return self.start
        holder, _ = at(self.data, loc[:-1])
        if isinstance(holder, dict):
            key, value = self.marks[id(holder)][loc[-1]]
            return key if flaw.on == "key" else value  # type: ignore[no-any-return]
        packed, i = self.marks[id(holder)], 2 * int(loc[-1])
        return packed[i], packed[i + 1]


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not been read; `size` counts the values in it, aliases unfolded."""

    value: Any
    marks: Any
    start: Mark
    anchor: str | None
    key: str | None = None
    key_mark: Mark = (1, 1)
    size: int = 1

    def loc(self) -> str | int:
        if isinstance(self.value, list):
            return len(self.value)
        return self.key or ""

    def wants_key(self) -> bool:
        return isinstance(self.value, dict) and self.key is None


@dataclass
class _Builder:
    """Takes events one by one, so that deep nesting costs no recursion.

    `as_written` leaves scalars as the text that stands there, nothing but an empty value or null becoming None.
    """

    as_written: bool = False
    flaws: list[Flaw] = field(default_factory=list)
    marks: dict[int, Any] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    stack: list[_Open] = field(default_factory=list)
    root: Any = None
    start: Mark = (1, 1)
    documents: int = 0
    repeated: int = 0
    dropped: list[Any] = field(default_factory=list)  # kept alive: marks go by identity

    def take(self, event: yaml.Event) -> None:
        """One event more."""
        begin: Any = event.start_mark
        mark = (begin.line + 1, begin.column + 1)
        match event:
            case yaml.ScalarEvent():
                self.scalar(event, mark)
            case yaml.CollectionStartEvent():
                self.open(event, mark)
            case yaml.CollectionEndEvent():
                self.close()
            case yaml.AliasEvent():
                self.alias(event, mark)
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    self.stop(
                        mark, "a second document (after `---`)", "one scenario in a file", "make it a file of its own"
                    )

    def scalar(self, event: yaml.ScalarEvent, mark: Mark) -> None:
        if self.stack and self.stack[-1].wants_key():
            self.key(event.value, mark, event.tag)
        else:
            value = BROKEN if self.tagged(event.tag, mark) else self.resolved(event, mark)
            self.add(value, mark, event.anchor, 1)

    def key(self, key: str, mark: Mark, tag: str | None) -> None:
        top = self.stack[-1]
        twice = key in top.value
        top.key, top.key_mark = key, mark
        self.tagged(tag, mark)
        if _has_half_characters(key):
            self.note(mark, _HALF, "text")
        if twice:
            first = top.marks[key][0][0]
            found = f"the key '{printable(key, 40)}' a second time"
            self.note(mark, found, f"each key once (it is in line {first} already)", "remove one of the two")
            top.key = _DROPPED

    def resolved(self, event: yaml.ScalarEvent, mark: Mark) -> Any:
        """The value that a scalar stands for: quoted and block text is text, plain text may be a number."""
        text: str = event.value
        is_plain = event.implicit[0] and not event.style
        if is_plain and text in _WORDS and (_WORDS[text] is None or not self.as_written):
            return _WORDS[text]
        if is_plain and not self.as_written:
            if FLOAT.fullmatch(text):
                return self.number(text, mark)
            if _NOT_FINITE.fullmatch(text):
                return self.note(mark, text, "a finite number")
        return self.note(mark, _HALF, "text") if _has_half_characters(text) else text

    def number(self, text: str, mark: Mark) -> Any:
        number = float(text)
        if math.isinf(number):
            return self.note(mark, f"{printable(text, 40)}", "a number below 1.8e308", "write a smaller number")
        return int(text) if _INTEGER.fullmatch(text) else number

    def open(self, event: yaml.CollectionStartEvent, mark: Mark) -> None:
        self.refuse_as_key(mark, "a list or mapping")
        self.tagged(event.tag, mark)
        if len(self.stack) >= DEEPEST:
            self.stop(mark, f"more than {DEEPEST} levels of nesting", "at most five", "is a bracket never closed?")
        is_list = isinstance(event, yaml.SequenceStartEvent)
        value: Any = [] if is_list else {}
        marks: Any = array("L") if is_list else {}
        self.marks[id(value)] = marks
        self.stack.append(_Open(value, marks, mark, event.anchor))

    def close(self) -> None:
        done = self.stack.pop()
        self.add(done.value, done.start, done.anchor, done.size)

    def alias(self, event: yaml.AliasEvent, mark: Mark) -> None:
        self.refuse_as_key(mark, "an alias")
        name = printable(event.anchor or "", 40)
        value, size = self.anchors.get(event.anchor or "", (BROKEN, 0))
        if not size:
            self.stop(mark, f"the alias *{name}", f"an anchor &{name} before it", "write the value out")
        self.repeated += size
        if self.repeated > MOST_REPEATED:
            self.stop(mark, f"aliases that stand for more than {MOST_REPEATED:,} values", "", "write the values out")
        self.add(value, mark, None, size)

    def add(self, value: Any, mark: Mark, anchor: str | None, size: int) -> None:
        """Put a finished value where it belongs."""
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.root, self.start = value, mark
            return
        top = self.stack[-1]
        top.size += size
        if isinstance(top.value, list):
            top.value.append(value)
            top.marks.extend(mark)
        else:
            if top.key is not _DROPPED:
                top.value[top.key] = value
                top.marks[top.key] = (top.key_mark, mark)
            else:
                self.dropped.append(value)
            top.key = None

    def refuse_as_key(self, mark: Mark, what: str) -> None:
        if self.stack and self.stack[-1].wants_key():
            self.stop(mark, f"{what} as a key", "a name as a key")

    def tagged(self, tag: str | None, mark: Mark) -> bool:
        if tag is None:
            return False
        tag = tag.replace("tag:yaml.org,2002:", "!!")
        self.note(mark, f"the tag {printable(tag, 40)}", "a plain value", "leave the tag out")
        return True

    def loc(self) -> Loc:
        return tuple(part for part in (opened.loc() for opened in self.stack) if part not in ("", _DROPPED))

    def note(self, mark: Mark, found: str, expected: str = "", remedy: str = "") -> Broken:
        self.flaws.append(Flaw(self.loc(), found, expected, remedy, mark=mark))
        return BROKEN

    def stop(self, mark: Mark, found: str, expected: str = "", remedy: str = "") -> NoReturn:
        self.note(mark, found, expected, remedy)
        raise _StoppedError


def _has_half_characters(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)


def parsed(text: str, lines: list[str], as_written: bool = False) -> tuple[Tree, bool]:
    """The document in the text, and whether it was read to its end; the flaws of the tree say what was wrong.

    With `as_written` a scalar is the text that stands there, so that 0.50 keeps its digits.
    """
    builder, whole = _Builder(as_written), True
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            builder.take(event)
    except _StoppedError:
        whole = False
    except yaml.YAMLError as error:
        builder.flaws.append(explained(error, builder.loc(), lines))
        whole = False
    return Tree(builder.root, tuple(builder.flaws), builder.start, builder.marks), whole
