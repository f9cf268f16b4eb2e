"""The initialisers, each one function: the distribution that the numbers of a matrix are drawn from.

`n` is how many neurons each neuron of the layer listens to, `m` how many neurons the layer has; the biases of a layer
are drawn with the same two. Parameters are keyword-only; see `parameters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Annotated, Any, Protocol

import numpy as np

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Operand, Var, formula_of
from backtrace.formula.operations import sqrt
from backtrace.network.draws import Draws, Numbers
from backtrace.network.parameters import Parameter, Range, Value, completed, parameters_of

Told = tuple[str | Expr, ...]


class Distribution(Protocol):
    """What numbers are drawn from: `told` says it in words and formulas."""

    @property
    def told(self) -> Told:
        """Words and formulas, one after the other."""

    @property
    def is_random(self) -> bool:
        """Whether a seed is needed."""

    def numbers(self, draws: Draws, count: int, values: Mapping[str, Any]) -> Numbers:
        """So many numbers, with the values of the variables in the formulas."""


@dataclass(frozen=True)
class Uniform:
    """Any number from `low` up to `high`, each as likely as any other."""

    low: Operand
    high: Operand
    is_random = True

    @property
    def told(self) -> Told:
        return ("uniform from ", formula_of(self.low), " to ", formula_of(self.high))

    def numbers(self, draws: Draws, count: int, values: Mapping[str, Any]) -> Numbers:
        low, high = (evaluate(formula_of(bound), values) for bound in (self.low, self.high))
        numbers: Numbers = low + (high - low) * draws.uniform(count)
        return numbers


@dataclass(frozen=True)
class Normal:
    """The normal distribution."""

    mean: Operand
    std: Operand
    is_random = True

    @property
    def told(self) -> Told:
        return ("normal with mean ", formula_of(self.mean), ", standard deviation ", formula_of(self.std))

    def numbers(self, draws: Draws, count: int, values: Mapping[str, Any]) -> Numbers:
        mean, std = (evaluate(formula_of(part), values) for part in (self.mean, self.std))
        numbers: Numbers = mean + std * draws.normal(count)
        return numbers


@dataclass(frozen=True)
class Constant:
    """One number for all."""

    value: Operand
    is_random = False

    @property
    def told(self) -> Told:
        return ("always ", formula_of(self.value))

    def numbers(self, draws: Draws, count: int, values: Mapping[str, Any]) -> Numbers:
        return np.full(count, evaluate(formula_of(self.value), values), dtype=np.float64)


# fmt: off
Low   = Annotated[Any, Range("smallest number")]
High  = Annotated[Any, Range("largest number")]
Mean  = Annotated[Any, Range("mean")]
Std   = Annotated[Any, Range("standard deviation", least=0)]
Same  = Annotated[Any, Range("the number")]
# fmt: on


def uniform(n: Expr, m: Expr, *, low: Low = 0, high: High = 1) -> Distribution:
    """Numbers between two bounds."""
    return Uniform(low, high)


def normal(n: Expr, m: Expr, *, mean: Mean = 0, std: Std = 1) -> Distribution:
    """Numbers around a mean."""
    return Normal(mean, std)


def xavier_uniform(n: Expr, m: Expr) -> Distribution:
    """Glorot & Bengio 2010, equation 16."""
    bound = sqrt(6 / (n + m))
    return Uniform(-bound, bound)


def xavier_normal(n: Expr, m: Expr) -> Distribution:
    """Glorot & Bengio 2010, equation 12, for the normal distribution."""
    return Normal(0, sqrt(2 / (n + m)))


def he_uniform(n: Expr, m: Expr) -> Distribution:
    """He, Zhang, Ren & Sun 2015, equation 10, for the uniform distribution of that variance."""
    bound = sqrt(6 / n)
    return Uniform(-bound, bound)


def he_normal(n: Expr, m: Expr) -> Distribution:
    """He, Zhang, Ren & Sun 2015, equation 10."""
    return Normal(0, sqrt(2 / n))


def constant(n: Expr, m: Expr, *, value: Same) -> Distribution:
    """The same number everywhere: neurons that start alike stay alike."""
    return Constant(value)


def zeros(n: Expr, m: Expr) -> Distribution:
    """Nothing but 0, as biases often start."""
    return Constant(0)


@dataclass(frozen=True, eq=False)
class Initialiser:
    """An initialiser's function and what its signature and docstring say."""

    name: str
    function: Callable[..., Distribution]

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters besides the sizes of the layer, by name."""
        return parameters_of(self.function)

    @property
    def source(self) -> str:
        """What the initialiser is or where it is from."""
        return (getdoc(self.function) or "").partition("\n")[0]

    @property
    def distribution(self) -> Distribution:
        """The distribution, its formulas in n, m and the parameters."""
        return self.function(Var("n"), Var("m"), **{name: Var(name) for name in self.parameters})

    def numbers(self, draws: Draws, count: int, n: int, m: int, given: Mapping[str, Value]) -> Numbers:
        """So many numbers for a layer of m neurons that each listen to n."""
        values = {"n": n, "m": m, **completed(self.parameters, given)}
        return self.distribution.numbers(draws, count, {name: np.float64(value) for name, value in values.items()})


INITIALISERS: dict[str, Initialiser] = {
    function.__name__: Initialiser(function.__name__, function)
    for function in (uniform, normal, xavier_uniform, xavier_normal, he_uniform, he_normal, constant, zeros)
}
"""The table of initialisers by name."""
