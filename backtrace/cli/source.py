"""From the SCENARIO argument to a scenario or a trace: a path, a bundled name, `-`, or an exported trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backtrace.cli.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Worked
from backtrace.formats.read import is_trace, trace_from_text
from backtrace.scenario import Scenario, find, load, read_text

_WATCHED_FROM = 5000


def source(options: Mapping[str, Any]) -> Scenario | Trace:
    """What the scenario options mean: a scenario, or a trace whose notation and decimals are replaced.

    A trace whose scenario is changed by `--set` is worked again.
    """
    argument, changes = options["scenario"], {
        name: options[name] for name in ("decimals", "notation") if options[name] is not None
    }  # fmt: skip
    if argument == "-":
        text = sys.stdin.buffer.read()
        found = trace_from_text(text, "<stdin>") if is_trace(text) else read_text(text, "<stdin>")
    else:
        path = find(argument)
        found = trace_from_text(path.read_bytes(), argument) if is_trace(_start_of(path)) else load(path)
    if options["settings"]:
        found = with_settings(scenario_of(found), options["settings"])
    return found.with_(**changes) if changes else found


def _start_of(path: Path) -> bytes:
    """How the file begins; nothing where it cannot be read, which `load` will say."""
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except (OSError, ValueError):
        return b""


def traced(found: Scenario | Trace) -> Trace:
    """The trace, worked now where there is only a scenario."""
    return found if isinstance(found, Trace) else run(found, watched)


def scenario_of(found: Scenario | Trace) -> Scenario:
    """The scenario, also of a trace."""
    return found.scenario if isinstance(found, Trace) else found


def watched(updates: Iterator[Worked], count: int) -> Iterator[Worked]:
    """The updates, with a progress bar on stderr where there are many and stderr is a terminal."""
    if count < _WATCHED_FROM or not sys.stderr.isatty():
        yield from updates
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("updates"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task("updates", total=count)
        for number, update in enumerate(updates, 1):
            if number % 100 == 0:
                progress.update(task, completed=number)
            yield update
