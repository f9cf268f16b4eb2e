"""The way a difference of two quantities is written: ŷ − y as −(y − ŷ), the same value."""

from __future__ import annotations

from backtrace.formula.expr import Apply, Expr, Num, Var, apply

_EVEN_DIVISOR = 2


def differences(expr: Expr, first: str, second: str) -> Expr:
    """The formula with `first − second` for every `second − first`, under a minus sign that is drawn out of factors.

    The value is the same; where a square or a magnitude swallows the sign, none is written.
    """
    if not isinstance(expr, Apply):
        return expr
    args = tuple(differences(arg, first, second) for arg in expr.args)
    match expr.op.name, args:
        case "sub", (Var(name=left), Var(name=right)) if (left, right) == (second, first):
            return -(args[1] - args[0])
        case "pow", (Apply() as base, Num(value=exponent)) if exponent % _EVEN_DIVISOR == 0:
            return apply("pow", _unsigned(base), args[1])
        case "magnitude", (Apply() as inner,):
            return apply("magnitude", _unsigned(inner))
        case "neg", (Apply(op=op, args=(inner,)),) if op.name == "neg":
            return inner
        case ("mul", (Num() as factor, Apply() as signed)) if signed.op.name == "neg":
            return -(factor * signed.args[0])
        case ("div", (Apply() as signed, Num() as divisor)) if signed.op.name == "neg":
            return -(signed.args[0] / divisor)
    if all(new is old for new, old in zip(args, expr.args, strict=True)):
        return expr
    return apply(expr.op, *args)


def _unsigned(expr: Apply) -> Expr:
    return expr.args[0] if expr.op.name == "neg" else expr
