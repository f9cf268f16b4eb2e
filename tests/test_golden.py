"""Whole outputs, compared to the byte with the files in `golden/`, where a change can be read as a diff.

`python -m tests.test_golden` writes them anew, to be looked at before they are committed.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

import backtrace
from backtrace.answers.report import Report
from backtrace.engine.work import unwatched
from backtrace.formats import FORMATS, Format
from backtrace.formats.asked import Asked
from backtrace.formats.console import ConsolePrinter
from backtrace.formats.json import write_json
from backtrace.formats.plain import print_plain
from backtrace.formula.writing import Language
from backtrace.lesson.telling import Telling
from backtrace.scenario import names, path_of
from tests.answers.printed import printed as judged_sheet

# What is the same on all pages: style, program, and the policy with the digests of these.
OF_EVERY_PAGE = re.compile(r"<style>.*?</style>\n|<script>.*?</script>\n|<meta http-equiv=[^\n]*\n", re.DOTALL)
GOLDEN = Path(__file__).parent / "golden"


def printed(name: str, telling: Telling | None = None, width: int = 80, language: Language = "text") -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, legacy_windows=False)
    ConsolePrinter(console, language).print(backtrace.tell(backtrace.run(bundled(name)), telling))
    return stream.getvalue()


def plain(name: str) -> str:
    stream = io.StringIO()
    print_plain(backtrace.tell(backtrace.run(bundled(name))), stream)
    return stream.getvalue()


def exported(name: str) -> str:
    stream = io.StringIO()
    write_json(backtrace.run(bundled(name)), stream)
    return stream.getvalue()


def checked(name: str) -> str:
    """What is told of a bundled sheet."""
    stream = io.StringIO()
    console = Console(file=stream, width=80, color_system=None, legacy_windows=False)
    ConsolePrinter(console, "text").print(Report(judged_sheet(name)).lesson())
    return stream.getvalue()


def in_format(row: Format, name: str) -> str:
    """A bundled scenario in a format; of a table of numbers the first update alone, of a page what it tells."""
    stream = io.StringIO()
    telling = Telling() if "view" in row.takes or "values" in row.takes else Telling(updates=(1,))
    assert row.write(bundled(name), stream, unwatched, Asked(telling, values=True))
    return OF_EVERY_PAGE.sub("", stream.getvalue())


def bundled(name: str) -> backtrace.Scenario:
    return backtrace.load(path_of(name))


OUTPUTS = {f"{name}.txt": lambda name=name: printed(name) for name in names()} | {
    "lecture-120.txt": lambda: printed("lecture", width=120),
    "lecture-ascii.txt": lambda: printed("lecture", language="ascii"),
    "lecture-plain.txt": lambda: plain("lecture"),
    "lecture-detail.txt": lambda: printed("lecture", Telling(detail=True)),
    "lecture-formulas.txt": lambda: printed("lecture", Telling(show=frozenset({"formula"}))),
    "lecture-matrix.txt": lambda: printed("lecture", Telling(view="matrix")),
    "three-layer-plain.txt": lambda: plain("three-layer"),
    "lecture.json": lambda: exported("lecture"),
    "check/lecture-printed.txt": lambda: checked("lecture-printed"),
} | {
    f"{row.name}/{name}{row.suffixes[0]}": lambda row=row, name=name: in_format(row, name)
    for row in FORMATS.values() if not (row.holds_trace or row.is_binary)
    for name in names()
}  # fmt: skip


@pytest.mark.parametrize("file", OUTPUTS)
def test_the_output_is_the_golden_one(file):
    """What is printed is, to the byte, what was looked at and committed."""
    assert OUTPUTS[file]() == (GOLDEN / file).read_bytes().decode("utf-8")


def test_no_golden_file_is_left_over():
    """Every file in the folder, and in those of the formats, belongs to an output."""
    files = (path for path in GOLDEN.rglob("*") if path.is_file())
    assert {str(path.relative_to(GOLDEN)) for path in files} == set(OUTPUTS)


if __name__ == "__main__":
    for file, make in OUTPUTS.items():
        (GOLDEN / file).parent.mkdir(exist_ok=True)
        (GOLDEN / file).write_bytes(make().encode("utf-8"))
