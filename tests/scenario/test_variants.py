"""Variants with their parameters: what is read and written out in full, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.errors import InputError
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Parameter, completed
from backtrace.network.schedules import SCHEDULES
from backtrace.scenario import Scenario, read_document, read_text, scenario, scenario_schema
from tests.network.settings import settings_of
from tests.scenario.documents import layered, problems_of, problems_of_text, small

RATE = {"learning_rate": 0.5}
NONE = "no parameters: {} has none"
VALIDATOR = jsonschema.Draft202012Validator(scenario_schema())


def activation(written: Any) -> dict[str, Any]:
    """The small document with this activation."""
    return layered({"weights": [[1, 2]], "biases": 0, "activation": written})


def trained(**training: Any) -> dict[str, Any]:
    """The small document with these keys of training."""
    return small(training=RATE | training)


def rate(**written: Any) -> dict[str, Any]:
    """The small document with a learning rate that changes."""
    return trained(learning_rate=written)


# fmt: off
WRONG: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    (activation({"name": "elu", "alpha": 0}),       [("layer 1, activation, alpha", "0", "a number above 0", "")]),
    (activation({"name": "elu", "alpha": True}),    [("layer 1, activation, alpha", "true", "a number above 0", "")]),
    (activation({"name": "elu", "alpha": "1"}),
        [("layer 1, activation, alpha", "the text '1'", "a number above 0", "take the quotes off")]),
    (activation({"name": "elu", "alpha": "0,5"}),
        [("layer 1, activation, alpha", "the text '0,5'", "a number above 0", "write 0.5, with a decimal point")]),
    (activation({"name": "elu", "alpha": float("inf")}),
        [("layer 1, activation, alpha", "inf", "a number above 0", "")]),
    (activation({"name": "leaky_relu", "slope": None}), [("layer 1, activation, slope", "nothing", "a number", "")]),
    (activation({"name": "elu", "alfa": 1}),
        [("layer 1, activation, alfa", "the unknown key 'alfa' for elu", "alpha", "did you mean 'alpha'?")]),
    (activation({"name": "sigmoid", "slope": 1}),
        [("layer 1, activation, slope", "the unknown key 'slope' for sigmoid", NONE.format("sigmoid"), "")]),
    (activation({"name": "gelu", "form": "exakt"}),
        [("layer 1, activation, form", "the text 'exakt'", "exact or tanh", "did you mean 'exact'?")]),
    (activation({"name": "softmax", "shift": "yes"}),
        [("layer 1, activation, shift", "the text 'yes'", "false or true", "")]),
    (activation({"alpha": 1}),                      [("layer 1, activation", "no `name`", "the activation", "")]),
    (small(loss={"name": "huber", "delta": -1}),    [("loss, delta", "-1", "a number above 0", "")]),
    (small(loss={"name": "huber", "delt": 1, "batch": "sum"}),
        [("loss, delt", "the unknown key 'delt' for huber", "delta", "did you mean 'delta'?")]),
    (small(loss={"name": "huber", "output": "sum"}),
        [("loss, output", "the unknown key 'output' for huber", "delta", "did you mean 'outputs'?")]),
    (small(loss={"name": "mse", "delta": 1}),
        [("loss, delta", "the unknown key 'delta' for mse", NONE.format("mse"), "")]),
    (trained(optimizer={"name": "sgd", "momentum": 0.9}),
        [("training, optimizer, momentum", "the unknown key 'momentum' for sgd", NONE.format("sgd"), "")]),
    (trained(optimizer={"name": "adam", "bias_corection": True}),
        [("training, optimizer, bias_corection", "the unknown key 'bias_corection' for adam",
          "beta1, beta2, epsilon or bias_correction", "did you mean 'bias_correction'?")]),
    (trained(optimizer={"beta1": 0.9}), [("training, optimizer", "no `name`", "the rule of the update", "")]),
    (rate(schedule="step", initial=0.1),
        [("training, learning_rate", "no `period` for the schedule step",
          "updates, or epochs, between two changes or until the end", "")]),
    (rate(schedule="step", initial=1, period=1.5),
        [("training, learning_rate, period", "1.5", "a whole number from 1", "")]),
    (rate(schedule="step", initial=1, period=2, gama=2),
        [("training, learning_rate, gama", "the unknown key 'gama' for the schedule step", "period or gamma",
          "did you mean 'gamma'?")]),
    (rate(schedule="exponential", initial=-0.1, gamma=1),
        [("training, learning_rate, initial", "-0.1", "at least 0", "")]),
    (rate(schedule="list"),
        [("training, learning_rate", "no `values` for the schedule list",
          "the learning rates one by one; the last one stays", "")]),
    (rate(schedule="list", initial=3, values=[1]),
        [("training, learning_rate, initial", "`initial` for the schedule list", "`values`", "remove it")]),
    (rate(schedule="cosine", initial=1, period=3, values=[1]),
        [("training, learning_rate, values", "`values` for the schedule cosine", "`initial`", "remove it")]),
    (rate(schedule="list", values=[1], gamma=2),
        [("training, learning_rate, gamma", "the unknown key 'gamma' for the schedule list",
          NONE.format("the schedule list"), "")]),
    (rate(schedule="list", values=[]),
        [("training, learning_rate, values", "an empty list", "at least one entry", "")]),
    (rate(schedule="cosin", initial=1),
        [("training, learning_rate, schedule", "the unknown schedule 'cosin'", "step, exponential, cosine or list",
          "did you mean 'cosine'?")]),
    (rate(initial=1),
        [("training, learning_rate", "no `schedule`", "how the learning rate changes", "")]),
    (rate(schedule="step", initial=1, period=2, per="batch"),
        [("training, learning_rate, per", "the text 'batch'", "update or epoch", "")]),
    (trained(learning_rate="fast"),
        [("training, learning_rate", "the text 'fast'", "a number, or a mapping with a schedule", "")]),
    (small(l2=-1),                                  [("l2", "-1", "at least 0", "")]),
    (small(l2="0.1"),                               [("l2", "the text '0.1'", "a number", "take the quotes off")]),
]
# fmt: on


@pytest.mark.parametrize(("document", "problems"), WRONG)
def test_a_wrong_parameter_is_told(document: dict[str, Any], problems: list[tuple[str, str, str, str]]) -> None:
    """One wrong parameter gives one problem: its path, what was found, what was expected, and what to do."""
    assert problems_of(document) == problems


def test_all_wrong_parameters_are_told_at_once() -> None:
    """Beside other problems of the same mapping, too, and of others."""
    document = activation({"name": "elu", "alpha": 0})
    document |= {"loss": {"name": "huber", "delta": 0, "outputs": "x"}, "l2": -1}
    document["training"] = {
        "learning_rate": {"schedule": "step", "initial": -1, "period": 0, "gamma": -1},
        "optimizer": {"name": "adam", "beta1": 1, "beta2": -0.1, "epsilon": -1, "bias_correction": 1},
    }
    assert {path for path, *_ in problems_of(document)} == {
        "layer 1, activation, alpha", "loss, delta", "loss, outputs", "l2", "training, optimizer, beta1",
        "training, optimizer, beta2", "training, optimizer, epsilon", "training, optimizer, bias_correction",
        "training, learning_rate, initial", "training, learning_rate, period", "training, learning_rate, gamma",
    }  # fmt: skip


TEXT = """\
network:
  layers:
    - {weights: [[1, 2]], biases: 0, activation: {name: elu, alpha: 0}}
data: [{x: [1, 2], y: 1}]
loss: {name: huber, delt: 2}
training:
  learning_rate: {schedule: step, initial: 1}
  optimizer:
    name: adam
    beta1: 1
"""
# fmt: off
PLACES = [
    ("layer 1, activation, alpha", "f.yaml:3:69",  "0}}"),
    ("loss, delt",                 "f.yaml:5:21",  "delt"),
    ("training, learning_rate",    "f.yaml:7:18",  "{schedule"),
    ("training, optimizer, beta1", "f.yaml:10:12", "1"),
]
# fmt: on


def test_a_problem_is_shown_in_its_line() -> None:
    """A wrong value is marked, a key that is unknown, and the mapping that lacks one, in the order of the file."""
    problems = problems_of_text(TEXT)
    assert [(p.path, str(p.place)) for p in problems] == [(p, at) for p, at, _ in PLACES]
    for problem, (_, _, text) in zip(problems, PLACES, strict=True):
        assert problem.place is not None
        assert problem.place.column is not None
        assert problem.place.text[problem.place.column - 1 :].startswith(text)


@pytest.mark.parametrize(("loss", "target"), [("bce_logits", 1), ("softmax_cross_entropy", [1])])
def test_a_loss_of_pre_activations_stands_on_identity_only(loss: str, target: Any) -> None:
    """Another activation below it is refused, with both ways out; left out or named, identity is read."""

    def under(written: Any) -> dict[str, Any]:
        return activation(written) | {"loss": {"name": loss}, "data": [{"x": [1, 2], "y": target}]}

    assert problems_of(under({"name": "elu", "alpha": 2})) == [
        ("layer 1, activation", f"elu under the loss {loss}", f"identity, as {loss} takes the pre-activation itself",
         "leave the activation out, or take the loss bce or cross_entropy"),
    ]  # fmt: skip
    without = under("identity")
    del without["network"]["layers"][0]["activation"]
    for document in (without, under("identity"), under({"name": "identity"})):
        assert read_document(document, "f").loss == loss


# fmt: off
IN_PLACE: list[tuple[Any, Any]] = [
    (ACTIVATIONS, activation),
    (LOSSES,      lambda written: small(loss=written)),
    (OPTIMIZERS,  lambda written: trained(optimizer=written)),
]
CASES: list[tuple[Any, Any, dict[str, Any]]] = [
    (place, row, given)
    for table, place in IN_PLACE for row in table.values()
    for given in settings_of(row.parameters)[:: max(1, len(settings_of(row.parameters)) // 4)]
]
# fmt: on


@pytest.mark.parametrize(("place", "row", "given"), CASES, ids=[f"{row.name} {given}" for _, row, given in CASES])
def test_every_parameter_is_read_and_written_out(place: Any, row: Any, given: dict[str, Any]) -> None:
    """The document has every parameter with its value, is read back the same, and fits the JSON Schema."""
    document = place({"name": row.name} | given)
    found = read_document(document, "f")
    assert read_document(found.document, "f").document == found.document
    assert parameters_in(found) == parameters_in(read_document(found.document, "f"))
    assert completed(row.parameters, given).items() <= parameters_in(found).items()
    for written in (document, found.document):
        VALIDATOR.validate(written)


def parameters_in(found: Scenario) -> dict[str, Any]:
    return {**found.layers[0].parameters, **found.loss_parameters, **found.optimizer_parameters}


NAMED = [(place, row) for table, place in IN_PLACE for row in table.values()]


@pytest.mark.parametrize(("place", "row"), NAMED, ids=[row.name for _, row in NAMED])
def test_a_name_alone_has_the_defaults(place: Any, row: Any) -> None:
    """A variant that is named only has the default of every parameter, and says it in the document."""
    found, full = (read_document(place(written), "f") for written in (row.name, {"name": row.name}))
    assert found.document == full.document
    assert completed(row.parameters, {}).items() <= parameters_in(found).items()
    for name in row.parameters:
        assert f"'{name}'" in str(found.document)


# fmt: off
RATES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"schedule": "step", "initial": 1, "period": 2},
        {"initial": 1.0, "per": "update", "period": 2.0, "gamma": 0.1}),
    ({"schedule": "step", "initial": 0, "period": 3.0, "gamma": 0, "per": "epoch"},
        {"initial": 0.0, "per": "epoch", "period": 3.0, "gamma": 0.0}),
    ({"schedule": "exponential", "initial": 1, "gamma": 0.9},
        {"initial": 1.0, "per": "update", "gamma": 0.9}),
    ({"schedule": "cosine", "initial": 1, "period": 2, "eta_end": 0.5},
        {"initial": 1.0, "per": "update", "period": 2.0, "eta_end": 0.5}),
    ({"schedule": "list", "values": [1, 0.5, 0]},
        {"values": [1.0, 0.5, 0.0], "per": "update"}),
]
# fmt: on


@pytest.mark.parametrize(("written", "full"), RATES)
def test_a_learning_rate_that_changes_is_written_out(written: dict[str, Any], full: dict[str, Any]) -> None:
    """The document has the schedule with every parameter, is read back the same, and fits the JSON Schema."""
    document = rate(**written)
    found = read_document(document, "f")
    assert found.document["training"]["learning_rate"] == {"schedule": written["schedule"]} | full
    again = read_document(found.document, "f")
    assert again.document == found.document
    assert again.rates == found.rates
    assert found.rates is not None
    assert found.learning_rate == (full["initial"] if "initial" in full else full["values"][0])
    for each in (document, found.document):
        VALIDATOR.validate(each)


def test_a_rate_that_stays_has_no_schedule() -> None:
    """A number is the learning rate of every update."""
    found = read_document(trained(learning_rate=0), "f")
    assert (found.learning_rate, found.rates) == (0.0, None)


# fmt: off
UNKNOWN = [
    *[place({"name": row.name, "nonsense": 1}) for place, row in NAMED],
    *[rate(schedule=name, initial=1, period=1, gamma=1, nonsense=1) for name in SCHEDULES],
    rate(schedule="list", values=[1], nonsense=1),
]
# fmt: on


@pytest.mark.parametrize("document", UNKNOWN)
def test_the_schema_refuses_unknown_parameters(document: dict[str, Any]) -> None:
    """A parameter that a variant does not have is marked by an editor as the reader refuses it."""
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(InputError, match="the unknown key 'nonsense'"):
        read_document(document, "f")


def outside(parameter: Parameter) -> Any:
    """A number that the parameter may not be, or a word that is none of its choices."""
    bounds = parameter.range
    if not parameter.is_number:
        return "nonsense"
    return bounds.below if bounds.below < 1e308 else max(bounds.least - 1, bounds.above)


BOUNDED = [
    (place, row, name)
    for place, row in NAMED
    for name, parameter in row.parameters.items()
    if not parameter.is_number or max(parameter.range.least, parameter.range.above) > -1e308
]


@pytest.mark.parametrize(("place", "row", "name"), BOUNDED, ids=[f"{row.name} {name}" for _, row, name in BOUNDED])
def test_the_schema_knows_the_bounds(place: Any, row: Any, name: str) -> None:
    """A value outside its range or choices is marked by an editor as the reader refuses it."""
    document = place({"name": row.name, name: outside(row.parameters[name])})
    assert not VALIDATOR.is_valid(document)
    assert [path.split(", ")[-1] for path, *_ in problems_of(document)] == [name]


def test_python_takes_variants_as_a_file_does() -> None:
    """Keywords of the same names make the scenario of the file; a change of one variant leaves the others."""
    text = """\
network: {layers: [{weights: [[1, 2]], biases: none, activation: {name: gelu, form: tanh}}]}
data: [{x: [1, 2], y: 1}]
loss: {name: huber, delta: 0.5, batch: sum}
l2: 0.1
training:
  learning_rate: {schedule: cosine, initial: 0.5, period: 10}
  optimizer: {name: adam, bias_correction: false}
"""
    given: dict[str, Any] = {
        "activation": {"name": "gelu", "form": "tanh"}, "loss": {"name": "huber", "delta": 0.5, "batch": "sum"},
        "l2": 0.1, "learning_rate": {"schedule": "cosine", "initial": 0.5, "period": 10},
        "optimizer": {"name": "adam", "bias_correction": False},
    }  # fmt: skip
    made = scenario(weights=[[[1, 2]]], x=[1, 2], y=1, **given)
    assert made.document == read_text(text, "f.yaml").document
    other = made.with_(optimizer="sgd", activation="tanh")
    assert (other.optimizer, other.layers[0].activation, other.loss_parameters) == ("sgd", "tanh", {"delta": 0.5})
    assert other.rates == made.rates


_VALUES = st.sampled_from([0, 1, 0.5, 2.0, -1, 1e400, True, False, None, "exact", "tanh", "mean", "1", [1], [], {}])


def variants(table: Any, named_by: str, *others: str) -> st.SearchStrategy[Any]:
    """A name, or a mapping with a name and keys that some variant of the table has, at any value."""
    keys = sorted({key for row in table.values() for key in row.parameters} | set(others))
    written = st.dictionaries(st.sampled_from(keys), _VALUES, max_size=3)
    names = st.sampled_from([*table, "list", "nonsense"])
    return names | st.builds(lambda name, more: {named_by: name} | more, names, written)


@given(
    variants(ACTIVATIONS, "name"),
    variants(LOSSES, "name", "outputs", "batch"),
    variants(OPTIMIZERS, "name"),
    variants(SCHEDULES, "schedule", "initial", "values", "per") | _VALUES,
    st.lists(st.lists(st.integers(0, 2), max_size=2), max_size=2) | _VALUES,
    st.fixed_dictionaries({}, optional={"updates": _VALUES | st.just({"every": 2}), "per_sample_gradients": _VALUES}),
)
def test_the_schema_accepts_every_variant_that_is_read(
    function: Any, loss: Any, optimizer: Any, learning_rate: Any, order: Any, keep: Any
) -> None:
    """No variant is read that the JSON Schema would mark as wrong, and nothing but InputError is raised."""
    pieces = {
        "activation": activation(function), "loss": small(loss=loss), "optimizer": trained(optimizer=optimizer),
        "rate": trained(learning_rate=learning_rate), "order": trained(order=order), "keep": small(keep=keep),
    }  # fmt: skip
    for document in pieces.values():
        try:
            full = read_document(document, "f").document
        except InputError:
            continue
        VALIDATOR.validate(document)
        VALIDATOR.validate(full)
        assert read_document(full, "f").document == full
