"""Text and boxes in lines of characters, and what a line looks like in the codes of its styles."""

from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from backtrace.formats.layout import wrapped
from backtrace.formats.styled import Styled

TEXTS = (
    "",
    "a few words",
    "two  blanks and   three, and at the end  ",
    "  blanks before",
    "https://example.org/a-very-long-address-without-a-blank and what follows it",
    "short then-a-word-that-is-wider-than-any-line-of-these short",
    "日本語の題名 と もう一つ",
    "-1.5e-08 −0.25",
)


@pytest.mark.parametrize("width", [4, 7, 16, 40])
@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_wrapped_as_rich_wraps_it(text, width):
    """Cut at blanks, a word that is too wide within itself, by the cells of the terminal; but no line is blank."""
    lines = [line.plain.strip() for line in Text(text).wrap(Console(width=width), width)]
    assert [line.strip() for line in wrapped(text, width)] == ([line for line in lines if line] or [""])
    assert all(cell_len(line) <= width for line in wrapped(text, width))


@pytest.mark.parametrize(
    "parts",
    [
        (("bold", "bold"), (" plain ", ""), ("dim", "dim")),
        (("one", "dim italic"), ("two", "bold yellow"), ("three", "italic")),
        (("blanks at the end", ""), ("   ", "bold"), ("  ", "")),
        (("   ", "dim"),),
        (),
    ],
)
def test_styles_have_the_codes_that_rich_gives_them(parts):
    """Rich, which knows every terminal, writes the same codes for the same styles."""
    stream, line = io.StringIO(), Text.assemble(*parts)
    line.rstrip()
    Console(file=stream, force_terminal=True, color_system="standard", legacy_windows=False).print(line)
    assert Styled(parts).stripped.coded + "\n" == stream.getvalue()
    assert Styled(parts).stripped.plain == line.plain
