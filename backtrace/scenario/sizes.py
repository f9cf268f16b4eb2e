"""Whether the sizes fit: ragged matrices, layers that do not follow on one another, samples that do not fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from backtrace.scenario.flaws import Flaw, Loc
from backtrace.scenario.parts import is_number
from backtrace.scenario.schema import MOST_PARAMETERS, MOST_UNITS
from backtrace.scenario.sound import Sound

_OTHER = {"column": "row", "row": "column"}
_ROW_IS = {"column": "receiving", "row": "sending"}


@dataclass(frozen=True)
class _Sizes:
    """The sizes that are written in a document, None where a part is broken or does not say."""

    shapes: tuple[tuple[int, int] | None, ...]
    units: tuple[int | None, ...]
    biases: tuple[int | None, ...]
    x: tuple[int | None, ...]
    y: tuple[int | None, ...]

    def turned(self, orientation: str, layer: int) -> tuple[int, int] | None:
        """How many neurons the layer of that number has and how many it listens to."""
        shape = self.shapes[layer]
        return shape if shape is None or orientation == "column" else shape[::-1]


def size_flaws(sound: Sound) -> list[Flaw]:
    """Every size that does not fit another, once."""
    layers, samples = range(sound.count("network", "layers")), range(sound.count("data"))
    rows = [sound.lengths(*_layer(i, "weights")) for i in layers]
    flaws = [flaw for i in layers for flaw in _ragged(i, rows[i])]
    sizes = _Sizes(
        shapes=tuple(map(_shape, rows)),
        units=tuple(sound.get(*_layer(i, "units")) for i in layers),
        biases=tuple(_listed(sound, *_layer(i, "biases")) for i in layers),
        x=tuple(sound.length("data", j, "x") for j in samples),
        y=tuple(sound.length("data", j, "y") for j in samples),
    )
    flaws += _too_large(sizes)
    orientation = sound.get("network", "orientation", default="column")
    if orientation not in _OTHER:
        return flaws
    misfits = _misfits(sizes, orientation)
    if misfits and not flaws and not _misfits(sizes, _OTHER[orientation]):
        return [_turned_round(misfits, orientation)]
    return flaws + misfits


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


def _too_large(sizes: _Sizes) -> list[Flaw]:
    flaws = []
    for layer, shape in enumerate(sizes.shapes):
        if shape and max(shape) > MOST_UNITS:
            found = f"{shape[0]:,}×{shape[1]:,} weights"
            flaws.append(Flaw(_layer(layer, "weights"), found, f"at most {MOST_UNITS:,} neurons in a layer"))
    parameters = sum(rows * columns for rows, columns in filter(None, sizes.shapes))
    if parameters > MOST_PARAMETERS:
        flaws.append(Flaw(("network",), f"{parameters:,} weights", f"at most {MOST_PARAMETERS:,} in total"))
    return flaws


def _misfits(sizes: _Sizes, orientation: str) -> list[Flaw]:
    flaws: list[Flaw] = []
    receiver = "row" if orientation == "column" else "column"
    before: int | None = None
    for layer in range(len(sizes.shapes)):
        turned = sizes.turned(orientation, layer)
        if turned is None:
            before = None
            continue
        receivers, senders = turned
        units, biases = sizes.units[layer], sizes.biases[layer]
        if before is not None and senders != before:
            flaws.append(_not_following(layer, turned, before, orientation))
        if units is not None and units != receivers:
            expected = f"{receivers}: the weights have {_counted(receivers, receiver)}"
            flaws.append(Flaw(_layer(layer, "units"), _counted(units, "unit"), expected, "`units` may be left out"))
        if biases is not None and biases != receivers:
            expected = f"{receivers}, one for each {receiver} of the weights"
            flaws.append(Flaw(_layer(layer, "biases"), _counted(biases, "number"), expected))
        before = receivers
    return flaws + _sample_misfits(sizes, orientation)


def _not_following(layer: int, turned: tuple[int, int], before: int, orientation: str) -> Flaw:
    receivers, senders = turned
    remedy = _swap(orientation) if receivers == before else ""
    expected = f"{before}, one for each neuron of layer {layer}"
    return Flaw(_layer(layer, "weights"), _counted(senders, orientation), expected, remedy)


def _swap(orientation: str) -> str:
    return f"in {orientation} orientation a row belongs to a {_ROW_IS[orientation]} neuron: swap rows and columns"


def _sample_misfits(sizes: _Sizes, orientation: str) -> list[Flaw]:
    """Inputs that the first layer does not take, targets that the last one does not give."""
    if not sizes.shapes:
        return []
    first, last = sizes.turned(orientation, 0), sizes.turned(orientation, -1)
    sender, receiver = ("column", "row") if orientation == "column" else ("row", "column")
    flaws = _unequal("x", sizes.x, first and first[1], f"one for each {sender} of layer 1's weights")
    flaws += _unequal("y", sizes.y, last and last[0], f"one for each {receiver} of the last layer's weights")
    remedy = _swap(orientation) if first and set(sizes.x) == {first[0]} and first[0] != first[1] else ""
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
