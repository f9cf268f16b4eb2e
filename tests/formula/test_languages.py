"""Every operation is spelt in every language: tables of formula, ASCII, LaTeX and words."""

# ruff: noqa: E501  (the tables are read by columns)
from __future__ import annotations

from fractions import Fraction

import pytest

from backtrace.formula.expr import OPERATIONS, Expr, Num, Var, apply
from backtrace.formula.operations import (
    LOOSE,
    diag,
    exp,
    largest,
    ln,
    maximum,
    outer,
    positive,
    sqrt,
    tanh,
    total,
    ylogx,
)
from backtrace.formula.writing import (
    LANGUAGES,
    Language,
    linear,
    transposed_name,
    write,
)
from tests.formula.leaves import names

a, b, c = (Var(letter) for letter in "abc")
u, v = Var("u", (2,)), Var("v", (2,))
W = Var("W", (2, 2))
J = Var("J", (2,), per_sample=True)
HALF = Num(Fraction(1, 2))


def written(expr: Expr, language: Language = "text") -> str:
    return linear(write(expr, names(language), language), language)


# fmt: off
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
# fmt: on


@pytest.mark.parametrize(("expr", "in_ascii", "latex", "words"), IN_EVERY_LANGUAGE)
def test_other_languages(expr: Expr, in_ascii: str, latex: str, words: str) -> None:
    """The same formula is written in ASCII, LaTeX and words from the same table."""
    assert [written(expr, language) for language in ("ascii", "latex", "words")] == [in_ascii, latex, words]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_spelt(name: str, language: Language) -> None:
    """Each row of the table says how every language writes it, with a place for each operand it shows."""
    spelling = OPERATIONS[name].spellings[language]
    spelling.template.format(*"ab"[: OPERATIONS[name].arity])
    assert spelling.binds > LOOSE


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
