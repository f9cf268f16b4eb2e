"""A hand-worked sheet as data: which entries of which quantities were written down, and the numbers as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from backtrace.answers.numbers import WrittenNumber
from backtrace.errors import Place, Problem
from backtrace.scenario.scenario import Scenario

FaultKind = Literal[
    "unknown name", "two meanings", "wrong shape", "not a number", "no such place", "given twice", "unreadable"
]
Index = tuple[int, ...]


@dataclass(frozen=True)
class Figure:
    """What was written for one entry, counted from 1 (`()` of a single number), of a sample of a batch or of none.

    `number` is None where what was written is no number; `problem` then says so.
    """

    index: Index
    sample: int | None
    text: str
    number: WrittenNumber | None
    problem: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Fault:
    """Why a row of a sheet can't be judged: found, expected, and what to do stand in the problem."""

    kind: FaultKind
    problem: Problem


@dataclass(frozen=True)
class Row:
    """One line of a sheet, as it was named: figures of a quantity (by id) in an update, or a fault.

    `is_by_id` says whether it was named by its id, or as a derivative of the loss: both fix the sign of what is meant.
    A matrix that fits only with rows and columns exchanged is a fault; its figures are those of the exchanged matrix.
    `is_negated` says that the name is that of the quantity's negative, such as Err: the figures are the quantity's.
    """

    name: str
    id: str = ""
    update: int = 1
    figures: tuple[Figure, ...] = ()
    fault: Fault | None = None
    is_by_id: bool = False
    place: Place | None = None
    is_negated: bool = False


@dataclass(frozen=True)
class Precision:
    """How numbers of a program are compared, in place of their digits: a relative tolerance, named by the user."""

    name: str
    relative: Fraction


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, in the order written, and the scenario that they are held against.

    `marks` gives the marks of quantities by id, or of entries (`dL_dW2[1,2]`), where a teacher sets them.
    """

    title: str
    scenario: Scenario
    rows: tuple[Row, ...]
    precision: Precision | None = None
    marks: dict[str, Fraction] = field(default_factory=dict)

    @property
    def last_update(self) -> int:
        """The last update that a judged row is of."""
        return max((row.update for row in self.judged()), default=1)

    def judged(self) -> Iterator[Row]:
        """The rows that name a quantity."""
        return (row for row in self.rows if row.fault is None)
