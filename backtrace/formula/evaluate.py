"""The one walk that evaluates a formula, whatever its variables carry.

A carrier says what a literal becomes and how an operation works on such values. `FLOATS` works on whole
arrays with samples leading. The others work entry by entry on object arrays of one sample: `FORMULAS`
gives the formula of each single entry, `FRACTIONS` exact values, `DECIMALS` what a pocket calculator
with many digits gives. The carrier of sympy symbols lives with sympy, in `proof`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtrace.errors import MisfitError
from backtrace.formula.expr import (
    OPERATIONS,
    Apply,
    Expr,
    Num,
    Operation,
    Var,
    along_left,
    apply,
    formula_of,
    variables,
)

Value = NDArray[Any]
Lookup = Callable[[Var], Any]


@dataclass(frozen=True)
class Carrier:
    """What values are: `number` makes one from a literal, `function` gives an operation's rule for entries."""

    name: str
    number: Callable[[Fraction], Any]
    function: Callable[[Operation], Callable[..., Any] | None]

    def work(self, expr: Apply, args: list[Any]) -> Any:
        """The operation's value from its operands' values."""
        op = expr.op
        with np.errstate(all="ignore"):  # what a rule works with inside may leave the range of doubles
            if op.fold:
                return _folded(self._rule(OPERATIONS[op.fold]), args[0])
            if op.entries is not None:
                return _array(op.entries(*args))
            if not args:
                return _array(self._rule(op)())
            return _array(np.frompyfunc(self._rule(op), op.arity, 1)(*args))

    def _rule(self, op: Operation) -> Callable[..., Any]:
        rule = self.function(op)
        if rule is None:
            raise MisfitError(f"{op.name} has no value in {self.name}")
        return rule


def is_lined_up(arg: Expr, expr: Apply) -> bool:
    """Whether the operand, a number for each sample, meets a vector or matrix for each: it then needs their axes."""
    meets = expr.op.elementwise and expr.per_sample and bool(expr.shape)
    return meets and arg.per_sample and not arg.shape


class FloatCarrier(Carrier):
    """Whole arrays of doubles at once, samples leading; never raises on overflow, as the engine checks."""

    def work(self, expr: Apply, args: list[Any]) -> Any:
        """The operation's value; per-sample scalars are lined up with the vectors that they meet."""
        op = expr.op
        if op.floats is None:
            raise MisfitError(f"{op.name} has no value in {self.name}")
        args = [
            value.reshape(value.shape + (1,) * len(expr.shape)) if is_lined_up(arg, expr) else value
            for arg, value in zip(expr.args, args, strict=True)
        ]
        return op.floats(*args)


def _array(value: Any) -> Value:
    return value if isinstance(value, np.ndarray) else np.array(value, dtype=object)


def _folded(rule: Callable[..., Any], values: Value) -> Value:
    rows = values.reshape(-1, values.shape[-1])
    out = np.empty(len(rows), dtype=object)
    for i, row in enumerate(rows):
        out[i] = reduce(rule, row)
    return out.reshape(values.shape[:-1])


def _formula_rule(op: Operation) -> Callable[..., Any]:
    return op.formula or (lambda *args: apply(op, *args))


FLOATS = FloatCarrier("floats", lambda fraction: np.float64(float(fraction)), lambda op: op.floats)
FORMULAS = Carrier("formulas", formula_of, _formula_rule)
FRACTIONS = Carrier("fractions", lambda fraction: fraction, lambda op: op.exact)
DECIMALS = Carrier(
    "decimals", lambda fraction: Decimal(fraction.numerator) / fraction.denominator, lambda op: op.decimal
)


def evaluate(expr: Expr, value_of: Lookup | Mapping[str, Any], carrier: Carrier = FLOATS) -> Any:
    """The value of the formula, with `value_of` giving each variable's.

    A mapping goes by the variables' names. Floats give arrays (one sample's, or with samples leading where
    the formula is per sample); other carriers give object arrays of the formula's shape. A named function
    that the carrier knows no rule for is worked by its body. Raises MisfitError where an operation has no
    value in the carrier, InexactError where it has none in fractions.
    """
    if isinstance(value_of, Mapping):
        mapping = value_of
        return evaluate(expr, lambda var: mapping[var.name], carrier)
    first, nodes = along_left(expr, lambda node: _is_taken_whole(node.op, carrier))
    value = _first(first, value_of, carrier)
    for node in nodes:
        value = carrier.work(node, [value, *(evaluate(arg, value_of, carrier) for arg in node.args[1:])])
    return value


def _is_taken_whole(op: Operation, carrier: Carrier) -> bool:
    """Whether the operation is not worked from its operands' values: by its body, or sample by sample."""
    return (op.body is not None and carrier is not FORMULAS) or (op.gathers_samples and carrier is not FLOATS)


def _first(expr: Expr, value_of: Lookup, carrier: Carrier) -> Any:
    """The value of a literal, a variable, or an operation that is taken whole or has no operands."""
    match expr:
        case Num():
            number = carrier.number(expr.value)
            return number if carrier is FLOATS else _array(number)
        case Var():
            return value_of(expr)
        case Apply(args=()):
            return carrier.work(expr, [])
        case Apply() if expr.op.body is not None and carrier is not FORMULAS:
            return evaluate(expr.op.body(*expr.args), value_of, carrier)
        case Apply():
            return carrier.work(expr, [_of_each_sample(expr.args[0], value_of, carrier)])
    raise TypeError(f"{expr!r} is not a formula")


def _of_each_sample(expr: Expr, value_of: Lookup, carrier: Carrier) -> Value:
    """The formula's value for each sample, whose values lead in what the variables stand for."""

    def of_sample(place: int) -> Lookup:
        return lambda var: value_of(var)[place] if var.per_sample else value_of(var)

    samples = len(value_of(next(var for var in variables(expr) if var.per_sample)))
    return np.stack([evaluate(expr, of_sample(place), carrier) for place in range(samples)])


def each_entry(function: Callable[[Any], Any], values: Any) -> Value:
    """The function of every entry, in an object array of the same shape."""
    array = np.asarray(values)
    out = np.empty(array.shape, dtype=object)
    for index in np.ndindex(*array.shape):
        out[index] = function(array[index])
    return out


def indices(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The index of every entry of such a shape, from 1, row by row."""
    return list(product(*(range(1, size + 1) for size in shape)))


def entry_variables(var: Var, samples: int = 0) -> Value:
    """The array of variables that stand for the entries of `var`; with `samples`, one such array per sample."""
    if samples and var.per_sample:
        each = [entry_variables(Var(var.name, var.shape, index=var.index, sample=s + 1)) for s in range(samples)]
        return np.stack(each)
    out = np.empty(var.shape, dtype=object)
    for index in np.ndindex(*var.shape):
        entry = tuple(i + 1 for i in index) if var.shape else var.index
        out[index] = Var(var.name, (), index=entry, sample=var.sample)
    return out


def entries(expr: Expr, samples: int = 0) -> Value:
    """The formula of each entry: an object array of scalar formulas, of the formula's shape."""
    return each_entry(formula_of, evaluate(expr, lambda var: entry_variables(var, samples), FORMULAS))
