"""What goes wrong on the way forward: in weighted sums, softmax and the loss.

Each function makes, of an equation that it can go wrong in, the changed formulas; the catalogue names them.
"""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.answers.alterations import Altered, Subject
from backtrace.answers.changes import Change, changes
from backtrace.formula.calculus import HALF, ONE, summed
from backtrace.formula.expr import Apply, Expr, Var, operations, summands, variables
from backtrace.formula.operations import ln


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


def term_left_out(s: Subject) -> Iterator[Altered]:
    """A sum without one of its terms."""

    def without(formula: Expr) -> Iterator[Expr]:
        terms = summands(formula)
        if len(terms) > 1:
            yield from (summed(terms[:i] + terms[i + 1 :]) for i in range(len(terms)))

    if s.role in ("pre_activation", "loss", "activation_gradient", "batch_loss"):
        yield from s.each_entry(without)


def no_exponentials(s: Subject) -> Iterator[Altered]:
    """Softmax of the numbers themselves."""

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name == "exp":
            yield Change(node.args[0], node, node, node.args[0])

    if s.role == "softmax_part":
        yield from s.changed(way)


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


def target_forgotten(s: Subject) -> Iterator[Altered]:
    """The prediction in place of its difference to the target."""

    def way(node: Apply) -> Iterator[Change]:
        names = {var.name for var in variables(node)}
        if node.op.name == "sub" and "y" in names and all(isinstance(arg, Var) for arg in node.args):
            now = next(arg for arg in node.args if isinstance(arg, Var) and arg.name != "y")
            yield Change(now, node, node, now)

    if _is_of_loss(s):
        yield from s.changed(way)
    short = s.plan.equation(f"{s.equation.id}_short")
    if short is not None:
        yield from (Altered(change.formula, "in the short form") for change in changes(short.formula, way))


def log_of_ten(s: Subject) -> Iterator[Altered]:
    """Ln x divided by ln 10."""

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name in ("ln", "ylogx"):
            now = node / ln(10 * ONE)
            yield Change(now, node, node, now)

    if s.role in ("loss_terms", "loss"):
        whole = [Altered(s.formula / ln(10 * ONE))] if "ylogx" in operations(s.formula) else []
        yield from (*whole, *s.changed(way))
