"""Evaluating: every carrier gives the same value, and samples never mix with neurons."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from backtrace.errors import InexactError, MisfitError
from backtrace.formula.evaluate import (
    DECIMALS,
    FLOATS,
    FORMULAS,
    FRACTIONS,
    Carrier,
    entries,
    entry_variables,
    evaluate,
    indices,
)
from backtrace.formula.expr import OPERATIONS, Apply, Expr, Operation, Shape, Var, apply
from backtrace.formula.operations import exp, outer, total
from backtrace.formula.writing import linear, write
from backtrace.proof.symbols import SYMBOLS
from tests.formula.leaves import names
from tests.formula.rows import WORKED, applied, fitting

N = 3
FITTING = [(op, shapes) for op in WORKED for shapes in fitting(op, N)]
PER_SAMPLE = [(op, shapes) for op, shapes in FITTING if not op.gathers_samples]
GATHERING = [(op, shapes) for op, shapes in FITTING if op.gathers_samples]


def _id(value: object) -> str:
    return value.name if isinstance(value, Operation) else str(value)


def _random(shape: Shape, seed: int) -> Any:
    """Decimals with two digits, positive so that every operation has a value, which floats hold up to rounding."""
    return np.round(np.random.default_rng(seed).uniform(0.1, 2, shape), 2)


def _carried(array: Any, number: Any) -> Any:
    out = np.empty(np.shape(array), dtype=object)
    for index in np.ndindex(*out.shape):
        out[index] = number(repr(float(np.asarray(array)[index])))
    return out


@pytest.mark.parametrize(("op", "shapes"), PER_SAMPLE, ids=_id)
def test_carriers_agree(op: Operation, shapes: tuple[Shape, ...]) -> None:
    """Floats, fractions, decimals and sympy symbols give the same value up to rounding, of the formula's shape."""
    expr = applied(op, shapes)
    arrays = {f"v{i}": _random(shape, i) for i, shape in enumerate(shapes)}
    expected = np.asarray(evaluate(expr, arrays))
    assert expected.shape == expr.shape
    for carrier, number in ((FRACTIONS, Fraction), (DECIMALS, Decimal), (SYMBOLS, Fraction)):
        try:
            carried = {name: _carried(array, number) for name, array in arrays.items()}
            if carrier is SYMBOLS:
                carried = {name: _symbolic(array) for name, array in carried.items()}
            value = evaluate(expr, carried, carrier)
        except InexactError:
            continue
        assert value.shape == expr.shape
        np.testing.assert_allclose(value.astype(np.float64), expected, rtol=1e-12)


def _symbolic(array: Any) -> Any:
    out = np.empty(array.shape, dtype=object)
    for index in np.ndindex(*array.shape):
        out[index] = SYMBOLS.number(array[index])
    return out


@pytest.mark.parametrize(("op", "shapes"), PER_SAMPLE, ids=_id)
def test_formulas_of_entries_agree(op: Operation, shapes: tuple[Shape, ...]) -> None:
    """The formula of each entry, evaluated, is that entry of the value."""
    expr = applied(op, shapes)
    arrays = {f"v{i}": _random(shape, i) for i, shape in enumerate(shapes)}
    each = entries(expr)
    assert each.shape == expr.shape

    def of_entry(var: Var) -> Any:
        return arrays[var.name][tuple(i - 1 for i in var.index or ())]

    values = np.reshape([evaluate(entry, of_entry) for entry in each.flat], expr.shape)
    np.testing.assert_allclose(values, evaluate(expr, arrays), rtol=1e-12)


@pytest.mark.parametrize("count", [1, 2, N, 9])
@pytest.mark.parametrize(("op", "shapes"), PER_SAMPLE, ids=_id)
def test_a_batch_is_its_samples_to_the_last_bit(op: Operation, shapes: tuple[Shape, ...], count: int) -> None:
    """With samples leading, as many as neurons among them, each sample's value is what it is alone."""
    for flags in product([False, True], repeat=len(shapes)):
        if not any(flags):
            continue
        expr = applied(op, shapes, flags)
        batch = {f"v{i}": _random((count,) * flags[i] + shape, i) for i, shape in enumerate(shapes)}
        together = evaluate(expr, batch)
        assert together.shape == (count, *expr.shape)
        for s in range(count):
            alone = {f"v{i}": batch[f"v{i}"][s] if flags[i] else batch[f"v{i}"] for i in range(len(shapes))}
            assert np.array_equal(together[s], evaluate(applied(op, shapes), alone)), flags


@pytest.mark.parametrize(("op", "shapes"), GATHERING, ids=_id)
def test_gathering_samples(op: Operation, shapes: tuple[Shape, ...]) -> None:
    """Sum and mean over the samples are taken along the samples, and the formulas of entries say the same."""
    expr = applied(op, shapes)
    batch = {"v0": _random((N, *shapes[0]), 0)}
    expected = batch["v0"].sum(axis=0) / (N if op.name == "mean_over_samples" else 1)
    np.testing.assert_allclose(evaluate(expr, batch), expected, rtol=1e-12)

    def of_entry(var: Var) -> Any:
        assert var.sample is not None
        return batch["v0"][var.sample - 1][tuple(i - 1 for i in var.index or ())]

    values = np.reshape([evaluate(entry, of_entry) for entry in entries(expr, N).flat], expr.shape)
    np.testing.assert_allclose(values, expected, rtol=1e-12)


def test_a_samples_number_goes_with_its_own_vector() -> None:
    """A number of each sample multiplies that sample's vector, even with as many samples as neurons."""
    number, vector = Var("n", (), per_sample=True), Var("v", (2,))
    value = evaluate(number * vector, {"n": np.array([1.0, 10.0]), "v": np.array([1.0, 2.0])})
    assert value.tolist() == [[1.0, 2.0], [10.0, 20.0]]


# fmt: off
W, x, b = Var("W", (2, 2)), Var("x", (2,)), Var("b", (2,))
ENTRIES = [
    (apply("matvec", W, x) + b,           ["W11·x1 + W12·x2 + b1", "W21·x1 + W22·x2 + b2"]),
    (apply("vecmat", x, W),               ["x1·W11 + x2·W21", "x1·W12 + x2·W22"]),
    (apply("matvec_back", W, x),          ["x1·W11 + x2·W21", "x1·W12 + x2·W22"]),
    (apply("vecmat_back", x, W),          ["x1·W11 + x2·W12", "x1·W21 + x2·W22"]),
    (outer(x, b),                         ["x1·b1", "x1·b2", "x2·b1", "x2·b2"]),
    (apply("outer_row", x, b),            ["b1·x1", "b2·x1", "b1·x2", "b2·x2"]),
    (apply("scale_rows", x, W),           ["x1·W11", "x1·W12", "x2·W21", "x2·W22"]),
    (apply("scale_columns", W, x),        ["x1·W11", "x2·W12", "x1·W21", "x2·W22"]),
    (total(exp(x)),                       ["e^x1 + e^x2"]),
    (apply("largest", x),                 ["max(x1, x2)"]),
    (apply("ones", x) * b,                ["1·b1", "1·b2"]),
]
# fmt: on


@pytest.mark.parametrize(("expr", "texts"), ENTRIES)
def test_formulas_of_entries_are_written_as_taught(expr: Expr, texts: list[str]) -> None:
    """An error signal comes before what it multiplies, and a sum runs from left to right."""

    def indexed(var: Var, transposed: bool) -> Any:
        return names()(Var(var.name + "".join(map(str, var.index or ()))), transposed)

    assert [linear(write(entry, indexed)) for entry in entries(expr).flat] == texts


def test_entry_variables() -> None:
    """The entries of a variable count from 1; an entry stands for itself, and a sample is kept."""
    assert [var.index for var in entry_variables(W).flat] == indices((2, 2)) == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert entry_variables(Var("W", (), index=(2, 1))).item().index == (2, 1)
    of_samples = entry_variables(Var("a", (2,), per_sample=True), 3)
    assert of_samples.shape == (3, 2)
    assert (of_samples[2, 1].sample, of_samples[2, 1].index) == (3, (2,))


def test_named_functions_are_worked_by_their_body_and_stay_closed_in_formulas() -> None:
    """σ needs no rule of its own, and the formula of an entry still says σ."""
    row = Operation("σ", 1, lambda z: z, body=lambda z: 1 / (1 + exp(-z)))
    expr = apply(row, x)
    np.testing.assert_allclose(evaluate(expr, {"x": np.zeros(2)}), [0.5, 0.5])
    first = entries(expr)[0]
    assert isinstance(first, Apply)
    assert first.op is row


@pytest.mark.parametrize("carrier", [FLOATS, FRACTIONS, DECIMALS, SYMBOLS])
def test_a_name_has_no_value(carrier: Carrier) -> None:
    """A derivative written by its two quantities cannot be worked."""
    with pytest.raises(MisfitError, match="partial"):
        evaluate(apply("partial", Var("L"), Var("z")), {"L": np.array(1), "z": np.array(1)}, carrier)


def test_what_is_no_formula_is_refused() -> None:
    """Evaluating something that is not a formula is a mistake of the caller."""
    with pytest.raises(TypeError):
        evaluate("x", {})  # type: ignore[arg-type]


def test_literals_become_the_carriers_numbers() -> None:
    """A third is a double, a fraction or a decimal with many digits, as the carrier says."""
    third = OPERATIONS["div"]
    assert evaluate(apply(third, 1, 3), {}) == 1 / 3
    assert evaluate(apply(third, 1, 3), {}, FRACTIONS).item() == Fraction(1, 3)
    assert evaluate(apply(third, 1, 3), {}, DECIMALS).item() == Decimal(1) / 3
    assert FORMULAS.number(Fraction(1, 3)).value == Fraction(1, 3)
