"""The formula of a wrong entry as it should be, and as it was apparently used: down to the lines of the sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backtrace.answers.working import BEFORE, Changed, Index, Working, at
from backtrace.engine.plan import Plan
from backtrace.formula.calculus import rebuilt
from backtrace.formula.expr import Expr, Var, variables
from backtrace.formula.single import entry

_LONGEST = 60


@dataclass(frozen=True, eq=False)
class Opening:
    """Writes formulas of single entries, with changed formulas in their places, and what lies between opened.

    `update` is the one that the entry is of. What is opened are quantities that are told within other lines, and those
    that the sheet leaves out and a changed formula lies behind.
    """

    working: Working
    changed: dict[str, Changed]
    update: int

    @property
    def plan(self) -> Plan:
        """The plan of the working."""
        return self.working.plan

    def formula(self, name: str, index: Index, is_changed: bool, sample: int | None = None) -> Expr:
        """The formula of an entry of the quantity, right or with the changes."""
        equation = self.plan.equation(name)
        assert equation is not None
        formula: Changed = self.changed[name] if is_changed and name in self.changed else equation.formula
        samples = 0 if equation.target.per_sample else len(self.working.trace.schedule.samples(self.update))
        one = entry(formula, index, samples) if isinstance(formula, Expr) else at(formula, index)

        def opened(var: Var) -> Expr:
            read = replace(var, sample=var.sample or sample) if sample and var.per_sample else var
            read = self._in_shape(read)
            if read.name.endswith(BEFORE) or not self._is_opened(read.name):
                return read
            return self.formula(read.name, read.index or (), is_changed, read.sample)

        return rebuilt(one, opened)

    def _in_shape(self, var: Var) -> Var:
        """The entry with as many indices as its quantity has: a vector may be read as a row or a column."""
        shape = self.plan.quantities[var.name.removesuffix(BEFORE)].var.shape
        index = var.index or ()
        if len(index) == len(shape):
            return var
        place = max(index, default=1)
        return replace(var, index=(place,) if len(shape) == 1 else (1, place) if shape[0] == 1 else (place, 1))

    def _is_opened(self, name: str) -> bool:
        equation = self.plan.equation(name)
        if equation is None or (equation.phase in ("forward", "loss") and equation.told == "always"):
            return equation is not None and name in self.changed
        if equation.told == "folded":
            return True
        return name in self.changed or (not self._is_shown(name) and self._leads_to_changed(name))

    def _is_shown(self, name: str) -> bool:
        return any(key.id == name and key.update == self.update for key in self.working.known)

    def _leads_to_changed(self, name: str) -> bool:
        """Whether a changed formula lies behind a quantity of the same update."""
        equation = self.plan.equation(name)
        if equation is None:
            return False
        return any(
            var.name in self.changed or (var.name != name and self._leads_to_changed(var.name))
            for var in equation.operands
        )


def is_readable(formula: Expr) -> bool:
    """Whether a formula is short enough to be read in a line or two."""
    return sum(1 for _ in variables(formula)) <= _LONGEST
