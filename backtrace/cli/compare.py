"""`backtrace compare`: two trainings side by side, and the first quantity in which they part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from backtrace.cli.options import memory_option, output_from, output_options
from backtrace.cli.run import print_lesson
from backtrace.cli.source import opened, scenario_of, traced, watched
from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.formats.recording import Recording
from backtrace.scenario import Scenario


@click.command("compare")
@click.argument("a")
@click.argument("b")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Replace a value of the scenario B, and of B only: loss=half_sse, eta=10, w12=0.3.",
)
@click.option(
    "--rtol",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="R",
    help="Let numbers agree that differ by at most R times the largest entry of their vector or matrix.",
)
@click.option(
    "--precision",
    type=click.Choice(["float64", "float32"]),
    help="Let numbers agree that differ as rounding in this precision makes them differ. By default float32 "
    "where all numbers of A or of B are such, else float64.",
)
@memory_option
@output_options
def command(a: str, b: str, **options: Any) -> int:
    """Compare A and B: what agrees, what differs from where on, and by what factor; exit 1 when they differ.

    A and B are scenarios as for the other commands, exported traces, or what your own program wrote: an .npz with an
    array for each id, or JSON Lines such as {"update": 1, "sample": 1, "id": "z1", "value": [0.5, 1.1]}; then the
    other one must be a scenario or a trace. docs/check-your-own-implementation.md shows how to write such a file.
    """
    from backtrace.lesson.comparison import tell_comparison
    from backtrace.proof.compare import compare, recorded

    output = output_from(options)
    if a == b == "-":
        raise misfit("standard input for both A and B", "it for one of them")
    asked = opened(a, checked=False), _set(opened(b, checked=False), options["settings"])
    found = [each if isinstance(each, Recording) else traced(each) for each in asked]
    known = next((each for each in reversed(found) if isinstance(each, Trace)), None)
    if known is None:
        raise misfit(f"neither {a} nor {b} knows its scenario", "a scenario or an exported trace for one of them",
                     f"compare each with the scenario that it follows: backtrace compare {a} SCENARIO")  # fmt: skip
    one, other = (each.read(known) if isinstance(each, Recording) else recorded(each) for each in found)
    comparison = compare(one, other, options["precision"], options["rtol"], watched)
    names = a, b + (f" with {', '.join(options['settings'])}" if options["settings"] else "")
    print_lesson(tell_comparison(comparison, names), output)
    return 0 if comparison.agree else 1


def _set(found: Scenario | Trace | Recording, settings: Sequence[str]) -> Scenario | Trace | Recording:
    """What is compared as B, with the settings in force."""
    if not settings:
        return found
    if isinstance(found, Recording):
        raise misfit(f"--set changes a scenario, and {found.file} has none", "a scenario as B", "name the file as A")
    return with_settings(scenario_of(found), settings)
