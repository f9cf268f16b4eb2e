"""`backtrace present`: the derivation as a deck for the classroom wall, opened in the browser."""

from __future__ import annotations

import os
import sys
import webbrowser
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import click

from backtrace.cli.options import Numbers, scenario_options, show_option
from backtrace.cli.source import source, traced, watched
from backtrace.errors import misfit
from backtrace.formats.whole import whole_file
from backtrace.lesson.telling import Telling


@dataclass(frozen=True)
class Presenting:
    """What to show and where to put it: a file, a PDF, or a page that is opened."""

    scenario: dict[str, Any]
    telling: Telling
    vary: tuple[str, ...]
    output: Path | None
    pdf: Path | None
    opens: bool
    is_watched: bool

    def page(self, asks: str = "") -> str:
        """The deck, worked now; with `asks` it asks that address whether it has changed."""
        from backtrace.formats.html import print_html
        from backtrace.lesson.varying import variants_of

        trace = traced(source(self.scenario))
        stream = StringIO()
        print_html(variants_of(trace, self.telling, self.vary, watched), stream, watched=asks)
        return stream.getvalue()


_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("present")
@scenario_options
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Only write the deck, to FILE.")
@click.option("--pdf", type=_FILE, metavar="FILE", help="Print it as a handout to FILE, by a Chromium that is there.")
@click.option("--no-open", is_flag=True, help="Do not open the browser; say where the file is.")
@click.option("--watch", is_flag=True, help="Show the deck anew whenever the scenario's file is saved.")
@click.option("--vary", multiple=True, metavar="KEY=VALUE,…", help="Variants that a key switches to: eta=0.07,0.7,7.")
@click.option("--stage", type=Numbers(), default=(), help="Only these stages of backward pass and update: 1-3.")
@click.option("--updates", type=Numbers(), default=(), help="Updates to tell; first and last by default.")
@show_option
def command(**options: Any) -> int:
    """Show SCENARIO on the wall of a classroom: a deck in one file that needs no network.

    Keys: right arrow or space for the next line, o for an overview, v for the next variant, ? for all keys.
    """
    presenting = _presenting(options)
    if presenting.is_watched:
        return _watch(presenting)
    page = presenting.page()
    if presenting.pdf:
        from backtrace.cli.pdf import print_pdf

        print_pdf(page, presenting.pdf)
    if presenting.output:
        _write(page, presenting.output)
    elif not presenting.pdf:
        path = _place(str(presenting.scenario["scenario"]))
        _write(page, path)
        print(path)
        if presenting.opens and not webbrowser.open(path.as_uri()):
            print("no browser was found: open the file yourself", file=sys.stderr)
    return 0


def _presenting(options: dict[str, Any]) -> Presenting:
    """Takes its options out of `options`; refuses those that do not go together."""
    telling = Telling(show=frozenset(options.pop("show")), stages=frozenset(options.pop("stage")),
                      updates=options.pop("updates"))  # fmt: skip
    vary, output, pdf = options.pop("vary"), options.pop("output"), options.pop("pdf")
    opens, is_watched = not options.pop("no_open"), options.pop("watch")
    if is_watched and (output or pdf):
        raise misfit("--watch with -o or --pdf", "a page in the browser", "leave out one or the other")
    if vary and not telling.has_numbers:
        raise misfit("--vary without numbers", "numbers or value in --show")
    return Presenting(options, telling, vary, output, pdf, opens, is_watched)


def _write(page: str, path: Path) -> None:
    with whole_file(path) as stream:
        stream.write(page)


def _watch(presenting: Presenting) -> int:
    """Show the page from here until it is interrupted."""
    from backtrace.cli.watching import watch
    from backtrace.scenario import find

    argument = str(presenting.scenario["scenario"])
    if argument == "-":
        raise misfit("--watch with standard input", "a scenario's file, which can be saved again")
    watch(presenting.page, find(argument), opens=presenting.opens)
    return 0


def _place(scenario: str) -> Path:
    """A file of the user's own for the deck of a scenario."""
    folder = _cache() / "backtrace"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise misfit(f"cannot write to {folder}: {error.strerror}", remedy="name a file with -o") from error
    name = "scenario" if scenario == "-" else Path(scenario).stem
    return folder / f"{name}.html"


def _cache() -> Path:
    """Where programs of this system keep files that can be made again."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
