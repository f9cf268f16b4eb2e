"""The door for Python: a scenario from arrays and keywords, and a scenario with some of them changed.

A keyword is the key that the file would have; what it says goes through the same checks as a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from backtrace.errors import InputError, Problem
from backtrace.notation.notation import default_profile
from backtrace.scenario.building import built, refused
from backtrace.scenario.flaws import listed, nearest, printable
from backtrace.scenario.origins import drawn_anew, forget
from backtrace.scenario.parts import Part
from backtrace.scenario.scenario import Scenario
from backtrace.scenario.schema import DisplayPart, Document, NetworkPart, TrainingPart

_SECTIONS: dict[str, type[Part]] = {"network": NetworkPart, "training": TrainingPart, "display": DisplayPart}
_OWN = ("weights", "biases", "x", "y", "activation", "units", "train")
_HOMES = dict.fromkeys(_OWN, "network") | {"x": "data", "y": "data"}
_ABSENT = object()


def scenario(
    *,
    weights: Any,
    x: Any,
    y: Any,
    biases: Any = None,
    activation: Any = "identity",
    units: Any = None,
    train: Any = None,
    **settings: Any,
) -> Scenario:
    """The scenario that the arguments describe.

    `weights` holds one matrix per layer; `biases` one entry per layer (a list, one number for all, or None), or is
    None for no biases at all. Either may be a mapping as in the file, such as {"init": "he_normal"}, in place of a
    layer's numbers or for all layers; `units` then says how many neurons each layer has. `activation` and `train` are
    one value for every layer or one per layer; `train` is true, false or {"weights": …, "biases": …}. `x` and `y` of
    shape (n,) are one sample, of shape (N, n) several.
    Every other keyword is a key of the file: learning_rate (which has no default), loss, optimizer, epochs,
    batch_size, orientation, notation, decimals, title … None stands for the default.

    Raises InputError with every problem.
    """
    known = {key: value for key, value in settings.items() if value is not None}
    unknown = [key for key in known if key not in keywords()]
    if unknown:
        raise InputError([_unknown(key) for key in unknown])
    document: dict[str, Any] = {"network": {}, "training": {}, "display": {}}
    for key, value in known.items():
        section = keywords()[key]
        (document[section] if section else document)[key] = _plain(value)
    document["network"]["layers"] = _layers(weights, biases, activation, units, train)
    document["data"] = _samples(_plain(x), _plain(y))
    return built(document, (), refused)


def changed(original: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with the arguments of `scenario` that are in `changes`, checked anew. Raises InputError."""
    document = drawn_anew(original.document, [(_HOMES.get(key) or keywords().get(key) or key,) for key in changes])
    for key in changes.keys() & {"weights", "biases"}:
        for layer in range(original.depth):
            forget(document, ("network", "layers", layer, key))
    if changes.keys() & {"x", "y"}:
        forget(document, ("data",))
    arguments = _arguments(document) | ({"units": None} if "weights" in changes else {})
    return scenario(**{**arguments, **changes})


def _arguments(document: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that make the document; a notation that follows from the depth is left to follow from it."""
    layers = document["network"]["layers"]
    arguments = {key: (document[home] if home else document).get(key) for key, home in keywords().items()}
    if document["notation"] == default_profile(len(layers)):
        arguments["notation"] = None
    for key in ("weights", "biases", "activation", "train"):
        arguments[key] = [layer[key] for layer in layers]
    arguments["units"] = [layer["units"] if isinstance(layer["weights"], dict) else None for layer in layers]
    for key in ("x", "y"):
        arguments[key] = [sample[key] for sample in document["data"]]
    return arguments


def keywords() -> dict[str, str]:
    """The section of the document that each keyword belongs to; empty for the top."""
    homes = {key: "" for key in Document.model_fields if key not in (*_SECTIONS, "data")}
    return homes | {key: section for section, part in _SECTIONS.items() for key in part.model_fields if key != "layers"}


def _unknown(key: str) -> Problem:
    known = [*_OWN, *keywords()]
    return Problem(f"the unknown argument '{printable(key, 60)}'", listed(known, "or"), nearest(key, known))


def _plain(value: Any) -> Any:
    """Arrays, tuples and mappings as lists and dicts."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else value


def _layers(weights: Any, biases: Any, activation: Any, units: Any, train: Any) -> Any:
    sizes = _list(units)
    if isinstance(weights, Mapping) and isinstance(sizes, list):
        matrices = [weights] * len(sizes)
    else:
        matrices = _list(weights) if isinstance(weights, list | tuple | np.ndarray) else [weights]
    depth = len(matrices)
    columns = {
        "biases": _per_layer("biases", "none" if biases is None else _list(biases), depth),
        "activation": _per_layer("activation", _list(activation), depth),
        "units": _per_layer("units", sizes, depth),
        "train": _per_layer("train", True if train is None else _list(train), depth),
    }
    layers = []
    for matrix, bias, name, size, trained in zip(matrices, *columns.values(), strict=True):
        parts = {"weights": trained, "biases": trained} if isinstance(trained, bool) else trained
        written = {"weights": matrix, "biases": "none" if bias is None else bias, "activation": name}
        layers.append(_plain(written | {"train": parts} | ({} if size is None else {"units": size})))
    return layers


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple | np.ndarray) else value


def _per_layer(key: str, value: Any, depth: int) -> Sequence[Any]:
    """One value for each layer. Raises InputError where a list has another length."""
    if not isinstance(value, list):
        return [value] * depth
    if len(value) != depth:
        raise InputError(
            [Problem(f"{len(value)} for {depth} layer{'' if depth == 1 else 's'}", "one for each layer", path=key)]
        )
    return value


def _samples(x: Any, y: Any) -> list[dict[str, Any]]:
    """Samples from inputs and targets; a flat y beside N inputs gives one target to each."""
    xs = x if _nested(x) else [x]
    flat_targets = _nested(x) and isinstance(y, list) and not _nested(y) and len(y) == len(xs)
    ys = y if _nested(y) or flat_targets else [y]
    return [dict(_given(x=a, y=b)) for a, b in zip_longest(xs, ys, fillvalue=_ABSENT)]


def _nested(values: Any) -> bool:
    return isinstance(values, list) and any(isinstance(entry, list) for entry in values)


def _given(**entries: Any) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in entries.items() if value is not _ABSENT)
