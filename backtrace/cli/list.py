"""`backtrace list`: what there is to choose from, taken from the tables."""

from __future__ import annotations

from typing import Any

import click

from backtrace.answers.listed import MISTAKES
from backtrace.cli.options import output_from, output_options
from backtrace.cli.run import print_lesson
from backtrace.formats import FORMATS
from backtrace.lesson.catalogue import KINDS, Formats, catalogue

FORMAT_ROWS: Formats = {row.name: (" ".join(row.suffixes), row.meaning) for row in FORMATS.values()}
"""The suffixes and the meaning of each export format, as the catalogue takes them."""


@click.command("list")
@click.argument("kind", required=False, shell_complete=lambda _context, _argument, start: [
    kind for kind in (*KINDS, "formats", "mistakes") if kind.startswith(start)])  # fmt: skip
@click.argument("name", required=False)
@output_options
def command(kind: str | None, name: str | None, **options: Any) -> int:
    """List what there is to choose from; or one KIND of it, or one NAME of that kind in full.

    KIND is scenarios, activations, losses, optimizers, schedules, initialisers, notations, formats or mistakes.
    """
    print_lesson(catalogue(kind, name, FORMAT_ROWS, {"mistakes": MISTAKES}), output_from(options))
    return 0
