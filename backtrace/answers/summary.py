"""Many sheets of one question: what came of each, and which line and which mistake how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backtrace.answers.judgement import Kind
from backtrace.answers.report import Report
from backtrace.lesson.blocks import Block, Heading, Lesson, Sentence, Table

_MOST_ROWS = 20


@dataclass(frozen=True)
class Result:
    """What came of one sheet, in words that a table can hold: lines are named in the notation.

    `wrong` has, for each line that is wrong by itself, its name and the mistake that explains it best, if any.
    `problem` says why a sheet could not be judged at all.
    """

    title: str
    is_right: bool = False
    counts: tuple[tuple[Kind, int], ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    faults: tuple[str, ...] = ()
    conventions: tuple[str, ...] = ()
    problem: str = ""

    def count(self, *kinds: Kind) -> int:
        """How many lines came out so."""
        return sum(number for kind, number in self.counts if kind in kinds)


def result_of(report: Report) -> Result:
    """What came of a sheet."""
    judgement = report.judgement
    spell = judgement.trace.notation.spell
    quantities = judgement.trace.plan.quantities
    wrong = tuple(
        (spell(quantities[line.key.id].var), line.explanations[0].name if line.explanations else "")
        for line in (() if report.is_decided else judgement.wrong)
    )
    counts = tuple(Counter(line.kind for line in judgement.lines).items())
    faults = tuple(f"{row.name}: {row.fault.kind}" for row in judgement.faults if row.fault)
    conventions = tuple(each.name for each in report.conventions) if report.is_decided else ()
    return Result(judgement.sheet.title, report.is_right, counts, wrong, faults, conventions)


def told_results(results: Sequence[Result]) -> Lesson:
    """The results as a lesson: over all, then sheet by sheet."""
    return Lesson(tuple(_blocks(results)))


def _blocks(results: Sequence[Result]) -> Iterator[Block]:
    right = sum(each.is_right for each in results)
    yield Heading(f"{len(results)} sheets: {right} without a wrong line", 0)
    lines = Counter(name for each in results for name, _ in each.wrong[:1])
    yield from _counted("The first wrong line", "line", lines, len(results))
    mistakes = Counter(mistake or "no known mistake" for each in results for _, mistake in each.wrong)
    yield from _counted("The mistakes, on all lines", "mistake", mistakes, len(results))
    yield Heading("Sheet by sheet", 2)
    columns = ("sheet",), ("right",), ("carried on",), ("wrong",), ("first wrong line",), ("mistake",)
    yield Table(columns, tuple(map(_row, results)))


def _counted(title: str, what: str, counts: Counter[str], sheets: int) -> Iterator[Block]:
    if counts:
        yield Heading(title, 2)
        rows = [((name,), (str(n),), (f"{n / sheets:.0%}",)) for name, n in counts.most_common(_MOST_ROWS)]
        yield Table(((what,), ("times",), ("of the sheets",)), tuple(rows))


def _row(result: Result) -> tuple[Sentence, ...]:
    if result.problem:
        return (result.title,), (), (), (), (), (result.problem,)
    line, mistake = result.wrong[0] if result.wrong else ("", "; ".join((*result.faults, *result.conventions)))
    numbers = result.count("correct", "noise", "rounded"), result.count("follows"), len(result.wrong)
    unknown = "no known mistake" if result.wrong and not mistake else mistake
    return (result.title,), *((str(n),) for n in numbers), (line,), (unknown,)


def is_all_right(results: Iterable[Result]) -> bool:
    """Whether no sheet has anything wrong."""
    return all(result.is_right for result in results)
