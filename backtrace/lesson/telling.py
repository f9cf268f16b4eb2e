"""What of a trace is to be told, as one immutable value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from backtrace.engine.phases import Phase

if TYPE_CHECKING:
    from backtrace.lesson.blocks import FormName

View = Literal["both", "matrix", "entries"]
Shows = Literal["chain", "formula", "numbers", "value"]
SHOWS: tuple[Shows, ...] = get_args(Shows)


@dataclass(frozen=True)
class Telling:
    """What to tell; empty means the usual choice.

    `only` holds names of quantities or entries, `stages` the numbers of stages of the backward pass and the
    update, `updates` and `samples` count from 1. With `detail` every equation is a line of its own.
    """

    view: View = "both"
    show: frozenset[Shows] = frozenset(SHOWS)
    detail: bool = False
    only: tuple[str, ...] = ()
    phases: frozenset[Phase] = frozenset()
    stages: frozenset[int] = frozenset()
    updates: tuple[int, ...] = ()
    samples: tuple[int, ...] = ()

    @property
    def selects(self) -> bool:
        """Whether only a part of the lesson is asked for."""
        return bool(self.only or self.phases or self.stages)

    @property
    def has_numbers(self) -> bool:
        """Whether numbers are shown at all: without them it is the blackboard before the example."""
        return bool(self.show & {"numbers", "value"})

    @property
    def tells_outcome(self) -> bool:
        """Whether what came of the numbers is told too: losses, warnings and whether it helped."""
        return self.has_numbers and not self.selects

    @property
    def forms(self) -> frozenset[FormName]:
        """The forms of a derivation that are shown."""
        return frozenset(self.show)
