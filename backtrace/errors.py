"""What can go wrong, as values that say where, what was found, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A position in a file: line and column count from 1.

    `text` is that line, safe to print and, where it is long, the part of it around the column; `text_start` is the
    column of its first character, so that the position within it is `column - text_start`.
    """

    file: str
    line: int | None = None
    column: int | None = None
    text: str = ""
    text_start: int = 1

    def __str__(self) -> str:
        numbers = [str(n) for n in (self.line, self.column) if n is not None]
        return ":".join([self.file, *numbers])


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: what was found, what was expected, where, and what to do."""

    found: str
    expected: str = ""
    remedy: str = ""
    path: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        where = ", ".join(part for part in (str(self.place or ""), self.path) if part)
        expected = self.expected and f"expected {self.expected}"
        rest = "; ".join(part for part in (self.found, expected, self.remedy) if part)
        return f"{where}: {rest}" if where else rest


class BacktraceError(Exception):
    """The base of every error that this package raises on purpose; `exit_code` is the command line's."""

    exit_code = 2


class InputError(BacktraceError):
    """Wrong usage or input: carries every problem that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class MisfitError(BacktraceError):
    """Operands whose shapes do not fit, or a formula that mixes samples; found before any number is computed."""


class UnknownQuantityError(BacktraceError, KeyError):
    """A name that is neither an id nor a spelling of the notation in use."""

    def __str__(self) -> str:
        return str(self.args[0])


class InexactError(BacktraceError):
    """An operation that has no exact value in fractions, such as exp."""


class OutOfRangeError(BacktraceError):
    """The numbers left the range of double precision: names the equation, the update and the sample.

    `after` says that it happened in the pass with the new parameters that follows the update; `why` what went wrong,
    where it is something else.
    """

    exit_code = 3

    def __init__(
        self, quantity: str, update: int, sample: int | None, remedy: str, after: bool = False,
        why: str = "left the range of double precision",
    ) -> None:  # fmt: skip
        self.quantity, self.update, self.sample, self.remedy, self.after = quantity, update, sample, remedy, after
        self.why = why
        place = f"{'the pass after ' if after else ''}update {update}" + (
            f", sample {sample}" if sample is not None else ""
        )
        super().__init__(f"{quantity} {why} in {place}. {remedy}")


def misfit(found: str, expected: str = "", remedy: str = "", path: str = "") -> InputError:
    """An InputError with a single problem."""
    return InputError([Problem(found, expected, remedy, path)])
