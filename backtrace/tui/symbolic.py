"""Sympy's closed form of the gradient that a step works out or follows; it loads sympy, so it loads only when asked."""

from __future__ import annotations

from collections.abc import Sequence

from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Prose
from backtrace.lesson.proofs import tell_closed_forms
from backtrace.lesson.walk import Stop, Walk
from backtrace.proof.closed import closed_forms

_MOST = 6
_NONE = "sympy differentiates the loss by weights and biases: look at the line of such a gradient, or of an update."


def closed_form(walk: Walk, stop: Stop) -> Sequence[Block]:
    """The closed form of each entry's gradient, or a sentence that says where there is one."""
    trace = walk.trace
    name = _parameter(stop)
    if name not in trace.parameters:
        return (Prose((_NONE,), "note"),)
    entries = [Var(name, (), index=index) for index in indices(trace.parameters[name].shape)[:_MOST]]
    return tuple(tell_closed_forms(trace, closed_forms(trace, entries, stop.update), stop.update))


def _parameter(stop: Stop) -> str:
    """The id of the parameter that the line is about; empty where it is about none."""
    if stop.equation is None:
        return ""
    return stop.equation.id.removesuffix("_next").rpartition("_d")[2].removeprefix("step_")
