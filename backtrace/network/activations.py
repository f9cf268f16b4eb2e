"""The activation functions: a row states the function and its local derivative, nothing else.

The derivative is the textbook's, written in z and a = f(z); the tests prove every row of the table against
sympy's derivative of the function and against central differences.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from backtrace.formula.expr import Expr, Operation, Spelling, apply
from backtrace.formula.operations import ATOM, LOOSE, diag, exp, maximum, ones, outer, positive, tanh, total
from backtrace.network.naming import Naming, unnamed


@dataclass(frozen=True, eq=False)
class Activation:
    """One activation function a = f(z).

    `function` takes z and a naming for its intermediate results; `slope` gives ∂a/∂z in z and a, of a's shape
    where the function works entry by entry, and the Jacobian, row for a and column for z, where it does not.
    `symbol` is how a course writes the function, by language; without one its formula is written out.
    `convention` says what holds where the derivative does not exist.
    """

    name: str
    function: Callable[[Expr, Naming], Expr]
    slope: Callable[[Expr, Expr], Expr]
    source: str
    symbol: Mapping[str, str] | None = None
    elementwise: bool = True
    convention: str = ""

    def applied(self, z: Expr) -> Expr:
        """The function of z, written by its symbol where it has one."""
        return apply(_operation(self), z) if self.symbol else self.function(z, unnamed)


@cache
def _operation(row: Activation) -> Operation:
    """The named function as an operation: `body` opens it, so that it needs no evaluation rule of its own."""
    assert row.symbol is not None
    spellings = {}
    for language, letter in row.symbol.items():
        template = f"{letter} of ({{0}})" if language == "words" else f"{letter}({{0}})"
        spellings[language] = Spelling(template, ATOM, (LOOSE,))
    return Operation(row.name, 1, lambda z: z, body=lambda z: row.function(z, unnamed), spellings=spellings)


def _softmax(z: Expr, name: Naming) -> Expr:
    e = name("exp_z", exp(z))
    return e / name("sum_exp_z", total(e))


def _roman(name: str) -> dict[str, str]:
    return {"text": name, "ascii": name, "latex": rf"\operatorname{{{{{name}}}}}", "words": name}


_SIGMA = {"text": "σ", "ascii": "sigma", "latex": r"\sigma", "words": "sigma"}

ACTIVATIONS: dict[str, Activation] = {}
"""The table of activations by name. A new row makes the activation known everywhere."""


def add_activation(row: Activation) -> None:
    """Put a row into the table."""
    ACTIVATIONS[row.name] = row


# fmt: off
add_activation(Activation("identity", lambda z, _: z,                    lambda z, a: ones(z),
    "linear unit; Bishop 2006, section 5.1"))
add_activation(Activation("sigmoid",  lambda z, _: 1 / (1 + exp(-z)),    lambda z, a: a * (1 - a),
    "logistic function; Rumelhart, Hinton & Williams 1986", _SIGMA))
add_activation(Activation("tanh",     lambda z, _: tanh(z),              lambda z, a: 1 - a**2,
    "hyperbolic tangent; LeCun et al. 1998, Efficient BackProp"))
add_activation(Activation("relu",     lambda z, _: maximum(0, z),        lambda z, a: positive(z),
    "rectified linear unit; Nair & Hinton 2010", _roman("ReLU"),
    convention="At z = 0 the slope of ReLU is taken as 0."))
add_activation(Activation("softmax",  _softmax,                          lambda z, a: diag(a) - outer(a, a),
    "normalised exponential; Bridle 1990", elementwise=False))
# fmt: on
