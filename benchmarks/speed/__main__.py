"""The table: what, against what, the ratio of the medians, the aim; all of it measured side by side in one run.

`python -m benchmarks.speed` prints it, with `--markdown` as it stands in the documents; `--plot FILE` measures how the
cost grows, and draws it (matplotlib). Without PyTorch its line is left out, and said to be.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.speed import exporting, growth, starting, updates
from benchmarks.speed.measuring import Row

HEAD = ("what", "against", "ours", "theirs", "ratio", "aim", "")
LIBRARIES = ("numpy", "click", "rich", "pydantic", "PyYAML", "orjson", "sympy", "torch")


@click.command()
@click.option("--rounds", default=9, show_default=True, help="How often each is measured.")
@click.option("--updates", "long", default=1_000_000, show_default=True, help="Updates of the export.")
@click.option("--markdown", is_flag=True, help="Print Markdown.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw how the cost grows, from 10 to 10⁶.")
@click.option("--largest", default=10**6, show_default=True, help="The largest size that is drawn.")
def main(rounds: int, long: int, markdown: bool, plot: Path | None, largest: int) -> None:
    """Print the table of ratios."""
    found = [*updates.rows(rounds), exporting.row(long), *starting.rows(rounds)]
    lines = [_line(row) for row in found]
    if markdown:
        print("\n".join(_markdown(lines)))
    else:
        table = Table(*HEAD)
        for line in lines:
            table.add_row(*line)
        Console(width=None if sys.stdout.isatty() else 200).print(table)
    print(f"\n{rounds} rounds, medians. {machine()}")
    if plot is not None:
        points = growth.measured(largest)
        growth.plot(points, plot)
        print("; ".join(f"{kind}: slope {growth.slope(each):.2f}" for kind, each in points.items()))


def _line(row: Row) -> tuple[str, ...]:
    what = f"{row.what} ({row.note})" if row.note else row.what
    aim = f"1/{1 / row.aim:.0f}" if row.aim < 0.1 else f"{row.aim:.2f}"  # noqa: PLR2004
    ratio = f"1/{1 / row.ratio:.0f}" if row.ratio < 0.1 else f"{row.ratio:.2f}"  # noqa: PLR2004
    return what, row.against, said(row.ours), said(row.other), ratio, aim, "met" if row.is_met else "not met"


def said(seconds: float) -> str:
    """The time with its unit."""
    return f"{seconds * 1e6:.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:.0f} ms"  # noqa: PLR2004


def _markdown(lines: list[tuple[str, ...]]) -> Iterator[str]:
    for line in (HEAD, ("---",) * len(HEAD), *lines):
        yield f"| {' | '.join(line)} |"


def machine() -> str:
    """The machine, and the versions of what was measured."""
    names = Path("/proc/cpuinfo")
    lines = names.read_text(encoding="utf-8").splitlines() if names.exists() else []
    processor = next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.processor())
    versions = []
    for name in LIBRARIES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"without {name}")
    return f"{processor}, {platform.system()}, Python {platform.python_version()}, {', '.join(versions)}."


if __name__ == "__main__":
    main()
