"""Formulas written: tables of pairs, and brackets that a pocket calculator reads back to the same value."""

from __future__ import annotations

import re
from decimal import Context, Decimal, DecimalException, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from backtrace.formula.evaluate import DECIMALS, evaluate
from backtrace.formula.expr import OPERATIONS, Expr, Num, Operation, Spelling, Var, apply
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
    LANGUAGES,
    Grid,
    Language,
    Written,
    bracketed,
    linear,
    summands,
    transposed_name,
    write,
)
from tests.calculator import Unreadable, calculate
from tests.formula.formulas import Example, column_formulas, literal_formulas, row_formulas
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
    (a + -b,                      "a + (−b)"),
    (a - -b,                      "a − (−b)"),
    (-(a + b),                    "−(a + b)"),
    (-(-a),                       "−(−a)"),
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

IN_EVERY_LANGUAGE = [
    (a - b * c,              "a - b*c",              r"a - b \cdot c",                       "a minus b times c"),
    (-a,                     "-a",                   "-a",                                   "minus a"),
    (a / (b + c),            "a/(b + c)",            r"\frac{a}{b + c}",                     "a over (b plus c)"),
    (2 * (a - b),            "2*(a - b)",            r"2\left(a - b\right)",                 "2 times (a minus b)"),
    (2 * a,                  "2*a",                  "2 a",                                  "2 times a"),
    (a * (b - c),            "a*(b - c)",            r"a\left(b - c\right)",                 "a times (b minus c)"),
    (HALF * a,               "1/2*a",                r"\frac{1}{2} a",                       "1 over 2 times a"),
    (Num(Fraction(-3)) + a,  "-3 + a",               "-3 + a",                               "minus 3 plus a"),
    (Num(Fraction(-1, 3)) + a, "-1/3 + a",           r"-\frac{1}{3} + a",                    "minus 1 over 3 plus a"),
    (a**2,                   "a^2",                  "a^{2}",                                "a squared"),
    (a**3,                   "a^3",                  "a^{3}",                                "a cubed"),
    (a**-2,                  "a^-2",                 "a^{-2}",                               "a to the power minus 2"),
    (a ** (b + c),           "a^(b + c)",            "a^{b + c}",                            "a to the power (b plus c)"),
    ((a / b) ** 2,           "(a/b)^2",              r"\left(\frac{a}{b}\right)^{2}",        "(a over b) squared"),
    (exp(-a),                "e^-a",                 "e^{-a}",                               "e to the power minus a"),
    (exp(-a * b),            "e^((-a)*b)",           r"e^{\left(-a\right) \cdot b}",         "e to the power ((minus a) times b)"),
    (ln(a + b),              "ln(a + b)",            r"\ln\left(a + b\right)",               "the natural logarithm of (a plus b)"),
    (sqrt(a),                "sqrt(a)",              r"\sqrt{a}",                            "the square root of (a)"),
    (tanh(a),                "tanh(a)",              r"\tanh\left(a\right)",                 "the hyperbolic tangent of (a)"),
    (maximum(0, a),          "max(0, a)",            r"\max\left(0, a\right)",               "the larger of (0) and (a)"),
    (positive(a),            "[a > 0]",              r"\left[a > 0\right]",                  "1 if (a) is positive, else 0"),
    (ylogx(a, b),            "a*ln(b)",              r"a \cdot \ln\left(b\right)",           "a times the natural logarithm of (b)"),
    (u * v,                  "u .* v",               r"u \odot v",                           "u entry by entry times v"),
    (ylogx(u, v),            "u .* ln(v)",           r"u \odot \ln\left(v\right)",           "u entry by entry times the natural logarithm of (v)"),
    (apply("matvec", W, u),  "W*u",                  r"W \cdot u",                           "W times u"),
    (outer(u, v),            "u*v'",                 r"u \cdot v^{\top}",                    "u times v transposed"),
    (apply("matvec_back", W + W, u), "(W + W)'*u",   r"\left(W + W\right)^{\top} \cdot u",   "(W plus W) transposed times u"),
    (total(u + v),           "sum(u + v)",           r"\sum \left(u + v\right)",             "the total of (u plus v)"),
    (diag(u),                "diag(u)",              r"\operatorname{diag}(u)",              "the diagonal matrix of (u)"),
    (apply("scale_rows", u, W), "diag(u)*W",         r"\operatorname{diag}(u) \cdot W",      "each row of W times its entry of (u)"),
    (largest(u),             "max(u)",               r"\max(u)",                             "the largest of (u)"),
    (apply("mean_over_samples", J), "1/N*sum over samples(J)", r"\frac{1}{N} \sum_s J",      "the mean over the samples of J"),
    (apply("partial", a, b), "da/db",                r"\frac{\partial a}{\partial b}",       "the derivative of a by b"),
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


@pytest.mark.parametrize(("expr", "ascii", "latex", "words"), IN_EVERY_LANGUAGE)
def test_other_languages(expr: Expr, ascii: str, latex: str, words: str) -> None:
    """The same formula is written in ASCII, LaTeX and words from the same table."""
    assert [written(expr, language) for language in ("ascii", "latex", "words")] == [ascii, latex, words]


@pytest.mark.parametrize(("expr", "text"), PUT_IN)
def test_numbers_put_in(expr: Expr, text: str) -> None:
    """Numbers stand where the names stood; negative ones in brackets, a transposed matrix turned."""
    assert linear(write(expr, numbers(VALUES))) == text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_spelt(name: str, language: Language) -> None:
    """Each row of the table says how every language writes it, with a place for each operand it shows."""
    spelling = OPERATIONS[name].spellings[language]
    spelling.template.format(*"ab"[: OPERATIONS[name].arity])
    assert spelling.binds > LOOSE


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


@pytest.mark.parametrize(
    ("name", "language", "marked"),
    [
        ("W", "text", "Wᵀ"),
        ("W", "ascii", "W'"),
        ("W", "latex", r"W^{\top}"),
        ("W^{(1)}", "latex", r"W^{(1)\top}"),
        ("W^{(1)+}", "latex", r"W^{(1)+\top}"),
        (r"\hat{y}_{1}", "latex", r"\hat{y}_{1}^{\top}"),
        ("b^{h}_{1}", "latex", r"b^{h\top}_{1}"),
        ("W", "words", "W transposed"),
    ],
)
def test_transposed_names(name: str, language: Language, marked: str) -> None:
    """The mark of transposition joins a superscript that is there already."""
    assert transposed_name(name, language) == marked


def test_a_superscript_gets_brackets_before_a_power() -> None:
    """LaTeX refuses a second superscript, so the base stands in brackets."""
    assert written(Var("b^{h}_{1}") ** 2, "latex") == r"\left(b^{h}_{1}\right)^{2}"
    assert written(Var("b_{1}") ** 2, "latex") == "b_{1}^{2}"


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


def _entries(value: Any) -> list[Decimal]:
    rows = value if isinstance(value, list) else [[value]]
    return [entry for row in rows for entry in row]


def _assert_reads_back(example: Example, vectors_are_rows: bool = False) -> None:
    with localcontext(Context(prec=50)):
        try:
            value = evaluate(example.expr, {n: np.array(x, dtype=object) for n, x in example.values.items()}, DECIMALS)
            expected = [Decimal(entry) for entry in np.ravel(value)]
        except DecimalException:
            assume(False)
        assume(all(abs(entry) < Decimal(10) ** 20 for entry in expected))
        text = linear(write(example.expr, numbers(example.values, vectors_are_rows)))
        try:
            calculated = _entries(calculate(text))
        except Unreadable as error:
            raise AssertionError(f"{text} cannot be read: {error}") from error
        assert len(calculated) == len(expected), text
        for ours, theirs in zip(expected, calculated, strict=True):
            assert abs(ours - theirs) <= Decimal(10) ** -20 * max(abs(ours), 1), text


@settings(deadline=None, max_examples=200)
@given(literal_formulas())
def test_literals_read_back_to_the_same_value(example: Example) -> None:
    """A formula of literals, written as text, is worked by a pocket calculator to the value it evaluates to."""
    _assert_reads_back(example)


@settings(deadline=None, max_examples=200)
@given(column_formulas())
def test_columns_read_back_to_the_same_value(example: Example) -> None:
    """So is a formula of numbers, columns and matrices, negative ones among them."""
    _assert_reads_back(example)


@settings(deadline=None, max_examples=100)
@given(row_formulas())
def test_rows_read_back_to_the_same_value(example: Example) -> None:
    """So is one in row orientation, where vectors are rows."""
    _assert_reads_back(example, vectors_are_rows=True)


def test_scales_of_binding_are_in_order() -> None:
    """What binds more tightly stands higher on the scale."""
    assert LOOSE < SIGN < PRODUCT < FRACTION < POWER < ATOM
