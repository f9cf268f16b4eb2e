"""What each mistake makes of an equation's formula: the changes that the rows of the catalogue name.

A change is made to the formula of the whole quantity where it concerns the quantity, and to those of its entries where
it concerns which of them are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from backtrace.answers import changes as ways
from backtrace.answers.changes import Change, Ways, changes
from backtrace.answers.working import BEFORE, FARTHEST, Changed, Index
from backtrace.engine.equation import Equation, Quantity
from backtrace.engine.plan import Plan
from backtrace.formula.calculus import HALF, ONE, ZERO, opened, rebuilt, summed
from backtrace.formula.evaluate import entries
from backtrace.formula.expr import Apply, Expr, Var, apply, summands, variables
from backtrace.formula.operations import ln
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, shared

_MOST_ENTRIES = 64
_MATRIX = 2


@dataclass(frozen=True, eq=False)
class Altered:
    """An equation's formula with a mistake in it; `note` says more of it than the row does, where there is more.

    `is_of_entries` says that the mistake is made in single entries, each by itself, and not in the whole line.
    """

    formula: Changed
    note: str = ""
    is_of_entries: bool = False

    @cached_property
    def worked(self) -> Changed:
        """The formula with every named function written out."""
        if isinstance(self.formula, Expr):
            return opened(self.formula)
        out: Changed = _array(self.formula, {index: opened(each) for index, each in np.ndenumerate(self.formula)})
        return out

    @property
    def reads_before(self) -> bool:
        """Whether it reads a value of the update before, which has no name of its own."""
        formulas = [self.formula] if isinstance(self.formula, Expr) else self.formula.ravel()
        return any(var.name.endswith(BEFORE) for each in formulas for var in variables(each))


@dataclass(frozen=True, eq=False)
class Subject:
    """An equation that a mistake may have been made in: in a plan, in an update of these samples (places from 1)."""

    plan: Plan
    equation: Equation
    places: tuple[int, ...]
    update: int

    @property
    def samples(self) -> int:
        """How many samples the update has."""
        return len(self.places)

    @property
    def formula(self) -> Expr:
        """The formula as the plan has it."""
        return self.equation.formula

    @property
    def role(self) -> str:
        """The part that the quantity plays in the network."""
        return self.equation.quantity.role.name

    @property
    def layer(self) -> int:
        """The number of its layer; 0 where it has none."""
        return self.equation.quantity.layer or 0

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.plan.activations)

    @cached_property
    def reads(self) -> tuple[Var, ...]:
        """The quantities that the formula reads."""
        return self.equation.operands

    @cached_property
    def entries(self) -> Any:
        """The formulas of the entries; none of a quantity with very many."""
        if prod(self.equation.target.shape) > _MOST_ENTRIES:
            return None
        if self.equation.target.per_sample:
            return entries(self.formula)
        found = entries(self.formula, self.samples)
        return _array(found, {index: rebuilt(each, self._placed) for index, each in np.ndenumerate(found)})

    def _placed(self, var: Var) -> Var:
        """A value of the n-th sample of the update as that of its place in the data."""
        return replace(var, sample=self.places[var.sample - 1]) if var.sample else var

    @cached_property
    def before(self) -> dict[str, Quantity]:
        """What is given or worked before the equation."""
        names = [equation.id for equation in self.plan.equations]
        later = set(names[names.index(self.equation.id) :])
        return {
            name: quantity
            for name, quantity in self.plan.quantities.items()
            if name not in later and quantity.role.name != "next_loss"
        }

    def value_of(self, name: str) -> str:
        """The quantity that a quantity is another name of, such as the error signal of a bias's gradient; or itself."""
        equation = self.plan.equation(name)
        return self.value_of(equation.formula.name) if equation and isinstance(equation.formula, Var) else name

    def role_of(self, var: Var) -> str:
        """The part that a quantity of the formula plays."""
        return self.plan.quantities[var.name].role.name

    def var(self, name: str) -> Var | None:
        """The quantity of that id, where there is one."""
        quantity = self.plan.quantities.get(name)
        return quantity.var if quantity else None

    def exchanged(self, old: Var, new: Expr) -> Expr:
        """The formula with a quantity replaced."""
        return rebuilt(self.formula, lambda var: new if var.key == old.key else var)

    def changed(self, way: Ways, *, is_wanted: Callable[[Change], bool] = lambda _: True) -> Iterator[Altered]:
        """The formula with each of its nodes changed in a way."""
        yield from (Altered(change.formula) for change in changes(self.formula, way) if is_wanted(change))

    def each_entry(self, way: Callable[[Expr], Iterable[Expr]]) -> Iterator[Altered]:
        """The entries all changed by the first change that the way makes of them, then by the second, and so on.

        An entry of which it makes fewer changes stays as it is.
        """
        if self.entries is None:
            return
        made = {index: list(way(formula)) for index, formula in np.ndenumerate(self.entries)}
        for place in range(max(map(len, made.values()), default=0)):
            new = {index: each[place] for index, each in made.items() if place < len(each)}
            yield Altered(_array(self.entries, new), is_of_entries=True)


def _array(formulas: Any, new: Mapping[Index, Expr]) -> Any:
    out = formulas.copy()
    for index, formula in new.items():
        out[index] = formula
    return out


def difference_reversed(s: Subject) -> Iterator[Altered]:
    """ŷ − y for y − ŷ, where it makes a difference."""
    if s.equation.phase == "backward":
        yield from s.changed(ways.reversed_difference)


def other_difference(s: Subject) -> Iterator[Altered]:
    """H − 1 for 1 − h."""
    if s.equation.phase in ("backward", "update") and not s.role.startswith("next"):
        yield from s.changed(ways.reversed_other)


def slope_left_out(s: Subject) -> Iterator[Altered]:
    """The error before it is multiplied by the slope."""
    if s.equation.is_error_signal:
        yield from (Altered(var) for var in s.reads if s.role_of(var) == "activation_gradient")


def slope_twice(s: Subject) -> Iterator[Altered]:
    """The slope multiplied in once more."""
    if s.equation.is_error_signal and _is_elementwise(s):
        yield from _through_again(s)


def softmax_twice(s: Subject) -> Iterator[Altered]:
    """The Jacobian of softmax multiplied in once more, or its diagonal."""
    a = s.var(f"a{s.layer}")
    if s.equation.is_error_signal and not _is_elementwise(s) and a is not None:
        yield from _through_again(s)
        yield Altered(s.formula * (a * (1 - a)), "its diagonal")


def _is_elementwise(s: Subject) -> bool:
    return s.plan.activations[s.layer - 1].elementwise


def _through_again(s: Subject) -> Iterator[Altered]:
    for var in s.reads:
        if s.role_of(var) == "activation_gradient":
            yield Altered(s.exchanged(var, s.formula))


def slope_of_another(s: Subject) -> Iterator[Altered]:
    """The slope of each other activation without parameters."""
    z, a = s.var(f"z{s.layer}"), s.var(f"a{s.layer}")
    if s.role != "slope" or not _is_elementwise(s) or z is None or a is None:
        return
    for row in ACTIVATIONS.values():
        if row.elementwise and not row.parameters and row.name != s.plan.activations[s.layer - 1].name:
            yield Altered(row.slope(z, a), f"that of {row.name}")


def slope_elsewhere(s: Subject) -> Iterator[Altered]:
    """The slope's formula with z put in for a, a for z, or the error for either."""
    if s.role != "slope" or not _is_elementwise(s):
        return
    others = {name: s.var(name) for name in (f"z{s.layer}", f"a{s.layer}", f"dL_da{s.layer}")}
    for var in s.reads:
        for name, other in others.items():
            if other is not None and name != var.name and var.name in others:
                yield Altered(s.exchanged(var, other))


def another_loss(s: Subject) -> Iterator[Altered]:
    """The derivative of each other loss of single outputs, as mean and as sum over them."""
    y, a = s.var("y"), s.var(f"a{s.depth}")
    if s.role != "activation_gradient" or s.layer != s.depth or y is None or a is None:
        return
    for row in LOSSES.values():
        if row.name != s.plan.loss.name and row.elementwise and not row.parameters:
            slope = row.slope(y, a)
            yield Altered(shared(slope, a.shape[0], row.outputs), f"that of {row.name}")


def _is_of_loss(s: Subject) -> bool:
    return s.role in ("loss_terms", "loss") or (s.role == "activation_gradient" and s.layer == s.depth)


def by_two(s: Subject) -> Iterator[Altered]:
    """Twice the loss or its derivative, or half of it."""
    if _is_of_loss(s):
        yield Altered(2 * s.formula, "twice the value")
        yield Altered(HALF * s.formula, "half of the value")


def by_count(s: Subject) -> Iterator[Altered]:
    """The loss or its derivative divided by the number of outputs, or multiplied by it."""
    outputs = s.plan.quantities["y"].var.shape[0]
    for count in {outputs, s.samples} - {1}:
        if _is_of_loss(s) or (count == s.samples and s.role in ("weight_gradient", "bias_gradient")):
            yield Altered(s.formula / count, f"divided by {count}")
            yield Altered(count * s.formula, f"multiplied by {count}")


def samples_together(s: Subject) -> Iterator[Altered]:
    """The sum over the samples for their mean, or the mean for the sum."""
    other = {"mean_over_samples": "sum_over_samples", "sum_over_samples": "mean_over_samples"}

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name in other:
            now = apply(other[node.op.name], *node.args)
            yield Change(now, node, node, now)

    yield from s.changed(way)


def outer_transposed(s: Subject) -> Iterator[Altered]:
    """The entry of row j and column i where that of row i and column j belongs."""
    shape = s.equation.target.shape
    if s.role == "weight_gradient" and s.entries is not None and len(set(shape)) == 1 < max(shape):
        yield Altered(s.entries.T)


def weights_transposed(s: Subject) -> Iterator[Altered]:
    """A square matrix of weights read with rows and columns exchanged."""
    for W in s.reads:
        is_square = len(set(W.shape)) == 1 < max(W.shape, default=0)
        if is_square and s.role_of(W) == "weights" and s.equation.phase != "update" and s.entries is not None:
            yield Altered(_read_as(s, W, lambda var: Var(var.name, (), index=(var.index or ())[::-1])))


def _read_as(s: Subject, of: Var, read: Callable[[Var], Expr]) -> Any:
    """The entries with those of one quantity replaced."""
    new = {
        index: rebuilt(formula, lambda var: read(var) if var.name == of.name else var)
        for index, formula in np.ndenumerate(s.entries)
    }
    return _array(s.entries, new)


def updated_already(s: Subject) -> Iterator[Altered]:
    """The new value of a parameter where the error needs the old one."""
    if s.equation.phase == "backward":
        for var in s.reads:
            new = s.var(f"{var.name}_next")
            if s.role_of(var) in ("weights", "biases") and new is not None:
                yield Altered(s.exchanged(var, new))


def not_updated(s: Subject) -> Iterator[Altered]:
    """The parameter as it was."""
    if s.role in ("next_weights", "next_biases"):
        yield from (Altered(var) for var in s.reads if f"{var.name}_next" == s.equation.id)


def update_sign(s: Subject) -> Iterator[Altered]:
    """The step added, or where a velocity is added, subtracted."""
    if s.role in ("next_weights", "next_biases"):
        yield from s.changed(ways.sign_exchanged)


def rate_forgotten(s: Subject) -> Iterator[Altered]:
    """No learning rate."""
    yield from _rate(s, lambda _: ONE)


def rate_twice(s: Subject) -> Iterator[Altered]:
    """The learning rate squared."""
    yield from _rate(s, lambda eta: eta * eta)


def _rate(s: Subject, instead: Callable[[Var], Expr]) -> Iterator[Altered]:
    if s.equation.phase == "update":
        yield from (Altered(s.exchanged(var, instead(var))) for var in s.reads if s.role_of(var) == "learning_rate")


def bias_left_out(s: Subject) -> Iterator[Altered]:
    """The weighted sum alone."""
    for var in s.reads:
        if s.role_of(var) == "biases" and s.role == "pre_activation" and isinstance(s.formula, Apply):
            yield Altered(s.formula.args[0])


def bias_twice(s: Subject) -> Iterator[Altered]:
    """The bias added once more."""
    for var in s.reads:
        if s.role_of(var) == "biases" and s.role == "pre_activation":
            yield Altered(s.formula + var)


def neurons_together(s: Subject) -> Iterator[Altered]:
    """The gradients of a layer's biases added up, or averaged, for each of them."""
    shape = s.equation.target.shape
    if s.role != "bias_gradient" or shape == (1,) or s.entries is None:
        return
    added = summed(list(s.entries))
    for formula, said in ((added, "added up"), (added / shape[0], "averaged")):
        yield Altered(_array(s.entries, {(i,): formula for i in range(shape[0])}), said)


def one_path(s: Subject) -> Iterator[Altered]:
    """The error over one connection alone: the same for every neuron, or for each its own."""
    if s.role != "activation_gradient" or s.layer == s.depth or s.entries is None:
        return
    yield from s.each_entry(lambda formula: terms if len(terms := summands(formula)) > 1 else [])
    paths = {index: summands(formula) for index, formula in np.ndenumerate(s.entries)}
    if all(len(terms) > 1 for terms in paths.values()):
        own = {index: terms[index[0] % len(terms)] for index, terms in paths.items()}
        yield Altered(_array(s.entries, own), is_of_entries=True)


def term_left_out(s: Subject) -> Iterator[Altered]:
    """A sum without one of its terms."""

    def without(formula: Expr) -> Iterator[Expr]:
        terms = summands(formula)
        if len(terms) > 1:
            yield from (summed(terms[:i] + terms[i + 1 :]) for i in range(len(terms)))

    if s.role in ("pre_activation", "loss", "activation_gradient", "batch_loss"):
        yield from s.each_entry(without)


def target_forgotten(s: Subject) -> Iterator[Altered]:
    """The prediction in place of its difference to the target."""

    def way(node: Apply) -> Iterator[Change]:
        names = {var.name for var in variables(node)}
        if node.op.name == "sub" and "y" in names and all(isinstance(arg, Var) for arg in node.args):
            now = next(arg for arg in node.args if isinstance(arg, Var) and arg.name != "y")
            yield Change(now, node, node, now)

    if _is_of_loss(s) or s.role == "short_error":
        yield from s.changed(way)


def no_exponentials(s: Subject) -> Iterator[Altered]:
    """Softmax of the numbers themselves."""

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name == "exp":
            yield Change(node.args[0], node, node, node.args[0])

    if s.role == "softmax_part":
        yield from s.changed(way)


def only_diagonal(s: Subject) -> Iterator[Altered]:
    """The Jacobian of softmax without what is beside its diagonal."""
    shape = s.equation.target.shape
    if s.role == "slope" and len(shape) == _MATRIX and s.entries is not None:
        beside = {index: ZERO for index in np.ndindex(*shape) if index[0] != index[1]}
        yield Altered(_array(s.entries, beside))


def log_of_ten(s: Subject) -> Iterator[Altered]:
    """Ln x divided by ln 10."""

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name in ("ln", "ylogx"):
            now = node / ln(10 * ONE)
            yield Change(now, node, node, now)

    if s.role in ("loss_terms", "loss"):
        whole = [Altered(s.formula / ln(10 * ONE))] if "ylogx" in _operations(s.formula) else []
        yield from (*whole, *s.changed(way))


def _operations(expr: Expr) -> set[str]:
    return {expr.op.name}.union(*map(_operations, expr.args)) if isinstance(expr, Apply) else set()


def _is_correction(node: Expr) -> bool:
    """Whether it is the 1 − βᵗ that corrects for a start at 0."""
    return isinstance(node, Apply) and node.op.name == "sub" and "pow" in _operations(node.args[1])


def no_correction(s: Subject) -> Iterator[Altered]:
    """The mean itself."""
    if isinstance(s.formula, Apply) and s.formula.op.name == "div" and _is_correction(s.formula.args[1]):
        yield Altered(s.formula.args[0])


def correction_multiplied(s: Subject) -> Iterator[Altered]:
    """The mean times 1 − βᵗ."""
    if isinstance(s.formula, Apply) and s.formula.op.name == "div" and _is_correction(s.formula.args[1]):
        yield Altered(s.formula.args[0] * s.formula.args[1])


def count_off_by_one(s: Subject) -> Iterator[Altered]:
    """One more or one less for t, in its powers; never less than 1."""
    for var in s.reads:
        if s.role_of(var) == "update_number" and s.equation.phase == "update":
            yield Altered(s.exchanged(var, var + 1), "t + 1 for t")
            yield Altered(s.exchanged(var, apply("maximum", var - 1, 1)), "t − 1 for t")


def power_forgotten(s: Subject) -> Iterator[Altered]:
    """β for βᵗ."""

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name == "pow" and isinstance(node.args[1], Var):
            yield Change(node.args[0], node, node, node.args[0])

    if s.equation.phase == "update":
        yield from s.changed(way)


def betas_exchanged(s: Subject) -> Iterator[Altered]:
    """β₂ for β₁ and β₁ for β₂."""
    other = {"beta1": "beta2", "beta2": "beta1"}
    for var in s.reads:
        new = s.var(other.get(var.name, ""))
        if new is not None and s.equation.phase == "update":
            yield Altered(s.exchanged(var, new))


def epsilon_inside(s: Subject) -> Iterator[Altered]:
    """√(v + ε) for √v + ε."""

    def way(node: Apply) -> Iterator[Change]:
        match node.op.name, node.args:
            case "add", (Apply(args=(inner,)) as root, Var() as epsilon) if root.op.name == "sqrt":
                now = apply("sqrt", inner + epsilon)
                yield Change(now, node, node, now)

    if s.equation.phase == "update":
        yield from s.changed(way)


def momentum_forgotten(s: Subject) -> Iterator[Altered]:
    """What is carried without its factor, or not at all."""

    def way(node: Apply) -> Iterator[Change]:
        match node.op.name, node.args:
            case "mul", (Var() as factor, Var() as state) if s.role_of(state) == "state":
                yield Change(state, node, node, state, factor)

    if s.equation.phase == "update":
        yield from s.changed(way)
        yield from s.changed(ways.term_left_out, is_wanted=lambda change: _is_state(s, change.missing))


def _is_state(s: Subject, expr: Expr | None) -> bool:
    return expr is not None and any(s.role_of(var) == "state" for var in variables(expr))


def previous_update(s: Subject) -> Iterator[Altered]:
    """Each quantity that changes from update to update as it was in the one before: of updates worked by hand."""
    if not 1 < s.update <= FARTHEST + 1:
        return
    for var in s.reads:
        role = s.role_of(var)
        if role in ("weights", "biases", "state", "activation", "prediction", "input", "target", "learning_rate"):
            yield Altered(s.exchanged(var, Var(var.name + BEFORE, var.shape, var.per_sample)))


def sign_lost(s: Subject) -> Iterator[Altered]:
    """The whole with the other sign, or without one of its minus signs."""
    yield from s.changed(ways.minus_lost)
    yield Altered(-s.formula)


def signs_exchanged(s: Subject) -> Iterator[Altered]:
    """A sum with a minus, or a difference with a plus."""
    if not s.role.startswith("next"):
        yield from s.changed(ways.sign_exchanged)


def factor_left_out(s: Subject) -> Iterator[Altered]:
    """A product without one of its factors, or a power or division left out."""
    yield from s.changed(ways.factor_left_out)


def another_quantity(s: Subject) -> Iterator[Altered]:
    """Another quantity with as many entries in place of each that the formula reads."""
    for var in s.reads:
        if not var.shape:
            continue
        for name, quantity in s.before.items():
            other = quantity.var
            is_alike = prod(other.shape) == prod(var.shape) and other.per_sample == var.per_sample and other.shape
            if (
                is_alike
                and s.value_of(name) != s.value_of(var.name)
                and quantity.role.name not in ("state", "optimizer_part")
            ):
                yield Altered(s.exchanged(var, Var(name, var.shape, var.per_sample)))


def wrong_connection(s: Subject) -> Iterator[Altered]:
    """Another entry of a quantity in place of one that the entry's formula reads."""

    def way(formula: Expr) -> Iterator[Expr]:
        for old in {var.key: var for var in variables(formula)}.values():
            shape = s.plan.quantities[old.name].var.shape
            if not old.index or prod(shape) > _MOST_ENTRIES:
                continue
            for place in np.ndindex(*shape):
                index = tuple(i + 1 for i in place)
                new = Var(old.name, (), old.per_sample, index, old.sample)
                if index != old.index:
                    yield rebuilt(formula, _replacing(old, new))

    yield from s.each_entry(way)


def _replacing(old: Var, new: Var) -> Callable[[Var], Expr]:
    return lambda var: new if var.key == old.key else var


def point_shifted(s: Subject) -> Iterator[Altered]:
    """The value with its point moved by up to three places."""
    for places in (1, 2, 3):
        yield Altered(10**places * s.formula, is_of_entries=True)
        yield Altered(s.formula / 10**places, is_of_entries=True)
