"""All keys of the app, read from its bindings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

SHOWN = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "pagedown": "PgDn", "pageup": "PgUp", "enter": "Enter",
    "space": "space", "backspace": "Backspace", "home": "Home", "end": "End", "right_square_bracket": "]",
    "left_square_bracket": "[", "slash": "/", "plus": "+", "minus": "-", "question_mark": "?", "equals_sign": "=",
    "ctrl+c": "Ctrl-C",
}  # fmt: skip
IN_ASCII = {"→": "right", "←": "left", "↑": "up", "↓": "down"}


class Keys(ModalScreen[None]):
    """A table of all keys; any key closes it."""

    DEFAULT_CSS = """
    Keys { align: center middle; }
    Keys > VerticalScroll { width: 86; max-width: 100%; height: auto; max-height: 100%; background: $panel;
                            border: heavy $accent; border-title-color: $foreground; padding: 0 1; }
    Keys Static { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter,q,question_mark,space", "leave", "back")]

    def __init__(self, bindings: Sequence[Binding], ascii_only: bool) -> None:
        super().__init__()
        self.bindings, self.ascii_only = bindings, ascii_only

    def compose(self) -> ComposeResult:
        """A line for each action."""
        with VerticalScroll() as panel:
            panel.border_title = "Keys"
            rows = [
                (_keys(binding, self.ascii_only), binding.tooltip or binding.description) for binding in self.bindings
            ]
            width = max(len(keys) for keys, _ in rows)
            lines = [Content.assemble((f"{keys:<{width}}", "bold"), f"  {what}") for keys, what in rows]
            mouse = "A click on a neuron or on a line of the ledger goes to the step where it was computed."
            yield Static(Content("\n").join([*lines, Content(""), Content(mouse)]))

    def action_leave(self) -> None:
        """Close it."""
        self.dismiss(None)


def _keys(binding: Binding, ascii_only: bool) -> str:
    names = [SHOWN.get(key, key) for key in binding.key.split(",")]
    return " ".join(IN_ASCII.get(name, name) if ascii_only else name for name in names)
