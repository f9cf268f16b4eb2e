"""Where we are, in two lines: the example, update and sample; the phases as bars, and which step of how many."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from backtrace.formats.safe import printable
from backtrace.formula.writing import Language
from backtrace.lesson.place import here
from backtrace.lesson.walk import Stop, Walk
from backtrace.tui.session import Session

_WIDEST_BAR = 6
_ONLY_ONE = ("epoch 1 of 1", "sample 1 of 1")
_BLOCKS = {"text": ("█", "░"), "ascii": ("#", ".")}


class Position(Widget):
    """The two lines at the top of the screen."""

    DEFAULT_CSS = "Position { dock: top; height: 2; background: $panel; padding: 0 1; }"

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language
        self.session: Session | None = None

    def show(self, session: Session) -> None:
        """Show where this session is."""
        self.session = session
        self.refresh()

    def render(self) -> Content:
        """Both lines, as wide as the screen."""
        if self.session is None:
            return Content("")
        walk, stop, width = self.session.walk, self.session.stop, self.size.width
        step, *rest = here(walk, stop)
        said = " · ".join(part for part in rest if part not in _ONLY_ONE)
        above = _apart(_example(self.session, self.language), Content(said), width)
        below = _apart(self.phases(walk, stop), Content.styled(step, "bold"), width)
        return Content("\n").join([above, below])

    def phases(self, walk: Walk, stop: Stop) -> Content:
        """Each phase with a bar of what is worked of it; the present one in capital letters."""
        done, open_ = _BLOCKS["ascii" if self.language == "ascii" else "text"]
        parts = []
        for title, worked, lines in walk.phases(stop):
            size = min(lines, _WIDEST_BAR)
            filled = round(size * worked / lines) if lines else 0
            name = title.split()[0].lower()
            is_here = stop.kind == "line" and stop.stage.phase == name
            label = Content.styled(name.upper(), "bold $accent") if is_here else Content(name)
            parts.append(Content.assemble(label, " ", (done * filled, "$primary"), (open_ * (size - filled), "dim")))
        return Content("  ").join(parts)


def _example(session: Session, language: Language) -> Content:
    scenario = session.trace.scenario
    title = scenario.title or "-".join(map(str, scenario.units))
    if session.changes:
        title = f"what if {', '.join(session.changes)}?  {title}"
    return Content.styled(
        printable(title, ascii_only=language == "ascii"), "bold $accent" if session.changes else "bold"
    )


def _apart(left: Content, right: Content, width: int) -> Content:
    """One text at the left and one at the right end of a line; the left one is cut where there is no room."""
    room = width - right.cell_length - 2
    if left.cell_length > room:
        left = left.truncate(max(room, 0), ellipsis=True)
    return Content.assemble(left, " " * (width - left.cell_length - right.cell_length), right)
