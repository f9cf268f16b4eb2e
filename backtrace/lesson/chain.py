"""The chain rule, read off the plan: one pair of factors for each forward equation that reads the entry.

Nothing of it is stated a second time: which equations read a quantity, and the derivative of each by the entry,
come from the formulas themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.formula.calculus import differentiate, rebuilt
from backtrace.formula.expr import Expr, Var, apply
from backtrace.formula.single import entry, reading

LOSS = Var("L")


@dataclass(frozen=True, eq=False)
class Link:
    """One path from an entry on to the loss: the entry that reads it, and its derivative by what it reads."""

    reader: Var
    local: Expr
    by: Var

    @property
    def pair(self) -> Expr:
        """The two factors, as names: ∂L/∂reader · ∂reader/∂entry."""
        return apply("partial", LOSS, self.reader) * apply("partial", self.reader, self.by)

    @property
    def put_in(self) -> Expr:
        """The two factors, as their formulas; a factor 1 is kept."""
        gradient = Var(f"dL_d{self.reader.name}", index=self.reader.index)
        return gradient * self.local


class Formulas:
    """The formulas of a plan as the lesson tells them: folded, and for each entry.

    `samples` are the places in the data, from 1, of the batch's samples, which its means and sums are told over.
    """

    def __init__(self, plan: Plan, folding: bool, samples: Sequence[int] = ()) -> None:
        self.plan = plan
        self.samples = samples
        self.folding = folding
        self._entries: dict[tuple[str, tuple[int, ...]], Expr] = {}

    def told(self, equation: Equation) -> Expr:
        """The formula that the lesson prints for the whole quantity."""
        return self.plan.folded(equation.formula) if self.folding else equation.formula

    def entry(self, equation: Equation, index: tuple[int, ...]) -> Expr:
        """The formula that the lesson prints for one entry, counted from 1."""
        key = equation.id, index
        if key not in self._entries:
            gathered = len(self.samples) if not equation.target.per_sample else 0
            told = entry(self.told(equation), index, gathered)
            self._entries[key] = rebuilt(told, self._placed) if gathered else told
        return self._entries[key]

    def _placed(self, var: Var) -> Var:
        """The variable with its sample named by its place in the data."""
        return replace(var, sample=self.samples[var.sample - 1]) if var.sample else var

    def links(self, entry: Var) -> list[Link]:
        """Every path from an entry towards the loss, by the forward quantity that reads it; none from a prediction."""
        found = []
        for equation in self._forward:
            for index in reading(self._open.told(equation), entry):
                reader = Var(equation.id, (), index=index or None)
                found.append(Link(reader, self._local(equation, index, entry), entry))
        return found

    @cached_property
    def _forward(self) -> list[Equation]:
        return [e for e in self.plan.of_sample if e.phase == "forward" and e.quantity.kind == "spine"]

    @cached_property
    def _open(self) -> Formulas:
        """The same plan with everything folded: what the forward equations read in the end."""
        return self if self.folding else Formulas(self.plan, folding=True)

    def _local(self, equation: Equation, index: tuple[int, ...], entry: Var) -> Expr:
        slope = self.plan.equation(f"slope{equation.quantity.layer}")
        if slope is not None and equation.quantity.role.name in ("activation", "prediction"):
            place = index if len(slope.target.shape) == 1 else index + (entry.index or ())
            return self._open.entry(slope, place)
        return differentiate(self._open.entry(equation, index), entry)


def differentiated_by(equation: Equation, index: tuple[int, ...]) -> Var | None:
    """The entry by which the equation gives the derivative of the sample's loss; None for other equations."""
    name = equation.id
    if not name.startswith("dL_d") or name.endswith("_short"):
        return None
    return Var(name.removeprefix("dL_d"), (), index=index or None)
