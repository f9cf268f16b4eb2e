"""The derivation of the step: what the lesson tells at this stop, set to the width that there is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from backtrace.formats.console import texts
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Block


class DerivationView(VerticalScroll, can_focus=False):
    """The blocks of a stop; it scrolls where they are longer than the screen."""

    DEFAULT_CSS = """
    DerivationView { border-top: solid $primary; border-title-color: $foreground; border-title-style: bold;
                     border-subtitle-color: $foreground; padding: 0 0 0 1; scrollbar-size-vertical: 1;
                     scrollbar-gutter: stable; }
    DerivationView > Static { width: 100%; height: auto; }
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language
        self.blocks: Sequence[Block] = ()
        self.is_for_projector = False

    def compose(self) -> ComposeResult:
        """The text that is scrolled."""
        yield Static()

    def show(self, blocks: Sequence[Block], is_for_projector: bool, is_new: bool) -> None:
        """Show the blocks; `is_new` says that they are those of another stop, so that they are read from the top."""
        self.blocks, self.is_for_projector = blocks, is_for_projector
        self.set()
        if is_new:
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Set the text anew for another width."""
        self.set()

    def set(self) -> None:
        """Set the text to the width that there is."""
        width = self.scrollable_content_region.width
        if width:
            lines = texts(self.blocks, width, self.language, self.is_for_projector)
            while lines and not lines[0].plain:
                lines = lines[1:]
            self.query_one(Static).update(Text("\n").join(lines))
