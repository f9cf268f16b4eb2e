"""Weights and biases by name: every entry once, by its id (`W1[1,2]`) or as the notation spells it (`w12`)."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property

from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Shape, Var
from backtrace.formula.writing import Language
from backtrace.notation.notation import Notation
from backtrace.scenario.flaws import Flaw, Loc, listed, nearest, printable
from backtrace.scenario.sizes import Sizes
from backtrace.scenario.sound import Sound
from backtrace.scenario.spelling import profile_of

MOST_NAMES = 4096
"""How many entries a parameter may have that is written by name."""

_LANGUAGES: tuple[Language, ...] = ("ascii", "text")

KINDS = {"weights": "W", "biases": "b"}
"""The letter of the id of each kind of parameter."""

Index = tuple[int, ...]


class Naming:
    """The names of the entries of one weight matrix or bias vector."""

    def __init__(self, notation: Notation, name: str) -> None:
        self._notation, self._name, self.shape = notation, name, notation.shapes[name]

    def entries(self, names: Mapping[str, float]) -> dict[Index, float]:
        """The number of every entry that is named."""
        return {self.meanings[key]: value for key, value in _folded(names) if key in self.meanings}

    def flaws(self, names: Mapping[str, float], loc: Loc) -> Iterator[Flaw]:
        """Names that mean nothing, entries that are named twice or not at all."""
        named: dict[Index, str] = {}
        for written, (key, _) in zip(names, _folded(names), strict=True):
            index = self.meanings.get(key)
            if index is None:
                found = f"the unknown name '{printable(written, 60)}'"
                yield Flaw((*loc, written), found, self._expected, nearest(key, self.meanings), on="key")
            elif index in named:
                found = f"'{printable(written, 60)}', which '{named[index]}' has named already"
                yield Flaw((*loc, written), found, "each entry once", "remove one of the two", on="key")
            else:
                named[index] = printable(written, 60)
        missing = [self._spelt(index) for index in indices(self.shape) if index not in named]
        if missing:
            yield Flaw(loc, f"no {listed(missing, 'and')}", f"every entry of {self._name} by name")

    @cached_property
    def meanings(self) -> Mapping[str, Index]:
        """The entry that each name means, folded: raised and lowered signs count as plain ones."""
        found: dict[str, Index] = {}
        for index in indices(self.shape):
            entry = Var(self._name, (), index=index)
            wholes = {self._name, *(self._notation.spell(Var(self._name, self.shape), each) for each in _LANGUAGES)}
            spellings = {self._notation.spell(entry, each) for each in _LANGUAGES}
            spellings |= {f"{whole}{list(index)}" for whole in wholes}
            for spelling in sorted(spellings | (wholes if math.prod(self.shape) == 1 else set())):
                found.setdefault(_fold(spelling), index)
        return found

    def _spelt(self, index: Index) -> str:
        return self._notation.spell(Var(self._name, (), index=index), "ascii")

    @property
    def _expected(self) -> str:
        return f"names of {self._name} such as {listed([self._spelt(index) for index in indices(self.shape)], 'and')}"


def _folded(names: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    return ((_fold(key), value) for key, value in names.items())


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "")


def naming(sound: Sound, layer: int, kind: str) -> Naming | None:
    """The names of a layer's weights or biases; None where what is broken leaves them open."""
    sizes, written = Sizes.of(sound), sound.get("notation", default={})
    if sizes is None or written is None:
        return None
    depth = len(sizes.shapes)
    units = [sizes.neurons(number) for number in range(-1, layer + 1)]
    if None in units:
        return None
    known = [unit or 1 for unit in units] + [1] * (depth - layer - 1)
    shapes: dict[str, Shape] = {"x": (known[0],)}
    for number in range(1, depth + 1):
        senders, receivers = known[number - 1 : number + 1]
        shape = (receivers, senders) if sizes.orientation == "column" else (senders, receivers)
        shapes |= {f"W{number}": shape, f"b{number}": (receivers,), f"z{number}": (receivers,)}
    notation = Notation(profile_of(written, depth), depth, sizes.orientation == "row", shapes)
    return Naming(notation, f"{KINDS[kind]}{layer + 1}")


def name_flaws(sound: Sound) -> list[Flaw]:
    """Every wrong, missing or repeated name of an entry."""
    flaws: list[Flaw] = []
    for layer in range(sound.count("network", "layers")):
        for kind in KINDS:
            loc = ("network", "layers", layer, kind)
            names = sound.get(*loc)
            if not isinstance(names, dict) or "init" in names or "file" in names:
                continue
            found = naming(sound, layer, kind)
            if found and math.prod(found.shape) > MOST_NAMES:
                many = f"{math.prod(found.shape):,} entries by name"
                flaws.append(Flaw(loc, many, f"at most {MOST_NAMES:,}", "write them in rows or in a file"))
            elif found:
                flaws += found.flaws(names, loc)
    return flaws
