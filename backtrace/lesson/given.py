"""The opening of a lesson: what is given, what the indices mean, the functions used and the conventions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from backtrace.engine.givens import constants, initial_parameters
from backtrace.engine.trace import Trace
from backtrace.formula.calculus import opened
from backtrace.formula.evaluate import entry_variables
from backtrace.formula.expr import Apply, Var, apply
from backtrace.formula.writing import Language, Leaf, Written
from backtrace.lesson.blocks import Block, Derivation, Form, Given, Heading, Prose, Recall, Sentence
from backtrace.lesson.mathematics import Formula, elided, grid, matrix
from backtrace.lesson.numbers import put_in
from backtrace.lesson.origins import decimals_of_given, origins
from backtrace.lesson.sentences import notes_on
from backtrace.network.activations import Activation
from backtrace.scenario.scenario import Places, Scenario

_ENOUGH_DECIMALS = 12
_DIGITS = (
    "Worked with all digits. The numbers put in carry enough digits for a pocket calculator to give the result shown."
)
_FRACTIONS = "Worked in fractions: nothing is rounded. What has too many decimals is shown as a fraction."
_MODES = {
    "half-even": "a half goes to the even digit",
    "half-up": "a half goes up, away from 0",
    "truncate": "the rest is cut off",
}


def title(scenario: Scenario) -> Iterator[Block]:
    """The title with the network in one line, its source and what to look at."""
    activations = ", ".join(layer.activation for layer in scenario.layers)
    network = f"{'-'.join(map(str, scenario.units))}, {activations}, {scenario.loss}"
    yield Heading(scenario.title or "A training step", 0, network)
    if scenario.source:
        yield Prose((f"Source: {scenario.source}",))
    if scenario.description:
        yield Prose((scenario.description,))
    for link in scenario.links:
        yield Prose((f"See {link}",))


def given(trace: Trace, with_numbers: bool) -> Iterator[Block]:
    """Inputs, targets and parameters, with the symbols of every matrix beside its numbers; or the symbols alone."""
    yield Heading("Given", 1)
    items = tuple(_items(trace))
    if with_numbers:
        yield Given(items)
    else:
        yield Given(tuple((name, None, symbols) for name, symbols, _ in items if symbols))
    yield from map(Prose, origins(trace))
    yield from map(Prose, _conventions(trace))
    if with_numbers:
        yield Prose((_digits(trace.scenario),))
    for name, quantity in trace.plan.quantities.items():
        if quantity.kind == "given":
            yield from (Prose((_named(trace, name), f": {note}")) for note in notes_on(trace, name))
    yield Recall("used", tuple(_functions(trace)))


def _digits(scenario: Scenario) -> str:
    """How the numbers were worked: with all digits, in fractions, or rounded line by line."""
    rounding = scenario.rounding
    if rounding is None:
        return _FRACTIONS if scenario.arithmetic == "exact" else _DIGITS
    general = [_places(rounding.general)] if rounding.general else []
    phases = [f"{_places(places)} in the phase {phase}" for phase, places in rounding.by_phase.items()]
    return (
        f"Every line's result is rounded to {', to '.join([*general, *phases])} before it is used again "
        f"({_MODES[rounding.mode]}), in decimal arithmetic. Beside it stands what it is without any rounding."
    )


def _places(places: Places) -> str:
    if places.decimals is not None:
        return f"{places.decimals} decimal{'' if places.decimals == 1 else 's'}"
    return f"{places.significant} significant digit{'' if places.significant == 1 else 's'}"


def _items(trace: Trace) -> Iterator[tuple[Formula, Formula | None, Formula]]:
    scenario = trace.scenario
    several = len(scenario.x) > 1
    for name, data in (("x", scenario.x), ("y", scenario.y)):
        decimals = decimals_of_given(trace, name)
        if several:
            yield _named(trace, name), None, matrix(_shown(data, decimals), True)
        else:
            yield _named(trace, name), None, matrix(_shown(data[0], decimals), scenario.orientation == "row")
    for name, constant in constants(scenario, trace.plan).items():
        yield _named(trace, name), None, matrix(_shown(np.asarray([constant])), True)
    if scenario.rates is not None and scenario.rates.values:
        yield _named(trace, "eta"), None, matrix(_shown(np.asarray(scenario.rates.values)), True)
    for name, value in initial_parameters(scenario).items():
        symbols = _symbols(trace, name) if value.ndim == 2 and value.size > 1 else None  # noqa: PLR2004
        numbers = _shown(value, decimals_of_given(trace, name))
        yield _named(trace, name), symbols, matrix(numbers, scenario.orientation == "row")


def _named(trace: Trace, name: str) -> Formula:
    return Formula(trace.plan.quantities[name].var, trace.notation.leaf)


def _shown(values: Any, decimals: int = _ENOUGH_DECIMALS) -> Any:
    """The numbers as they stand in the scenario or with few decimals, the middle of a large matrix left out."""
    values = elided(values)
    out = np.empty(values.shape, dtype=object)
    for index in np.ndindex(*values.shape):
        value = values[index]
        out[index] = value if value is None else put_in(value, decimals, decimals)
    return out


def _symbols(trace: Trace, name: str) -> Formula:
    """The matrix of the symbols of its entries."""
    variables = elided(entry_variables(trace.plan.quantities[name].var))

    def leaf(language: Language) -> Leaf:
        spelt = [[v if v is None else trace.notation.spell(v, language) for v in row] for row in variables]
        return lambda var, transposed: Written((grid(spelt, language),))

    return Formula(Var("symbols"), leaf)


def _conventions(trace: Trace) -> Iterator[Sentence]:
    scenario = trace.scenario
    yield from _index_rule(trace)
    layout = (
        "Vectors are columns; in a weight matrix a row belongs to the neuron that receives."
        if scenario.orientation == "column"
        else "Vectors are rows; in a weight matrix a column belongs to the neuron that receives."
    )
    k = scenario.y.shape[1]
    outputs = f"{scenario.loss_outputs} over {k} outputs" if k > 1 else "one output"
    samples = len(scenario.x)
    if trace.plan.batched:
        size = f"{max(map(len, trace.schedule.batches))} of {samples}"
        batch = f"{scenario.loss_batch} over the samples of a batch ({size})"
    else:
        batch = "one sample" if samples == 1 else f"{samples} samples, one in each update"
    if scenario.shuffle:
        batch += f", in an order drawn anew for each epoch (seed {scenario.seed})"
    rows = " Each row of the data is one sample." if samples > 1 else ""
    yield (layout, rows, f" Loss: {scenario.loss}, {outputs}; {batch}.")
    if scenario.until is not None:
        yield (f"The training ends with the first epoch whose mean loss is at most {scenario.until:g}.",)
    frozen = [
        f"{letter}{number}"
        for number, layer in enumerate(scenario.layers, 1)
        for letter, trained in (("W", layer.train_weights), ("b", layer.train_biases or layer.biases is None))
        if not trained
    ]
    if frozen:
        names = [part for name in frozen for part in (", ", _named(trace, name))][1:]
        yield ("Kept as they are, not updated: ", *names, ".")
    conventions = [*(row.convention for row in trace.plan.activations), trace.plan.loss.convention]
    yield from ((convention,) for convention in dict.fromkeys(conventions) if convention)


def _index_rule(trace: Trace) -> Iterator[Sentence]:
    """One weight as the example: where it leads from and to, and where it stands in the matrix."""
    scenario = trace.scenario
    for number, layer in enumerate(scenario.layers, 1):
        rows, columns = layer.weights.shape
        if min(rows, columns) > 1:
            row, column = 2, 1
            ends = (column, row) if scenario.orientation == "column" else (row, column)
            sender, receiver = (n + trace.notation.neurons_before(number - 1 + i) for i, n in enumerate(ends))
            weight = Formula(Var(f"W{number}", (), index=(row, column)), trace.notation.leaf)
            start = "input" if number == 1 else "neuron"
            end = "output" if number == scenario.depth else "hidden neuron"
            yield (
                weight, f" leads from {start} {sender} to {end} {receiver}; in ", _named(trace, f"W{number}"),
                f" it stands in row {row}, column {column}.",
            )  # fmt: skip
            return


def _functions(trace: Trace) -> Iterator[Derivation]:
    """Each activation with its definition and derivative, and the loss."""
    scenario, plan = trace.scenario, trace.plan
    seen: set[str] = set()
    for number, (layer, row) in enumerate(zip(scenario.layers, plan.activations, strict=True), 1):
        variant = f"{row.name} {layer.parameters}"
        if variant in seen or row.name == "identity":
            continue
        seen.add(variant)
        yield from _function(trace, row, number)
    loss = plan.equation("L")
    assert loss is not None
    row_of_loss = plan.loss
    shape = () if row_of_loss.elementwise else scenario.y.shape[1:]
    y, a = Var("y", shape), Var(f"a{scenario.depth}", shape)
    of_one = Formula(Var("L" if scenario.y.shape[1] == 1 else "L_terms"), trace.notation.leaf)
    yield Derivation(of_one, (_form(trace, row_of_loss.terms(y, a)),))


def _function(trace: Trace, row: Activation, number: int) -> Iterator[Derivation]:
    size = trace.scenario.units[number]
    slope = trace.plan.equation(f"slope{number}")
    assert slope is not None
    z, a = Var(f"z{number}", (size,)), Var(f"a{number}", (size,))
    applied = row.applied(z)
    target = Formula(a, trace.notation.leaf)
    forms = [_form(trace, applied)]
    if isinstance(applied, Apply) and applied.op.body is not None:
        forms.append(_form(trace, opened(applied)))
    yield Derivation(target, tuple(forms))
    yield Derivation(Formula(apply("partial", Var(a.name), Var(z.name)), trace.notation.leaf),
                     (_form(trace, slope.formula),))  # fmt: skip


def _form(trace: Trace, expr: Any) -> Form:
    return Form("formula", "equals", (Formula(trace.notation.arranged(expr), trace.notation.leaf),))
