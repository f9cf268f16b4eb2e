"""The stepping app: keys change the session, and what is on the screen is painted anew from it."""

from __future__ import annotations

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
from backtrace.lesson.blocks import Block, Prose
from backtrace.lesson.diagram import diagram
from backtrace.lesson.ledger import ledger
from backtrace.lesson.walk import Walk
from backtrace.scenario import Scenario
from backtrace.tui.ancestry import Ancestry
from backtrace.tui.derivation import DerivationView
from backtrace.tui.finder import Finder
from backtrace.tui.guess import GuessBar, NumberInput
from backtrace.tui.keys import BINDINGS, HIDDEN, IN_ASCII, NO_LINE, NOTHING_CHANGED, SHOWN, Keys
from backtrace.tui.ledger import LedgerView
from backtrace.tui.network import NetworkView
from backtrace.tui.position import Position
from backtrace.tui.prompt import Prompt
from backtrace.tui.saving import save
from backtrace.tui.session import Session, suggested_settings
from backtrace.tui.signals import end_on_signals
from backtrace.tui.themes import PROJECTOR, THEMES

_WIDE = 100
"""From this width on the ledger stands below, over the whole width; else it is in a column with the network."""

_NARROW = 72
"""Below this width there is no room for the network beside the derivation."""

_LOW = 16
"""Below this height there is no room for the ledger."""

_TALL = 40
"""From this height on the ledger has more lines."""


class SteppingApp(App[None]):
    """Steps through a trace, forwards and back."""

    TITLE = "backtrace"
    AUTO_FOCUS = None
    CSS = """
    Screen { background: $background; color: $foreground; }
    ModalScreen { background: $background 60%; }
    #main { height: 1fr; layout: grid; grid-size: 2 2; grid-columns: 42% 1fr; grid-rows: 1fr 10; }
    #main LedgerView { column-span: 2; height: 100%; }
    .-narrow #main { grid-columns: 31 1fr; grid-rows: 1fr 1fr; }
    .-narrow DerivationView { row-span: 2; }
    .-narrow #main LedgerView { column-span: 1; }
    .-tall #main { grid-rows: 1fr 16; }
    .-tiny #main LedgerView { column-span: 1; }
    .-tiny #main { grid-size: 1 2; grid-columns: 1fr; grid-rows: 1fr 8; }
    .-tiny NetworkView, .-flat LedgerView { display: none; }
    .-flat #main { grid-rows: 1fr 0; }
    .-projector #main { grid-columns: 36% 1fr; grid-rows: 1fr 0; }
    .-projector LedgerView { display: none; }
    .-ascii Page, .-ascii NetworkView, .-ascii GuessBar, .-ascii ModalScreen > Vertical { border-top: ascii $primary; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (_NARROW, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 (as textual declares it)
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (_LOW, "-low"), (_TALL, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]

    session: reactive[Session] = reactive(None, init=False, always_update=True)  # type: ignore[arg-type]

    def __init__(self, session: Session, language: Language = "text", theme: str = THEMES[0].name) -> None:
        super().__init__()
        self.language: Language = language
        self.set_class(language == "ascii", "-ascii")
        self.set_reactive(SteppingApp.session, session)
        self.asked_to_leave = False
        self.is_symbolic = False
        self.closed_form: Sequence[Block] = ()
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
        self.theme_changed_signal.subscribe(self, self.dress)
        self.dress(self.current_theme)
        end_on_signals(self)
        self.paint(is_new=True)

    def on_resize(self) -> None:
        """More room shows more of each quantity."""
        self.call_after_refresh(self.paint)

    def watch_session(self, before: Session, after: Session) -> None:
        """Paint what the new session shows; sympy's form of a new line is worked out anew."""
        self.asked_to_leave, self.closed_form = False, ()
        self.paint(is_new=(before.number, before.trace) != (after.number, after.trace))
        if self.is_symbolic:
            self.work_symbolic()

    def paint(self, is_new: bool = False) -> None:
        """Paint all parts of the screen from the session."""
        session = self.session
        walk, stop = session.walk, session.stop
        self.query_one(Position).show(session)
        self.query_one(NetworkView).show(diagram(walk, stop, hidden=session.is_veiled))
        view = self.query_one(DerivationView)
        view.border_title = f" {walk.title(stop)} "
        view.show([*session.blocks, *self.closed_form], self.theme == PROJECTOR, is_new)
        most = 4 if self.size.width >= _WIDE else 2
        book = self.query_one(LedgerView)
        book.border_title = f" ledger of update {stop.update:,} " if stop.kind == "ending" else " ledger "
        book.show(ledger(walk, stop, most, session.unchanged, session.is_veiled))
        self.query_one(GuessBar).show(session)

    def action_session(self, method: str, *arguments: object) -> None:
        """Take the session that a method of the present one gives."""
        session = getattr(self.session, method)(*arguments)
        if session is self.session:
            self.notify(NOTHING_CHANGED[method])
        else:
            self.session = session

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
        if self.session.stop.equation is None or self.session.is_veiled:
            self.notify(HIDDEN if self.session.is_veiled else NO_LINE)
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
        """Have sympy's closed form worked out and shown, or show it no longer."""
        self.is_symbolic, self.closed_form = not self.is_symbolic, ()
        self.paint()
        if self.is_symbolic:
            self.work_symbolic()

    @work(thread=True, exclusive=True, group="symbolic")
    def work_symbolic(self) -> None:
        """Work out sympy's closed form of this line's gradient aside, as sympy takes its time."""
        from backtrace.tui.symbolic import closed_form

        session, worker = self.session, get_current_worker()
        blocks = (Prose((HIDDEN,), "note"),) if session.is_veiled else closed_form(session.walk, session.stop)
        if not worker.is_cancelled and session is self.session:
            self.call_from_thread(self.show_symbolic, blocks)

    def show_symbolic(self, blocks: Sequence[Block]) -> None:
        """Show the closed form below the line."""
        self.closed_form = blocks
        self.paint()

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
        self.push_screen(Keys(BINDINGS, self.language == "ascii"))

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
