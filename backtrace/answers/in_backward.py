"""What goes wrong on the way back: in error signals, slopes and gradients.

Each function makes, of an equation that it can go wrong in, the changed formulas; the catalogue names them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backtrace.answers import changes as ways
from backtrace.answers.alterations import Altered, Subject, in_places
from backtrace.answers.changes import Change
from backtrace.formula.calculus import ZERO, summed
from backtrace.formula.expr import Apply, apply, summands
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, shared

_MATRIX = 2


def difference_reversed(s: Subject) -> Iterator[Altered]:
    """ŷ − y for y − ŷ, where it makes a difference."""
    if s.equation.phase == "backward":
        yield from s.changed(ways.reversed_difference)


def other_difference(s: Subject) -> Iterator[Altered]:
    """The number h − 1 for 1 − h."""
    if s.equation.phase in ("backward", "update") and not s.role.startswith("next"):
        yield from s.changed(ways.reversed_other)


def slope_left_out(s: Subject) -> Iterator[Altered]:
    """The error before it is multiplied by the slope, or 1 for the slope."""
    if s.role == "slope" and _is_elementwise(s):
        yield from (Altered(apply("ones", var)) for var in s.reads[:1] if var.shape == s.equation.target.shape)
    if s.equation.is_error_signal:
        yield from (Altered(var) for var in s.reads if s.role_of(var) == "activation_gradient")


def slope_twice(s: Subject) -> Iterator[Altered]:
    """The slope multiplied in once more."""
    if s.equation.is_error_signal and _is_elementwise(s):
        yield from _through_again(s)


def softmax_twice(s: Subject) -> Iterator[Altered]:
    """The Jacobian of softmax multiplied in once more, or its diagonal."""
    a = s.var(f"a{s.layer}")
    if s.equation.is_error_signal and not _is_elementwise(s) and a is not None:
        yield from _through_again(s)
        yield Altered(s.formula * (a * (1 - a)), "its diagonal")


def _is_elementwise(s: Subject) -> bool:
    return s.plan.activations[s.layer - 1].elementwise


def _through_again(s: Subject) -> Iterator[Altered]:
    for var in s.reads:
        if s.role_of(var) == "activation_gradient":
            yield Altered(s.exchanged(var, s.formula))


def slope_of_another(s: Subject) -> Iterator[Altered]:
    """The slope of each other activation without parameters."""
    z, a = s.var(f"z{s.layer}"), s.var(f"a{s.layer}")
    if s.role != "slope" or not _is_elementwise(s) or z is None or a is None:
        return
    for row in ACTIVATIONS.values():
        is_another = row.name not in ("identity", s.plan.activations[s.layer - 1].name)  # identity: no slope at all
        if row.elementwise and not row.parameters and is_another:
            yield Altered(row.slope(z, a), f"that of {row.name}")


def slope_elsewhere(s: Subject) -> Iterator[Altered]:
    """The slope's formula with z put in for a, a for z, or the error for either."""
    if s.role != "slope" or not _is_elementwise(s):
        return
    others = {name: s.var(name) for name in (f"z{s.layer}", f"a{s.layer}", f"dL_da{s.layer}")}
    for var in s.reads:
        for name, other in others.items():
            if other is not None and name != var.name and var.name in others:
                yield Altered(s.exchanged(var, other))


def another_loss(s: Subject) -> Iterator[Altered]:
    """The derivative of each other loss of single outputs, as mean and as sum over them."""
    y, a = s.var("y"), s.var(f"a{s.depth}")
    if s.role != "activation_gradient" or s.layer != s.depth or y is None or a is None:
        return
    for row in LOSSES.values():
        if row.name != s.plan.loss.name and row.elementwise and not row.parameters:
            slope = row.slope(y, a)
            yield Altered(shared(slope, a.shape[0], row.outputs), f"that of {row.name}")


def outer_transposed(s: Subject) -> Iterator[Altered]:
    """The entry of row j and column i where that of row i and column j belongs."""
    shape = s.equation.target.shape
    if s.role == "weight_gradient" and s.entries is not None and len(set(shape)) == 1 < max(shape):
        yield Altered(s.entries.T)


def updated_already(s: Subject) -> Iterator[Altered]:
    """The new value of a parameter where the error needs the old one."""
    if s.equation.phase == "backward":
        for var in s.reads:
            new = s.var(f"{var.name}_next")
            if s.role_of(var) in ("weights", "biases") and new is not None:
                yield Altered(s.exchanged(var, new))


def one_path(s: Subject) -> Iterator[Altered]:
    """The error over one connection alone: the same for every neuron, or for each its own."""
    if s.role != "activation_gradient" or s.layer == s.depth or s.entries is None:
        return
    yield from s.each_entry(lambda formula: terms if len(terms := summands(formula)) > 1 else [])
    paths = {index: summands(formula) for index, formula in np.ndenumerate(s.entries)}
    if all(len(terms) > 1 for terms in paths.values()):
        own = {index: terms[index[0] % len(terms)] for index, terms in paths.items()}
        yield Altered(in_places(s.entries, own), is_of_entries=True)


def only_diagonal(s: Subject) -> Iterator[Altered]:
    """The Jacobian of softmax without what is beside its diagonal."""
    shape = s.equation.target.shape
    if s.role == "slope" and len(shape) == _MATRIX and s.entries is not None:
        beside = {index: ZERO for index in np.ndindex(*shape) if index[0] != index[1]}
        yield Altered(in_places(s.entries, beside))


def neurons_together(s: Subject) -> Iterator[Altered]:
    """The gradients of a layer's biases added up, or averaged, for each of them."""
    shape = s.equation.target.shape
    if s.role != "bias_gradient" or shape == (1,) or s.entries is None:
        return
    added = summed(list(s.entries))
    for formula, said in ((added, "added up"), (added / shape[0], "averaged")):
        yield Altered(in_places(s.entries, {(i,): formula for i in range(shape[0])}), said)


def samples_together(s: Subject) -> Iterator[Altered]:
    """The sum over the samples for their mean, or the mean for the sum."""
    other = {"mean_over_samples": "sum_over_samples", "sum_over_samples": "mean_over_samples"}

    def way(node: Apply) -> Iterator[Change]:
        if node.op.name in other:
            now = apply(other[node.op.name], *node.args)
            yield Change(now, node, node, now)

    yield from s.changed(way)
