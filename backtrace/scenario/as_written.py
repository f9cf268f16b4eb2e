"""A YAML document whose scalars are kept as they are written, for whoever counts digits: 0.50 stays 0.50.

Some of its lists may hold entries that somebody worked by hand. One that is no YAML at all is set aside, with what is
wrong with it, so that it does not take the others with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple

from backtrace.errors import InputError, Place, Problem
from backtrace.scenario.building import built, refused
from backtrace.scenario.flaws import Flaw, Loc, at, place_of
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.text import LINE_BREAK
from backtrace.scenario.tree import Tree, parsed


@dataclass(frozen=True)
class SetAside:
    """An entry that is no YAML: its text, the key of the list or mapping that it stood in, and what is wrong."""

    key: str
    text: str
    problem: Problem


@dataclass(frozen=True)
class AsWritten:
    """The document as mappings, lists, text and None, with the flaws of reading it, and entries that are no YAML."""

    file: str
    lines: Sequence[str]
    tree: Tree
    set_aside: Sequence[SetAside] = ()

    @property
    def data(self) -> Any:
        """The document as plain data; `BROKEN` stands where a value could not be read."""
        return self.tree.data

    def place(self, loc: Loc, on: Literal["value", "key"] = "value") -> Place:
        """The place of the value that `loc` leads to, or of its key."""
        return self._place(Flaw(loc, "", on=on))

    def problem(self, flaw: Flaw) -> Problem:
        """The flaw with its place."""
        return flaw.problem(self._place(flaw))

    def refusal(self, flaws: Iterable[Flaw]) -> InputError:
        """The error of these flaws, in the order of the file."""
        return refused(sorted(flaws, key=self.tree.mark), self._place)

    def scenario(self, key: str, folder: Path) -> Scenario:
        """The scenario that is written out under a key, its numbers read as numbers; raises InputError.

        Files that it names are looked for in the folder.
        """
        tree, _ = parsed("\n".join(self.lines), list(self.lines))
        inner, _ = at(tree.data, (key,))
        flaws = [Flaw(flaw.loc[1:], flaw.found, flaw.expected, flaw.remedy, flaw.on, tree.mark(flaw))
                 for flaw in tree.flaws if flaw.loc[:1] == (key,)]  # fmt: skip
        inside = Tree(inner, tuple(flaws), tree.mark(Flaw((key,), "")), tree.marks)

        def refuse(found: Iterable[Flaw]) -> InputError:
            return refused(sorted(found, key=inside.mark), lambda flaw: self._placed(inside.mark(flaw)))

        return built(inner, flaws, refuse, folder)

    def _place(self, flaw: Flaw) -> Place:
        return self._placed(self.tree.mark(flaw))

    def _placed(self, mark: tuple[int, int]) -> Place:
        return place_of(self.file, mark, self.lines)


Frail = Mapping[str, type[dict[str, Any]] | type[list[Any]]]
"""Top keys under which an entry may be rubbish: in a mapping or in a list."""


def read_as_written(text: str, file: str, frail: Frail) -> AsWritten:
    """The document in the text; `file` is what problems call it.

    What is no YAML is set aside where it is an entry, in lines of its own, under one of the top keys in `frail`;
    elsewhere it raises InputError.
    """
    lines, aside = LINE_BREAK.split(text), list[SetAside]()
    while True:
        tree, whole = parsed("\n".join(lines), lines, as_written=True)
        if whole:
            return AsWritten(file, lines, tree, aside)
        broken = list(_broken(lines, frail)) or _around(lines, tree.mark(tree.flaws[-1])[0], tree.flaws[-1], frail)
        if not broken:
            raise AsWritten(file, lines, tree).refusal(tree.flaws)
        for entry, flaw in broken:
            written = "\n".join(lines[entry.first : entry.stop]).strip()
            place = place_of(file, flaw.mark or (entry.first + 1, 1), lines)
            aside.append(SetAside(entry.key, written, Problem(flaw.found, flaw.expected, flaw.remedy, place=place)))
        left_out = {line for entry, _ in broken for line in range(entry.first, entry.stop)}
        lines = ["" if number in left_out else line for number, line in enumerate(lines)]


class _Entry(NamedTuple):
    """The lines, from 0, of an entry under a key."""

    key: str
    first: int
    stop: int


def _broken(lines: Sequence[str], frail: Frail) -> Iterator[tuple[_Entry, Flaw]]:
    """The frail entries that are no YAML, each read alone; where the first line of one is whole, the lines after it."""
    for entry in (entry for entries in _blocks(lines, frail) for entry in entries):
        flaw = _flaw_alone(lines, entry, frail[entry.key])
        if flaw is None:
            continue
        first = _Entry(entry.key, entry.first, entry.first + 1)
        has_value = bool(lines[entry.first].partition(":")[2].strip())
        is_first_whole = has_value and entry.stop > first.stop and _flaw_alone(lines, first, frail[entry.key]) is None
        yield (_Entry(entry.key, first.stop, entry.stop) if is_first_whole else entry), flaw


def _flaw_alone(lines: Sequence[str], entry: _Entry, kind: type[Any]) -> Flaw | None:
    """What is wrong with an entry where it is read alone: an alias may still be explained by another one."""
    alone = list(lines[entry.first : entry.stop])
    tree, whole = parsed("\n".join(alone), alone, as_written=True)
    flaw = tree.flaws[-1] if tree.flaws and not whole else None
    if flaw and not flaw.found.startswith("the alias"):
        line, column = tree.mark(flaw)
        return replace(flaw, mark=(entry.first + min(line, len(alone)), column))
    if not whole or isinstance(tree.data, kind):
        return None
    found, expected = ("a line without `:`", "`name: value`") if kind is dict else ("a line without `- `", "`- value`")
    return Flaw((), found, expected, mark=(entry.first + 1, 1))


def _around(lines: Sequence[str], line: int, flaw: Flaw, frail: Frail) -> list[tuple[_Entry, Flaw]]:
    """The line, from 1, in which the parser stops with this flaw, where it is one of a frail entry."""
    for entry in (entry for entries in _blocks(lines, frail) for entry in entries):
        if entry.first < line <= entry.stop and lines[line - 1].strip():
            return [(_Entry(entry.key, line - 1, line), flaw)]
    return []


def _blocks(lines: Sequence[str], frail: Frail) -> Iterator[list[_Entry]]:
    """The entries under each frail key that is written as a block."""
    for number, line in enumerate(lines):
        key = line.partition(":")[0]
        if key not in frail or line[len(key) + 1 :].split("#")[0].strip():
            continue
        below = range(number + 1, len(lines))
        filled = [i for i in below if lines[i].strip() and not lines[i].lstrip().startswith("#")]
        end = next((i for i in filled if not lines[i].startswith((" ", "\t", "- "))), len(lines))
        filled = [i for i in filled if i < end]
        starts = [i for i in filled if _indentation(lines[i]) <= _indentation(lines[filled[0]])]
        if starts:
            yield [_Entry(key, start, stop) for start, stop in zip(starts, [*starts[1:], end], strict=True)]


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
