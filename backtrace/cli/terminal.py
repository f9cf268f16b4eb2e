"""What the terminal can show: colour, letters beyond ASCII, its width."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from backtrace.formula.writing import Language

When = Literal["auto", "always", "never"]
_USUAL_WIDTH = 80
_NARROWEST = 40


@dataclass(frozen=True)
class Output:
    """How to print: with colour or not, in words or signs; for a projector with wide spacing and nothing dim."""

    color: When = "auto"
    plain: bool = False
    projector: bool = False


def has_unicode(stream: TextIO) -> bool:
    """Whether the stream takes more than ASCII, and the locale does not ask for less.

    Python writes UTF-8 in the C locale too, so the locale is asked itself where it is set.
    """
    locale = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    if locale in ("C", "POSIX") or os.environ.get("TERM") == "dumb":
        return False
    try:
        "δ₁⁺".encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal; one that is closed is none."""
    return stream is not None and stream.isatty()


def language_of(stream: TextIO) -> Language:
    """Text where the stream can show it, else ASCII."""
    return "text" if has_unicode(stream) else "ascii"


def has_styles(stream: TextIO, output: Output) -> bool:
    """Whether to print bold, dim and colour: as asked for, or on a terminal, unless NO_COLOR or TERM=dumb says no."""
    if output.color != "auto":
        return output.color == "always"
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width_of(stream: TextIO) -> int:
    """The width of the terminal, or COLUMNS where it is set; that of old terminals where the stream is none."""
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() else 0
    if not width and stream.isatty():
        width = _width_of_terminal()
    return max(_NARROWEST, width or _USUAL_WIDTH)


def _width_of_terminal() -> int:
    """The width that one of the standard streams knows; 0 where none does."""
    for number in range(3):
        with suppress(OSError):
            return os.get_terminal_size(number).columns
    return 0
