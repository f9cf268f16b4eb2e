"""Whether what is said of rounding can be done: one kind of places at a time, and none where nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.scenario.flaws import Flaw, Loc
from backtrace.scenario.sound import Sound

ROUNDED_PHASES = ("forward", "loss", "backward", "update")
"""The phases that may be rounded to places of their own."""


def rounding_flaws(sound: Sound) -> list[Flaw]:
    """Places that are said twice or not at all, and rounding beside exact arithmetic."""
    rounding = sound.mapping("rounding")
    if rounding is None:
        return []
    phases = [phase for phase in ROUNDED_PHASES if phase in rounding]
    flaws = [flaw for phase in phases for flaw in _places(sound, ("rounding", phase))]
    flaws += [flaw for flaw in _places(sound, ("rounding",)) if not (phases and flaw.on == "holder")]
    if sound.get("arithmetic") == "exact":
        found = "`rounding` beside `arithmetic: exact`"
        flaws.append(Flaw(("rounding",), found, "one of the two", "remove one", "key"))
    return flaws


def _places(sound: Sound, loc: Loc) -> Iterator[Flaw]:
    said = [key for key in ("decimals", "significant") if key in (sound.mapping(*loc) or {})]
    if not said and sound.get(*loc) is not None:  # a misspelt key is told as such
        yield Flaw((*loc, "decimals"), "no places", "`decimals` or `significant`, a number of digits", on="holder")
    if len(said) > 1:
        yield Flaw((*loc, "significant"), "`significant` beside `decimals`", "one of the two", "remove one", "key")
