"""What someone's own program wrote: values by id and without a scenario, to be compared with one that is known.

Either an .npz with an array for each id, the updates leading, or for what belongs to a sample the visits of samples;
or JSON Lines with a line for each value: {"update": 1, "sample": 1, "id": "z1", "value": [0.52, 1.14]}. The last pass
may be among them, as one update more; every update before it must be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backtrace.engine.trace import Trace
from backtrace.errors import InputError, Place, Problem, UnknownQuantityError
from backtrace.formats.npz import arrays_in
from backtrace.formats.recognising import is_npz
from backtrace.proof.compare import Column, Places, Side, compared, places
from backtrace.scenario.flaws import nearest, place_of, printable

_KEYS = ("update", "sample", "id", "value")
_NOT_FINITE = re.compile(r"-?\b(nan|inf)", re.IGNORECASE)
_MOST_PROBLEMS, _LONGEST = 20, 60
_LENGTH = "is the training of another length? `--set epochs=N` changes that of the scenario"


@dataclass(frozen=True)
class Recording:
    """A file of such values; `file` is what problems call it."""

    file: str
    content: bytes

    def read(self, trace: Trace) -> Side:
        """The values, as those of the training that the trace is of.

        Raises InputError with what is wrong with them: ids that the training does not have, other shapes, numbers
        that are not finite, updates that are missing.
        """
        reader = _Arrays(self, trace) if is_npz(self.content) else _Lines(self, trace)
        columns = dict(reader.columns())
        if not columns and not reader.problems:
            reader.report("no values at all", f"some of {', '.join(reader.names)}")
        if reader.problems:
            raise InputError(reader.problems)
        return Side(columns)


class _Reader:
    """What both kinds of files are read by: the places and shapes that the training asks for."""

    def __init__(self, recording: Recording, trace: Trace) -> None:
        self.recording, self.trace = recording, trace
        self.names = compared(trace.plan)
        self.problems: list[Problem] = []

    def report(self, found: str, expected: str = "", remedy: str = "", place: Place | None = None) -> None:
        """Note one more problem."""
        self.problems.append(Problem(found, expected, remedy, place=place or Place(self.recording.file)))

    def places(self, name: str) -> tuple[Places, Places]:
        """Where the quantity has values in the whole training: in the updates, and in the pass after the last."""
        return places(self.trace, name, range(1, self.trace.updates + 1))

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of one value."""
        return self.trace.plan.quantities[name].var.shape

    def meant(self, name: str) -> str:
        """What to do about an id that the training does not have."""
        try:
            return f"its id is {self.trace.notation.find(name).name!r}"
        except UnknownQuantityError:
            return nearest(name, self.names)

    def said(self, place: Any) -> str:
        """A place as a sentence names it."""
        update, sample = (int(number) for number in place)
        return f"update {update}" + (f", sample {sample}" if sample else "")


class _Arrays(_Reader):
    """An .npz with an array for each id."""

    def columns(self) -> Iterator[tuple[str, Column]]:
        """The columns of the arrays that are right."""
        for name, array in arrays_in(self.recording.content, self.recording.file).items():
            if name not in self.names:
                self.report(f"an array called {printable(name, _LONGEST)!r}", "ids of the training", self.meant(name))
            elif array.dtype.kind not in "fiu":
                self.report(f"{name} is an array of {array.dtype}", "numbers")
            elif (found := self.placed(name, array)) is not None and self.is_finite(name, array, found):
                yield name, Column(found, array.astype(np.float64))

    def placed(self, name: str, array: Any) -> Places | None:
        """The places of the rows, if there are as many as there should be, of the right shape."""
        during, after = self.places(name)
        shape, every = self.shape(name), np.concatenate([during, after])
        if array.shape[1:] == shape and array.ndim and len(array) in {len(during), len(every)} - {0}:
            return every[: len(array)]
        rows = len(during) or len(every)
        what = "visit of a sample" if (every[:, 1] > 0).any() and self.trace.plan.batched else "update"
        remedy = ""
        if array.shape[1:] == shape and array.ndim:
            remedy = _LENGTH
        elif array.shape == shape:
            remedy = f"the {what}s lead: write even a single one with the shape {(1, *shape)}"
        elif array.shape[1:] == shape[::-1]:
            remedy = "is it transposed? `network.orientation` of the scenario says how its matrices are laid out"
        self.report(f"{name} has the shape {array.shape}", f"{(rows, *shape)}, a row for each {what}", remedy)
        return None

    def is_finite(self, name: str, array: Any, rows: Places) -> bool:
        """Whether every number is finite; the first that is not is reported."""
        bad = np.argwhere(~np.isfinite(array))
        if len(bad):
            entry = ",".join(str(i + 1) for i in bad[0][1:])
            place = self.said(rows[bad[0][0]])
            self.report(f"{name}{f'[{entry}]' if entry else ''} of {place} is {array[tuple(bad[0])]}", "finite numbers")
        return not len(bad)


class _Lines(_Reader):
    """JSON Lines with a line for each value."""

    def __init__(self, recording: Recording, trace: Trace) -> None:
        super().__init__(recording, trace)
        self.known: dict[str, dict[int, list[int]]] = {}

    def columns(self) -> Iterator[tuple[str, Column]]:
        """The columns of the lines, if all of them are right."""
        found: dict[str, dict[tuple[int, int], Any]] = {}
        last: dict[str, int] = {}
        for number, line in enumerate(self.lines, 1):
            if line.strip() and (value := self.value(number, line)) is not None:
                name, place, numbers = value
                if found.setdefault(name, {}).setdefault(place, numbers) is not numbers:
                    self.at(number, f"{name} of {self.said(place)} for the second time")
                last[name] = number
            if len(self.problems) >= _MOST_PROBLEMS:
                return
        for name, values in found.items() if not self.problems else ():
            during, after = self.places(name)
            asked = [tuple(row) for row in np.concatenate([during, after]).tolist()]
            asked = asked if any(row in values for row in asked[len(during) :]) else asked[: len(during)]
            missing = [row for row in asked if row not in values]
            if missing:
                found_none = f"no {name} of {self.said(missing[0])} in any line, this is the last with it"
                self.at(last[name], found_none, "every update and sample", _LENGTH)
            else:
                yield name, Column(np.array(asked), np.stack([values[row] for row in asked]))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        try:
            return self.recording.content.decode("utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            self.report(f"a byte that is not UTF-8 ({self.recording.content[error.start]:#04x})", "text in UTF-8")
            return []

    def at(self, line: int, found: str, expected: str = "", remedy: str = "", column: int = 1) -> None:
        """Note a problem of a line."""
        self.report(found, expected, remedy, place_of(self.recording.file, (line, column), self.lines))

    def value(self, number: int, line: str) -> tuple[str, tuple[int, int], Any] | None:
        """The id, place and numbers of a line; None where it is not right, which is then reported."""
        item = self.item(number, line)
        if item is None:
            return None
        name = item["id"]
        if name not in self.names:
            self.at(
                number, f"the id {printable(str(name), _LONGEST)!r}", "an id of the training", self.meant(str(name))
            )
            return None
        place = self.place(number, name, item)
        numbers = _numbers(item["value"])
        if numbers is None or numbers.shape != self.shape(name):
            found = "no array of numbers" if numbers is None else f"the shape {numbers.shape}"
            self.at(number, f"{name} with {found}", f"numbers of the shape {self.shape(name)}")
            return None
        if not np.isfinite(numbers).all():
            self.at(number, f"{name} is not finite", "finite numbers")
            return None
        return None if place is None else (name, place, numbers)

    def item(self, number: int, line: str) -> Mapping[str, Any] | None:
        """The object of a line, if it has the keys that it must have and no others."""
        try:
            item = json.loads(line)
        except (ValueError, RecursionError) as error:
            bad = _NOT_FINITE.search(line)
            column = bad.start() + 1 if bad else getattr(error, "colno", 1)
            found = f"the number {bad[0]}…" if bad else f"no JSON: {getattr(error, 'msg', error)}"
            self.at(number, found, "finite numbers" if bad else "one object on each line", column=column)
            return None
        if not isinstance(item, dict):
            self.at(number, "no object", '{"update": 1, "sample": 1, "id": "z1", "value": [0.5, 1.1]}')
            return None
        for key in item:
            if key not in _KEYS:
                self.at(number, f"the key {printable(key, _LONGEST)!r}", ", ".join(_KEYS), nearest(key, _KEYS))
                return None
        missing = [key for key in ("update", "id", "value") if key not in item]
        if missing:
            self.at(number, f"no {missing[0]}", ", ".join(_KEYS))
        return None if missing else item

    def place(self, number: int, name: str, item: Mapping[str, Any]) -> tuple[int, int] | None:
        """The place that a line means; a sample need not be named where there is only one."""
        update, sample = item["update"], item.get("sample")
        rows = self.samples(name).get(update, []) if type(update) is int else []
        if not rows:
            last = max(self.samples(name))
            self.at(number, f"{name} of update {printable(repr(update), _LONGEST)}", f"updates 1 to {last}")
            return None
        known = [place + 1 for place in self.trace.schedule.samples(update)]
        if rows == [0] and (sample is None or (not self.trace.plan.batched and sample == known[0])):
            return update, 0
        if sample in rows and type(sample) is int:
            return update, sample
        if sample is None and len(rows) == 1:
            return update, rows[0]
        expected = "no sample: it belongs to the whole batch" if rows == [0] else f"a sample of {_some(rows)}"
        self.at(number, f"{name} of update {update}, sample {printable(repr(sample), _LONGEST)}", expected)
        return None

    def samples(self, name: str) -> Mapping[int, list[int]]:
        """The samples of a quantity in each update; 0 stands for the whole update."""
        if name not in self.known:
            self.known[name] = {}
            for update, sample in np.concatenate(self.places(name)).tolist():
                self.known[name].setdefault(update, []).append(sample)
        return self.known[name]


def _numbers(value: Any) -> Any:
    """The numbers of a value of JSON as an array; None where it is none."""
    if not _is_numeric(value):
        return None
    try:
        return np.array(value, dtype=np.float64)
    except (ValueError, OverflowError):
        return None


def _is_numeric(value: Any, depth: int = 2) -> bool:
    if isinstance(value, list):
        return depth > 0 and all(_is_numeric(item, depth - 1) for item in value)
    return isinstance(value, int | float) and not isinstance(value, bool)


def _some(samples: list[int]) -> str:
    shown = ", ".join(map(str, samples[:_LONGEST]))
    return shown + (" and more" if len(samples) > _LONGEST else "")
