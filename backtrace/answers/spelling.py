"""How the parts of a judgement are spelt: quantities, updates and samples, and true values to the digits given."""

from __future__ import annotations

from backtrace.answers.judgement import WRONG, Judgement, Verdict
from backtrace.answers.working import Key
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.numbers import Shown, shown


class Spelling:
    """The words and signs for one judgement; its lines are numbered in the order of the working."""

    def __init__(self, judgement: Judgement) -> None:
        self.judgement, self.trace, self.sheet = judgement, judgement.trace, judgement.sheet
        self.numbers = {line.key: number for number, line in enumerate(judgement.lines, 1)}
        self.marks = {line.key: number for number, line in enumerate(judgement.wrong, 1)}

    def shape(self, key: Key) -> tuple[int, ...]:
        """The shape of a quantity."""
        return self.trace.plan.quantities[key.id].var.shape

    def true(self, verdict: Verdict) -> Shown:
        """The true value with as many digits as were given, at least so many that it differs from a wrong one."""
        written = verdict.figure.number
        if written is None or written.decimals is None:
            return shown(verdict.expected, self.trace.scenario.decimals)
        decimals = max(0, written.decimals)
        while verdict.kind in WRONG and float(shown(verdict.expected, decimals).decimal) == float(written.value):
            decimals += 1
        return shown(verdict.expected, decimals)

    def name(self, key: Key) -> Formula:
        """The quantity's name."""
        return Formula(self.trace.plan.quantities[key.id].var, self.trace.notation.leaf)

    def of_sample(self, key: Key) -> Sentence:
        """The sample, where there are several."""
        return (f", sample {key.sample}",) if key.sample is not None and len(self.trace.scenario.x) > 1 else ()

    def when(self, key: Key) -> Sentence:
        """Update and sample, where there are several."""
        parts = []
        if self.sheet.last_update > 1 or key.update > 1:
            parts.append(
                f"update {key.update}" if key.update <= self.trace.updates else f"after update {key.update - 1}"
            )
        when = f" ({', '.join(parts)})" if parts else ""
        return (when, *self.of_sample(key))
