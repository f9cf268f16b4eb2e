"""Numbers out of files, put in the place of the mapping that names the file; what is wrong is told like the rest.

A path is relative to the scenario's folder. A file outside it is read where it is named absolutely, and not by way of
`..` or of a link.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from pydantic import ValidationError

from backtrace.errors import InputError
from backtrace.scenario.arrays import MOST_NUMBERS, absent, array_in, names_in, refuse, shape_text
from backtrace.scenario.flaws import Flaw, Loc, at, nearest, printable
from backtrace.scenario.named import KINDS
from backtrace.scenario.scenario import Floats
from backtrace.scenario.sources import DataPart, FilePart
from backtrace.scenario.tables import Table
from backtrace.scenario.text import LONGEST_PATH

_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib")


class _UnreadError(Exception):
    """A file that cannot be read, with the flaws of the mapping that names it."""

    def __init__(self, *flaws: Flaw) -> None:
        self.flaws = flaws
        super().__init__()


@dataclass
class Filled:
    """A document with the numbers of its files in place; `flaws` are those of the files."""

    data: Any
    flaws: list[Flaw] = field(default_factory=list)
    origins: dict[str, Any] = field(default_factory=dict)

    def put(self, loc: Loc, name: str, model: type[Any], read: Callable[[Any, Loc], Any]) -> None:
        """Put what a mapping with `file` stands for in its place, or note why it cannot be read.

        A mapping that the schema will refuse is left to it.
        """
        written, reached = at(self.data, loc)
        if reached != loc or not isinstance(written, dict) or "file" not in written:
            return
        try:
            part = model.model_validate(written)
            value = read(part, loc)
        except ValidationError:
            return
        except _UnreadError as error:
            self.flaws += error.flaws
        except InputError as error:
            self.flaws += [Flaw(loc, p.found, p.expected, p.remedy, place=p.place) for p in error.problems]
        else:
            self.data = _with(self.data, loc, value)
            self.origins[name] = part.model_dump(exclude_none=True)


def with_files(data: Any, folder: Path) -> Filled:
    """The document with the numbers of its files in place; their origins are noted in it by id."""
    filled = Filled(data)
    network = data.get("network")
    layers = network.get("layers") if isinstance(network, dict) else None
    for i in range(len(layers) if isinstance(layers, list) else 0):
        for kind, letter in KINDS.items():
            filled.put(("network", "layers", i, kind), f"{letter}{i + 1}", FilePart, _reader(kind, folder))
    filled.put(("data",), "data", DataPart, lambda part, loc: _samples(part, loc, folder))
    if filled.origins:
        known = data.get("origins")
        filled.data = filled.data | {"origins": (known if isinstance(known, dict) else {}) | filled.origins}
    return filled


def _with(data: Any, loc: Loc, value: Any) -> Any:
    """The data with another value at the place, and everything else shared."""
    if not loc:
        return value
    copy: Any = list(data) if isinstance(data, list) else dict(data)
    copy[loc[0]] = _with(copy[loc[0]], loc[1:], value)
    return copy


def _reader(kind: str, folder: Path) -> Callable[[FilePart, Loc], Any]:
    def read(part: FilePart, loc: Loc) -> Any:
        path, shown = _path(part.file, (*loc, "file"), folder)
        if path.suffix.lower() == ".csv":
            if part.array is not None:
                found = f"the array '{printable(part.array, 60)}'"
                _unread((*loc, "array"), found, "no name: a .csv file holds a single array")
            numbers = Table(path, shown).matrix()
        else:
            numbers = array_in(path, shown, part.array)
        return _shaped(numbers, kind, shown).tolist()

    return read


def _shaped(numbers: Floats, kind: str, shown: str) -> Floats:
    """Weights have rows and columns; biases are a vector, or a single row or column."""
    if numbers.size == 0:
        refuse(shown, f"an array of shape {shape_text(numbers.shape)}", "at least one number")
    if kind == "weights" and numbers.ndim != 2:  # noqa: PLR2004
        refuse(shown, shape_text(numbers.shape), "rows and columns")
    if kind == "biases" and numbers.ndim != 1 and sorted(numbers.shape)[:-1] != [1]:
        refuse(shown, shape_text(numbers.shape), "a vector, or a single row or column")
    return numbers if kind == "weights" else numbers.ravel()


def _samples(part: DataPart, loc: Loc, folder: Path) -> list[dict[str, Any]]:
    path, shown = _path(part.file, (*loc, "file"), folder)
    if path.suffix.lower() == ".npy":
        _unread((*loc, "file"), "a .npy file, whose array has no name", "a .csv, .npz or .safetensors file",
                "save inputs and targets with numpy.savez")  # fmt: skip
    is_table = path.suffix.lower() == ".csv"
    table = Table(path, shown) if is_table else None
    known = table.names if table else names_in(path, shown)
    wanted = {"inputs": part.inputs, "targets": part.targets}
    unknown = [
        Flaw((*loc, key, i), problem.found, problem.expected, problem.remedy)
        for key, names in wanted.items()
        for i, name in enumerate(names)
        if name not in known
        for problem in [absent(name, known, "column" if is_table else "array", shown)]
    ]
    if unknown:
        raise _UnreadError(*unknown)
    names = [*part.inputs, *part.targets]
    columns = list(table.columns(names).T[:, :, None]) if table else _columns(path, shown, names)
    x, y = (np.hstack(half).tolist() for half in (columns[: len(part.inputs)], columns[len(part.inputs) :]))
    return [{"x": inputs, "y": targets} for inputs, targets in zip(x, y, strict=True)]


def _columns(path: Path, shown: str, names: list[str]) -> list[Floats]:
    """Each array as columns, one row for each sample."""
    found: list[Floats] = []
    for name in names:
        array = array_in(path, shown, name)
        if array.ndim not in (1, 2) or array.size == 0:
            refuse(shown, f"the array {name}: {shape_text(array.shape)}", "one number or one row for each sample")
        if found and len(array) != len(found[0]):
            refuse(shown, f"the array {name}: {shape_text(array.shape)}", f"{len(found[0])} rows, as in {names[0]}")
        found.append(array.reshape(len(array), -1))
        if sum(each.size for each in found) > MOST_NUMBERS:
            refuse(shown, f"more than {MOST_NUMBERS:,} numbers", f"at most {MOST_NUMBERS:,}")
    return found


def _path(file: str, loc: Loc, folder: Path) -> tuple[Path, str]:
    """Where the file is, and what it is called in problems; refused where it may not be read."""
    shown = printable(file, LONGEST_PATH)
    suffix = Path(file).suffix.lower()
    if suffix not in SUFFIXES:
        remedy = "a pickle can run any program: save it as .safetensors or .npz" if suffix in _PICKLES else ""
        _unread(loc, f"the file '{shown}'", "a .csv, .npy, .npz or .safetensors file", remedy)
    try:
        path, home = (folder / file).resolve(), folder.resolve()
        is_file = path.is_file()
    except (OSError, RuntimeError, ValueError):
        _unread(loc, f"the file '{shown}'", "a file that there can be")
    if not Path(file).is_absolute() and not path.is_relative_to(home):
        _unread(loc, f"'{shown}', which lies outside the scenario's folder", "a file in it, or below it",
                "copy the file there, or name it by its absolute path")  # fmt: skip
    if not is_file:
        if path.exists():
            _unread(loc, f"'{shown}', which is no file", "a file")
        _unread(loc, f"there is no file '{shown}'", "a file in the scenario's folder", _near(path))
    return path, shown


SUFFIXES = (".csv", ".npy", ".npz", ".safetensors")
"""The files that numbers are read from."""


def _near(path: Path) -> str:
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix in SUFFIXES]
    except OSError:
        return ""
    return nearest(path.name, difflib.get_close_matches(path.name, names, n=1, cutoff=0.75))


def _unread(loc: Loc, found: str, expected: str = "", remedy: str = "") -> NoReturn:
    raise _UnreadError(Flaw(loc, found, expected, remedy))
