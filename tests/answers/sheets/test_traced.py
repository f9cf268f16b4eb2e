"""A trace as a sheet: every value with all its digits, under the id that it has."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.answers.sheets import traced
from backtrace.answers.sheets.traced import sheet_of_trace
from backtrace.engine.trace import run
from backtrace.errors import InputError
from tests.answers.bundled import bundled


@pytest.mark.parametrize("name", ["lecture", "reddy-minibatch", "adam-by-hand", "softmax-regression", "han-kamber"])
def test_a_trace_reads_as_a_sheet_to_the_last_bit(name: str) -> None:
    """Each value of each update and of the pass after the last is a figure, and equals the trace's."""
    scenario = bundled(name)
    trace = run(scenario)
    sheet = sheet_of_trace(trace, scenario)
    assert (sheet.scenario, sheet.last_update) == (scenario, trace.updates + 1)
    count = 0
    for row in sheet.rows:
        assert row.fault is None
        for figure in row.figures:
            value = np.asarray(trace.value(row.id, row.update, figure.sample))
            assert figure.number is not None
            assert float(figure.number.value) == value[tuple(i - 1 for i in figure.index)]
            count += 1
    assert count == sum(np.size(step.value) for step in trace)
    assert sheet.precision is not None
    assert sheet.precision.name == "float64"


def test_a_trace_of_another_network_is_read_as_far_as_it_fits() -> None:
    """A value that the scenario has no place for is a fault of its own."""
    sheet = sheet_of_trace(run(bundled("mazur")), bundled("lecture"))
    faults = {row.name: row.fault.kind for row in sheet.rows if row.fault}
    assert faults["a2"] == "wrong shape"
    assert any(row.id == "a1" and row.figures for row in sheet.rows)


def test_a_trace_of_very_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A long training is compared, not checked."""
    monkeypatch.setattr(traced, "MOST_LINES", 20)
    with pytest.raises(InputError, match="a trace of about 28 lines; expected at most 20"):
        sheet_of_trace(run(bundled("lecture")), bundled("lecture"))
