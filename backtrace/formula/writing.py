"""Writing a formula in a language: text, ASCII, LaTeX or words, with names or with numbers put in.

The walk gives a row of pieces. A piece is a string, or a Grid: a matrix of strings that a format may set as
a block of several lines. Brackets follow from how tightly each operation binds; what a variable looks like
is the leaf's to say, so the same formula is written with names or with numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from string import Formatter
from typing import Literal

from backtrace.formula.expr import OPERATIONS, Apply, Expr, Num, Var, along_left
from backtrace.formula.operations import (
    APART,
    ATOM,
    BASE,
    EXPONENT,
    FRACTION,
    LOOSE,
    POWER,
    PRODUCT,
    SIGN,
    SIGNED_ATOM,
    SUM,
    ln,
)

Language = Literal["text", "ascii", "latex", "words"]
LANGUAGES: tuple[Language, ...] = ("text", "ascii", "latex", "words")


@dataclass(frozen=True)
class Grid:
    """A matrix of written entries; a column vector has one column, a row vector one row."""

    rows: tuple[tuple[str, ...], ...]

    def turned(self) -> Grid:
        """The transposed matrix."""
        return Grid(tuple(zip(*self.rows, strict=True)))


Piece = str | Grid


@dataclass(frozen=True)
class Written:
    """Something written, and how tightly it binds. `is_name` tells names from numbers put in."""

    pieces: tuple[Piece, ...]
    binds: int = ATOM
    is_name: bool = False


Leaf = Callable[[Var, bool], Written]
"""How a variable is written; the flag asks for it transposed."""

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_ENDS_RAISED: dict[Language, re.Pattern[str]] = {
    "text": re.compile(r"([\u00b2\u00b3\u00b9\u02b0-\u02e3\u1d2c-\u1dbf\u2070-\u207f]|\^\S+)$"),
    "latex": re.compile(r"\^\{[^{}]*\}(_\{[^{}]*\})?$"),
}

_HALF = Fraction(1, 2)
_LARGEST_DIVISOR, _DECIMALS = 100, 6  # 0.044715 is no fraction to anyone
_SPOKEN_POWERS = {2: " squared", 3: " cubed"}
_BRACKETS = ("(", ")")

# fmt: off
Signs = Mapping[Language, str]
_TIMES: Signs      = {"text": "·",   "ascii": "*",    "latex": r" \cdot ",  "words": " times "}
_ENTRYWISE: Signs  = {"text": " ⊙ ", "ascii": " .* ", "latex": r" \odot ",  "words": " entry by entry times "}
_MINUS: Signs      = {"text": "−",   "ascii": "-",    "latex": "-",         "words": "minus "}
_OVER: Signs       = {"text": "/",   "ascii": "/",    "latex": "/",         "words": " over "}
_TRANSPOSED: Signs = {"text": "ᵀ",   "ascii": "'",    "latex": r"^{\top}",  "words": " transposed"}
# fmt: on


def write(expr: Expr, leaf: Leaf, language: Language = "text") -> Written:
    """The formula as a row of pieces in the language, each variable as `leaf` writes it."""
    return _Writer(leaf, language).write(expr)


def linear(written: Written, language: Language = "text") -> str:
    """The pieces on one line: a matrix of numbers becomes [0.2 0.4; 0.6 0.8]."""
    return "".join(piece if isinstance(piece, str) else _flat(piece, language) for piece in written.pieces)


def _flat(grid: Grid, language: Language) -> str:
    if language == "latex":
        return r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in grid.rows) + r"\end{bmatrix}"
    between = ", " if language == "words" else " "
    return "[" + "; ".join(between.join(row) for row in grid.rows) + "]"


def transposed_name(name: str, language: Language) -> str:
    """A name with the mark of transposition; LaTeX has one superscript only, so the mark joins it."""
    if language == "latex" and _ENDS_RAISED["latex"].search(name):
        return re.sub(r"\^\{([^{}]*)\}(?=(_\{[^{}]*\})?$)", r"^{\1\\top}", name)
    return name + _TRANSPOSED[language]


@dataclass(frozen=True)
class _Writer:
    leaf: Leaf
    language: Language

    def write(self, expr: Expr, transposed: bool = False) -> Written:
        match expr:
            case Num():
                return self.number(expr)
            case Var():
                return self.leaf(expr, transposed)
            case Apply() if transposed:
                inner = bracketed(self.write(expr), ATOM, self.language)
                return Written((*inner, transposed_name("", self.language)))
            case Apply():
                first, sums = along_left(expr, lambda node: node.op.name != "add")
                written = self.write(first) if sums else self.operation(expr)
                for node in sums:
                    written = self.added(node, written)
                return written
        raise TypeError(f"{expr!r} is not a formula")

    def added(self, expr: Apply, left: Written) -> Written:
        """A sum whose left side is written already; what is added with a minus sign is subtracted."""
        match expr.args:
            case (first, Apply(op=op, args=(taken,))) if op.name == "neg":
                return self.applied(Apply(OPERATIONS["sub"], (first, taken), expr.shape, expr.per_sample), left)
        return self.applied(expr, left)

    def operation(self, expr: Apply) -> Written:
        match expr.op.name, expr.args:
            case "mul", (left, right):
                return self.product(left, right)
            case "ylogx", (y, x) if expr.shape:
                return self.product(y, ln(x))
            case "pow", (base, Num(value=exponent)) if exponent.denominator == 1:
                return self.whole_power(expr, base, exponent.numerator)
        return self.applied(expr)

    def number(self, num: Num) -> Written:
        over, under = abs(num.value.numerator), num.value.denominator
        if under == 1:
            text, binds = str(over), ATOM
        elif under > _LARGEST_DIVISOR and 10**_DECIMALS % under == 0:
            text, binds = str(Decimal(over) / under), ATOM
        elif (over, under, self.language) == (1, 2, "text"):
            text, binds = "½", ATOM
        elif self.language == "latex":
            text, binds = rf"\frac{{{over}}}{{{under}}}", FRACTION
        else:
            text, binds = f"{over}{_OVER[self.language]}{under}", FRACTION
        if num.value >= 0:
            return Written((text,), binds)
        return Written((_MINUS[self.language] + text,), SIGNED_ATOM if binds == ATOM else SIGN)

    def applied(self, expr: Apply, *written: Written) -> Written:
        """The operation in its spelling, with its first operands as they are written already."""
        spelling = expr.op.spellings[self.language]
        others = list(enumerate(expr.args))[len(written) :]
        operands = [*written, *(self.write(arg, i in spelling.transposed) for i, arg in others)]
        pieces: list[Piece] = []
        for literal, slot, _, _ in Formatter().parse(spelling.template):
            pieces.append(literal)
            if slot is not None:
                i = int(slot)
                needs = spelling.needs[i] if i < len(spelling.needs) else LOOSE
                pieces.extend(bracketed(operands[i], needs, self.language))
        is_signed_atom = expr.op.name == "neg" and operands[0].binds == ATOM
        return Written(_joined(pieces), SIGNED_ATOM if is_signed_atom else spelling.binds)

    def product(self, left: Expr, right: Expr) -> Written:
        if _is_entrywise(left, right):
            return Written(_joined([*self.entrywise(left), _ENTRYWISE[self.language], *self.entrywise(right)]), APART)
        first, second = self.write(left), self.write(right)
        beside = bracketed(second, APART, self.language)
        is_bracket = beside != second.pieces
        is_coefficient = isinstance(left, Num) and (left.value == _HALF or left.value in range(2, 1000))
        times = _TIMES[self.language]
        if self.language in ("text", "latex"):
            if is_bracket and second.binds == SUM and (is_coefficient or (first.is_name and first.binds == ATOM)):
                times = ""
            elif is_coefficient and second.is_name:
                times = " " if self.language == "latex" else ""
        binds = PRODUCT if is_bracket else min(PRODUCT, second.binds)
        return Written(_joined([*bracketed(first, PRODUCT, self.language), times, *beside]), binds)

    def entrywise(self, operand: Expr) -> tuple[Piece, ...]:
        """An operand of ⊙: another ⊙ stands there without brackets, a matrix product does not."""
        written = self.write(operand)
        chains = isinstance(operand, Apply) and operand.op.name == "mul" and _is_entrywise(*operand.args)
        return written.pieces if chains else bracketed(written, PRODUCT, self.language)

    def whole_power(self, expr: Apply, base: Expr, exponent: int) -> Written:
        pieces = bracketed(self.write(base), BASE, self.language)
        if self.language == "text":
            return Written(_joined([*pieces, str(exponent).translate(_RAISED)]), POWER)
        if self.language == "words" and exponent in _SPOKEN_POWERS:
            return Written(_joined([*pieces, _SPOKEN_POWERS[exponent]]), POWER)
        return self.applied(expr)


def _is_entrywise(left: Expr, right: Expr) -> bool:
    """Whether a product is one of vectors or matrices, entry by entry; with a single entry it is one of numbers."""
    return bool(left.shape and right.shape) and left.shape != (1,)


def bracketed(written: Written, needs: int, language: Language) -> tuple[Piece, ...]:
    """The pieces, in brackets where they bind less tightly than needed."""
    if needs == EXPONENT:
        stands_free = written.binds >= needs or written.binds == SIGNED_ATOM
    elif needs == BASE:
        stands_free = written.binds == ATOM and not _ends_raised(written.pieces[-1], language)
    else:
        stands_free = written.binds >= needs
    if stands_free:
        return written.pieces
    left, right = (r"\left(", r"\right)") if language == "latex" else ("(", ")")
    return (left, *written.pieces, right)


def _ends_raised(piece: Piece, language: Language) -> bool:
    """Whether a further raised sign would run into one, as in b⁽¹⁾²; LaTeX refuses a second superscript."""
    return isinstance(piece, str) and language in _ENDS_RAISED and bool(_ENDS_RAISED[language].search(piece))


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring strings as one, except brackets, which a format may stretch around a matrix."""
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else "("
        if piece == "":
            continue
        if isinstance(piece, Grid) or isinstance(last, Grid) or piece in _BRACKETS or last in _BRACKETS:
            out.append(piece)
        else:
            out[-1] = last + piece
    return tuple(out)
