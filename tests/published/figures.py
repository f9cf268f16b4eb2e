"""Figures that others published of worked examples, each with the honest value at full precision.

One YAML file per source. Ids and indices are those of an exported trace; update n + 1 also stands for the state after
n updates. The honest values were computed apart from this program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.scenario import Scenario, load, path_of, read_document

Settings = tuple[str, ...]
"""KEY=VALUE, as `--set` takes them."""

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figure:
    """A figure as it is printed in a source: what it is, in which update, and the value that is right.

    `sample` is its place in the data, from 1. The quantity is divided by `divisor`: by −1 where the source prints the
    negative, by the size of the batch where it differentiates the mean. `mistake` names why the printed figure is
    wrong; `under` are settings that it needs beyond the scenario. As a line of a hand-worked sheet it is judged
    `verdict`, and a wrong one explained by the mistake of the catalogue named in `explained`, if any is known.
    """

    id: str
    printed: str
    honest: float
    update: int = 1
    sample: int | None = None
    divisor: int = 1
    mistake: str = ""
    verdict: str = "correct"
    explained: str = ""
    under: Settings = ()

    def __str__(self) -> str:
        return f"{self.key}={self.printed}"

    @property
    def key(self) -> str:
        """Which quantity in which update."""
        return f"{self.id}@{self.update}"

    def found(self, trace: Trace) -> float:
        """What the trace has for the figure."""
        return float(trace.value(self.id, self.update, self.sample)) / self.divisor

    def is_printed_of(self, value: float) -> bool:
        """Whether the value, rounded to the digits printed, is the figure."""
        printed = Decimal(self.printed)
        unit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
        return 2 * abs(Decimal(value) - printed) <= unit


@dataclass(frozen=True, eq=False)
class Example:
    """The figures of one source; `written` is the scenario that they belong to, or the name of a bundled one.

    `spoilt` says for other, wrong settings how many of the right figures the trace then fails to give.
    """

    written: Any
    figures: tuple[Figure, ...]
    mistakes: Mapping[str, str]
    spoilt: Mapping[str, int]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that the figures belong to."""
        is_name = isinstance(self.written, str)
        return load(path_of(self.written)) if is_name else read_document(self.written, "the scenario of the figures")

    @property
    def right(self) -> list[Figure]:
        """The figures that are printed as they should be."""
        return [figure for figure in self.figures if not figure.mistake]

    def with_mistake(self, name: str) -> dict[str, Figure]:
        """The figures with the mistake, by key."""
        return {figure.key: figure for figure in self.figures if figure.mistake == name}

    def found(self, figure: Figure, *wrong: str) -> float:
        """What the trace has for the figure, the wrong settings in force besides its own."""
        return figure.found(self.trace(*figure.under, *wrong))

    @cache  # noqa: B019 (there are as many examples as files)
    def trace(self, *settings: str) -> Trace:
        """The scenario worked with the settings."""
        return run(with_settings(self.scenario, settings))


@cache
def example(name: str) -> Example:
    """The example of the file of that name beside this one; without a scenario it is that of the bundled one."""
    read = yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8"))
    figures = tuple(Figure(**figure | {"under": tuple(figure.get("under", ()))}) for figure in read["figures"])
    return Example(read.get("scenario", name), figures, read["mistakes"], read["spoilt"])


EXAMPLES = sorted(path.stem for path in HERE.glob("*.yaml"))
"""The names of all examples."""
