r"""A symbol stated once, spelt in every language: δʰ₁, \delta^{h}_{1}, delta_h1, "delta h 1"."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

from backtrace.formula.writing import Language

ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
RAISED = dict(zip("0123456789()+−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_LOWERED = dict(zip("0123456789,aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉,ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_LETTERS = {"ℓ": ("ell", r"\ell"), "ℒ": ("L", r"\mathcal{L}")}
_BRACKETS = "()[]"


@dataclass(frozen=True)
class Symbol:
    """A letter with an accent, a superscript, a label and indices; `is_next` marks the value after the update.

    A letter of several characters is a word, such as `gain`. `label` is text that stands before the indices: the h of
    net_h1. `apart` sets layer and index apart in ASCII, where they would run into something else: z_1 where z1 is an
    id. `negated` names a quantity by what its source calls its negative. `plain` stands for the letter in ASCII where
    the letter's own name is the id of another quantity. An index may be a letter, where it stands for any number.
    """

    letter: str
    accent: str = ""
    above: str = ""
    label: str = ""
    below: tuple[int | str, ...] = ()
    is_next: bool = False
    apart: bool = False
    negated: bool = False
    plain: str = ""

    def at(self, *below: int | str) -> Symbol:
        """The symbol of one entry; indices that the symbol has of itself stay behind those."""
        return replace(self, below=(*below, *self.below))

    def of_entry(self) -> Symbol:
        """The symbol that entries of a matrix are written with: the small letter."""
        return replace(self, letter=self.letter.lower())

    def spell(self, language: Language) -> str:
        """The symbol in the language."""
        match language:
            case "text":
                return self._text()
            case "latex":
                return self._latex()
            case "ascii":
                return self._ascii()
        return self._words()

    @property
    def layer(self) -> str:
        """The number of the layer where the superscript is that: 2, (2) or [2]; otherwise nothing."""
        number = self.above.strip(_BRACKETS)
        return number if number.isdigit() else ""

    def _index(self, separator: str) -> str:
        is_wide = len(self.below) > 1 and any(len(str(i)) > 1 for i in self.below)
        return (separator if is_wide else "").join(map(str, self.below))

    def _subscript(self, label: str) -> str:
        """Label and indices, set off from one another where they would run together."""
        index = self._index(",")
        return label + ("," if index and len(self.label) > 1 else "") + index

    def _text(self) -> str:
        letter = unicodedata.normalize("NFC", self.letter + ACCENTS.get(self.accent, ""))
        above = _set(self.above, RAISED, "^") + ("⁺" if self.is_next else "")
        return ("−" if self.negated else "") + letter + above + _set(self._subscript(self.label), _LOWERED, "_")

    def _latex(self) -> str:
        letter = _named(self.letter)[1]
        letter = rf"\{self.accent}{{{letter}}}" if self.accent else letter
        above = self.above + ("+" if self.is_next else "")
        below = self._subscript(rf"\mathrm{{{self.label}}}" if len(self.label) > 1 else self.label)
        raised, lowered = (f"^{{{above}}}" if above else ""), (f"_{{{below}}}" if below else "")
        return ("-" if self.negated else "") + letter + raised + lowered

    def _ascii(self) -> str:
        parts = ("-" if self.negated else "") + (self.plain or _named(self.letter)[0])
        parts += f"_{self.accent}" if self.accent else ""
        above = self.layer or self.above
        parts += ("" if self.layer and not self.apart else "_") + above if above else ""
        parts += f"_{self.label}" if self.label else ""
        needs_gap = self.apart or bool(self.accent or self.layer) or len(self.label) > 1
        parts += ("_" if needs_gap and self.below else "") + self._index("_")
        return parts + ("_next" if self.is_next else "")

    def _words(self) -> str:
        signs = ["minus" if self.negated else "", "next" if self.is_next else ""]
        above = "" if self.layer else self.above
        parts = [*signs, _named(self.letter)[0], self.accent, above, self.label, *map(str, self.below)]
        parts.append(f"of layer {self.layer}" if self.layer else "")
        return " ".join(part for part in parts if part)


def _set(text: str, characters: Mapping[str, str], mark: str) -> str:
    """The text raised or lowered; behind the mark where it has a character that cannot be."""
    if all(c in characters for c in text):
        return "".join(map(characters.__getitem__, text))
    return f"{mark}{text}"


def _named(letter: str) -> tuple[str, str]:
    """A letter or word in ASCII and in LaTeX, where braces around a word keep the blanks of a sign that follows it."""
    if letter in _LETTERS:
        return _LETTERS[letter]
    if len(letter) > 1:
        return letter, rf"{{\operatorname{{{letter.replace('_', chr(92) + '_')}}}}}"
    if letter.isascii():
        return letter, letter
    name = unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")  # Unicode's own spelling
    name = name.capitalize() if letter.isupper() else name
    return name, "\\" + name
