"""What the terminal can show: colour, letters beyond ASCII, its width."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from backtrace.formula.writing import Language

When = Literal["auto", "always", "never"]
_PIPED_WIDTH = 80
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


def console_on(stream: TextIO, output: Output) -> Console:
    """A rich console that respects NO_COLOR, TERM=dumb and the width of terminal or COLUMNS."""
    from rich.console import Console

    dumb = os.environ.get("TERM") == "dumb"
    wants_color = output.color == "always" or (
        output.color == "auto" and stream.isatty() and not os.environ.get("NO_COLOR") and not dumb
    )
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isdecimal() and int(columns) > 0 else None
    if width is None and not stream.isatty():
        width = _PIPED_WIDTH

    class Piped(Console):
        """A console whose closed pipe is an exception for the command line to answer."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Piped(
        file=stream, width=width, color_system="standard" if wants_color else None, force_terminal=wants_color,
        no_color=not wants_color, markup=False, highlight=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    console.width = max(_NARROWEST, console.width)
    return console
