"""Writing a formula in a language: text, ASCII, LaTeX or words, with names or with numbers put in.

The walk gives a row of pieces. A piece is a string, or a Grid: a matrix of strings that a format may set as
a block of several lines. Brackets follow from how tightly each operation binds; what a variable looks like
is the leaf's to say, so the same formula is written with names or with numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from backtrace.formula.expr import Apply, Expr, Num, Spelling, Var
from backtrace.formula.operations import ATOM, FRACTION, LOOSE, PRODUCT, SIGN

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

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TIMES: dict[Language, str] = {"text": "·", "ascii": "*", "latex": r" \cdot ", "words": " times "}
_ENTRYWISE: dict[Language, str] = {"text": " ⊙ ", "ascii": " .* ", "latex": r" \odot ", "words": " entry by entry times "}
_TRANSPOSED: dict[Language, str] = {"text": "ᵀ", "ascii": "'", "latex": r"^{\top}", "words": " transposed"}


def write(expr: Expr, leaf: Leaf, language: Language = "text") -> Written:
    """The formula as a row of pieces in the language, each variable as `leaf` writes it."""
    return _Writer(leaf, language).write(expr)


def linear(written: Written, language: Language = "text") -> str:
    """The pieces on one line: a matrix of numbers becomes [0.2 0.4; 0.6 0.8]."""
    return "".join(piece if isinstance(piece, str) else _flat(piece, language) for piece in written.pieces)


def _flat(grid: Grid, language: Language) -> str:
    if language == "latex":
        return r"\begin{bmatrix}" + r" \\ ".join(" & ".join(row) for row in grid.rows) + r"\end{bmatrix}"
    return "[" + "; ".join(" ".join(row) for row in grid.rows) + "]"


def transposed_name(name: str, language: Language) -> str:
    """A name with the mark of transposition."""
    return name + _TRANSPOSED[language]


def factors(expr: Expr) -> list[Expr]:
    """The factors of a product at the top of a formula, from left to right; a single one if it is none."""
    if isinstance(expr, Apply) and expr.op.name == "mul":
        return [*factors(expr.args[0]), *factors(expr.args[1])]
    return [expr]


def summands(expr: Expr) -> list[Expr]:
    """The terms of a sum at the top of a formula, from left to right; a single one if it is none."""
    if isinstance(expr, Apply) and expr.op.name == "add":
        return [*summands(expr.args[0]), *summands(expr.args[1])]
    return [expr]


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
                inner = self.bracketed(self.write(expr), ATOM)
                return Written((*inner, transposed_name("", self.language)))
            case Apply(op=op) if op.name == "mul":
                return self.product(expr)
            case Apply(op=op) if op.name == "pow" and self.language != "latex":
                return self.power(expr)
            case Apply():
                return self.applied(expr, expr.op.spellings[self.language])
        raise TypeError(f"{expr!r} is not a formula")

    def number(self, num: Num) -> Written:
        value = num.value
        if value.denominator == 1:
            text = str(value.numerator).replace("-", "−" if self.language == "text" else "-")
            return Written((text,), ATOM if value >= 0 else SIGN)
        if (value.numerator, value.denominator) == (1, 2) and self.language == "text":
            return Written(("½",))
        if self.language == "latex":
            return Written((rf"\frac{{{value.numerator}}}{{{value.denominator}}}",), FRACTION)
        over = " over " if self.language == "words" else "/"
        return Written((f"{value.numerator}{over}{value.denominator}",), FRACTION)

    def applied(self, expr: Apply, spelling: Spelling) -> Written:
        pieces: list[Piece] = []
        for literal, slot, _, _ in Formatter().parse(spelling.template):
            pieces.append(literal)
            if slot is not None:
                i = int(slot)
                written = self.write(expr.args[i], i in spelling.transposed)
                needs = spelling.needs[i] if i < len(spelling.needs) else LOOSE
                pieces.extend(self.bracketed(written, needs))
        binds = spelling.binds
        if expr.op.name == "neg" and self.write(expr.args[0]).binds == ATOM:
            binds = SIGN + 3  # a signed atom: e^−z needs no brackets
        return Written(_joined(pieces), binds)

    def product(self, expr: Apply) -> Written:
        left, right = self.write(expr.args[0]), self.write(expr.args[1])
        times = _TIMES[self.language]
        if expr.args[0].shape and expr.args[1].shape and expr.shape != (1,):
            times = _ENTRYWISE[self.language]
        beside = self.bracketed(right, PRODUCT)
        literal = isinstance(expr.args[0], Num) and expr.args[0].value.denominator in (1, 2)
        if beside != right.pieces and (literal or left.is_name) and self.language in ("text", "latex"):
            times = ""
        elif literal and right.is_name and self.language in ("text", "latex"):
            times = "" if self.language == "text" else " "
        return Written(_joined([*self.bracketed(left, PRODUCT), times, *beside]), PRODUCT)

    def power(self, expr: Apply) -> Written:
        spelling = expr.op.spellings[self.language]
        base = self.bracketed(self.write(expr.args[0]), ATOM)
        exponent = expr.args[1]
        if isinstance(exponent, Num) and exponent.value.denominator == 1 and exponent.value >= 0:
            if self.language == "text":
                return Written(_joined([*base, str(exponent.value).translate(_RAISED)]), spelling.binds)
            if self.language == "words" and exponent.value == 2:
                return Written(_joined([*base, " squared"]), spelling.binds)
        return self.applied(expr, spelling)

    def bracketed(self, written: Written, needs: int) -> tuple[Piece, ...]:
        if written.binds >= needs:
            return written.pieces
        if self.language == "latex":
            return (r"\left(", *written.pieces, r"\right)")
        return ("(", *written.pieces, ")")


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring strings as one, except brackets, which a format may stretch around a matrix."""
    out: list[Piece] = []
    for piece in pieces:
        if piece == "":
            continue
        stands_alone = isinstance(piece, Grid) or piece in ("(", ")")
        if not stands_alone and out and isinstance(out[-1], str) and out[-1] not in ("(", ")"):
            out[-1] += piece
        else:
            out.append(piece)
    return tuple(out)


def bracketed(written: Written, needs: int, language: Language) -> tuple[Piece, ...]:
    """The pieces, in brackets where they bind less tightly than needed."""
    if written.binds >= needs:
        return written.pieces
    if language == "latex":
        return (r"\left(", *written.pieces, r"\right)")
    return ("(", *written.pieces, ")")
