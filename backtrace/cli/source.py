"""From the SCENARIO argument to a scenario or a trace: a path, a bundled name, `-`, or an exported trace."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Mapping, Sized
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from backtrace.engine.givens import schedule_of
from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Each
from backtrace.errors import misfit
from backtrace.formats.recognising import LARGEST, is_recording, is_trace
from backtrace.scenario import Scenario, find, load, read_text, text_of_file

if TYPE_CHECKING:
    from backtrace.formats.recording import Recording

_WATCHED_FROM, _SHOWN_EVERY = 5000, 100


def source(options: Mapping[str, Any]) -> Scenario | Trace:
    """What the scenario options mean: a scenario, or a trace whose notation and decimals are replaced.

    A trace whose scenario is changed by `--set` is worked again.
    """
    changes = {name: options[name] for name in ("decimals", "notation") if options[name] is not None}
    found = followed(options["scenario"])
    if options["settings"]:
        found = with_settings(scenario_of(found), options["settings"])
    return found.with_(**changes) if changes else found


def followed(argument: str) -> Scenario | Trace:
    """What an argument names, where it is a scenario or has one."""
    found = opened(argument)
    if isinstance(found, Scenario | Trace):
        return found
    remedy = f"compare it with the scenario that it follows: backtrace compare {found.file} SCENARIO"
    raise misfit(f"{found.file} holds values without a scenario", "a scenario or an exported trace", remedy)


def opened(argument: str, checked: bool = True) -> Scenario | Trace | Recording:
    """What an argument names; without `checked` a trace may hold any numbers."""
    if argument == "-":
        name, content = "<stdin>", sys.stdin.buffer.read()
    else:
        path = find(argument)
        name, content = argument, _start_of(path)
        if not (is_trace(content) or is_recording(content, name)):
            return load(path)
        content = text_of_file(path, LARGEST)
    if len(content) > LARGEST:
        raise misfit(f"{name} is larger than {LARGEST:,} bytes", "a smaller file")
    if is_recording(content, name):
        from backtrace.formats.recording import Recording

        return Recording(name, content)
    if is_trace(content):
        from backtrace.formats.read import trace_from_bytes

        return trace_from_bytes(content, name, checked, watched)
    return read_text(content, name)


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


def traced_so_far(found: Scenario | Trace) -> tuple[Trace, bool]:
    """The trace, or, where the user interrupts the training, what of it is there; and whether that happened."""
    if isinstance(found, Trace):
        return found, False
    stopped = Event()

    def stop(_signal: int, _frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        trace = run(found, watched, stopped.is_set)
    finally:
        signal.signal(signal.SIGINT, before)
    planned = schedule_of(found).updates
    if stopped.is_set():
        print(f"interrupted after update {trace.updates:,} of {planned:,}; this is what is there", file=sys.stderr)
    return trace, stopped.is_set()


def scenario_of(found: Scenario | Trace) -> Scenario:
    """The scenario, also of a trace."""
    return found.scenario if isinstance(found, Trace) else found


def watched(updates: Iterator[Each], count: int) -> Iterator[Each]:
    """The updates, with a progress bar on stderr where there are many and stderr is a terminal."""
    if count < _WATCHED_FROM or not sys.stderr.isatty():
        yield from updates
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("updates"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TextColumn("time left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task, done, shown = progress.add_task("updates", total=count, rate=""), 0, 0
        for some in updates:
            done += len(some) if isinstance(some, Sized) else 1
            if done >= shown + _SHOWN_EVERY:
                shown, speed = done, progress.tasks[0].speed
                progress.update(task, completed=done, rate=f"{speed:,.0f} per second" if speed else "")
            yield some
