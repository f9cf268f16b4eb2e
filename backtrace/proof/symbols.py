"""The carrier of sympy symbols: evaluating a formula with it gives its symbolic form, entry by entry.

sympy judges and shows; it never works the trace.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy

from backtrace.formula.evaluate import Carrier
from backtrace.formula.expr import Operation


def _rule(op: Operation) -> Any:
    symbolic = op.symbolic
    return symbolic and (lambda *operands: symbolic(sympy, *operands))


def _rational(fraction: Fraction) -> Any:
    return sympy.Rational(fraction.numerator, fraction.denominator)


SYMBOLS = Carrier("sympy symbols", _rational, _rule)
"""Evaluates a formula of one sample on arrays of sympy expressions."""
