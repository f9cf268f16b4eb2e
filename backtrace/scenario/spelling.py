"""How a document says its notation: a profile's name, or a mapping with `base` and what is changed of it.

`difference` says which way target and output are subtracted; every other key is an id, its value a spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backtrace.notation.notation import default_profile
from backtrace.notation.overrides import SPELLING, clashes, keys, respelt, symbol_of
from backtrace.notation.profile import Profile
from backtrace.notation.profiles import PROFILES
from backtrace.notation.symbols import Symbol
from backtrace.scenario.flaws import Flaw, listed, nearest, printable, quoted
from backtrace.scenario.sound import Sound

_FIXED = ("base", "difference")


def profile_of(written: str | Mapping[str, Any] | None, depth: int) -> Profile:
    """The profile that a notation stands for in a network of that depth, without spellings that are refused."""
    base = _base(written, depth)
    profile = respelt(base, _own(written, base, depth), depth)
    difference = written.get("difference") if isinstance(written, Mapping) else None
    return replace(profile, difference=difference) if difference else profile


def notation_flaws(sound: Sound) -> list[Flaw]:
    """A notation made for another depth, ids and spellings that are none, and spellings that mean two things."""
    entries, depth = sound.mapping("notation") or {}, sound.count("network", "layers")
    written = {key: sound.get("notation", key) for key in entries} or sound.get("notation")
    if not written or not depth or (isinstance(written, dict) and written.get("base", "") is None):
        return []
    base = _base(written, depth)
    if base.layers not in (None, depth):
        others = listed((profile.name for profile in PROFILES.values() if profile.layers in (None, depth)), "or")
        found = f"the notation {base.name}, which spells {base.layers} layers"
        loc = ("notation", "base") if isinstance(written, dict) and "base" in written else ("notation",)
        return [Flaw(loc, found, f"one for {depth} layer{'' if depth == 1 else 's'}: {others}")]
    return _flaws_of_spellings(written, base, depth) if isinstance(written, dict) else []


def _flaws_of_spellings(written: Mapping[str, str], base: Profile, depth: int) -> list[Flaw]:
    known, flaws = keys(base, depth), []
    written = {key: text for key, text in written.items() if text is not None}
    for key, text in written.items():
        if key not in (*_FIXED, *known):
            found, expected = f"the unknown key '{printable(key, 60)}'", f"an id: {listed(known, 'or')}"
            flaws.append(Flaw(("notation", key), found, expected, nearest(key, [*_FIXED, *known]), on="key"))
        elif key not in _FIXED and symbol_of(text) is None:
            flaws.append(Flaw(("notation", key), quoted(text), SPELLING))
    own = _own(written, base, depth)
    for ids, spelling in clashes(base, own, depth).items():
        rests = {key: {other: symbol for other, symbol in own.items() if other != key} for key in own}
        culprit = next((key for key, rest in rests.items() if ids not in clashes(base, rest, depth)), next(iter(own)))
        found = f"the spelling '{spelling}' for {ids[0]} and for {ids[1]}"
        flaws.append(Flaw(("notation", culprit), found, "one meaning for each spelling", "spell one of them otherwise"))
    return flaws


def _base(written: str | Mapping[str, str] | None, depth: int) -> Profile:
    name = written.get("base") if isinstance(written, Mapping) else written
    return PROFILES[name or default_profile(depth)]


def _own(written: str | Mapping[str, str] | None, base: Profile, depth: int) -> dict[str, Symbol]:
    """The spellings that are sound, by key."""
    texts = written if isinstance(written, Mapping) else {}
    symbols = {key: symbol_of(text) for key, text in texts.items() if key in keys(base, depth)}
    return {key: symbol for key, symbol in symbols.items() if symbol is not None}
