"""From an equation to its derivation: chain rule, formula, numbers put in, value; for the matrix and per entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import places_of
from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.calculus import opened, summed
from backtrace.formula.expr import Apply, Expr, Num, Var, apply, operations, variables
from backtrace.formula.operations import LOOSE
from backtrace.formula.writing import Language, Leaf, Written
from backtrace.lesson.blocks import Beside, Derivation, Form, FormName, Relation
from backtrace.lesson.chain import LOSS, Formulas, differentiated_by
from backtrace.lesson.mathematics import MOST_SHOWN, Formula, Operands, elided, matrix, number, shortened
from backtrace.lesson.numbers import (
    Closing,
    Shown,
    closing,
    closing_as_rounded,
    factors_closing,
    fraction,
    is_readable,
    kept,
    shown,
)
from backtrace.scenario.scenario import Places

_STRUCTURAL = ("matvec", "vecmat", "matvec_back", "vecmat_back", "outer", "outer_row", "scale_rows", "scale_columns")


@dataclass(frozen=True, eq=False)
class Deriving:
    """Makes the derivations of one update and sample of a trace."""

    trace: Trace
    formulas: Formulas
    update: int
    sample: int | None
    show: frozenset[FormName]

    @property
    def decimals(self) -> int:
        """The decimals that results are shown with."""
        return self.trace.scenario.decimals

    def named(self, expr: Expr) -> Formula:
        """The formula with names."""
        return Formula(shortened(expr), self.trace.notation.leaf)

    def formula(self, equation: Equation, index: tuple[int, ...] | None = None) -> Expr:
        """The formula that is printed for the whole quantity or one entry, the way the notation subtracts."""
        formula = self.formulas.told(equation) if index is None else self.formulas.entry(equation, index)
        return self.trace.notation.arranged(formula)

    def of_entry(self, equation: Equation, index: tuple[int, ...], with_chain: bool = True) -> Derivation:
        """The derivation of one entry."""
        formula = self.formula(equation, index)
        tall = equation.is_error_signal
        reads, value = self.reads(equation), self.value(equation, index)
        body = opened(formula)
        close = self.closing(equation, body, reads, [value])
        apart = body.args if tall and isinstance(body, Apply) and body.op.name == "mul" else ()
        decimals, values, are_exact = close.decimals, tuple[Shown, ...](), False
        if any(isinstance(factor, Apply) for factor in apart) and not self.is_as_worked(equation):
            decimals, values, are_exact = factors_closing(apart, reads, close, self.decimals)
        operands = Operands(reads, decimals, self.decimals, self.rows)
        forms = [
            *(self.chain(equation, index) if with_chain else ()),
            *(Form("formula", "equals", self.factors(f, self.named, tall)) for f in self.steps(equation, index)),
        ]
        if not isinstance(formula, Var | Num):
            put = self.factors(body, lambda e: Formula(shortened(e), operands), tall)
            forms.append(Form("numbers", "equals", put))
        if values:
            forms.append(Form("factors", "equals" if are_exact else "rounds to", tuple(map(number, values))))
        relation: Relation = "equals" if close.exact else "rounds to"
        forms.append(Form("value", relation, (number(close.results[0]),)))
        target = Var(equation.id, (), index=index or None)
        return self.finished(equation, target, forms, self.beside(equation, index, close), tall=tall)

    def beside(self, equation: Equation, index: tuple[int, ...], close: Closing) -> Formula | None:
        """The number beside the value: what is kept, what a fraction is in decimals, or what it is without rounding.

        None where that says no more.
        """
        places = self.places(equation)
        if places is None:
            says_all = close.exact and "/" not in close.results[0].digits
            return None if says_all else number(kept(float(self.value(equation, index)), self.decimals))
        unrounded = self.trace.unrounded
        update = (
            self.update - self.trace.updates + unrounded.updates if self.update > self.trace.updates else self.update
        )
        if not unrounded.has(equation.id, update):
            return None
        value = unrounded.value(equation.id, update, self.sample)
        digits = max(self.decimals, places.decimals or places.significant or 0)
        return number(kept(float(value[tuple(i - 1 for i in index)] if index else value), digits))

    def places(self, equation: Equation) -> Places | None:
        """How far the result of the line was rounded before it was used again; None where it was not."""
        return places_of(self.trace.scenario.rounding, equation)

    def is_exact(self, equation: Equation) -> bool:
        """Whether the line is shown in fractions: in exact arithmetic, while they are short enough to be read."""
        if not self.trace.is_exact:
            return False
        reads = self.trace.reads(equation, self.update, self.sample, exact=True)
        value = self.trace.value(equation.id, self.update, self.sample, exact=True)
        told = variables(self.formulas.told(equation))
        return is_readable(value) and all(is_readable(reads(var)) for var in told)

    def is_as_worked(self, equation: Equation) -> bool:
        """Whether the numbers of the line are shown with all digits that it was worked with."""
        return self.places(equation) is not None or self.is_exact(equation)

    def closing(self, equation: Equation, body: Expr, reads: Callable[[Var], Any], values: Sequence[Any]) -> Closing:
        """How the line is shown, so that its printed operands give its printed results."""
        if self.is_exact(equation):
            entries = (np.asarray(value, dtype=object).item() for value in values)
            return Closing(self.decimals, tuple(fraction(entry, self.decimals) for entry in entries), exact=True)
        places = self.places(equation)
        if places is not None:
            return closing_as_rounded(body, reads, values, places, self.decimals)
        return closing(body, reads, values, self.decimals)

    def of_whole(self, equation: Equation) -> Derivation:
        """The derivation of the whole quantity as a vector or matrix."""
        formula, reads = self.formula(equation), self.reads(equation)
        values = np.asarray(self.value(equation))
        forms = [Form("formula", "equals", (self.named(formula),))]
        gathers = equation.target.per_sample is False and any(
            self.trace.plan.quantities[var.name].var.per_sample for var in variables(formula)
        )
        is_large = any(size > MOST_SHOWN + 1 for var in variables(formula) for size in var.shape)
        decimals, exact = self.decimals, False
        results = np.empty(values.shape, dtype=object)
        if is_large:
            results = np.array(elided(values), dtype=object)
            for index in np.ndindex(*results.shape):
                entry: Any = results[index]
                results[index] = None if entry is None else shown(float(entry), decimals)
        else:
            close = self.closing(equation, opened(formula), reads, list(values.ravel()))
            results.reshape(-1)[:] = close.results
            decimals, exact = close.decimals, close.exact
        is_ones = isinstance(formula, Apply) and formula.op.name == "ones"
        if not (isinstance(formula, Var) or is_ones or gathers):
            operands = Operands(reads, decimals, self.decimals, self.rows)
            forms.append(Form("numbers", "equals", (Formula(opened(formula), operands),)))
        forms.append(Form("value", "equals" if exact else "rounds to", (matrix(results, self.rows),)))
        return self.finished(equation, equation.target, forms, None, shapes=self.shapes(equation))

    def finished(
        self, equation: Equation, target: Var, forms: list[Form], carried: Formula | None,
        tall: bool = False, shapes: Formula | None = None,
    ) -> Derivation:  # fmt: skip
        """The derivation with the forms that are asked for; an update is written with ← in place of a new name."""
        names = self.show | ({"factors"} if "numbers" in self.show else set())
        forms = _without_repeats(self.named(target), [form for form in forms if form.name in names])
        if "value" not in self.show:
            carried = None
        if equation.id.endswith("_next") and forms:
            target = Var(target.name.removesuffix("_next"), target.shape, index=target.index)
            if forms[0].relation == "equals":
                forms[0] = Form(forms[0].name, "becomes", forms[0].factors)
        beside: Beside = "unrounded" if self.places(equation) else "decimal" if self.trace.is_exact else "kept"
        return Derivation(self.named(target), tuple(forms), carried, tall and len(forms) > 1, shapes, beside)

    def steps(self, equation: Equation, index: tuple[int, ...]) -> list[Expr]:
        """The formulas of an entry from the first written to the last: δ·1 before δ."""
        formula, entry = self.formula(equation, index), differentiated_by(equation, index)
        links = self.formulas.links(entry) if isinstance(formula, Var) and entry is not None else []
        return [summed([link.put_in for link in links]), formula] if links else [formula]

    def chain(self, equation: Equation, index: tuple[int, ...]) -> list[Form]:
        """The chain rule: the derivative, its factors, and the paths behind a factor that is not told itself."""
        entry = differentiated_by(equation, index)
        links = self.formulas.links(entry) if entry is not None else []
        if entry is None or not links:
            return []
        forms = []
        if equation.is_error_signal:
            forms.append(self.chain_form(apply("partial", LOSS, entry)))
        if len(links) > 1:
            return [*forms, self.chain_form(summed([link.pair for link in links]))]
        pair = links[0].pair
        assert isinstance(pair, Apply)
        forms.append(self.chain_form(*pair.args))
        gradient = self.trace.plan.equation(f"dL_d{links[0].reader.name}")
        if gradient is not None and gradient.told == "folded" and self.formulas.folding:
            paths = self.formulas.links(links[0].reader)
            if paths:
                forms.append(self.chain_form(summed([path.pair for path in paths]), pair.args[1]))
        return forms

    def chain_form(self, *factors: Expr) -> Form:
        """One form of the chain rule."""
        return Form("chain", "equals", tuple(map(self.named, factors)))

    def factors(self, expr: Expr, as_formula: Callable[[Expr], Formula], apart: bool) -> tuple[Formula, ...]:
        """The two factors of a product where they are to be set apart, else the formula as one."""
        if apart and isinstance(expr, Apply) and expr.op.name == "mul":
            return tuple(map(as_formula, expr.args))
        return (as_formula(expr),)

    def reads(self, equation: Equation) -> Callable[[Var], Any]:
        """What the variables of the equation stand for in this update and sample."""
        return self.trace.reads(equation, self.update, self.sample, self.is_exact(equation))

    def value(self, equation: Equation, index: tuple[int, ...] = ()) -> Any:
        """The value of the equation's quantity or of one entry of it."""
        value = self.trace.value(equation.id, self.update, self.sample, self.is_exact(equation))
        return value[tuple(i - 1 for i in index)] if index else value

    @property
    def rows(self) -> bool:
        """Whether vectors are written as rows."""
        return self.trace.scenario.orientation == "row"

    def shapes(self, equation: Equation) -> Formula | None:
        """The formula with the shape of every operand in its place: (2×2)·(2×1) + (2×1)."""
        formula = equation.formula
        if not any(op in _STRUCTURAL for op in operations(formula)) or _holds_numbers(formula):
            return None
        return Formula(formula, self._shape_leaf)

    def _shape_leaf(self, language: Language) -> Leaf:
        def leaf(var: Var, transposed: bool) -> Written:
            size = var.shape if len(var.shape) == 2 else (1, *var.shape) if self.rows else (*var.shape, 1)  # noqa: PLR2004
            rows, columns = size[::-1] if transposed else size
            times = {"text": "×", "latex": r" \times "}.get(language, "x")
            return Written((f"{rows}{times}{columns}",), LOOSE)

        return leaf


def _without_repeats(target: Formula, forms: list[Form]) -> list[Form]:
    """The forms without a formula that says again what stands before it: the chain rule, or the name itself."""
    told: list[Form] = []
    before = target.linear("text")
    for form in forms:
        text = form.linear("text")
        if form.name != "formula" or text.replace(" ", "") != before.replace(" ", ""):
            told.append(form)
        before = text
    return told


def _holds_numbers(expr: Expr) -> bool:
    return isinstance(expr, Num) or (isinstance(expr, Apply) and any(map(_holds_numbers, expr.args)))
