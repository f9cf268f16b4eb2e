"""Figures that others published of worked examples, each with the honest value at full precision."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Figure:
    """A figure as it is printed in a source: what it is, in which update, and the value that is right.

    `mistake` names why the printed figure is wrong; `trained_biases` says that the biases were updated for it.
    """

    id: str
    printed: str
    honest: float
    update: int = 1
    mistake: str = ""
    trained_biases: bool = False

    def __str__(self) -> str:
        return f"{self.id}@{self.update}={self.printed}"

    def is_printed_of(self, value: float) -> bool:
        """Whether the value, rounded to the digits printed, is the figure."""
        printed = Decimal(self.printed)
        unit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
        return 2 * abs(Decimal(value) - printed) <= unit


def figures(name: str) -> list[Figure]:
    """The figures of the file of that name beside this one."""
    text = Path(__file__).with_name(f"{name}.yaml").read_text("utf-8")
    return [Figure(**figure) for figure in yaml.safe_load(text)["figures"]]
