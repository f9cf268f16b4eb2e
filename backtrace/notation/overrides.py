"""Spellings of a scenario's own on top of a profile: how one is written, and that none means two things.

A spelling is a letter (Latin or Greek) or a word, with an accent where wanted (ŷ, y_hat or y^; bar and tilde alike)
and a superscript (b^h or bʰ, W^(1), W^[1]). Indices and layers' numbers are the notation's own.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from backtrace.formula.expr import Shape
from backtrace.formula.writing import Language
from backtrace.notation.notation import Notation
from backtrace.notation.profile import ENTRIES, Profile
from backtrace.notation.symbols import ACCENTS, RAISED, Symbol

SPELLING = "a letter or a word, with an accent or a superscript where wanted: ω, net, ŷ, y_hat, b^h"
"""What a spelling is, in a sentence about one that is not."""

_GREEK = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ"  # those that LaTeX has a name for
_MARKS = (
    {mark: accent for accent, mark in ACCENTS.items()} | {f"_{accent}": accent for accent in ACCENTS} | {"^": "hat"}
)
_LOWER = {raised: plain for plain, raised in RAISED.items()}
_SUPERSCRIPT = re.compile(f"[{''.join(_LOWER)}]+$")
_WRITTEN = re.compile(
    rf"(?P<letter>[A-Za-z]{{1,20}}|[{_GREEK}])"
    rf"(?P<mark>[{''.join(ACCENTS.values())}]|_hat|_bar|_tilde|\^$)?"
    r"(\^(?P<above>[A-Za-z0-9]{1,12}|\(\d{1,3}\)|\[\d{1,3}\]))?"
)
_TWO_DIGITS = 12
_FAMILIES = {"W": "W", "b": "b", "z": "z", "a": "a", "delta": "dL_dz"}


def symbol_of(text: str) -> Symbol | None:
    """The symbol that a spelling stands for; None where it is not one."""
    lowered = _SUPERSCRIPT.sub(lambda raised: "^" + "".join(map(_LOWER.__getitem__, raised[0])), text)
    written = _WRITTEN.fullmatch(unicodedata.normalize("NFD", lowered))
    if written is None:
        return None
    accent = _MARKS[written["mark"]] if written["mark"] else ""
    return Symbol(written["letter"], accent=accent, above=written["above"] or "")


def respelt(profile: Profile, own: Mapping[str, Symbol], depth: int) -> Profile:
    """The profile with the spellings of `own`, by id, for a network with so many layers of weights.

    `W`, `b`, `z`, `a` and `delta`, the error signals, change the letter of every layer and leave its number.
    """
    symbols, ids = dict(profile.symbols), _ids(profile, depth)
    for key, given in own.items():
        row, in_ascii = f"a{depth}" if key == "aK" else key, given.spell("ascii")
        runs_into_id = any(re.fullmatch(rf"{re.escape(in_ascii)}\d+", each) for each in ids)
        symbol = replace(given, apart=runs_into_id)
        if key in _FAMILIES:
            symbols |= _family(profile, _FAMILIES[key], symbol)
        else:
            is_other_id = in_ascii in ids and in_ascii != row and not given.above
            symbols[row] = replace(symbol, plain=row if is_other_id else "")
            symbols.pop(row + ENTRIES, None)
    return replace(profile, symbols=symbols)


def _family(profile: Profile, prefix: str, symbol: Symbol) -> dict[str, Symbol]:
    """The rows of that letter in every layer, with another letter."""
    rows = re.compile(rf"{prefix}(\{{l\}}|\d+)(\[\])?")
    found = {row: each for row, each in profile.symbols.items() if rows.fullmatch(row)}
    small = [row for row, each in found.items() if row.endswith(ENTRIES) and each == each.of_entry() and prefix == "W"]
    return {row: _other_letter(each, symbol.of_entry() if row in small else symbol) for row, each in found.items()}


def _other_letter(row: Symbol, symbol: Symbol) -> Symbol:
    """The symbol with the row's label and index, and with its superscript if it has none of its own."""
    return replace(symbol, above=symbol.above or row.above, label=row.label, below=row.below,
                   apart=symbol.apart or row.apart)  # fmt: skip


def keys(profile: Profile, depth: int) -> list[str]:
    """What may be spelt in a network of that depth: the letters of all layers, aK and ids."""
    return list(dict.fromkeys([*_FAMILIES, "aK", *_ids(profile, depth)]))


def _ids(profile: Profile, depth: int) -> list[str]:
    rows = [row for row in profile.symbols if not row.endswith((ENTRIES, "K"))]
    letters = ["W", "b", "z", "a", "dL_dz", "dL_da", "dL_dW", "dL_db", "dJ_dW", "dJ_db"]
    letters += [row.removesuffix("{l}") for row in rows if row.endswith("{l}")]
    numbered = [f"{letter}{l}" for letter in letters for l in range(1, depth + 1)]
    return list(dict.fromkeys([*numbered, *(row for row in rows if not row.endswith("{l}"))]))


def clashes(profile: Profile, own: Mapping[str, Symbol], depth: int) -> dict[tuple[str, str], str]:
    """Each spelling that comes to mean two things by those of `own`, by the ids of both; empty where none does.

    Looked at are layers of two digits of neurons, and then what is spelt by the symbols of others.
    """
    changed = respelt(profile, own, depth)
    for shapes in (_shapes(changed, depth, _TWO_DIGITS), _composed(changed, depth)):
        found = _clashes(changed, depth, shapes)
        before = _clashes(profile, depth, shapes) if found else {}
        if found.keys() - before:
            return {ids: spelling for ids, spelling in found.items() if ids not in before}
    return {}


def _clashes(profile: Profile, depth: int, shapes: Mapping[str, Shape]) -> dict[tuple[str, str], str]:
    """The pairs of ids that have a spelling in common, with it."""
    notation = Notation(profile, depth, False, shapes)
    found: dict[tuple[str, str], str] = {}
    languages: tuple[Language, ...] = ("text", "ascii")
    for language in languages:
        meanings: dict[str, set[str]] = defaultdict(set)
        for var, spelling in notation.spellings(language):
            meanings[spelling].add(var.name)
        for name in shapes if language == "ascii" else ():
            meanings[name].add(name)
        for spelling, names in meanings.items():
            if len(names) > 1:
                first, second, *_ = sorted(names, key=list(shapes).index)
                found.setdefault((first, second), spelling)
    return found


def _shapes(profile: Profile, depth: int, neurons: int) -> dict[str, Shape]:
    """Every quantity that has a symbol of its own, all layers with so many neurons."""
    layers = range(1, depth + 1)
    shapes: dict[str, Shape] = dict.fromkeys(("x", "y", "L_terms"), (neurons,))
    shapes |= {f"W{l}": (neurons, neurons) for l in layers}
    shapes |= {f"{letter}{l}": (neurons,) for l in layers for letter in ("b", "z", "a", "dL_dz")}
    for row in (row for row in profile.symbols if not row.endswith((ENTRIES, "K"))):
        names = [row.format(l=l) for l in layers] if row.endswith("{l}") else [row]
        shapes |= {name: () for name in names if name not in shapes}
    return shapes


def _composed(profile: Profile, depth: int) -> dict[str, Shape]:
    """Also what is spelt by the symbols of others: gradients, and what an optimizer keeps of a parameter, as wholes."""
    parts = dict.fromkeys(_shapes(profile, depth, 1), ())
    parameters = [name for name in parts if re.fullmatch(r"[Wb]\d+", name)]
    kept = [f"{name}_{of}" for name in parts for of in parameters]
    return dict.fromkeys([*parts, *kept, *(f"dL_d{name}" for name in parts if not name.startswith("dL_"))], ())
