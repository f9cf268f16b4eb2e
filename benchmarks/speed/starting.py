"""Whole processes of the command beside the imports of the libraries that it needs.

Pydantic and rich load their modules when a name of theirs is asked for, so names of theirs are.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.speed.measuring import Row, medians

BARE = "import numpy, click, rich.console, rich.table, yaml; from pydantic import BaseModel"
MODEL = f"{BARE}\nclass Model(BaseModel): number: int"
COMMANDS = {
    "whole `backtrace run`": (["run"], 1.5),
    "`backtrace check` of one sheet": (["check", "lecture-printed"], 3.0),
    "`backtrace --help`": (["--help"], 0.5),
    "completion of `backtrace ru`": ([], 0.5),
}
COMPLETING = {"_BACKTRACE_COMPLETE": "bash_complete", "COMP_WORDS": "backtrace ru", "COMP_CWORD": "1"}


def rows(rounds: int) -> Iterator[Row]:
    """The lines of the table that are about start-up."""
    programs = {
        "bare": ["-c", BARE],
        "model": ["-c", MODEL],
        **{what: ["-m", "backtrace", *words] for what, (words, _) in COMMANDS.items()},
    }
    found = medians({what: lambda words=words: _run(words) for what, words in programs.items()}, 2 * rounds)
    for what, (_, aim) in COMMANDS.items():
        beside = f"{found[what] / found['model']:.2f} × the same and one model of pydantic" if aim > 1 else ""
        yield Row(what, "imports of numpy, click, rich, yaml, pydantic", found[what], found["bare"], aim, beside)


def _run(words: list[str]) -> None:
    """Run the process; modules are compiled once and stay so, as they are where a user has installed them."""
    environment = os.environ | (COMPLETING if words == ["-m", "backtrace"] else {})
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    ended = subprocess.run([sys.executable, *words], check=False, stdout=subprocess.DEVNULL, env=environment)
    assert ended.returncode == int("check" in words), words
