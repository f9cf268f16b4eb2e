"""The variants of each table as entries: whatever is said of them is read from their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from backtrace.formula.expr import Expr, Var, apply
from backtrace.lesson.blocks import Derivation, Recall, Sentence
from backtrace.lesson.entries import Entry, asked_for, by_choice, equation, letter, written
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.losses import LOSSES, Loss
from backtrace.network.naming import unnamed
from backtrace.network.optimizers import OPTIMIZERS, Optimizer
from backtrace.network.parameters import Value
from backtrace.network.schedules import SCHEDULES
from backtrace.scenario.schema import RatesPart

_SEVERAL = (2,)
_TARGETS = {
    "any": "",
    "zero to one": "Targets are numbers from 0 to 1.",
    "distribution": "Targets are probabilities that sum to 1.",
}
_PREDICTIONS = {
    "any": "",
    "probability": "Predictions are probabilities.",
    "pre-activation": "It takes the pre-activation itself: the activation of the output layer is identity.",
}


def activations() -> Iterator[Entry]:
    """Every activation with its derivative."""
    for row in ACTIVATIONS.values():
        formulas = by_choice("function", row.parameters, partial(_activation, row))
        place = "network:\n  layers:\n    - activation: {}"
        yield Entry(row.name, row.source, tuple(formulas), _sentences(row.convention), row.parameters,
                    asked_for(place, {"name": row.name}, row.parameters))  # fmt: skip


def _activation(unbound: Activation, given: Mapping[str, Value]) -> Iterator[Derivation]:
    row = unbound.bound(given)
    z, a = (Var(name, () if row.elementwise else _SEVERAL) for name in "za")
    function = row.function(z, unnamed)
    yield equation(a, row.applied(z), function) if row.symbol else equation(a, function)
    yield equation(apply("partial", a, z), row.slope(z, a))


def losses() -> Iterator[Entry]:
    """Every loss with its derivative, and what that becomes where the slope of an activation cancels."""
    for row in LOSSES.values():
        formulas = by_choice("of one output", row.parameters, partial(_loss, row))
        others = {"outputs": row.outputs} if row.outputs_free else {}
        yield Entry(row.name, row.source, (*formulas, *_short(row)),
                    _sentences(_reduction(row), _TARGETS[row.targets], _PREDICTIONS[row.prediction], row.convention),
                    row.parameters, asked_for("loss: {}", {"name": row.name, **others}, row.parameters))  # fmt: skip


def _loss(unbound: Loss, given: Mapping[str, Value]) -> Iterator[Derivation]:
    row = unbound.bound(given)
    name = "z" if row.prediction == "pre-activation" else "prediction"
    y, a = (Var(each, () if row.elementwise else _SEVERAL) for each in ("y", name))
    of_one = Var("L_terms")
    yield equation(of_one, row.terms(y, a))
    yield equation(apply("partial", of_one if row.elementwise else Var("L"), a), row.slope(y, a))


def _short(row: Loss) -> Iterator[Recall]:
    for activation, short in row.bound().short.items():
        loss = Var("L_terms" if ACTIVATIONS[activation].elementwise else "L")
        yield Recall(f"after {activation}",
                     (equation(apply("partial", loss, Var("z")), short(Var("y"), Var("prediction"))),))  # fmt: skip


def _reduction(row: Loss) -> str:
    said = f"The loss of a sample is the {row.outputs} over its outputs"
    other = "sum" if row.outputs == "mean" else "mean"
    return f"{said}, with outputs: {other} the {other}." if row.outputs_free else f"{said}."


def optimizers() -> Iterator[Entry]:
    """Every optimizer with the equations that its function names, in their order."""
    for row in OPTIMIZERS.values():
        formulas = by_choice("in each update", row.parameters, partial(_optimizer, row))
        place = "training:\n  optimizer: {}"
        yield Entry(row.name, row.source, tuple(formulas), (*_start(row), *_sentences(row.convention)), row.parameters,
                    asked_for(place, {"name": row.name}, row.parameters))  # fmt: skip


def _optimizer(row: Optimizer, given: Mapping[str, Value]) -> list[Derivation]:
    steps: list[Derivation] = []

    def name(part: str, formula: Expr, /) -> Expr:
        steps.append(equation(letter(part), formula))
        return letter(part)

    new = row.step(Var("p"), Var("g"), Var("eta"), name, given, Var)
    return [*steps, equation(Var("p_next"), new)]


def _start(row: Optimizer) -> Iterator[Sentence]:
    """What is carried from update to update starts at 0."""
    if row.carried:
        letters = [part for name in row.carried for part in (" and ", written(Var(name)))][1:]
        yield ("Before the first update ", *letters, " are 0." if len(row.carried) > 1 else " is 0.")


def schedules() -> Iterator[Entry]:
    """Every schedule of the learning rate; the one that names each rate has no formula."""
    place = "training:\n  learning_rate: {}"
    for row in SCHEDULES.values():
        rate = equation(Var("eta"), row.rate(Var("eta0"), Var("n")))
        first = {"schedule": row.name, "initial": "0.5"}
        yield Entry(row.name, row.source, (Recall("learning rate", (rate,)),), (), row.parameters,
                    asked_for(place, first, row.parameters))  # fmt: skip
    described = RatesPart.model_fields["values"].description or ""
    yield Entry("list", described, asked_for=asked_for(place, {"schedule": "list", "values": "[0.5, 0.1]"}, {}))


def initialisers() -> Iterator[Entry]:
    """Every initialiser with the distribution that numbers are drawn from."""
    for row in INITIALISERS.values():
        told = [part if isinstance(part, str) else written(part) for part in row.distribution.told]
        place = "network:\n  layers:\n    - weights: {}"
        yield Entry(row.name, row.source, (), (("Distribution: ", *told, "."),), row.parameters,
                    asked_for(place, {"init": row.name}, row.parameters))  # fmt: skip


def _sentences(*said: str) -> tuple[Sentence, ...]:
    """The sentences that are there, in one paragraph."""
    return ((" ".join(filter(None, said)),),) if any(said) else ()
