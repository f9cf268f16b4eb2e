"""A sheet judged: the verdict on every figure, line by line in the order of the working."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from backtrace.answers.explanation import Explanation
from backtrace.answers.sheets.sheet import Figure, Row, Sheet
from backtrace.answers.working import Index, Key, Working
from backtrace.engine.plan import Plan
from backtrace.engine.trace import Trace
from backtrace.formula.intervals import Interval

Kind = Literal[
    "correct", "noise", "rounded", "follows", "too few digits", "wrong", "miscopied", "wrong name", "not a number"
]
Note = Literal["", "cut off", "rounded inside"]
WRONG: tuple[Kind, ...] = ("wrong", "miscopied", "wrong name")
"""Wrong by itself: worked wrongly, a number of the example miscopied, or the right value under a wrong name."""
WORST_FIRST: tuple[Kind, ...] = (*WRONG, "not a number", "too few digits", "follows", "rounded", "noise", "correct")
RIGHT: tuple[Kind, ...] = ("correct", "noise", "rounded")


@dataclass(frozen=True, eq=False)
class Verdict:
    """What the figure of one entry is: `expected` is the true value, `reach` what rounding can lead to.

    `note` says how a digit came to be another one, where not by carrying rounded numbers on.
    """

    index: Index
    figure: Figure
    kind: Kind
    expected: float
    reach: Interval | None = None
    note: Note = ""


@dataclass(frozen=True, eq=False)
class Judged:
    """One line: the verdicts on its entries, and, where it is wrong, what explains it, the likeliest first.

    `follows` are the earlier lines that are not right and that it is worked from. `named` is another quantity whose
    value it holds: the right value under a wrong name.
    """

    key: Key
    rows: tuple[Row, ...]
    verdicts: tuple[Verdict, ...]
    follows: tuple[Key, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    named: Key | None = None

    @property
    def kind(self) -> Kind:
        """As bad as its worst entry."""
        return min((verdict.kind for verdict in self.verdicts), key=WORST_FIRST.index)

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong with it, rounding aside."""
        return self.kind in RIGHT


@dataclass(frozen=True, eq=False)
class Judgement:
    """A sheet judged: its lines in the order of the working, and the rows that could not be."""

    sheet: Sheet
    trace: Trace
    lines: tuple[Judged, ...]
    faults: tuple[Row, ...]

    @property
    def wrong(self) -> tuple[Judged, ...]:
        """The lines that are wrong by themselves, the first one first."""
        return tuple(line for line in self.lines if line.kind in WRONG)

    @property
    def is_right(self) -> bool:
        """Whether every line is right and could be judged."""
        return not self.faults and all(line.is_right for line in self.lines)

    def line(self, key: Key) -> Judged | None:
        """The line of that quantity."""
        return next((line for line in self.lines if line.key == key), None)

    @property
    def missing(self) -> tuple[Key, ...]:
        """The lines that the sheet leaves out and that wrong lines on it are worked from, in the order of the working.

        Only updates are looked at that the sheet has lines of.
        """
        shown = {line.key for line in self.lines}
        updates, plan = {key.update for key in shown}, self.trace.plan

        def is_end(key: Key) -> bool:
            return key in shown or key.update not in updates

        behind = Working(self.trace).behind((line.key for line in self.wrong), is_end)
        told = (key for key in behind if (e := plan.equation(key.id)) is not None and e.told == "always")
        return tuple(sorted((key for key in told if not is_end(key)), key=lambda key: order_of(self.trace, key)))

    def written(self) -> dict[Key, dict[Index, float]]:
        """The numbers on the sheet, by line and entry."""
        return {
            line.key: {v.index: float(v.figure.number.value) for v in line.verdicts if v.figure.number}
            for line in self.lines
        }


def order_of(trace: Trace, key: Key) -> tuple[int, int, int]:
    """Where a quantity stands in the order of the working; what is given stands before all lines of its update."""
    place, of_sample = _places(trace.plan).get(key.id, -1), len(trace.plan.of_sample)
    is_of_update = place >= of_sample
    return key.update, is_of_update, place if is_of_update else (key.sample or 0) * of_sample + place


@lru_cache(maxsize=8)
def _places(plan: Plan) -> dict[str, int]:
    return {equation.id: place for place, equation in enumerate(plan.equations)}
