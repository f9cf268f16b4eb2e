"""A formula with one node changed: what every mistake of a known kind makes of it, as formulas of the same language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from backtrace.formula.expr import Apply, Expr, Num, Var, apply, summands

_FEW_TERMS, _MOST_TERMS = 4, 12


@dataclass(frozen=True, eq=False)
class Change:
    """A formula as it was apparently used: `formula` with `now` in place of `was`.

    `node` is the operation that was changed; a sign or number in front of it belongs to `was` and `now` too.
    `missing` is the operand of it that was left out, or the whole node where that was a power.
    """

    formula: Expr
    node: Apply
    was: Expr
    now: Expr
    missing: Expr | None = None


Ways = Callable[[Apply], Iterator[Change]]
"""The changes of one node, each as if the node were the whole formula."""


def changes(expr: Expr, ways: Ways) -> Iterator[Change]:
    """The formula with each of its nodes changed in each of the ways, outer nodes first.

    Of a sum of more than a few terms only the sum is changed, not what stands in its terms; of very many its last term.
    """
    return _changes(expr, ways, len(summands(expr)))


def _changes(expr: Expr, ways: Ways, terms: int) -> Iterator[Change]:
    """The changes of a node and of those in it; `terms` counts the terms of the sum that it is, or is a part of."""
    if not isinstance(expr, Apply):
        return
    yield from ways(expr)
    for place, arg in enumerate(expr.args):
        is_same_sum = expr.op.name == "add" and place == 0 and len(summands(arg)) > 1
        if terms > (_MOST_TERMS if is_same_sum else _FEW_TERMS):
            continue
        for change in _changes(arg, ways, terms if is_same_sum else len(summands(arg))):
            formula = apply(expr.op, *expr.args[:place], change.formula, *expr.args[place + 1 :])
            if change.formula is change.now and _only_scales(expr, place):
                change = replace(change, was=expr, now=formula)  # noqa: PLW2901 (it grows by what stands in front)
            yield replace(change, formula=formula)


def _only_scales(expr: Apply, place: int) -> bool:
    """Whether the node gives its operand a sign or a number in front, and so is read together with it."""
    return expr.op.name == "neg" or (expr.op.name == "mul" and place == 1 and isinstance(expr.args[0], Num))


def _change(node: Apply, now: Expr, missing: Expr | None = None) -> Change:
    return Change(now, node, node, now, missing)


def reversed_difference(node: Apply) -> Iterator[Change]:
    """The difference of two quantities taken the other way round."""
    if node.op.name == "sub" and all(isinstance(arg, Var) for arg in node.args):
        yield _change(node, node.args[1] - node.args[0])


def reversed_other(node: Apply) -> Iterator[Change]:
    """The difference of anything else taken the other way round, such as h − 1 for 1 − h."""
    if node.op.name == "sub" and not all(isinstance(arg, Var) for arg in node.args):
        yield _change(node, node.args[1] - node.args[0])


def minus_lost(node: Apply) -> Iterator[Change]:
    """A minus sign in front left out."""
    if node.op.name == "neg":
        yield _change(node, node.args[0])


def sign_exchanged(node: Apply) -> Iterator[Change]:
    """Added what is subtracted, or subtracted what is added."""
    if node.op.name in ("sub", "add"):
        yield _change(node, apply("add" if node.op.name == "sub" else "sub", *node.args))


def factor_left_out(node: Apply) -> Iterator[Change]:
    """One factor of a product left out, a division, or a square."""
    if node.op.name == "mul":
        left, right = node.args
        yield _change(node, left, right)
        yield _change(node, right, left)
    if node.op.name == "div":
        yield _change(node, node.args[0], node.args[1])
    if node.op.name == "pow" and isinstance(node.args[1], Num):
        yield _change(node, node.args[0], node)


def term_left_out(node: Apply) -> Iterator[Change]:
    """The last term of a sum left out, of its first two either, or what is subtracted."""
    if node.op.name in ("sub", "add"):
        yield _change(node, node.args[0], node.args[1])
    if node.op.name == "add" and len(summands(node.args[0])) == 1:
        yield _change(node, node.args[1], node.args[0])
