"""A trace as arrays of numpy: read back it is the same to the last bit, and what is no whole trace is refused."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

import backtrace
from backtrace.formats.npz import LARGEST, write_npz
from backtrace.formats.read import trace_from_bytes
from backtrace.scenario import names, path_of
from tests.commands import here, in_process_of_its_own


def written(trace: backtrace.Trace) -> bytes:
    """The bytes of the file."""
    stream = io.BytesIO()
    write_npz(trace, stream)
    return stream.getvalue()


def arrays(trace: backtrace.Trace) -> dict[str, Any]:
    """The arrays of the file, as numpy gives them to anyone."""
    return dict(np.load(io.BytesIO(written(trace)), allow_pickle=False))


def saved(found: dict[str, Any], allow_pickle: bool = False) -> bytes:
    """A file of those arrays."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=allow_pickle, **found)
    return stream.getvalue()


def bundled(name: str, **changes: Any) -> backtrace.Trace:
    """The trace of a bundled scenario, of three epochs at most."""
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(**{"epochs": min(scenario.epochs, 3), **changes}))


def same(a: backtrace.Trace, b: backtrace.Trace) -> bool:
    """Whether two traces have the same steps, to the last bit."""
    steps = zip(a, b, strict=True)
    return all(
        (old.number, old.equation.id, old.update, old.sample, np.asarray(old.value).tobytes())
        == (new.number, new.equation.id, new.update, new.sample, np.asarray(new.value).tobytes())
        for old, new in steps
    )


@pytest.mark.parametrize("name", names())
def test_read_back_it_is_the_same_trace_to_the_last_bit(name: str) -> None:
    """Every step of the trace that was read is the step that was written, and written again it is the same file."""
    trace = bundled(name)
    again = trace_from_bytes(written(trace), "trace.npz")
    assert same(trace, again)
    assert again.losses.tobytes() == trace.losses.tobytes()
    assert written(again) == written(trace)


@pytest.mark.parametrize("changes", [{"batch_size": 3}, {"optimizer": "adam"}, {"keep": {"updates": "last"}},
                                     {"keep": {"updates": {"every": 2}}}, {"until": {"loss": 10.0}}])  # fmt: skip
def test_whatever_is_trained_and_kept_is_read_back(changes: dict[str, Any]) -> None:
    """Short batches, the state of an optimizer, updates that are left out and a training that ended early."""
    trace = bundled("online-vs-batch", **changes)
    assert same(trace, trace_from_bytes(written(trace), "trace.npz"))


def test_anyone_can_read_it_with_numpy() -> None:
    """An array stands under each id, updates or visits of samples leading; the scenario is text."""
    trace = bundled("online-vs-batch", batch_size=3)
    found = arrays(trace)
    assert found["W1_next"].shape == (trace.updates, *trace["W1"].shape)
    assert np.array_equal(found["dL_dW1"][:3], trace.value("dL_dW1", 1))
    assert np.array_equal(
        found["a1"][-len(trace.schedule.samples(trace.updates)) :], trace.value("a1", trace.updates + 1)
    )
    assert json.loads(found["scenario"].item())["training"]["batch_size"] == 3


def test_load_trace_reads_it_by_name(tmp_path: Any) -> None:
    """`backtrace.load_trace` takes a file of arrays as it takes one of JSON."""
    path = tmp_path / "lecture.npz"
    path.write_bytes(written(bundled("lecture")))
    assert same(backtrace.load_trace(path), bundled("lecture"))


def damaged(**changes: Any) -> dict[str, Any]:
    found = arrays(bundled("lecture", epochs=3)) | changes
    return {name: array for name, array in found.items() if array is not None}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"version": np.array(7)}, "version 7"),
        ({"format": np.array("other")}, "its format is 'other'"),
        ({"scenario": np.array("{")}, "no whole trace"),
        ({"losses": None}, "losses"),
        ({"updates": None}, "updates"),
        ({"updates": np.array([1, 2, 4])}, "no array of numbers called W1"),
        ({"updates": np.array(["1"])}, "updates"),
        ({"z1": None}, "z1"),
        ({"z1": np.array(1.0)}, "z1"),
        ({"z1": np.zeros((3, 2))}, "z1 has no row for update 4"),
        ({"z1": np.zeros((5, 2))}, "z1 has 5 rows"),
        ({"z1": np.zeros((4, 3))}, "shape \\(2,\\)"),
        ({"z1": np.full((4, 2), np.nan)}, "finite numbers"),
        ({"z1": np.ones((4, 2))}, "as its formula gives"),
        ({"z1": np.array(["a"] * 4)}, "z1"),
    ],
)
def test_a_damaged_file_is_refused_with_a_reason(changes: dict[str, Any], says: str) -> None:
    """What is missing, of another shape or not what its formula gives is an InputError."""
    with pytest.raises(backtrace.InputError, match=says):
        trace_from_bytes(saved(damaged(**changes)), "trace.npz")


def test_a_pickle_is_never_opened() -> None:
    """An array of Python objects is refused, whatever it holds."""
    content = saved(damaged(z1=np.array([{"a": 1}], dtype=object)), allow_pickle=True)
    with pytest.raises(backtrace.InputError, match="allow_pickle=False"):
        trace_from_bytes(content, "trace.npz")


def test_a_cut_file_is_refused() -> None:
    """Half a file is none."""
    content = written(bundled("lecture"))
    with pytest.raises(backtrace.InputError, match="cannot be read"):
        trace_from_bytes(content[: len(content) // 2], "trace.npz")


def test_a_file_that_would_not_fit_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes that the archive states are added up before anything is read."""
    assert LARGEST == 1_000_000_000
    monkeypatch.setattr("backtrace.formats.npz.LARGEST", 1000)
    with pytest.raises(backtrace.InputError, match="at most 1,000"):
        trace_from_bytes(written(bundled("lecture")), "trace.npz")


def test_it_is_exported_by_its_suffix_and_run_again(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """`export -o x.npz` writes it, and the file stands wherever a scenario does."""
    path = tmp_path / "logistic.npz"
    assert here(["export", "logistic", "-o", str(path)], capsys).code == 0
    assert (
        here(["run", str(path), "--only", "dL_dW1"], capsys).out
        == here(["run", "logistic", "--only", "dL_dW1"], capsys).out
    )
    piped = in_process_of_its_own("run", "-", "--only", "gain", stdin=path.read_bytes())
    assert (piped.code, piped.err) == (0, "")


def test_it_is_not_written_to_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes do not belong on a terminal: exit 2, and how to write a file."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ran = here(["export", "lecture", "--format", "npz"], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "-o trace.npz" in ran.err
