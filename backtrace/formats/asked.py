"""What is asked of an export besides its scenario, as one immutable value; each format takes some of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from backtrace.engine.trace import Trace
from backtrace.lesson.blocks import Lesson
from backtrace.lesson.tell import tell
from backtrace.lesson.telling import Telling

if TYPE_CHECKING:
    from backtrace.lesson.diagram import Diagram


@dataclass(frozen=True)
class Asked:
    """What to export: the part of the lesson or of the trace, with sympy's closed forms, and what a picture shows.

    A `fragment` has no preamble; `values` puts numbers beside names, `general` draws n-m-k neurons with dots. `layout`
    is that of a page: one slide at a time, or all below one another.
    """

    telling: Telling = field(default_factory=Telling)
    symbolic: bool = False
    fragment: bool = False
    values: bool = False
    general: bool = False
    layout: Literal["deck", "page"] = "deck"

    def lesson(self, trace: Trace) -> tuple[Lesson, bool]:
        """What is told of a trace, and whether all closed forms in it agree with backpropagation."""
        if not self.symbolic:
            return tell(trace, self.telling), True
        from backtrace.lesson.proofs import tell_with_closed_forms

        return tell_with_closed_forms(trace, self.telling)

    def diagram(self, trace: Trace) -> Diagram:
        """The picture of a trace's network."""
        from backtrace.lesson.general import general
        from backtrace.lesson.pictures import pictured

        return general(trace) if self.general else pictured(trace, self.telling, self.values)


NOTHING_ASKED = Asked()
"""The whole, without anything special."""
