"""The plan: which equations there are, in which order and of which shapes, and that detail equals what it opens."""

from __future__ import annotations

from itertools import cycle, islice, product
from typing import Any

import numpy as np
import pytest

from backtrace.engine.givens import schedule_of
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, notation_of, run
from backtrace.engine.training import work
from backtrace.errors import MisfitError
from backtrace.formula.calculus import rebuilt
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.scenario import Scenario, load, path_of
from tests.engine.scenarios import ELEMENTWISE, fits, random_scenario
from tests.notation.ids import every_id

SEEDS = range(40)
SIZE = 3
PAIRS = [(a, l) for a, l in product(ACTIVATIONS, LOSSES) if fits(LOSSES[l], a)]
CASES = [(a, l, 1 + place % 3) for place, (a, l) in enumerate(PAIRS)]
every_orientation = pytest.mark.parametrize("orientation", ["column", "row"])
every_case = pytest.mark.parametrize(("activation", "loss", "depth"), CASES)


def lecture(**changes: Any) -> Scenario:
    """The lecture's scenario with some keywords replaced."""
    return load(path_of("lecture")).with_(**changes)


def square(activation: str, loss: str, depth: int, **settings: Any) -> Scenario:
    """A network as wide as its batch has samples: as many neurons in each layer, the hidden activations in turn."""
    hidden = islice(cycle(ELEMENTWISE), CASES.index((activation, loss, depth)), None)
    known = {"batch_size": SIZE, "epochs": 1, "until": None, "keep": None, "train": True}
    return random_scenario(
        depth, units=[SIZE] * (depth + 1), activation=[*islice(hidden, depth - 1), activation], loss=loss,
        samples=SIZE, **known | settings,
    )  # fmt: skip


# fmt: off
LECTURE = [
    ("z1",      (2,),   "W1 x b1"),
    ("a1",      (2,),   "z1"),
    ("z2",      (1,),   "W2 a1 b2"),
    ("a2",      (1,),   "z2"),
    ("L_terms", (1,),   "y a2"),
    ("L",       (),     "L_terms"),
    ("dL_da2",  (1,),   "a2 y"),
    ("slope2",  (1,),   "a2"),
    ("dL_dz2",  (1,),   "dL_da2 slope2"),
    ("dL_dW2",  (1, 2), "dL_dz2 a1"),
    ("dL_db2",  (1,),   "dL_dz2"),
    ("paths1",  (1, 2), "dL_dz2 W2"),
    ("dL_da1",  (2,),   "W2 dL_dz2"),
    ("slope1",  (2,),   "a1"),
    ("dL_dz1",  (2,),   "dL_da1 slope1"),
    ("dL_dW1",  (2, 2), "dL_dz1 x"),
    ("dL_db1",  (2,),   "dL_dz1"),
    ("dL_dx",   (2,),   "W1 dL_dz1"),
    ("step_W2", (1, 2), "eta dL_dW2"),
    ("W2_next", (1, 2), "W2 step_W2"),
    ("step_b2", (1,),   "eta dL_db2"),
    ("b2_next", (1,),   "b2 step_b2"),
    ("step_W1", (2, 2), "eta dL_dW1"),
    ("W1_next", (2, 2), "W1 step_W1"),
    ("step_b1", (2,),   "eta dL_db1"),
    ("b1_next", (2,),   "b1 step_b1"),
    ("promise", (),     "dL_dW2 W2_next W2 dL_db2 b2_next b2 dL_dW1 W1_next W1 dL_db1 b1_next b1"),
    ("gain",    (),     "L_next L"),
]
STAGES = [
    (1, "output layer error"), (2, "gradients for output weights and biases"), (3, "hidden layer errors"),
    (4, "gradients for hidden weights and biases"), (5, "update"),
]
# fmt: on


def test_the_equations_of_the_lecture() -> None:
    """The ids, shapes and operands of the lecture's step, in the order worked."""
    found = [(e.id, e.target.shape, " ".join(var.name for var in e.operands)) for e in plan_of(lecture()).equations]
    assert found == LECTURE


def test_the_stages_are_the_lectures_five() -> None:
    """Backward pass and update have five numbered stages; forward pass, loss and outcome have none."""
    stages = dict.fromkeys((e.stage.number, e.stage.title) for e in plan_of(lecture()).equations if e.stage.number)
    assert list(stages) == STAGES


def test_deeper_networks_repeat_the_hidden_stages() -> None:
    """Each hidden layer has its errors and its gradients, from the last one back."""
    hidden = ("tanh", "tanh", "identity")
    plan = plan_of(random_scenario(0, units=(1, 2, 2, 1), activation=hidden, batch_size=1, l2=0))
    titles = list(dict.fromkeys(e.stage.title for e in plan.equations if e.phase == "backward"))
    which = ("output layer error", "hidden layer 2 errors", "hidden layer 1 errors")
    assert [title for title in titles if "error" in title] == list(which)
    assert len(titles) == 6


def test_no_number_is_in_sight() -> None:
    """Scenarios that differ in their numbers only have the same plan, formula by formula."""
    one, other = lecture(), lecture(weights=[np.ones((2, 2)), np.ones((1, 2))], x=[9, 9], learning_rate=3)
    assert written(one) == written(other)


def written(scenario: Scenario) -> list[str]:
    """The formulas of a plan as text."""
    plan = plan_of(scenario)
    return [notation_of(scenario, plan).write(equation.formula) for equation in plan.equations]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_quantity_has_its_id_and_its_shape(seed: int) -> None:
    """Ids and shapes are those that the documentation lists; what is worked has that shape."""
    scenario = random_scenario(seed)
    trace, listed = run(scenario), every_id(scenario.units, scenario.orientation == "row")
    for name, quantity in trace.plan.quantities.items():
        expected = () if quantity.role.name == "hyperparameter" else listed[name]
        if quantity.role.name == "slope" and trace.plan.activations[(quantity.layer or 0) - 1].elementwise:
            expected = expected[:1]
        assert quantity.var.shape == expected, name
        leading = (len(trace.schedule.samples(trace.kept[0])),) if quantity.var.per_sample else ()
        assert trace[name].shape == leading + expected, name


@pytest.mark.parametrize("seed", SEEDS)
def test_an_equation_reads_what_comes_before_it(seed: int) -> None:
    """Every operand is given, or worked by an earlier equation."""
    plan = plan_of(random_scenario(seed))
    known = {name for name, quantity in plan.quantities.items() if quantity.kind == "given"}
    for equation in plan.equations:
        assert {var.name for var in equation.operands} <= known, equation.id
        known.add(equation.id)
    assert known == set(plan.quantities)


@every_case
@every_orientation
def test_detail_equals_what_it_opens(activation: str, loss: str, depth: int, orientation: str) -> None:
    """Exponentials, loss terms, slopes, paths and short forms give the spine's values, sample by sample."""
    trace = run(square(activation, loss, depth, orientation=orientation))
    for sample in range(1, SIZE + 1):
        assert_opens_the_forward_pass(trace, sample)
        assert_opens_the_errors(trace, sample)


def assert_opens_the_forward_pass(trace: Trace, sample: int) -> None:
    last = trace.scenario.depth
    if f"exp_z{last}" in trace.plan.quantities:
        parts = trace.value(f"exp_z{last}", 1, sample) / trace.value(f"sum_exp_z{last}", 1, sample)
        assert_same(parts, trace.value(f"a{last}", 1, sample))
    terms = trace.value("L_terms", 1, sample)
    assert_same(getattr(terms, trace.scenario.loss_outputs)(), trace.value("L", 1, sample))


def assert_opens_the_errors(trace: Trace, sample: int) -> None:
    row = trace.scenario.orientation == "row"
    for l in range(1, trace.scenario.depth + 1):
        slope, error, by_a = (trace.value(f"{name}{l}", 1, sample) for name in ("slope", "dL_dz", "dL_da"))
        before = trace.value(f"a{l - 1}" if l > 1 else "x", 1, sample)
        assert_same(slope * by_a if slope.ndim == 1 else slope.T @ by_a, error)
        assert_same(np.outer(before, error) if row else np.outer(error, before), trace.value(f"dL_dW{l}", 1, sample))
        if f"dL_db{l}" in trace.plan.quantities:
            assert_same(error, trace.value(f"dL_db{l}", 1, sample))
        if f"dL_dz{l}_short" in trace.plan.quantities:
            assert_same(trace.value(f"dL_dz{l}_short", 1, sample), error)
        if l < trace.scenario.depth:
            assert_same(trace.value(f"paths{l}", 1, sample).sum(axis=1 if row else 0), by_a)
    first, error = trace.value("W1"), trace.value("dL_dz1", 1, sample)
    assert_same(first @ error if row else error @ first, trace.value("dL_dx", 1, sample))


def assert_same(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def test_the_short_form_stands_beside_the_product() -> None:
    """Softmax with cross-entropy and sigmoid with bce have a short form, no other pair has."""
    found = {
        (activation, loss)
        for activation, loss, depth in CASES
        if f"dL_dz{depth}_short" in plan_of(square(activation, loss, depth)).quantities
    }
    assert found == {("softmax", "cross_entropy"), ("sigmoid", "bce")}


@every_case
def test_rows_give_the_transposed_numbers_of_columns(activation: str, loss: str, depth: int) -> None:
    """With vectors as rows every matrix is transposed and every number the same, to a few units in its last place."""
    one = run(square(activation, loss, depth, orientation="column"))
    weights = [layer.weights.T for layer in one.scenario.layers]
    turned = run(one.scenario.with_(orientation="row", weights=weights))
    assert list(turned.plan.quantities) == list(one.plan.quantities)
    for name, quantity in one.plan.quantities.items():
        is_matrix = len(quantity.var.shape) == 2
        value = np.swapaxes(turned[name], -1, -2) if is_matrix else turned[name]
        np.testing.assert_allclose(value, one[name], rtol=1e-14, atol=1e-15, err_msg=name)


def test_layers_without_biases() -> None:
    """Where a layer has no biases there is none of their quantities, and no line adds them."""
    plan = plan_of(lecture(biases=[None, 0.4]))
    assert not any("b1" in name for name in plan.quantities)
    assert {"b2", "dL_db2", "step_b2", "b2_next"} <= set(plan.quantities)
    assert [var.name for var in equation(plan, "z1").operands] == ["W1", "x"]
    assert equation(plan, "dL_dW1").stage.title == "gradients for hidden weights"


def equation(plan: Plan, name: str) -> Any:
    found = plan.equation(name)
    assert found is not None
    return found


def test_frozen_parameters_have_gradients_and_no_step() -> None:
    """What is not trained shows its gradient, makes no step and stays as it is; the promise leaves it out."""
    trace = run(lecture(train=[{"weights": False, "biases": True}, {"weights": True, "biases": False}], epochs=2))
    names = trace.plan.quantities
    assert {"dL_dW1", "dL_db1", "dL_dW2", "dL_db2", "step_b1", "step_W2", "b1_next", "W2_next"} <= set(names)
    assert not {"step_W1", "W1_next", "step_b2", "b2_next"} & set(names)
    assert not {"W1", "b2"} & {var.name for var in equation(trace.plan, "promise").operands}
    for name in ("W1", "b2"):
        np.testing.assert_array_equal(trace.parameters[name], trace[name])


def test_where_nothing_is_trained_nothing_is_promised() -> None:
    """With everything frozen there is no update and no promise, and the loss stays what it was."""
    trace = run(lecture(train=False))
    assert "promise" not in trace.plan.quantities
    assert not [e for e in trace.plan.equations if e.phase == "update"]
    assert trace["gain"] == 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_batch_has_the_mean_or_the_sum_of_its_samples(reduction: str) -> None:
    """J and its gradients are the mean or the sum over the samples, for a short last batch too."""
    scenario = random_scenario(2, units=(2, 3, 2), samples=5, batch_size=2, epochs=1, loss="sse", keep=None, until=None)
    trace = run(scenario.with_(loss={"name": "sse", "batch": reduction}))
    assert [trace.schedule.samples(update) for update in (1, 2, 3)] == [(0, 1), (2, 3), (4,)]
    for name, quantity in trace.plan.quantities.items():
        of_sample = f"dL{name[2:]}" if name.startswith("dJ") else "L"
        if name.startswith("dJ") or name == "J":
            for update in (1, 2, 3):
                samples = trace.value(of_sample, update)
                assert samples.shape[1:] == quantity.var.shape
                assert_same(getattr(samples, reduction)(axis=0), trace.value(name, update))


@pytest.mark.parametrize("seed", SEEDS)
def test_j_exists_if_and_only_if_batches_have_samples(seed: int) -> None:
    """J and its gradients are there when some batch has several samples, and never otherwise."""
    scenario = random_scenario(seed)
    plan, schedule = plan_of(scenario), schedule_of(scenario)
    has_j = [name for name in plan.quantities if name.startswith(("J", "dJ"))]
    assert bool(has_j) == plan.batched == any(len(batch) > 1 for batch in schedule.batches)
    assert plan.objective == ("objective" if scenario.l2 else "J" if has_j else "L")
    parameters = {name for name, quantity in plan.quantities.items() if quantity.role.name in ("weights", "biases")}
    assert {name[4:] for name in has_j if name.startswith("dJ")} == (parameters if has_j else set())
    of_samples = {name[4:] for name in plan.quantities if name.startswith(("dL_dW", "dL_db"))}
    assert of_samples == (parameters if scenario.keep.per_sample_gradients or not has_j else set())


def test_the_lines_of_an_update() -> None:
    """Each sample has its equations, then the batch; after the last update the forward pass and the outcome."""
    plan = plan_of(random_scenario(
        2, units=(1, 1), activation=["identity"], loss="mse", samples=2, batch_size=2, l2=0, train=True,
    ))  # fmt: skip
    ids = [(e.id, sample) for e, sample in plan.lines((0, 1), is_last=False)]
    assert ids[: len(plan.of_sample)] == [(e.id, 1) for e in plan.of_sample]
    assert ids[len(plan.of_sample)] == ("z1", 2)
    assert ids[2 * len(plan.of_sample)] == ("J", None)
    after = [(e.id, sample) for e, sample in plan.lines((1,), is_last=True)]
    assert after == [("z1", 2), ("a1", 2), ("L_terms", 2), ("L", 2), ("J", None), ("promise", None), ("gain", None)]


def test_another_formula_is_worked_in_the_place_of_the_plans() -> None:
    """With another formula for a quantity, all that is worked from it changes, and nothing else does."""
    plan, scenario = plan_of(lecture()), lecture()
    other = plan.with_formulas({"dL_da2": -plan.equation("dL_da2").formula})
    right, changed = (next(work(scenario, each)).values for each in (plan, other))
    differs = {name for name in right if not np.array_equal(right[name], changed[name])}
    assert changed["dL_dz2"] == -right["dL_dz2"]
    assert differs >= {"dL_da2", "dL_dz2", "dL_dW1", "W2_next", "b1_next"}
    assert not differs & {"z1", "a2", "L", "slope2"}


def test_a_line_stands_where_all_that_it_reads_is_there() -> None:
    """A gradient that reads updated weights is worked after their update."""
    plan = plan_of(lecture())
    updated, sent_back = plan.quantities["W2_next"].var, plan.equation("dL_da1").formula
    new = rebuilt(sent_back, lambda var: updated if var.name == "W2" else var)
    names = [e.id for e in plan.with_formulas({"dL_da1": new}).equations]
    assert sorted(names) == sorted(e.id for e in plan.equations)
    assert names.index("W2_next") < names.index("dL_da1") < names.index("dL_dW1")


def test_a_quantity_is_not_worked_from_itself() -> None:
    """A formula that needs what is worked from it is refused."""
    plan = plan_of(lecture())
    with pytest.raises(MisfitError, match="from itself"):
        plan.with_formulas({"z1": plan.quantities["dL_dz1"].var})


def test_in_a_batch_a_line_of_a_sample_may_read_what_is_worked_once() -> None:
    """Errors of samples sent back along new weights, which wait for the gradient of the whole batch."""
    scenario = load(path_of("online-vs-batch")).with_(batch_size=4, epochs=1)
    plan = plan_of(scenario)
    updated, sent_back = plan.quantities["W2_next"].var, plan.equation("dL_da1").formula
    other = plan.with_formulas({"dL_da1": rebuilt(sent_back, lambda var: updated if var.name == "W2" else var)})
    right, changed = (next(work(scenario, each)).values for each in (plan, other))
    assert np.array_equal(changed["W2_next"], right["W2_next"])
    assert np.allclose(changed["dL_da1"], changed["dL_dz2"] @ changed["W2_next"])
