"""Text made safe to print: no control character of a scenario reaches the terminal."""

from __future__ import annotations

import unicodedata

# Signs that our own sentences use, and what stands for them where a terminal has ASCII only.
_IN_ASCII = str.maketrans({"→": "->", "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "…": "...", "’": "'",
                           "“": '"', "”": '"', "Σ": "sum ", "∂": "d", "≈": "~=", "←": "<-"})  # fmt: skip


def printable(text: str, ascii_only: bool = False) -> str:
    """The text with control characters left out, line breaks as blanks, and in ASCII where asked for.

    A letter that ASCII lacks loses its accent, or is written as a question mark.
    """
    text = "".join(" " if c in "\n\r\t" else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    if not ascii_only:
        return text
    text = unicodedata.normalize("NFKD", text.translate(_IN_ASCII))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return text.encode("ascii", "replace").decode("ascii")
