"""The stepping app: keys change the session, and what is on the screen is painted anew from it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Footer, Input
from textual.worker import get_current_worker

from backtrace.engine.trace import Trace, run
from backtrace.errors import BacktraceError
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Block
from backtrace.lesson.diagram import diagram
from backtrace.lesson.ledger import ledger
from backtrace.lesson.walk import Walk
from backtrace.scenario import Scenario
from backtrace.tui.ancestry import Ancestry
from backtrace.tui.derivation import DerivationView
from backtrace.tui.finder import Finder
from backtrace.tui.guess import GuessBar, NumberInput
from backtrace.tui.keys import IN_ASCII, SHOWN, Keys
from backtrace.tui.ledger import LedgerView
from backtrace.tui.network import NetworkView
from backtrace.tui.position import Position
from backtrace.tui.prompt import Prompt
from backtrace.tui.saving import save
from backtrace.tui.session import Session, suggested_settings
from backtrace.tui.themes import PROJECTOR, THEMES

_WIDE = 100
"""From this width on the ledger stands below, over the whole width; else it is in a column with the network."""

_TALL = 40
"""From this height on the ledger has more lines."""

_NO_LINE = "There is no line here: go on with the arrow to the right."


class SteppingApp(App[None]):
    """Steps through a trace, forwards and back."""

    TITLE = "backtrace"
    AUTO_FOCUS = None
    CSS = """
    Screen { background: $background; color: $foreground; }
    #main { height: 1fr; layout: grid; grid-size: 2 2; grid-columns: 42% 1fr; grid-rows: 1fr 10; }
    #main LedgerView { column-span: 2; height: 100%; }
    .-narrow #main { grid-columns: 31 1fr; grid-rows: 1fr 1fr; }
    .-narrow DerivationView { row-span: 2; }
    .-narrow #main LedgerView { column-span: 1; }
    .-tall #main { grid-rows: 1fr 16; }
    .-projector #main { grid-columns: 36% 1fr; grid-rows: 1fr 0; }
    .-projector LedgerView { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 (as textual declares it)
    VERTICAL_BREAKPOINTS = [(0, "-low"), (_TALL, "-tall")]  # noqa: RUF012
    # fmt: off
    BINDINGS: ClassVar[list[BindingType]] = [
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
        Binding("q,ctrl+c", "leave", "quit", tooltip="quit"),
    ]
    # fmt: on

    session: reactive[Session] = reactive(None, init=False, always_update=True)  # type: ignore[arg-type]
    is_symbolic: reactive[bool] = reactive(False, init=False)

    def __init__(self, session: Session, language: Language = "text", theme: str = THEMES[0].name) -> None:
        super().__init__()
        self.language: Language = language
        self.set_reactive(SteppingApp.session, session)
        self.asked_to_leave = False
        for each in THEMES:
            self.register_theme(each)
        self.theme = theme

    def compose(self) -> ComposeResult:
        """Where we are, the network beside the derivation, the ledger and the keys."""
        yield Position(self.language)
        with Container(id="main"):
            yield NetworkView(self.language)
            yield DerivationView(self.language)
            yield LedgerView(self.language)
        yield GuessBar(self.language)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Paint the first stop."""
        self.query_one(LedgerView).border_title = " ledger "
        self.theme_changed_signal.subscribe(self, self.dress)
        self.dress(self.current_theme)
        self.end_on_signals()
        self.paint(is_new=True)

    def end_on_signals(self) -> None:
        """Give the terminal back as it was, also where something asks the process to end."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            if number := getattr(signal, name, None):
                with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
                    loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    def on_resize(self) -> None:
        """More room shows more of each quantity."""
        self.call_after_refresh(self.paint)

    def watch_session(self, before: Session, after: Session) -> None:
        """Paint what the new session shows; sympy's form of a new line is worked out anew."""
        self.asked_to_leave = False
        self.paint(is_new=(before.number, before.trace) != (after.number, after.trace))
        if self.is_symbolic:
            self.work_symbolic()

    def paint(self, symbolic: Sequence[Block] = (), is_new: bool = False) -> None:
        """Paint all parts of the screen from the session."""
        session = self.session
        walk, stop = session.walk, session.stop
        self.query_one(Position).show(session)
        self.query_one(NetworkView).show(diagram(walk, stop, hidden=session.is_veiled))
        view = self.query_one(DerivationView)
        view.border_title = f" {walk.title(stop)} "
        view.show([*session.blocks, *symbolic], self.theme == PROJECTOR, is_new)
        most = 4 if self.size.width >= _WIDE else 2
        self.query_one(LedgerView).show(ledger(walk, stop, most, session.unchanged, session.is_veiled))
        self.query_one(GuessBar).show(session)

    def action_session(self, method: str, *arguments: object) -> None:
        """Take the session that a method of the present one gives."""
        self.session = getattr(self.session, method)(*arguments)

    def on_click(self, event: events.Click) -> None:
        """Go to the step where what was clicked on was computed."""
        self.arrive(event.style.meta.get("stop"))

    def action_scroll(self, by: int) -> None:
        """Scroll the derivation."""
        self.query_one(DerivationView).scroll_lines(by)

    def action_theme(self) -> None:
        """The next theme; that for a projector leaves the ledger out and sets the lines wide."""
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)] if self.theme in names else names[0]

    def dress(self, theme: Theme) -> None:
        """Show less, and wider apart, on a projector."""
        self.screen_stack[0].set_class(theme.name == PROJECTOR, "-projector")
        self.call_after_refresh(self.paint)

    def action_why(self) -> None:
        """Show where the numbers of this line come from."""
        if self.session.stop.equation is None:
            self.notify(_NO_LINE)
            return
        self.push_screen(Ancestry(self.session.walk, self.session.stop, self.language), self.arrive)

    def action_find(self) -> None:
        """Find a quantity and go to it."""
        self.push_screen(Finder(self.session.walk, self.session.stop, self.language), self.arrive)

    def action_go(self) -> None:
        """Ask for a step and go to it."""
        walk, stop = self.session.walk, self.session.stop
        explained = f"a number from 1 to {len(walk):,}, UPDATE:LINE such as 2:9, or a name such as dL_dW1"
        self.push_screen(Prompt("Go to", explained, lambda text: walk.found(text, stop)), self.arrive)

    def arrive(self, number: int | None) -> None:
        """Go to the step that a screen was left with, if any."""
        if number is not None:
            self.session = self.session.at(number)

    def action_what_if(self) -> None:
        """Ask for a change and work the training anew with it."""
        session = self.session
        explained = "NAME=VALUE: a given number, or a key of the scenario (the arrow to the right takes a suggestion)"

        def read(text: str) -> tuple[str, Scenario]:
            return text, session.changed(text)

        self.push_screen(Prompt("What if", explained, read, suggested_settings(session.trace)), self.change)

    def change(self, change: tuple[str, Scenario] | None) -> None:
        """Work the training of the changed scenario."""
        if change is not None:
            self.work_change(*change)

    @work(thread=True, exclusive=True, group="change")
    def work_change(self, setting: str, scenario: Scenario) -> None:
        """Work the training aside, so that the screen stays alive, and then show it; another change ends this one."""
        worker = get_current_worker()
        try:
            trace = run(scenario, is_over=lambda: worker.is_cancelled)
        except BacktraceError as error:
            self.call_from_thread(self.notify, str(error), title="what if " + setting, severity="error", markup=False)
            return
        if not worker.is_cancelled:
            self.call_from_thread(self.take, setting, trace)

    def take(self, setting: str, trace: Trace) -> None:
        """Show the changed training."""
        self.session = self.session.with_trace(setting, trace)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Judge the guess; an empty line asks for a hint."""
        event.stop()
        self.session = self.session.guessed(event.value.strip())

    def on_number_input_left(self, event: NumberInput.Left) -> None:
        """A key of the app that the line of the guess has no use for."""
        self.action_session(event.method, *event.arguments)

    def action_symbolic(self) -> None:
        """Show sympy's closed form, or no longer."""
        self.is_symbolic = not self.is_symbolic

    def watch_is_symbolic(self, is_symbolic: bool) -> None:
        """Have the closed form worked out, or leave it out."""
        if is_symbolic:
            self.work_symbolic()
        else:
            self.paint()

    @work(thread=True, exclusive=True, group="symbolic")
    def work_symbolic(self) -> None:
        """Work out sympy's closed form of this line's gradient aside, as sympy takes its time."""
        from backtrace.tui.symbolic import closed_form

        session, worker = self.session, get_current_worker()
        blocks = closed_form(session.walk, session.stop)
        if not worker.is_cancelled and session is self.session:
            self.call_from_thread(self.paint, blocks)

    def action_save(self) -> None:
        """Ask for a file, and write to it what its suffix stands for."""
        texts = self.session.texts()
        explained = "a new file: " + ", ".join(f"{suffix} for {what}" for suffix, (what, _) in texts.items())
        prompt = Prompt("Save", explained, lambda name: save(name, texts))
        self.push_screen(prompt, self.saved)

    def saved(self, path: Path | None) -> None:
        """Say where it is."""
        if path is not None:
            self.session = self.session.saved(path.suffix)
            self.notify(f"written to {path}", markup=False)

    def action_keys(self) -> None:
        """Show all keys."""
        bindings = [binding for binding in self.BINDINGS if isinstance(binding, Binding)]
        self.push_screen(Keys(bindings, self.language == "ascii"))

    def action_leave(self) -> None:
        """Quit; what is not saved is asked for once."""
        if not self.session.unsaved or self.asked_to_leave:
            self.exit()
            return
        self.asked_to_leave = True
        what = " and ".join(sorted(self.session.unsaved))
        self.notify(f"Not saved: {what}. S saves, q once more quits without.", severity="warning")

    def get_key_display(self, binding: Binding) -> str:
        """The first of the keys, as the footer shows it."""
        key = binding.key.split(",")[0]
        shown = SHOWN.get(key, key)
        return IN_ASCII.get(shown, shown) if self.language == "ascii" else shown

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every key of ours by its name, after what textual offers."""
        yield from super().get_system_commands(screen)
        for binding in self.BINDINGS:
            if isinstance(binding, Binding):
                title = (binding.tooltip or binding.description).capitalize()
                yield SystemCommand(
                    title, f"key: {self.get_key_display(binding)}", partial(self.run_action, binding.action)
                )


def step_through(walk: Walk, start: int = 0, language: Language = "text", *, is_for_projector: bool = False) -> int:
    """Open the app on a walk at a stop; the exit code. In place of matrices beside entries it begins with entries."""
    telling = replace(walk.telling, view="entries") if walk.telling.view == "both" else walk.telling
    theme = PROJECTOR if is_for_projector else THEMES[0].name
    app = SteppingApp(Session((Walk(walk.trace, telling),)).at(start), language, theme)
    app.run()
    return app.return_code or 0
