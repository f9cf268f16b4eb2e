"""How the cost grows with updates, samples and parameters, and a plot of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import backtrace
from benchmarks.speed.updates import LECTURE, network

SIZES = [10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000]

_LEAST, _MOST = 2, 30


def by_updates(updates: int) -> Callable[[], object]:
    """The lecture's example, so many updates."""
    scenario = LECTURE.with_(epochs=updates)
    return lambda: backtrace.run(scenario)


def by_samples(samples: int) -> Callable[[], object]:
    """The same network, one update of a batch of so many samples."""
    scenario = network(2, 2, 1, samples, batch_size=samples)
    return lambda: backtrace.run(scenario)


def by_parameters(parameters: int) -> Callable[[], object]:
    """As many inputs as hidden neurons, one output, so many parameters; twenty updates, of which the last is kept."""
    width = max(1, round(parameters**0.5 - 1))
    scenario = network(width, width, 1, 1, epochs=20, keep={"updates": "last"})
    return lambda: backtrace.run(scenario)


KINDS = {"updates": by_updates, "samples": by_samples, "parameters": by_parameters}


def measured(largest: int) -> dict[str, list[tuple[int, float]]]:
    """Seconds for each size up to the largest: the least of a few runs, as many as a second has room for."""
    found: dict[str, list[tuple[int, float]]] = {}
    for kind, made in KINDS.items():
        found[kind] = []
        for size in (size for size in SIZES if size <= largest):
            run, times, end = made(size), list[float](), time.perf_counter() + 1
            while len(times) < _LEAST or (time.perf_counter() < end and len(times) < _MOST):
                start = time.perf_counter()
                run()
                times.append(time.perf_counter() - start)
            found[kind].append((size, min(times)))
    return found


def slope(points: list[tuple[int, float]]) -> float:
    """How the time grows at the upper end: 1 is in proportion, 2 would be with the square."""
    sizes, seconds = np.log10(np.array([point for point in points if point[0] >= points[-1][0] / 100])).T
    return float(np.polyfit(sizes, seconds, 1)[0])


def plot(found: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """Draw the times, both axes logarithmic, with a line that grows in proportion."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.5))
    for (kind, points), marker in zip(found.items(), "os^", strict=True):
        axes.plot(*zip(*points, strict=True), marker=marker, label=f"{kind} (slope at the end {slope(points):.2f})")
    size, seconds = found["updates"][-1]
    axes.plot([size / 1e4, size], [seconds / 1e4, seconds], color="grey", linestyle=":", label="in proportion")
    axes.set(xscale="log", yscale="log", xlabel="how many", ylabel="seconds", title="One training")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
