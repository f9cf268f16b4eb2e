"""Each optimizer is the update rule of its source, with its parts named."""

from __future__ import annotations

import numpy as np

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.writing import linear, write
from backtrace.network.naming import unnamed
from backtrace.network.optimizers import OPTIMIZERS, sgd
from tests.formula.leaves import names

p, g, eta = Var("p", (2,)), Var("g", (2,)), Var("η")


def test_sgd_goes_against_the_gradient() -> None:
    """Gradient descent subtracts the learning rate times the gradient."""
    formula = sgd(p, g, eta, unnamed)
    assert linear(write(formula, names())) == "p − η·g"
    value = evaluate(formula, {"p": np.array([1.0, 2.0]), "g": np.array([10.0, -10.0]), "η": np.float64(0.1)})
    assert value.tolist() == [0.0, 3.0]


def test_what_is_subtracted_is_a_quantity_of_its_own() -> None:
    """The naming is told of the step, and the update reads what it gives back."""
    parts: dict[str, Expr] = {}

    def name(part: str, formula: Expr, /) -> Expr:
        parts[part] = formula
        return Var(part, formula.shape)

    assert linear(write(sgd(p, g, eta, name), names())) == "p − step"
    assert {part: linear(write(formula, names())) for part, formula in parts.items()} == {"step": "η·g"}


def test_the_table_goes_by_the_functions_names() -> None:
    """An optimizer is known by the name of its function and names its source."""
    for name, function in OPTIMIZERS.items():
        assert function.__name__ == name
        assert function.__doc__
