"""The pages in `docs/`: the variants compared to the byte with what the tables say, the others with what comes out.

`python -m tests.test_docs` writes it anew, to be read before it is committed.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from backtrace.cli.list import FORMAT_ROWS
from backtrace.formats.markdown import print_markdown
from backtrace.lesson.blocks import Heading, Lesson, Prose
from backtrace.lesson.catalogue import catalogue
from tests.commands import in_process_of_its_own

DOCS = Path(__file__).parent.parent / "docs"
PAGE = DOCS / "variants.md"


def variants() -> str:
    """What `backtrace list` shows, as a page."""
    opening = (
        Heading("What there is to choose from", 0),
        Prose((
            "Every variant that a scenario can ask for, with its formula, derivative and source, read from the tables "
            "that the tool computes with. In the terminal, backtrace list shows the same, and backtrace list KIND NAME "
            "one variant with its formulas to be copied.",)),
    )  # fmt: skip
    stream = io.StringIO()
    print_markdown(Lesson((*opening, *catalogue(None, None, FORMAT_ROWS))), stream)
    return stream.getvalue()


def test_the_page_of_variants_is_what_the_tables_say() -> None:
    """The page in the repository is, to the byte, the one that the tables give."""
    assert variants() == PAGE.read_text(encoding="utf-8")


def test_the_page_on_sheets_shows_what_comes_out() -> None:
    """Each piece of output on the page stands, line by line, in what the command prints."""
    page = (DOCS / "check-a-sheet.md").read_text(encoding="utf-8")
    printed = in_process_of_its_own("check", "lecture-printed").out
    shown = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert shown
    assert all(piece in printed for piece in shown)


if __name__ == "__main__":
    PAGE.write_text(variants(), encoding="utf-8")
