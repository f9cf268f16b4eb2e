"""How a definition names its intermediate results, so that one statement serves the proof and the lesson."""

from __future__ import annotations

from typing import Protocol

from backtrace.formula.expr import Expr


class Naming(Protocol):
    """Gives an intermediate result a name; what it returns stands for the result from there on.

    The plan turns the result into an equation of its own and returns its variable; `unnamed` leaves the
    formula as it is, so that the definition comes out as one formula.
    """

    def __call__(self, name: str, formula: Expr, /) -> Expr:
        """The formula that stands for `formula` from here on."""


def unnamed(name: str, formula: Expr, /) -> Expr:
    """The naming that names nothing."""
    return formula
