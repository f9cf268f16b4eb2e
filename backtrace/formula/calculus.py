"""Differentiation and inlining: formulas in, formulas out.

The only simplifications ever made: a factor 1 is dropped, −(−x) is x, a power's constant exponent is
worked out, and terms that do not depend on the variable are left out of a derivative.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce

from backtrace.errors import MisfitError
from backtrace.formula.expr import Apply, Expr, Num, Var, along_left, apply, summands, variables

ZERO, HALF, ONE = (Num(Fraction(value)) for value in (0, Fraction(1, 2), 1))


def is_literal(expr: Expr, value: int) -> bool:
    """Whether the formula is that number, written as a literal."""
    return isinstance(expr, Num) and expr.value == value


def simplified(expr: Apply) -> Expr:
    """The node without a factor 1, a double sign, or an exponent 1 or 0."""
    match expr.op.name, expr.args:
        case "mul", (left, right) if is_literal(left, 1):
            return right
        case "mul", (left, right) if is_literal(right, 1):
            return left
        case ("pow", (base, exponent)) if is_literal(exponent, 1):
            return base
        case ("pow", (_, exponent)) if is_literal(exponent, 0) and not expr.shape:
            return ONE
        case "neg", (Apply(args=(inner,)) as arg,) if arg.op.name == "neg":
            return inner
    return expr


def rebuilt(expr: Expr, replace: Callable[[Var], Expr]) -> Expr:
    """The formula with each variable replaced; parts in which nothing changes are kept as they are."""
    first, nodes = along_left(expr, lambda _: False)
    built = replace(first) if isinstance(first, Var) else first
    for node in nodes:
        args = (built, *(rebuilt(arg, replace) for arg in node.args[1:]))
        if all(new is old for new, old in zip(args, node.args, strict=True)):
            built = node
            continue
        built = apply(node.op, *args)
        built = simplified(built) if isinstance(built, Apply) else built
    return built


def substituted(expr: Expr, old: Var, new: Expr) -> Expr:
    """The formula with one variable replaced, wherever it stands."""
    return rebuilt(expr, lambda var: new if var.key == old.key else var)


def opened(expr: Expr) -> Expr:
    """The formula with every named function replaced by its body: σ(z) becomes 1/(1 + e^−z)."""
    first, nodes = along_left(expr, lambda node: node.op.body is not None)
    built = opened(first.op.body(*first.args)) if isinstance(first, Apply) and first.op.body else first
    for node in nodes:
        built = apply(node.op, built, *(opened(arg) for arg in node.args[1:]))
    return built


def depends(expr: Expr, var: Var) -> bool:
    """Whether the variable stands in the formula."""
    return any(other.key == var.key for other in variables(expr))


def summed(terms: list[Expr]) -> Expr:
    """The terms added up, from left to right."""
    return reduce(operator.add, terms)


def differentiate(expr: Expr, var: Var) -> Expr:
    """The derivative of a formula of one entry by a variable of one entry, as a formula.

    Raises MisfitError for a formula with a shape: take its `entries` first.
    """
    if expr.shape or var.shape:
        raise MisfitError("only the formula of a single entry is differentiated, by a single entry")
    if isinstance(expr, Var) and expr.key == var.key:
        return ONE
    if not isinstance(expr, Apply) or not depends(expr, var):
        return ZERO
    if expr.op.partials is None:
        if expr.op.body is None:
            raise MisfitError(f"{expr.op.name} has no derivative in the table of operations")
        return differentiate(expr.op.body(*expr.args), var)
    if expr.op.name == "add":
        inside = (_simple(differentiate(term, var)) for term in summands(expr) if depends(term, var))
        terms = [term for term in inside if not is_literal(term, 0)]
    else:
        terms = list(_terms(expr, expr.op.partials(*expr.args), var))
    return summed(terms) if terms else ZERO


def _terms(expr: Apply, partials: tuple[Expr | None, ...], var: Var) -> Iterator[Expr]:
    """The chain rule: for each operand that holds the variable, the derivative by it times its own derivative."""
    for arg, partial in zip(expr.args, partials, strict=True):
        if not depends(arg, var):
            continue
        if partial is None:
            raise MisfitError(f"{expr.op.name} cannot be differentiated by its operand that holds {var.name}")
        inside = differentiate(arg, var)
        if not (is_literal(partial, 0) or is_literal(inside, 0)):
            yield _chained(partial, inside)


def _chained(outside: Expr, inside: Expr) -> Expr:
    """Outer derivative times inner derivative, without factors ±1."""
    for factor, other in ((inside, outside), (outside, inside)):
        if isinstance(factor, Apply) and factor.op.name == "neg" and is_literal(factor.args[0], 1):
            return _simple(-other)
    return _simple(_simple(outside) * inside)


def _simple(expr: Expr) -> Expr:
    if not isinstance(expr, Apply):
        return expr
    node = apply(expr.op, *(_simple(arg) for arg in expr.args))
    return simplified(node) if isinstance(node, Apply) else node
