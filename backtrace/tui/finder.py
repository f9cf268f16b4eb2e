"""Find a quantity by id, notation or meaning, in a list that narrows as one types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from backtrace.errors import UnknownQuantityError
from backtrace.formula.writing import Language
from backtrace.lesson.walk import Stop, Walk


@dataclass(frozen=True)
class Found:
    """A quantity with its names, what it means, and the number of the stop where it is worked, if that is kept."""

    names: tuple[str, ...]
    meaning: str
    stop: int | None

    @property
    def where(self) -> str:
        """Where it is worked, in words."""
        return "not kept" if self.stop is None else f"step {self.stop:,}" if self.stop else "given"

    def matches(self, text: str) -> bool:
        """Whether a name begins with the text, or the meaning holds it."""
        return any(name.startswith(text) for name in self.names) or text.lower() in self.meaning.lower()


class Finder(ModalScreen[int | None]):
    """Ends with the number of the stop to go to, or with None."""

    DEFAULT_CSS = """
    Finder { align: center bottom; }
    Finder > Vertical { width: 100%; height: 60%; background: $panel; border-top: heavy $accent;
                        border-title-color: $foreground; border-title-style: bold; padding: 0 1; }
    Finder Input { background: $panel; }
    Finder OptionList { border: none; height: 1fr; background: $panel; padding: 0; text-wrap: nowrap;
                        text-overflow: ellipsis; }
    """
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "leave it"), ("down", "move(1)", "next"), ("up", "move(-1)", "previous"),
    ]  # fmt: skip

    def __init__(self, walk: Walk, stop: Stop, language: Language) -> None:
        super().__init__()
        self.walk, self.stop, self.language = walk, stop, language
        self.quantities = tuple(self.found())
        self.listed: tuple[Found, ...] = ()

    def found(self) -> Iterable[Found]:
        """Every quantity of the plan."""
        notation = self.walk.trace.notation
        for name, quantity in self.walk.trace.plan.quantities.items():
            spelt = {notation.spell(quantity.var, language): None for language in (self.language, "ascii")}
            yield Found((*spelt, name), quantity.meaning, self.walk.where(name, self.stop))

    def compose(self) -> ComposeResult:
        """The line to type in, over the list."""
        with Vertical() as panel:
            panel.border_title = "Find a quantity"
            yield Input(placeholder="a name, an entry such as dL_dW1[1,2], or a word of its meaning", compact=True)
            yield OptionList()

    def on_mount(self) -> None:
        """Begin with all of them."""
        self.query_one(OptionList).can_focus = False
        self.narrow("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """List what the text stands for."""
        self.narrow(event.value.strip())

    def narrow(self, text: str) -> None:
        """List what matches; an entry that is named in full stands first."""
        self.listed = (*self.entry(text), *(each for each in self.quantities if each.matches(text)))
        width = max((len(each.names[0]) for each in self.listed), default=0)
        column = max((len(each.where) for each in self.listed), default=0)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(_line(each, width, column)) for each in self.listed)
        if self.listed:
            options.highlighted = 0

    def entry(self, text: str) -> Iterable[Found]:
        """The single entry of that name, if there is one."""
        if not text:
            return
        try:
            var = self.walk.trace.notation.find(text)
        except UnknownQuantityError:
            return
        if var.index:
            meaning = self.walk.trace.plan.quantities[var.name].meaning
            yield Found((text,), f"an entry of: {meaning}", self.walk.where(text, self.stop))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go to what is highlighted."""
        event.stop()
        place = self.query_one(OptionList).highlighted
        self.dismiss(self.listed[place].stop if place is not None and self.listed else None)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go to what is clicked."""
        self.dismiss(self.listed[event.option_index].stop)

    def action_move(self, by: int) -> None:
        """Highlight the next or the previous one."""
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_leave(self) -> None:
        """End without going anywhere."""
        self.dismiss(None)


def _line(found: Found, width: int, column: int) -> str:
    other = "" if found.names[-1] == found.names[0] else f"  ({found.names[-1]})"
    return f"{found.names[0]:<{width}}  {found.where:<{column}}  {found.meaning}{other}".replace("[", r"\[")
