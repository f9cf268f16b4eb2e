"""`backtrace step`: the lines of a training one at a time, in the terminal or full-screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import click

from backtrace.cli.asking import asked
from backtrace.cli.options import (
    detail_option,
    output_from,
    output_options,
    projector_option,
    scenario_options,
    view_option,
)
from backtrace.cli.run import INTERRUPTED, printer
from backtrace.cli.source import source, traced_so_far
from backtrace.cli.terminal import Output, is_terminal, language_of
from backtrace.errors import misfit
from backtrace.lesson.blocks import Heading, Lesson
from backtrace.lesson.lines import PHASES
from backtrace.lesson.place import here
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Stop, Walk

_INSTEAD = "`backtrace step --plain` prints the steps, `backtrace run` the whole derivation"


@dataclass(frozen=True)
class Stepping:
    """Which stops and how: the one at `at`, those from `first` to `last`, or one after another as they are asked for.

    A stop is named as `Walk.found` reads it.
    """

    at: str | None
    first: str | None
    last: str | None
    is_interactive: bool
    telling: Telling
    output: Output

    @property
    def is_chosen(self) -> bool:
        """Whether certain stops are asked for."""
        return bool(self.at or self.first or self.last)

    def numbers(self, walk: Walk) -> range:
        """The numbers of the stops that are asked for, of all where none are."""
        start = walk.stop(0)
        first = walk.found(self.at or self.first or "0", start)
        last = first if self.at else walk.found(self.last, start) if self.last else walk.ending
        if first > last:
            found = f"--from {self.first} is step {first}, after --to {self.last}, step {last}"
            raise misfit(found, "the earlier one first")
        return range(first, last + 1)


@click.command("step")
@scenario_options
@click.option("--at", metavar="PLACE", help="Only this step: 9, 2:9 (line 9 of update 2), or a quantity (dL_dw12).")
@click.option("--from", "first", metavar="PLACE", help="The steps from this one on.")
@click.option("--to", "last", metavar="PLACE", help="The steps up to this one.")
@view_option
@detail_option
@click.option("-i", "--interactive", is_flag=True, help="Full screen: arrow keys, every quantity, what if, predict.")
@projector_option
@output_options
def command(**options: Any) -> int:
    """Go through a training one line at a time, forwards and back.

    On a terminal it waits after each step: Enter goes on, ? says what else can be typed. Piped, or with --at, --from or
    --to, it prints the steps and ends. SCENARIO is a file, the name of a bundled scenario, - for standard input, or an
    exported trace.
    """
    stepping = _stepping(options)
    trace, is_interrupted = traced_so_far(source(options))
    walk = Walk(trace, stepping.telling)
    if stepping.is_interactive:
        from backtrace.tui.app import step_through

        start, is_for_projector = stepping.numbers(walk)[0], stepping.output.projector
        code = step_through(walk, start, language_of(sys.stdout), is_for_projector=is_for_projector)
    elif stepping.is_chosen or not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        code = _print(walk, stepping.numbers(walk), stepping.output)
    else:
        code = _one_by_one(walk, stepping.output)
    return INTERRUPTED if is_interrupted else code


def _stepping(options: dict[str, Any]) -> Stepping:
    """Takes its options out of `options`; refuses those that do not go together, before anything is worked."""
    at, first, last, is_interactive = (options.pop(name) for name in ("at", "first", "last", "interactive"))
    telling = Telling(view=options.pop("view"), detail=options.pop("detail"))
    stepping = Stepping(at, first, last, is_interactive, telling, output_from(options))
    if at and (first or last):
        raise misfit("--at with --from or --to", "one step, or those from one to another")
    if is_interactive:
        _refuse_misfits(stepping)
    return stepping


def _refuse_misfits(stepping: Stepping) -> None:
    """Refuse --interactive with what the screen does not do, or where there is no screen."""
    output = stepping.output
    misfits = (
        ("--plain", output.plain, _INSTEAD),
        ("--from or --to", stepping.first or stepping.last, "--at opens it at a step"),
        ("--color", output.color != "auto", "NO_COLOR=1 turns colour off"),
    )
    for option, is_given, remedy in misfits:
        if is_given:
            raise misfit(f"--interactive with {option}", "one or the other", remedy)
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise misfit("--interactive without a terminal", "stdin and stdout on a terminal", _INSTEAD)
    terminal = os.environ.get("TERM", "")
    if terminal == "dumb" or (not terminal and os.name == "posix"):
        found = f"--interactive with TERM={terminal}" if terminal else "--interactive without TERM"
        raise misfit(found, "a terminal that can place its cursor", _INSTEAD)


def _print(walk: Walk, numbers: Iterable[int], output: Output) -> int:
    show = printer(output)
    for number in numbers:
        show(_told(walk, walk.stop(number)))
    return 0


def _one_by_one(walk: Walk, output: Output) -> int:
    """Print a stop, ask for the next, and so on; the width of the terminal is looked at each time."""
    number: int | None = 0
    while number is not None:
        stop = walk.stop(number)
        printer(output)(_told(walk, stop))
        sys.stdout.flush()
        number = asked(walk, stop, output)
    return 0


def _told(walk: Walk, stop: Stop) -> Lesson:
    """The stop under a line that says where it is."""
    step, *rest = here(walk, stop)
    if stop.stage.number:
        step += f": {PHASES[stop.stage.phase].lower()}"
    return Lesson((Heading(step.capitalize(), 0, ", ".join(rest)), *walk.blocks(stop)))
