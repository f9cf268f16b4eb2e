"""Where in the training a stop of a walk is, in words."""

from __future__ import annotations

from backtrace.lesson.walk import Stop, Walk


def here(walk: Walk, stop: Stop) -> tuple[str, ...]:
    """Where in the training a stop is, part by part: the step, and of a line its epoch, update and sample."""
    lines, schedule, updates = f"{len(walk):,}", walk.trace.schedule, walk.trace.updates
    if stop.kind != "line":
        return (f"before step 1 of {lines}" if stop.kind == "opening" else f"after step {lines}",)
    visited = f"sample {stop.sample} of {len(walk.trace.scenario.x)}"
    if stop.sample is None:
        visited = f"batch of {len(schedule.samples(stop.update))}"
    return (
        f"step {stop.number:,} of {lines}",
        f"epoch {schedule.epoch(stop.update):,} of {schedule.epoch(updates):,}",
        f"update {stop.update:,} of {updates:,}",
        visited,
    )
