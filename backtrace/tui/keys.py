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

# fmt: off
BINDINGS: list[Binding] = [
    Binding("right,space,enter,n", "session('moved', 1)", "next", tooltip="the next step"),
    Binding("left,backspace,p", "session('moved', -1)", "back", tooltip="the step before"),
    Binding("pagedown", "session('to_stage', 1)", "stage", tooltip="the next stage"),
    Binding("pageup", "session('to_stage', -1)", "stage", show=False,
            tooltip="the beginning of this stage, or the one before"),
    Binding("right_square_bracket", "session('to_update', 1)", "update", show=False, tooltip="the next update"),
    Binding("left_square_bracket", "session('to_update', -1)", "update", show=False,
            tooltip="the beginning of this update, or the one before"),
    Binding("home", "session('at', 0)", "given", show=False, tooltip="what is given, before the first step"),
    Binding("end", "session('at_end')", "end", show=False, tooltip="whether it helped, after the last step"),
    Binding("up", "scroll(-1)", "up", show=False, tooltip="scroll the derivation up"),
    Binding("down", "scroll(1)", "down", show=False, tooltip="scroll the derivation down"),
    Binding("m", "session('in_matrices')", "matrix", tooltip="matrices, or single entries"),
    Binding("w", "why", "why", tooltip="why: the chain of quantities that this number came from"),
    Binding("e", "what_if", "what if", tooltip="what if: change a given number and see what follows"),
    Binding("u", "session('undone')", "undo", show=False, tooltip="undo the last change"),
    Binding("r", "session('predicting')", "predict", tooltip="predict: hide the values until you typed yours"),
    Binding("g", "go", "go", tooltip="go to a step by number, UPDATE:LINE or name"),
    Binding("slash", "find", "find", show=False, tooltip="find a quantity by id, notation or meaning"),
    Binding("d", "session('in_detail')", "detail", show=False,
            tooltip="every equation a step of its own, or the usual lines"),
    Binding("s", "symbolic", "sympy", show=False, tooltip="sympy's closed form of a gradient"),
    Binding("plus,equals_sign", "session('with_decimals', 1)", "digits", show=False, tooltip="one decimal more"),
    Binding("minus", "session('with_decimals', -1)", "digits", show=False, tooltip="one decimal less"),
    Binding("t", "theme", "theme", show=False, tooltip="dark, light, or for a projector"),
    Binding("S", "save", "save", show=False, tooltip="save the changed scenario, or the score, on a file"),
    Binding("question_mark", "keys", "keys", tooltip="all keys"),
    Binding("ctrl+z", "suspend_process", "suspend", show=False, tooltip="leave it for the shell, where fg comes back"),
    Binding("q,ctrl+c", "leave", "quit", tooltip="quit"),
]
# fmt: on
"""What each key does; the tooltips are what `?` and the command palette say."""

SHOWN = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "pagedown": "PgDn", "pageup": "PgUp", "enter": "Enter",
    "space": "space", "backspace": "Backspace", "home": "Home", "end": "End", "right_square_bracket": "]",
    "left_square_bracket": "[", "slash": "/", "plus": "+", "minus": "-", "question_mark": "?", "equals_sign": "=",
    "ctrl+c": "Ctrl-C", "ctrl+z": "Ctrl-Z",
}  # fmt: skip
IN_ASCII = {"→": "right", "←": "left", "↑": "up", "↓": "down"}

NO_LINE = "There is no line here: go on with the arrow to the right."
HIDDEN = "This would give the value away: predict it first, or leave predict mode with r."
NOTHING_CHANGED = {
    "undone": "There is no change to undo.",
    "with_decimals": "From 1 to 12 decimals are shown.",
    "in_matrices": "Predict mode asks entry by entry: matrices are shown once the line is predicted.",
}
"""What is said where a key changes nothing, by the method of the session that it calls."""


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
