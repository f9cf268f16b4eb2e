"""Whether what is said of rounding can be done: one kind of places at a time, and none where nothing is rounded."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.scenario.flaws import Flaw, Loc
from backtrace.scenario.sound import Sound

ROUNDED_PHASES = ("forward", "loss", "backward", "update")
"""The phases that may be rounded to places of their own."""


def rounding_flaws(sound: Sound) -> list[Flaw]:
    """Places that are said twice or not at all, and rounding beside exact arithmetic."""
    rounding = sound.get("rounding")
    if not isinstance(rounding, dict):
        return []
    flaws = [flaw for phase in ROUNDED_PHASES if phase in rounding for flaw in _places(sound, ("rounding", phase))]
    by_phase = any(phase in rounding for phase in ROUNDED_PHASES)
    flaws += [flaw for flaw in _places(sound, ("rounding",)) if not (by_phase and flaw.on == "holder")]
    if sound.get("arithmetic") == "exact":
        flaws.append(Flaw(("rounding",), "`rounding` beside `arithmetic: exact`", "one of the two", "remove one", "key"))
    return flaws


def _places(sound: Sound, loc: Loc) -> Iterator[Flaw]:
    said = [key for key in ("decimals", "significant") if key in (sound.get(*loc) or {})]
    if not said:
        yield Flaw((*loc, "decimals"), "no places", "`decimals` or `significant`, a number of digits", on="holder")
    if len(said) > 1:
        yield Flaw((*loc, "significant"), "`significant` beside `decimals`", "one of the two", "remove one", "key")
