"""The formula of a single entry: the same as among all entries, found without the others."""

from __future__ import annotations

import pytest

from backtrace.formula.calculus import differentiate, opened, rebuilt, summed
from backtrace.formula.evaluate import entries, evaluate, indices
from backtrace.formula.expr import Var, apply, summands, variables
from backtrace.formula.operations import ATOM, diag, largest, maximum, outer, total
from backtrace.formula.single import entry, reading
from backtrace.formula.writing import Written, linear, write

g, h = Var("g", (2,)), Var("h", (2,))
x = Var("x", (3,))
W, U = Var("W", (2, 3)), Var("U", (3, 2))
e = Var("e", (2,), per_sample=True)

FORMULAS = [
    apply("matvec", W, x) + g,
    apply("vecmat", x, U) * 2,
    apply("matvec_back", W, g),
    apply("vecmat_back", g, U),
    outer(g, x) + W,
    apply("outer_row", g, x),
    apply("scale_rows", g, W),
    apply("scale_columns", W, x),
    total(g * h) * h,
    g / largest(apply("matvec", W, x)),
    diag(g) - outer(g, h),
    maximum(g, h) ** 2 - apply("ones", h),
    apply("mean_over_samples", e) * g,
    apply("sum_over_samples", e),
]


def text(expr):
    """The formula in names that tell every two variables apart."""
    return linear(write(expr, lambda var, _: Written((f"{var.name}{var.index}{var.sample or ''}",), ATOM)))


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda formula: formula.op.name)
def test_a_single_entry(formula):
    """The formula of an entry by itself is the one among all entries."""
    all_entries = entries(formula, 2)
    for index in indices(formula.shape):
        assert text(entry(formula, index, 2)) == text(all_entries[tuple(i - 1 for i in index)])


@pytest.mark.parametrize("formula", FORMULAS[:9], ids=lambda formula: formula.op.name)
def test_which_entries_read(formula):
    """The entries that read a variable are those in whose formulas it stands."""
    for var in {each.name: each for each in variables(formula)}.values():
        for index in indices(var.shape):
            read = Var(var.name, (), index=index)
            found = [i for i in indices(formula.shape) if read.key in {v.key for v in variables(entry(formula, i))}]
            assert list(reading(formula, read)) == found


def test_a_sum_of_thousands_of_terms():
    """A neuron with thousands of inputs is opened, rebuilt, differentiated and evaluated like any other."""
    inputs = [Var("x", index=(place,)) for place in range(1, 5001)]
    sum_of_all = summed([Var("w", index=var.index) * var for var in inputs])
    assert len(summands(opened(sum_of_all))) == len(inputs)
    assert rebuilt(sum_of_all, lambda var: var) is sum_of_all
    assert text(differentiate(sum_of_all, inputs[6])) == "w(7,)"
    assert evaluate(sum_of_all, lambda _: 1.0) == len(inputs)
