"""The search for nice numbers: a network whose whole working comes out even, with every path in sight.

Many candidates are worked side by side, line by line as the plan has them. Each line drops those whose value has too
many decimals or is 0, and those in which a factor 0 or ±1 hides a path. What is left is worked again in fractions,
which alone decide, so that the same seed finds the same numbers on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backtrace.engine.equation import Equation
from backtrace.engine.givens import constants
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.errors import InexactError
from backtrace.formula.evaluate import FLOATS, FRACTIONS, Carrier, entries, entry_variables, evaluate
from backtrace.formula.expr import Apply, Expr, Key, Num, Var, variables
from backtrace.network.activations import Activation
from backtrace.network.draws import Draws
from backtrace.network.losses import Loss
from backtrace.network.naming import unnamed
from backtrace.scenario.scenario import Floats, Scenario

Columns = dict[Key, Any]
"""Candidates side by side: for each entry of a quantity, its number in every one of them."""

_CANDIDATES, _BATCHES = 10_000, 30
_MOST_NUMBERS, _MOST_PARAMETERS = 300_000, 60
_TRIES = 6
_LARGEST_BIAS, _MOST_DECIMALS = 3, 2
_PER_REPETITION, _LOSS_PER_CHARACTER = 4, 3
_NOISE = 1e-9
_ETA: Key = ("eta", None, None)
_PLACE: Key = ("place", None, None)

# The numbers of a layer come from one row: multiples of ½ and of ⅕ make few decimals with one another.
_SIZES = np.array([
    [0.5, 1.5, 2.5, 3.5, 0.5, 1.5, 2.5, 0.5],
    [0.2, 0.4, 0.6, 0.8, 1.2, 1.6, 2.4, 0.4],
    [0.5, 2.0, 1.5, 2.5, 0.5, 2.0, 0.5, 2.0],
])  # fmt: skip
_SIGNED = np.concatenate([_SIZES, _SIZES, -_SIZES], axis=1)
# How far the outputs are from their targets; the last row can be divided by three outputs.
_ERRORS = np.array([
    [2.0, 2.5, 2.0, 2.5, 1.5, 3.0, 4.0, 5.0, 0.8, 1.2],
    [2.0, 2.5, 2.0, 2.5, 1.5, 3.0, 4.0, 5.0, 0.4, 0.6],
    [0.3, 0.6, 1.5, 3.0, 6.0, 0.9, 1.2, 1.5, 3.0, 2.4],
])  # fmt: skip
_SIGNED_ERRORS = np.concatenate([_ERRORS, -_ERRORS], axis=1)
_RATES = (0.5, 0.25, 0.2, 0.1, 0.05, 0.04, 0.02, 0.01)


def obstacle(row: Activation | Loss) -> str:
    """What in the formulas of an activation or a loss has no exact value, so that no line comes out even; or empty."""
    z, y = Var("z", (2,)), Var("y", (2,))
    bound = row.bound()
    if isinstance(bound, Activation):
        a = bound.function(z, unnamed)
        formulas = [a, bound.slope(z, a)]
    else:
        formulas = [bound.terms(y, z), bound.slope(y, z)]
    try:
        for formula in formulas:
            evaluate(formula, lambda var: np.full(var.shape, Fraction(1, 2), dtype=object), FRACTIONS)
    except InexactError as error:
        return str(error)
    return ""


def nice_numbers(scenario: Scenario, decimals: int, seed: int) -> Mapping[str, Floats] | None:
    """Inputs, targets, weights, biases and learning rate, by id, with which every line has at most so many decimals.

    Every line counts: forward pass, loss, gradients with their details, update, and the pass after it. The loss falls,
    no unit is dead, no two neurons of a layer are alike, and no factor of a line is 0 or ±1. `scenario` says everything
    but these numbers: a network with biases, one sample, plain gradient descent. None where nothing is found among so
    many candidates, whose number does not depend on the machine.
    """
    plan = plan_of(scenario)
    parameters = sum(len(_keys(plan, name)) for name in plan.carried)
    if parameters > _MOST_PARAMETERS:
        return None
    search, draws = _Search(plan, decimals, constants(scenario, plan)), Draws(seed)
    for _ in range(_BATCHES):
        drawn = search.drawn(draws, min(_CANDIDATES, _MOST_NUMBERS // parameters))
        found = search.updated(search.with_rates(drawn))
        for numbers in search.numbers(found):
            if search.comes_out_even(numbers):
                return numbers
    return None


def _effort(numbers: Mapping[str, Floats]) -> int:
    """How hard numbers are to read: their characters and size, and more for each that is not told from another."""
    sizes = [abs(float(number)) for array in numbers.values() for number in np.ravel(array)]
    characters = sum(len(f"{size:g}") for size in sizes)
    return characters + int(sum(sizes)) + _PER_REPETITION * (len(sizes) - len(set(sizes)))


@dataclass(frozen=True)
class _Line:
    """An equation, entry by entry: the formula of each, and the factors in them that must not be 0 or ±1."""

    keys: Sequence[Key]
    formulas: Sequence[Expr]
    factors: Sequence[Expr]

    @classmethod
    def of(cls, plan: Plan, equation: Equation, looked_at: set[Key]) -> _Line:
        """The line; `looked_at` are the variables that were factors before, which are not looked at again.

        A slope may be 1: neither it nor what it is made of hides a path.
        """
        told: Any = () if equation.quantity.role.name == "slope" else np.ravel(entries(equation.formula))
        factors = []
        for factor in (factor for formula in told for factor in _factors(formula)):
            if isinstance(factor, Var):
                if factor.key in looked_at or plan.quantities[factor.name].role.name == "slope":
                    continue
                looked_at.add(factor.key)
            factors.append(factor)
        return cls(_keys(plan, equation.id), list(np.ravel(entries(equation.opened))), factors)


def _factors(formula: Expr) -> Iterator[Expr]:
    """What stands in the products, quotients and powers of a formula, but for its own numbers and for signs."""
    if isinstance(formula, Apply):
        if formula.op.name in ("mul", "div", "pow"):
            yield from (arg for arg in formula.args if not isinstance(arg, Num) and not _is_sign(arg))
        for arg in formula.args:
            yield from _factors(arg)


def _is_sign(formula: Expr) -> bool:
    return isinstance(formula, Apply) and formula.op.name == "sign"


def _keys(plan: Plan, name: str) -> list[Key]:
    """The key of every entry of the quantity."""
    return [var.key for var in np.ravel(entry_variables(plan.quantities[name].var))]


class _Search:
    """Draws candidates for a plan and works them: the numbers of the forward pass first, then the learning rate."""

    def __init__(self, plan: Plan, decimals: int, fixed: Mapping[str, float]) -> None:
        self.plan, self.decimals = plan, decimals
        self.fixed = {name: value for name, value in fixed.items() if name != "eta"}
        self.given = ("x", *plan.carried, "y", "eta")
        self.objective: Key = (plan.objective, None, None)
        self.of_sample = self.lines(plan.of_sample)
        told = list(zip(plan.of_sample, self.of_sample, strict=True))
        self.forward = [
            [line for e, line in told if e.phase == "forward" and e.quantity.layer == layer]
            for layer in range(1, len(plan.activations) + 1)
        ]
        self.backward = [line for equation, line in told if equation.phase != "forward"]
        self.update, self.after = self.lines(plan.of_update), self.lines(plan.after[0] + plan.after[1])
        self.promise, self.gain = self.lines(plan.closing)

    def lines(self, equations: Iterable[Equation]) -> list[_Line]:
        looked_at: set[Key] = set()
        return [_Line.of(self.plan, equation, looked_at) for equation in equations]

    def work(self, lines: Iterable[_Line], columns: Columns, carrier: Carrier = FLOATS) -> Columns:
        """The candidates that come out even in every line, with the values of the lines."""
        good = np.ones(_count(columns), dtype=bool)
        for line in lines:
            if 2 * good.sum() < len(good):
                columns, good = _kept(columns, good), good[good]
            for key, value in zip(line.keys, self.values(line.formulas, columns, carrier), strict=True):
                columns[key] = value
                good &= _is_even(value, self.decimals) & _differs(value, 0)
            for value in self.values(line.factors, columns, carrier):
                good &= _differs(value, 0) & _differs(value, 1)
        return _kept(columns, good)

    def values(self, formulas: Iterable[Expr], columns: Columns, carrier: Carrier = FLOATS) -> Iterator[Any]:
        """The value of each formula in every candidate."""
        for formula in formulas:
            yield np.broadcast_to(evaluate(formula, lambda var: columns[var.key], carrier), (_count(columns),))

    def drawn(self, draws: Draws, count: int) -> Columns:
        """Of so many candidates those that come out even up to the gradients: layer by layer, then the targets."""
        columns: Columns = {(name, None, None): np.full(count, value) for name, value in self.fixed.items()}
        row = _any_of(draws, len(_SIZES), count)
        columns |= {key: _from(draws, _SIGNED, row) for key in _keys(self.plan, "x")}
        for layer, lines in enumerate(self.forward, 1):
            columns = self.work(lines, self.with_layer(draws, columns, layer))
        row = _any_of(draws, len(_ERRORS), _count(columns))
        prediction = f"a{len(self.forward)}"
        for y, a in zip(_keys(self.plan, "y"), _keys(self.plan, prediction), strict=True):
            columns[y] = np.round(columns[a] - _from(draws, _SIGNED_ERRORS, row), 6)
        return self.work(self.backward, columns)

    def with_layer(self, draws: Draws, columns: Columns, layer: int) -> Columns:
        """The candidates with weights, and with the biases that make nice pre-activations, above 0 in hidden layers."""
        count = _count(columns)
        of_weights, of_results = (_any_of(draws, len(_SIZES), count) for _ in range(2))
        results = _SIGNED if layer == len(self.forward) else _SIZES
        good, rows = np.ones(count, dtype=bool), []
        for bias, formula in zip(_keys(self.plan, f"b{layer}"), self.forward[layer - 1][0].formulas, strict=True):
            weights = [var.key for var in variables(formula) if var.name == f"W{layer}"]
            columns |= {key: np.zeros(count) for key in (*weights, bias)}
            left = np.arange(count)
            for _ in range(_TRIES):
                for key in weights:
                    columns[key][left] = _from(draws, _SIGNED, of_weights[left])
                result = _from(draws, results, of_results[left])
                (without,) = self.values([formula], _kept(columns, left) | {bias: np.zeros(len(left))})
                columns[bias][left] = np.round(result - without, 6)
                left = left[~_fits_as_bias(columns[bias][left], self.decimals)]
            good[left] = False
            rows.append([columns[key] for key in weights])
        for one, other in combinations(rows, 2):
            good &= np.any([_differs(a - b, 0) for a, b in zip(one, other, strict=True)], axis=0)
        return _kept(columns, good)

    def with_rates(self, columns: Columns) -> Columns:
        """Each candidate with every learning rate that keeps the promise of the gradients even, and not too large."""
        tried = columns | {_ETA: np.ones(_count(columns))}
        for line in (*self.update, self.promise):
            tried |= dict(zip(line.keys, self.values(line.formulas, tried), strict=True))
        promise, each = tried[self.promise.keys[0]], []
        for rate in (rate for rate in _RATES if round(rate, self.decimals) == rate):
            # plain gradient descent promises in proportion to the learning rate
            fits = _is_even(rate * promise, self.decimals) & (-rate * promise < 4 * columns[self.objective])
            each.append(_kept(columns, fits) | {_ETA: np.full(int(fits.sum()), rate)})
        return {key: np.concatenate([part[key] for part in each]) for key in each[0]}

    def updated(self, columns: Columns, carrier: Carrier = FLOATS) -> Columns:
        """The candidates that come out even in the update and in the pass after it, and whose loss falls."""
        columns = self.work([*self.update, self.promise], columns, carrier)
        after = columns | {_PLACE: np.arange(_count(columns))}
        for name in self.plan.carried:
            new = (columns[key] for key in _keys(self.plan, f"{name}_next"))
            after |= dict(zip(_keys(self.plan, name), new, strict=True))
        after = self.work(self.after, after, carrier)
        columns = _kept(columns, after[_PLACE])
        columns[(f"{self.plan.objective}_next", None, None)] = after[self.objective]
        falls = np.asarray(after[self.objective] < columns[self.objective], dtype=bool)
        return self.work([self.gain], _kept(columns, falls), carrier)

    def numbers(self, columns: Columns) -> list[dict[str, Floats]]:
        """The given numbers of each candidate, first those that are easy to read and have a small loss."""
        found = []
        for place, loss in enumerate(columns[self.objective]):
            numbers = {name: self.of_one(name, columns, place) for name in self.given}
            found.append((_effort(numbers) + int(round(loss, 6)) // _LOSS_PER_CHARACTER, place, numbers))
        return [numbers for *_, numbers in sorted(found, key=lambda each: each[:2])]

    def of_one(self, name: str, columns: Columns, place: int) -> Floats:
        """A quantity of the candidate at that place; a 0 without a sign."""
        numbers = [round(float(columns[key][place]), 6) + 0.0 for key in _keys(self.plan, name)]
        return np.reshape(numbers, self.plan.quantities[name].var.shape)

    def comes_out_even(self, numbers: Mapping[str, Floats]) -> bool:
        """Whether the numbers pass, worked in fractions."""
        columns: Columns = {}
        given: dict[str, Any] = {**numbers, **self.fixed}
        for name, array in given.items():
            for key, number in zip(_keys(self.plan, name), np.ravel(array), strict=True):
                columns[key] = np.array([Fraction(repr(float(number)))], dtype=object)
        return _count(self.updated(self.work(self.of_sample, columns, FRACTIONS), FRACTIONS)) == 1


def _count(columns: Columns) -> int:
    return len(next(iter(columns.values())))


def _kept(columns: Columns, which: NDArray[Any]) -> Columns:
    """The candidates at those places, or where it is true."""
    places = np.flatnonzero(which) if which.dtype == bool else which
    return {key: column[places] for key, column in columns.items()}


def _is_even(values: Any, decimals: int) -> NDArray[np.bool_]:
    """Whether each number has at most so many decimals."""
    scaled = values * 10**decimals
    if scaled.dtype == object:
        return np.array([number.denominator == 1 for number in scaled], dtype=bool)
    even: NDArray[np.bool_] = np.abs(scaled - np.rint(scaled)) < 10**decimals * _NOISE
    return even


def _differs(values: Any, size: int) -> NDArray[np.bool_]:
    """Whether the magnitude of each number is another."""
    return np.asarray(np.abs(np.abs(values) - size) > _NOISE, dtype=bool)


def _fits_as_bias(values: Floats, decimals: int) -> NDArray[np.bool_]:
    """Whether each number is short and small enough for a bias."""
    return _is_even(values, min(_MOST_DECIMALS, decimals)) & _differs(values, 0) & (np.abs(values) <= _LARGEST_BIAS)


def _any_of(draws: Draws, of: int, count: int) -> NDArray[np.intp]:
    """So many places, each from 0 up to but not including `of`."""
    return (draws.uniform(count) * of).astype(np.intp)


def _from(draws: Draws, table: Floats, rows: NDArray[np.intp]) -> Floats:
    """A number for each candidate, from its row of the table."""
    numbers: Floats = table[rows, _any_of(draws, table.shape[1], len(rows))]
    return numbers
