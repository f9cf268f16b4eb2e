"""The optimizers, each one function written as its source writes it.

A function takes the parameter p, its gradient g and the learning rate eta, and returns the new parameter.
`name` makes an intermediate result a quantity of its own, told with its formula.
"""

from __future__ import annotations

from collections.abc import Callable

from backtrace.formula.expr import Expr
from backtrace.network.naming import Naming

Optimizer = Callable[[Expr, Expr, Expr, Naming], Expr]


def sgd(p: Expr, g: Expr, eta: Expr, name: Naming) -> Expr:
    """Gradient descent: Robbins & Monro 1951; Goodfellow, Bengio & Courville 2016, section 8.3.1."""
    return p - name("step", eta * g)


OPTIMIZERS: dict[str, Optimizer] = {function.__name__: function for function in (sgd,)}
"""The table of optimizers by name."""
