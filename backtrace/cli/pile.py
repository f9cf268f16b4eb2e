"""A pile of sheets judged on all cores, with a progress bar, and told as one summary."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import click

from backtrace.answers.judging import judge
from backtrace.answers.report import Report
from backtrace.answers.sheets.sheet import Sheet
from backtrace.answers.summary import Result, is_all_right, result_of, told_results
from backtrace.cli.run import print_lesson
from backtrace.cli.terminal import Output, is_terminal
from backtrace.engine.trace import Trace, run
from backtrace.errors import BacktraceError, Problem
from backtrace.formats.judgement import document, pile_document
from backtrace.scenario.scenario import Scenario

_FEW, _AT_ONCE = 8, 16
Judged = tuple[Result, dict[str, Any] | None]


def judged_pile(
    sheets: Sequence[Sheet], problems: Sequence[Problem], as_json: bool, jobs: int | None, output: Output
) -> int:
    """Judge every sheet and tell the summary; 0 where nothing is wrong on any."""
    judged = list(_watched(_judged(sheets, as_json, jobs), len(sheets)))
    results = [result for result, _ in judged] + [Result(_named(each), problem=str(each)) for each in problems]
    if as_json:
        documents = [found or {"sheet": result.title, "problem": result.problem} for result, found in judged]
        documents += [{"sheet": _named(each), "problem": str(each)} for each in problems]
        click.echo(json.dumps(pile_document(documents), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print_lesson(told_results(results), output)
    return 0 if is_all_right(results) else 1


def _named(problem: Problem) -> str:
    return problem.place.file if problem.place else "a sheet"


def _judged(sheets: Sequence[Sheet], as_json: bool, jobs: int | None) -> Iterator[Judged]:
    """The results in the order of the sheets: of many, worked by as many processes as there are cores."""
    parts = [sheets[start : start + _AT_ONCE] for start in range(0, len(sheets), _AT_ONCE)]
    jobs = jobs or len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else jobs or os.cpu_count() or 1
    if len(sheets) < _FEW or jobs == 1:
        for part in parts:
            yield from _part(part, as_json)
        return
    with ProcessPoolExecutor(min(jobs, len(parts))) as pool:
        for results in pool.map(_part, parts, [as_json] * len(parts)):
            yield from results


def _part(sheets: Sequence[Sheet], as_json: bool) -> list[Judged]:
    """Some sheets, judged; those of one scenario share its trace."""
    return [_result(sheet, as_json) for sheet in sheets]


_traces: dict[str, Trace] = {}
"""The traces that a worker has, by their scenarios written out: the sheets of one question come together."""


def _trace(scenario: Scenario) -> Trace:
    from backtrace.scenario.written import written

    name = written(scenario)
    if name not in _traces:
        _traces.clear()
        _traces[name] = run(scenario)
    return _traces[name]


def _result(sheet: Sheet, as_json: bool) -> Judged:
    try:
        judgement = judge(sheet, _trace(sheet.scenario))
    except BacktraceError as error:
        return Result(sheet.title, problem=str(error)), None
    report = Report(judgement)
    return result_of(report), document(report) if as_json else None


def _watched(judged: Iterable[Judged], count: int) -> Iterator[Judged]:
    """The results, with a progress bar on stderr where there are many and stderr is a terminal."""
    if count < _FEW or not is_terminal(sys.stderr):
        yield from judged
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(judged, "sheets", count, console=Console(file=sys.stderr), transient=True)
