"""Operands for every row of the table of operations, so that tests over the table need no list of their own."""

from __future__ import annotations

from itertools import product

from backtrace.errors import MisfitError
from backtrace.formula.expr import OPERATIONS, Expr, Operation, Shape, Var, apply


def applied(op: Operation, shapes: tuple[Shape, ...], per_sample: tuple[bool, ...] | None = None) -> Expr:
    """The operation of variables v0, v1 … of these shapes."""
    flags = per_sample or (op.gathers_samples,) * len(shapes)
    return apply(op, *(Var(f"v{i}", shape, flags[i]) for i, shape in enumerate(shapes)))


def fitting(op: Operation, n: int) -> list[tuple[Shape, ...]]:
    """Every choice of numbers, vectors and square matrices of n entries a side that the operation takes."""
    found = []
    for shapes in product([(), (n,), (n, n)], repeat=op.arity):
        try:
            applied(op, shapes)
        except MisfitError:
            continue
        found.append(shapes)
    return found


def is_worked(op: Operation) -> bool:
    """Whether the operation has a value; the others only name something, as a derivative does."""
    return bool(op.floats or op.body)


def is_structural(op: Operation) -> bool:
    """Whether an entry of the result is made of other operations on the operands' entries."""
    return op.entries is not None or op.fold is not None


WORKED = [op for op in OPERATIONS.values() if is_worked(op)]
ENTRYWISE = [op for op in WORKED if not is_structural(op)]
