"""The learning-rate schedules, each one function: the learning rate of an update in terms of the first, eta0.

`n` is the number of updates made before this one, or of epochs gone through before it, as a scenario chooses.
Parameters are keyword-only; see `parameters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Annotated, Any

from backtrace.formula.calculus import HALF
from backtrace.formula.expr import Expr
from backtrace.formula.operations import cos, floor, minimum, pi
from backtrace.network.parameters import Parameter, Range, bound, parameters_of

# fmt: off
Gamma  = Annotated[Any, Range("factor by which the learning rate falls", least=0)]
Period = Annotated[Any, Range("updates, or epochs, between two changes or until the end", least=1, whole=True)]
End    = Annotated[Any, Range("learning rate at the end", least=0)]
# fmt: on


def step(eta0: Expr, n: Expr, *, period: Period, gamma: Gamma = 0.1) -> Expr:
    """The rate falls by the factor gamma after every period: PyTorch's StepLR."""
    rate: Expr = eta0 * gamma ** floor(n / period)
    return rate


def exponential(eta0: Expr, n: Expr, *, gamma: Gamma) -> Expr:
    """The rate falls by the factor gamma each time: PyTorch's ExponentialLR."""
    rate: Expr = eta0 * gamma**n
    return rate


def cosine(eta0: Expr, n: Expr, *, period: Period, eta_end: End = 0) -> Expr:
    """The rate falls along half a cosine to eta_end: Loshchilov & Hutter 2017, equation 5, without restarts."""
    rate: Expr = eta_end + HALF * (eta0 - eta_end) * (1 + cos(pi() * minimum(n / period, 1)))
    return rate


@dataclass(frozen=True, eq=False)
class RateSchedule:
    """A schedule's function and what its signature and docstring say."""

    name: str
    function: Callable[..., Expr]

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters besides the first learning rate, by name."""
        return parameters_of(self.function)

    @property
    def source(self) -> str:
        """What the schedule is and where it is from."""
        return (getdoc(self.function) or "").partition("\n")[0]

    def rate(self, eta0: Expr, n: Expr) -> Expr:
        """The learning rate after n changes."""
        return bound(self.function, self.parameters, {})(eta0, n)


SCHEDULES: dict[str, RateSchedule] = {
    function.__name__: RateSchedule(function.__name__, function) for function in (step, exponential, cosine)
}
"""The table of schedules by name. The schedule `list`, which names each rate, has no formula."""
