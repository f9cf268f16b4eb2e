"""The mistakes that explain a wrong number: each is a changed node of a formula, in the line or in one before it.

A row of the table says what a mistake is called and which formulas it makes of a line; whether one of them gives
the number that was written is found by working it with the same operands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from backtrace.answers.asked import Asked
from backtrace.answers.changes import (
    Change,
    Ways,
    changes,
    factor_left_out,
    minus_lost,
    reversed_difference,
    reversed_other,
    sign_exchanged,
    term_left_out,
)
from backtrace.engine.equation import Equation
from backtrace.formula.calculus import opened
from backtrace.formula.evaluate import Lookup, evaluate, indices
from backtrace.formula.expr import Expr, Var, variables
from backtrace.lesson.blocks import Sentence

MistakeKind = Literal["sign", "factor", "term", "wrong"]
_MOST_ENTRIES = 24
_PLACES_SHIFTED = 3

_CALLED = {
    "learning_rate": "the learning rate ",
    "weights": "the weight ",
    "slope": "the slope ",
    "output_error": "the error ",
    "hidden_error": "the error ",
    "input": "the input ",
    "target": "the target ",
}
_LEFT_OUT_OF = {"div": "the division by ", "pow": "the power in ", "add": "the term ", "sub": "the term "}


@dataclass(frozen=True, eq=False)
class Candidate:
    """A formula that may have been used in place of the right one, what it reads, and the sentence that says so."""

    formula: Expr
    reads: Lookup
    sentence: Sentence

    @property
    def value(self) -> float:
        """What the formula gives with all digits; infinite or not a number where it has no value."""
        with np.errstate(all="ignore"):
            return float(evaluate(self.formula, self.reads))


@dataclass(frozen=True, eq=False)
class Mistake:
    """One row of the table: a name, what is wrong with the number, and the formulas that the mistake makes.

    The sentences of a mistake of sign complete "the sign is not right: "; the others stand by themselves.
    `may_be_rounded` says whether a number that only comes near, as rounding may leave it, is explained too.
    """

    name: str
    kind: MistakeKind
    candidates: Callable[[Asked], Iterator[Candidate]]
    may_be_rounded: bool = True


def _in_the_line(ways: Ways, says: Callable[[Asked, Change], Sentence]) -> Callable[[Asked], Iterator[Candidate]]:
    """The formulas that the line has with one node changed."""

    def candidates(asked: Asked) -> Iterator[Candidate]:
        for change in changes(asked.formula, ways):
            yield Candidate(change.formula, asked.reads, says(asked, change))

    return candidates


def _exchanged(asked: Asked, change: Change) -> Sentence:
    return (asked.named(change.now), " for ", asked.named(change.was), "?")


def _missing(asked: Asked, change: Change) -> Sentence:
    part = change.missing
    assert part is not None
    this: Sentence = ("this is ", asked.named(change.formula), "; ")
    word = _LEFT_OUT_OF.get(change.node.op.name) or _called(asked, part)
    return (*this, word, asked.named(part), " is missing")


def _called(asked: Asked, part: Expr) -> str:
    """What a factor of the line's formula is called, with its article."""
    if isinstance(part, Var) and asked.role(part) in _CALLED:
        return _CALLED[asked.role(part)]
    slope = asked.trace.plan.equation(f"slope{asked.equation.quantity.layer}")
    if slope is None or len(slope.target.shape) != len(asked.index) or not asked.equation.is_error_signal:
        return "the factor "
    return (
        _CALLED["slope"]
        if asked.text(asked.deriving.formula(slope, asked.index)) == asked.text(part)
        else "the factor "
    )


def _in_an_earlier_line(way: Ways) -> Callable[[Asked], Iterator[Candidate]]:
    """The line as it is, when a backward line before it has one node changed and those between are worked again."""

    def candidates(asked: Asked) -> Iterator[Candidate]:
        plan, own = asked.trace.plan, asked.equation
        if own.phase not in ("backward", "update") or (plan.batched and not own.target.per_sample):
            return
        worked = plan.of_sample + plan.of_update
        between = [e for e in worked[: worked.index(own)] if e.phase in ("backward", "update") and e.told != "detail"]
        for place, equation in enumerate(between):
            if equation.phase != "backward":
                continue
            first = tuple(1 for _ in equation.target.shape)
            whole = changes(asked.deriving.formula(equation), way)
            shown = changes(asked.deriving.formula(equation, first), way)
            for change, entry in zip(whole, shown, strict=False):
                reads = _worked_again(asked, equation, change.formula, between[place + 1 :])
                if reads is not None:
                    yield Candidate(asked.formula, reads, _exchanged(asked, entry))

    return candidates


def _worked_again(asked: Asked, changed: Equation, formula: Expr, later: Sequence[Equation]) -> Lookup | None:
    """What the line reads when an earlier one has the changed formula; None where that changes nothing."""
    deriving, values = asked.deriving, dict[str, Any]()

    def read(var: Var) -> Any:
        return values[var.name] if var.name in values else asked.trace.value(var.name, deriving.update, deriving.sample)

    def reads(var: Var) -> Any:
        if var.name not in values:
            return asked.reads(var)
        return values[var.name][tuple(i - 1 for i in var.index or ())]

    with np.errstate(all="ignore"):
        values[changed.id] = np.asarray(evaluate(opened(formula), read))
        for equation in later:
            if any(var.name in values for var in equation.operands):
                values[equation.id] = np.asarray(evaluate(equation.opened, read))
    return reads if any(var.name in values for var in variables(asked.formula)) else None


def _by_two(asked: Asked) -> Iterator[Candidate]:
    yield Candidate(2 * asked.formula, asked.reads, ("this is twice the value: is there a factor 2 too many?",))
    yield Candidate(asked.formula / 2, asked.reads, ("this is half of the value: is a factor 2 missing?",))


def _other_entry(asked: Asked) -> Iterator[Candidate]:
    shape = asked.equation.target.shape
    if np.prod(shape) > _MOST_ENTRIES:
        return
    for index in indices(shape):
        if index != asked.index:
            name = asked.named(Var(asked.equation.id, (), index=index))
            asks = asked.named(Var(asked.equation.id, (), index=asked.index))
            formula = asked.deriving.formula(asked.equation, index)
            yield Candidate(formula, asked.reads, ("this is ", name, ", not ", asks))


def _point_shifted(asked: Asked) -> Iterator[Candidate]:
    for places in range(1, _PLACES_SHIFTED + 1):
        for formula in (asked.formula * 10**places, asked.formula / 10**places):
            yield Candidate(formula, asked.reads, ("the digits are right, the decimal point is not",))


# fmt: off
MISTAKES: tuple[Mistake, ...] = (
    Mistake("difference reversed",                     "sign",   _in_the_line(reversed_difference, _exchanged)),
    Mistake("minus sign lost",                         "sign",   _in_the_line(minus_lost, _exchanged)),
    Mistake("plus and minus exchanged",                "sign",   _in_the_line(sign_exchanged, _exchanged)),
    Mistake("difference reversed in an earlier line",  "sign",   _in_an_earlier_line(reversed_difference)),
    Mistake("minus sign lost in an earlier line",      "sign",   _in_an_earlier_line(minus_lost)),
    Mistake("factor left out",                         "factor", _in_the_line(factor_left_out, _missing)),
    Mistake("term left out",                           "term",   _in_the_line(term_left_out, _missing)),
    Mistake("difference of other terms reversed",      "sign",   _in_the_line(reversed_other, _exchanged)),
    Mistake("factor 2",                                "factor", _by_two),
    Mistake("another entry",                           "wrong",  _other_entry),
    Mistake("decimal point shifted",                   "factor", _point_shifted, may_be_rounded=False),
)
"""The table of mistakes, the likelier ones first: where several explain a number, the first of them is named."""
# fmt: on
