r"""Text as LaTeX that shows it as it stands: nothing in it is a command, and all of it is ASCII.

So a title `\input{/etc/passwd}` is harmless, and a document needs no package for its letters. Accents, Greek and the
signs of mathematics are written by name; of any other letter pdfLaTeX shows the number, XeLaTeX and LuaLaTeX itself.
"""

from __future__ import annotations

import re
import unicodedata

from backtrace.formats.safe import printable

# fmt: off
_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{",            "}": r"\}",           "$": r"\$",           "&": r"\&",
    "#": r"\#",                "%": r"\%",            "_": r"\_",           "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}", "<": r"\textless{}",   ">": r"\textgreater{}", "|": r"\textbar{}",
    "`": r"\`{}",              '"': r"\char34{}",     "'": "'",             "-": "-",
    "–": "--",                 "—": "---",            "…": r"\ldots{}",     "‘": "`",             "’": "'",
    "“": "``",                 "”": "''",             "„": ",,",            "¡": "!`",
    "ß": r"\ss{}",             "æ": r"\ae{}",         "Æ": r"\AE{}",        "œ": r"\oe{}",        "Œ": r"\OE{}",
    "ø": r"\o{}",              "Ø": r"\O{}",          "ł": r"\l{}",         "Ł": r"\L{}",         "ı": r"\i{}",
    "§": r"\S{}",              "©": r"\copyright{}",  "¿": "?`",            "£": r"\pounds{}",
}
_MATHEMATICS = {
    "−": "-", "·": r"\cdot", "×": r"\times", "⊙": r"\odot", "∂": r"\partial", "√": r"\surd", "±": r"\pm",
    "≈": r"\approx", "≤": r"\leq", "≥": r"\geq", "≠": r"\neq", "→": r"\rightarrow", "←": r"\leftarrow",
    "↔": r"\leftrightarrow", "⇒": r"\Rightarrow", "∞": r"\infty", "∈": r"\in", "∑": r"\sum", "∇": r"\nabla",
    "′": r"{}^{\prime}", "½": r"\frac{1}{2}", "¼": r"\frac{1}{4}", "¾": r"\frac{3}{4}", "°": r"{}^{\circ}",
    "ℓ": r"\ell", "✓": r"\surd", "ε": r"\varepsilon", "ϵ": r"\epsilon", "µ": r"\mu", "⁺": "{}^{+}", "⁻": "{}^{-}",
    "ᵀ": r"{}^{\top}", "‖": r"\Vert", "«": r"\ll", "»": r"\gg", "⋮": r"\vdots",
}
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d", "\u0327": "c", "\u0331": "b",
}
# fmt: on
_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]  # fmt: skip
_LIKE_LATIN = {"OMICRON": "o", "LAMDA": "lambda"}
_CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega")
_RAISED = {"<super>": "textsuperscript", "<sub>": "textsubscript"}
_LIGATURES = re.compile(r"(?<=-)(?=-)|(?<=')(?=')|(?<=,)(?=,)|(?<=[?!])(?=`)")
_OPENS = re.compile(r"(?<!\w)'(?=\w[^']*(?<!\s)'(?!\w))")  # a quotation, where no letter wants an apostrophe
_LONG_WORD = re.compile(r"\S{26,}")
_EVERY = 13


def escaped(text: str) -> str:
    """The text in LaTeX, where words that are longer than most lines may be broken anywhere."""
    parts: list[str] = []
    start = 0
    text = _OPENS.sub("‘", printable(text))
    for word in _LONG_WORD.finditer(text):
        parts += [_spelt(text[start : word.start()]), _breakable(word[0])]
        start = word.end()
    return "".join([*parts, _spelt(text[start:])])


def _breakable(word: str) -> str:
    """A long word with places to break it: behind the slashes of an address, and in what is long without any."""
    pieces = []
    for part in re.findall(r"[^/]*/+|[^/]+", word):
        pieces += [part[at : at + _EVERY] for at in range(0, len(part), _EVERY)]
    return r"\allowbreak{}".join(map(_spelt, pieces))


def _spelt(text: str) -> str:
    """Every letter and sign by itself; an empty group parts two that would become one sign."""
    parted = _LIGATURES.sub("\0", unicodedata.normalize("NFC", text))
    return "".join("{}" if c == "\0" else _letter(c) for c in parted)


def _letter(c: str) -> str:
    if c in _SIGNS:
        return _SIGNS[c]
    if c in _MATHEMATICS:
        return rf"\ensuremath{{{_MATHEMATICS[c]}}}"
    if c.isascii():
        return c
    if unicodedata.category(c) == "Zs":
        return "~" if c == "\u00a0" else " "
    return _greek(c) or _raised(c) or _accented(c) or rf"\btchar{{{ord(c):X}}}"


def _greek(c: str) -> str:
    """A Greek letter by its name; one that looks like a Latin letter as that."""
    words = unicodedata.name(c, "").split()
    if words[:1] != ["GREEK"] or words[2:3] != ["LETTER"] or len(words) != 4:  # noqa: PLR2004
        return ""
    name = _LIKE_LATIN.get(words[3], words[3].lower())
    name = "sigma" if name == "final" else name
    if words[1] == "SMALL":
        return rf"\ensuremath{{\{name}}}" if name in _GREEK else "o" if name == "o" else ""
    if name.capitalize() in _CAPITALS:
        return rf"\ensuremath{{\{name.capitalize()}}}"
    return {"eta": "H", "nu": "N", "rho": "P", "chi": "X", "o": "O"}.get(name, name[:1].upper())


def _raised(c: str) -> str:
    mark, _, code = unicodedata.decomposition(c).partition(" ")
    if mark not in _RAISED or " " in code:
        return ""
    return rf"\{_RAISED[mark]}{{{_letter(chr(int(code, 16)))}}}"


def _accented(c: str) -> str:
    """A letter with accents as the commands that set them; empty where there is none for one of them."""
    letter, *marks = list(unicodedata.normalize("NFD", c))
    if not marks or not letter.isascii() or any(mark not in _ACCENTS for mark in marks):
        return ""
    for mark in marks:
        letter = rf"\{_ACCENTS[mark]}{{{letter}}}"
    return letter
