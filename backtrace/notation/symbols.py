r"""A symbol stated once, spelt in every language: δʰ₁, \delta^{h}_{1}, delta_h1, "delta h 1"."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

from backtrace.formula.writing import Language

_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_RAISED = dict(zip("0123456789()+−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁽⁾⁺⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
_LOWERED = dict(zip("0123456789", "₀₁₂₃₄₅₆₇₈₉", strict=True)) | {",": ","}


@dataclass(frozen=True)
class Symbol:
    """A letter with an accent, a superscript and indices; `is_next` marks the value after the update.

    A letter of several characters is a word, such as `gain`. `apart` sets the index apart in ASCII, where it would
    run into something else: z_1 where z1 is an id.
    """

    letter: str
    accent: str = ""
    above: str = ""
    below: tuple[int, ...] = ()
    is_next: bool = False
    apart: bool = False

    def at(self, *below: int) -> Symbol:
        """The symbol of one entry."""
        return replace(self, below=below)

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

    def _index(self) -> str:
        separator = "," if any(len(str(i)) > 1 for i in self.below) and len(self.below) > 1 else ""
        return separator.join(str(i) for i in self.below)

    def _text(self) -> str:
        letter = unicodedata.normalize("NFC", self.letter + _ACCENTS.get(self.accent, ""))
        can_rise = all(c in _RAISED for c in self.above)
        above = "".join(map(_RAISED.__getitem__, self.above)) if can_rise else f"^{self.above}"
        above += "⁺" if self.is_next else ""
        return letter + above + "".join(_LOWERED[c] for c in self._index())

    def _latex(self) -> str:
        letter = self.letter
        if len(letter) > 1:
            letter = rf"\operatorname{{{letter.replace('_', chr(92) + '_')}}}"
        elif not letter.isascii():
            letter = "\\" + _greek(letter)
        letter = rf"\{self.accent}{{{letter}}}" if self.accent else letter
        above = self.above + ("+" if self.is_next else "")
        return letter + (f"^{{{above}}}" if above else "") + (f"_{{{self._index()}}}" if self.below else "")

    def _ascii(self) -> str:
        letter = self.letter if self.letter.isascii() else _greek(self.letter)
        above = self.above.strip("()")
        parts = letter + (f"_{self.accent}" if self.accent else "")
        parts += above if above.isdigit() else f"_{above}" if above else ""
        index = self._index().replace(",", "_")
        needs_gap = self.apart or bool(self.accent) or above.isdigit()
        parts += (f"_{index}" if needs_gap else index) if index else ""
        return parts + ("_next" if self.is_next else "")

    def _words(self) -> str:
        letter = self.letter if self.letter.isascii() else _greek(self.letter)
        is_layer = self.above.startswith("(")
        layer, above = (f"of layer {self.above.strip('()')}", "") if is_layer else ("", self.above)
        parts = ["next" if self.is_next else "", letter, self.accent, above, *map(str, self.below), layer]
        return " ".join(part for part in parts if part)


def _greek(letter: str) -> str:
    """The name of a Greek letter, `ell` for ℓ."""
    if letter == "ℓ":
        return "ell"
    name = unicodedata.name(letter).split()[-1].lower().replace("lamda", "lambda")  # Unicode's own spelling
    return name.capitalize() if letter.isupper() else name
