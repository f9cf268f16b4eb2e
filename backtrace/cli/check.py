"""`backtrace check`: a hand-worked sheet, or a pile of them, against the truth: which line is wrong first, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from backtrace.cli.options import output_from, output_options
from backtrace.cli.run import print_lesson
from backtrace.cli.terminal import Output, is_terminal
from backtrace.errors import InputError, Problem, misfit

if TYPE_CHECKING:
    from backtrace.answers.sheets.sheet import Sheet
    from backtrace.scenario import Scenario


@click.command("check")
@click.argument("words", nargs=-1, metavar="[SHEET | SCENARIO [SHEET | NAME=VALUE...]]")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Replace a value of SCENARIO: eta=10.")
@click.option("--notation", help="Notation profile that SCENARIO is spelt in, see `backtrace list notations`.")
@click.option("--blind", is_flag=True, help="Which mistakes SCENARIO cannot reveal, for whoever sets an exam.")
@click.option("--decimals", type=click.IntRange(1, 12), help="--blind: the digits that figures are asked for with.")
@click.option("--json", "as_json", is_flag=True, help="The verdicts as a JSON document.")
@click.option("--jobs", type=click.IntRange(1, 256), help="Of many sheets: how many are judged at once.")
@output_options
def command(words: tuple[str, ...], **options: Any) -> int:
    """Judge a sheet worked by hand: which line is wrong first, and why; exit 1 when something is wrong.

    SHEET is a file in YAML (`backtrace new --sheet` writes an empty one), in lines such as z1 = 0.52, or in CSV with
    a row for each student; an exported trace; a folder of such; or a bundled one, such as lecture-printed. Lines come
    from standard input too: backtrace check lecture < sheet.txt. On a terminal, without anything, it asks.
    """
    output = output_from(options)
    if options["blind"]:
        return _blind(words, options, output)
    if options["decimals"]:
        raise misfit("--decimals without --blind", "--blind with it", "digits of a sheet are read as they are written")
    if not words and is_terminal(sys.stdin):
        from backtrace.cli.entering import enter

        return enter(options, output)
    found, problems = _sheets(words, options)
    if len(found) == 1 and not problems:
        return _one(found[0], options["as_json"], output)
    from backtrace.cli.pile import judged_pile

    return judged_pile(found, problems, options["as_json"], options["jobs"], output)


def _one(sheet: Sheet, as_json: bool, output: Output) -> int:
    """One sheet, judged and told."""
    from backtrace.answers.judging import judge
    from backtrace.answers.report import Report
    from backtrace.cli.source import traced

    report = Report(judge(sheet, traced(sheet.scenario)))
    if as_json:
        import json

        from backtrace.formats.judgement import document

        click.echo(json.dumps(document(report), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print_lesson(report.lesson(), output)
    return 0 if report.is_right else 1


def _blind(words: Sequence[str], options: dict[str, Any], output: Output) -> int:
    """What the question cannot reveal."""
    from backtrace.answers.blind import Blindness, told_blindness
    from backtrace.cli.source import traced

    if len(words) > 1:
        raise misfit(f"'{words[1]}' with --blind", "one SCENARIO alone")
    scenario = _scenario(words[0] if words else "lecture", options)
    print_lesson(told_blindness(Blindness(traced(scenario), options["decimals"] or scenario.decimals)), output)
    return 0


def _scenario(argument: str, options: dict[str, Any]) -> Scenario:
    """The scenario that an argument names, as the options change it; decimals are those of --blind alone."""
    from backtrace.cli.source import scenario_of, source

    return scenario_of(source({**options, "scenario": argument, "decimals": None}))


def _sheets(words: Sequence[str], options: dict[str, Any]) -> tuple[list[Sheet], list[Problem]]:
    """The sheets that are meant, and what is wrong with those of a folder that cannot be read."""
    from backtrace.answers.sheets.files import is_sheet
    from backtrace.answers.sheets.lines import sheet_of_words, text_of
    from backtrace.scenario.library import sheets

    bundled = sheets()
    first, *rest = words or ("lecture",)
    path = bundled.get(first, Path(first))
    if first in bundled or (first != "-" and (path.suffix or "/" in first or path.is_dir()) and is_sheet(path)):
        if rest:
            raise misfit(f"'{rest[0]}' behind a sheet", "a sheet alone, or SCENARIO and NAME=VALUE")
        if options["settings"] or options["notation"]:
            remedy = "write `settings: {eta: 10}` into the sheet"
            raise misfit("--set or --notation with a sheet that names its scenario", "a SCENARIO before it", remedy)
        return _of_path(path, None)
    if first != "-" and "=" in first:
        first, rest = "lecture", list(words)
    if first == "-":
        first, rest = "lecture", ["-"]
    scenario = _scenario(first, options)
    if rest and all("=" in word for word in rest):
        return [sheet_of_words(rest, scenario, "the command line")], []
    if len(rest) > 1:
        raise misfit(f"'{next(word for word in rest if '=' not in word)}'", "NAME=VALUE, such as z1=0.52, or one SHEET")
    if rest and rest[0] != "-":
        return _of_path(bundled.get(rest[0], Path(rest[0])), scenario)
    if not rest and is_terminal(sys.stdin):
        raise misfit("a scenario without a sheet", "NAME=VALUE, a sheet, or lines on standard input",
                     f"backtrace check {first} z1=0.52; without anything it asks line by line")  # fmt: skip
    return [_of_text(text_of(sys.stdin.buffer.read(), "<stdin>"), scenario)], []


def _of_text(text: str, scenario: Scenario) -> Sheet:
    """The sheet on standard input: YAML where it has the keys of one, else lines."""
    from backtrace.answers.sheets.document import sheet_of_yaml
    from backtrace.answers.sheets.files import is_yaml_sheet
    from backtrace.answers.sheets.lines import sheet_of_text

    if is_yaml_sheet(text):
        return sheet_of_yaml(text, "<stdin>", Path(), scenario)
    return sheet_of_text(text, "<stdin>", scenario)


def _of_path(path: Path, scenario: Scenario | None) -> tuple[list[Sheet], list[Problem]]:
    """The sheets of a file or a folder, held against the scenario where there is one."""
    from backtrace.answers.sheets.files import is_sheet, sheets_in, sheets_of_file
    from backtrace.answers.sheets.traced import sheet_of_trace

    if path.is_dir():
        found = sheets_in(path, scenario)
        if not found.sheets and not found.problems:
            raise InputError([Problem(f"no sheet in {path}", "files with the suffix .yaml, .txt or .csv")])
        return list(found.sheets), list(found.problems)
    if scenario is not None and not is_sheet(path):
        from backtrace.cli.source import followed
        from backtrace.engine.trace import Trace

        other = followed(str(path))
        if isinstance(other, Trace):
            return [sheet_of_trace(other, scenario)], []
    return sheets_of_file(path, scenario), []
