"""What a document says of where its numbers come from, and how they are drawn anew or stand for themselves again."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from backtrace.scenario.flaws import Loc, at
from backtrace.scenario.named import KINDS


def drawn_anew(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the document in which the numbers that were drawn are to be drawn when it is read."""
    anew: dict[str, Any] = copy.deepcopy(dict(document))
    for name, origin in list(anew.get("origins", {}).items()):
        if "init" in origin:
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


def _place(name: str) -> Loc:
    """Where the numbers of that origin stand."""
    kinds = {letter: kind for kind, letter in KINDS.items()}
    return ("network", "layers", int(name[1:]) - 1, kinds[name[0]]) if name[0] in kinds else (name,)
