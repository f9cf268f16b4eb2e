"""The plain blocks that a lesson is made of; a format prints them and decides nothing about their content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backtrace.formula.writing import Language, Written, linear
from backtrace.lesson.mathematics import Formula

Relation = Literal["equals", "rounds to", "becomes"]
Beside = Literal["kept", "unrounded", "decimal"]
FormName = Literal["chain", "formula", "numbers", "factors", "value"]

Sentence = tuple[str | Formula, ...]
"""Running text with mathematics in it."""

SIGNS: dict[Language, dict[Relation, str]] = {
    "text": {"equals": "=", "rounds to": "≈", "becomes": "←"},
    "ascii": {"equals": "=", "rounds to": "~=", "becomes": "<-"},
    "latex": {"equals": "=", "rounds to": r"\approx", "becomes": r"\leftarrow"},
    "words": {"equals": "=", "rounds to": "is about", "becomes": "becomes"},
}

NOTES: dict[FormName, str] = {
    "chain": "chain rule",
    "formula": "formula",
    "numbers": "numbers put in",
    "factors": "the two factors",
    "value": "",
}
"""What each form is called beside it, where each has a line of its own."""

TIMES: dict[Language, str] = {"text": " · ", "ascii": " * ", "latex": r" \cdot ", "words": " times "}


@dataclass(frozen=True, eq=False)
class Form:
    """One form of a derivation: what it is, how it relates to the form before, and its factors."""

    name: FormName
    relation: Relation
    factors: tuple[Formula, ...]

    def linear(self, language: Language, times: str = "") -> str:
        """The form on one line; `times` stands between its factors in place of the usual sign."""
        if len(self.factors) == 1:
            return self.factors[0].linear(language)
        parts = [linear(Written(factor.as_factor(language)), language) for factor in self.factors]
        return (times or TIMES[language]).join(parts)


@dataclass(frozen=True, eq=False)
class Derivation:
    """The derivation of a quantity or of one entry: its forms, and the number that stands beside its value.

    `beside` says what that number is: what is kept and carried on; where the value is rounded and carried on so, what
    it would be without any rounding; and of a fraction the decimal number. `tall` asks for one form on each line.
    `shapes` are those of the quantity and of the operands.
    """

    target: Formula
    forms: tuple[Form, ...]
    kept: Formula | None = None
    tall: bool = False
    shapes: Formula | None = None
    beside: Beside = "kept"

    def linear(self, language: Language) -> str:
        """The derivation on one line."""
        parts = [self.target.linear(language)]
        for form in self.forms:
            parts += [SIGNS[language][form.relation], form.linear(language)]
        return " ".join(parts)

    def __str__(self) -> str:
        return self.linear("text")


@dataclass(frozen=True, eq=False, repr=False)
class Line:
    """A numbered line of the lesson: a quantity, why it is worked out, its derivations and how to read it.

    A line that is no step of its own has no number.
    `omitted` counts the entries that are not told because there are many.
    """

    number: int | None
    id: str
    name: Formula
    why: Sentence
    derivations: tuple[Derivation, ...]
    reading: Sentence = ()
    omitted: int = 0

    def __str__(self) -> str:
        return "\n".join(map(str, self.derivations))

    __repr__ = __str__


@dataclass(frozen=True)
class Heading:
    """A title; `level` 1 opens a phase, 2 a stage, 0 the lesson. `aside` stands at the other end of the line."""

    text: str
    level: int
    aside: str = ""


@dataclass(frozen=True, eq=False)
class Recall:
    """Lines to have in mind, such as the forward lines about to be differentiated, under a word that says so."""

    word: str
    lines: tuple[Derivation, ...]


@dataclass(frozen=True, eq=False)
class Given:
    """What is given: each quantity with its symbols, where it is a matrix, beside its numbers."""

    items: tuple[tuple[Formula, Formula | None, Formula], ...]


@dataclass(frozen=True, eq=False)
class Prose:
    """A sentence; `tone` says whether it explains, points something out or warns."""

    sentence: Sentence
    tone: Literal["plain", "note", "warning"] = "plain"


@dataclass(frozen=True, eq=False)
class Table:
    """A table of mathematics and text, with a title for each column."""

    columns: tuple[Sentence, ...]
    rows: tuple[tuple[Sentence, ...], ...]


@dataclass(frozen=True)
class Curve:
    """A series of numbers to be drawn, such as the loss after 0, 1, 2 … updates.

    `along` says what is counted from one value to the next, `first` where the count begins.
    """

    title: str
    values: tuple[float, ...]
    along: str = "updates"
    first: int = 0


@dataclass(frozen=True)
class Listing:
    """Text as it is typed, line by line, in the language of that name."""

    text: str
    language: str


Block = Heading | Line | Recall | Given | Prose | Table | Curve | Listing


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is told, in order."""

    blocks: tuple[Block, ...]

    def __iter__(self) -> Iterator[Block]:
        return iter(self.blocks)

    def lines(self) -> Iterator[Line]:
        """The numbered lines of the lesson."""
        return (block for block in self.blocks if isinstance(block, Line))
