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
from backtrace.formula.expr import Apply, Expr, Num, Var


def _by_matrix(several: Callable[..., Any], one: Callable[..., Any], matrix: int) -> Callable[..., Any]:
    """A product with a matrix: of all samples at once where the matrix, the operand of that number, is the same."""

    def into(*operands: Any) -> Any:
        shared = operands[matrix].ndim == operands[1 - matrix].ndim == 2  # noqa: PLR2004
        return (several if shared else one)(*operands)

    return into


INTO: Mapping[str, Callable[..., Any]] = {
    "exp": np.exp,
    "maximum": lambda a, b, out: np.maximum(a, b, out=out),
    "minimum": lambda a, b, out: np.minimum(a, b, out=out),
    "matvec": _by_matrix(lambda W, x, out: np.matmul(x, W.T, out), np.matvec, 0),
    "vecmat": _by_matrix(np.matmul, np.vecmat, 1),
    "matvec_back": _by_matrix(lambda W, g, out: np.matmul(g, W, out), lambda W, g, out: np.vecmat(g, W, out), 0),
    "vecmat_back": _by_matrix(lambda g, W, out: np.matmul(g, W.T, out), lambda g, W, out: np.matvec(W, g, out), 1),
    "outer": lambda a, b, out: np.multiply(a[..., :, None], b[..., None, :], out),
    "outer_row": lambda a, b, out: np.multiply(a[..., :, None], b[..., None, :], out),
    "scale_rows": lambda g, W, out: np.multiply(g[..., :, None], W, out),
    "scale_columns": lambda W, g, out: np.multiply(W, g[..., None, :], out),
    "total": lambda a, out: np.add.reduce(a, -1, None, out),
    "largest": lambda a, out: np.maximum.reduce(a, -1, None, out),
    "sum_over_samples": lambda a, out: np.add.reduce(a, 0, None, out),
    "mean_over_samples": lambda a, out: np.divide(np.add.reduce(a, 0, None, out), len(a), out),
}
"""How an operation is worked into an array that is there, given last. An operation that numpy knows needs no row."""

OF_OUTER: Mapping[str, Callable[..., Any]] = {
    "sum_over_samples": lambda a, b, out: np.matmul(a.T, b, out),
    "mean_over_samples": lambda a, b, out: np.divide(np.matmul(a.T, b, out), len(a), out),
}
"""What gathers the samples' outer products, without making them: ΔᵀA, and ΔᵀA/N."""


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
    functions: dict[str, Callable[..., Any]] = field(default_factory=dict)

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
        op, place = expr.op, () if out is None else (out,)
        inner = expr.args[0] if expr.args else None
        if op.name in OF_OUTER and isinstance(inner, Apply) and inner.op.name in ("outer", "outer_row"):
            operands = [self.operand(arg) for arg in inner.args]
            return f"{self.function(f'{op.name}_of_outer', OF_OUTER[op.name])}({', '.join((*operands, out or 'None'))})"
        operands = self.operands(expr, out)
        if op.name in INTO:
            return f"{self.function(op.name, INTO[op.name])}({', '.join((*operands, out or 'None'))})"
        if op.floats is None:
            raise MisfitError(f"{op.name} has no value in numpy")
        rule = self.function(op.name, op.floats)
        if isinstance(op.floats, np.ufunc) or out is None:
            return f"{rule}({', '.join((*operands, *place))})"
        return f"{out}[...] = {rule}({', '.join(operands)})"

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
            if expr.op.elementwise and expr.per_sample and expr.shape and arg.per_sample and not arg.shape:
                text += f".reshape(-1{', 1' * len(expr.shape)})"
            found.append(text)
        return found

    def function(self, name: str, function: Callable[..., Any]) -> str:
        """What the lines call the function."""
        self.functions[_function(name)] = function
        return _function(name)


def _function(name: str) -> str:
    """What the lines call the rule of an operation."""
    return f"{name}_"
