"""`backtrace export`: a trace, its derivation or its network as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from backtrace.cli.options import scenario_options, telling_from, telling_options
from backtrace.cli.source import source, watched
from backtrace.errors import misfit
from backtrace.formats import FORMATS, OF_LESSON, OF_PICTURE, Format
from backtrace.formats.asked import Asked
from backtrace.formats.whole import whole_file

_OPTIONS = sorted(OF_LESSON | OF_PICTURE | {"fragment", "layout"})


@click.command("export")
@scenario_options
@click.option("-f", "--format", "name", type=click.Choice(list(FORMATS)), help="The format; else by FILE's suffix.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE.")
@telling_options
@click.option("--symbolic", is_flag=True, help="Add sympy's closed form of each gradient; exit 1 if one disagrees.")
@click.option("--fragment", is_flag=True, help="latex: without preamble, for \\input.")
@click.option(
    "--layout",
    type=click.Choice(["deck", "page"]),
    default="deck",
    show_default=True,
    help="html: one slide at a time, or all of it on one page.",
)
@click.option("--values", is_flag=True, help="mermaid, svg: with numbers, after the forward pass.")
@click.option("--general", is_flag=True, help="mermaid, svg: n inputs, m hidden neurons and k outputs, with dots.")
@click.pass_context
def command(context: click.Context, /, **options: Any) -> int:
    """Write SCENARIO's trace, its derivation or its network, as JSON by default; without -o, to standard output.

    csv, html, latex and markdown take the options that choose what `run` tells; the other formats hold all there is.
    With --show formula every format has the formulas, or the network, without numbers.
    """
    path: Path | None = options["output"]
    row = _format(options["name"], path)
    _check(row, [name for name in _OPTIONS if context.get_parameter_source(name) != ParameterSource.DEFAULT], options)
    to_stdout = path is None or str(path) == "-"
    if to_stdout and row.is_binary and sys.stdout.isatty():
        raise misfit(f"{row.name} is no text for a terminal", "a file", f"-o trace{row.suffixes[0]}")
    flags = {name: options.pop(name) for name in ("symbolic", "fragment", "values", "general", "layout")}
    asked = Asked(telling_from(options), **flags)
    found = source(options)
    if path is None or to_stdout:
        return int(not row.write(found, sys.stdout.buffer if row.is_binary else sys.stdout, watched, asked))
    with whole_file(path, row.is_binary) as stream:
        return int(not row.write(found, stream, watched, asked))


def _check(row: Format, given: list[str], options: dict[str, Any]) -> None:
    """Refuse options that the format does not know what to do with, all at once."""
    wrong = [f"--{name}" for name in given if name not in row.takes]
    if wrong:
        others = [each.name for each in FORMATS.values() if all(name in each.takes for name in given)]
        remedy = f"leave out one or the other{', or take ' + ' or '.join(others) if others else ''}"
        raise misfit(f"{' and '.join(wrong)} with the format {row.name}", "options that go with it", remedy)
    if "show" in given and "view" not in row.takes and set(options["show"]) != {"formula"}:
        raise misfit(f"--show {','.join(options['show'])} with the format {row.name}", "--show formula, or no --show")
    if "show" in given and options["values"]:
        raise misfit("--values with --show formula", "one or the other", "leave out one of them")
    if options["general"] and set(given) - {"general", "show"}:
        raise misfit(
            "--general with what chooses values", "the figure of a network of any size", "leave out the others"
        )
    chosen = [f"--{name}" for name in ("updates", "samples") if name in given]
    if row.takes == OF_PICTURE and chosen and not options["values"]:
        raise misfit(f"{' and '.join(chosen)} for a picture without numbers", "--values with it", "add --values")


def _format(name: str | None, path: Path | None) -> Format:
    """The format that is named, or that the suffix of the file means; JSON where there is neither."""
    if name is not None:
        return FORMATS[name]
    if path is None or str(path) == "-":
        return FORMATS["json"]
    for row in FORMATS.values():
        if path.suffix.lower() in row.suffixes:
            return row
    known = ", ".join(suffix for row in FORMATS.values() for suffix in row.suffixes)
    raise misfit(f"the suffix of {path.name} names no format", f"one of {known}", "or name it with --format")
