"""The line in which a guess is typed: the verdict on the last one, what is asked for, and the score so far."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from backtrace.answers.score import LEVELS
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Sentence
from backtrace.tui.guessing import name_of
from backtrace.tui.session import Session

_OF_NUMBERS = frozenset("0123456789.,-−/·^* ")
_INSIDE_NUMBERS = frozenset("eE+")


class NumberInput(Input):
    """Takes numbers; every other key is a key of the app, and while nothing is typed so are the arrows."""

    class Left(Message):
        """A key that moves the cursor of a text, pressed where there is none: it calls a method of the session."""

        def __init__(self, method: str, *arguments: Any) -> None:
            super().__init__()
            self.method, self.arguments = method, arguments

    def takes(self, character: str | None) -> bool:
        """Whether the character belongs to a number."""
        if not self.value and character in ("/", " "):
            return False
        return character in _OF_NUMBERS or (bool(self.value) and character in _INSIDE_NUMBERS)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Which keys the footer leaves out while the line has the focus."""
        return self.takes(character)

    def on_key(self, event: events.Key) -> None:
        """Leave what is no part of a number to the app."""
        if event.is_printable and not self.takes(event.character):
            event.prevent_default()

    def action_cursor_left(self, select: bool = False) -> None:
        """To the left in the text, or a step back."""
        if self.value:
            super().action_cursor_left(select)
        else:
            self.post_message(self.Left("moved", -1))

    def action_cursor_right(self, select: bool = False) -> None:
        """To the right in the text, or a step on."""
        if self.value:
            super().action_cursor_right(select)
        else:
            self.post_message(self.Left("moved", 1))

    def action_delete_left(self) -> None:
        """Delete a character, or go a step back."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.Left("moved", -1))

    def action_home(self, select: bool = False) -> None:
        """To the start of the text, or of the training."""
        if self.value:
            super().action_home(select)
        else:
            self.post_message(self.Left("at", 0))

    def action_end(self, select: bool = False) -> None:
        """To the end of the text, or of the training."""
        if self.value:
            super().action_end(select)
        else:
            self.post_message(self.Left("at_end"))


class GuessBar(Vertical):
    """Stands below the derivation in predict mode."""

    DEFAULT_CSS = """
    GuessBar { height: auto; border-top: solid $accent; border-title-color: $foreground; border-title-style: bold;
               padding: 0 1; display: none; }
    GuessBar.-shown { display: block; }
    GuessBar Horizontal { height: 1; }
    GuessBar #verdict { min-height: 1; }
    GuessBar #asked { width: auto; text-style: bold; }
    GuessBar NumberInput { width: 1fr; background: $panel; }
    GuessBar Static { height: auto; }
    """
    BORDER_TITLE: ClassVar[str] = " predict "

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language

    def compose(self) -> ComposeResult:
        """The verdict, the line to type in, and what to press."""
        yield Static("", id="verdict", markup=False)
        with Horizontal():
            yield Static("", id="asked", markup=False)
            yield NumberInput(compact=True, select_on_focus=False)
        yield Static("", id="keys", markup=False)

    def show(self, session: Session) -> None:
        """Show what is asked for at the stop of the session, or nothing where it does not predict."""
        guessing, line = session.guessing, self.query_one(NumberInput)
        self.set_class(session.is_predicting, "-shown")
        if not session.is_predicting:
            self.screen.set_focus(None)
            return
        index = guessing.asks_for(session.walk, session.stop)
        verdict = guessing.verdict
        self.set("verdict", self.said(verdict.sentence) if verdict else "")
        line.display = index is not None
        line.clear()
        if index is None:
            self.set("asked", "")
            keys = "Enter goes on."
            self.screen.set_focus(None)
        else:
            equals = "= " if self.language != "words" else "is "
            self.set("asked", f"{name_of(session.walk, session.stop, index).linear(self.language)} {equals}")
            keys = f"Enter judges; alone it opens more (open: {LEVELS[guessing.level]}). r leaves off."
            line.focus()
        tally = guessing.score.tally
        score = f" Right at once: {tally.at_once} of {tally.lines}." if tally.lines else ""
        self.set("keys", keys + score)

    def set(self, part: str, text: str) -> None:
        """Put a text into a part."""
        self.query_one(f"#{part}", Static).update(Content(text))

    def said(self, sentence: Sentence) -> str:
        """A sentence with its mathematics on one line."""
        return "".join(part if isinstance(part, str) else part.linear(self.language) for part in sentence)
