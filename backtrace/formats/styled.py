"""A line of the terminal in parts, each in a style: five styles, in the codes that every terminal knows."""

from __future__ import annotations

from dataclasses import dataclass

_CODES = {"bold": "1", "dim": "2", "italic": "3", "yellow": "33"}


@dataclass(frozen=True)
class Styled:
    """A line as pairs of a text and its style, which is words of bold, dim, italic and yellow, or none."""

    parts: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self.parts)

    @property
    def coded(self) -> str:
        """The text with the codes of its styles: ISO/IEC 6429, select graphic rendition."""
        return "".join(_coded(text, style) for text, style in self.parts)

    @property
    def stripped(self) -> Styled:
        """The line without blanks at its end."""
        *parts, (text, style) = self.parts or (("", ""),)
        text = text.rstrip()
        return Styled((*parts, (text, style))) if text or not parts else Styled(tuple(parts)).stripped


def _coded(text: str, style: str) -> str:
    return f"\x1b[{';'.join(_CODES[word] for word in style.split())}m{text}\x1b[0m" if text and style else text
