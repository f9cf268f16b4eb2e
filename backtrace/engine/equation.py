"""An equation of a training step: a quantity, its formula and where in the step it belongs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from backtrace.engine.phases import Phase
from backtrace.engine.roles import Role
from backtrace.formula.calculus import opened
from backtrace.formula.expr import Expr, Var, variables

Kind = Literal["given", "spine", "detail"]
Told = Literal["always", "folded", "detail"]


@dataclass(frozen=True)
class Stage:
    """A part of the step with a title of its own; the parts of backward pass and update are numbered from 1."""

    phase: Phase
    title: str
    number: int | None = None


@dataclass(frozen=True, eq=False)
class Quantity:
    """What an id stands for: `layer` is the number of its layer where it has one; `var` knows its shape."""

    var: Var
    role: Role
    layer: int | None
    kind: Kind

    @property
    def meaning(self) -> str:
        """One phrase that says what the quantity is."""
        return self.role.meaning.format(l=self.layer)


@dataclass(frozen=True, eq=False)
class Equation:
    """One line of the plan, with no numbers in sight.

    The short telling leaves out equations that are told as `detail`, and folds the formula of a `folded` one
    into the lines that read it.
    """

    quantity: Quantity
    formula: Expr
    stage: Stage
    told: Told = "always"

    @property
    def id(self) -> str:
        """The id of the quantity that the equation gives."""
        return self.quantity.var.name

    @property
    def target(self) -> Var:
        """The variable that the equation gives."""
        return self.quantity.var

    @property
    def phase(self) -> Phase:
        """The phase of the step that the equation belongs to."""
        return self.stage.phase

    @property
    def is_error_signal(self) -> bool:
        """Whether it gives an error signal (delta)."""
        return self.quantity.role.name in ("output_error", "hidden_error")

    @cached_property
    def opened(self) -> Expr:
        """The formula with every named function written out: what the engine works."""
        return opened(self.formula)

    @cached_property
    def operands(self) -> tuple[Var, ...]:
        """The quantities that the formula reads, each once, from left to right."""
        return tuple({var.key: var for var in variables(self.formula)}.values())
