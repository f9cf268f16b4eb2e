"""A trace as a table of Parquet: a row for each entry of every step, written while the training is worked.

The rows of a block of updates are made column by column. The columns are those of csv, null where a row belongs to
none. A scenario that rounds has one more, `exact`, with the values without rounding; one that works in fractions has
them there, as text. What is given has no rows: it stands in the `scenario`, as JSON in the metadata of the file, beside
`format` and `version`. Loading this module raises InputError where pyarrow is not installed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby, islice
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from backtrace.engine.equation import Equation
from backtrace.engine.givens import schedule_of
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.schedule import Batch
from backtrace.engine.trace import notation_of
from backtrace.engine.training import Block, one_by_one, without_rounding
from backtrace.engine.work import Worked
from backtrace.errors import misfit
from backtrace.formats.document import FORMAT, VERSION, first_step, kept_of
from backtrace.formats.json import dumps
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.notation.notation import Notation
from backtrace.scenario.scenario import Scenario

INSTALL = "pip install 'backprop-tracer[parquet]'"

try:
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter
except ImportError:
    raise misfit("the format parquet, which the package pyarrow writes", "that package", INSTALL) from None

_AT_ONCE, _IN_GROUP = 1 << 14, 1 << 18
_NAME = pa.dictionary(pa.int32(), pa.string())
_PLACE = pa.schema({"step": pa.int64(), "epoch": pa.int64(), "update": pa.int64(), "sample": pa.int32()})
_ENTRY = pa.schema({
    "phase": _NAME, "stage": pa.int16(), "id": _NAME, "row": pa.int32(), "column": pa.int32(), "symbol": _NAME,
})  # fmt: skip
# A step's number grows from row to row, and a value seldom comes twice; everything else repeats.
_ENCODING = {"use_dictionary": [*_PLACE.names[1:], *_ENTRY.names], "column_encoding": {"step": "DELTA_BINARY_PACKED"}}

Numbers = Mapping[str, Any]
"""Numbers by id: of several updates, with visits or updates leading, or of a single one."""


def write_parquet(scenario: Scenario, worked: Iterable[Block | Worked], stream: IO[bytes]) -> None:
    """Write the rows of the steps that are kept, in groups of some hundred thousand, of which one at a time is held."""
    rows = _Rows(scenario, plan_of(scenario))
    with ParquetWriter(stream, rows.schema, compression="zstd", **_ENCODING) as writer:
        for group in _groups(rows.tables(worked)):
            writer.write_table(group)


def write_formulas(rows: Iterable[Sequence[Any]], about: Mapping[str, Any], stream: IO[bytes]) -> None:
    """Write a row for each entry of a quantity, with its formula in place of its values."""
    columns = zip(*rows, strict=True)
    schema = pa.schema([*_ENTRY, pa.field("formula", pa.string())], {key: str(value) for key, value in about.items()})
    table = pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
    with ParquetWriter(stream, schema, compression="zstd") as writer:
        writer.write_table(table)


def _groups(tables: Iterable[Any]) -> Iterator[Any]:
    """As many tables in a row as make a group, one below the other; the last may be smaller."""
    group, size = list[Any](), 0
    for table in tables:
        group.append(table)
        size += len(table)
        if size >= _IN_GROUP:
            yield pa.concat_tables(group)
            group, size = [], 0
    if group:
        yield pa.concat_tables(group)


class _Rows:
    """The rows of a training. What those of an entry have alike stands once, in the order of the plan's equations."""

    def __init__(self, scenario: Scenario, plan: Plan) -> None:
        self.scenario, self.plan, self.schedule = scenario, plan, schedule_of(scenario)
        entries = [(equation, index) for equation in plan.equations for index in indices(equation.target.shape)]
        self.alike = _alike(entries, notation_of(scenario, plan))
        self.opens = np.array([all(i == 1 for i in index) for _, index in entries])
        self.places = {
            is_last: [np.flatnonzero([e in part for e, _ in entries]) for part in map(set, plan.parts(is_last))]
            for is_last in (False, True)
        }
        numbers = {"value": pa.float64()}
        if scenario.rounding is not None or scenario.arithmetic == "exact":
            numbers["exact"] = pa.string() if scenario.arithmetic == "exact" else pa.float64()
        self.numbers = pa.schema(numbers)
        about = {"format": FORMAT, "version": str(VERSION), "scenario": dumps(scenario.document)}
        self.schema = pa.schema([*_PLACE, *_ENTRY, *self.numbers], about)

    def tables(self, worked: Iterable[Block | Worked]) -> Iterator[Any]:
        """The rows of the updates that are kept, some updates at a time."""
        if not self.scenario.keep.all or "exact" in self.numbers.names:
            unrounded = without_rounding(self.scenario, self.plan) if self.scenario.rounding else ()
            yield from self._of_single(kept_of(self.scenario, one_by_one(worked), unrounded))
            return
        for some in worked:
            if isinstance(some, Block):
                updates = range(some.first, some.first + len(some))
                yield self._table(updates, some.batches, [[some.columns]], is_last=False)
            else:
                yield from self._of_single([(some, {})])

    def _of_single(self, worked: Iterable[tuple[Worked, Numbers]]) -> Iterator[Any]:
        """The rows of updates that come one by one, each with what stands beside its values."""
        of_visit, of_update = map(len, self.places[False])
        at_once = max(1, _AT_ONCE // (self.schedule.largest * of_visit + of_update))
        for (is_last, _), alike in groupby(worked, lambda each: (each[0].is_last, bool(each[1]))):
            while some := list(islice(alike, at_once)):
                numbers = [each.values for each, _ in some], [exact for _, exact in some]
                updates, batches = [each.update for each, _ in some], [each.samples for each, _ in some]
                yield self._table(updates, batches, numbers, is_last)

    def _table(
        self, updates: Sequence[int], batches: Sequence[Batch], numbers: Iterable[Sequence[Numbers]], is_last: bool
    ) -> Any:
        """The rows of some updates; `numbers` are their values, and what stands beside them, in pieces by id."""
        order = _Order(np.array([*map(len, batches)]), *map(len, self.places[is_last]))
        place = order.merged(*self.places[is_last])
        opened = np.cumsum(self.opens[place])
        first = np.array([first_step(self.plan, self.schedule, update) for update in updates])
        epochs = np.array([self.schedule.epoch(update - is_last) for update in updates])
        samples = np.array([*chain.from_iterable(batches)], np.int32)[:, None] + 1
        sample = order.merged(samples, np.zeros((1, 1), np.int32) if self.plan.batched else samples)
        columns = [
            pa.array(opened + order.of_updates(first - opened[order.starts])),
            pa.array(order.of_updates(epochs)),
            pa.array(order.of_updates(np.array(updates))),
            pa.array(sample, mask=sample == 0),
            *self.alike.take(pa.array(place)).columns,
        ]
        for field, pieces in zip(self.numbers, numbers, strict=False):
            if any(pieces):
                kind = object if pa.types.is_string(field.type) else np.float64
                both = [_side_by_side(part, pieces, kind) for part in self.plan.parts(is_last)]
                columns.append(pa.array(order.merged(*both), field.type))
            else:
                columns.append(pa.nulls(len(place), field.type))
        return pa.table(columns, schema=self.schema)


@dataclass(frozen=True, eq=False)
class _Order:
    """The order of the rows: of each update those of its visits of samples, then its own.

    `sizes` has the number of visits of each update; there are so many rows of a visit, and so many of an update alone.
    """

    sizes: NDArray[Any]
    of_visit: int
    of_update: int

    def merged(self, visits: NDArray[Any], updates: NDArray[Any]) -> NDArray[Any]:
        """What stands in each row, out of a matrix with a line for each visit and one with a line for each update.

        Lines or columns that are all the same may stand in a matrix once.
        """
        merged = np.empty(len(self._is_of_visit), np.result_type(visits, updates))
        merged[self._is_of_visit] = np.broadcast_to(visits, (self.sizes.sum(), self.of_visit)).ravel()
        merged[~self._is_of_visit] = np.broadcast_to(updates, (len(self.sizes), self.of_update)).ravel()
        return merged

    def of_updates(self, numbers: NDArray[Any]) -> NDArray[Any]:
        """For each row the number of its update."""
        return np.repeat(numbers, self._lengths)

    @property
    def starts(self) -> NDArray[Any]:
        """Where the rows of each update begin."""
        starts: NDArray[Any] = np.cumsum(self._lengths) - self._lengths
        return starts

    @property
    def _lengths(self) -> NDArray[Any]:
        return self.sizes * self.of_visit + self.of_update

    @cached_property
    def _is_of_visit(self) -> NDArray[Any]:
        counts = np.column_stack([self.sizes * self.of_visit, np.full(len(self.sizes), self.of_update)])
        return np.repeat(np.tile([True, False], len(self.sizes)), counts.ravel())


def _side_by_side(equations: Sequence[Equation], pieces: Sequence[Numbers], kind: type[Any]) -> NDArray[Any]:
    """A matrix with a line for each visit, or for each update, and a column for each entry of the equations."""
    matrices = [
        np.concatenate([np.asarray(each[e.id], kind).reshape(-1, math.prod(e.target.shape)) for each in pieces])
        for e in equations
    ]
    return np.hstack(matrices) if matrices else np.empty((1, 0), kind)


def _alike(entries: Iterable[tuple[Equation, tuple[int, ...]]], notation: Notation) -> Any:
    """What the rows of an entry have alike every time that it is worked."""
    rows = [
        {
            "phase": equation.phase, "stage": equation.stage.number, "id": equation.id,
            **dict(zip(("row", "column"), index, strict=False)),
            "symbol": notation.spell(Var(equation.id, (), index=index or None)),
        }
        for equation, index in entries
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, _ENTRY)
