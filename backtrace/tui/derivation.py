"""The derivation of the step: what the lesson tells at this stop, set to the width that there is."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from backtrace.formats.console import texts
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Block
from backtrace.tui.page import Page


class DerivationView(Page):
    """The blocks of a stop."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self.blocks: Sequence[Block] = ()
        self.is_for_projector = False

    def show(self, blocks: Sequence[Block], is_for_projector: bool, is_new: bool) -> None:
        """Show the blocks; `is_new` says that they are those of another stop, so that they are read from the top."""
        self.blocks, self.is_for_projector = blocks, is_for_projector
        self.set(0 if is_new else None)

    def on_resize(self) -> None:
        """Set the text anew for another width."""
        self.set()

    def set(self, first: int | None = None) -> None:
        """Set the text to the width that there is, and show it from a line on, or from where it was."""
        if not self.room:
            return
        lines = texts(self.blocks, self.room, self.language, self.is_for_projector)
        start = next((place for place, line in enumerate(lines) if line.plain), 0)
        self.set_lines(map(Content.from_rich_text, lines[start:]), first)
