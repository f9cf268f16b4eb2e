"""Each optimizer is the update rule of its source: the iterates are those of a plain loop, its parts are named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import pytest

from backtrace.formula.evaluate import evaluate
from backtrace.formula.expr import Expr, Var
from backtrace.formula.writing import linear, write
from backtrace.network.naming import Naming, unnamed
from backtrace.network.optimizers import OPTIMIZERS, Optimizer, optimizer_of, sgd
from backtrace.network.parameters import Parameter, Range, completed
from tests.formula.leaves import names
from tests.network.settings import choices_of, said
from tests.network.updates import ETA, HYPERPARAMETERS, LOOPS

UPDATES = 20
p, g, eta = Var("p", (2,)), Var("g", (2,)), Var("eta")
every_optimizer = pytest.mark.parametrize("row", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
# fmt: off
CASES = [(row, chosen) for row in OPTIMIZERS.values() for chosen in choices_of(row.parameters)]
TURNED = [(row, name) for row in OPTIMIZERS.values() for name, each in row.parameters.items() if each.is_number]
# fmt: on
every_case = pytest.mark.parametrize(("row", "chosen"), CASES, ids=[said(c) + row.name for row, c in CASES])


def hyperparameters(row: Optimizer) -> dict[str, Any]:
    """Numbers that are nobody's default."""
    return {name: HYPERPARAMETERS[name] for name, each in row.parameters.items() if each.is_number}


def gradients() -> list[Any]:
    """Gradients of several sizes and both signs, one of them 0."""
    found = np.random.default_rng(7).normal(size=(UPDATES, 2)) * [1.0, 0.01]
    found[3, 0] = 0
    return list(found)


def iterates(row: Optimizer, given: Mapping[str, Any], rates: Sequence[float] = (ETA,) * UPDATES) -> list[Any]:
    """The parameter after every update, by the formulas of the row; what is carried begins with 0."""
    named: dict[str, Expr] = {}

    def name(part: str, formula: Expr, /) -> Expr:
        named[part] = formula
        return formula

    formula = row.step(p, g, eta, name, given, lambda each: Var(each, p.shape))
    values: dict[str, Any] = {each: np.zeros(2) for each in row.carried} | {"p": np.array([1.0, -2.0])}
    found = []
    for t, (gradient, rate) in enumerate(zip(gradients(), rates, strict=True), 1):
        now = given | values | {"g": gradient, "eta": np.float64(rate), "t": np.float64(t)}
        values = {each: evaluate(named[f"{each}_next"], now) for each in row.carried} | {"p": evaluate(formula, now)}
        found.append(values["p"])
    return found


def by_loop(row: Optimizer, given: Mapping[str, Any], rates: Sequence[float] = (ETA,) * UPDATES) -> list[Any]:
    """The same by the loop of numpy."""
    return LOOPS[row.name](np.array([1.0, -2.0]), gradients(), rates, **given)


def agree(found: Sequence[Any], expected: Sequence[Any]) -> bool:
    """Whether every iterate is the same to 12 digits."""
    return bool(np.allclose(found, expected, rtol=1e-12, atol=0))


@every_case
def test_the_iterates_are_those_of_a_plain_loop(row: Optimizer, chosen: dict[str, Any]) -> None:
    """Twenty updates give the same parameters to 12 digits, with default hyperparameters and with others."""
    for numbers in (hyperparameters(row), {}):
        given = completed(row.parameters, numbers) | chosen
        assert agree(iterates(row, given), by_loop(row, given))


@every_optimizer
def test_a_rate_that_changes_enters_every_update(row: Optimizer) -> None:
    """With another learning rate in every update the iterates still agree, and are no longer those of the first."""
    given, rates = completed(row.parameters, hyperparameters(row)), [ETA * 0.9**n for n in range(UPDATES)]
    assert agree(iterates(row, given, rates), by_loop(row, given, rates))
    assert not agree(iterates(row, given, rates), iterates(row, given))


@pytest.mark.parametrize(("row", "turned"), TURNED, ids=[f"{row.name}, {turned}" for row, turned in TURNED])
def test_a_hyperparameter_that_is_off_is_noticed(row: Optimizer, turned: str) -> None:
    """A change of a hyperparameter by 10⁻⁸ of itself is more than the comparison allows."""
    given = completed(row.parameters, hyperparameters(row))
    assert not agree(iterates(row, given | {turned: given[turned] * (1 + 1e-8)}), by_loop(row, given))


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_the_bias_correction_is_noticed(name: str) -> None:
    """With and without the correction for the start at 0 the iterates differ from the first update on."""
    row = OPTIMIZERS[name]
    given = completed(row.parameters, hyperparameters(row))
    assert not agree(iterates(row, given)[:1], by_loop(row, given | {"bias_correction": False})[:1])


def test_the_two_momentums_agree_at_a_constant_rate_only() -> None:
    """With the rate inside the velocity or outside it the iterates are the same until the rate changes."""
    inside, outside = OPTIMIZERS["classical_momentum"], OPTIMIZERS["momentum"]
    given, rates = {"momentum": 0.9}, [ETA] * 10 + [ETA / 10] * 10
    assert agree(iterates(inside, given), iterates(outside, given))
    assert agree(iterates(inside, given, rates)[:10], iterates(outside, given, rates)[:10])
    assert not agree(iterates(inside, given, rates)[10:], iterates(outside, given, rates)[10:])


def written(row: Optimizer, given: Mapping[str, Any]) -> dict[str, str]:
    """What the optimizer names, and the new parameter, as text."""
    parts: dict[str, str] = {}

    def name(part: str, formula: Expr, /) -> Expr:
        parts[part] = linear(write(formula, names()))
        return Var(part, formula.shape)

    new = row.step(p, g, eta, name, given, lambda each: Var(each, p.shape))
    return parts | {"p_next": linear(write(new, names()))}


# fmt: off
FORMULAS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("sgd",      {}, {"step": "eta·g", "p_next": "p − step"}),
    ("momentum", {}, {"velocity_next": "momentum·velocity + g", "step": "eta·velocity_next", "p_next": "p − step"}),
    ("classical_momentum", {}, {"velocity_next": "momentum·velocity − eta·g", "p_next": "p + velocity_next"}),
    ("nesterov", {}, {"velocity_next": "momentum·velocity + g", "step": "eta(g + momentum·velocity_next)",
                      "p_next": "p − step"}),
    ("adagrad",  {}, {"sum_sq_next": "sum_sq + g²", "step": "eta·g/(√(sum_sq_next) + epsilon)",
                      "p_next": "p − step"}),
    ("rmsprop",  {}, {"v_next": "decay·v + (1 − decay)·g²", "step": "eta·g/(√(v_next) + epsilon)",
                      "p_next": "p − step"}),
    ("adam",     {"bias_correction": True},
        {"m_next": "beta1·m + (1 − beta1)·g", "v_next": "beta2·v + (1 − beta2)·g²",
         "m_hat": "m_next/(1 − beta1^t)", "v_hat": "v_next/(1 − beta2^t)",
         "step": "eta·m_hat/(√(v_hat) + epsilon)", "p_next": "p − step"}),
    ("adam",     {"bias_correction": False},
        {"m_next": "beta1·m + (1 − beta1)·g", "v_next": "beta2·v + (1 − beta2)·g²",
         "step": "eta·m_next/(√(v_next) + epsilon)", "p_next": "p − step"}),
]
# fmt: on


@pytest.mark.parametrize(("name", "given", "expected"), FORMULAS)
def test_every_part_is_named_with_its_formula(name: str, given: dict[str, Any], expected: dict[str, str]) -> None:
    """What an optimizer works out on its way are quantities of their own, and later lines read their names."""
    assert written(OPTIMIZERS[name], given) == expected
    assert list(written(OPTIMIZERS[name], given)) == list(expected)


def test_weight_decay_stands_apart_from_the_gradient() -> None:
    """AdamW takes a share of the parameter off first; the running means see the gradient alone."""
    found = written(OPTIMIZERS["adamw"], {"bias_correction": True})
    assert found["decay"] == "eta·weight_decay·p"
    assert found["m_next"] == "beta1·m + (1 − beta1)·g"
    assert found["p_next"] == "p − decay − step"


# fmt: off
SIGNATURES = [
    ("sgd",                (),            False, {}),
    ("momentum",           ("velocity",), False, {"momentum": 0.9}),
    ("classical_momentum", ("velocity",), False, {"momentum": 0.9}),
    ("nesterov",           ("velocity",), False, {"momentum": 0.9}),
    ("adagrad",            ("sum_sq",),   False, {"epsilon": 1e-8}),
    ("rmsprop",            ("v",),        False, {"decay": 0.9, "epsilon": 1e-8}),
    ("adam",               ("m", "v"),    True,  {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                                                  "bias_correction": True}),
    ("adamw",              ("m", "v"),    True,  {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                                                  "bias_correction": True, "weight_decay": 0.01}),
]
# fmt: on


@pytest.mark.parametrize(("name", "carried", "counts", "defaults"), SIGNATURES)
def test_the_table_says_what_the_signature_says(
    name: str, carried: tuple[str, ...], counts: bool, defaults: dict[str, Any]
) -> None:
    """What is carried, whether updates are counted and the defaults are read from the function."""
    row = OPTIMIZERS[name]
    assert (row.name, row.carried, row.counts_updates) == (name, carried, counts)
    assert completed(row.parameters, {}) == defaults
    assert row.source


def test_the_table_is_tried_as_a_whole() -> None:
    """Every optimizer has a loop to be held against and a signature that is stated here."""
    assert list(OPTIMIZERS) == list(LOOPS) == [name for name, *_ in SIGNATURES]


def test_a_function_makes_a_row() -> None:
    """A new optimizer is a function: its state, hyperparameters, ranges and source are read from it."""

    def lion(
        p: Expr, g: Expr, eta: Expr, name: Naming, m: Expr, *, beta: Annotated[Any, Range("share", least=0, below=1)]
    ) -> Expr:
        """Sign of a mean: Chen et al. 2023.

        More of it here.
        """
        return p - name("step", eta * name("m_next", beta * m + (1 - beta) * g))

    row = optimizer_of(lion)
    assert (row.name, row.carried, row.counts_updates) == ("lion", ("m",), False)
    assert row.parameters == {"beta": Parameter("beta", None, Range("share", least=0, below=1))}
    assert row.source == "Sign of a mean: Chen et al. 2023."


def test_sgd_goes_against_the_gradient() -> None:
    """Gradient descent subtracts the learning rate times the gradient."""
    formula = sgd(p, g, eta, unnamed)
    value = evaluate(formula, {"p": np.array([1.0, 2.0]), "g": np.array([10.0, -10.0]), "eta": np.float64(0.1)})
    assert value.tolist() == [0.0, 3.0]
