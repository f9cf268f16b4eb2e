"""Empty sheets: what they ask for, and that they read back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from backtrace.answers.sheets.document import sheet_of_yaml
from backtrace.answers.sheets.empty import new_sheet, told_equations
from backtrace.answers.sheets.naming import names_of
from backtrace.engine.trace import Trace, run
from backtrace.scenario import Scenario, names
from tests.answers.bundled import bundled

NOTATIONS = ["bishop", "goodfellow", "nielsen", "ng", "layered"]


def _expected(trace: Trace, scenario: Scenario) -> dict[tuple[Any, ...], float]:
    """Every entry that an empty sheet asks for, by id, sample and index, with its value."""
    found: dict[tuple[Any, ...], float] = {}
    samples = [place + 1 for place in trace.schedule.samples(1)]
    for equation in told_equations(names_of(scenario)):
        per_sample = equation.target.per_sample
        for sample in samples if per_sample else [None]:
            value = np.asarray(trace.value(equation.id, 1, sample))
            for index in np.ndindex(value.shape):
                found[equation.id, sample, tuple(i + 1 for i in index)] = float(value[index])
    return found


def _filled(text: str, numbers: Iterator[str]) -> str:
    """The sheet with a number in each place."""
    lines = text.splitlines()
    places = r"(?<=[\[ ])_(?=[\],]| {2}#)"
    return "\n".join(line if "#" in line[:3] else re.sub(places, lambda _: next(numbers), line) for line in lines)


@pytest.mark.parametrize("name", names())
def test_an_empty_sheet_reads_back_empty_and_filled(name: str) -> None:
    """Of every bundled scenario each place means one entry of one quantity, and all entries have a place."""
    scenario = bundled(name)
    text = new_sheet(scenario, name)
    sheet = sheet_of_yaml(text, "s.yaml", Path())
    assert not any(row.fault or row.figures for row in sheet.rows)
    expected = _expected(run(scenario), scenario)
    numbers = map(repr, expected.values())
    again = sheet_of_yaml(_filled(text, numbers), "s.yaml", Path())
    assert next(numbers, None) is None
    found = {}
    for row in again.rows:
        assert row.fault is None, row.fault
        for figure in row.figures:
            assert figure.number is not None
            sign = -1 if row.is_negated else 1
            found[row.id, figure.sample, figure.index] = sign * float(figure.number.value)
    assert found == expected


@pytest.mark.parametrize("notation", NOTATIONS)
def test_every_place_of_an_empty_sheet_means_one_thing_in_any_notation(notation: str) -> None:
    """Where the usual name means two things, the sheet asks by another."""
    name = "lecture" if notation not in ("layered", "ng") else "three-layer"
    scenario = bundled(name).with_(notation=notation)
    text = _filled(new_sheet(scenario, name), repeat("0.5"))
    sheet = sheet_of_yaml(f"settings: {{notation: {notation}}}\n{text}", "s.yaml", Path())
    assert [row.id for row in sheet.rows] == [equation.id for equation in told_equations(names_of(scenario))]
    assert [row.fault for row in sheet.rows] == [None] * len(sheet.rows)


def test_an_empty_sheet_says_what_each_place_is() -> None:
    """The lines stand in the order of the working, with symbol and meaning."""
    text = new_sheet(bundled("lecture"))
    wanted = ["  # forward pass", "  z: [_, _]  # pre-activation of layer 1", "  y_hat: [_]  # ŷ: prediction of the"
              " network", "  # backward pass", "  delta_y: [_]  # δʸ: error signal (delta) of the output layer",
              "  dL_dV: [[_, _]]  # ∂L/∂V: gradient of the loss by the weights of layer 2", "  # update"]  # fmt: skip
    lines = text.splitlines()
    assert [line for line in lines if line in wanted] == wanted
    assert "  Err2: [_]  # Err⁽²⁾: minus the error signal (delta) of the output layer" in new_sheet(
        bundled("han-kamber")
    )
