"""A wrong line explained: what is wrong, the formula as it should be, and as it was apparently used, with numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from backtrace.answers.explanation import Explanation
from backtrace.answers.judgement import WRONG, Judged
from backtrace.answers.spelling import Spelling
from backtrace.answers.used import Opening, is_readable
from backtrace.answers.working import Key, Working, reads_before
from backtrace.formula.calculus import opened
from backtrace.formula.evaluate import FLOATS, evaluate
from backtrace.formula.expr import Expr, Num, Var
from backtrace.lesson.blocks import Block, Derivation, Form, Heading, Prose, Recall
from backtrace.lesson.mathematics import Formula, Operands, number, shortened
from backtrace.lesson.numbers import closing

_MOST_OTHERS = 3


class Explaining(Spelling):
    """Explains the wrong lines of one judgement."""

    @cached_property
    def own(self) -> Working:
        """The learner's own lines as doubles."""
        return Working(self.trace, FLOATS, self.judgement.written())

    def blocks(self, line: Judged) -> Iterator[Block]:
        """What is wrong with a line, and what was apparently used in place of the right formula."""
        heading = f"({self.marks[line.key]}) line {self.numbers[line.key]}"
        if line.kind == "miscopied":
            yield Heading(f"{heading}: a number of the example miscopied", 2)
            verdict = next(v for v in line.verdicts if v.kind == "miscopied")
            name = Formula(Var(line.key.id, (), index=verdict.index or None), self.trace.notation.leaf)
            yield Prose((name, " is given as ", number(self.true(verdict)), "; copy it as it stands in the example."))
            return
        if not line.explanations:
            yield from self.unexplained(line, heading)
            return
        best, *others = line.explanations
        yield Heading(f"{heading}: {best.name}", 2)
        note = f" ({best.altered.note})" if best.altered.note else ""
        yield Prose((self.name(line.key), *self.when(line.key), f": {best.mistake.says}{note}"))
        if best.second is not None:
            yield Prose((f"And: {best.second.mistake.says}",))
        yield from self.formulas(line, best)
        if best.key.update != line.key.update:
            yield Prose(("It is made in the line of ", self.name(best.key), *self.when(best.key), " already."), "note")
        elif best.key not in self.numbers and best.key != line.key:
            where = self.trace.plan.equation(best.key.id)
            if where is not None and where.told == "always":
                yield Prose(
                    ("The line ", self.name(best.key), " is not on the sheet; it would have shown this."), "note"
                )
        alike = list(dict.fromkeys(e.name for e in others if e.support == best.support and e.is_close == best.is_close))
        alike = [name for name in alike if name != best.name][:_MOST_OTHERS]
        if alike:
            yield Prose((f"The same number comes from: {'; '.join(alike)}.",), "note")

    def unexplained(self, line: Judged, heading: str) -> Iterator[Block]:
        """A wrong line that no mistake of the catalogue explains."""
        if line.named is not None:
            yield Heading(f"{heading}: right value, wrong name", 2)
            yield Prose(("What is written under ", self.name(line.key), " is ", self.name(line.named), "."))
            return
        yield Heading(f"{heading}: no known mistake explains this", 2)
        yield from self.formulas(line, None)

    def formulas(self, line: Judged, explanation: Explanation | None) -> Iterator[Block]:
        """The formula of the first wrong entry as it should be, and as it was apparently used."""
        for word, derivation in zip(("should be", "you used "), self.derivations(line, explanation), strict=True):
            if derivation is not None:
                yield Recall(word, (derivation,))

    def derivations(self, line: Judged, explanation: Explanation | None) -> tuple[Derivation | None, Derivation | None]:
        """How the first wrong entry should be worked, and how it apparently was; None where that is too long."""
        key, index = line.key, next(v.index for v in line.verdicts if v.kind in WRONG)
        if explanation is not None and explanation.key.update != key.update:
            key, index = explanation.key, tuple(1 for _ in self.shape(explanation.key))
        opening = Opening(self.own, explanation.formulas if explanation else {}, key.update)
        self.own.floor = max(1, key.update - 1)
        target = Formula(Var(key.id, (), index=index or None), self.trace.notation.leaf)
        formulas = (opening.formula(key.id, index, is_changed) for is_changed in (False, True))
        right, used = (self.readable(target, formula, key) for formula in formulas)
        return right, used if explanation else None

    def readable(self, target: Formula, formula: Expr, key: Key) -> Derivation | None:
        """The formula worked, where it is short enough and reads nothing that has no name."""
        return self.worked(target, formula, key) if is_readable(formula) and not reads_before(formula) else None

    def worked(self, target: Formula, formula: Expr, key: Key) -> Derivation:
        """A formula, its numbers put in, and what they give, to the digits of the line."""
        equation, line = self.trace.plan.equation(key.id), self.judgement.line(key)
        assert equation is not None
        reads, body = self.own.lookup(equation, key), opened(formula)
        figures = [v.figure.number for v in line.verdicts] if line else []
        given = (number.decimals for number in figures if number and number.decimals)
        decimals = max(given, default=self.trace.scenario.decimals)
        with np.errstate(all="ignore"):
            value = float(evaluate(body, reads))
        close = closing(body, reads, [value], decimals)
        operands = Operands(reads, close.decimals, decimals, self.trace.scenario.orientation == "row")
        named = self.trace.notation.arranged(formula)
        forms = [Form("formula", "equals", (Formula(shortened(named), self.trace.notation.leaf),))]
        if not isinstance(formula, Var | Num):
            forms.append(Form("numbers", "equals", (Formula(shortened(opened(named)), operands),)))
        forms.append(Form("value", "equals" if close.exact else "rounds to", (number(close.results[0]),)))
        return Derivation(target, tuple(forms))
