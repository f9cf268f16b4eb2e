"""The loss functions: a row states the loss of one output and its derivative by the prediction.

The loss of a sample is the sum or the mean of its outputs' terms; the loss of a batch the sum or the mean
of its samples' losses. A short form gives the derivative by z where the slope of the activation cancels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from backtrace.formula.expr import Expr, Num
from backtrace.formula.operations import total, ydiv, ylogx

Reduction = Literal["mean", "sum"]
OfOutput = Callable[[Expr, Expr], Expr]
HALF = Num(Fraction(1, 2))


@dataclass(frozen=True)
class Loss:
    """One loss function of target y and prediction a, both of shape (k,).

    `terms` gives the loss of each output, `slope` its derivative by a. `outputs` says how the terms make
    the loss of a sample; where `outputs_free`, a scenario may choose. `short` gives, by the name of the output
    activation, the derivative of a term by z in y and a. `targets` says which targets the loss is meant for.
    """

    name: str
    terms: OfOutput
    slope: OfOutput
    outputs: Reduction
    source: str
    outputs_free: bool = False
    short: Mapping[str, OfOutput] = field(default_factory=dict)
    targets: Literal["any", "zero to one", "distribution"] = "any"


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


# fmt: off
add_loss(Loss("mse",           lambda y, a: (y - a)**2,        lambda y, a: 2 * (a - y), "mean",
    "mean squared error; Goodfellow, Bengio & Courville 2016, section 5.1.4"))
add_loss(Loss("sse",           lambda y, a: (y - a)**2,        lambda y, a: 2 * (a - y), "sum",
    "sum of squared errors; Bishop 2006, section 1.1"))
add_loss(Loss("half_sse",      lambda y, a: HALF * (y - a)**2, lambda y, a: a - y,       "sum",
    "half the sum of squared errors; Rumelhart, Hinton & Williams 1986"))
add_loss(Loss("bce",           lambda y, a: -(ylogx(y, a) + ylogx(1 - y, 1 - a)),
                               lambda y, a: -ydiv(y, a) + ydiv(1 - y, 1 - a),            "mean",
    "binary cross-entropy; Bishop 2006, section 5.2", outputs_free=True,
    short={"sigmoid": _minus}, targets="zero to one"))
add_loss(Loss("cross_entropy", lambda y, a: -ylogx(y, a),      lambda y, a: -ydiv(y, a), "sum",
    "cross-entropy; Bishop 2006, section 5.2", short={"softmax": _minus}, targets="distribution"))
# fmt: on
