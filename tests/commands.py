"""Runs the command in a process of its own, and in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backtrace.cli.main import main


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code and both of its streams."""

    code: int
    out: str
    err: str


QUIET = ("LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "COLUMNS", "BACKTRACE_PLAIN", "TERM")


def in_process_of_its_own(*arguments: str, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Ran:
    """The command as a user runs it, with its output piped, in a UTF-8 locale unless `env` says otherwise."""
    inherited = {name: value for name, value in os.environ.items() if name not in QUIET}
    ended = subprocess.run(
        [sys.executable, "-m", "backtrace", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
        env={**inherited, "LC_ALL": "C.UTF-8", **(env or {})},
    )
    return Ran(ended.returncode, ended.stdout.decode("utf-8"), ended.stderr.decode("utf-8"))


def here(arguments: Sequence[str], capsys) -> Ran:  # type: ignore[no-untyped-def]
    """The command in this process."""
    code = main(list(arguments))
    out, err = capsys.readouterr()
    return Ran(code, out, err)
