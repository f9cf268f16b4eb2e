"""What a name on a sheet may mean: an id, an entry of one, or a spelling of the notation, also one typed in haste.

A name may mean several things; which of them is meant, the shape of what was written decides, and not this file.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal

from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import notation_of
from backtrace.formula.expr import Shape, Var
from backtrace.notation.notation import Notation
from backtrace.scenario.flaws import listed, printable
from backtrace.scenario.scenario import Scenario

Index = tuple[int, ...]
Prefer = Literal["ids", "notation"]

_ENTRY = re.compile(r"(.+?)\s*\[\s*(\d+)(?:\s*[,;]\s*(\d+))?\s*\]")
_OF_SAMPLE = re.compile(r"(.+?)\s*\((?:\s*sample\s*)?(\d+)\s*\)")
_NEXT = re.compile(r"^new(?=.)|(?<=.)(new|next|updated)$")
_GRADIENT = re.compile(r"d([LJ])_d([Wbza]\d+)")
_DROPPED = re.compile(r"[\s_^{}()\[\]/\\|,·*$−-]")
_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde"}
_LETTERS = {"∂": "d", "ℓ": "ell", "ℒ": "L"}
_MOST_SAMPLES = 4096
_LONGEST = 60


@dataclass(frozen=True)
class Meaning:
    """A quantity by id, whole or one entry of it (counted from 1), and a sample where the name says it.

    `is_id` says that it was named by its id, `fixes_sign` that it was named so or as a derivative of the loss.
    `is_negated` says that the name is that of the quantity's negative, as Err is of ∂E/∂I.
    """

    id: str
    index: Index | None = None
    sample: int | None = None
    is_id: bool = False
    fixes_sign: bool = False
    is_negated: bool = False

    @property
    def said(self) -> str:
        """The quantity or entry by its id."""
        return f"{self.id}[{','.join(map(str, self.index))}]" if self.index else self.id


class Names:
    """Every name of a scenario's quantities, found again as they are typed."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.plan: Plan = plan_of(scenario)
        self.notation: Notation = notation_of(scenario, self.plan)
        self._found: dict[str, tuple[Sequence[Meaning], Sequence[Meaning]]] = {}

    def shape(self, meaning: Meaning) -> Shape:
        """The shape of what is meant, of one sample."""
        return () if meaning.index is not None else self.plan.quantities[meaning.id].var.shape

    def is_same(self, one: Meaning, other: Meaning) -> bool:
        """Whether two meanings are one: the only entry of a quantity is the quantity."""
        is_single = math.prod(self.plan.quantities[one.id].var.shape) == 1
        index = one.index if not is_single or one.id != other.id else other.index
        return replace(one, index=index, is_id=other.is_id, fixes_sign=other.fixes_sign) == other

    def meanings(self, name: str) -> tuple[Sequence[Meaning], Sequence[Meaning]]:
        """What a name means as it stands, and what it may mean if it is read forgivingly; nothing where unknown.

        Forgiven are blanks, missing underscores and braces, raised and lowered signs that are typed plainly, W', new_W
        and W+ for the updated W, dv21 for ∂L/∂v₂₁. Upper and lower case differ.
        """
        name = unicodedata.normalize("NFC", name.strip())[: 2 * _LONGEST]
        if name not in self._found:
            self._found[name] = self._meanings(name)
        return self._found[name]

    def nearest(self, name: str) -> list[str]:
        """Names like one that is not known, at most three."""
        return difflib.get_close_matches(name[:_LONGEST], self._typed, n=3)

    def unknown(self, name: str) -> str:
        """What to do about an unknown name: the near misses, or where the names stand."""
        near = [printable(other, _LONGEST) for other in self.nearest(name)]
        if near:
            return f"did you mean {', '.join(map(repr, near[:-1]))}{' or ' if near[1:] else ''}{near[-1]!r}?"
        return f"known names are {listed(self.plan.quantities, 'and')}"

    def outside(self, name: str) -> Meaning | None:
        """The quantity of a name with an index that it does not have, such as z1[7]; None for other names."""
        entry = _ENTRY.fullmatch(name.strip())
        exact, loose = self.meanings(entry[1]) if entry else ((), ())
        return next((meaning for meaning in (*exact, *loose) if meaning.index is None), None)

    def _meanings(self, name: str) -> tuple[Sequence[Meaning], Sequence[Meaning]]:
        exact, loose = self._exact.get(name, []), self._loose.get(folded(name), [])
        if not exact and (entry := _ENTRY.fullmatch(name)):
            index = tuple(int(number) for number in entry.groups()[1:] if number)
            bases = self.meanings(entry[1])
            if any(meaning.index is None for found in bases for meaning in found):
                return tuple(list(self._entries(found, index)) for found in bases)  # type: ignore[return-value]
        if not (exact or loose) and (of_sample := _OF_SAMPLE.fullmatch(name)) and len(of_sample[2]) < 9:  # noqa: PLR2004
            sample = int(of_sample[2])
            exact, loose = ([replace(m, sample=sample) for m in found] for found in self.meanings(of_sample[1]))
        return exact, loose

    def _entries(self, meanings: Sequence[Meaning], index: Index) -> Iterator[Meaning]:
        for meaning in meanings:
            shape = self.plan.quantities[meaning.id].var.shape
            is_inside = len(index) == len(shape) and all(1 <= i <= n for i, n in zip(index, shape, strict=True))
            if meaning.index is None and is_inside:
                yield replace(meaning, index=index)

    @cached_property
    def _exact(self) -> dict[str, list[Meaning]]:
        """Names as they are spelt, and with raised and lowered signs typed plainly."""
        found: dict[str, list[Meaning]] = defaultdict(list)
        for name, meaning in self._spelt:
            found[name].append(meaning)
            plain = re.sub("[()]", "", unicodedata.normalize("NFKC", name))
            if plain != name and not plain.isspace():
                found[plain].append(meaning)
        return dict(found)

    @cached_property
    def _loose(self) -> dict[str, list[Meaning]]:
        """Names as they are typed in haste; a gradient also as dv21, and with any letter for the loss: dE/dw5."""
        found: dict[str, list[Meaning]] = defaultdict(list)
        for name, meaning in self._spelt:
            found[folded(name)].append(meaning)
            if gradient := _GRADIENT.fullmatch(meaning.id):
                by = Var(gradient[2], self.shape(meaning), index=meaning.index)
                below = by.name if meaning.is_id else self.notation.spell(by)
                for top in {"", "L", self._letter(gradient[1])}:
                    found[folded(f"d{top}d{below}" if top else f"d{below}")].append(meaning)
        for loss in ("L", "J"):
            if loss in self.plan.quantities:
                found[folded(self._letter(loss))].append(Meaning(loss))
        return dict(found)

    def _letter(self, loss: str) -> str:
        """The letter of a loss without what stands above or below it: the E of E_total."""
        return self.notation.symbol(loss, None).letter

    @cached_property
    def _typed(self) -> list[str]:
        return list(dict.fromkeys(name for name, _ in self._spelt))

    @cached_property
    def _spelt(self) -> list[tuple[str, Meaning]]:
        """Every name with what it means: ids, the spellings of the notation, derivatives by a pre-activation."""
        found = [(name, Meaning(name, is_id=True, fixes_sign=True)) for name in self.plan.quantities]
        for language in ("ascii", "text"):
            for var, name in self.notation.spellings(language):
                is_derivative = bool(_GRADIENT.fullmatch(var.name)) and self.notation.own_symbol(var.name) is None
                if not var.name.endswith("_short") or language == "ascii":
                    found += self._signed(name, Meaning(var.name, var.index, fixes_sign=is_derivative))
                if re.fullmatch(r"dL_dz\d+", var.name):
                    by = Var(var.name[4:], (), index=var.index)
                    written = self.notation.leaf(language).derivative(Var("L"), by)
                    found.append(("".join(map(str, written.pieces)), Meaning(var.name, var.index, fixes_sign=True)))
        if self.plan.batched:
            for sample in range(1, min(len(self.scenario.x), _MOST_SAMPLES) + 1):
                name = self.notation.spell(Var("L", (), sample=sample), "ascii")
                found.append((name, Meaning("L", sample=sample)))
        return found

    def _signed(self, name: str, meaning: Meaning) -> Iterator[tuple[str, Meaning]]:
        """A name, and, where it carries a minus sign, the name of its negative."""
        yield name, meaning
        if name.startswith(("−", "-")):
            yield name[1:], replace(meaning, is_negated=True)


@lru_cache(maxsize=16)
def names_of(scenario: Scenario) -> Names:
    """The names of a scenario's quantities, made once."""
    return Names(scenario)


@lru_cache(maxsize=16384)
def folded(name: str) -> str:
    """A name reduced to what is the same however it is typed: letters, digits, and whether it is an updated value."""
    is_negative, name = name.startswith(("−", "-")), re.sub(r"\^\s*$", "hat", name)
    if len(re.findall("[+⁺]", name)) > 1:  # of some later update, which no name says
        return name
    is_next = "+" in name or "⁺" in name or name.rstrip().endswith(("'", "′", "’"))
    decomposed = unicodedata.normalize("NFKD", "".join(_LETTERS.get(letter, letter) for letter in name))
    plain = "".join(_MARKS.get(sign) or _in_letters(sign) for sign in decomposed)
    text = _DROPPED.sub("", plain).replace("+", "").strip("'′’")
    bare = _NEXT.sub("", text)
    return ("-" if is_negative else "") + (f"{bare}next" if is_next or bare != text else text)


def _in_letters(sign: str) -> str:
    """A Greek letter by its name; any other sign as it is."""
    if not "\u0370" <= sign <= "\u03ff" or not sign.isalpha():
        return sign
    name = unicodedata.name(sign, sign).split()[-1].lower().replace("lamda", "lambda")
    return name.capitalize() if sign.isupper() else name
