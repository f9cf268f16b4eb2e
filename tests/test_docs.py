"""The page of variants in `docs/`, compared to the byte with what the tables say.

`python -m tests.test_docs` writes it anew, to be read before it is committed.
"""

from __future__ import annotations

import io
from pathlib import Path

from backtrace.cli.list import FORMAT_ROWS
from backtrace.formats.markdown import print_markdown
from backtrace.lesson.blocks import Heading, Lesson, Prose
from backtrace.lesson.catalogue import catalogue

PAGE = Path(__file__).parent.parent / "docs" / "variants.md"


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


if __name__ == "__main__":
    PAGE.write_text(variants(), encoding="utf-8")
