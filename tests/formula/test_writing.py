"""Formulas written: tables of pairs."""

# ruff: noqa: E501  (the tables are read by columns)
from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

import pytest

from backtrace.formula.expr import Expr, Num, Operation, Spelling, Var, apply, summands
from backtrace.formula.operations import (
    ATOM,
    FRACTION,
    LOOSE,
    POWER,
    PRODUCT,
    SIGN,
    diag,
    exp,
    largest,
    ln,
    maximum,
    ones,
    outer,
    positive,
    sqrt,
    tanh,
    total,
    ydiv,
    ylogx,
)
from backtrace.formula.writing import (
    Grid,
    Language,
    Written,
    bracketed,
    linear,
    write,
)
from tests.formula.leaves import names, numbers

a, b, c, d = (Var(letter) for letter in "abcd")
u, v, w = (Var(letter, (2,)) for letter in "uvw")
s, t = Var("s", (1,)), Var("t", (1,))
W = Var("W", (2, 2))
J = Var("J", (2,), per_sample=True)
HALF, THIRD = Num(Fraction(1, 2)), Num(Fraction(1, 3))
raised = Var("W⁽¹⁾")
sigma = Operation("f", 1, lambda z: z, body=lambda z: z, spellings={"text": Spelling("σ({0})", ATOM, (LOOSE,))})


def written(expr: Expr, language: Language = "text") -> str:
    return linear(write(expr, names(language), language), language)


# fmt: off
TEXTS = [
    # sums, signs and products: brackets where, and only where, the value would change or a sign would stand second
    (a + b - c,                   "a + b − c"),
    (a - (b + c),                 "a − (b + c)"),
    (a + (b + c),                 "a + (b + c)"),
    (a - (b - c),                 "a − (b − c)"),
    (-a + b,                      "−a + b"),
    (a + -b,                      "a − b"),
    (a - -b,                      "a − (−b)"),
    (-(a + b),                    "−(a + b)"),
    (apply("neg", -a),            "−(−a)"),
    (-(a * b),                    "−a·b"),
    (-a * b,                      "(−a)·b"),
    (a * -b,                      "a·(−b)"),
    (a * b * c,                   "a·b·c"),
    (a * (b * c),                 "a·b·c"),
    (a * (b + c),                 "a(b + c)"),
    (a * b * (c - d),             "a·b·(c − d)"),
    ((a + b) * c,                 "(a + b)·c"),
    ((a + b) * (c + d),           "(a + b)·(c + d)"),
    (a + b * c,                   "a + b·c"),
    # literals
    (2 * a,                       "2a"),
    (2 * (a - b),                 "2(a − b)"),
    (2 * (a - b) * c,             "2(a − b)·c"),
    (HALF * (a - b) ** 2,         "½·(a − b)²"),
    (HALF * a,                    "½a"),
    (THIRD * (a - b),             "1/3·(a − b)"),
    (a / THIRD,                   "a/(1/3)"),
    (-2 * a,                      "(−2)·a"),
    (a * -2,                      "a·(−2)"),
    (a - Num(Fraction(-2)),       "a − (−2)"),
    (Num(Fraction(-1, 3)) * a,    "(−1/3)·a"),
    (Num(Fraction(-1, 2)) + a,    "−½ + a"),
    (Num(Fraction(1, 100)) * a,   "1/100·a"),
    (Num(Fraction(8943, 200000)) * a, "0.044715·a"),
    (a - Num(Fraction(-1, 1000)), "a − (−0.001)"),
    (2 * exp(a),                  "2·e^a"),
    # quotients
    (a / b / c,                   "a/b/c"),
    (a / (b / c),                 "a/(b/c)"),
    (a / (b * c),                 "a/(b·c)"),
    (a / b * c,                   "a/b·c"),
    (a * (b / c),                 "a·b/c"),
    (a / b**2,                    "a/b²"),
    (a / (b + c),                 "a/(b + c)"),
    ((a + b) / c,                 "(a + b)/c"),
    (a / -b,                      "a/(−b)"),
    (1 / (1 + exp(-a)),           "1/(1 + e^−a)"),
    (ydiv(a, b),                  "a/b"),
    # powers
    (a**2,                        "a²"),
    (a**10,                       "a¹⁰"),
    (a**-1,                       "a⁻¹"),
    ((-a) ** 2,                   "(−a)²"),
    (-(a**2),                     "−a²"),
    ((a + b) ** 2,                "(a + b)²"),
    ((a**2) ** 3,                 "(a²)³"),
    (a**b,                        "a^b"),
    (a ** (b + c),                "a^(b + c)"),
    (a**-b,                       "a^−b"),
    (a ** (b * c),                "a^(b·c)"),
    ((a / b) ** 2,                "(a/b)²"),
    (raised**2,                   "(W⁽¹⁾)²"),
    (exp(a) ** 2,                 "(e^a)²"),
    # functions
    (exp(-a),                     "e^−a"),
    (exp(-(a + b)),               "e^(−(a + b))"),
    (exp(a * b),                  "e^(a·b)"),
    (exp(a / b),                  "e^(a/b)"),
    (exp(a**2),                   "e^(a²)"),
    (exp(THIRD),                  "e^(1/3)"),
    (exp(Num(Fraction(-2))),      "e^−2"),
    (exp(ln(a + b)),              "e^ln(a + b)"),
    (sqrt(a + b) * tanh(-a),      "√(a + b)·tanh(−a)"),
    (maximum(0, a - b),           "max(0, a − b)"),
    (positive(a - b) * c,         "[a − b > 0]·c"),
    (ylogx(a, b),                 "a·ln(b)"),
    (ylogx(1 - a, 1 - b),         "(1 − a)·ln(1 − b)"),
    (apply(sigma, a + b) * c,     "σ(a + b)·c"),
    (ones(a),                     "1"),
    # vectors and matrices: · is a product of numbers or of matrices, ⊙ entry by entry, and they never run together
    (u * v,                       "u ⊙ v"),
    (u * v * w,                   "u ⊙ v ⊙ w"),
    (u * (v * w),                 "u ⊙ v ⊙ w"),
    (u * (1 - u),                 "u ⊙ (1 − u)"),
    (a * u,                       "a·u"),
    (a * (u * v),                 "a·u ⊙ v"),
    (2 * (u - v) * w,             "2(u − v) ⊙ w"),
    (s * t,                       "s·t"),
    (s * (1 - s),                 "s(1 − s)"),
    (u - a * v,                   "u − a·v"),
    (apply("matvec", W, u) + v,   "W·u + v"),
    (apply("vecmat", u, W) + v,   "u·W + v"),
    (apply("matvec_back", W, u) * v, "(Wᵀ·u) ⊙ v"),
    (apply("matvec", W, u * v),   "W·(u ⊙ v)"),
    (apply("matvec", W, u / v),   "W·(u/v)"),
    (apply("matvec", W, u - v),   "W·(u − v)"),
    (apply("matvec", W, apply("matvec", W, u)), "W·(W·u)"),
    (apply("matvec_back", W + W, u), "(W + W)ᵀ·u"),
    (apply("vecmat_back", u, W),  "u·Wᵀ"),
    (apply("matvec", W, u) / 2,   "(W·u)/2"),
    (a * outer(u, v),             "a·u·vᵀ"),
    (outer(u, v) * W,             "(u·vᵀ) ⊙ W"),
    (apply("outer_row", u, v),    "uᵀ·v"),
    (W - a * outer(u, v),         "W − a·u·vᵀ"),
    (outer(u - v, u),             "(u − v)·uᵀ"),
    (diag(u) - outer(u, u),       "diag(u) − u·uᵀ"),
    (apply("scale_rows", u, W),   "diag(u)·W"),
    (apply("scale_columns", W, u), "W·diag(u)"),
    (ylogx(u, v),                 "u ⊙ ln(v)"),
    (-ylogx(1 - u, 1 - v),        "−(1 − u) ⊙ ln(1 − v)"),
    (exp(u) / total(exp(u)),      "e^u/(Σ e^u)"),
    # totals
    (total(u),                    "Σ u"),
    (total(u * v),                "Σ u ⊙ v"),
    (total(u + v),                "Σ (u + v)"),
    (a + total(u),                "a + Σ u"),
    (total(u) + a,                "Σ u + a"),
    (HALF * total(u**2),          "½·Σ u²"),
    (total(u) * a,                "(Σ u)·a"),
    (a * total(u) * b,            "(a·Σ u)·b"),
    (total(u) / 2,                "(Σ u)/2"),
    (-total(u),                   "−Σ u"),
    (total(total(W * W)),         "Σ Σ W ⊙ W"),
    (largest(u),                  "max(u)"),
    (apply("sum_over_samples", J),  "Σₛ J"),
    (apply("mean_over_samples", J * u), "1/N·Σₛ J ⊙ u"),
    # a chain rule names its derivatives
    (apply("partial", a, b) * apply("partial", b, c), "∂a/∂b·∂b/∂c"),
]

PUT_IN = [
    (a - b,                          "0.5 − (−2)"),
    (b + a,                          "−2 + 0.5"),
    (a * b,                          "0.5·(−2)"),
    (b * a,                          "(−2)·0.5"),
    (b**2,                           "(−2)²"),
    (a * (1 - a),                    "0.5·(1 − 0.5)"),
    (2 * (a - b),                    "2(0.5 − (−2))"),
    (2 * a,                          "2·0.5"),
    (exp(-a),                        "e^−0.5"),
    (exp(b),                         "e^(−2)"),
    (exp(-b),                        "e^(−(−2))"),
    (a / b,                          "0.5/(−2)"),
    (apply("matvec", W, u) + v,      "[0.2 0.4; 0.6 0.8]·[1; −3] + [2; 4]"),
    (apply("matvec_back", W, u) * v, "([0.2 0.6; 0.4 0.8]·[1; −3]) ⊙ [2; 4]"),
    (outer(u, v),                    "[1; −3]·[2 4]"),
    (u * (1 - u),                    "[1; −3] ⊙ (1 − [1; −3])"),
    (total(u**2),                    "Σ [1; −3]²"),
    (largest(u),                     "max([1; −3])"),
]
VALUES = {"a": Decimal("0.5"), "b": Decimal(-2), "W": [[Decimal("0.2"), Decimal("0.4")], [Decimal("0.6"), Decimal("0.8")]],
          "u": [Decimal(1), Decimal(-3)], "v": [Decimal(2), Decimal(4)]}
# fmt: on


@pytest.mark.parametrize(("expr", "text"), TEXTS)
def test_text(expr: Expr, text: str) -> None:
    """A formula is written as a teacher writes it, with the brackets that its value needs."""
    assert written(expr) == text


@pytest.mark.parametrize(("expr", "text"), PUT_IN)
def test_numbers_put_in(expr: Expr, text: str) -> None:
    """Numbers stand where the names stood; negative ones in brackets, a transposed matrix turned."""
    assert linear(write(expr, numbers(VALUES))) == text


@pytest.mark.parametrize(("expr", "_"), [pair for pair in TEXTS if "σ" not in pair[1]])
def test_latex_compiles(expr: Expr, _: str) -> None:
    """LaTeX has balanced braces, as many left brackets as right ones, and one superscript on each base."""
    latex = written(expr, "latex")
    depth = 0
    for character in latex:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert latex.count(r"\left") == latex.count(r"\right")
    assert re.search(r"\^\{[^{}]*\}\^", latex) is None


def test_brackets_and_matrices_are_pieces_of_their_own() -> None:
    """A format may set a matrix as a block and stretch the brackets around it."""
    grid = Grid((("1",), ("−3",)))
    assert write((1 - u) * u, numbers(VALUES)).pieces == ("(", "1 − ", grid, ")", " ⊙ ", grid)
    assert grid.turned() == Grid((("1", "−3"),))


def test_matrices_on_one_line() -> None:
    """On one line a matrix has its rows apart by semicolons; LaTeX sets it as a matrix."""
    matrix = Written((Grid((("1", "2"), ("3", "4"))),))
    assert linear(matrix) == "[1 2; 3 4]"
    assert linear(matrix, "latex") == r"\begin{bmatrix}1 & 2 \\ 3 & 4\end{bmatrix}"


def test_bracketed() -> None:
    """Brackets stand exactly where something binds less tightly than its place needs."""
    assert bracketed(Written(("a·b",), PRODUCT), PRODUCT, "text") == ("a·b",)
    assert bracketed(Written(("−a",), SIGN), PRODUCT, "text") == ("(", "−a", ")")
    assert bracketed(Written(("-a",), SIGN), PRODUCT, "latex") == (r"\left(", "-a", r"\right)")


def test_summands() -> None:
    """The terms of a sum come from left to right; anything else is a single term."""
    assert [written(term) for term in summands(a + b * c + d)] == ["a", "b·c", "d"]
    assert summands(a - b)[0].shape == ()


def test_what_is_no_formula_is_refused() -> None:
    """Writing something that is not a formula is a mistake of the caller."""
    with pytest.raises(TypeError):
        write("a", names())  # type: ignore[arg-type]


def test_scales_of_binding_are_in_order() -> None:
    """What binds more tightly stands higher on the scale."""
    assert LOOSE < SIGN < PRODUCT < FRACTION < POWER < ATOM
