"""How a lesson is printed and a trace is written: one file and one row of the table per format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, TextIO

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Watch, work
from backtrace.scenario import Scenario


@dataclass(frozen=True)
class Format:
    """An export format: `write` puts a scenario's training, or a trace, on a stream of text, or of bytes."""

    name: str
    suffixes: tuple[str, ...]
    meaning: str
    write: Callable[[Scenario | Trace, Any, Watch], None]
    is_binary: bool = False


def _json(found: Scenario | Trace, stream: TextIO, watch: Watch) -> None:
    from backtrace.formats.json import write_json

    write_json(found if isinstance(found, Trace) else run(found, watch), stream)


def _jsonl(found: Scenario | Trace, stream: TextIO, watch: Watch) -> None:
    from backtrace.engine.givens import schedule_of
    from backtrace.formats.json import write_jsonl

    if isinstance(found, Trace):
        write_jsonl(found.scenario, found.worked(), stream, found.losses.tolist())
    else:
        write_jsonl(found, watch(work(found, plan_of(found)), schedule_of(found).updates + 1), stream)


def _npz(found: Scenario | Trace, stream: IO[bytes], watch: Watch) -> None:
    from backtrace.formats.npz import write_npz

    write_npz(found if isinstance(found, Trace) else run(found, watch), stream)


FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("json", (".json",), "the whole trace as one document, see `backtrace schema trace`", _json),
        Format("jsonl", (".jsonl",), "a header and a line for each step, written while it is worked", _jsonl),
        Format("npz", (".npz",), "the whole trace as arrays of numpy, one for each id", _npz, is_binary=True),
    )
}
"""The table of export formats by name."""
