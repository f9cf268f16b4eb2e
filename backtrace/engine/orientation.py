"""How weights are laid out: the one place that knows whether a row of a matrix belongs to receiver or sender."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backtrace.formula.expr import Apply, Expr, Var, apply


@dataclass(frozen=True)
class Orientation:
    """How weights are laid out, as the operations that the plan takes from it."""

    affine: Callable[[Var, Var], Expr]
    send_back: Callable[[Var, Var], Expr]
    through: Callable[[Var, Var], Expr]
    gradient: Callable[[Var, Var], Expr]
    paths: Callable[[Var, Var], Expr]
    outer: str


# fmt: off
ORIENTATIONS: Mapping[str, Orientation] = {
    "column": Orientation(
        affine=lambda W, a: apply("matvec", W, a),       send_back=lambda W, d: apply("matvec_back", W, d),
        gradient=lambda d, a: apply("outer", d, a),      through=lambda J, g: apply("matvec_back", J, g),
        paths=lambda d, W: apply("scale_rows", d, W),    outer="outer"),
    "row": Orientation(
        affine=lambda W, a: apply("vecmat", a, W),       send_back=lambda W, d: apply("vecmat_back", d, W),
        gradient=lambda d, a: apply("outer_row", a, d),  through=lambda J, g: apply("vecmat", g, J),
        paths=lambda d, W: apply("scale_columns", W, d), outer="outer_row"),
}
# fmt: on


def laid_out(expr: Expr, orientation: Orientation) -> Expr:
    """A formula of a table row with its outer products in the orientation's order."""
    if not isinstance(expr, Apply):
        return expr
    args = (laid_out(arg, orientation) for arg in expr.args)
    return apply(orientation.outer if expr.op.name == "outer" else expr.op, *args)
