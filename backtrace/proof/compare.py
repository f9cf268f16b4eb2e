"""Two trainings side by side: which quantities differ, from where on, by what factor, or by rounding alone.

A side is what is known of a training: the columns of a trace, or those that someone's own program wrote. Values are
compared where both sides have the same quantity in the same update and of the same sample.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtrace.engine.plan import Plan
from backtrace.engine.trace import Trace
from backtrace.engine.work import Watch, unwatched
from backtrace.formula.expr import Shape
from backtrace.proof.noise import MARGIN, Precision, reach, unit
from backtrace.scenario.scenario import Floats

Places = NDArray[np.int64]
"""A row for each value: its update and its sample, both from 1; 0 for what belongs to a whole update."""


@dataclass(frozen=True, eq=False)
class Column:
    """The values of a quantity in the order worked, with their places."""

    places: Places
    values: Floats


@dataclass(frozen=True, eq=False)
class Side:
    """What is known of a training by id; `trace` is None where someone's own program wrote it."""

    columns: Mapping[str, Column]
    trace: Trace | None = None


@dataclass(frozen=True)
class Difference:
    """The first entry that differs, `index` from 1, with both values.

    `factor` is what all numbers of A in that update are to be taken times to give those of B, None where there is no
    such factor; `numbers` counts them. `transposed` says that B has A's matrix transposed. `relative` is the largest
    difference anywhere, measured by the largest entry of the two values. `updates` counts those with a difference.
    """

    update: int
    sample: int | None
    index: tuple[int, ...]
    values: tuple[float, float]
    factor: float | None
    numbers: int
    transposed: bool
    relative: float
    updates: int


@dataclass(frozen=True)
class Finding:
    """What the comparison of one quantity gave.

    `units` is the largest distance of values that agree, before any that differ, in units in the last place of their
    largest entry; 0 where they agree to the last bit.
    """

    id: str
    units: float
    difference: Difference | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """The findings in the order of the plan, and what cannot be compared.

    `missing` holds the ids that only the one side has and those that only the other has; `shapes` those whose shapes
    differ, with both.
    """

    sides: tuple[Side, Side]
    findings: tuple[Finding, ...]
    missing: tuple[tuple[str, ...], tuple[str, ...]]
    shapes: Mapping[str, tuple[Shape, Shape]]
    precision: Precision

    @property
    def trace(self) -> Trace:
        """The trace that names and orders the quantities: that of A where it has one."""
        trace = self.sides[0].trace or self.sides[1].trace
        assert trace is not None
        return trace

    @property
    def differing(self) -> list[Finding]:
        """The findings that differ, in the order worked of their first difference."""
        return sorted((f for f in self.findings if f.difference), key=lambda f: _order(self.trace, f))

    @property
    def agree(self) -> bool:
        """Whether what one side has the other has too, but for details and rounding.

        What someone's own program wrote need not have everything.
        """
        return bool(self.findings) and not (self.differing or self.shapes or self.unmatched or self.lengths)

    @property
    def unmatched(self) -> list[str]:
        """The ids that only one of two traces has, of those that a training without details is made of."""
        traces = [side.trace for side in self.sides]
        return [
            name
            for trace, names in zip(traces, self.missing, strict=True)
            for name in names
            if trace and all(traces) and trace.plan.quantities[name].kind == "spine"
        ]

    @property
    def lengths(self) -> tuple[int, int] | None:
        """The numbers of updates of two traces, where they are not the same."""
        a, b = (side.trace.updates if side.trace else None for side in self.sides)
        return None if a is None or b is None or a == b else (a, b)


def recorded(trace: Trace) -> Side:
    """The side of a trace."""
    columns = {}
    for name in compared(trace.plan):
        during, after = places(trace, name, trace.kept)
        columns[name] = Column(np.concatenate([during, after]), trace.series(name))
    return Side(columns, trace)


def compared(plan: Plan) -> list[str]:
    """The ids that a trace has values of, in the order of the plan."""
    return [name for name in plan.quantities if plan.equation(name) or not name.endswith("_next")]


def places(trace: Trace, name: str, updates: Any) -> tuple[Places, Places]:
    """Where the quantity has values: in those updates, and in the pass after the last."""
    plan, last = trace.plan, trace.updates + 1
    equation = plan.equation(name)
    by_sample = name in ("x", "y") or equation in plan.of_sample
    again = any(equation in part for part in plan.after)
    closing = equation in plan.closing

    def rows(update: int) -> list[tuple[int, int]]:
        return [(update, place + 1) for place in trace.schedule.samples(update)] if by_sample else [(update, 0)]

    during = [] if closing else [row for update in updates for row in rows(update)]
    return _as_places(during), _as_places(rows(last) if again or closing else [])


def _as_places(rows: list[tuple[int, int]]) -> Places:
    return np.array(rows, dtype=np.int64).reshape(-1, 2)


def compare(
    a: Side, b: Side, precision: Precision | None = None, rtol: float = 0.0, watch: Watch = unwatched
) -> Comparison:
    """Compare two sides, of which one at least is a trace.

    What rounding in the precision explains counts as agreement, and so does a difference of at most `rtol` times the
    largest entry of the two values. Without a precision it is single where all numbers of a side are such, else
    double. Raises OutOfRangeError where the scenario, worked again to see how far rounding goes, leaves the range.
    """
    trace = b.trace or a.trace
    assert trace is not None
    precision = precision or ("float32" if _is_single(a) or _is_single(b) else "float64")
    names = [name for name in compared((a.trace or trace).plan) if name in a.columns and name in b.columns]
    shapes = {
        name: found
        for name in names
        if (found := (a.columns[name].values.shape[1:], b.columns[name].values.shape[1:])) and found[0] != found[1]
    }
    pairs = {name: _together(a.columns[name], b.columns[name]) for name in names if name not in shapes}
    far: Mapping[str, Floats] = {}
    if any((one.values != other.values).any() for one, other in pairs.values()):
        far = reach(trace.scenario, precision, watch)
    weigh = _Weighing(precision, rtol, far)
    findings = tuple(weigh.finding(name, *pair) for name, pair in pairs.items() if len(pair[0].places))
    only_a = tuple(name for name in a.columns if name not in b.columns)
    only_b = tuple(name for name in b.columns if name not in a.columns)
    return Comparison((a, b), findings, (only_a, only_b), shapes, precision)


def _is_single(side: Side) -> bool:
    """Whether every number that was worked out is one of single precision."""
    plan = side.trace.plan if side.trace else None
    worked = (column.values for name, column in side.columns.items() if plan is None or plan.equation(name))
    with np.errstate(over="ignore"):
        return all((values == values.astype(np.float32)).all() for values in worked)


def _together(a: Column, b: Column) -> tuple[Column, Column]:
    """What both have of a quantity, in the order of A."""
    if np.array_equal(a.places, b.places):
        return a, b
    wide = 1 + max(int(column.places[:, 1].max(initial=0)) for column in (a, b))
    keys = [column.places[:, 0] * wide + column.places[:, 1] for column in (a, b)]
    _, of_a, of_b = np.intersect1d(keys[0], keys[1], return_indices=True)
    order = np.argsort(of_a)
    of_a, of_b = of_a[order], of_b[order]
    return Column(a.places[of_a], a.values[of_a]), Column(b.places[of_b], b.values[of_b])


def _largest(values: Floats) -> Floats:
    """The size of the largest entry of each row."""
    sizes: Floats = np.abs(values).reshape(len(values), -1).max(axis=1, initial=0.0)
    return sizes


@dataclass(frozen=True, eq=False)
class _Weighing:
    """Tells differences from rounding."""

    precision: Precision
    rtol: float
    reach: Mapping[str, Floats]

    @property
    def close(self) -> float:
        """How near two numbers are that are the same but for what rounding left of them."""
        return max(math.sqrt(unit(self.precision)), self.rtol)

    def finding(self, name: str, a: Column, b: Column) -> Finding:
        """What the two columns, of the same places, give."""
        distance = _largest(a.values - b.values)
        scale = np.maximum(_largest(a.values), _largest(b.values))
        allowed = np.maximum(MARGIN * unit(self.precision), self.rtol) * scale
        far = self.reach.get(name, self.reach.get(f"{name}_next"))
        if far is not None:
            allowed = np.maximum(allowed, MARGIN * far[np.minimum(a.places[:, 0], len(far) - 1)])
        differs = distance > allowed
        steps = distance / np.where(scale > 0, np.spacing(scale.astype(self.precision)).astype(np.float64), 1.0)
        row = int(np.argmax(differs)) if differs.any() else len(differs)
        units = float(steps[:row].max(initial=0.0))
        if row == len(differs):
            return Finding(name, units, None)
        relative = float((distance[differs] / scale[differs]).max())
        updates = len(np.unique(a.places[differs, 0]))
        return Finding(name, units, self.first(a, b, row, float(allowed[row]), relative, updates))

    def first(self, a: Column, b: Column, row: int, allowed: float, relative: float, updates: int) -> Difference:
        """The first difference, in that row, and how all values of its update relate."""
        update, sample = (int(number) for number in a.places[row])
        differs = np.abs(a.values[row] - b.values[row]) > allowed
        entry = np.unravel_index(int(np.argmax(differs)), differs.shape)
        here = a.places[:, 0] == update
        one, other = a.values[here], b.values[here]
        return Difference(
            update, sample or None, tuple(int(i) + 1 for i in entry),
            (float(a.values[row][entry]), float(b.values[row][entry])),
            self.factor(one, other), one.size, self.transposed(one, other), relative, updates,
        )  # fmt: skip

    def factor(self, a: Floats, b: Floats) -> float | None:
        """The number that all entries of `b` are times those of `a`, up to rounding; None where there is none."""
        square = float(np.vdot(a, a))
        if square == 0 or not math.isfinite(square):
            return None
        factor = float(np.vdot(a, b)) / square
        return factor if np.abs(b - factor * a).max() <= self.close * np.abs(b).max() else None

    def transposed(self, a: Floats, b: Floats) -> bool:
        """Whether each matrix of `b` is the transpose of that of `a`, up to rounding."""
        if a.ndim != 3 or a.shape[1] != a.shape[2]:  # noqa: PLR2004
            return False
        return bool(np.abs(b - a.swapaxes(1, 2)).max() <= self.close * np.abs(b).max())


def _order(trace: Trace, finding: Finding) -> tuple[int, ...]:
    """Where in the order worked the first difference of a quantity stands."""
    assert finding.difference is not None
    update, sample = finding.difference.update, finding.difference.sample
    equation, place = trace.plan.equation(finding.id), list(trace.plan.quantities).index(finding.id)
    if equation is None or equation not in trace.plan.of_sample:
        return update, -1 if equation is None else len(trace.scenario.x), place
    return update, trace.schedule.samples(update).index((sample or 1) - 1), place
