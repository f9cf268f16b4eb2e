"""`backtrace run`: the derivation of a training step in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import click

from backtrace.cli.options import (
    output_from,
    output_options,
    projector_option,
    scenario_options,
    telling_from,
    telling_options,
)
from backtrace.cli.source import source, traced, traced_so_far
from backtrace.cli.terminal import Output, console_on, is_terminal, language_of
from backtrace.errors import misfit
from backtrace.lesson.blocks import Block, Heading, Lesson, Line, Recall
from backtrace.lesson.proofs import tell_with_closed_forms
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling

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
    telling, output = telling_from(options), output_from(options)
    if options["as_json"] and (telling != Telling() or output.plain or options["symbolic"]):
        raise misfit("--json with options of the derivation", "the whole trace", "leave out one or the other")
    if options["as_json"]:
        from backtrace.formats.json import write_json

        write_json(traced(source(options)), sys.stdout)
        return 0
    trace, is_interrupted = traced_so_far(source(options))
    lesson, agree = tell_with_closed_forms(trace, telling) if options["symbolic"] else (tell(trace, telling), True)
    if output.projector and is_terminal(sys.stdin) and is_terminal(sys.stdout):
        _print_in_parts(lesson, output)
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


def _print_in_parts(lesson: Lesson, output: Output) -> None:
    """Print a part of the lesson, and wait for Enter before the next; q ends it."""
    show, waiting = printer(output), list(_parts(lesson))
    while waiting:
        show(waiting.pop(0))
        sys.stdout.flush()
        if waiting:
            print("Enter next, q quit", end=" ", file=sys.stderr, flush=True)
            typed = sys.stdin.buffer.readline()
            if not typed:
                print(file=sys.stderr)
            if not typed or typed.strip() == b"q":
                return


def _parts(lesson: Lesson) -> Iterator[Lesson]:
    """What a classroom sees at a time: what stands under a title, and there each line by itself."""
    part: list[Block] = []
    for block in lesson:
        after_line = any(isinstance(each, Line) for each in part) and isinstance(block, Line | Recall)
        after_text = isinstance(block, Heading) and not all(isinstance(each, Heading) for each in part)
        if after_line or after_text:
            yield Lesson(tuple(part))
            part = []
        part.append(block)
    yield Lesson(tuple(part))
