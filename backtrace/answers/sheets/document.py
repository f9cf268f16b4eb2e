"""A sheet in YAML: the scenario, and under `answers` each name with what was worked out, digit for digit.

What is wrong with the document as a whole is refused, all of it at once; what is wrong with an answer is its own fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from backtrace.answers.numbers import read_number
from backtrace.answers.sheets.cells import Cell, Value, values_in
from backtrace.answers.sheets.lines import line_at
from backtrace.answers.sheets.naming import Names, Prefer, names_of
from backtrace.answers.sheets.placing import Line
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.answers.sheets.sheet import Fault, FaultKind, Precision, Sheet
from backtrace.engine.settings import with_settings
from backtrace.errors import InputError, Problem
from backtrace.scenario import find, load
from backtrace.scenario.as_written import AsWritten, read_as_written
from backtrace.scenario.flaws import Flaw, Loc, listed, nearest, printable, quoted
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.tree import BROKEN

# fmt: off
KEYS: Mapping[str, str] = {
    "scenario":  "what the sheet is held against: a bundled scenario's name, a path from here, or the scenario itself",
    "title":     "what the sheet is called",
    "names":     "ids or notation: what a name means that is both",
    "precision": "of numbers that a program printed: float32, float64 or {rtol: 1e-5}",
    "settings":  "what differs from the scenario, as with --set: eta: 0.5",
    "answers":   "each name with what was worked out: a number, a list, or rows",
    "more":      "answers of later updates, or of one sample of a batch",
    "marks":     "marks by name",
}
PRECISIONS: Mapping[str, Fraction] = {  # the tolerances of torch.testing.assert_close
    "float32": Fraction(13, 10**7),
    "float64": Fraction(1, 10**7),
}
# fmt: on
MORE = ("quantity", "update", "sample", "value")
_FRAIL: Mapping[str, Any] = {"answers": dict, "more": list}


def sheet_of_yaml(
    text: str, file: str, folder: Path, scenario: Scenario | None = None, opened: dict[Path, Scenario] | None = None
) -> Sheet:
    """The sheet in the text; `file` is what problems call it, and paths in it start from the folder.

    `scenario` stands in for that of the sheet where the sheet names none; `opened` remembers scenarios for the sheets
    to come. Raises InputError with every problem of the document: no YAML, an unknown key, no scenario.
    """
    document = read_as_written(text, file, _FRAIL)
    reader = _Document(document, folder, {} if opened is None else opened)
    keys = reader.flaws()
    problems = list(document.refusal(keys).problems) if keys else []
    found: Scenario | None = None
    try:
        found = reader.scenario(scenario)
    except InputError as error:
        problems += error.problems
    if problems or found is None:
        raise InputError(problems)
    names = names_of(found)
    written = Written(reader.text("title") or Path(file).stem, reader.lines(), reader.precision, reader.marks(names))
    return sheet_of_lines(found, written, reader.prefer)


@dataclass(frozen=True)
class _Document:
    """The parts of a sheet's document."""

    document: AsWritten
    folder: Path
    opened: dict[Path, Scenario]

    @property
    def data(self) -> dict[str, Any]:
        """The document's keys; none where it is no mapping, which is a flaw."""
        return self.document.data if isinstance(self.document.data, dict) else {}

    def text(self, key: str) -> str:
        """The text at a key; empty where there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""

    @property
    def prefer(self) -> Prefer | None:
        """What a name means that is both an id and a spelling."""
        return {"ids": "ids", "notation": "notation"}.get(self.text("names"))  # type: ignore[return-value]

    @property
    def precision(self) -> Precision | None:
        """How numbers of a program are compared; None where a hand wrote them."""
        value = self.data.get("precision")
        if isinstance(value, dict):
            return Precision(f"rtol {value['rtol']}", read_number(value["rtol"]).value)
        return Precision(value, PRECISIONS[value]) if value is not None else None

    def flaws(self) -> list[Flaw]:
        """What is wrong with the document as a whole."""
        if not isinstance(self.document.data, dict):
            found = "an empty document" if self.document.data is None else quoted(self.document.data)
            return [Flaw((), found, "a mapping with scenario and answers", "`backtrace new --sheet` writes one")]
        has_scenario = isinstance(self.data.get("scenario"), dict)  # read again as numbers, with its own flaws
        inside = ("answers", "more", "scenario") if has_scenario else ("answers", "more")
        outside = [f for f in self.document.tree.flaws if len(f.loc) < 2 or f.loc[0] not in inside]  # noqa: PLR2004
        return [*outside, *self._unknown(), *self._misfits(), *self._numbers()]

    def _unknown(self) -> Iterator[Flaw]:
        for key in self.data:
            if key not in KEYS:
                found = f"the unknown key '{printable(key, 60)}'"
                yield Flaw((key,), found, listed(KEYS, "or"), nearest(key, KEYS), on="key")

    def _misfits(self) -> Iterator[Flaw]:
        kinds: Mapping[str, tuple[tuple[type, ...], str]] = {
            "scenario": ((str, dict), "a name, a path, or a mapping with network, data and training"),
            "title": ((str,), "text"),
            "names": ((str,), "ids or notation"),
            "precision": ((str, dict), "float32, float64 or {rtol: 1e-5}"),
            "settings": ((dict, list), "a mapping from names to values"),
            "answers": ((dict,), "a mapping from names to numbers"),
            "more": ((list,), "a list of mappings with quantity, update and value"),
            "marks": ((dict,), "a mapping from names to numbers"),
        }
        for key, (types, expected) in kinds.items():
            value = self.data.get(key)
            if value is not None and value is not BROKEN and not isinstance(value, types):
                yield Flaw((key,), quoted(value), expected)
        if self.text("names") not in ("", "ids", "notation"):
            yield Flaw(
                ("names",),
                quoted(self.data["names"]),
                "ids or notation",
                nearest(self.text("names"), ("ids", "notation")),
            )

    def _numbers(self) -> Iterator[Flaw]:
        """Numbers of the teacher's that are none."""
        precision, marks = self.data.get("precision"), self.data.get("marks")
        if isinstance(precision, str) and precision not in PRECISIONS:
            yield Flaw(("precision",), quoted(precision), listed(PRECISIONS, "or"), nearest(precision, PRECISIONS))
        if isinstance(precision, dict):
            if set(precision) != {"rtol"}:
                yield Flaw(("precision",), quoted(precision), "float32, float64 or {rtol: 1e-5}")
            elif (value := _positive(precision["rtol"])) is None or value >= 1:
                yield Flaw(("precision", "rtol"), quoted(precision["rtol"]), "a number above 0 and below 1")
        for name, mark in marks.items() if isinstance(marks, dict) else ():
            if _positive(mark) is None:
                yield Flaw(("marks", name), quoted(mark), "a number above 0")

    def scenario(self, default: Scenario | None) -> Scenario:
        """The scenario of the sheet, with its settings in force; raises InputError."""
        value = self.data.get("scenario")
        if isinstance(value, dict):
            found = self.document.scenario("scenario", self.folder)
        elif isinstance(value, str):
            found = self._opened(value)
        elif default is not None and value is None:
            found = default
        elif value is None:
            expected, remedy = "a name, a path, or the scenario written here", "add `scenario: lecture`"
            raise self.document.refusal([Flaw(("scenario",), "no `scenario`", expected, remedy, on="holder")])
        else:
            raise InputError(())
        return with_settings(found, self._settings(), "settings")

    def _opened(self, argument: str) -> Scenario:
        try:
            path = find(argument)
        except InputError as error:
            place = self.document.place(("scenario",))
            raise InputError([replace(problem, place=place) for problem in error.problems]) from None
        path = self.folder / path
        if path not in self.opened:
            self.opened[path] = load(path)
        return self.opened[path]

    def _settings(self) -> list[str]:
        """The settings as KEY=VALUE; a list of such texts is as good."""
        value = self.data.get("settings")
        if isinstance(value, dict):
            return [f"{key}={_flow(each)}" for key, each in value.items()]
        return [_flow(each) for each in value] if isinstance(value, list) else []

    def marks(self, names: Names) -> dict[str, Fraction]:
        """The marks by id; raises InputError where a name is unknown."""
        marks: dict[str, Fraction] = {}
        problems = []
        for name, mark in (self.data.get("marks") or {}).items():
            exact, loose = names.meanings(name)
            if exact or loose:
                whole = next((m for m in (*exact, *loose) if m.index is None), (*exact, *loose)[0])
                marks[whole.said] = read_number(mark).value
            else:
                flaw = Flaw(
                    ("marks", name), f"the unknown name '{printable(name, 60)}'", "", names.unknown(name), on="key"
                )
                problems.append(self.document.problem(flaw))
        if problems:
            raise InputError(problems)
        return marks

    def lines(self) -> list[Line]:
        """The answers, in the order written, and after them those that are no YAML."""
        answers, more = self.data.get("answers") or {}, self.data.get("more") or []
        lines = [self._answer(name, value) for name, value in answers.items()]
        lines += [self._more(number, item) for number, item in enumerate(more)]
        twice = [flaw for flaw in self._flaws_in(("answers",)) if len(flaw.loc) > 1 and "a second time" in flaw.found]
        lines += [self._faulty(str(flaw.loc[1]), flaw, "given twice") for flaw in twice]
        lines += [Line(aside.text, place=aside.problem.place, fault=Fault("unreadable", aside.problem))
                  for aside in self.document.set_aside]  # fmt: skip
        return sorted(lines, key=lambda line: (line.place.line or 0) if line.place else 0)

    def _answer(self, name: str, value: Any) -> Line:
        loc = ("answers", name)
        flaw = next((f for f in self._flaws_in(loc) if "a second time" not in f.found), None)
        if flaw is not None:
            return self._faulty(name, flaw)
        return line_at(name, self._values(value, loc), self.document.place(loc, "key"))

    def _more(self, number: int, item: Any) -> Line:
        loc: Loc = ("more", number)
        name = item.get("quantity") if isinstance(item, dict) else None
        shown = name if isinstance(name, str) else f"more, number {number + 1}"
        if flaws := self._flaws_in(loc):
            return self._faulty(shown, flaws[0])
        if not isinstance(item, dict):
            return self._faulty(shown, Flaw(loc, quoted(item), f"a mapping with {listed(MORE, 'and')}"))
        for key in item:
            if key not in MORE:
                found = f"the unknown key '{printable(key, 60)}'"
                return self._faulty(shown, Flaw((*loc, key), found, listed(MORE, "or"), nearest(key, MORE), on="key"))
        if not isinstance(name, str):
            return self._faulty(shown, Flaw(loc, "no `quantity`", "a name, such as L", on="value"))
        line = line_at(name, self._values(item.get("value"), (*loc, "value")), self.document.place(loc))
        for key in ("update", "sample"):
            text = item.get(key)
            if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10:  # noqa: PLR2004
                line = replace(line, update=int(text)) if key == "update" else replace(line, sample=int(text))
            elif text is not None:
                return self._faulty(shown, Flaw((*loc, key), quoted(text), "a whole number from 1"), "no such place")
        return line

    def _flaws_in(self, loc: Loc) -> Sequence[Flaw]:
        """The flaws of reading what is at the place."""
        return [flaw for flaw in self.document.tree.flaws if flaw.loc[: len(loc)] == loc]

    def _faulty(self, name: str, flaw: Flaw, kind: FaultKind = "unreadable") -> Line:
        problem = self.document.problem(flaw)
        return Line(name, place=problem.place, fault=Fault(kind, problem))

    def _values(self, value: Any, loc: Loc) -> Sequence[Value]:
        """What stands at a place, as it may be read."""
        if isinstance(value, str):
            return values_in(value, self.document.place(loc))
        return [self._value(value, loc)]

    def _value(self, value: Any, loc: Loc) -> Value:
        if isinstance(value, list):
            return tuple(self._value(each, (*loc, number)) for number, each in enumerate(value))
        if isinstance(value, str):
            return values_in(value, self.document.place(loc))[0]
        if value is None:
            return Cell("")
        problem = Problem(quoted(value), "a number, a list of numbers, or rows of them")
        return Cell(quoted(value), self.document.place(loc), str(problem))


def _positive(text: Any) -> Fraction | None:
    """The number above 0 in a text; None where it is none."""
    try:
        value = read_number(text).value if isinstance(text, str) else Fraction(0)
    except InputError:
        return None
    return value if value > 0 else None


def _flow(value: Any) -> str:
    """A value in YAML on one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_flow(each)}' for key, each in value.items())}}}"
    return str(value) if value is not None else ""
