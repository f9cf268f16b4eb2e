"""The benchmark measures what it says: its contenders do the same work, and its table has every line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import backtrace
from benchmarks.speed import updates
from benchmarks.speed.growth import slope
from benchmarks.speed.measuring import Row, medians

ROOT = Path(__file__).parent.parent


def test_the_loop_that_keeps_has_what_the_trace_has() -> None:
    """Each array that the loop by hand keeps is a quantity of the trace, and none is missing."""
    scenario = updates.network(5, 4, 3, 8, batch_size=4, epochs=3)
    trace, kept = backtrace.run(scenario), updates.in_batches_keeping(scenario)
    assert len(kept) == trace.updates
    last = list(kept[-1])
    named = [equation.id for equation in trace.plan.of_sample + trace.plan.of_update]
    for name in named:
        value = np.asarray(trace.value(name, trace.updates))
        same = (i for i, each in enumerate(last) if np.shape(each) == value.shape and np.allclose(each, value))
        place = next(same, None)
        if name not in ("dL_db1", "dL_db2"):  # the same numbers as dL_dz1 and dL_dz2
            assert place is not None, name
            del last[place]
    assert last == []


@pytest.mark.parametrize("loop", [updates.in_batches, updates.in_batches_keeping])
def test_the_loops_train(loop) -> None:
    """A loop by hand works as many updates as the trace that it is measured against."""
    scenario = updates.network(3, 2, 1, 6, batch_size=2, epochs=2)
    loop(scenario)
    assert backtrace.run(scenario).updates == 6


def test_contenders_take_turns() -> None:
    """Every contender is measured once in each round, after a round that does not count."""
    seen: list[str] = []
    found = medians({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")}, 2)
    assert "".join(seen) == "ababab"
    assert found.keys() == {"a", "b"}


def test_an_aim_is_met_or_not() -> None:
    """The ratio is ours to theirs, and the aim the most that it may be."""
    assert Row("a", "b", 2.0, 1.0, 2.0).is_met
    assert not Row("a", "b", 2.1, 1.0, 2.0).is_met


def test_the_slope_is_that_of_the_last_sizes() -> None:
    """What grows in proportion at the end has the slope 1, however it begins."""
    assert slope([(10, 1.0), (100, 1.0), (1_000, 1.0), (10_000, 10.0), (100_000, 100.0)]) == pytest.approx(1, abs=0.01)


def test_the_export_tells_time_memory_and_size() -> None:
    """The process that exports prints what it took, for each update."""
    from benchmarks.speed import exporting

    row = exporting.row(3_000)
    assert 0 < row.ours < 0.01
    assert 0 < row.other < 0.001
    assert "peak memory" in row.note


def test_the_command_prints_the_table() -> None:
    """`python -m benchmarks.speed` prints a line for each thing that is measured, versions and machine."""
    program = [sys.executable, "-m", "benchmarks.speed", "--rounds", "1", "--updates", "3000", "--markdown"]
    printed = subprocess.run(program, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    for line in ("lecture 2-2-1", "16-32-8", "784-128-10", "jsonl to a file", "`backtrace run`", "`backtrace check`"):
        assert line in printed
    assert f"numpy {np.__version__}" in printed
