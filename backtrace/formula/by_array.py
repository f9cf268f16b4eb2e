"""Formulas written as straight-line Python, with calls of numpy that put whole arrays where they are to stay.

Samples lead in the arrays. The table says how an operation is worked into an array that is there; without a row, its
rule for floats is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backtrace.errors import MisfitError
from backtrace.formula.evaluate import is_lined_up
from backtrace.formula.expr import Apply, Expr, Num, Var

# fmt: off
INTO: Mapping[str, str] = {
    "exp":           "exp({0}, {out})",
    "maximum":       "maximum({0}, {1}, out={out})",
    "minimum":       "minimum({0}, {1}, out={out})",
    "matvec":        "matvec({0}, {1}, {out})",
    "vecmat":        "vecmat({0}, {1}, {out})",
    "matvec_back":   "vecmat({1}, {0}, {out})",
    "vecmat_back":   "matvec({1}, {0}, {out})",
    "outer":         "multiply({0}[..., :, None], {1}[..., None, :], {out})",
    "outer_row":     "multiply({0}[..., :, None], {1}[..., None, :], {out})",
    "scale_rows":    "multiply({0}[..., :, None], {1}, {out})",
    "scale_columns": "multiply({0}, {1}[..., None, :], {out})",
    "total":         "add_up({0}, -1, None, {out})",
    "largest":       "find_largest({0}, -1, None, {out})",
    "sum_over_samples":  "add_up({0}, 0, None, {out})",
    "mean_over_samples": "divide(add_up({0}, 0, None, {out}), len({0}), {out})",
}
"""How an operation is worked into an array that is there. One that is a function of numpy needs no row."""

OF_ALL_SAMPLES: Mapping[str, str] = {
    "matvec":      "matmul({1}, {0}.T, {out})",
    "vecmat":      "matmul({0}, {1}, {out})",
    "matvec_back": "matmul({1}, {0}, {out})",
    "vecmat_back": "matmul({0}, {1}.T, {out})",
}
"""The products of each sample's vector with a matrix that is the same for all: one product of two matrices."""

OF_OUTER: Mapping[str, str] = {
    "sum_over_samples":  "matmul({0}.T, {1}, {out})",
    "mean_over_samples": "matmul(divide({0}, len({0})).T, {1}, {out})",
}
"""What gathers the samples' outer products, without making them: ΔᵀA, and ΔᵀA/N."""
# fmt: on

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp, "maximum": np.maximum, "minimum": np.minimum, "matvec": np.matvec, "vecmat": np.vecmat,
    "matmul": np.matmul, "multiply": np.multiply, "divide": np.divide, "add_up": np.add.reduce,
    "find_largest": np.maximum.reduce,
}  # fmt: skip
"""What the names in these calls stand for."""


_SHARED = {(2, False), (1, True)}
"""A matrix that all samples share, and a vector that each has: dimensions, and whether there is one for each sample."""

_VOUCHING = {
    "add": (0, 1), "sub": (0, 1), "mul": (0, 1), "neg": (0,), "div": (0,), "outer": (0, 1), "outer_row": (0, 1),
    "scale_rows": (0, 1), "scale_columns": (0, 1), "total": (0,), "sum_over_samples": (0,), "mean_over_samples": (0,),
}  # fmt: skip


def vouched(formula: Expr) -> Iterator[Var]:
    """The variables that have finite entries wherever the formula has a finite value.

    An infinite summand or factor leaves no finite sum or product; but 1/∞ and e^−∞ are 0. Products of matrices are left
    out, as not every library for them keeps 0·∞.
    """
    match formula:
        case Var():
            yield formula
        case Apply():
            inner = formula.args[0] if formula.args else None
            if formula.op.name in OF_OUTER and isinstance(inner, Apply):
                return
            for place in _VOUCHING.get(formula.op.name, ()):
                yield from vouched(formula.args[place])


@dataclass
class ByArray:
    """Lines that work formulas on whole arrays, and the functions that they call."""

    name: Callable[[Var], str]
    lines: list[str] = field(default_factory=list)
    functions: dict[str, Callable[..., Any]] = field(default_factory=lambda: dict(FUNCTIONS))

    def into(self, formula: Expr, out: str) -> None:
        """Add the lines that put the value of the formula into an array that is there.

        Raises MisfitError for what has no value.
        """
        if isinstance(formula, Apply):
            self.lines.append(f"{self.call(formula, out)}")
        else:
            self.lines.append(f"{out}[...] = {self.operand(formula)}")

    def operand(self, expr: Expr) -> str:
        """A name for the value, or the literal."""
        match expr:
            case Num():
                return repr(float(expr.value))
            case Var():
                return self.name(expr)
            case Apply():
                text = self.call(expr, None)
                part = f"part__{len(self.lines)}"
                self.lines.append(f"{part} = {text}")
                return part
        raise TypeError(f"{expr!r} is not a formula")

    def call(self, expr: Apply, out: str | None) -> str:
        """The call that works the operation, into `out` or into an array of its own."""
        op, inner = expr.op, expr.args[0] if expr.args else None
        if op.name in OF_OUTER and isinstance(inner, Apply) and inner.op.name in ("outer", "outer_row"):
            return OF_OUTER[op.name].format(*map(self.operand, inner.args), out=out)
        template = INTO.get(op.name)
        if op.name in OF_ALL_SAMPLES and {(len(arg.shape), arg.per_sample) for arg in expr.args} == _SHARED:
            template = OF_ALL_SAMPLES[op.name]
        operands = self.operands(expr, out)
        if template is not None:
            return template.format(*operands, out=out)
        if op.floats is None:
            raise MisfitError(f"{op.name} has no value in numpy")
        self.functions[f"{op.name}_"] = op.floats
        if isinstance(op.floats, np.ufunc) or out is None:
            return f"{op.name}_({', '.join((*operands, *([] if out is None else [out])))})"
        return f"{out}[...] = {op.name}_({', '.join(operands)})"

    def operands(self, expr: Apply, out: str | None) -> list[str]:
        """The operands; one of the result's own shape is worked in its place, so that no array is made for it."""
        found, is_free = [], out is not None and expr.op.elementwise
        for arg in expr.args:
            if is_free and isinstance(arg, Apply) and (arg.shape, arg.per_sample) == (expr.shape, expr.per_sample):
                assert out is not None
                self.into(arg, out)
                text, is_free = out, False
            else:
                text = self.operand(arg)
            if is_lined_up(arg, expr):
                text += f".reshape(-1{', 1' * len(expr.shape)})"
            found.append(text)
        return found
