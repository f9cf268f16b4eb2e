"""Sheets of scenarios that nobody chose: clean ones have nothing wrong, and no rubbish stops the judging."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.answers.judgement import RIGHT
from backtrace.answers.judging import judge
from backtrace.answers.report import Report
from backtrace.answers.working import Working
from backtrace.engine.trace import Trace
from backtrace.formats.judgement import document
from backtrace.formula.evaluate import FLOATS
from tests.answers.made import lines_of, sheet_of, traced, typed
from tests.engine.drawn import scenarios

ODD = st.sampled_from(["0", "-0", "1e-300", "1e300", "1/3", "nan", "", "abc", "1e999", "0,5", "—", "0.000", "1 2 3"])
NUMBERS = st.one_of(ODD, st.floats(-100, 100).map(lambda x: f"{x:.3g}"))


def ran(arguments: dict[str, Any]) -> Trace | None:
    """The trace of the scenario; None where its numbers leave the range."""
    try:
        return backtrace.run(backtrace.scenario(**arguments))
    except backtrace.OutOfRangeError:
        return None


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(smooth=True), st.integers(3, 6))
def test_a_clean_sheet_has_nothing_wrong(arguments: dict[str, Any], digits: int) -> None:
    """All lines of a training, rounded to a few significant digits, are right, with a second update or without."""
    trace = ran(arguments)
    if trace is not None:
        keys = lines_of(trace, range(1, trace.updates + 1))
        judgement = judge(sheet_of(trace, Working(trace, FLOATS), keys, digits), trace)
        assert [line.key for line in judgement.lines if line.kind not in RIGHT] == []
        assert judgement.faults == ()


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([("lecture", "epochs=2"), ("reddy-momentum",), ("adam-by-hand",)]), st.data())
def test_rubbish_stops_nothing(scenario: tuple[str, ...], data: st.DataObject) -> None:
    """Whatever is written in its lines, a sheet is judged, told and written as JSON."""
    trace, lines = traced(*scenario), []
    for key in data.draw(st.lists(st.sampled_from(lines_of(trace, [1, 2])), max_size=4, unique=True)):
        shape = trace.plan.quantities[key.id].var.shape
        rows = [" ".join(data.draw(NUMBERS) for _ in range(shape[-1] if shape else 1)) for _ in np.ndindex(*shape[:-1])]
        sample = f", sample {key.sample}" if key.sample else ""
        lines.append(f"{key.id} @ update {key.update}{sample} = {'; '.join(rows)}")
    report = Report(judge(typed(trace.scenario, lines), trace))
    assert report.lesson().blocks
    assert json.dumps(document(report), allow_nan=False)
