"""A document without its broken parts, so that what is sound can be checked while the rest is refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backtrace.scenario.flaws import Loc, at
from backtrace.scenario.parts import is_number


class Sound:
    """Looks values up in a document of which the parts at `broken` cannot be trusted."""

    def __init__(self, data: Any, broken: Iterable[Loc]) -> None:
        self._data = data
        self._broken = set(broken)
        self._around = {loc[:depth] for loc in self._broken for depth in range(len(loc) + 1)}

    def get(self, *loc: str | int, default: Any = None) -> Any:
        """The value there; `default` where the key is left out; None where it, or anything in it, is broken."""
        if loc in self._around or self._is_broken(loc):
            return None
        value, reached = at(self._data, loc)
        return value if reached == loc else default

    def lengths(self, *loc: str | int) -> list[int | None]:
        """The length of each entry of the list there, None for an entry that is no list or is broken as a whole."""
        entries = self._whole(loc)
        if not isinstance(entries, list):
            return []
        return [
            len(entry) if isinstance(entry, list) and (*loc, i) not in self._broken else None
            for i, entry in enumerate(entries)
        ]

    def length(self, *loc: str | int) -> int | None:
        """The length of the list there, entries that are broken included; 1 for a number, otherwise None."""
        value = self._whole(loc)
        return len(value) if isinstance(value, list) else 1 if is_number(value) else None

    def mapping(self, *loc: str | int) -> dict[str, Any] | None:
        """The mapping there, whatever is wrong inside it; None where there is none."""
        value, reached = at(self._data, loc)
        return value if reached == loc and isinstance(value, dict) else None

    def _whole(self, loc: Loc) -> Any:
        """The value there, whatever is wrong inside it; None where it is itself broken or missing."""
        value, reached = at(self._data, loc)
        return value if reached == loc and not self._is_broken(loc) else None

    def _is_broken(self, loc: Loc) -> bool:
        return any(loc[:depth] in self._broken for depth in range(len(loc) + 1))

    def count(self, *loc: str | int) -> int:
        """How many entries the list there has, sound or not; 0 where there is no list."""
        value, reached = at(self._data, loc)
        return len(value) if reached == loc and isinstance(value, list) else 0
