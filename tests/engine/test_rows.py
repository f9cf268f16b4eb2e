"""Rows of numbers in memory or in a temporary file: the same trace either way, and no file is left."""

from __future__ import annotations

import errno
import gc
import os
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from backtrace.engine import rows
from backtrace.engine.memory import MEMORY
from backtrace.engine.rows import Rows
from backtrace.engine.trace import Trace, run
from backtrace.errors import InputError
from backtrace.scenario import Scenario, load, path_of
from tests.engine.scenarios import random_scenario


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files are put."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def lecture(**settings: Any) -> Scenario:
    return load(path_of("lecture")).with_(**settings)


def is_in_a_file(trace: Trace) -> bool:
    """Whether the numbers stand in a mapped file."""
    base: Any = trace.series("z1")
    while isinstance(base, np.ndarray):
        base = base.base
    return isinstance(base, memoryview) or type(base).__name__ == "mmap"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("seed", range(12))
def test_a_trace_in_a_file_is_the_same(seed: int) -> None:
    """Every column and every step, to the last bit, of networks and batches of any kind."""
    scenario = random_scenario(seed, epochs=7)
    here, there = run(scenario), run(scenario, memory=0)
    assert is_in_a_file(there)
    assert not is_in_a_file(here)
    assert len(here) == len(there)
    for equation in here.plan.equations:
        assert here.series(equation.id).tobytes() == there.series(equation.id).tobytes(), equation.id
    assert [step.value.tobytes() for step in here] == [step.value.tobytes() for step in there]


def test_the_budget_decides(folder: Path) -> None:
    """A trace is in a file if it takes more than the budget, to the byte."""
    trace = run(lecture(epochs=9))
    size = 8 * 10 * trace.plan.of_sample[0].target.shape[0] * 24
    assert size == 8 * 10 * 48
    assert not is_in_a_file(run(lecture(epochs=9), memory=size))
    assert is_in_a_file(run(lecture(epochs=9), memory=size - 1))
    assert MEMORY.get() == 1 << 30
    assert list(folder.iterdir()) == []


def test_the_file_grows_with_the_training(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A training of unknown length asks the disk for what it has worked, not for what it might come to."""
    asked: list[int] = []
    fallocate = os.posix_fallocate
    monkeypatch.setattr(os, "posix_fallocate", lambda file, at, size: asked.append(size) or fallocate(file, at, size))
    over = iter([False] * 20_000 + [True])
    trace = run(lecture(epochs=10**9), is_over=lambda: next(over), memory=0)
    assert trace.updates == 20_001
    assert asked == sorted(asked)
    assert asked[-1] < 4 * 20_001 * 48 * 8
    whole = run(lecture(epochs=20_001))
    assert whole.series("W1_next").tobytes() == trace.series("W1_next").tobytes()
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk has no room, the folder, the size and three ways out are named."""

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(InputError) as caught:
        run(lecture(), memory=0)
    text = str(caught.value)
    assert str(folder) in text
    assert "No space left on device" in text
    for way in ("keep fewer updates", "--memory", "TMPDIR"):
        assert way in text


def test_memory_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget beyond the machine's memory is no traceback: the size and the ways out are named."""

    def none(shape: tuple[int, int]) -> Any:
        if shape[1]:
            raise MemoryError
        return np.zeros((0, 0))

    monkeypatch.setattr(rows, "np", SimpleNamespace(empty=none))
    with pytest.raises(InputError) as caught:
        run(lecture(epochs=10**9), memory=10**30)
    text = str(caught.value)
    assert "no room in memory, for 384,000 MB" in text
    assert "--memory" in text


def test_no_folder_for_the_file_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no temporary file can be made, the variable that names its folder is named."""
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    with pytest.raises(InputError) as caught:
        run(lecture(), memory=0)
    assert "TMPDIR" in str(caught.value)


@pytest.mark.usefixtures("folder")
def test_without_reserving_the_file_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    """Systems that cannot reserve room on the disk make the file longer."""
    monkeypatch.delattr(os, "posix_fallocate")
    assert run(lecture(epochs=50), memory=0).series("L").tobytes() == run(lecture(epochs=50)).series("L").tobytes()


@pytest.mark.usefixtures("folder")
def test_a_trace_in_a_file_can_be_sent_and_outlives_its_makers() -> None:
    """Pickled it takes its numbers along; an array of it holds the file as long as it is there."""
    trace = run(lecture(epochs=5), memory=0)
    losses, expected = trace.series("L"), trace.series("L").copy()
    again = pickle.loads(pickle.dumps(trace))
    del trace
    gc.collect()
    np.testing.assert_array_equal(losses, expected)
    np.testing.assert_array_equal(again.series("L"), expected)


def test_rows_keep_what_was_written() -> None:
    """Rows beyond what was expected are made room for, and what stands in the first stays there."""
    filled = Rows(3, 2, in_memory=True)
    for number in range(50):
        filled.room(1)[0] = number
        filled.taken(1)
    np.testing.assert_array_equal(filled.finished()[:, 1], np.arange(50))


@pytest.mark.usefixtures("folder")
def test_nothing_is_shorter_than_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of a single short row, and a part without numbers, can be mapped."""
    monkeypatch.setattr(rows, "_FIRST_BYTES", 1)
    assert run(lecture(), memory=0)["L"] == pytest.approx(0.5249, abs=1e-4)
