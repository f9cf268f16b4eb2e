"""`backtrace run`: the derivation of a training step in the terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

from backtrace.cli.options import output_from, output_options, scenario_options, telling_from, telling_options
from backtrace.cli.source import source, traced, traced_so_far
from backtrace.cli.terminal import Output, console_on, language_of
from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.lesson.blocks import Block, Lesson
from backtrace.lesson.tell import tell, updates_told
from backtrace.lesson.telling import Telling

INTERRUPTED = 130


@click.command("run")
@scenario_options
@telling_options
@click.option("--symbolic", is_flag=True, help="Add sympy's closed form of each gradient; exit 1 if one disagrees.")
@click.option("--json", "as_json", is_flag=True, help="Print the trace as JSON in place of the derivation.")
@click.option("--projector", is_flag=True, help="Wide spacing, nothing dim, for the wall of a classroom.")
@output_options
def command(**options: Any) -> int:
    """Print, line by line, how a network learns in one training step.

    SCENARIO is a file, the name of a bundled scenario, - for standard input, or an exported trace.
    """
    telling, output = telling_from(options), output_from(options)
    if options["as_json"] and (telling != Telling() or output.plain or options["symbolic"]):
        raise misfit("--json with options of the derivation", "the whole trace", "leave out one or the other")
    if options["as_json"]:
        from backtrace.formats.json import write_json

        write_json(traced(source(options)), sys.stdout)
        return 0
    trace, is_interrupted = traced_so_far(source(options))
    lesson, agree = tell(trace, telling), True
    if options["symbolic"]:
        blocks, agree = _symbolic(trace, telling)
        lesson = Lesson((*lesson.blocks, *blocks))
    print_lesson(lesson, output)
    return INTERRUPTED if is_interrupted else int(not agree)


def _symbolic(trace: Trace, telling: Telling) -> tuple[list[Block], bool]:
    """Sympy's closed forms for the updates and entries that are told, and whether they all agree."""
    from backtrace.lesson.proofs import tell_closed_forms
    from backtrace.proof.closed import closed_forms
    from backtrace.proof.verify import drawn, named

    blocks: list[Block] = []
    agree = True
    for update in updates_told(trace, telling):
        entries = named(trace, telling.only) if telling.only else drawn(trace)
        forms = list(closed_forms(trace, entries, update))
        agree = agree and all(form.agrees for form in forms)
        blocks += tell_closed_forms(trace, forms, update, telling.forms) if forms else ()
    return blocks, agree


def print_lesson(lesson: Lesson, output: Output) -> None:
    """Print a lesson on stdout, as the output options ask."""
    if output.plain:
        from backtrace.formats.plain import print_plain

        print_plain(lesson, sys.stdout)
        return
    from backtrace.formats.console import ConsolePrinter

    ConsolePrinter(console_on(sys.stdout, output), language_of(sys.stdout), output.projector).print(lesson)
