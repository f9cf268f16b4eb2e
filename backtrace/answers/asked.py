"""One entry of a told line as it is asked for: its formula, the numbers it reads, and what rounding can reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.evaluate import Carrier, Lookup, evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.intervals import INTERVALS, Interval, about, rounded_inside
from backtrace.lesson.derivation import Deriving
from backtrace.lesson.lines import UpdateTold
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.numbers import put_in
from backtrace.lesson.telling import Telling


@dataclass(frozen=True, eq=False)
class Asked:
    """An entry, counted from 1, of the quantity of an equation, as `deriving` tells it."""

    deriving: Deriving
    equation: Equation
    index: tuple[int, ...]

    @classmethod
    def of(
        cls, trace: Trace, equation: Equation, index: tuple[int, ...], update: int, sample: int | None,
        detail: bool = False,
    ) -> Asked:  # fmt: skip
        """The entry in an update and sample; with `detail` nothing is folded into its formula."""
        told = UpdateTold(trace, Telling(detail=detail), update)
        return cls(told.deriving(sample), equation, index)

    @property
    def trace(self) -> Trace:
        """The trace that the entry is of."""
        return self.deriving.trace

    @cached_property
    def formula(self) -> Expr:
        """The formula of the entry, as the lesson prints it."""
        return self.deriving.formula(self.equation, self.index)

    @cached_property
    def value(self) -> Fraction:
        """The value of the entry, exactly as the trace holds it."""
        return Fraction(np.asarray(self.deriving.value(self.equation, self.index), dtype=object).item())

    @cached_property
    def reads(self) -> Lookup:
        """What the variables of the formula stand for, as doubles."""
        return self.trace.reads(self.equation, self.deriving.update, self.deriving.sample)

    @cached_property
    def true(self) -> Interval:
        """What doubles may give for the line, in whatever order its terms are added up."""
        return self.evaluated(self.formula, lambda number: Interval(number, number))

    def evaluated(
        self,
        formula: Expr,
        known: Callable[[float], Interval],
        reads: Lookup | None = None,
        carrier: Carrier = INTERVALS,
    ) -> Interval:
        """What the formula can give when each double that it reads is known as `known` says."""
        read = reads or self.reads
        found = evaluate(formula, lambda var: known(float(read(var))), carrier)
        result: Interval = np.asarray(found, dtype=object).item()
        return result

    def reach(self, formula: Expr, decimals: int, inside: bool, reads: Lookup | None = None) -> Interval:
        """What the formula can give from operands rounded to so many decimals; with `inside` every result too."""

        def known(number: float) -> Interval:
            printed = put_in(number, decimals, decimals)
            if float(printed.decimal) == number:
                return Interval(number, number)
            return about(number, float(printed.unit))

        carrier = rounded_inside(10.0**-decimals) if inside else INTERVALS
        return self.evaluated(formula, known, reads, carrier)

    def named(self, expr: Expr) -> Formula:
        """A formula with the names of the notation."""
        return self.deriving.named(expr)

    def text(self, expr: Expr) -> str:
        """The formula in plain text: what tells formulas apart that are written alike from others."""
        return self.named(expr).linear("text")

    def role(self, var: Var) -> str:
        """The part that a quantity plays in the network."""
        return self.trace.plan.quantities[var.name].role.name
