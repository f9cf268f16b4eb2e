"""A guess at one entry of a told line, judged: right to the digits given, rounded on the way, or wrong and why."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal

from backtrace.answers.asked import Asked
from backtrace.answers.mistakes import MISTAKES, Candidate, Mistake
from backtrace.answers.numbers import WrittenNumber, read_number
from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.errors import InputError
from backtrace.formula.calculus import opened
from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Apply, Var
from backtrace.formula.intervals import Interval
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula, Operands, number, shortened
from backtrace.lesson.numbers import Shown, calculate, kept, put_in, rounds_to

Kind = Literal["right", "rounded", "too few digits", "sign", "factor", "term", "wrong", "not a number"]
_FEWEST_DIGITS, _MANY_DIGITS = 2, 3
_FAR = 10
_NOISE = Fraction(1, 10**12)
_FARTHEST = Fraction(1, 4)  # what needs more rounding than that to be explained is not
_TOO_FEW = ": too few digits to tell; give at least two, not counting zeros in front"
_CARRIES_TOO_FEW = ": rounded so early that no digit of it can be told; carry more digits"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a guess is, and the sentence for the learner; `mistake` is the row of the table that explains it, if any."""

    kind: Kind
    sentence: Sentence
    mistake: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the method was right: numbers rounded on the way are."""
        return self.kind in ("right", "rounded")

    @property
    def asks_again(self) -> bool:
        """Whether it decides nothing: no number was written, or too few digits were given or carried."""
        return self.kind in ("not a number", "too few digits")

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else part.linear("text") for part in self.sentence)


def judged(
    trace: Trace, equation: Equation, index: tuple[int, ...], update: int, sample: int | None, text: str, *,
    detail: bool = False,
) -> Verdict:  # fmt: skip
    """The verdict on what was typed for one entry (counted from 1) of the equation's quantity.

    Update and sample are those of the line, as a stop of the walk has them. With `detail` the line's formula is the
    one that is told in detail.
    """
    try:
        typed = read_number(text)
    except InputError as error:
        return Verdict("not a number", (str(error),))
    return _Judging(Asked.of(trace, equation, index, update, sample, detail), typed).verdict()


@dataclass(frozen=True, eq=False)
class _Judging:
    """One number that was written for one entry."""

    asked: Asked
    typed: WrittenNumber

    @property
    def said(self) -> Formula:
        """The number, as it was written."""
        return number(self.typed.shown)

    @cached_property
    def decimals(self) -> int:
        """The decimals that a learner works with: those of the lesson or of the answer, whichever are fewer."""
        lesson, own = self.lesson_decimals, self.typed.decimals
        return lesson if own is None else max(0, min(lesson, own))

    @property
    def lesson_decimals(self) -> int:
        """The decimals that the lesson shows."""
        return self.asked.deriving.decimals

    def verdict(self) -> Verdict:
        if verdict := self.right() or self.rounded():
            return verdict
        return self.explained() or self.undecided() or Verdict("wrong", (self.said, ": not this; ", *self.hint()))

    def right(self) -> Verdict | None:
        """Right to its last digit, or so near that with more digits it may be; None where it is not."""
        typed, value, true = self.typed, self.asked.value, self.asked.true
        is_kept = typed.low <= value <= typed.high
        if not is_kept and not true.meets(typed.low, typed.high):
            return None
        is_exact = typed.value == value or true.meets(typed.value, typed.value)
        if not is_exact and self.has_few_digits:
            return Verdict("too few digits", (self.said, _TOO_FEW))
        if not is_kept and self.asked.deriving.places(self.asked.equation) is not None:
            as_kept = number(put_in(float(value), self.lesson_decimals, self.lesson_decimals))
            return Verdict("right", (self.said, " ✓ (this example rounds it to ", as_kept, " before it goes on)"))
        has_all = is_exact or typed.significant is None or typed.significant >= _MANY_DIGITS
        return Verdict("right", (self.said, " ✓" if has_all else " ✓ (to the digits given)"))

    @property
    def has_few_digits(self) -> bool:
        """Whether so few digits are given that many numbers would agree with them."""
        return self.typed.significant is not None and self.typed.significant < _FEWEST_DIGITS

    def rounded(self) -> Verdict | None:
        """Right but for operands and results that were rounded on the way; None where that does not explain it."""
        if self.has_few_digits or not self.is_reached(*self.reaches):
            return None
        calculation = next(self.calculations(), None)
        way: Sentence = (" (", *calculation, " = ", self.said, ")") if calculation else ()
        right = number(_alike(self.asked.value, self.typed) or kept(float(self.asked.value), self.decimals))
        return Verdict("rounded", (self.said, ": right method, rounded on the way", *way, "; with all digits ", right))

    @cached_property
    def reaches(self) -> tuple[Interval, Interval]:
        """What the line gives from rounded operands, and with every result on the way rounded too."""
        formula, decimals = self.asked.formula, self.decimals
        return self.asked.reach(formula, decimals, inside=False), self.asked.reach(formula, decimals, inside=True)

    def reach_of(self, candidate: Candidate) -> Interval:
        """What a changed formula gives from rounded operands."""
        return self.asked.reach(candidate.formula, self.decimals, inside=False, reads=candidate.reads)

    def is_reached(self, *reaches: Interval, sign: int = 1) -> bool:
        """Whether one of these holds the number, or with `sign` −1 its opposite.

        What reaches 0, or is wider than the number itself, excuses nothing.
        """
        low, high = sorted((sign * self.typed.low, sign * self.typed.high))
        size = abs(self.typed.value)
        return any(each.width <= size and not each.meets(0, 0) and each.meets(low, high) for each in reaches)

    def undecided(self) -> Verdict | None:
        """Where rounded operands reach the number, but so much else that nothing can be told; None elsewhere."""
        if self.has_few_digits or not self.reaches[0].meets(self.typed.low, self.typed.high):
            return None
        return Verdict("too few digits", (self.said, _CARRIES_TOO_FEW))

    def calculations(self) -> Iterator[Sentence]:
        """The line with rounded numbers put in, and the rounded factors of its product, where they give the number."""
        if self.typed.unit is None:
            return
        deriving, decimals, reads = self.asked.deriving, self.decimals, self.asked.reads
        body = opened(self.asked.formula)
        if isinstance(body, Var):
            return
        (result,) = calculate(body, reads, decimals, decimals)
        if rounds_to(result, self.typed.shown):
            yield (Formula(shortened(body), Operands(reads, decimals, decimals, deriving.rows)),)
        if isinstance(body, Apply) and body.op.name == "mul":
            left, right = (put_in(float(evaluate(factor, reads)), decimals, decimals) for factor in body.args)
            if rounds_to(left.decimal * right.decimal, self.typed.shown):
                yield (_product(left, right),)

    def explained(self) -> Verdict | None:
        """The first mistake of the table that gives the number: with all digits, or else with rounded operands."""
        is_opposite = not self.has_few_digits and self.is_opposite
        found = next(self.explanations(is_opposite), None)
        if found is None:
            sentence = ": your size is right, the sign is not"
            return Verdict("sign", (self.said, sentence)) if is_opposite else None
        mistake, candidate = found
        if mistake.kind == "sign":
            what = "your size is right, the sign is not: " if is_opposite else "a sign is not right: "
            return Verdict("sign", (self.said, f": {what}", *candidate.sentence), mistake.name)
        return Verdict(mistake.kind, (self.said, ": ", *candidate.sentence), mistake.name)

    @property
    def is_opposite(self) -> bool:
        """Whether all is right but the sign."""
        low, high = -self.typed.high, -self.typed.low
        return (
            low <= self.asked.value <= high
            or self.asked.true.meets(low, high)
            or self.is_reached(*self.reaches, sign=-1)
        )

    def explanations(self, is_opposite: bool) -> Iterator[tuple[Mistake, Candidate]]:
        """The mistakes that give the number, those that give it with all digits first."""
        rows = [row for row in MISTAKES if row.kind == "sign"] if is_opposite else MISTAKES
        near = []
        for made in ((row, candidate) for row in rows for candidate in row.candidates(self.asked)):
            off = self.distance(made[1].value)
            if off is not None and off <= self.precision:
                yield made
            elif off is not None and off <= _FARTHEST * abs(self.typed.value) and made[0].may_be_rounded:
                near.append(made)
        if not self.has_few_digits:
            yield from (made for made in near if self.is_reached(self.reach_of(made[1])))

    def distance(self, value: float) -> Fraction | None:
        """How far a number is from the one that was written; None where it is nothing or none."""
        return abs(Fraction(value) - self.typed.value) if math.isfinite(value) and value else None

    @property
    def precision(self) -> Fraction:
        """How far a number may be from the one written to be it; of fewer than two digits it must be all of it."""
        noise = _NOISE * abs(self.typed.value)
        return noise if self.has_few_digits else max(self.typed.half, noise)

    def hint(self) -> Sentence:
        """What is wrong with the number, without giving the right one away."""
        typed, value = self.typed.value, self.asked.value
        if not typed:
            return ("it is not zero",)
        if typed * value < 0:
            return ("its sign is not right, nor is its size",)
        far = "far " if value and not 1 / _FAR < abs(typed / value) < _FAR else ""
        return (f"it is {far}too {'large' if abs(typed) > abs(value) else 'small'}",)


def _product(left: Shown, right: Shown) -> Formula:
    """The product of two numbers."""
    factors = {"left": left, "right": right}
    return Formula(Var("left") * Var("right"), lambda language: lambda var, _: factors[var.name].written(language))


def _alike(value: Fraction, typed: WrittenNumber) -> Shown | None:
    """The value with as many digits as a number that was written; None where they would say nothing of it."""
    exponent = typed.shown.exponent or 0
    if typed.decimals is None:
        return None
    digits = f"{float(value / Fraction(10) ** exponent):.{max(0, typed.decimals + exponent)}f}"
    return Shown(digits, typed.shown.exponent) if float(digits) else None
