"""A page of lines that scrolls: only the lines in view are set, and a new page costs no new layout of the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.content import Content
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

from backtrace.formula.writing import Language

_MORE: dict[Language, tuple[str, str]] = {"text": ("↑", "↓"), "ascii": ("^", "v")}
_GUTTER = 2


class Page(Widget, can_focus=False):
    """Lines under a title; a subclass sets them to the `room` that there is. Arrows say where there are more."""

    DEFAULT_CSS = """
    Page { border-top: solid $primary; border-title-color: $foreground; border-title-style: bold; padding: 0 0 0 1;
           text-wrap: nowrap; }
    """

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language
        self.lines: Sequence[Content] = ()
        self.first = 0

    @property
    def room(self) -> int:
        """The width of a line in cells."""
        return max(0, self.size.width - _GUTTER)

    def set_lines(self, lines: Iterable[Content], first: int | None = None) -> None:
        """Show these lines, none wider than the room that there is, from the first one or as far as before."""
        self.lines = tuple(lines)
        self.scroll_lines(0 if first is None else first - self.first)

    def scroll_lines(self, by: int) -> None:
        """Move the view by so many lines, as far as there are any."""
        self.first = max(0, min(self.first + by, len(self.lines) - self.size.height))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line at that place of the page, and at its end whether there are more above or below."""
        place = self.first + y
        line = self.lines[place] if place < len(self.lines) else Content("")
        above, below = _MORE["ascii" if self.language == "ascii" else "text"]
        sign = ""
        if y == 0 and self.first:
            sign = above
        elif y == self.size.height - 1 and place + 1 < len(self.lines):
            sign = below
        line = line.pad_right(max(0, self.room - line.cell_length + 1)) + Content.styled(sign, "bold $accent")
        strips = Visual.to_strips(self, line, self.size.width, 1, self.visual_style, pad=True)
        return strips[0] if strips else Strip.blank(self.size.width)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel goes down by three lines."""
        event.stop()
        self.scroll_lines(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel goes up by three lines."""
        event.stop()
        self.scroll_lines(-3)
