"""A line to be typed in, over the screen: it is checked as it is entered, and what is wrong is said below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from backtrace.errors import BacktraceError

Answer = TypeVar("Answer")


class Prompt(ModalScreen[Answer | None]):
    """Asks for one line and ends with what `read` makes of it, or with None.

    Where `read` raises a BacktraceError the prompt stays open with its message.
    """

    DEFAULT_CSS = """
    Prompt { align: center bottom; }
    Prompt > Vertical { width: 100%; height: auto; max-height: 80%; background: $panel; border-top: heavy $accent;
                        border-title-color: $foreground; border-title-style: bold; padding: 0 1; }
    Prompt Input { background: $panel; }
    Prompt Static { height: auto; }
    Prompt .error { color: $error; text-style: bold; }
    """
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "leave it")]

    def __init__(
        self, title: str, explained: str, read: Callable[[str], Answer], suggestions: Sequence[str] = (), text: str = ""
    ) -> None:
        super().__init__()
        self.title_of_prompt, self.explained, self.read = title, explained, read
        self.suggestions, self.text = suggestions, text

    def compose(self) -> ComposeResult:
        """The line, what it is for, and a place for what is wrong."""
        with Vertical() as panel:
            panel.border_title = self.title_of_prompt
            yield Static(self.explained, markup=False)
            suggester = SuggestFromList(self.suggestions, case_sensitive=True) if self.suggestions else None
            yield Input(self.text, suggester=suggester, select_on_focus=False, compact=True)
            yield Static("", classes="error", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read the line; an empty one leaves the prompt."""
        event.stop()
        text = event.value.strip()
        if not text:
            self.dismiss(None)
            return
        try:
            answer = self.read(text)
        except BacktraceError as error:
            self.query_one(".error", Static).update(str(error))
            return
        self.dismiss(answer)

    def action_leave(self) -> None:
        """End without an answer."""
        self.dismiss(None)
