"""What is said where a text is not YAML: the parser's terse complaint in a person's words, with its place."""

from __future__ import annotations

import re
from typing import Any

from backtrace.scenario.flaws import Flaw, Loc, printable

_OUT_OF_LINE = (
    "a line out of line with those around it",
    "the same indentation as its neighbours",
    "indent it as they are",
)

# fmt: off
_COMPLAINTS = (
    ("sequence entries are not allowed",    "a `- ` where no list can begin", "`- ` on a line of its own",
        "put quotes around text that begins with `-`"),
    ("mapping values are not allowed",      "a `:` where no key can stand",
        "`key: value` on a line of its own", "look at the indentation, or put quotes around text that holds a `: `"),
    ("unexpected end of stream",            "a quotation mark that is never closed", "its partner", ""),
    ("nesting depth",                       "too many levels of nesting", "at most five", "is a bracket never closed?"),
    ("',' or ']'",                          "a list that is not closed", "`,` or `]`", "close the bracket"),
    ("',' or '}'",                          "a mapping in braces that is not closed", "`,` or `}`", "close the brace"),
    ("node content",                        "nothing, or a sign that cannot stand here", "a value",
        "is a bracket or a value missing?"),
    ("expected <block end>",                *_OUT_OF_LINE),
    ("expected key",                        *_OUT_OF_LINE),
    ("'-' indicator",                       *_OUT_OF_LINE),
    ("could not find expected ':'",         "a line without `:`", "`key: value`", "add the `:`, followed by a blank"),
    ("cannot start any token",              "a sign that cannot begin a value", "a value",
        "put quotes around text that begins with it"),
    ("undefined tag handle",                "a tag", "a plain value", "leave the tag out"),
    ("incompatible yaml document",          "another version of YAML", "version 1.1 or 1.2", "remove the %YAML line"),
    ("escape c",                            "an unknown escape after `\\`", "one that YAML knows",
        "write `\\\\`, or put the text in single quotes"),
)
# fmt: on


def explained(error: Any, loc: Loc, lines: list[str]) -> Flaw:
    """The flaw that a parser's error (with `problem` and `problem_mark`) stands for."""
    at = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    mark = (at.line + 1, at.column + 1) if at else (1, 1)
    line = lines[mark[0] - 1] if mark[0] <= len(lines) else ""
    if re.match(r" *\t", line):
        tab = line.index("\t") + 1
        return Flaw(loc, "a tab in the indentation", "spaces", "replace the tab by spaces", mark=(mark[0], tab))
    complaint = str(getattr(error, "problem", None) or error)
    for part, found, expected, remedy in _COMPLAINTS:
        if part in complaint.lower() or part in complaint:
            return Flaw(loc, found, expected, remedy, mark=mark)
    return Flaw(loc, f"not YAML: {printable(complaint, 100)}", mark=mark)
