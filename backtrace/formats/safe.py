"""Text made safe to print: no control character of a scenario reaches the terminal."""

from __future__ import annotations

import unicodedata

# Signs of our own sentences and of titles on mathematics, and what stands for them where a terminal has ASCII only.
_IN_ASCII = {
    "→": "->", "←": "<-", "−": "-", "–": "-", "—": "-", "·": "*", "×": "x", "…": "...", "’": "'", "“": '"', "”": '"',
    "≈": "~=", "≤": "<=", "≥": ">=", "∂": "d", "Σ": "sum ", "ŷ": "y_hat", "✓": "ok", "½": "1/2",
}  # fmt: skip


def printable(text: str, ascii_only: bool = False) -> str:
    """The text with control characters left out, line breaks as blanks, and in ASCII where asked for.

    Greek letters are written by their names; another letter that ASCII lacks loses its accent, or is written as a
    question mark.
    """
    text = "".join(" " if c in "\n\r\t" else c for c in text)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    if not ascii_only:
        return text
    text = "".join(_IN_ASCII.get(c) or _greek(c) for c in unicodedata.normalize("NFC", text))
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return text.encode("ascii", "replace").decode("ascii")


def _greek(letter: str) -> str:
    """The name of a Greek letter; any other character as it is."""
    words = unicodedata.name(letter, "").split()
    return words[3].lower() if words[:1] == ["GREEK"] and words[2:3] == ["LETTER"] and len(words) == 4 else letter  # noqa: PLR2004
