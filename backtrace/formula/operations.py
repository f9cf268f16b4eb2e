"""The table of operations: one row says how each is evaluated, differentiated and written.

There is no general `@`, `.T` or `sum` among them: samples are a leading axis, and those would mix samples
with neurons without an error.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from backtrace.errors import MisfitError
from backtrace.formula.arithmetic import (
    PI_DECIMAL,
    Inexact,
    at_quarter_turns,
    at_zero,
    cos_decimal,
    diagonal,
    erf_decimal,
    exp_decimal,
    mean_entries,
    nowhere,
    power_decimal,
    power_exact,
    saturating_exp,
    sum_last,
    tanh_decimal,
    where_unknown,
    ydiv_floats,
    ylogx_decimal,
    ylogx_floats,
)
from backtrace.formula.expr import OPERATIONS, Expr, Num, Operand, Operation, Part, Shape, Spelling, apply

# How tightly a written form binds. APART is a product that no other product may run into: ⊙, a matrix product, Σ.
LOOSE, SUM, SIGN, SIGNED_ATOM, APART, PRODUCT, FRACTION, POWER, ATOM = 0, 10, 15, 16, 19, 20, 30, 40, 100
# What an operand's place may need beyond these: a divisor more than a fraction, an exponent an atom that may carry a
# sign, a base an atom that does not end raised.
DIVISOR, EXPONENT, BASE = 35, 90, 110


def _same(*shapes: Shape) -> Shape:
    """The common shape of operands taken entry by entry; a scalar goes with everything."""
    larger = {shape for shape in shapes if shape}
    if len(larger) > 1:
        raise MisfitError(f"operands of shapes {' and '.join(map(str, shapes))} cannot be taken entry by entry")
    return larger.pop() if larger else ()


def _fits(expected: bool, what: str, *shapes: Shape) -> None:
    if not expected:
        raise MisfitError(f"{what} does not fit operands of shapes {' and '.join(map(str, shapes))}")


def _matvec_shape(matrix: Shape, vector: Shape) -> Shape:
    _fits(len(vector) == 1 and matrix[1:] == vector, "matrix times vector", matrix, vector)
    return (matrix[0],)


def _vecmat_shape(vector: Shape, matrix: Shape) -> Shape:
    _fits(len(vector) == 1 and matrix[:-1] == vector, "vector times matrix", vector, matrix)
    return (matrix[1],)


def _outer_shape(left: Shape, right: Shape) -> Shape:
    _fits(len(left) == 1 and len(right) == 1, "the outer product", left, right)
    return (left[0], right[0])


def _scale_rows_shape(vector: Shape, matrix: Shape) -> Shape:
    _fits(len(vector) == 1 and matrix[:-1] == vector, "row by row", vector, matrix)
    return matrix


def _scale_columns_shape(matrix: Shape, vector: Shape) -> Shape:
    _fits(len(vector) == 1 and matrix[1:] == vector, "column by column", matrix, vector)
    return matrix


def _total_shape(operand: Shape) -> Shape:
    _fits(len(operand) >= 1, "a total", operand)
    return operand[:-1]


def _diag_shape(operand: Shape) -> Shape:
    _fits(len(operand) == 1, "a diagonal matrix", operand)
    return operand * 2


_ALL: Part = (slice(None),)
_ZERO, _ONE = Num(Fraction(0)), Num(Fraction(1))


def _less_one(exponent: Expr) -> Expr:
    """N − 1 for the power rule, folded where n is a literal: no reader wants to see x^(2 − 1)."""
    return Num(exponent.value - 1) if isinstance(exponent, Num) else exponent - 1


def _everywhere(template: str, binds: int, *needs: int, transposed: tuple[int, ...] = (), **other: Any) -> Any:
    """Spellings for all languages: the template serves text and ASCII; LaTeX and words name their own."""
    base = Spelling(template, binds, needs, transposed)
    spellings = {"text": base, "ascii": base, "latex": base, "words": base}
    for language, form in other.items():
        spellings[language] = form if isinstance(form, Spelling) else Spelling(form, binds, needs, transposed)
    return spellings


def _matrix_product(*transposed: int) -> Any:
    """The spellings of a matrix product; a quotient or a product entry by entry inside it needs brackets."""
    return _everywhere("{0}·{1}", APART, FRACTION, FRACTION, transposed=transposed, ascii="{0}*{1}",
                       latex=r"{0} \cdot {1}", words="{0} times {1}")  # fmt: skip


def _row(name: str, arity: int, shape: Callable[..., Shape], **columns: Any) -> None:
    OPERATIONS[name] = Operation(name, arity, shape, **columns)


def _arithmetic(name: str, work: Callable[..., Any], floats: Any, partials: Any, spellings: Any, **own: Any) -> None:
    """Operations that Python itself knows work alike on fractions, decimals, symbols and formulas."""
    columns = {"exact": work, "decimal": work, "symbolic": lambda _sympy, *x: work(*x)} | own
    _row(name, 1 if name == "neg" else 2, _same, floats=floats, partials=partials, spellings=spellings, **columns)


def _builder(name: str) -> Callable[..., Expr]:
    def build(*operands: Operand) -> Expr:
        return apply(name, *operands)

    build.__name__ = name
    build.__doc__ = f"The formula `{name}` of its operands."
    return build


exp, ln, sqrt, tanh, erf = (_builder(name) for name in ("exp", "ln", "sqrt", "tanh", "erf"))
pi, sin, cos, floor = (_builder(name) for name in ("pi", "sin", "cos", "floor"))
maximum, minimum, magnitude, sign = (_builder(name) for name in ("maximum", "minimum", "magnitude", "sign"))
positive, ones = (_builder(name) for name in ("positive", "ones"))
ylogx, ydiv = _builder("ylogx"), _builder("ydiv")
outer, diag, total, largest = (_builder(name) for name in ("outer", "diag", "total", "largest"))


# fmt: off
_arithmetic("add", operator.add, np.add, lambda a, b: (_ONE, _ONE), _everywhere(
    "{0} + {1}", SUM, SUM, APART, words="{0} plus {1}"))
_arithmetic("sub", operator.sub, np.subtract, lambda a, b: (_ONE, -_ONE), _everywhere(
    "{0} − {1}", SUM, SUM, APART, ascii="{0} - {1}", latex="{0} - {1}", words="{0} minus {1}"))
_arithmetic("mul", operator.mul, np.multiply, lambda a, b: (b, a), _everywhere(
    "{0}·{1}", PRODUCT, PRODUCT, PRODUCT, ascii="{0}*{1}", latex=r"{0} \cdot {1}", words="{0} times {1}"))
_arithmetic("div", operator.truediv, np.divide, lambda a, b: (1 / b, -(a / b**2)), _everywhere(
    "{0}/{1}", PRODUCT, PRODUCT, DIVISOR,
    latex=Spelling(r"\frac{{{0}}}{{{1}}}", FRACTION, (LOOSE, LOOSE)), words="{0} over {1}"),
    turns=(nowhere, at_zero))
_arithmetic("pow", operator.pow, np.power, lambda a, n: (n * a ** _less_one(n), None), _everywhere(
    "{0}^{1}", POWER, BASE, EXPONENT, latex=Spelling("{0}^{{{1}}}", POWER, (BASE, LOOSE)),
    words="{0} to the power {1}"), exact=power_exact, decimal=power_decimal,
    turns=(at_zero, where_unknown))
_arithmetic("neg", operator.neg, np.negative, lambda a: (-_ONE,), _everywhere(
    "−{0}", SIGN, APART, ascii="-{0}", latex="-{0}", words="minus {0}"))

_row("exp", 1, _same, floats=saturating_exp, exact=Inexact("exp"), decimal=exp_decimal,
     symbolic=lambda s, x: s.exp(x), partials=lambda x: (exp(x),), spellings=_everywhere(
     "e^{0}", POWER, EXPONENT, latex=Spelling("e^{{{0}}}", POWER, (LOOSE,)), words="e to the power {0}"))
_row("ln", 1, _same, floats=np.log, exact=Inexact("ln"), decimal=Decimal.ln,
     symbolic=lambda s, x: s.log(x), partials=lambda x: (1 / x,), spellings=_everywhere(
     "ln({0})", ATOM, LOOSE, latex=r"\ln\left({0}\right)", words="the natural logarithm of ({0})"))
_row("sqrt", 1, _same, floats=np.sqrt, exact=Inexact("the square root"), decimal=Decimal.sqrt,
     symbolic=lambda s, x: s.sqrt(x), partials=lambda x: (1 / (2 * sqrt(x)),), spellings=_everywhere(
     "√({0})", ATOM, LOOSE, ascii="sqrt({0})", latex=r"\sqrt{{{0}}}", words="the square root of ({0})"))
_row("tanh", 1, _same, floats=np.tanh, exact=Inexact("tanh"), decimal=tanh_decimal,
     symbolic=lambda s, x: s.tanh(x), partials=lambda x: (1 - tanh(x) ** 2,), spellings=_everywhere(
     "tanh({0})", ATOM, LOOSE, latex=r"\tanh\left({0}\right)", words="the hyperbolic tangent of ({0})"))
_row("maximum", 2, _same, floats=np.maximum, exact=max, decimal=max,
     symbolic=lambda s, a, b: s.Max(a, b), partials=lambda a, b: (positive(a - b), positive(b - a)),
     spellings=_everywhere("max({0}, {1})", ATOM, LOOSE, LOOSE, latex=r"\max\left({0}, {1}\right)",
                           words="the larger of ({0}) and ({1})"))
_row("minimum", 2, _same, floats=np.minimum, exact=min, decimal=min,
     symbolic=lambda s, a, b: s.Min(a, b), partials=lambda a, b: (positive(b - a), positive(a - b)),
     spellings=_everywhere("min({0}, {1})", ATOM, LOOSE, LOOSE, latex=r"\min\left({0}, {1}\right)",
                           words="the smaller of ({0}) and ({1})"))
_row("magnitude", 1, _same, floats=np.abs, exact=abs, decimal=abs,
     symbolic=lambda s, x: s.Abs(x), partials=lambda x: (sign(x),), turns=(at_zero,), spellings=_everywhere(
     "|{0}|", ATOM, LOOSE, ascii="abs({0})", latex=r"\left|{0}\right|", words="the magnitude of ({0})"))
_row("sign", 1, _same, floats=np.sign, exact=lambda x: Fraction((x > 0) - (x < 0)),
     decimal=lambda x: Decimal((x > 0) - (x < 0)), symbolic=lambda s, x: s.sign(x), partials=lambda x: (_ZERO,),
     spellings=_everywhere("sign({0})", ATOM, LOOSE, latex=r"\operatorname{{sign}}\left({0}\right)",
                           words="the sign of ({0})"))
_row("floor", 1, _same, floats=np.floor, exact=lambda x: Fraction(math.floor(x)),
     decimal=lambda x: Decimal(math.floor(x)), symbolic=lambda s, x: s.floor(x), partials=lambda x: (_ZERO,),
     spellings=_everywhere("⌊{0}⌋", ATOM, LOOSE, ascii="floor({0})", latex=r"\left\lfloor {0} \right\rfloor",
                           words="the whole part of ({0})"))
_row("sin", 1, _same, floats=np.sin, exact=Inexact("sin"), decimal=lambda x: cos_decimal(x - PI_DECIMAL / 2),
     symbolic=lambda s, x: s.sin(x), partials=lambda x: (cos(x),), turns=(at_quarter_turns,), spellings=_everywhere(
     "sin({0})", ATOM, LOOSE, latex=r"\sin\left({0}\right)", words="the sine of ({0})"))
_row("cos", 1, _same, floats=np.cos, exact=Inexact("cos"), decimal=cos_decimal,
     symbolic=lambda s, x: s.cos(x), partials=lambda x: (-sin(x),), turns=(at_quarter_turns,), spellings=_everywhere(
     "cos({0})", ATOM, LOOSE, latex=r"\cos\left({0}\right)", words="the cosine of ({0})"))
_row("erf", 1, _same, floats=np.vectorize(math.erf, otypes=[np.float64]), exact=Inexact("the error function"),
     decimal=erf_decimal, symbolic=lambda s, x: s.erf(x),
     partials=lambda x: (2 * exp(-(x**2)) / sqrt(pi()),), spellings=_everywhere(
     "erf({0})", ATOM, LOOSE, latex=r"\operatorname{{erf}}\left({0}\right)", words="the error function of ({0})"))
_row("pi", 0, _same, floats=lambda: np.float64(math.pi), exact=Inexact("π"), decimal=lambda: PI_DECIMAL,
     symbolic=lambda s: s.pi, partials=tuple, spellings=_everywhere("π", ATOM, ascii="pi", latex=r"\pi", words="pi"))
_row("positive", 1, _same, floats=lambda x: np.greater(x, 0).astype(np.float64),
     exact=lambda x: Fraction(x > 0), decimal=lambda x: Decimal(x > 0),
     symbolic=lambda s, x: s.Piecewise((1, x > 0), (0, True)), partials=lambda x: (_ZERO,),
     spellings=_everywhere("[{0} > 0]", ATOM, LOOSE, latex=r"\left[{0} > 0\right]",
                           words="1 if ({0}) is positive, else 0"))
_row("ylogx", 2, _same, floats=ylogx_floats, exact=Inexact("ln"), decimal=ylogx_decimal,
     symbolic=lambda s, y, x: s.Piecewise((0, s.Eq(y, 0)), (y * s.log(x), True)),
     partials=lambda y, x: (ln(x), ydiv(y, x)), spellings=_everywhere(
     "{0}·ln({1})", PRODUCT, PRODUCT, LOOSE, ascii="{0}*ln({1})", latex=r"{0} \cdot \ln\left({1}\right)",
     words="{0} times the natural logarithm of ({1})"))
_row("ydiv", 2, _same, floats=ydiv_floats, exact=lambda y, x: y / x if y else y, decimal=lambda y, x: y / x if y else y,
     symbolic=lambda s, y, x: s.Piecewise((0, s.Eq(y, 0)), (y / x, True)),
     partials=lambda y, x: (1 / x, -ydiv(y, x**2)), turns=OPERATIONS["div"].turns,
     spellings=OPERATIONS["div"].spellings)

_row("matvec", 2, _matvec_shape, floats=np.matvec, elementwise=False,
     entries=lambda W, x: sum_last(W * x), parts=lambda i: (i + _ALL, _ALL), spellings=_matrix_product())
_row("vecmat", 2, _vecmat_shape, floats=np.vecmat, elementwise=False,
     entries=lambda x, W: sum_last(x * W.T), parts=lambda i: (_ALL, _ALL + i), spellings=_matrix_product())
_row("matvec_back", 2, lambda W, g: _vecmat_shape(g, W), floats=lambda W, g: np.vecmat(g, W), elementwise=False,
     entries=lambda W, g: sum_last(g * W.T), parts=lambda i: (_ALL + i, _ALL), spellings=_matrix_product(0))
_row("vecmat_back", 2, lambda g, W: _matvec_shape(W, g), floats=lambda g, W: np.matvec(W, g), elementwise=False,
     entries=lambda g, W: sum_last(g * W), parts=lambda i: (_ALL, i + _ALL), spellings=_matrix_product(1))
_row("outer", 2, _outer_shape, floats=lambda a, b: a[..., :, None] * b[..., None, :], elementwise=False,
     entries=lambda a, b: a[:, None] * b[None, :], parts=lambda ij: (ij[:1], ij[1:]), spellings=_matrix_product(1))
_row("outer_row", 2, _outer_shape, floats=lambda a, b: a[..., :, None] * b[..., None, :], elementwise=False,
     entries=lambda a, b: b[None, :] * a[:, None], parts=lambda ij: (ij[:1], ij[1:]), spellings=_matrix_product(0))
_row("scale_rows", 2, _scale_rows_shape, floats=lambda g, W: g[..., :, None] * W, elementwise=False,
     entries=lambda g, W: g[:, None] * W, parts=lambda ij: (ij[:1], ij), spellings=_everywhere(
     "diag({0})·{1}", APART, LOOSE, FRACTION, ascii="diag({0})*{1}",
     latex=r"\operatorname{{diag}}({0}) \cdot {1}", words="each row of {1} times its entry of ({0})"))
_row("scale_columns", 2, _scale_columns_shape, floats=lambda W, g: W * g[..., None, :], elementwise=False,
     entries=lambda W, g: g[None, :] * W, parts=lambda ij: (ij, ij[1:]), spellings=_everywhere(
     "{0}·diag({1})", APART, FRACTION, LOOSE, ascii="{0}*diag({1})",
     latex=r"{0} \cdot \operatorname{{diag}}({1})", words="each column of {0} times its entry of ({1})"))
_row("total", 1, _total_shape, floats=sum_last, fold="add", elementwise=False,
     parts=lambda i: (i + _ALL,), spellings=_everywhere(
     "Σ {0}", APART, APART, ascii=Spelling("sum({0})", ATOM), latex=r"\sum {0}",
     words=Spelling("the total of ({0})", ATOM)))
_row("ones", 1, _same, floats=np.ones_like, exact=lambda x: Fraction(1), decimal=lambda x: Decimal(1),
     symbolic=lambda s, x: s.Integer(1), formula=lambda x: _ONE, partials=lambda x: (_ZERO,),
     spellings=_everywhere("1", ATOM))
_row("diag", 1, _diag_shape, floats=lambda a: a[..., None] * np.eye(a.shape[-1]), entries=diagonal, elementwise=False,
     spellings=_everywhere("diag({0})", ATOM, LOOSE, latex=r"\operatorname{{diag}}({0})",
                           words="the diagonal matrix of ({0})"))
_row("largest", 1, _total_shape, floats=lambda a: np.max(a, axis=-1), fold="maximum", elementwise=False,
     parts=lambda i: (i + _ALL,),
     spellings=_everywhere("max({0})", ATOM, LOOSE, latex=r"\max({0})", words="the largest of ({0})"))
_row("sum_over_samples", 1, lambda a: a, floats=lambda a: np.add.reduce(a, axis=0), elementwise=False,
     entries=lambda a: np.add.reduce(a, axis=0), gathers_samples=True, spellings=_everywhere(
     "Σₛ {0}", APART, APART, ascii=Spelling("sum over samples({0})", ATOM), latex=r"\sum_s {0}",
     words="the sum over the samples of {0}"))
_row("mean_over_samples", 1, lambda a: a, floats=lambda a: np.add.reduce(a, axis=0) / a.shape[0],
     entries=mean_entries, gathers_samples=True, elementwise=False,
     spellings=_everywhere("1/N·Σₛ {0}", APART, APART, ascii=Spelling("1/N*sum over samples({0})", APART),
                           latex=r"\frac{{1}}{{N}} \sum_s {0}", words="the mean over the samples of {0}"))
_row("partial", 2, lambda a, b: (), spellings=_everywhere(
     "∂{0}/∂{1}", FRACTION, ATOM, ATOM, ascii="d{0}/d{1}",
     latex=Spelling(r"\frac{{\partial {0}}}{{\partial {1}}}", FRACTION, (ATOM, ATOM)),
     words="the derivative of {0} by {1}"))
# fmt: on
