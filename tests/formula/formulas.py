"""Random formulas with the values of their variables, for the tests that read a printed line back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from backtrace.formula.expr import Expr, Num, Var, apply
from backtrace.formula.operations import exp, ln, positive, sqrt, tanh, ylogx


@dataclass(frozen=True)
class Example:
    """A formula and what its variables stand for."""

    expr: Expr
    values: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Example({self.expr!r})"


_M, _N = 2, 3
_SHAPES = {"": (), "m": (_M,), "n": (_N,), "W": (_M, _N)}
_DECIMALS = st.sampled_from(["0", "1", "0.5", "0.25", "2", "0.1234", "−0.5", "−2", "−0.037"]).map(
    lambda text: Decimal(text.replace("−", "-"))
)
_LITERALS = st.sampled_from([0, 1, 2, 10, -1, -3, 0.5, -0.5, 0.75]).map(Fraction) | st.just(Fraction(-2, 3))


@st.composite
def _variable(draw: st.DrawFn, values: dict[str, Any], kind: str) -> Expr:
    shape = _SHAPES[kind]
    numbers = [draw(_DECIMALS) for _ in range(int(np.prod(shape)))]
    var = Var(f"v{len(values)}", shape)
    values[var.name] = np.array(numbers, dtype=object).reshape(shape).tolist() if shape else numbers[0]
    return var


@dataclass(frozen=True)
class _Grammar:
    """Draws formulas of a kind: a number, a vector of m or n entries, or an m×n matrix."""

    draw: st.DrawFn
    values: dict[str, Any]
    orientation: str

    def leaf(self, kind: str) -> Expr:
        if self.orientation == "literals" or (kind == "" and self.draw(st.booleans())):
            return Num(self.draw(_LITERALS))
        return self.draw(_variable(self.values, kind))

    def exact(self, kind: str, depth: int) -> Expr:
        """Sums, products and powers only: no rounding, so nothing that is 0 comes out as almost 0."""
        if depth == 0:
            return self.leaf(kind)
        left = self.exact(kind, depth - 1)
        match self.draw(st.sampled_from(["leaf", "neg", "square", "add", "sub", "mul", "scaled"])):
            case "leaf":
                return left
            case "neg":
                return -left
            case "square":
                return left ** self.draw(st.sampled_from([1, 2, 3]))
            case "scaled":
                return self.exact("", depth - 1) * left
            case name:
                return apply(name, left, self.exact(kind, depth - 1))

    def any(self, kind: str, depth: int) -> Expr:
        """Any operation whose result is of the kind."""
        if depth == 0:
            return self.leaf(kind)
        ways = ["exact", "entrywise", "function", "quotient"]
        if self.orientation != "literals":
            ways += {"": ["gathered"], "W": ["matrix"]}.get(kind, ["product"])
        match self.draw(st.sampled_from(ways)):
            case "exact":
                return self.exact(kind, depth)
            case "entrywise":
                name = self.draw(st.sampled_from(["add", "sub", "mul", "maximum"]))
                left_kind = self.draw(st.sampled_from(["", kind]))
                return apply(name, self.any(left_kind, depth - 1), self.any(kind, depth - 1))
            case "function":
                return self.function(kind, depth)
            case "quotient":
                name = self.draw(st.sampled_from(["ydiv", "div"]))
                return apply(name, self.exact(kind, depth - 1), self.exact(kind, depth - 1))
            case "gathered":
                return apply(self.draw(st.sampled_from(["total", "largest"])), self.any("m", depth - 1))
            case "matrix":
                return self.matrix(depth)
        return self.product(kind, depth)

    def function(self, kind: str, depth: int) -> Expr:
        inner = self.any(kind, depth - 1)
        match self.draw(st.sampled_from(["exp", "ln", "sqrt", "tanh", "positive", "ylogx", "neg", "power"])):
            case "exp":
                return exp(tanh(inner)) if self.draw(st.booleans()) else exp(self.exact(kind, depth - 1))
            case "ln":
                return ln(inner**2 + 1)
            case "sqrt":
                return sqrt(inner**2 + 1)
            case "tanh":
                return tanh(inner)
            case "positive":
                return positive(self.exact(kind, depth - 1))
            case "ylogx":
                return ylogx(self.exact(kind, depth - 1), self.exact(kind, depth - 1) ** 2)
            case "neg":
                return -inner
        return inner ** self.draw(st.sampled_from([2, 3]))

    def product(self, kind: str, depth: int) -> Expr:
        other = "n" if kind == "m" else "m"
        vector, matrix = self.any(other, depth - 1), self.any("W", depth - 1)
        column, forwards = self.orientation == "column", kind == "m"
        if column:
            return apply("matvec" if forwards else "matvec_back", matrix, vector)
        return apply("vecmat_back" if forwards else "vecmat", vector, matrix)

    def matrix(self, depth: int) -> Expr:
        m, n = self.any("m", depth - 1), self.any("n", depth - 1)
        if self.draw(st.booleans()):
            return apply("outer" if self.orientation == "column" else "outer_row", m, n)
        matrix = self.any("W", depth - 1)
        return apply("scale_rows", m, matrix) if self.draw(st.booleans()) else apply("scale_columns", matrix, n)


@st.composite
def _example(draw: st.DrawFn, orientation: str, kinds: tuple[str, ...]) -> Example:
    values: dict[str, Any] = {}
    grammar = _Grammar(draw, values, orientation)
    expr = grammar.any(draw(st.sampled_from(kinds)), draw(st.integers(1, 3)))
    return Example(expr, values)


def literal_formulas() -> st.SearchStrategy[Example]:
    """Formulas of numbers that the formula itself states, negative ones and fractions among them."""
    return _example("literals", ("",))


def column_formulas() -> st.SearchStrategy[Example]:
    """Formulas of numbers, columns and matrices, as in z = Wx + b."""
    return _example("column", tuple(_SHAPES))


def row_formulas() -> st.SearchStrategy[Example]:
    """Formulas of numbers, rows and matrices, as in z = xW + b."""
    return _example("row", ("", "m", "n", "W"))
