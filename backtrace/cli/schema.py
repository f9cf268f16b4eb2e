"""`backtrace schema`: the JSON Schemas of what is read and written."""

from __future__ import annotations

import json

import click

from backtrace.formats.schemas import SCHEMAS


@click.command("schema")
@click.argument("name", type=click.Choice(list(SCHEMAS)))
def command(name: str) -> int:
    """Print the JSON Schema of a scenario, an exported trace, a sheet to check, or the verdicts on it."""
    click.echo(json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False))
    return 0
