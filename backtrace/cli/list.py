"""`backtrace list`: what there is to choose from, taken from the tables."""

from __future__ import annotations

from typing import Any

import click

from backtrace.cli.options import output_from, output_options
from backtrace.cli.run import print_lesson
from backtrace.formats import FORMATS
from backtrace.lesson.catalogue import KINDS, catalogue


@click.command("list")
@click.argument("kind", required=False, type=click.Choice([*KINDS, "formats"]))
@click.argument("name", required=False)
@output_options
def command(kind: str | None, name: str | None, **options: Any) -> int:
    """List the scenarios, activations, losses, optimizers, notations and formats; or one KIND of them.

    `backtrace list notations NAME` prints the spelling of every quantity in that notation.
    """
    formats = {row.name: row.meaning for row in FORMATS.values()}
    print_lesson(catalogue(kind, name, formats), output_from(options))
    return 0
