"""How a lesson is printed and a trace is written: one file and one row of the table per format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Protocol, TextIO

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.training import Block, in_blocks
from backtrace.engine.work import Watch, Worked
from backtrace.formats.asked import NOTHING_ASKED, Asked
from backtrace.scenario import Scenario

OF_TRACE = frozenset({"only", "phase", "stage", "updates", "samples"})
OF_LESSON = OF_TRACE | {"view", "show", "detail", "symbolic"}
OF_BOARD = frozenset({"show"})
"""Formats of data and pictures show all there is, or with `--show formula` what has no numbers."""
OF_PICTURE = OF_BOARD | {"values", "general", "updates", "samples"}


class Writes(Protocol):
    """Puts a scenario's training, or a trace, on a stream; false where something in it was proved wrong."""

    def __call__(self, found: Scenario | Trace, stream: Any, watch: Watch, asked: Asked, /) -> bool:
        """Write what is asked for."""
        ...


@dataclass(frozen=True)
class Format:
    """An export format: `write` puts what is asked for on a stream of text, or of bytes, with its numbers by `writes`.

    `takes` names the options of the command line that it knows what to do with. One that `holds_trace` reads back.
    """

    name: str
    suffixes: tuple[str, ...]
    meaning: str
    writes: Writes
    takes: frozenset[str] = frozenset()
    is_binary: bool = False
    holds_trace: bool = False

    def write(self, found: Scenario | Trace, stream: Any, watch: Watch, asked: Asked = NOTHING_ASKED, /) -> bool:
        """Write what is asked for, the whole by default; false where something in it was proved wrong."""
        if not asked.telling.has_numbers:
            from backtrace.formats.blackboard import WITHOUT_NUMBERS

            if self.name in WITHOUT_NUMBERS:
                WITHOUT_NUMBERS[self.name](found, stream, asked.telling)
                return True
        return self.writes(found, stream, watch, asked)


def _json(found: Scenario | Trace, stream: TextIO, watch: Watch, _asked: Asked) -> bool:
    from backtrace.formats.json import write_json

    write_json(_traced(found, watch), stream)
    return True


def _jsonl(found: Scenario | Trace, stream: TextIO, watch: Watch, _asked: Asked) -> bool:
    from backtrace.formats.json import write_jsonl

    losses = found.losses.tolist() if isinstance(found, Trace) else None
    write_jsonl(*_streamed(found, watch), stream, losses)
    return True


def _npz(found: Scenario | Trace, stream: IO[bytes], watch: Watch, _asked: Asked) -> bool:
    from backtrace.formats.npz import write_npz

    write_npz(_traced(found, watch), stream)
    return True


def _parquet(found: Scenario | Trace, stream: IO[bytes], watch: Watch, _asked: Asked) -> bool:
    from backtrace.formats.parquet import write_parquet

    write_parquet(*_streamed(found, watch), stream)
    return True


def _csv(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.csv import write_csv

    write_csv(found, stream, watch, asked.telling)
    return True


def _html(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.html import print_html
    from backtrace.lesson.varying import variants_of

    print_html(variants_of(_traced(found, watch), asked.telling, (), watch), stream, asked.layout)
    return True


def _latex(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.latex import print_latex

    lesson, agrees = asked.lesson(_traced(found, watch))
    print_latex(lesson, stream, asked.fragment)
    return agrees


def _markdown(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.markdown import print_markdown

    lesson, agrees = asked.lesson(_traced(found, watch))
    print_markdown(lesson, stream)
    return agrees


def _mermaid(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.mermaid import print_mermaid

    trace = _traced(found, watch)
    print_mermaid(asked.diagram(trace), trace.scenario.title, stream, asked.values)
    return True


def _svg(found: Scenario | Trace, stream: TextIO, watch: Watch, asked: Asked) -> bool:
    from backtrace.formats.svg import print_svg

    trace = _traced(found, watch)
    print_svg(asked.diagram(trace), trace.scenario.title, stream, asked.values)
    return True


def _traced(found: Scenario | Trace, watch: Watch) -> Trace:
    return found if isinstance(found, Trace) else run(found, watch)


def _streamed(found: Scenario | Trace, watch: Watch) -> tuple[Scenario, Iterator[Block | Worked]]:
    """The scenario, and its updates in blocks as they are worked, or as they stand in the trace."""
    from backtrace.engine.givens import schedule_of

    if isinstance(found, Trace):
        return found.scenario, found.blocks()
    return found, watch(in_blocks(found, plan_of(found)), schedule_of(found).updates + 1)


# fmt: off
FORMATS: dict[str, Format] = {
    row.name: row
    for row in (
        Format("json", (".json",), "the whole trace as one document, see `backtrace schema trace`", _json, OF_BOARD,
               holds_trace=True),
        Format("jsonl", (".jsonl",), "a header and a line for each step, written while it is worked", _jsonl, OF_BOARD,
               holds_trace=True),
        Format("npz", (".npz",), "the whole trace as arrays of numpy, one for each id", _npz, OF_BOARD, is_binary=True,
               holds_trace=True),
        Format("parquet", (".parquet",), "a row for each entry of every step, for DuckDB, Polars and Spark", _parquet,
               OF_BOARD, is_binary=True),
        Format("csv", (".csv",), "a row for each entry of every quantity, safe in spreadsheets", _csv,
               OF_TRACE | OF_BOARD),
        Format("html", (".html", ".htm"), "the derivation as a deck of slides, or as one page", _html,
               OF_LESSON - {"symbolic"} | {"layout"}),
        Format("latex", (".tex",), "the derivation as a document with amsmath, or a fragment for one", _latex,
               OF_LESSON | {"fragment"}),
        Format("markdown", (".md",), "the derivation for GitHub and notebooks", _markdown, OF_LESSON),
        Format("mermaid", (".mmd", ".mermaid"), "the network as a flowchart that GitHub draws", _mermaid, OF_PICTURE),
        Format("svg", (".svg",), "the network as a picture, as the lecture draws it", _svg, OF_PICTURE),
    )
}
# fmt: on
"""The table of export formats by name."""
