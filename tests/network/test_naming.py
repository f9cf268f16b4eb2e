"""How definitions name their intermediate results."""

from __future__ import annotations

import pytest

from backtrace.formula.expr import Expr, Var
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.naming import unnamed


def test_unnamed_leaves_the_formula_as_it_is() -> None:
    """A definition with nothing named comes out as one formula."""
    z = Var("z", (2,))
    assert unnamed("part", z) is z


@pytest.mark.parametrize(
    ("shift", "parts"), [(False, ["exp_z", "sum_exp_z"]), (True, ["shift_z", "exp_z", "sum_exp_z"])]
)
def test_softmax_names_its_exponentials_and_their_sum(shift: bool, parts: list[str]) -> None:
    """The parts that a lesson tells are named in the order in which they are worked; the shift is one where chosen."""
    told: list[str] = []

    def name(part: str, formula: Expr, /) -> Expr:
        told.append(part)
        return formula

    ACTIVATIONS["softmax"].bound({"shift": shift}).function(Var("z", (2,)), name)
    assert told == parts
