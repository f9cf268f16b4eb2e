"""Numbers in the place of names and distributions: the same for the same seed, whatever is drawn elsewhere.

Every weight matrix and bias vector has a stream of random numbers of its own, so that a change in one layer leaves the
numbers of the others; a matrix is drawn one receiving neuron after the other in either orientation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backtrace.network.draws import Draws
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.parameters import completed
from backtrace.scenario.flaws import Flaw, Loc, spoken
from backtrace.scenario.named import KINDS, naming
from backtrace.scenario.origins import origin_names
from backtrace.scenario.scenario import Floats
from backtrace.scenario.schema import Document
from backtrace.scenario.sizes import Sizes
from backtrace.scenario.sound import Sound
from backtrace.scenario.sources import InitPart
from backtrace.scenario.variants import parameter_flaws


def init_flaws(sound: Sound) -> list[Flaw]:
    """Parameters that an initialiser does not take, bounds the wrong way round, and a seed that is missing."""
    flaws, drawn = [], []
    for layer in range(sound.count("network", "layers")):
        for kind in KINDS:
            loc: Loc = ("network", "layers", layer, kind)
            written = sound.get(*loc)
            if isinstance(written, dict) and "init" in written:
                row = INITIALISERS[written["init"]]
                here = list(parameter_flaws(loc, written, row.name, row.parameters, ["init"]))
                flaws += here or list(_bounds(loc, written))
                drawn += [loc] if row.distribution.is_random else []
    if drawn and sound.get("seed", default=-1) == -1:
        expected = f"a whole number: {spoken(drawn[0])} are drawn"
        flaws.append(Flaw(("seed",), "no `seed`", expected, "write `seed: 1` at the top of the document", on="holder"))
    return flaws


def _bounds(loc: Loc, written: Mapping[str, Any]) -> Iterator[Flaw]:
    values: Mapping[str, Any] = completed(INITIALISERS[written["init"]].parameters, written)
    if "low" in values and values["low"] > values["high"]:
        key = "low" if "low" in written else "high"
        yield Flaw((*loc, key), f"{values['low']:g} as `low`, {values['high']:g} as `high`", "`low` below `high`")


def with_numbers(document: Document, data: Any) -> tuple[Document, list[Flaw]]:
    """The document, sound as a whole, with numbers for everything that is named or drawn.

    The flaws are those of numbers too large for a double.
    """
    sound = Sound(data, ())
    sizes, flaws, layers = Sizes.of(sound), list[Flaw](), []
    origins = dict(document.origins or {})
    for i, layer in enumerate(document.network.layers):
        numbers = {}
        for kind, letter in KINDS.items():
            written = getattr(layer, kind)
            if isinstance(written, dict):
                numbers[kind] = _named(sound, i, kind, written)
            elif isinstance(written, InitPart):
                assert sizes is not None
                numbers[kind] = _drawn(written, document.seed or 0, i, kind, sizes)
                origins[f"{letter}{i + 1}"] = written
        for kind, array in numbers.items():
            if not np.isfinite(array).all():
                found = "numbers that leave the range of double precision"
                flaws.append(Flaw(("network", "layers", i, kind), found, "a narrower distribution"))
        layers.append(layer.model_copy(update={kind: array.tolist() for kind, array in numbers.items()}))
    network = document.network.model_copy(update={"layers": layers})
    origins = {name: origins[name] for name in origin_names(len(layers)) if name in origins}
    return document.model_copy(update={"network": network, "origins": origins or None}), flaws


def _named(sound: Sound, layer: int, kind: str, written: Mapping[str, float]) -> Floats:
    names = naming(sound, layer, kind)
    assert names is not None
    numbers = np.empty(names.shape)
    for index, value in names.entries(written).items():
        numbers[tuple(i - 1 for i in index)] = value
    return numbers


def _drawn(part: InitPart, seed: int, layer: int, kind: str, sizes: Sizes) -> Floats:
    """The weights of a layer, laid out as the orientation says, or its biases."""
    receivers, senders = sizes.neurons(layer) or 0, sizes.neurons(layer - 1) or 0
    draws = Draws(seed, layer + 1, list(KINDS).index(kind))
    count = receivers * senders if kind == "weights" else receivers
    with np.errstate(all="ignore"):
        numbers = INITIALISERS[part.init].numbers(draws, count, senders, receivers, part.parameters)
    if kind == "biases":
        return numbers
    matrix = numbers.reshape(receivers, senders)
    return matrix if sizes.orientation == "column" else matrix.T
