"""`backtrace export`: a trace as a file for programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from backtrace.cli.options import scenario_options
from backtrace.cli.source import source, watched
from backtrace.errors import misfit
from backtrace.formats import FORMATS, Format
from backtrace.formats.whole import whole_file


@click.command("export")
@scenario_options
@click.option("-f", "--format", "name", type=click.Choice(list(FORMATS)), help="The format; else by FILE's suffix.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE.")
def command(**options: Any) -> int:
    """Write the trace of SCENARIO, as JSON by default; without -o, to standard output."""
    path: Path | None = options["output"]
    row = _format(options["name"], path)
    to_stdout = path is None or str(path) == "-"
    if to_stdout and row.is_binary and sys.stdout.isatty():
        raise misfit(f"{row.name} is no text for a terminal", "a file", f"-o trace{row.suffixes[0]}")
    found = source(options)
    if path is None or to_stdout:
        row.write(found, sys.stdout.buffer if row.is_binary else sys.stdout, watched)
        return 0
    with whole_file(path, row.is_binary) as stream:
        row.write(found, stream, watched)
    return 0


def _format(name: str | None, path: Path | None) -> Format:
    """The format that is named, or that the suffix of the file means; JSON where there is neither."""
    if name is not None:
        return FORMATS[name]
    if path is None or str(path) == "-":
        return FORMATS["json"]
    for row in FORMATS.values():
        if path.suffix in row.suffixes:
            return row
    known = ", ".join(suffix for row in FORMATS.values() for suffix in row.suffixes)
    raise misfit(f"the suffix of {path.name} names no format", f"one of {known}", "or name it with --format")
