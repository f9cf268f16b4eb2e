"""A trace as a table: every entry once, numbers to the last bit, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import tracemalloc
from typing import Any

import numpy as np
import pytest

import backtrace
from backtrace.engine.trace import Trace
from backtrace.engine.work import unwatched
from backtrace.errors import InputError
from backtrace.formats.csv import COLUMNS, safe_cell, write_csv
from backtrace.lesson.telling import Telling
from backtrace.scenario import Scenario, names, path_of


def bundled(name: str, **changes: Any) -> Scenario:
    """A bundled scenario, of three epochs at most."""
    scenario = backtrace.load(path_of(name))
    return scenario.with_(**{"epochs": min(scenario.epochs, 3), **changes})


def text(found: Scenario | Trace, **asked: Any) -> str:
    stream = io.StringIO(newline="")
    write_csv(found, stream, unwatched, Telling(**asked))
    return stream.getvalue()


def rows(found: Scenario | Trace, **asked: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(found, **asked), newline="")))


@pytest.mark.parametrize("name", names())
def test_every_entry_of_every_step_has_a_row(name: str) -> None:
    """The steps with all entries stand in order, each value the same to the last bit; a trace gives the same table."""
    scenario = bundled(name)
    trace = backtrace.run(scenario)
    found = [row for row in rows(scenario) if row["step"]]
    expected = [
        (str(step.number), str(step.update), step.equation.id, value)
        for step in trace
        for value in np.asarray(step.value).ravel().tolist()
    ]
    assert [(row["step"], row["update"], row["id"], float(row["value"])) for row in found] == expected
    assert text(trace) == text(scenario)


def test_it_is_rfc_4180() -> None:
    """A header with the documented columns, lines that end in CR and LF, as many cells in every row."""
    lines = text(bundled("lecture")).split("\r\n")
    assert lines[0] == ",".join(COLUMNS)
    assert lines[-1] == ""
    assert {len(row) for row in csv.reader(lines[:-1])} == {len(COLUMNS)}


def test_what_is_given_stands_there_once() -> None:
    """Data, learning rate and the parameters before the first update have rows without a step."""
    found = {
        row["symbol"]: row["value"] for row in rows(bundled("xor")) if not row["step"] and row["sample"] in ("", "1")
    }
    trace = backtrace.run(bundled("xor"))
    assert float(found["v₁₁"]) == trace["W2"][0, 0]
    assert float(found["η"]) == trace.scenario.learning_rate
    assert {"x₁", "x₂", "y", "w₁₂"} <= set(found)


def test_an_entry_has_row_and_column_and_its_symbol() -> None:
    """A matrix has both, a vector rows, a number neither; the symbol is the notation's."""
    found = {(row["id"], row["row"], row["column"]): row["symbol"] for row in rows(bundled("lecture"))}
    assert found["dL_dW1", "2", "1"] == "∂L/∂w₁₂"
    assert found["dL_dz1", "2", ""] == "δʰ₂"
    assert found["L", "", ""] == "L"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"only": ("dL_dw12",)}, {("dL_dW1", "2", "1")}),
        ({"only": ("dL_dw12", "L"), "updates": (1,)}, {("dL_dW1", "2", "1"), ("L", "", "")}),
        ({"phases": frozenset({"loss"})}, {("L", "", ""), ("L_terms", "1", "")}),
        ({"stages": frozenset({1})}, {("dL_da2", "1", ""), ("slope2", "1", ""), ("dL_dz2", "1", "")}),
    ],
)
def test_a_part_can_be_asked_for(asked: dict[str, Any], expected: set[tuple[str, str, str]]) -> None:
    """Quantities and entries by name, phases and stages as `run` takes them."""
    assert {(row["id"], row["row"], row["column"]) for row in rows(bundled("lecture"), **asked)} == expected


def test_updates_and_samples_can_be_asked_for() -> None:
    """Only their rows are written; what is carried into an update that follows on none stands before it."""
    found = rows(bundled("online-vs-batch", batch_size=2), updates=(2,), samples=(3,))
    assert {row["update"] for row in found} == {"", "2"}
    assert {row["sample"] for row in found} <= {"", "3"}
    assert [row["value"] for row in found if row["id"] == "W1"] == [
        repr(value) for value in backtrace.run(bundled("online-vs-batch", batch_size=2)).value("W1", 2).ravel().tolist()
    ]


def test_parameters_can_be_followed_through_the_training() -> None:
    """A weight that is named has a row in every update."""
    found = rows(bundled("xor"), only=("v11",))
    trace = backtrace.run(bundled("xor"))
    assert [float(row["value"]) for row in found if row["id"] == "W2"] == [
        trace.value("W2", update)[0, 0] for update in range(1, trace.updates + 2)
    ]


@pytest.mark.parametrize(
    "asked", [{"updates": (9,)}, {"samples": (2,)}, {"stages": frozenset({9})}, {"only": ("foo",)},
              {"only": ("L",), "phases": frozenset({"update"})}]
)  # fmt: skip
def test_what_there_is_not_is_refused(asked: dict[str, Any]) -> None:
    """Updates, samples, stages and names that do not exist, and choices that leave nothing."""
    with pytest.raises(InputError):
        text(bundled("lecture"), **asked)


@pytest.mark.parametrize("said", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "＝1", "=cmd|' /C calc'!A0"])
def test_text_is_no_formula(said: str) -> None:
    """What a spreadsheet would take for a formula begins with an apostrophe."""
    assert safe_cell(said).startswith("'")


@pytest.mark.parametrize("name", names())
def test_no_cell_is_a_formula(name: str) -> None:
    """Of all cells only numbers begin with a minus sign, and they read as numbers."""
    for row in csv.reader(io.StringIO(text(bundled(name)), newline="")):
        for cell in row[:-1]:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row[-1] == "value" or np.isfinite(float(row[-1]))


def test_memory_does_not_grow_with_the_updates() -> None:
    """Four times as many updates need no more memory."""

    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    peaks = []
    for epochs in (20, 20, 200):
        tracemalloc.start()
        write_csv(backtrace.load(path_of("lecture")).with_(epochs=epochs), Nowhere(), unwatched)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] * 1.5
