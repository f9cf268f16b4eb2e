"""Formulas written as straight-line Python, entry by entry: for small networks a call of numpy costs more than numbers.

The table says how an operation is written that Python knows; without a row, its rule for floats is called.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

from backtrace.errors import MisfitError
from backtrace.formula.calculus import is_literal
from backtrace.formula.evaluate import Carrier, Value, each_entry, evaluate
from backtrace.formula.expr import OPERATIONS, Apply, Expr, Operation, Spelling, Var
from backtrace.formula.operations import APART, ATOM, FRACTION, POWER, PRODUCT, SIGN, SUM


def _larger(a: float, b: float) -> float:
    """The larger of two numbers; not a number where either is none, as numpy's maximum."""
    return a if a >= b or a != a else b  # noqa: PLR0124  (true of nan alone)


def _smaller(a: float, b: float) -> float:
    return a if a <= b or a != a else b  # noqa: PLR0124


def _sign(x: float) -> float:
    return x if x == 0 or x != x else math.copysign(1.0, x)  # noqa: PLR0124


def _ylogx(y: float, x: float) -> float:
    return y * math.log(x) if y or x else 0.0


def _ydiv(y: float, x: float) -> float:
    return y / x if y else 0.0


# fmt: off
PYTHON: Mapping[str, Spelling] = {
    "add": Spelling("{0} + {1}", SUM, (SUM, APART)),         "sub": Spelling("{0} - {1}", SUM, (SUM, APART)),
    "mul": Spelling("{0} * {1}", PRODUCT, (PRODUCT, FRACTION)),
    "div": Spelling("{0} / {1}", PRODUCT, (PRODUCT, FRACTION)),
    "neg": Spelling("-{0}", SIGN, (POWER,)),                 "pow": Spelling("pow({0}, {1})", ATOM),
    "exp": Spelling("exp({0})", ATOM),                       "ln": Spelling("log({0})", ATOM),
    "sqrt": Spelling("sqrt({0})", ATOM),                     "tanh": Spelling("tanh({0})", ATOM),
    "erf": Spelling("erf({0})", ATOM),                       "pi": Spelling(repr(math.pi), ATOM),
    "sin": Spelling("sin({0})", ATOM),                       "cos": Spelling("cos({0})", ATOM),
    "floor": Spelling("float(floor({0}))", ATOM),            "magnitude": Spelling("abs({0})", ATOM),
    "maximum": Spelling("larger({0}, {1})", ATOM),           "minimum": Spelling("smaller({0}, {1})", ATOM),
    "sign": Spelling("sign({0})", ATOM),                     "positive": Spelling("(1.0 if {0} > 0.0 else 0.0)", ATOM),
    "ylogx": Spelling("ylogx({0}, {1})", ATOM),              "ydiv": Spelling("ydiv({0}, {1})", ATOM),
    "ones": Spelling("1.0", ATOM),
}
"""How Python writes an operation on single numbers. It raises where numpy would give an infinity or no number."""

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "tanh": math.tanh, "erf": math.erf, "pow": math.pow,
    "sin": math.sin, "cos": math.cos, "floor": math.floor, "larger": _larger, "smaller": _smaller, "sign": _sign,
    "ylogx": _ylogx, "ydiv": _ydiv,
}
"""What the names in these spellings stand for."""
# fmt: on


@dataclass(frozen=True, slots=True)
class _Code:
    """A piece of Python that gives a number, and how tightly it binds."""

    text: str
    binds: int = ATOM

    @property
    def is_name(self) -> bool:
        return self.text.isidentifier() or self.text.replace(".", "").isdecimal()

    def __add__(self, other: Any) -> _Code:
        return _written("add", self, other)

    def __mul__(self, other: Any) -> _Code:
        return _written("mul", self, other)

    def __truediv__(self, other: Any) -> _Code:
        return _written("div", self, other)


def _written(name: str, *args: Any) -> _Code:
    """The operation on pieces of Python; whole numbers of a structure, such as the zeros of a diagonal, among them."""
    operands = [_code_of(arg) for arg in args]
    row = PYTHON.get(name, Spelling(f"float({_rule(name)}({', '.join(f'{{{i}}}' for i in range(len(args)))}))", ATOM))
    needs = row.needs or (0,) * len(operands)
    texts = [each.text if each.binds >= need else f"({each.text})" for each, need in zip(operands, needs, strict=True)]
    return _Code(row.template.format(*texts), row.binds)


def _code_of(piece: Any) -> _Code:
    return piece if isinstance(piece, _Code) else _Code(repr(float(piece)))


def _rule(name: str) -> str:
    """What generated code calls an operation's own rule."""
    return f"{name}_"


@dataclass(frozen=True)
class _Writing(Carrier):
    """Pieces of Python for values; what stands in every entry but is one number gets a name first."""

    lines: list[str] = field(default_factory=list)
    functions: dict[str, Callable[..., Any]] = field(default_factory=lambda: dict(FUNCTIONS))

    def work(self, expr: Apply, args: list[Any]) -> Any:
        """The operation, written; a square is a product."""
        if expr.op.name not in PYTHON and expr.op.floats is not None:
            self.functions[_rule(expr.op.name)] = expr.op.floats
        if expr.op.elementwise and expr.shape:
            each = zip(expr.args, args, strict=True)
            args = [value if arg.shape else each_entry(self.named, value) for arg, value in each]
        if expr.op.name == "pow" and is_literal(expr.args[1], 2):
            base = each_entry(self.named, args[0])
            return super().work(Apply(OPERATIONS["mul"], (expr.args[0],) * 2, expr.shape, False), [base, base])
        return super().work(expr, args)

    def named(self, piece: Any) -> Any:
        """The piece, or a name for it where it is more than a name."""
        if not isinstance(piece, _Code) or piece.is_name:
            return piece
        name = f"part__{len(self.lines)}"
        self.lines.append(f"{name} = {piece.text}")
        return _Code(name)


def by_entry(formula: Expr, name: Callable[[Var], Any]) -> tuple[list[str], Value, Mapping[str, Callable[..., Any]]]:
    """Lines to be run first, for each entry of the formula the Python that gives it, and the functions that they call.

    `name` gives for a variable an object array, of its shape, of the names of its entries; for a formula that gathers
    the samples, one such array for each. Raises MisfitError for what has no value.
    """
    carrier = _Writing("Python", _literal, lambda op: partial(_of_entry, op))
    value = evaluate(formula, lambda var: each_entry(_Code, name(var)), carrier)
    return carrier.lines, each_entry(lambda piece: _code_of(piece).text, value), carrier.functions


def _of_entry(op: Operation, *args: Any) -> _Code:
    if op.floats is None:
        raise MisfitError(f"{op.name} has no value in Python")
    return _written(op.name, *args)


def _literal(number: Fraction) -> _Code:
    value = float(number)
    return _Code(repr(value), ATOM if value >= 0 else SIGN)
