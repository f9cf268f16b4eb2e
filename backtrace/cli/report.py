"""How an error is shown: where, what was found, what was expected, what to do; all problems at once."""

from __future__ import annotations

import sys

from backtrace.cli.terminal import has_unicode
from backtrace.errors import BacktraceError, InputError, Problem
from backtrace.formats.safe import printable


def report(error: BacktraceError) -> None:
    """Write the error to stderr."""
    ascii_only = not has_unicode(sys.stderr)
    lines = [str(error)]
    if isinstance(error, InputError):
        lines = [line for problem in error.problems for line in _described(problem)]
        if len(error.problems) > 1:
            lines.append(f"{len(error.problems)} problems")
    for line in lines:
        print(printable(line, ascii_only), file=sys.stderr)


def _described(problem: Problem) -> list[str]:
    where = ", ".join(part for part in (str(problem.place or ""), problem.path) if part)
    lines = [f"{where}: {problem.found}" if where else f"error: {problem.found}"]
    place = problem.place
    if place and place.line and place.text:
        number = f"{place.line:>6} | "
        lines.append(number + place.text)
        if place.column:
            lines.append(" " * (len(number) + place.column - place.text_start) + "^")
    if problem.expected:
        lines.append(f"       expected: {problem.expected}")
    if problem.remedy:
        lines.append(f"       {problem.remedy}")
    return lines
