"""Whether the sizes fit: ragged matrices, layers that do not follow on one another, samples that do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backtrace.scenario.flaws import Flaw, Loc
from backtrace.scenario.parts import is_number
from backtrace.scenario.schema import MOST_PARAMETERS, MOST_UNITS
from backtrace.scenario.sound import Sound
from backtrace.scenario.sources import kind_of_mapping

_OTHER = {"column": "row", "row": "column"}
_ROW_IS = {"column": "receiving", "row": "sending"}


@dataclass(frozen=True)
class Sizes:
    """The sizes that are written in a document, None where a part is broken or does not say.

    `made` are the layers whose weights are drawn or named, so that they take any shape; `loaded` those whose weights
    come out of a file.
    """

    orientation: str
    shapes: tuple[tuple[int, int] | None, ...]
    made: frozenset[int]
    loaded: frozenset[int]
    units: tuple[int | None, ...]
    biases: tuple[int | None, ...]
    x: tuple[int | None, ...]
    y: tuple[int | None, ...]

    @classmethod
    def of(cls, sound: Sound) -> Sizes | None:
        """The sizes of a document, None where its orientation is broken."""
        layers, samples = range(sound.count("network", "layers")), range(sound.count("data"))
        orientation = sound.get("network", "orientation", default="column")
        if orientation not in _OTHER:
            return None
        return cls(
            orientation=orientation,
            shapes=tuple(_shape(sound.lengths(*_layer(i, "weights"))) for i in layers),
            made=frozenset(i for i in layers if _is_made(sound.mapping(*_layer(i, "weights")))),
            loaded=frozenset(i for i in layers if "file" in (sound.get("origins", f"W{i + 1}") or ())),
            units=tuple(sound.get(*_layer(i, "units")) for i in layers),
            biases=tuple(_listed(sound, *_layer(i, "biases")) for i in layers),
            x=tuple(sound.length("data", j, "x") for j in samples),
            y=tuple(sound.length("data", j, "y") for j in samples),
        )

    def turned(self, layer: int) -> tuple[int, int] | None:
        """How many neurons the layer has and how many it listens to, as its rows say."""
        shape = self.shapes[layer]
        return shape if shape is None or self.orientation == "column" else shape[::-1]

    def neurons(self, layer: int) -> int | None:
        """How many neurons the layer has; layer −1 is the input."""
        if layer < 0:
            first = self.turned(0) if self.shapes else None
            return first[1] if first else next((length for length in self.x if length is not None), None)
        turned = self.turned(layer)
        if layer in self.made or (layer in self.loaded and self.units[layer] is not None):
            return self.units[layer]
        return turned[0] if turned else None


def size_flaws(sound: Sound) -> list[Flaw]:
    """Every size that does not fit another, once."""
    layers = range(sound.count("network", "layers"))
    flaws = [flaw for i in layers for flaw in _ragged(i, sound.lengths(*_layer(i, "weights")))]
    sizes = Sizes.of(sound)
    if sizes is None:
        return flaws
    flaws += _too_large(sizes)
    misfits = _misfits(sizes)
    other = replace(sizes, orientation=_OTHER[sizes.orientation])
    if misfits and not flaws and not _misfits(other):
        return [_turned_round(misfits, sizes.orientation)]
    return flaws + _without_units(sound, sizes) + misfits


def _without_units(sound: Sound, sizes: Sizes) -> list[Flaw]:
    """Weights that are drawn or named do not say how many neurons their layer has."""
    expected = "the number of neurons, as the weights are not written in rows"
    return [
        Flaw(_layer(i, "units"), "no `units`", expected, on="holder")
        for i in sorted(sizes.made)
        if sizes.units[i] is None and sound.get(*_layer(i, "units"), default=0) == 0
    ]


def _is_made(written: Mapping[str, Any] | None) -> bool:
    return written is not None and kind_of_mapping(written) != "of file"


def _listed(sound: Sound, *loc: str | int) -> int | None:
    """How many biases are listed; one number for all does not say."""
    return None if is_number(sound.get(*loc)) else sound.length(*loc)


def _shape(rows: list[int | None]) -> tuple[int, int] | None:
    first = rows[0] if rows else None
    return (len(rows), first) if first and rows.count(first) == len(rows) else None


def _ragged(layer: int, rows: list[int | None]) -> list[Flaw]:
    """Rows that are longer or shorter than most; the first row decides where it is even."""
    known = Counter(length for length in rows if length is not None)
    usual = known.most_common(1)[0][0] if known else None
    return [
        Flaw(_layer(layer, "weights", row), _counted(length, "number"), f"{usual}, as in the other rows")
        for row, length in enumerate(rows)
        if length not in (None, usual)
    ]


def _too_large(sizes: Sizes) -> list[Flaw]:
    flaws, parameters = [], 0
    for layer, shape in enumerate(sizes.shapes):
        made = sizes.neurons(layer), sizes.neurons(layer - 1)
        rows, columns = shape or (made[0] or 0, made[1] or 0)
        parameters += rows * columns
        if max(rows, columns) > MOST_UNITS and (shape or layer in sizes.made):
            found = f"{rows:,}×{columns:,} weights"
            flaws.append(Flaw(_layer(layer, "weights"), found, f"at most {MOST_UNITS:,} neurons in a layer"))
    if parameters > MOST_PARAMETERS:
        flaws.append(Flaw(("network",), f"{parameters:,} weights", f"at most {MOST_PARAMETERS:,} in total"))
    return flaws


def _misfits(sizes: Sizes) -> list[Flaw]:
    flaws: list[Flaw] = []
    receiver = "row" if sizes.orientation == "column" else "column"
    before: int | None = None
    for layer in range(len(sizes.shapes)):
        turned, units, biases = sizes.turned(layer), sizes.units[layer], sizes.biases[layer]
        receivers = sizes.neurons(layer)
        if turned and layer in sizes.loaded and turned != (units or turned[0], before or turned[1]):
            flaws.append(_of_another_shape(sizes, layer, (units or turned[0], before or turned[1])))
        elif turned:
            if before is not None and turned[1] != before:
                flaws.append(_not_following(layer, turned, before, sizes.orientation))
            if units is not None and units != turned[0]:
                expected = f"{turned[0]}: the weights have {_counted(turned[0], receiver)}"
                flaws.append(Flaw(_layer(layer, "units"), _counted(units, "unit"), expected, "`units` may be left out"))
        if None not in (biases, receivers) and biases != receivers:
            as_rows = turned is not None and turned[0] == receivers
            why = f"one for each {receiver} of the weights" if as_rows else "the layer's `units`"
            flaws.append(Flaw(_layer(layer, "biases"), _counted(biases or 0, "number"), f"{receivers}, {why}"))
        before = receivers
    return flaws + _sample_misfits(sizes)


def _of_another_shape(sizes: Sizes, layer: int, turned: tuple[int, int]) -> Flaw:
    """An array out of a file that does not fit its place: told with both shapes."""
    rows, columns = sizes.shapes[layer] or (0, 0)
    fitting = turned if sizes.orientation == "column" else turned[::-1]
    expected = f"{fitting[0]}×{fitting[1]}: {_counted(turned[0], 'neuron')} listening to {turned[1]}"
    remedy = _swap(sizes.orientation) if fitting == (columns, rows) else ""
    return Flaw(_layer(layer, "weights"), f"an array of shape {rows}×{columns}", expected, remedy)


def _not_following(layer: int, turned: tuple[int, int], before: int, orientation: str) -> Flaw:
    receivers, senders = turned
    remedy = _swap(orientation) if receivers == before else ""
    expected = f"{before}, one for each neuron of layer {layer}"
    return Flaw(_layer(layer, "weights"), _counted(senders, orientation), expected, remedy)


def _swap(orientation: str) -> str:
    return f"in {orientation} orientation a row belongs to a {_ROW_IS[orientation]} neuron: swap rows and columns"


def _sample_misfits(sizes: Sizes) -> list[Flaw]:
    """Inputs that the first layer does not take, targets that the last one does not give."""
    if not sizes.shapes:
        return []
    first, last = sizes.turned(0), len(sizes.shapes) - 1
    sender, receiver = ("column", "row") if sizes.orientation == "column" else ("row", "column")
    why = (
        "the `units` of the last layer"
        if last in sizes.made
        else f"one for each {receiver} of the last layer's weights"
    )
    flaws = _unequal("x", sizes.x, first and first[1], f"one for each {sender} of layer 1's weights")
    flaws += _unequal("y", sizes.y, sizes.neurons(last), why)
    remedy = _swap(sizes.orientation) if first and set(sizes.x) == {first[0]} and first[0] != first[1] else ""
    return [replace(flaw, remedy=remedy) if flaw.loc[-1] == "x" else flaw for flaw in flaws]


def _unequal(key: str, lengths: tuple[int | None, ...], asked: int | None, why: str) -> list[Flaw]:
    """Samples of another size than the network asks for, or than the first sample where it does not say."""
    known = [length for length in lengths if length is not None]
    if asked is None and known:
        asked, why = known[0], "as in the first sample"
    wrong = [j for j, length in enumerate(lengths) if length is not None and length != asked]
    if len(set(known)) == 1 and len(wrong) == len(lengths) > 1:
        found = f"{_counted(known[0], 'number')}, as in every sample"
        return [Flaw(("data", 0, key), found, f"{asked}, {why}")]
    return [Flaw(("data", j, key), _counted(lengths[j] or 0, "number"), f"{asked}, {why}") for j in wrong]


def _turned_round(misfits: list[Flaw], orientation: str) -> Flaw:
    """All matrices are written the other way round: said once."""
    other = _OTHER[orientation]
    layer = next((flaw.loc[2] for flaw in misfits if flaw.loc[0] == "network"), 0)
    return Flaw(
        ("network", "layers", layer, "weights"),
        f"matrices that fit with one row per {_ROW_IS[other]} neuron",
        f"one row per {_ROW_IS[orientation]} neuron ({orientation} orientation)",
        f"say `orientation: {other}` under `network`, or swap rows and columns",
    )


def _layer(layer: int, key: str, *row: int) -> Loc:
    return ("network", "layers", layer, key, *row)


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"
