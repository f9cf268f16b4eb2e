"""The three nodes of a formula, `Num | Var | Apply(op, args)`, and the record of an operation.

Every node knows its shape: `()`, `(n,)` or `(m, n)` for one sample. `per_sample` says that the quantity
has one value for each sample of a batch; arrays then carry the samples as their leading axis. Misfits are
found when a node is made, before any number is computed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from backtrace.errors import MisfitError

Shape = tuple[int, ...]
Part = tuple[slice, ...]
Turns = Callable[[float, float], tuple[float, ...]]
Key = tuple[str, tuple[int, ...] | None, int | None]


@dataclass(frozen=True)
class Spelling:
    """How one language writes an operation: a template, how tightly it binds, how tightly its operands must.

    In the template `{0}` and `{1}` are the operands. `transposed` lists the operands that stand transposed.
    """

    template: str
    binds: int
    needs: tuple[int, ...] = ()
    transposed: tuple[int, ...] = ()


@dataclass(frozen=True)
class Operation:
    """One row of the table of operations: all that any walk needs to know of it.

    `shape` gives the result's shape from the operands' or raises MisfitError. `floats` works on arrays with
    samples leading; `entries` on object arrays of one sample (operations with a structure), or `fold` names the
    operation of two operands that gathers the last axis; `exact`, `decimal` and `symbolic` (which is handed the
    sympy module) work on single entries, and so does `formula` where one entry is not the operation itself
    applied to the entries. `parts` says which part of each operand a part of the result is made of, where that is
    not the same part. `partials` gives the derivative by each operand, for entry formulas. `turns` says for
    each operand where, between two ends, the operation turns or has no value: elsewhere it only rises or only falls
    with that operand, so that its floats say what it does to intervals.
    `body` defines a named function by other operations; it then needs no evaluation rule of its own.
    """

    name: str
    arity: int
    shape: Callable[..., Shape]
    floats: Callable[..., Any] | None = None
    entries: Callable[..., Any] | None = None
    fold: str | None = None
    parts: Callable[[Part], tuple[Part, ...]] | None = None
    exact: Callable[..., Any] | None = None
    decimal: Callable[..., Any] | None = None
    symbolic: Callable[..., Any] | None = None
    formula: Callable[..., Expr] | None = None
    partials: Callable[..., tuple[Expr | None, ...]] | None = None
    turns: tuple[Turns, ...] = ()
    body: Callable[..., Expr] | None = None
    elementwise: bool = True
    gathers_samples: bool = False
    spellings: Mapping[str, Spelling] = field(default_factory=dict)


OPERATIONS: dict[str, Operation] = {}
"""The table of operations by name; its rows stand in `operations.py`."""


class Expr:
    """A formula. `==` is identity; the operators build larger formulas."""

    __slots__ = ()
    __array_ufunc__ = None

    shape: Shape
    per_sample: bool

    def __add__(self, other: Operand) -> Expr:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Expr:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Expr:
        return apply("sub", self, other)

    def __rsub__(self, other: Operand) -> Expr:
        return apply("sub", other, self)

    def __mul__(self, other: Operand) -> Expr:
        return apply("mul", self, other)

    def __rmul__(self, other: Operand) -> Expr:
        return apply("mul", other, self)

    def __truediv__(self, other: Operand) -> Expr:
        return apply("div", self, other)

    def __rtruediv__(self, other: Operand) -> Expr:
        return apply("div", other, self)

    def __pow__(self, other: Operand) -> Expr:
        return apply("pow", self, other)

    def __neg__(self) -> Expr:
        return apply("neg", self)


@dataclass(frozen=True, eq=False, slots=True)
class Num(Expr):
    """A literal of the formula itself, such as the 2 in 2(ŷ − y): an exact fraction."""

    value: Fraction
    shape: Shape = ()
    per_sample: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Var(Expr):
    """A quantity by its id; with `index` one entry of it (from 1), with `sample` its value for one sample (from 1)."""

    name: str
    shape: Shape = ()
    per_sample: bool = False
    index: tuple[int, ...] | None = None
    sample: int | None = None

    @property
    def key(self) -> Key:
        """What tells this variable from others: formulas themselves are compared by identity."""
        return (self.name, self.index, self.sample)


@dataclass(frozen=True, eq=False, slots=True)
class Apply(Expr):
    """An operation applied to operands."""

    op: Operation
    args: tuple[Expr, ...]
    shape: Shape
    per_sample: bool


Operand = Expr | int | Fraction


def formula_of(value: Operand) -> Expr:
    """The formula that `value` stands for. Floats are refused: a hyperparameter enters as a variable."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return Num(Fraction(value))
    raise TypeError(f"{value!r} cannot stand in a formula; use a Var, a whole number or a Fraction")


def apply(op: Operation | str, *operands: Operand) -> Expr:
    """The operation applied to the operands; raises MisfitError where shapes or samples do not fit."""
    row = OPERATIONS[op] if isinstance(op, str) else op
    args = tuple(formula_of(operand) for operand in operands)
    if len(args) != row.arity:
        raise MisfitError(f"{row.name} takes {row.arity} operands, not {len(args)}")
    shape = row.shape(*(arg.shape for arg in args))
    per_sample = any(arg.per_sample for arg in args)
    if row.gathers_samples and not per_sample:
        raise MisfitError(f"{row.name} needs a quantity that each sample has its own value of")
    return Apply(row, args, shape, per_sample and not row.gathers_samples)


def variables(expr: Expr) -> Iterator[Var]:
    """Every variable of the formula, from left to right, as often as it stands there."""
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Var):
            yield part
        elif isinstance(part, Apply):
            waiting.extend(reversed(part.args))


def operations(expr: Expr) -> set[str]:
    """The names of the operations of a formula."""
    return {expr.op.name}.union(*map(operations, expr.args)) if isinstance(expr, Apply) else set()


def along_left(expr: Expr, stops: Callable[[Apply], bool]) -> tuple[Expr, list[Apply]]:
    """The operations from the outermost along first operands, inmost first, and the operand where that ends.

    It ends where `stops` says so. A sum of a thousand terms leans to the left: a walk that goes along it in a loop
    needs no deep recursion.
    """
    nodes: list[Apply] = []
    while isinstance(expr, Apply) and expr.args and not stops(expr):
        nodes.append(expr)
        expr = expr.args[0]
    return expr, nodes[::-1]


def summands(expr: Expr) -> list[Expr]:
    """The terms of a sum at the top of a formula, from left to right; a single one if it is none."""
    first, nodes = along_left(expr, lambda node: node.op.name != "add")
    return [first, *(term for node in nodes for term in summands(node.args[1]))]
