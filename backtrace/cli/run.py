"""`backtrace run`: the derivation of a training step in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from backtrace.cli.options import (
    output_from,
    output_options,
    projector_option,
    scenario_options,
    telling_from,
    telling_options,
)
from backtrace.cli.terminal import Output, console_on, is_terminal, language_of
from backtrace.errors import misfit
from backtrace.lesson.telling import Telling

if TYPE_CHECKING:
    from backtrace.lesson.blocks import Lesson

INTERRUPTED = 130


@click.command("run")
@scenario_options
@telling_options
@click.option("--symbolic", is_flag=True, help="Add sympy's closed form of each gradient; exit 1 if one disagrees.")
@click.option("--json", "as_json", is_flag=True, help="Print the trace as JSON in place of the derivation.")
@projector_option
@output_options
def command(**options: Any) -> int:
    """Print, line by line, how a network learns in one training step.

    SCENARIO is a file, the name of a bundled scenario, - for standard input, or an exported trace.
    """
    from backtrace.cli.source import source, traced, traced_so_far

    telling, output = telling_from(options), output_from(options)
    if options["as_json"] and (telling != Telling() or output.plain or options["symbolic"]):
        raise misfit("--json with options of the derivation", "the whole trace", "leave out one or the other")
    if options["as_json"]:
        from backtrace.formats.json import write_json

        write_json(traced(source(options)), sys.stdout)
        return 0
    from backtrace.formats.asked import Asked

    trace, is_interrupted = traced_so_far(source(options))
    lesson, agree = Asked(telling, options["symbolic"]).lesson(trace)
    if output.projector and is_terminal(sys.stdin) and is_terminal(sys.stdout):
        from backtrace.cli.waiting import print_in_parts

        print_in_parts(lesson, printer(output))
    else:
        print_lesson(lesson, output)
    return INTERRUPTED if is_interrupted else int(not agree)


def print_lesson(lesson: Lesson, output: Output) -> None:
    """Print a lesson on stdout, as the output options ask."""
    printer(output)(lesson)


def printer(output: Output) -> Callable[[Lesson], None]:
    """What prints lessons on stdout, as the output options ask."""
    if output.plain:
        from backtrace.formats.plain import print_plain

        return partial(print_plain, stream=sys.stdout)
    from backtrace.formats.console import ConsolePrinter

    return ConsolePrinter(console_on(sys.stdout, output), language_of(sys.stdout), output.projector).print
