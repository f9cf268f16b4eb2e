"""The derivation without numbers, for the formats that hold data: every quantity of a step with its formulas.

They are those of the head of an exported trace; nothing is worked. `format` says `backtrace-formulas` where it is said.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, TextIO

import numpy as np

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, notation_of
from backtrace.errors import InputError, Problem, UnknownQuantityError, misfit
from backtrace.formats.csv import safe_cell
from backtrace.formats.document import head
from backtrace.formats.json import dumps
from backtrace.formula.expr import Var
from backtrace.lesson.telling import Telling
from backtrace.notation.notation import Notation
from backtrace.scenario import Scenario

FORMAT, VERSION = "backtrace-formulas", 1
COLUMNS = ("phase", "stage", "id", "row", "column", "symbol", "formula")


def write_json(found: Scenario | Trace, stream: TextIO, _telling: Telling) -> None:
    """Write quantities and equations as one document."""
    board = _board(found)
    stream.write("{" + ",\n".join(f"{dumps(key)}:{dumps(value)}" for key, value in board.items()) + "}\n")


def write_jsonl(found: Scenario | Trace, stream: TextIO, _telling: Telling) -> None:
    """Write a header line with the quantities, then a line for each equation."""
    board = _board(found)
    equations = board.pop("equations")
    stream.writelines(dumps(line) + "\n" for line in (board, *equations))


def write_npz(found: Scenario | Trace, stream: IO[bytes], _telling: Telling) -> None:
    """Write an array of text for each id: the formulas of its entries, or that of the whole where it is very large."""
    arrays: dict[str, Any] = {"format": np.array(FORMAT), "version": np.array(VERSION)}
    board = _board(found)
    for equation in board["equations"]:
        shape = board["quantities"][equation["id"]]["shape"]
        texts = [entry["formula"]["text"] for entry in equation["entries"]]
        arrays[equation["id"]] = np.array(texts).reshape(shape) if texts else np.array(equation["formula"]["text"])
    np.savez_compressed(stream, **arrays)


def write_csv(found: Scenario | Trace, stream: TextIO, telling: Telling) -> None:
    """Write a row for each entry of the quantities, phases and stages that are asked for.

    Raises InputError where a name is unknown, or nothing matches.
    """
    rows = list(_rows(found, telling))
    if not rows:
        raise misfit("nothing matches all of what is asked for", remedy="leave out --only, --phase or --stage")
    csv.writer(stream).writerows(
        [COLUMNS, *((*where, safe_cell(symbol), safe_cell(formula)) for *where, symbol, formula in rows)]
    )


def write_parquet(found: Scenario | Trace, stream: IO[bytes], telling: Telling) -> None:
    """Write a row for each entry, null where csv has an empty cell."""
    from backtrace.formats.parquet import write_formulas  # noqa: PLC0415 (loads only where it is asked for)

    write_formulas(_rows(found, telling), {"format": FORMAT, "version": VERSION}, stream)


WITHOUT_NUMBERS: Mapping[str, Callable[[Scenario | Trace, Any, Telling], None]] = {
    "json": write_json,
    "jsonl": write_jsonl,
    "npz": write_npz,
    "parquet": write_parquet,
    "csv": write_csv,
}
"""What writes a format of data, by its name, where no numbers are asked for."""


def _board(found: Scenario | Trace) -> dict[str, Any]:
    """The head of the trace without what holds numbers."""
    scenario = found.scenario if isinstance(found, Trace) else found
    whole = head(scenario, found.plan if isinstance(found, Trace) else plan_of(scenario))
    quantities = {
        name: {key: value for key, value in entry.items() if key != "value"}
        for name, entry in whole["quantities"].items()
    }
    return {"format": FORMAT, "version": VERSION, "quantities": quantities, "equations": whole["equations"]}


def _rows(found: Scenario | Trace, telling: Telling) -> Iterator[tuple[Any, ...]]:
    """The rows of a table with these COLUMNS, None where a row belongs to none."""
    scenario = found.scenario if isinstance(found, Trace) else found
    notation = notation_of(scenario, found.plan if isinstance(found, Trace) else plan_of(scenario))
    named = _named(notation, telling)
    for equation in _board(found)["equations"]:
        name, stage = equation["id"], equation["stage"]["number"]
        if (telling.phases and equation["phase"] not in telling.phases) or (
            telling.stages and stage not in telling.stages
        ):
            continue
        whole = [{"index": [], "formula": equation["formula"]}]
        for entry in equation["entries"] or whole:
            index = tuple(entry["index"])
            if named and not any(var.name == name and var.index in (None, index) for var in named):
                continue
            row, column = (*index, None, None)[:2]
            symbol = notation.spell(Var(name, (), index=index or None))
            yield equation["phase"], stage, name, row, column, symbol, entry["formula"]["text"]


def _named(notation: Notation, telling: Telling) -> list[Var]:
    found, problems = list[Var](), list[Problem]()
    for name in telling.only:
        try:
            found.append(notation.find(name))
        except UnknownQuantityError as error:
            problems.append(Problem(str(error)))
    if problems:
        raise InputError(problems)
    return found
