"""The network: neurons with their values, edges with weights, what takes part in the step marked, the flow visible."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from backtrace.formats.network import drawn
from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Diagram

_STYLES = {"marked": "bold $accent", "faint": "$text-muted", "arrow": "bold $accent", "caption": "italic"}


class NetworkView(Widget, can_focus=False):
    """The drawing of a diagram, as large as there is room; a click on a neuron goes where it was worked."""

    DEFAULT_CSS = """
    NetworkView { border-top: solid $primary; border-title-color: $foreground; border-title-style: bold; padding: 0 1; }
    """
    BORDER_TITLE: ClassVar[str] = " network "

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language
        self.diagram: Diagram | None = None

    def show(self, diagram: Diagram) -> None:
        """Show this diagram."""
        self.diagram = diagram
        self.refresh()

    def render(self) -> Content:
        """The drawing at the size of the widget."""
        if self.diagram is None or not self.size.area:
            return Content("")
        drawing = drawn(self.diagram, self.size.width, self.size.height, self.language)
        lines = [Content.assemble(*((run.text, _STYLES.get(run.role, "")) for run in line)) for line in drawing.lines]
        for region in drawing.regions:
            click = Style.from_meta({"stop": region.stop})
            lines[region.row] = lines[region.row].stylize(click, region.first, region.end)
        return Content("\n").join(lines)
