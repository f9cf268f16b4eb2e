"""Whole-process time of the command beside the bare import cost of the libraries that it needs.

Run with `python benchmarks/process.py`. Everything is measured in turn in one run; quote the ratios.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

ROUNDS = 7
COMMANDS = {
    "bare imports": ["-c", "import numpy, click, rich.console, rich.table, yaml, pydantic"],
    "import backtrace": ["-c", "import backtrace"],
    "backtrace run": ["-m", "backtrace", "run"],
    "backtrace run --plain": ["-m", "backtrace", "run", "--plain"],
    "backtrace export": ["-m", "backtrace", "export"],
    "backtrace verify": ["-m", "backtrace", "verify"],
    "bare import of sympy": ["-c", "import sympy"],
}


def main() -> None:
    """Measure all in turn and print the median of each, and its ratio to the bare imports."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, arguments in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=os.environ)
            seconds[name].append(time.perf_counter() - start)
    bare = sorted(seconds["bare imports"])[ROUNDS // 2]
    for name, all_seconds in seconds.items():
        median = sorted(all_seconds)[ROUNDS // 2]
        print(f"{name:<24} {median * 1000:8.0f} ms   {median / bare:5.2f} × the bare imports")


if __name__ == "__main__":
    main()
