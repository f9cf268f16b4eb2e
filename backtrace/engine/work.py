"""Working equations one after the other, in any arithmetic, and naming the one whose value left the range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

from backtrace.engine.arithmetic import DOUBLES, Arithmetic, Numbers, UnworkableError
from backtrace.engine.equation import Equation
from backtrace.engine.givens import Values
from backtrace.engine.schedule import Batch
from backtrace.errors import OutOfRangeError
from backtrace.formula.expr import Apply, Expr
from backtrace.scenario.scenario import Floats


@dataclass(frozen=True)
class Worked:
    """The values of one update: samples lead in the arrays of a batch's per-sample quantities.

    `update` counts from 1; `is_last` marks the pass after the last update, which counts as one more. `samples` are
    places in the data, from 0. `fractions` are the values themselves where the scenario asks for exact arithmetic.
    """

    update: int
    samples: Batch
    values: Values
    is_last: bool = False
    fractions: Numbers | None = None

    def __len__(self) -> int:
        return 1


Each = TypeVar("Each")


class Watch(Protocol):
    """Passes updates on, one by one or in blocks, and may show how far the work is; `count` is how many there are."""

    def __call__(self, updates: Iterator[Each], count: int, /) -> Iterator[Each]:
        """The same updates."""
        ...


def unwatched(updates: Iterator[Each], count: int) -> Iterator[Each]:
    """The watch that shows nothing."""
    return updates


def work_equations(
    equations: Sequence[Equation], values: Numbers, update: int, samples: Sequence[int],
    arithmetic: Arithmetic = DOUBLES, after: bool = False,
) -> None:  # fmt: skip
    """Work each equation in turn into `values`; raises OutOfRangeError where a value is not finite."""
    with np.errstate(all="ignore"):
        for equation in equations:
            try:
                value = arithmetic.value(equation, values, len(samples))
            except UnworkableError as error:
                place = None if len(samples) > 1 and error.row is None else samples[error.row or 0] + 1
                remedy = error.remedy or _remedy(equation.formula)
                raise OutOfRangeError(equation.id, update, place, remedy, after, error.why) from error
            doubles = np.asarray(value, dtype=np.float64)
            if not np.isfinite(doubles).all():
                place = _place(equation, doubles, samples)
                raise OutOfRangeError(equation.id, update, place, _remedy(equation.formula), after)
            values[equation.id] = value


def _place(equation: Equation, value: Floats, samples: Sequence[int]) -> int | None:
    """The sample, from 1, whose value is not finite; None for a value of the batch."""
    if equation.target.per_sample:
        finite = np.isfinite(value).reshape(len(samples), -1).all(axis=1)
        return samples[int(np.argmin(finite))] + 1
    return samples[0] + 1 if len(samples) == 1 else None


def _remedy(formula: Expr) -> str:
    """What keeps the operations of the formula in range."""
    if not isinstance(formula, Apply):
        return _GENERAL
    found = (_REMEDIES.get(formula.op.name, _GENERAL), *map(_remedy, formula.args))
    return next((remedy for remedy in found if remedy != _GENERAL), _GENERAL)


_GENERAL = "Try a smaller learning rate, smaller weights or smaller inputs."
_PROBABILITY = (
    "This loss asks for predictions between 0 and 1, neither of them reached: sigmoid or softmax give such predictions,"
    " and smaller weights, inputs or learning rate keep them inside."
)
_REMEDIES = {
    "exp": "e^z is too large for a double above z = 709: smaller weights, inputs or learning rate keep z in range.",
    "ylogx": _PROBABILITY,
    "ydiv": _PROBABILITY,
}
