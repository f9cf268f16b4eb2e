"""The bundled sheets, judged."""

from __future__ import annotations

from functools import cache

from backtrace.answers.judgement import Judgement
from backtrace.answers.judging import judge
from backtrace.answers.sheets.files import sheets_of_file
from backtrace.engine.trace import run
from backtrace.scenario.library import sheets


@cache
def printed(name: str) -> Judgement:
    """The judgement of the bundled sheet of that name."""
    (sheet,) = sheets_of_file(sheets()[name])
    return judge(sheet, run(sheet.scenario))
