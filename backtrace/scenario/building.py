"""From plain data to a scenario: checked as a whole, with every default worked out and every array read-only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from backtrace.errors import InputError, Place, Problem
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import completed
from backtrace.network.schedules import SCHEDULES
from backtrace.notation.notation import default_profile
from backtrace.scenario.checks import flaws_of_whole
from backtrace.scenario.drawing import with_numbers
from backtrace.scenario.files import with_files
from backtrace.scenario.flaws import Flaw
from backtrace.scenario.messages import flaws_in
from backtrace.scenario.parts import Part, Variant
from backtrace.scenario.rounding import ROUNDED_PHASES
from backtrace.scenario.scenario import Floats, Keep, Layer, Places, Rates, Rounding, Scenario
from backtrace.scenario.schema import (
    Document,
    KeepPart,
    LayerPart,
    NotationPart,
    PlacesPart,
    RatesPart,
    RoundingPart,
)
from backtrace.scenario.spelling import profile_of

MOST_PROBLEMS = 100
"""How many problems are told."""

MOST_FLAWS = 1000
"""With so many, the search for more is given up."""


def built(
    data: Any, flaws: Sequence[Flaw], refuse: Callable[[Iterable[Flaw]], InputError], folder: Path | None = None
) -> Scenario:
    """The scenario that the data describes; `flaws` are those of reading it.

    Files that it names are looked for in the folder, or in the working directory. Raises what `refuse` makes of all
    flaws, of reading, of files, of single values and of the whole.
    """
    document: Document | None = None
    filled = with_files(data, folder or Path())
    found = [*flaws, *filled.flaws]
    try:
        document = Document.model_validate(filled.data)
    except ValidationError as error:
        found += flaws_in(error, filled.data, MOST_FLAWS)
    if len(found) < MOST_FLAWS:
        found += flaws_of_whole(filled.data, [flaw.loc for flaw in found])
    if not found and document is not None:
        document, found = with_numbers(document, filled.data)
    if found or document is None:
        raise refuse(found)
    return _scenario(document)


def refused(flaws: Iterable[Flaw], place: Callable[[Flaw], Place | None] = lambda _: None) -> InputError:
    """The error with all flaws in their order, or the first hundred; by themselves they have no place in a file."""
    found = list(flaws)
    more = [Problem("and more problems")] if len(found) > MOST_PROBLEMS else []
    return InputError([*(flaw.problem(place(flaw)) for flaw in found[:MOST_PROBLEMS]), *more])


def _scenario(document: Document) -> Scenario:
    network, loss, training = document.network, document.loss, document.training
    layers = tuple(_layer(part, network.orientation) for part in network.layers)
    data: Any = document.data
    outputs = loss.outputs or LOSSES[loss.name].outputs
    notation = _notation(document.notation, len(layers))
    return Scenario(
        layers=layers,
        x=_frozen([sample.x for sample in data]),
        y=_frozen([sample.y for sample in data]),
        loss=loss.name,
        loss_outputs=outputs,
        loss_batch=loss.batch,
        loss_parameters=completed(LOSSES[loss.name].parameters, loss.parameters),
        l2=document.l2,
        optimizer=training.optimizer.name,
        optimizer_parameters=completed(OPTIMIZERS[training.optimizer.name].parameters, training.optimizer.parameters),
        learning_rate=_first_rate(training.learning_rate),
        rates=_rates(training.learning_rate),
        epochs=training.epochs,
        batch_size=len(data) if training.batch_size == "all" else training.batch_size,
        order=tuple(tuple(number - 1 for number in batch) for batch in training.order or ()),
        shuffle=training.shuffle,
        until=training.until.loss if training.until else None,
        keep=_keep(document.keep),
        rounding=_rounding(document.rounding),
        arithmetic=document.arithmetic,
        seed=document.seed,
        orientation=network.orientation,
        notation=profile_of(notation, len(layers)),
        decimals=document.display.decimals,
        title=document.title,
        description=document.description,
        source=document.source,
        links=tuple(document.links),
        notes=dict(document.notes),
        document=_completed(document, layers, notation),
    )


def _frozen(numbers: Any) -> Floats:
    array = np.array(numbers, dtype=np.float64)
    array.setflags(write=False)
    return array


def _layer(part: LayerPart, orientation: str) -> Layer:
    weights = _frozen(part.weights)
    units = weights.shape[0 if orientation == "column" else 1]
    biases = None if part.biases == "none" else _frozen(np.broadcast_to(np.array(part.biases, np.float64), (units,)))
    parameters = completed(ACTIVATIONS[part.activation.name].parameters, part.activation.parameters)
    return Layer(part.activation.name, weights, biases, part.train.weights, part.train.biases, parameters)


def _first_rate(rate: float | RatesPart) -> float:
    if not isinstance(rate, RatesPart):
        return rate
    return rate.values[0] if rate.values else rate.initial


def _rates(rate: float | RatesPart) -> Rates | None:
    if not isinstance(rate, RatesPart):
        return None
    parameters = completed(SCHEDULES[rate.schedule].parameters, rate.parameters) if not rate.values else {}
    return Rates(rate.schedule, parameters, tuple(rate.values or ()), rate.per)


def _rounding(part: RoundingPart | None) -> Rounding | None:
    if part is None:
        return None
    phases = {phase: _places(getattr(part, phase)) for phase in ROUNDED_PHASES}
    return Rounding(_places(part), part.mode, {phase: places for phase, places in phases.items() if places})


def _places(part: PlacesPart | None) -> Places | None:
    if part is None or (part.decimals is None and part.significant is None):
        return None
    return Places(part.decimals, part.significant)


def _keep(part: KeepPart) -> Keep:
    every = {"all": 1, "last": 0}[part.updates] if isinstance(part.updates, str) else part.updates.every
    return Keep(every, part.per_sample_gradients)


def _notation(part: NotationPart | None, depth: int) -> str | dict[str, str]:
    """The notation's name, in a mapping where the scenario changes it."""
    said = _written_out(part) | part.__pydantic_extra__ if part else {}
    said = {"base": default_profile(depth)} | said
    return said if len(said) > 1 else said["base"]


def _completed(document: Document, layers: Sequence[Layer], notation: str | dict[str, str]) -> dict[str, Any]:
    """The document in full: what the schema defaults, and what is worked out from the rest."""
    full: dict[str, Any] = _written_out(document)
    across = 0 if document.network.orientation == "column" else 1
    full["network"]["layers"] = [
        {"units": layer.weights.shape[across]}
        | written
        | {"biases": "none" if layer.biases is None else layer.biases.tolist()}
        for written, layer in zip(full["network"]["layers"], layers, strict=True)
    ]
    row = LOSSES[document.loss.name]
    if row.outputs_free:
        full["loss"]["outputs"] = document.loss.outputs or row.outputs
        full["loss"] = {key: full["loss"][key] for key in ("name", "outputs", "batch")} | full["loss"]
    if document.training.order:
        del full["training"]["batch_size"]
    full["notation"] = notation
    return _in_order(document, full)


def _in_order(part: Part, values: dict[str, Any]) -> dict[str, Any]:
    """The values in the order of the schema's keys."""
    return {key: values[key] for key in type(part).model_fields if key in values}


def _written_out(part: Any) -> Any:
    """A part as plain data, its keys in the schema's order, without the defaults that are worked out later."""
    if isinstance(part, Variant):
        return _variant(part)
    if isinstance(part, Part):
        values = {key: getattr(part, key) for key in type(part).model_fields}
        return {key: _written_out(value) for key, value in values.items() if value is not None}
    if isinstance(part, list):
        is_row = bool(part) and isinstance(part[0], float)  # millions of numbers are not looked at one by one
        return list(part) if is_row else [_written_out(entry) for entry in part]
    return {key: _written_out(value) for key, value in part.items()} if isinstance(part, dict) else part


def _variant(part: Variant) -> Any:
    """A variant with every parameter written out; by its name alone where there is nothing else to say."""
    fixed = {key: _written_out(getattr(part, key)) for key in type(part).model_fields}
    row = part.table.get(fixed[part.named_by])
    values = {key: value for key, value in fixed.items() if value is not None}
    values |= completed(row.parameters, part.parameters) if row else {}
    is_longer = len(type(part).model_fields) > 1 or len(values) > 1 or part.named_by != "name"
    return values if is_longer else values[part.named_by]
