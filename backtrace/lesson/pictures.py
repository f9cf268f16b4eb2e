"""The picture of a trace's network for a file: as drawn before the lecture's first line, or after the forward pass."""

from __future__ import annotations

from dataclasses import replace

from backtrace.engine.trace import Trace
from backtrace.errors import misfit
from backtrace.lesson.diagram import Diagram, Layer, diagram
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk

_MOST = 5


def pictured(trace: Trace, telling: Telling, values: bool) -> Diagram:
    """The network with nothing marked; with `values` as it stands once an update's first sample has its loss.

    `telling` may name one update and one sample, else the first. Raises InputError where there is none such.
    """
    walk = Walk(trace)
    if not values:
        return diagram(walk, walk.stop(0), _MOST)
    update = _only(telling.updates, "update") or trace.kept[0]
    samples = [place + 1 for place in trace.schedule.samples(update)] if update <= trace.updates else []
    sample = _only(telling.samples, "sample") or (samples or [0])[0]
    first = walk.first_of(update)
    if sample not in samples:
        raise misfit(f"update {update} does not work sample {sample}", f"one of {', '.join(map(str, samples))}")
    worked = [e.phase in ("forward", "loss") for e in walk.of_sample].index(False)
    at = first + samples.index(sample) * len(walk.of_sample) + worked - 1
    found = diagram(walk, walk.stop(at), _MOST)
    edges = tuple(replace(edge, is_marked=False) for edge in found.edges)
    caption = ("after the forward pass",)
    return replace(found, layers=tuple(map(_unmarked, found.layers)), edges=edges, direction=None, caption=caption)


def _unmarked(layer: Layer) -> Layer:
    bias = replace(layer.bias, is_marked=False) if layer.bias else None
    return replace(layer, neurons=tuple(replace(n, is_marked=False) for n in layer.neurons), bias=bias)


def _only(numbers: tuple[int, ...], what: str) -> int | None:
    if len(numbers) > 1:
        raise misfit(f"{len(numbers)} {what}s", f"one {what} for one picture")
    return numbers[0] if numbers else None
