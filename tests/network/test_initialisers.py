"""The initialisers: each draws from the distribution of its source."""

from __future__ import annotations

import importlib
import math
import os
from typing import Any

import numpy as np
import pytest

from backtrace.formula.expr import Expr
from backtrace.formula.writing import linear, write
from backtrace.network.draws import Draws
from backtrace.network.initialisers import INITIALISERS
from tests.formula.leaves import names

N, M = 300, 500
COUNT = N * M

# fmt: off
TOLD = {
    "uniform":        "uniform from low to high",
    "normal":         "normal with mean mean, standard deviation std",
    "xavier_uniform": "uniform from −√(6/(n + m)) to √(6/(n + m))",
    "xavier_normal":  "normal with mean 0, standard deviation √(2/(n + m))",
    "he_uniform":     "uniform from −√(6/n) to √(6/n)",
    "he_normal":      "normal with mean 0, standard deviation √(2/n)",
    "constant":       "always value",
    "zeros":          "always 0",
}
MOMENTS: list[tuple[str, dict[str, float], float, float]] = [
    # name,              parameters,               mean, standard deviation
    ("uniform",        {},                         0.5,  math.sqrt(1 / 12)),
    ("uniform",        {"low": -3, "high": 1},     -1,   math.sqrt(16 / 12)),
    ("normal",         {},                         0,    1),
    ("normal",         {"mean": 2, "std": 0.1},    2,    0.1),
    ("xavier_uniform", {},                         0,    math.sqrt(2 / 800)),
    ("xavier_normal",  {},                         0,    math.sqrt(2 / 800)),
    ("he_uniform",     {},                         0,    math.sqrt(2 / 300)),
    ("he_normal",      {},                         0,    math.sqrt(2 / 300)),
    ("constant",       {"value": 0.3},             0.3,  0),
    ("zeros",          {},                         0,    0),
]
TORCH = {
    "uniform": "uniform_", "normal": "normal_", "xavier_uniform": "xavier_uniform_", "xavier_normal": "xavier_normal_",
    "he_uniform": "kaiming_uniform_", "he_normal": "kaiming_normal_",
}
# fmt: on


def drawn(name: str, given: dict[str, float], seed: int = 1) -> np.ndarray:
    return INITIALISERS[name].numbers(Draws(seed, 1, 0), COUNT, N, M, given)


def test_each_says_its_distribution() -> None:
    """What is shown of an initialiser is the formula that it draws with."""
    found = {}
    for row in INITIALISERS.values():
        parts = [part if isinstance(part, str) else _text(part) for part in row.distribution.told]
        found[row.name] = "".join(parts)
    assert found == TOLD


def _text(expr: Expr) -> str:
    return linear(write(expr, names()))


@pytest.mark.parametrize(("name", "given", "mean", "std"), MOMENTS)
def test_mean_and_standard_deviation_are_those_of_the_source(
    name: str, given: dict[str, float], mean: float, std: float
) -> None:
    """Over many numbers, mean and standard deviation are those of the distribution up to five standard errors."""
    numbers = drawn(name, given)
    assert numbers.mean() == pytest.approx(mean, abs=5 * std / math.sqrt(COUNT) + 1e-12)
    assert numbers.std() == pytest.approx(std, abs=5 * std / math.sqrt(COUNT) + 1e-12)


@pytest.mark.parametrize(
    ("name", "bound"), [("xavier_uniform", math.sqrt(6 / 800)), ("he_uniform", math.sqrt(6 / 300))]
)
def test_uniform_numbers_fill_their_bounds(name: str, bound: float) -> None:
    """No number lies outside the bounds, and some lie near either."""
    numbers = drawn(name, {})
    assert np.max(np.abs(numbers)) <= bound
    assert numbers.min() < -0.9999 * bound
    assert numbers.max() > 0.9999 * bound


@pytest.mark.parametrize("name", TORCH)
def test_torch_draws_from_the_same_distribution(name: str) -> None:
    """PyTorch's initialiser of that name has the same quantiles, up to what chance allows."""
    numbers = np.sort(drawn(name, {}))
    tensor = _torch().empty(M, N, dtype=_torch().float64)
    generator = _torch().Generator().manual_seed(5)
    options = {"nonlinearity": "relu"} if name.startswith("he") else {}
    getattr(_torch().nn.init, TORCH[name])(tensor, generator=generator, **options)
    theirs = np.sort(tensor.numpy().ravel())
    nearest = np.searchsorted(theirs, numbers) / COUNT
    assert np.max(np.abs(nearest - np.arange(COUNT) / COUNT)) < 2.7 * math.sqrt(2 / COUNT)


def _torch() -> Any:
    if os.environ.get("BACKTRACE_NEVER_SKIP"):
        return importlib.import_module("torch")
    return pytest.importorskip("torch", reason="torch is not installed: pip install torch")


def test_the_seed_decides() -> None:
    """The same seed gives the same numbers, another seed others."""
    np.testing.assert_array_equal(drawn("he_normal", {}), drawn("he_normal", {}))
    assert not np.any(drawn("he_normal", {}) == drawn("he_normal", {}, seed=2))


def test_parameters_are_those_of_the_signature() -> None:
    """Keyword-only arguments are the parameters, with their defaults and bounds."""
    found = {name: {key: p.default for key, p in row.parameters.items()} for name, row in INITIALISERS.items()}
    assert {name: parameters for name, parameters in found.items() if parameters} == {
        "uniform": {"low": 0, "high": 1},
        "normal": {"mean": 0, "std": 1},
        "constant": {"value": None},
    }
    assert not INITIALISERS["normal"].parameters["std"].allows(-1)
    assert INITIALISERS["normal"].parameters["std"].allows(0)


def test_every_initialiser_names_its_source() -> None:
    """Each row says in one line what it is or where it is from."""
    assert all(row.source.endswith(".") for row in INITIALISERS.values())
    assert "equation 16" in INITIALISERS["xavier_uniform"].source
