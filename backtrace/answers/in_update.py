"""What goes wrong in the update: with the learning rate, and in what optimizers carry and correct.

Each function makes, of an equation that it can go wrong in, the changed formulas; the catalogue names them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backtrace.answers import changes as ways
from backtrace.answers.alterations import Altered, Subject
from backtrace.answers.changes import Change
from backtrace.answers.working import BEFORE, FARTHEST
from backtrace.formula.calculus import ONE
from backtrace.formula.expr import Apply, Expr, Var, apply, operations, variables


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


def _is_correction(node: Expr) -> bool:
    """Whether it is the 1 − βᵗ that corrects for a start at 0."""
    return isinstance(node, Apply) and node.op.name == "sub" and "pow" in operations(node.args[1])


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
