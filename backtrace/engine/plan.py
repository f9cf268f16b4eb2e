"""The plan of a training step: its equations, built with no numbers in sight, and where they stand in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backtrace.engine.equation import Equation, Quantity
from backtrace.errors import MisfitError
from backtrace.formula.calculus import opened, rebuilt
from backtrace.formula.expr import Expr, Var
from backtrace.network.activations import Activation
from backtrace.network.losses import Loss

OBJECTIVES = ("objective", "J", "L")
"""What an update makes smaller, by id: the first of these that a plan has."""


@dataclass(frozen=True, eq=False)
class Plan:
    """The equations of an update: `of_sample` worked for each sample, `of_update` once; `closing` after the last.

    `activations` and `loss` are the rows of the tables that they come from, with their parameters put in. The pass
    after the last update works the forward and loss equations of both again.
    """

    quantities: Mapping[str, Quantity]
    of_sample: tuple[Equation, ...]
    of_update: tuple[Equation, ...]
    closing: tuple[Equation, ...]
    batched: bool
    activations: tuple[Activation, ...]
    loss: Loss

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Every equation, in the order worked."""
        return self.of_sample + self.of_update + self.closing

    @cached_property
    def after(self) -> tuple[tuple[Equation, ...], tuple[Equation, ...]]:
        """The equations that are worked again with the new parameters: for each sample, and once."""
        forward = ("forward", "loss")
        return (
            tuple(e for e in self.of_sample if e.phase in forward),
            tuple(e for e in self.of_update if e.phase in forward),
        )

    @cached_property
    def forward(self) -> Plan:
        """The plan of what is worked again with the new parameters."""
        of_sample, of_update = self.after
        return replace(self, of_sample=of_sample, of_update=of_update)

    @cached_property
    def without_leaves(self) -> Plan:
        """The plan without the details that no other line reads: what a training needs to go on."""
        read = {var.name for equation in self.equations for var in equation.operands}
        read |= {f"{name}_next" for name in self.carried}

        def needed(equations: Sequence[Equation]) -> tuple[Equation, ...]:
            return tuple(each for each in equations if each.quantity.kind != "detail" or each.id in read)

        return replace(self, of_sample=needed(self.of_sample), of_update=needed(self.of_update))

    @property
    def objective(self) -> str:
        """The id of what an update makes smaller: the loss of the batch or of its single sample, plus any penalty."""
        return next(name for name in OBJECTIVES if name in self.quantities)

    def gradient_of(self, parameter: str) -> str:
        """The id of the gradient that the update of a parameter, or of any weights or biases, follows."""
        return next(name for of in OBJECTIVES if (name := f"d{of}_d{parameter}") in self.quantities)

    @cached_property
    def carried(self) -> tuple[str, ...]:
        """The ids of what an update hands on to the next: weights, biases, and what the optimizer keeps."""
        return tuple(
            name
            for name, quantity in self.quantities.items()
            if quantity.kind == "given" and (quantity.role.name in ("weights", "biases") or name in self.kept)
        )

    @cached_property
    def kept(self) -> tuple[str, ...]:
        """The ids of what the optimizer keeps from update to update."""
        return tuple(name for name, quantity in self.quantities.items() if quantity.role.name == "state")

    def parts(self, is_last: bool) -> tuple[tuple[Equation, ...], tuple[Equation, ...]]:
        """What an update works for each sample, and what once; `is_last` is the pass after the last update."""
        of_sample, of_update = self.after if is_last else (self.of_sample, self.of_update)
        return of_sample, of_update + self.closing if is_last else of_update

    def lines(self, samples: Sequence[int], is_last: bool) -> list[tuple[Equation, int | None]]:
        """The equations of an update in the order worked, each with its sample.

        Samples are places in the data, from 1 in the result and from 0 in `samples`; None for those of a batch.
        """
        of_sample, of_update = self.parts(is_last)
        lines: list[tuple[Equation, int | None]] = [(e, place + 1) for place in samples for e in of_sample]
        return lines + [(e, None if self.batched else samples[0] + 1) for e in of_update]

    def line(self, samples: Sequence[int], is_last: bool, position: int) -> tuple[Equation, int | None]:
        """The line at that position, from 0, without listing the others."""
        of_sample, of_update = self.parts(is_last)
        turn, place = divmod(position, len(of_sample))
        if turn < len(samples):
            return of_sample[place], samples[turn] + 1
        return of_update[position - len(samples) * len(of_sample)], None if self.batched else samples[0] + 1

    def inlined(self, equation: Equation) -> Expr:
        """The equation's formula with everything folded into it written out, down to what is told or given."""
        if equation.id not in self._inlined:
            self._inlined[equation.id] = opened(self.folded(equation.formula))
        return self._inlined[equation.id]

    def folded(self, expr: Expr) -> Expr:
        """The formula with the quantities that are not told replaced by their own formulas."""

        def told(var: Var) -> Expr:
            equation = self.equation(var.name)
            return self.folded(equation.formula) if equation is not None and equation.told == "folded" else var

        return rebuilt(expr, told)

    def with_formulas(self, formulas: Mapping[str, Expr]) -> Plan:
        """The plan with other formulas for some quantities, by id; each line stands where all that it reads is there.

        A line of a sample may then read what is worked once: all lines stand in one part, to be worked in that order.
        Raises MisfitError where a quantity would be worked from itself.
        """
        worked = {name for name in self.quantities if self.equation(name) is None}

        def placed(equations: Sequence[Equation]) -> tuple[Equation, ...]:
            waiting = [replace(e, formula=formulas[e.id]) if e.id in formulas else e for e in equations]
            found: list[Equation] = []
            while waiting:
                ready = next((e for e in waiting if all(var.name in worked for var in e.operands)), None)
                if ready is None:
                    raise MisfitError(f"{waiting[0].id} would be worked from itself")
                waiting.remove(ready)
                worked.add(ready.id)
                found.append(ready)
            return tuple(found)

        lines = placed(self.of_sample + self.of_update)
        return replace(self, of_sample=lines, of_update=(), closing=placed(self.closing))

    @cached_property
    def _inlined(self) -> dict[str, Expr]:
        return {}

    def equation(self, name: str) -> Equation | None:
        """The equation that gives the quantity, None where it is given."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> dict[str, Equation]:
        return {equation.id: equation for equation in self.equations}
