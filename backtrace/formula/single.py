"""The formula of a single entry, and which entries read a variable: found without the formulas of all the others.

A part of a result is made of parts of the operands, down to the variables; the table of operations says of which.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backtrace.formula.evaluate import FORMULAS, Value, indices
from backtrace.formula.expr import Apply, Expr, Part, Var, formula_of, variables


def entry(expr: Expr, index: tuple[int, ...], samples: int = 0) -> Expr:
    """The formula of the entry at `index`, counted from 1: what `entries` gives there."""
    return formula_of(_block(expr, _at(index), samples).item())


def reading(expr: Expr, var: Var) -> Iterator[tuple[int, ...]]:
    """The indices, from 1, of the entries of the formula that read the entry `var`."""
    if any(each.name == var.name for each in variables(expr)):
        yield from (index for index in indices(expr.shape) if _reads(expr, _at(index), var))


def _at(index: tuple[int, ...]) -> Part:
    return tuple(slice(i - 1, i) for i in index)


def _operands(expr: Apply, part: Part) -> list[tuple[Expr, Part]] | None:
    """The operands, each with the part of it that the part of the result is made of; None where none is known."""
    op = expr.op
    if op.parts is not None:
        return list(zip(expr.args, op.parts(part), strict=True))
    if op.elementwise or op.gathers_samples:
        return [(arg, part if arg.shape else ()) for arg in expr.args]
    return None


def _whole(expr: Apply) -> list[tuple[Expr, Part]]:
    """The operands, each as a whole."""
    return [(arg, (slice(None),) * len(arg.shape)) for arg in expr.args]


def _block(expr: Expr, part: Part, samples: int, sample: int | None = None) -> Value:
    """The formulas of a part of the entries: an object array with as many axes as the formula's shape."""
    if isinstance(expr, Var):
        return _entries_of(expr, part, sample)
    if not isinstance(expr, Apply):
        return np.array(expr, dtype=object)
    operands = _operands(expr, part)
    if expr.op.gathers_samples and operands:
        ((arg, below),) = operands
        args = [np.stack([_block(arg, below, samples, place + 1) for place in range(samples)])]
    else:
        taken = _whole(expr) if operands is None else operands
        args = [_block(arg, below, samples, sample) for arg, below in taken]
    value: Value = FORMULAS.work(expr, args)
    return value[part] if operands is None else value


def _entries_of(var: Var, part: Part, sample: int | None) -> Value:
    """The variables that stand for a part of the entries of a quantity."""
    places = [range(*each.indices(size)) for each, size in zip(part, var.shape, strict=True)]
    sample = sample if var.per_sample and sample else var.sample
    out = np.empty([len(each) for each in places], dtype=object)
    for at in np.ndindex(*out.shape):
        index = tuple(each[i] + 1 for each, i in zip(places, at, strict=True)) if var.shape else var.index
        out[at] = Var(var.name, (), index=index, sample=sample)
    return out


def _reads(expr: Expr, part: Part, var: Var) -> bool:
    """Whether a part of the formula is made of the entry `var`, among others."""
    if isinstance(expr, Var):
        places = zip(var.index or (), part, expr.shape, strict=True) if expr.name == var.name else ()
        return expr.name == var.name and all(i - 1 in range(*each.indices(size)) for i, each, size in places)
    if not isinstance(expr, Apply) or expr.op.formula is not None:
        return False
    operands = _operands(expr, part)
    return any(_reads(arg, below, var) for arg, below in (_whole(expr) if operands is None else operands))
