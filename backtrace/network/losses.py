"""The loss functions: a row states the loss of one output and its derivative by the prediction.

The loss of a sample is the sum or the mean of its outputs' terms; the loss of a batch the sum or the mean
of its samples' losses. A short form gives the derivative by z where the slope of the activation cancels. Parameters
are keyword-only arguments of the terms, and the derivative takes the same; see `parameters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from backtrace.formula.calculus import HALF
from backtrace.formula.expr import Expr
from backtrace.formula.operations import (
    exp,
    largest,
    ln,
    magnitude,
    maximum,
    minimum,
    sign,
    total,
    ydiv,
    ylogx,
)
from backtrace.network.parameters import Parameter, Range, Value, bound, parameters_of

Reduction = Literal["mean", "sum"]
OfOutput = Callable[..., Expr]


@dataclass(frozen=True, eq=False)
class Loss:
    """One loss function of target y and prediction a, both of shape (k,).

    `terms` gives the loss of each output, `slope` its derivative by a. `outputs` says how the terms make
    the loss of a sample; where `outputs_free`, a scenario may choose. `short` gives, by the name of the output
    activation, the derivative of a term by z in y and a. `targets` says which targets the loss is meant for,
    `prediction` what it takes the prediction for: pre-activations come from the activation identity.
    `elementwise` is false where the term of an output reads the other outputs. `convention` says what holds where
    the derivative does not exist.
    """

    name: str
    terms: OfOutput
    slope: OfOutput
    outputs: Reduction
    source: str
    outputs_free: bool = False
    short: Mapping[str, OfOutput] = field(default_factory=dict)
    targets: Literal["any", "zero to one", "distribution"] = "any"
    prediction: Literal["any", "probability", "pre-activation"] = "any"
    elementwise: bool = True
    convention: str = ""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """The parameters of the loss, by name."""
        return parameters_of(self.terms)

    def bound(self, given: Mapping[str, Value] | None = None) -> Loss:
        """The row with its parameters put in; see `parameters.bound`."""
        terms, slope = (bound(f, self.parameters, given or {}) for f in (self.terms, self.slope))
        return replace(self, terms=terms, slope=slope)


def reduced(terms: Expr, outputs: Reduction) -> Expr:
    """The loss of a sample from the terms of its outputs; with one output, mean and sum are the same."""
    return shared(total(terms), terms.shape[0], outputs)


def shared(formula: Expr, outputs_count: int, outputs: Reduction) -> Expr:
    """The formula divided by the number of outputs where the loss is their mean."""
    return formula / outputs_count if outputs == "mean" and outputs_count > 1 else formula


LOSSES: dict[str, Loss] = {}
"""The table of losses by name. A new row makes the loss known everywhere."""


def add_loss(row: Loss) -> None:
    """Put a row into the table."""
    LOSSES[row.name] = row


def _minus(y: Expr, a: Expr) -> Expr:
    return a - y


Threshold = Annotated[Any, Range("distance up to which the loss is quadratic", above=0)]


def _huber(y: Expr, a: Expr, *, delta: Threshold = 1) -> Expr:
    near = minimum(magnitude(y - a), delta)
    return near * (magnitude(y - a) - HALF * near)


def _log_of_softmax(a: Expr) -> Expr:
    s = a - largest(a)
    return s - ln(total(exp(s)))


def _softmax(a: Expr) -> Expr:
    e = exp(a - largest(a))
    return e / total(e)


# fmt: off
add_loss(Loss("mse",           lambda y, a: (y - a)**2,        lambda y, a: 2 * (a - y), "mean",
    "mean squared error; Goodfellow, Bengio & Courville 2016, section 5.1.4"))
add_loss(Loss("sse",           lambda y, a: (y - a)**2,        lambda y, a: 2 * (a - y), "sum",
    "sum of squared errors; Bishop 2006, section 1.1"))
add_loss(Loss("half_sse",      lambda y, a: HALF * (y - a)**2, lambda y, a: a - y,       "sum",
    "half the sum of squared errors; Rumelhart, Hinton & Williams 1986"))
add_loss(Loss("mae",           lambda y, a: magnitude(y - a),  lambda y, a: sign(a - y), "mean",
    "mean absolute error; Goodfellow, Bengio & Courville 2016, section 6.2.1.2", outputs_free=True,
    convention="Where the prediction is the target, the slope of the absolute error is taken as 0."))
add_loss(Loss("huber",         _huber,
    lambda y, a, *, delta: sign(a - y) * minimum(magnitude(y - a), delta),               "mean",
    "quadratic near the target, linear far from it; Huber 1964", outputs_free=True))
add_loss(Loss("bce",           lambda y, a: -(ylogx(y, a) + ylogx(1 - y, 1 - a)),
                               lambda y, a: -ydiv(y, a) + ydiv(1 - y, 1 - a),            "mean",
    "binary cross-entropy; Bishop 2006, section 5.2", outputs_free=True,
    short={"sigmoid": _minus}, targets="zero to one", prediction="probability"))
add_loss(Loss("cross_entropy", lambda y, a: -ylogx(y, a),      lambda y, a: -ydiv(y, a), "sum",
    "cross-entropy; Bishop 2006, section 5.2", short={"softmax": _minus}, targets="distribution",
    prediction="probability"))
add_loss(Loss("bce_logits",    lambda y, a: maximum(0, a) - y * a + ln(1 + exp(-magnitude(a))),
                               lambda y, a: 1 / (1 + exp(-a)) - y,                       "mean",
    "binary cross-entropy of the pre-activation, in a form that stays in range; Bishop 2006, section 5.2",
    outputs_free=True, targets="zero to one", prediction="pre-activation"))
add_loss(Loss("softmax_cross_entropy", lambda y, a: -(y * _log_of_softmax(a)),
                               lambda y, a: _softmax(a) - y,                             "sum",
    "cross-entropy of the softmax of the pre-activations, in a form that stays in range; Bishop 2006, section 5.2",
    targets="distribution", prediction="pre-activation", elementwise=False))
# fmt: on
