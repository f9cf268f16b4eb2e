"""Whole-process time of the command beside the bare import cost of the libraries that it needs.

Pydantic and rich load their modules when a name of theirs is asked for, so names of theirs are.

Run with `python benchmarks/process.py`. Everything is measured in turn in one run; quote the ratios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

ROUNDS = 15
BARE = "import numpy, click, rich.console, rich.table, yaml; from pydantic import BaseModel"
COMMANDS = {
    "bare imports": ["-c", BARE],
    "the same and one model": ["-c", f"{BARE}\nclass Model(BaseModel): number: int"],
    "import backtrace": ["-c", "import backtrace"],
    "backtrace --help": ["-m", "backtrace", "--help"],
    "backtrace ru, completed": ["-m", "backtrace"],
    "backtrace run --help": ["-m", "backtrace", "run", "--help"],
    "backtrace run": ["-m", "backtrace", "run"],
    "backtrace run --plain": ["-m", "backtrace", "run", "--plain"],
    "backtrace check": ["-m", "backtrace", "check", "lecture-printed"],
    "backtrace list": ["-m", "backtrace", "list"],
    "backtrace schema": ["-m", "backtrace", "schema", "scenario"],
    "backtrace export": ["-m", "backtrace", "export"],
    "backtrace verify": ["-m", "backtrace", "verify"],
    "bare import of sympy": ["-c", "import sympy"],
}
COMPLETING = {"_BACKTRACE_COMPLETE": "bash_complete", "COMP_WORDS": "backtrace ru", "COMP_CWORD": "1"}


def main() -> None:
    """Measure all in turn and print the median of each, and its ratio to the bare imports."""
    if sys.dont_write_bytecode:
        sys.exit("PYTHONDONTWRITEBYTECODE is set: every start would compile all modules, which no user waits for")
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            environment = os.environ | (COMPLETING if name.endswith("completed") else {})
            start = time.perf_counter()
            ended = subprocess.run(
                [sys.executable, *arguments], check=False, stdout=subprocess.DEVNULL, env=environment
            )
            seconds[name].append(time.perf_counter() - start)
            assert ended.returncode == (1 if "check" in arguments else 0), name
    bare = sorted(seconds["bare imports"])[ROUNDS // 2]
    for name, all_seconds in seconds.items():
        median = sorted(all_seconds)[ROUNDS // 2]
        print(f"{name:<24} {median * 1000:8.0f} ms   {median / bare:5.2f} × the bare imports")


if __name__ == "__main__":
    main()
