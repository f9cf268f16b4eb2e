"""What a document says of where its numbers come from, and how they are drawn anew or stand for themselves again."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from backtrace.scenario.flaws import Flaw, Loc, at, listed, printable, quoted
from backtrace.scenario.named import KINDS
from backtrace.scenario.sound import Sound

_DRAWN_FROM = ("seed", "network", "data")


def drawn_anew(document: Mapping[str, Any], paths: Iterable[Loc]) -> dict[str, Any]:
    """A copy of the document in which the numbers that were drawn are to be drawn when it is read.

    They stay as they are where none of the paths, which are about to be changed, leads to what a draw depends on.
    """
    anew: dict[str, Any] = copy.deepcopy(dict(document))
    depends = any(path[0] in _DRAWN_FROM for path in paths)
    for name, origin in list(anew.get("origins", {}).items()):
        if depends and "init" in origin:
            *way, kind = _place(name)
            forget(anew, (*way, kind))
            at(anew, tuple(way))[0][kind] = origin
    return anew


def forget(document: dict[str, Any], path: Loc) -> None:
    """Drop the origins of numbers at, around or within the path, because they are replaced."""
    origins: dict[str, Any] = document.get("origins", {})
    for name in list(origins):
        place = _place(name)
        if path[: len(place)] == place or place[: len(path)] == path:
            del origins[name]
    if not origins:
        document.pop("origins", None)


def is_drawn_entry(document: Mapping[str, Any], path: Loc) -> bool:
    """Whether the path leads to a single number, or a row, of a matrix that is to be drawn."""
    depth = len(_place("W1"))
    value, reached = at(document, path[:depth])
    is_drawn = reached == path[:depth] and isinstance(value, dict) and "init" in value
    return is_drawn and len(path) > depth and isinstance(path[depth], int)


def origin_names(depth: int) -> list[str]:
    """What may have an origin in a network with so many layers of weights, in order."""
    return [f"{letter}{number}" for number in range(1, depth + 1) for letter in KINDS.values()] + ["data"]


def origin_flaws(sound: Sound) -> list[Flaw]:
    """Origins of numbers that the network does not have, and samples and parameters taken for one another."""
    depth, flaws = sound.count("network", "layers"), []
    known = origin_names(depth)
    for name, origin in (sound.mapping("origins") or {}).items():
        loc = ("origins", name)
        if depth and name not in known:
            flaws.append(Flaw(loc, f"the unknown id '{printable(name, 60)}'", listed(known, "or"), on="key"))
        elif isinstance(origin, dict) and (name == "data") != ("inputs" in origin):
            expected = "file, inputs and targets" if name == "data" else "a mapping with init or file"
            flaws.append(Flaw(loc, quoted(origin), expected))
    return flaws


def _place(name: str) -> Loc:
    """Where the numbers of that origin stand."""
    kinds = {letter: kind for kind, letter in KINDS.items()}
    return ("network", "layers", int(name[1:]) - 1, kinds[name[0]]) if name[0] in kinds else (name,)
