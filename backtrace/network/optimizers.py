"""The optimizers, each one function written as its source writes it.

A function takes the parameter p, its gradient g, the learning rate eta and the naming that makes an intermediate
result a quantity of its own, told with its formula; it returns the new parameter. Further arguments by position are
what it carries from update to update, 0 at first: it names the new value of `m` as `m_next`. The number of the update,
from 1, is asked for as `t`. Hyperparameters are keyword-only; see `parameters`. The first line of a docstring says what
the optimizer is and where it is from, the rest how others of its name differ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import Parameter as Argument
from inspect import getdoc, signature
from typing import Annotated, Any

from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import sqrt
from backtrace.network.naming import Naming
from backtrace.network.parameters import Parameter, Range, Value, bound, parameters_of

# fmt: off
Corrected = Annotated[bool, Range("whether the means are corrected for their start at 0")]
Momentum = Annotated[Any, Range("share of the velocity that is kept", least=0, below=1)]
Decay    = Annotated[Any, Range("share of the mean of squared gradients that is kept", least=0, below=1)]
Beta1    = Annotated[Any, Range("share of the mean of gradients that is kept", least=0, below=1)]
Beta2    = Annotated[Any, Range("share of the mean of squared gradients that is kept", least=0, below=1)]
Epsilon  = Annotated[Any, Range("keeps the divisor from 0", least=0)]
Weight   = Annotated[Any, Range("how strongly the parameter is drawn to 0", least=0)]
# fmt: on


def sgd(p: Expr, g: Expr, eta: Expr, name: Naming) -> Expr:
    """Gradient descent: Robbins & Monro 1951; Goodfellow, Bengio & Courville 2016, section 8.3.1."""
    return p - name("step", eta * g)


def momentum(p: Expr, g: Expr, eta: Expr, name: Naming, velocity: Expr, *, momentum: Momentum = 0.9) -> Expr:
    """Momentum with the learning rate outside the velocity, as PyTorch writes it: Polyak 1964.

    optax writes it so too. The classical form has the learning rate inside the velocity; while the learning rate stays
    the same, both make the same steps.
    """
    velocity = name("velocity_next", momentum * velocity + g)
    return p - name("step", eta * velocity)


def classical_momentum(p: Expr, g: Expr, eta: Expr, name: Naming, velocity: Expr, *, momentum: Momentum = 0.9) -> Expr:
    """Momentum with the learning rate inside the velocity: Sutskever et al. 2013, equations 1 and 2.

    Keras writes it so. PyTorch and optax have the learning rate outside the velocity; while the learning rate stays the
    same, both make the same steps.
    """
    return p + name("velocity_next", momentum * velocity - eta * g)


def nesterov(p: Expr, g: Expr, eta: Expr, name: Naming, velocity: Expr, *, momentum: Momentum = 0.9) -> Expr:
    """Nesterov's momentum, as PyTorch writes it: Nesterov 1983; Sutskever et al. 2013.

    The sources take the gradient at a point ahead, where the velocity is about to carry the parameter. Here p is that
    point itself; while the learning rate stays the same, the steps are the same. Keras has the learning rate inside the
    velocity.
    """
    velocity = name("velocity_next", momentum * velocity + g)
    return p - name("step", eta * (g + momentum * velocity))


def adagrad(p: Expr, g: Expr, eta: Expr, name: Naming, sum_sq: Expr, *, epsilon: Epsilon = 1e-8) -> Expr:
    """AdaGrad: Duchi, Hazan & Singer 2011.

    Epsilon stands outside the root, as in the paper and in PyTorch, whose default for it is 1e-10. Keras and optax add
    it inside the root, and start the sum of squares at 0.1.
    """
    sum_sq = name("sum_sq_next", sum_sq + g**2)
    return p - name("step", eta * g / (sqrt(sum_sq) + epsilon))


def rmsprop(p: Expr, g: Expr, eta: Expr, name: Naming, v: Expr, *, decay: Decay = 0.9, epsilon: Epsilon = 1e-8) -> Expr:
    """RMSProp with epsilon outside the root, as PyTorch writes it: Tieleman & Hinton 2012, lecture 6.5.

    The lecture has no epsilon. Keras and, by default, optax add it inside the root. PyTorch keeps the share 0.99 by
    default.
    """
    v = name("v_next", decay * v + (1 - decay) * g**2)
    return p - name("step", eta * g / (sqrt(v) + epsilon))


def adam(
    p: Expr, g: Expr, eta: Expr, name: Naming, t: Expr, m: Expr, v: Expr, *,
    beta1: Beta1 = 0.9, beta2: Beta2 = 0.999, epsilon: Epsilon = 1e-8, bias_correction: Corrected = True,
) -> Expr:  # fmt: skip
    """Adam: Kingma & Ba 2015, algorithm 1.

    Epsilon is added to the root of the corrected mean, as in the algorithm of the paper, in PyTorch and in optax. Keras
    adds it to the root of the mean before the correction (epsilon hat, at the end of section 2 of the paper).
    """
    m = name("m_next", beta1 * m + (1 - beta1) * g)
    v = name("v_next", beta2 * v + (1 - beta2) * g**2)
    if bias_correction:
        m = name("m_hat", m / (1 - beta1**t))
        v = name("v_hat", v / (1 - beta2**t))
    return p - name("step", eta * m / (sqrt(v) + epsilon))


def adamw(
    p: Expr, g: Expr, eta: Expr, name: Naming, t: Expr, m: Expr, v: Expr, *,
    beta1: Beta1 = 0.9, beta2: Beta2 = 0.999, epsilon: Epsilon = 1e-8, bias_correction: Corrected = True,
    weight_decay: Weight = 0.01,
) -> Expr:  # fmt: skip
    """Adam with weight decay apart from the gradient: Loshchilov & Hutter 2019, algorithm 2, as PyTorch writes it.

    The learning rate multiplies the decay, as in PyTorch, Keras and optax; in the paper the factor of a schedule does,
    and the learning rate does not. Weights and biases decay alike. The weight_decay of PyTorch's Adam is another thing:
    it adds to the gradient, as l2 does here for weights.
    """
    decayed = p - name("decay", eta * weight_decay * p)
    return adam(decayed, g, eta, name, t, m, v, beta1=beta1, beta2=beta2, epsilon=epsilon,
                bias_correction=bias_correction)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Optimizer:
    """An optimizer's function and what its signature says: `carried` are the quantities it keeps between updates."""

    name: str
    function: Callable[..., Expr]
    carried: tuple[str, ...]
    counts_updates: bool

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The hyperparameters, by name."""
        return parameters_of(self.function)

    @property
    def source(self) -> str:
        """What the optimizer is and where it is from."""
        return (getdoc(self.function) or "").partition("\n")[0]

    @property
    def convention(self) -> str:
        """How the optimizer differs from what others mean by its name."""
        return " ".join((getdoc(self.function) or "").partition("\n")[2].split())

    def step(
        self, p: Expr, g: Expr, eta: Expr, name: Naming, given: Mapping[str, Value], carried: Callable[[str], Var]
    ) -> Expr:
        """The new parameter; `carried` gives the variable of each quantity that is kept between updates."""
        function = bound(self.function, self.parameters, given)
        count = {"t": Var("t")} if self.counts_updates else {}
        return function(p, g, eta, name, **count, **{each: carried(each) for each in self.carried})


def optimizer_of(function: Callable[..., Expr]) -> Optimizer:
    """The optimizer that a function states."""
    taken = ("p", "g", "eta", "name", "t")
    by_position = [a.name for a in signature(function).parameters.values() if a.kind is not Argument.KEYWORD_ONLY]
    carried = tuple(name for name in by_position if name not in taken)
    return Optimizer(function.__name__, function, carried, "t" in by_position)


OPTIMIZERS: dict[str, Optimizer] = {
    function.__name__: optimizer_of(function)
    for function in (sgd, momentum, classical_momentum, nesterov, adagrad, rmsprop, adam, adamw)
}
"""The table of optimizers by name."""
