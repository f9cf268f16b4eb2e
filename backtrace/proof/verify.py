"""Is the trace right? Every gradient beside a central difference and beside sympy's derivative.

Both start from the forward equations alone: the difference works them twice with one parameter shifted, sympy
differentiates the loss as a function of that one parameter. Neither reads a backward equation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from backtrace.engine.givens import Values, start
from backtrace.engine.trace import Trace
from backtrace.engine.work import work_equations
from backtrace.errors import OutOfRangeError
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.proof.closed import SMALLEST, SYMPY_TOLERANCE, error_between, slope_by_sympy

Verdict = Literal["agrees", "kink", "disagrees"]

DIFFERENCE_TOLERANCE = 1e-6


_WIDTHS = (1e-3, 1e-4, 1e-5)
_CLOSE = 1e-2
_ROUNDINGS = 32
_FEWEST, _USUAL, _MOST_WORK = 8, 200, 100_000


@dataclass(frozen=True)
class Check:
    """One entry of a parameter: its gradient by backpropagation, by difference and by sympy, and the errors."""

    entry: Var
    gradient: float
    difference: float
    by_sympy: float
    difference_error: float
    sympy_error: float
    verdict: Verdict


@dataclass(frozen=True)
class Verification:
    """The checks of one update; `entries` counts all entries of the parameters, of which a sample may be checked.

    The errors allowed are relative to the larger of the two numbers, or to `smallest` where both are less.
    """

    update: int
    checks: tuple[Check, ...]
    entries: int
    allowed_of_difference: float = DIFFERENCE_TOLERANCE
    allowed_of_sympy: float = SYMPY_TOLERANCE
    smallest: float = SMALLEST

    @property
    def passed(self) -> bool:
        """Whether no gradient disagrees."""
        return all(check.verdict != "disagrees" for check in self.checks)


def verify(trace: Trace, update: int = 1, most: int | None = None, seed: int = 0) -> Verification:
    """Check the gradients of an update; of more than `most` entries, a random sample drawn with `seed`.

    Without `most`, as many as can be checked in some seconds. Where the scenario rounds, the gradients without rounding
    are checked: a rounded one is off by what was rounded.
    """
    trace = trace.unrounded
    checks = tuple(_check(trace, update, entry) for entry in drawn(trace, most, seed))
    return Verification(update, checks, sum(value.size for value in trace.parameters.values()))


def drawn(trace: Trace, most: int | None = None, seed: int = 0) -> list[Var]:
    """The entries of the parameters that are checked, in the order of the parameters; `most` as in `verify`."""
    shapes = {name: value.shape for name, value in trace.parameters.items()}
    entries = [Var(name, (), index=index) for name, shape in shapes.items() for index in indices(shape)]
    if most is None:
        samples = len(trace.schedule.samples(1))
        most = max(_FEWEST, min(_USUAL, _MOST_WORK // (len(entries) * samples)))
    if len(entries) <= most:
        return entries
    places = np.random.default_rng(seed).choice(len(entries), size=most, replace=False)
    return [entries[place] for place in sorted(places)]


def named(trace: Trace, names: Sequence[str]) -> list[Var]:
    """The entries of the parameters whose gradients are named, whole or by entry; other names have none."""
    found = []
    for var in map(trace.notation.find, names):
        parameter = var.name.removeprefix("dL_d").removeprefix("dJ_d")
        if parameter != var.name and parameter in trace.parameters:
            places = [var.index] if var.index else indices(trace.parameters[parameter].shape)
            found += [Var(parameter, (), index=place) for place in places]
    return found


def _check(trace: Trace, update: int, entry: Var) -> Check:
    place = tuple(i - 1 for i in entry.index or ())
    gradient = float(trace.value(trace.plan.gradient_of(entry.name), update)[place])
    difference = central_difference(trace, update, entry)
    by_sympy = slope_by_sympy(trace, update, entry)
    errors = error_between(gradient, difference), error_between(gradient, by_sympy)
    verdict = _verdict(errors, _rounding(trace, update, entry, gradient), _nearest_kink(trace, update, entry))
    return Check(entry, gradient, difference, by_sympy, *errors, verdict)


def _rounding(trace: Trace, update: int, entry: Var, gradient: float) -> float:
    """What the rounding of the loss can add to the relative error of a difference."""
    loss = abs(float(trace.value(trace.plan.objective, update)))
    place = tuple(i - 1 for i in entry.index or ())
    step = _WIDTHS[0] * max(1.0, abs(float(trace.value(entry.name, update)[place])))
    return _ROUNDINGS * float(np.finfo(np.float64).eps) * loss / (step * max(abs(gradient), SMALLEST))


def _verdict(errors: tuple[float, float], rounding: float, kink: float) -> Verdict:
    """What the errors say, `rounding` being what the rounding of the loss can add to that of the difference.

    At a kink neither judge counts, and where a difference may step over one, sympy alone.
    """
    agrees = errors[0] <= DIFFERENCE_TOLERANCE + rounding, errors[1] <= SYMPY_TOLERANCE
    if all(agrees):
        return "agrees"
    return "kink" if kink == 0 or (kink <= _CLOSE and agrees[1]) else "disagrees"


def central_difference(trace: Trace, update: int, entry: Var) -> float:
    """The slope of the loss by central differences of four points; NaN where they leave the range.

    Of several widths the one is taken at which the four points and the inner two agree best: a wide step is the
    most exact, and a narrow one is taken where a kink of ReLU lies close by.
    """
    place = tuple(i - 1 for i in entry.index or ())
    parameters: Values = {name: trace.value(name, update) for name in trace.parameters}

    def rise(step: float) -> float:
        """J(p + step) − J(p − step)."""
        ends = []
        for shift in (step, -step):
            moved = parameters[entry.name].copy()
            moved[place] += shift
            ends.append(_objective(trace, update, parameters | {entry.name: moved}))
        return ends[0] - ends[1]

    scale = max(1.0, abs(float(parameters[entry.name][place])))
    found = []
    for width in _WIDTHS:
        step = width * scale
        try:
            near, far = rise(step), rise(2 * step)
        except OutOfRangeError:
            continue
        slope = (8 * near - far) / (12 * step)
        found.append((abs(slope - near / (2 * step)), slope))
    return min(found, default=(0.0, math.nan))[1]


def _objective(trace: Trace, update: int, parameters: Mapping[str, np.ndarray]) -> float:
    samples = trace.schedule.samples(update)
    values = start(trace.scenario, trace.plan, trace.schedule, update, dict(parameters))
    of_sample, of_update = trace.plan.after
    work_equations(of_sample + of_update, values, update, samples)
    return float(values[trace.plan.objective])


def _nearest_kink(trace: Trace, update: int, entry: Var) -> float:
    """How close the entry's activations, and the loss, come to a point where their derivative does not exist."""
    first = trace.plan.quantities[entry.name].layer or 1
    distances = [
        trace.value(f"z{number}", update)
        for number, layer in enumerate(trace.plan.activations, 1)
        if number >= first and layer.convention
    ]
    if trace.plan.loss.convention:
        distances.append(trace.value(f"a{trace.scenario.depth}", update) - trace.value("y", update))
    return min((float(np.abs(each).min()) for each in distances), default=math.inf)
