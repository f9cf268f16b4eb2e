"""Published figures as hand-worked sheets, judged."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from backtrace.answers.judgement import Judged, Verdict
from backtrace.answers.judging import judge
from backtrace.answers.numbers import read_number
from backtrace.answers.sheets.sheet import Figure as WrittenFigure
from backtrace.answers.sheets.sheet import Row, Sheet
from backtrace.engine.trace import Trace
from tests.published.figures import Figure, Settings, example

_NAME = re.compile(r"(\w+?)(?:\[(\d+)(?:,(\d+))?\])?")


@cache
def judged(name: str) -> dict[Figure, tuple[Verdict, Judged]]:
    """The verdict on every figure of an example, with its line: all that need the same settings are one sheet."""
    source = example(name)
    groups: dict[Settings, list[Figure]] = {}
    for figure in source.figures:
        groups.setdefault(figure.under, []).append(figure)
    found: dict[Figure, tuple[Verdict, Judged]] = {}
    for under, figures in groups.items():
        trace = source.trace(*under)
        rows = {figure: row_of(figure, trace) for figure in figures}
        judgement = judge(Sheet(name, trace.scenario, tuple(rows.values())), trace)
        verdicts = {id(v.figure): (v, line) for line in judgement.lines for v in line.verdicts}
        found |= {figure: verdicts[id(row.figures[0])] for figure, row in rows.items()}
    return found


def row_of(figure: Figure, trace: Trace) -> Row:
    """The figure as a row of a sheet: a parameter of update n + 1 is what update n made of it."""
    found = _NAME.fullmatch(figure.id)
    assert found is not None
    name, update, number = found[1], figure.update, read_number(figure.printed)
    index = tuple(map(int, filter(None, found.groups()[1:]))) or tuple(1 for _ in trace.plan.quantities[name].var.shape)
    if name in trace.plan.carried and update > 1:
        name, update = f"{name}_next", update - 1
    assert number.unit is not None
    scaled = replace(number, value=number.value * figure.divisor, unit=number.unit * abs(figure.divisor))
    return Row(figure.id, name, update, (WrittenFigure(index, figure.sample, figure.printed, scaled),))
