"""A trace as a table of Parquet: the rows are those of the steps, to the last bit, however it is worked and kept."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

import backtrace
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace
from backtrace.engine.training import in_blocks, one_by_one, without_rounding
from backtrace.engine.work import unwatched
from backtrace.formats import FORMATS
from backtrace.formats import parquet as writing
from backtrace.formats.asked import Asked
from backtrace.formats.document import steps
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.telling import Telling
from backtrace.scenario import Scenario, names, path_of
from tests.commands import here
from tests.engine.scenarios import random_scenario
from tests.formats.test_exact import EXACT, ROUNDED, batches
from tests.packages import take_away

SOME: dict[str, Any] = {"keep": {"updates": {"every": 3}}}
LAST: dict[str, Any] = {"keep": {"updates": "last", "per_sample_gradients": False}}
CHANGES: list[dict[str, Any]] = [
    {}, SOME, LAST, ROUNDED, EXACT, ROUNDED | SOME, EXACT | LAST, {"shuffle": True, "seed": 3}, {"batch_size": 1},
    {"until": {"loss": 2}},
]  # fmt: skip


def bundled(name: str, **changes: Any) -> Scenario:
    """A bundled scenario, of three epochs at most."""
    scenario = backtrace.load(path_of(name))
    return scenario.with_(**{"epochs": min(scenario.epochs, 3), **changes})


def table(found: Scenario | Trace) -> Any:
    """The table that is written, as pyarrow reads it."""
    stream = io.BytesIO()
    assert FORMATS["parquet"].write(found, stream, unwatched)
    return parquet.read_table(io.BytesIO(stream.getvalue()))


def expected(scenario: Scenario) -> Iterator[dict[str, Any]]:
    """A row for each entry of each line of a JSON trace."""
    plan, notation = plan_of(scenario), backtrace.run(scenario).notation
    unrounded = without_rounding(scenario, plan) if scenario.rounding else ()
    for line in steps(scenario, plan, one_by_one(in_blocks(scenario, plan)), unrounded):
        equation = plan.equation(line["equation"])
        assert equation is not None
        for index in indices(equation.target.shape):
            row, column = (*index, None, None)[:2]
            numbers = {}
            for name in {"value", "exact"} & set(line):
                numbers[name] = np.asarray(line[name], dtype=object)[tuple(i - 1 for i in index)]
            yield {
                **{name: line[name] for name in ("step", "epoch", "update", "sample")},
                "phase": equation.phase, "stage": equation.stage.number, "id": equation.id,
                "row": row, "column": column, "symbol": notation.spell(Var(equation.id, (), index=index or None)),
                **numbers,
            }  # fmt: skip


def agree(scenario: Scenario) -> bool:
    """Whether the rows are those of the JSON trace; equal doubles are the same bits here, but for the sign of zero."""
    found, others = table(scenario).to_pylist(), list(expected(scenario))
    signs = [np.signbit(row["value"]) for row in found] == [np.signbit(float(row["value"])) for row in others]
    return found == others and signs


@pytest.mark.parametrize("seed", range(25))
def test_the_rows_are_those_of_a_json_trace(seed: int) -> None:
    """Places, names, entries and numbers are those of the steps in their order, to the last bit."""
    assert agree(random_scenario(seed))


@pytest.mark.parametrize("changes", CHANGES)
def test_whatever_is_trained_and_kept_has_its_rows(changes: dict[str, Any]) -> None:
    """Short batches, updates that are left out, rounding and fractions with what stands beside them, an early end."""
    assert agree(batches(**changes))


@pytest.mark.parametrize("changes", CHANGES)
def test_few_updates_at_a_time_give_the_same_table(changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """However many updates are put together, and rows into a group, the rows are the same."""
    whole = table(batches(**changes))
    monkeypatch.setattr(writing, "_AT_ONCE", 1)
    monkeypatch.setattr(writing, "_IN_GROUP", 50)
    assert table(batches(**changes)).equals(whole)


@pytest.mark.parametrize("name", names())
def test_a_trace_gives_the_table_of_its_scenario(name: str) -> None:
    """Worked while it is written or before, a training is the same table, metadata and all."""
    scenario = bundled(name)
    assert table(backtrace.run(scenario)).equals(table(scenario), check_metadata=True)


@pytest.mark.parametrize("changes", CHANGES)
def test_so_does_a_trace_of_which_parts_are_kept(changes: dict[str, Any]) -> None:
    """A trace gives the table of its scenario in every arithmetic, and where updates are left out."""
    assert table(backtrace.run(batches(**changes))).equals(table(batches(**changes)), check_metadata=True)


def test_where_a_row_belongs_to_none_it_is_null() -> None:
    """A batch has no sample, a vector no column, a number neither row nor column, the forward pass no stage."""
    found = {(row["id"], row["sample"]): row for row in table(bundled("xor")).to_pylist()}
    places = {key: tuple(row[name] for name in ("row", "column", "stage")) for key, row in found.items()}
    assert places["dJ_dW1", None] == (2, 2, 5)
    assert places["z1", 4] == (2, None, None)
    assert places["L", 4] == places["J", None] == (None, None, None)
    assert {row["sample"] for row in table(bundled("lecture")).to_pylist()} == {1}


def test_the_pass_after_the_last_update_counts_as_one_more() -> None:
    """It has the forward pass, promise and gain, in the last epoch."""
    scenario = bundled("xor")
    last = [row for row in table(scenario).to_pylist() if row["update"] == 4]
    assert {row["epoch"] for row in last} == {3}
    assert [row["id"] for row in last[-3:]] == ["J", "promise", "gain"]
    assert last[-1]["value"] == float(backtrace.run(scenario)["gain"])


def test_the_file_says_what_it_is_of() -> None:
    """Format, version and the whole scenario stand in its metadata."""
    found = table(bundled("xor"))
    about = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert (about["format"], about["version"]) == ("backtrace-trace", "1")
    assert json.loads(about["scenario"]) == json.loads(json.dumps(bundled("xor").document))


@pytest.mark.parametrize(("changes", "kind"), [({}, None), (ROUNDED, pa.float64()), (EXACT, pa.string())])
def test_what_stands_beside_the_values_has_a_column_where_there_is_something(changes: Any, kind: Any) -> None:
    """It is a number where the scenario rounds, and text where it works in fractions."""
    schema = table(batches(**changes)).schema
    assert (schema.field("exact").type if "exact" in schema.names else None) == kind
    assert schema.field("value").type == pa.float64()


def test_memory_does_not_grow_with_the_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many updates need no more memory, of Python's or of Arrow's."""

    class Nowhere(io.RawIOBase):
        most = 0

        def writable(self) -> bool:
            return True

        def write(self, content: Any) -> int:
            self.most = max(self.most, pa.total_allocated_bytes())
            return len(content)

    monkeypatch.setattr(writing, "_IN_GROUP", 1 << 16)
    peaks = []
    for epochs in (3_000, 3_000, 30_000):
        nowhere, before = Nowhere(), pa.total_allocated_bytes()
        tracemalloc.start()
        FORMATS["parquet"].write(backtrace.load(path_of("lecture")).with_(epochs=epochs), nowhere, unwatched)
        peaks.append((tracemalloc.get_traced_memory()[1], nowhere.most - before))
        tracemalloc.stop()
    _, few, many = peaks
    assert many[0] < few[0] * 1.5
    assert many[1] < few[1] * 1.5


def test_a_training_that_leaves_the_range_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be written whole is not written at all, and the exit code is that of every command."""
    scenario, path = tmp_path / "far.yaml", tmp_path / "x.parquet"
    text = path_of("lecture").read_text(encoding="utf-8").replace("sigmoid", "identity")
    scenario.write_text(text.replace("learning_rate: 0.7, epochs: 1", "learning_rate: 1.0e+200, epochs: 9"))
    path.write_bytes(b"old")
    assert here(["export", str(scenario), "-o", str(path)], capsys).code == 3
    assert path.read_bytes() == b"old"


def test_it_is_piped_and_not_written_to_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Standard output takes the bytes where it is no terminal."""
    command = [sys.executable, "-m", "backtrace", "export", "lecture", "--format", "parquet"]
    piped = subprocess.run(command, capture_output=True, check=True).stdout
    assert parquet.read_table(io.BytesIO(piped)).equals(table(bundled("lecture")))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ran = here(command[3:], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "-o trace.parquet" in ran.err


@pytest.mark.parametrize("asked", [[], ["--show", "formula"]])
def test_without_the_package_the_remedy_is_to_install_it(
    asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where pyarrow is not installed, the error says what to install; the other formats do without it."""
    take_away("pyarrow", monkeypatch)
    monkeypatch.delitem(sys.modules, "backtrace.formats.parquet")
    ran = here(["export", *asked, "-o", str(tmp_path / "x.parquet")], capsys)
    assert (ran.code, list(tmp_path.iterdir())) == (2, [])
    assert "pip install 'backprop-tracer[parquet]'" in ran.err
    assert here(["export", *asked, "-o", str(tmp_path / "x.npz")], capsys).code == 0


def test_pyarrow_loads_only_when_it_is_asked_for(tmp_path: Path) -> None:
    """An export of another format does without it."""
    code = "import sys; from backtrace.cli.main import main; main(sys.argv[1:]); print('pyarrow' in sys.modules)"
    for suffix, loads in (("csv", "False"), ("parquet", "True")):
        command = [sys.executable, "-c", code, "export", "-o", str(tmp_path / f"x.{suffix}")]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == loads


def test_formulas_stand_in_place_of_numbers() -> None:
    """With --show formula the rows are those of csv, null where a cell of csv is empty."""
    asked, stream, text = Asked(Telling(show=frozenset({"formula"}))), io.BytesIO(), io.StringIO(newline="")
    FORMATS["parquet"].write(bundled("xor"), stream, unwatched, asked)
    FORMATS["csv"].write(bundled("xor"), text, unwatched, asked)
    found = parquet.read_table(stream)
    assert found.schema.metadata[b"format"] == b"backtrace-formulas"
    rows = [{name: "" if cell is None else str(cell) for name, cell in row.items()} for row in found.to_pylist()]
    cells = [
        {name: cell.lstrip("'") for name, cell in row.items()} for row in csv.DictReader(text.getvalue().splitlines())
    ]
    assert rows == cells
