"""The compiled plan: the numbers of the interpreted one up to rounding, and what it cannot work is worked as before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from backtrace.engine import layout, source, training
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import work_equations
from backtrace.errors import OutOfRangeError
from backtrace.formula.by_array import vouched
from backtrace.formula.by_entry import by_entry
from backtrace.formula.evaluate import entries, evaluate
from backtrace.formula.expr import OPERATIONS, Var, apply, variables
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.scenario import Scenario, load, path_of, scenario
from tests.engine.reach import UNIT, reach
from tests.engine.scenarios import fits, random_scenario


@pytest.fixture
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Up to how many numbers an update counts as small."""
    limit: int = getattr(request, "param", layout.SMALL)
    monkeypatch.setattr(layout, "SMALL", limit)
    layout.layout_of.cache_clear()
    yield limit
    layout.layout_of.cache_clear()


both_ways = pytest.mark.parametrize("small", [10**9, 0], ids=["entry by entry", "by arrays"], indirect=True)


@pytest.fixture
def reworked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the updates that are worked equation by equation."""
    found: list[int] = []

    def noted(equations: Any, values: Any, update: int, *rest: Any, after: bool = False) -> None:
        if not after:
            found.append(update)
        work_equations(equations, values, update, *rest, after=after)

    monkeypatch.setattr(training, "work_equations", noted)
    return found


def assert_follows(trace: Trace, update: int) -> None:
    """Every value of the update is what its formula gives, interpreted, of the values that it reads."""
    for equation, sample in trace.plan.lines(trace.schedule.samples(update), is_last=False):
        read = trace.reads(equation, update, sample)
        value = np.asarray(trace.value(equation.id, update, sample))
        with np.errstate(all="ignore"):
            interpreted = evaluate(equation.opened, lambda var, read=read: read(Var(var.name)))
        count = len(trace.schedule.samples(update)) if trace.plan.batched else 0
        formulas = entries(equation.opened, count if _gathers(trace, equation) else 0)
        for index in np.ndindex(*value.shape):
            _, error = reach(formulas[index], lambda var, read=read: float(_entry(trace, update, read, var)))
            distance = abs(float(value[index]) - float(np.asarray(interpreted)[index]))
            assert distance <= error, (equation.id, update, index, distance, error)


def _gathers(trace: Trace, equation: Any) -> bool:
    return not equation.target.per_sample and any(var.per_sample for var in equation.operands)


def _entry(trace: Trace, update: int, read: Any, var: Var) -> Any:
    """The value of one entry, of the sample that an entry formula counts from 1 within the batch."""
    if var.sample is None:
        return read(var)
    samples = trace.schedule.samples(update)
    return trace.value(var.name, update, samples[var.sample - 1] + 1)[tuple(i - 1 for i in var.index or ())]


@both_ways
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_drawn_agrees_with_the_interpreted_plan(seed: int, reworked: list[int]) -> None:
    """Networks of every depth, batch, order and schedule: each value within rounding, and no update worked twice."""
    trace = run(random_scenario(seed))
    for update in {1, 1 + trace.updates // 2, trace.updates}:
        assert_follows(trace, update)
    assert reworked == []


VARIANTS = [
    *((activation, loss, "sgd") for activation, loss in product(ACTIVATIONS, LOSSES) if fits(LOSSES[loss], activation)),
    *(("tanh", "mse", optimizer) for optimizer in OPTIMIZERS),
]


@both_ways
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize(("activation", "loss", "optimizer"), VARIANTS)
def test_every_variant_agrees(activation: str, loss: str, optimizer: str, batch_size: int, reworked: list[int]) -> None:
    """Each activation with each loss, and each optimizer, online and in batches."""
    trace = run(random_scenario(
        3, units=(2, 3, 2), activation=("tanh", activation), loss=loss, samples=3, batch_size=batch_size, epochs=3,
        optimizer=optimizer, learning_rate=0.01, until=None, train=True,
    ))  # fmt: skip
    assert_follows(trace, trace.updates)
    assert reworked == []


@pytest.mark.parametrize("name", [name for name, op in OPERATIONS.items() if op.floats is not None and op.elementwise])
def test_every_operation_agrees_entry_by_entry(name: str) -> None:
    """What Python gives for an operation on single numbers is what numpy gives, of 0 and negative numbers too."""
    op = OPERATIONS[name]
    operands = [Var(f"v{place}") for place in range(op.arity)]
    formula = apply(op, *operands)
    lines, text, functions = by_entry(formula, lambda var: np.array(var.name, dtype=object))
    agreed = 0
    for values in product([-1.5, -1.0, -0.0, 0.0, 0.3, 1.0, 2.5], repeat=op.arity):
        given = {var.name: value for var, value in zip(operands, values, strict=True)}
        with np.errstate(all="ignore"):
            expected = float(evaluate(formula, {key: np.float64(value) for key, value in given.items()}))
        space: dict[str, Any] = {**functions, **given}
        try:
            exec("\n".join([*lines, f"found = {text.item()}"]), space)
        except (ArithmeticError, ValueError):
            assert not np.isfinite(expected)
            continue
        assert abs(space["found"] - expected) <= UNIT * abs(expected)
        agreed += 1
    assert agreed >= 3 or op.arity == 0


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("wrong", [np.inf, -np.inf, np.nan])
def test_what_is_vouched_for_need_not_be_looked_at(seed: int, wrong: float) -> None:
    """A formula that vouches for a quantity has a value that is not finite as soon as one entry of that is not."""
    trace = run(random_scenario(seed))
    random = np.random.default_rng(seed)
    for equation in trace.plan.of_sample + trace.plan.of_update:
        values = {var.name: np.array(trace.value(var.name)) for var in variables(equation.opened)}
        assert np.isfinite(evaluate(equation.opened, values)).all()
        for var in vouched(equation.opened):
            changed = values[var.name].copy()
            changed[tuple(random.integers(0, size) for size in changed.shape)] = wrong
            with np.errstate(all="ignore"):
                value = evaluate(equation.opened, {**values, var.name: changed})
            assert not np.isfinite(value).all(), (equation.id, var.name)


def neuron(**settings: Any) -> Scenario:
    """A neuron with one input, weight 1, no bias."""
    known: dict[str, Any] = {"weights": [[[1.0]]], "x": [[1.0]], "y": [[0.0]], "learning_rate": 0.1}
    return scenario(**known | settings)


@both_ways
@pytest.mark.usefixtures("small")
def test_what_saturates_is_worked_equation_by_equation(reworked: list[int]) -> None:
    """A sigmoid far out, where Python's e^x raises, has the value that it has everywhere; the others are compiled."""
    found = neuron(activation="sigmoid", x=[[1.0], [-1e6], [2.0]], y=[[0.0]] * 3, epochs=2)
    trace = run(found)
    assert [trace.value("a1", update).item() == 0 for update in range(1, 7)] == [False, True, False] * 2
    assert reworked == ([2, 5] if layout.SMALL else [])


@both_ways
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_equation_that_leaves_the_range_is_named(batch_size: int) -> None:
    """Update, equation and sample are those that an interpreted run names, however many are worked at a time."""
    x = [[0.1], [0.1], [0.1], [0.1], [1e200], [0.1]]
    found = neuron(x=x, y=[[0.0]] * 6, batch_size=batch_size, loss="sse", epochs=3)
    with pytest.raises(OutOfRangeError) as caught:
        run(found)
    assert (caught.value.quantity, caught.value.sample) == ("L_terms", 5)
    assert caught.value.update == (5 if batch_size == 1 else 2)


@both_ways
@pytest.mark.usefixtures("small")
def test_updates_before_the_range_is_left_are_given() -> None:
    """What was worked before the equation that left the range comes out whole, to the last update."""
    found = neuron(x=[[0.1]] * 4 + [[1e200]], y=[[0.0]] * 5, loss="sse")
    updates = training.work(found, plan_of(found))
    assert [next(updates).update for _ in range(4)] == [1, 2, 3, 4]
    with pytest.raises(OutOfRangeError):
        next(updates)


@both_ways
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("settings", [
    {"batch_size": 4}, {"batch_size": 3}, {"order": [[1, 2], [3], [4, 1, 2], [2]]}, {"shuffle": True, "seed": 5},
    {"learning_rate": {"schedule": "list", "values": [0.3, 0.2, 0.1], "per": "epoch"}},
])  # fmt: skip
def test_a_training_is_the_same_in_any_blocks(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """How many updates are worked at a time changes no bit."""
    known: dict[str, Any] = {"samples": 4, "batch_size": 1, "epochs": 5, "until": None, "learning_rate": 0.1}
    if "order" in settings:
        del known["batch_size"]
    found = random_scenario(2, **known | settings)
    whole = run(found)
    for most in (1, 2, 3):
        monkeypatch.setattr(training, "_MOST_UPDATES", most)
        parts = run(found)
        for equation in whole.plan.equations:
            assert whole.series(equation.id).tobytes() == parts.series(equation.id).tobytes(), equation.id


def test_how_it_is_worked_depends_on_the_plan_alone() -> None:
    """Longer trainings begin with the numbers of shorter ones, to the last bit."""
    found = load(path_of("three-layer"))
    one, many = run(found.with_(epochs=1)), run(found.with_(epochs=50))
    for equation in one.plan.of_sample + one.plan.of_update:
        assert one.value(equation.id).tobytes() == many.value(equation.id).tobytes()


@both_ways
@pytest.mark.usefixtures("small")
def test_the_pass_after_the_last_update_is_the_beginning_of_the_next() -> None:
    """Were the training to go on, the next update would begin with these numbers, to the last bit."""
    found = load(path_of("three-layer"))
    one, two = run(found.with_(epochs=1)), run(found.with_(epochs=2))
    for equation in one.plan.forward.of_sample + one.plan.forward.of_update:
        after, following = (trace.value(equation.id, one.updates + 1) for trace in (one, two))
        assert after.tobytes() == following.tobytes(), equation.id


HOSTILE = "__import__('os').system('touch owned')"


@both_ways
@pytest.mark.usefixtures("small")
def test_nothing_of_a_scenarios_text_reaches_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """Title, notes and a notation of one's own are nowhere in the code that is run."""
    written: list[str] = []
    made = source._made
    monkeypatch.setattr(source, "_made", lambda text, names: written.append(text) or made(text, names))
    found = load(path_of("lecture")).with_(
        title=HOSTILE, description=HOSTILE, notation={"base": "lecture", "W1": "owned"}
    )
    source.by_entries.cache_clear()
    source.by_arrays.cache_clear()
    run(found)
    assert len(written) == 2
    assert not [text for text in written if "owned" in text or "import" in text]


@pytest.mark.parametrize("settings", [{"learning_rate": 1e300}, {"learning_rate": 1e160, "optimizer": "momentum"}])
@pytest.mark.parametrize("batch_size", [1, 4])
@both_ways
@pytest.mark.usefixtures("small")
def test_a_parameter_that_leaves_the_range_is_found_in_any_block(
    settings: dict[str, Any], batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Equation and update are the same whether updates are worked one by one, or many and then looked at."""
    found = neuron(x=[[1e10]] * 8, y=[[0.0]] * 8, loss="sse", epochs=9, batch_size=batch_size, **settings)
    errors = []
    for most in (1, 3, 1024):
        monkeypatch.setattr(training, "_MOST_UPDATES", most)
        with pytest.raises(OutOfRangeError) as caught:
            run(found)
        errors.append((caught.value.quantity, caught.value.update, caught.value.sample))
    assert len(set(errors)) == 1


def test_a_network_is_large_for_its_weights_alone() -> None:
    """The pass after the last update of a layer with many weights and few neurons is not written entry by entry."""
    plan = plan_of(scenario(weights=[np.full((30, 30), 0.1)], x=[np.ones(30)], y=[np.ones(30)], learning_rate=0.1))
    assert not layout.layout_of(plan, 1).is_small
    assert not layout.layout_of(plan.forward, 1).is_small


@pytest.mark.parametrize("count", [300, 1000])
def test_sums_of_very_many_terms_are_written(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A neuron with a thousand inputs is no deeper in brackets than one with two."""
    monkeypatch.setattr(layout, "SMALL", 10**9)
    layout.layout_of.cache_clear()
    inputs = np.linspace(-1, 1, count)
    trace = run(scenario(weights=[np.full((1, count), 0.5)], x=[inputs], y=[[0.0]], learning_rate=0.1))
    layout.layout_of.cache_clear()
    assert trace["z1"] == pytest.approx(np.array([inputs.sum() * 0.5]), abs=1e-12)


@both_ways
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("orientation", ["column", "row"])
@pytest.mark.parametrize("batch", ["mean", "sum"])
def test_a_batch_without_gradients_of_its_samples_has_the_same_gradients(orientation: str, batch: str) -> None:
    """∂J/∂W = ΔᵀA/N in one line gives what the mean of the samples' gradients gives."""
    settings: dict[str, Any] = {
        "units": (3, 4, 2), "activation": ("tanh", "identity"), "samples": 4, "batch_size": 4, "epochs": 2,
        "loss": "half_sse", "orientation": orientation, "optimizer": "sgd", "learning_rate": 0.1, "train": True,
        "until": None, "l2": 0,
    }  # fmt: skip
    found = random_scenario(8, **settings)
    found = found.with_(loss={"name": "half_sse", "batch": batch})
    with_them, without = (run(found.with_(keep={"per_sample_gradients": kept})) for kept in (True, False))
    assert "dL_dW1" in with_them
    assert "dL_dW1" not in without.plan.quantities
    for name in ("dJ_dW1", "dJ_db1", "dJ_dW2", "dJ_db2", "W1_next"):
        np.testing.assert_allclose(with_them.series(name), without.series(name), rtol=1e-12, atol=1e-15)
