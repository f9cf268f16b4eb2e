"""Asking for a sheet line by line, at a prompt on stderr: the verdict at once, a hint on request, all at the end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from backtrace.answers.judgement import Judged, Judgement
from backtrace.answers.judging import judge
from backtrace.answers.report import Report
from backtrace.answers.separating import separating
from backtrace.answers.sheets.empty import told_equations
from backtrace.answers.sheets.lines import line_of
from backtrace.answers.sheets.naming import names_of
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.answers.sheets.sheet import Sheet
from backtrace.answers.working import Key
from backtrace.cli.report import report
from backtrace.cli.run import print_lesson
from backtrace.cli.source import scenario_of, source, traced
from backtrace.cli.terminal import Output, language_of
from backtrace.engine.trace import Trace
from backtrace.errors import BacktraceError
from backtrace.formats.safe import printable
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.lines import UpdateTold
from backtrace.lesson.telling import Telling


class _Ended(Exception):  # noqa: N818  (nothing is wrong)
    """Enough was typed."""


def enter(options: dict[str, Any], output: Output) -> int:
    """Ask for the example and its lines, and tell the judgement; 1 where something is wrong."""
    try:
        trace = _example(options)
    except _Ended:
        return 0
    entering = _Entering(trace, output)
    entering.ask()
    if not entering.said:
        return 0
    told = Report(entering.judgement)
    print_lesson(told.lesson(), output)
    return 0 if told.is_right else 1


def _example(options: dict[str, Any]) -> Trace:
    """The trace of the example that is asked for, until there is one of that name."""
    while True:
        name = _typed("Which example? (a name or a path; Enter: lecture)") or "lecture"
        try:
            return traced(scenario_of(source({**options, "scenario": name, "decimals": None})))
        except BacktraceError as error:
            report(error)


def _typed(prompt: str) -> str:
    """What is typed at a prompt; raises _Ended at the end of it, or for q."""
    print(printable(prompt, language_of(sys.stderr) == "ascii"), end=" ", file=sys.stderr, flush=True)
    line = sys.stdin.buffer.readline()
    if not line:
        print(file=sys.stderr)
        raise _Ended
    answer = line.decode(sys.stdin.encoding, "replace").strip()
    if answer == "q":
        raise _Ended
    return answer


class _Entering:
    """The lines typed so far, by key."""

    def __init__(self, trace: Trace, output: Output) -> None:
        self.trace, self.output = trace, output
        self.said: dict[Key, str] = {}
        self.language: Language = "words" if output.plain else language_of(sys.stderr)

    @property
    def sheet(self) -> Sheet:
        """The sheet as far as it goes."""
        lines = [line_of(f"{key.id}{f' @ 1, sample {key.sample}' if key.sample else ''} = {text}")
                 for key, text in self.said.items()]  # fmt: skip
        return sheet_of_lines(self.trace.scenario, Written("What you worked", lines), "ids")

    @property
    def judgement(self) -> Judgement:
        """The judgement of it."""
        return judge(self.sheet, self.trace)

    def ask(self) -> None:
        """Ask for every line of the first update, in the order of the working."""
        print("Enter skips a line, ? gives a hint, q ends. Several numbers: 0.52 1.14, rows with ;", file=sys.stderr)
        try:
            for key in self.keys():
                self.line(key)
        except _Ended:
            return

    def keys(self) -> Iterator[Key]:
        """The lines; after a wrong one with several explanations first the line that tells them apart."""
        sample = self.trace.schedule.samples(1)[0] + 1
        waiting = [Key(e.id, 1, sample if e.target.per_sample else None)
                   for e in told_equations(names_of(self.trace.scenario))]  # fmt: skip
        while waiting:
            key = waiting.pop(0)
            yield key
            line = self.judgement.line(key) if key in self.said else None
            apart = separating(self.judgement, line, waiting) if line else None
            if apart is not None:
                self.say(("Several mistakes give that. This line tells them apart:",))
                waiting.remove(apart)
                waiting.insert(0, apart)

    def line(self, key: Key) -> None:
        """Ask for one line until it can be read, and say what it is."""
        name = self.trace.notation.spell(self.trace.plan.quantities[key.id].var, self.language)
        hints = self.hints(key)
        while answer := _typed(f"{name}{f' of sample {key.sample}' if key.sample else ''} ="):
            if answer == "?":
                self.say(next(hints, ("There is no further hint.",)))
                continue
            self.said[key] = answer
            judgement = self.judgement
            line = judgement.line(key)
            if line is not None and line.kind != "not a number":
                self.verdict(judgement, line)
                return
            del self.said[key]
            problems = [str(row.fault.problem) for row in judgement.faults if row.fault]
            problems += [v.figure.problem for v in line.verdicts if v.figure.problem] if line else []
            for problem in problems:
                print(printable(problem), file=sys.stderr)

    def verdict(self, judgement: Judgement, line: Judged) -> None:
        """Say what a line is, and of a wrong one why."""
        told = Report(judgement)
        best = line.explanations[0] if line.explanations else None
        why = f": {best.name}. {best.mistake.says}" if best else ""
        self.say((f"   {'WRONG' if line.kind == 'wrong' else told.verdict(line)}{why}",))

    def hints(self, key: Key) -> Iterator[Sentence]:
        """What the quantity is, then its formula, then its numbers put in."""
        equation = self.trace.plan.equation(key.id)
        assert equation is not None
        yield (equation.quantity.role.why or equation.quantity.meaning,)
        deriving = UpdateTold(self.trace, Telling(), 1).deriving(key.sample or self.trace.schedule.samples(1)[0] + 1)
        index = tuple(1 for _ in equation.target.shape)
        derivation = deriving.of_entry(equation, index, with_chain=False)
        for form in derivation.forms:
            if form.name in ("formula", "numbers"):
                yield derivation.target, " = ", form.linear(self.language)

    def say(self, sentence: Sentence) -> None:
        """A sentence on stderr."""
        parts = (part if isinstance(part, str) else part.linear(self.language) for part in sentence)
        print(printable("".join(parts), self.language == "ascii"), file=sys.stderr)
