"""Measuring contenders in turn, so that what slows the machine slows all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table: two median times in seconds, of ours and of the other, and how they should compare."""

    what: str
    against: str
    ours: float
    other: float
    aim: float
    note: str = ""

    @property
    def ratio(self) -> float:
        """Our time as a multiple of the other's."""
        return self.ours / self.other

    @property
    def is_met(self) -> bool:
        """Whether the aim is reached."""
        return self.ratio <= self.aim


def medians(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each contender, all measured once in every round, after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, contender in contenders.items():
            start = time.perf_counter()
            contender()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}
