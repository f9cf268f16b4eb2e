"""The activation functions: a row states the function and its local derivative, nothing else.

The derivative is the textbook's, written in z and a = f(z); the tests prove every row of the table against
sympy's derivative of the function and against central differences. Parameters are keyword-only arguments of the
function, and the derivative takes the same; see `parameters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Literal

from backtrace.formula.calculus import HALF
from backtrace.formula.expr import Expr, Operation, Spelling, apply
from backtrace.formula.operations import (
    ATOM,
    LOOSE,
    diag,
    erf,
    exp,
    largest,
    ln,
    maximum,
    minimum,
    ones,
    outer,
    pi,
    positive,
    sqrt,
    tanh,
    total,
)
from backtrace.network.naming import Naming, unnamed
from backtrace.network.parameters import Parameter, Range, Value, bound, parameters_of


@dataclass(frozen=True, eq=False)
class Activation:
    """One activation function a = f(z).

    `function` takes z and a naming for its intermediate results; `slope` gives ∂a/∂z in z and a, of a's shape
    where the function works entry by entry, and the Jacobian, row for a and column for z, where it does not.
    `symbol` is how a course writes the function, by language; without one its formula is written out.
    `convention` says what holds where the derivative does not exist.
    """

    name: str
    function: Callable[..., Expr]
    slope: Callable[..., Expr]
    source: str
    symbol: Mapping[str, str] | None = None
    elementwise: bool = True
    convention: str = ""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters of the function, by name."""
        return parameters_of(self.function)

    def bound(self, given: Mapping[str, Value] | None = None, suffix: str = "") -> Activation:
        """The row with its parameters put in; see `parameters.bound`."""
        function, slope = (bound(f, self.parameters, given or {}, suffix) for f in (self.function, self.slope))
        return replace(self, function=function, slope=slope)

    def applied(self, z: Expr) -> Expr:
        """The function of z, written by its symbol where it has one."""
        return apply(self._operation, z) if self.symbol else self.function(z, unnamed)

    @cached_property
    def _operation(self) -> Operation:
        """The named function as an operation: `body` opens it, so that it needs no evaluation rule of its own."""
        assert self.symbol is not None
        spellings = {}
        for language, letter in self.symbol.items():
            template = f"{letter} of ({{0}})" if language == "words" else f"{letter}({{0}})"
            spellings[language] = Spelling(template, ATOM, (LOOSE,))
        return Operation(self.name, 1, lambda z: z, body=lambda z: self.function(z, unnamed), spellings=spellings)


def _leaky_relu(z: Expr, _: Naming, *, slope: Annotated[Any, Range("slope for negative z")] = Fraction(1, 100)) -> Expr:
    a: Expr = maximum(0, z) + slope * minimum(0, z)
    return a


def _elu(z: Expr, _: Naming, *, alpha: Annotated[Any, Range("what the function tends to below", above=0)] = 1) -> Expr:
    return maximum(0, z) + minimum(0, alpha * (exp(z) - 1))


_Form = Annotated[Literal["exact", "tanh"], Range("the error function, or a formula with tanh that is close to it")]


def _gelu(z: Expr, _: Naming, *, form: _Form = "exact") -> Expr:
    return z * _below(z, form)


def _gelu_slope(z: Expr, a: Expr, *, form: str) -> Expr:
    if form == "exact":
        return _below(z, form) + z * (exp(-(z**2 / 2)) / sqrt(2 * pi()))
    inner, slope = tanh(_tanh_argument(z)), sqrt(2 / pi()) * (1 + 3 * _CUBIC * z**2)
    return _below(z, form) + HALF * z * (1 - inner**2) * slope


def _below(z: Expr, form: str) -> Expr:
    """How probable it is that a normal variable lies below z, or the formula that is close to it."""
    return HALF * (1 + (erf(z / sqrt(2)) if form == "exact" else tanh(_tanh_argument(z))))


_CUBIC = Fraction(44715, 10**6)


def _tanh_argument(z: Expr) -> Expr:
    return sqrt(2 / pi()) * (z + _CUBIC * z**3)


_Shift = Annotated[bool, Range("whether the largest z is subtracted first, so that no exponential leaves the range")]


def _softmax(z: Expr, name: Naming, *, shift: _Shift = False) -> Expr:
    e = name("exp_z", exp(name("shift_z", z - largest(z)) if shift else z))
    return e / name("sum_exp_z", total(e))


def _roman(name: str) -> dict[str, str]:
    return {"text": name, "ascii": name, "latex": rf"\operatorname{{{{{name}}}}}", "words": name}


_SIGMA = {"text": "σ", "ascii": "sigma", "latex": r"\sigma", "words": "sigma"}

ACTIVATIONS: dict[str, Activation] = {}
"""The table of activations by name. A new row makes the activation known everywhere."""


def add_activation(row: Activation) -> Activation:
    """Put a row into the table."""
    ACTIVATIONS[row.name] = row
    return row


# fmt: off
add_activation(Activation("identity", lambda z, _: z,                    lambda z, a: ones(z),
    "linear unit; Bishop 2006, section 5.1"))
sigma = add_activation(
    Activation("sigmoid",  lambda z, _: 1 / (1 + exp(-z)),               lambda z, a: a * (1 - a),
    "logistic function; Rumelhart, Hinton & Williams 1986", _SIGMA)).applied
add_activation(Activation("tanh",     lambda z, _: tanh(z),              lambda z, a: 1 - a**2,
    "hyperbolic tangent; LeCun et al. 1998, Efficient BackProp"))
add_activation(Activation("relu",     lambda z, _: maximum(0, z),        lambda z, a: positive(z),
    "rectified linear unit; Nair & Hinton 2010", _roman("ReLU"),
    convention="At z = 0 the slope of ReLU is taken as 0."))
add_activation(Activation("leaky_relu", _leaky_relu,
    lambda z, a, *, slope: positive(z) + slope * (1 - positive(z)),
    "leaky rectified linear unit; Maas, Hannun & Ng 2013", _roman("LeakyReLU"),
    convention="At z = 0 the slope of leaky ReLU is taken as that on its left."))
add_activation(Activation("elu",      _elu,
    lambda z, a, *, alpha: positive(z) + (a + alpha) * (1 - positive(z)),
    "exponential linear unit; Clevert, Unterthiner & Hochreiter 2016", _roman("ELU"),
    convention="At z = 0 the slope of ELU is taken as that on its left."))
add_activation(Activation("softplus", lambda z, _: ln(1 + exp(z)),       lambda z, a: sigma(z),
    "softplus; Dugas et al. 2001"))
add_activation(Activation("swish",    lambda z, _: z * sigma(z),  lambda z, a: sigma(z) * (1 + z * (1 - sigma(z))),
    "swish, or SiLU; Ramachandran, Zoph & Le 2017; derivative as in Elfwing, Uchibe & Doya 2018"))
add_activation(Activation("gelu",     _gelu,                             _gelu_slope,
    "Gaussian error linear unit; Hendrycks & Gimpel 2016"))
add_activation(Activation("softmax",  _softmax,                          lambda z, a, *, shift: diag(a) - outer(a, a),
    "normalised exponential; Bridle 1990", elementwise=False))
# fmt: on
