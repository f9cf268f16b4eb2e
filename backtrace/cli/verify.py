"""`backtrace verify`: every gradient beside a central difference and beside sympy."""

from __future__ import annotations

from typing import Any

import click

from backtrace.cli.options import output_from, output_options, scenario_options
from backtrace.cli.run import print_lesson
from backtrace.errors import InputError, misfit


@click.command("verify")
@scenario_options
@click.option("--update", type=click.IntRange(1), help="The update to verify; the first that is kept by default.")
@click.option(
    "--most",
    type=click.IntRange(1),
    help="Check at most so many entries, drawn at random; by default as many as take some seconds.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of that draw.")
@output_options
def command(**options: Any) -> int:
    """Hold every gradient against central differences and sympy; exit 1 when one disagrees."""
    from backtrace.cli.source import source, traced
    from backtrace.lesson.proofs import tell_verification
    from backtrace.lesson.tell import not_kept
    from backtrace.proof.verify import verify

    output = output_from(options)
    trace = traced(source(options))
    update = options["update"] or trace.kept[0]
    if update > trace.updates:
        raise misfit(f"there is no update {update}", f"they count from 1 to {trace.updates}")
    if update not in trace.kept:
        raise InputError([not_kept(trace, update)])
    verification = verify(trace, update, options["most"], options["seed"])
    print_lesson(tell_verification(trace, verification), output)
    return 0 if verification.passed else 1
