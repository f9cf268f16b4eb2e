"""The network as an SVG picture: circles, arrows with labels on them, and all of it in words for screen readers.

It stands by itself: no fonts, styles or programs; dark on a light ground of its own, so that it is legible on any page.
What takes part in a step is marked by double rings and thick lines as well as by colour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from backtrace.formats.places import LINE, SIZE, Link, Node, Places, Rectangle, placed
from backtrace.formats.safe import printable
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.diagram import Diagram

_FONT = "'DejaVu Serif', Cambria, 'STIX Two Text', 'Times New Roman', serif"
_ARROW, _HALF = 9, 4


@dataclass(frozen=True)
class Colours:
    """The ground, the ink of lines and text, and what marks; in a page these may be its own, such as var(--ink)."""

    ground: str = "#ffffff"
    ink: str = "#1a1a1a"
    line: str = "#595959"
    mark: str = "#0b4f9e"


def print_svg(diagram: Diagram, title: str, stream: TextIO, values: bool) -> None:
    """Print the picture as a file of its own."""
    print(svg_of(diagram, title, values=values), file=stream)


def svg_of(
    diagram: Diagram, title: str, *, values: bool = True, name: str = "network", colours: Colours | None = None
) -> str:
    """The picture as an `svg` element, which may stand in an HTML page; `name` begins the ids in it.

    With `values` numbers stand beside the names. The title and what the picture shows are there as text.
    """
    colours, places = colours or Colours(), placed(diagram, values)
    size = {"width": f"{places.width:.0f}", "height": f"{places.height:.0f}"}
    root = Element("svg", {
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {size['width']} {size['height']}", **size,
        "role": "img", "aria-labelledby": f"{name}-title {name}-desc", "font-family": _FONT, "font-size": str(SIZE),
        "text-anchor": "middle", "fill": colours.ink,
    })  # fmt: skip
    SubElement(root, "title", {"id": f"{name}-title"}).text = printable(title)
    SubElement(root, "desc", {"id": f"{name}-desc"}).text = described(diagram, values)
    SubElement(root, "rect", {"class": "ground", **size, "fill": colours.ground})
    drawing = _Drawing(root, diagram, colours)
    drawing.draw(places)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode")


def described(diagram: Diagram, values: bool) -> str:
    """All that the picture shows, in sentences."""
    said = [f"{_said(_opened(diagram.caption))}."]
    for layer in diagram.layers:
        names = [_named(n.name.linear("text"), n.value.linear("text") if values and n.value else "")
                 for n in layer.neurons]  # fmt: skip
        more = "" if not layer.omitted else f" and {layer.omitted} more" if diagram.decimals else ", and so on"
        said.append(f"Layer {layer.neurons[0].layer}: {', '.join(names)}{more}.")
    names_of = {(n.layer, n.place): n.name.linear("text") for layer in diagram.layers for n in layer.neurons}
    for edge in diagram.edges:
        what = _named(edge.name.linear("text"), edge.value.linear("text") if values else "")
        start = f"from {names_of[edge.start]} " if edge.start in names_of else "from the constant 1 "
        marked = ", takes part" if edge.is_marked else ""
        said.append(f"{what} leads {start}to {names_of[edge.end]}{marked}.")
    return " ".join(said)


def _named(name: str, value: str) -> str:
    return f"{name} = {value}" if value else name


def _opened(sentence: Sentence) -> Sentence:
    """The sentence with a capital letter at its start, unless a symbol stands there: case tells W from w."""
    first, *rest = sentence
    return (first[:1].upper() + first[1:] if isinstance(first, str) else first, *rest)


def _said(sentence: Sentence) -> str:
    return "".join(part if isinstance(part, str) else part.linear("text") for part in sentence)


@dataclass(frozen=True)
class _Drawing:
    """Draws into an element."""

    root: Element
    diagram: Diagram
    colours: Colours

    def draw(self, places: Places) -> None:
        """Lines first, then their labels, then the neurons."""
        for link in places.links:
            self.line(link)
        for link in places.links:
            self.label(link)
        for node in places.nodes:
            self.node(node)
        for x, y in places.dots:
            for dy in (-9, 0, 9):
                SubElement(self.root, "circle", {"cx": f"{x:.1f}", "cy": f"{y + dy:.1f}", "r": "2.4"})
        for x, y, text in places.titles:
            self.text(x, y, text, {"fill": self.colours.line, "class": "layer"})

    def line(self, link: Link) -> None:
        """An edge with its arrow; where the error flows back along it, the arrow points back."""
        is_marked = link.edge.is_marked
        start, end = link.start, link.end
        if is_marked and self.diagram.direction == "backward":
            start, end = end, start
        length = math.dist(start, end)
        ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        scale = 1.6 if is_marked else 1
        foot = end[0] - ux * _ARROW * scale, end[1] - uy * _ARROW * scale
        colour, half = self.colours.mark if is_marked else self.colours.line, _HALF * scale
        group = SubElement(self.root, "g", {"class": "edge marked" if is_marked else "edge"})
        SubElement(group, "line", {
            "x1": f"{start[0]:.1f}", "y1": f"{start[1]:.1f}", "x2": f"{foot[0]:.1f}", "y2": f"{foot[1]:.1f}",
            "stroke": colour, "stroke-width": "4" if is_marked else "1.3",
        })  # fmt: skip
        corners = (end, (foot[0] - uy * half, foot[1] + ux * half), (foot[0] + uy * half, foot[1] - ux * half))
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
        SubElement(group, "polygon", {"points": points, "fill": colour})

    def label(self, link: Link) -> None:
        """The label of an edge on a piece of the ground."""
        area, is_marked = link.area, link.edge.is_marked
        group = SubElement(self.root, "g", {"class": "label marked" if is_marked else "label"})
        self.ground(area, group)
        style = {"font-weight": "bold", "fill": self.colours.mark} if is_marked else {}
        for x, y, text in _lines(area.x, area.y, link.label):
            self.text(x, y, text, style, group)

    def node(self, node: Node) -> None:
        """A neuron; one that takes part has a second ring."""
        is_marked = node.neuron.is_marked
        kind = "neuron" if node.neuron.place else "bias"
        group = SubElement(self.root, "g", {"class": f"{kind} marked" if is_marked else kind})
        colour = self.colours.mark if is_marked else self.colours.ink
        circle = {"cx": f"{node.x:.1f}", "cy": f"{node.y:.1f}", "stroke": colour}
        ring = {"fill": self.colours.ground, "stroke-width": "3" if is_marked else "1.6"}
        SubElement(group, "circle", {**circle, "r": f"{node.radius:.1f}", **ring})
        if is_marked:
            SubElement(group, "circle", {**circle, "r": f"{node.radius - 4:.1f}", "fill": "none", "stroke-width": "1"})
        for x, y, text in _lines(node.x, node.y, node.inside):
            self.text(x, y, text, {}, group)
        if node.below:
            _, area = node.areas
            self.ground(area, group)
            self.text(area.x, area.y + SIZE * 0.35, node.below, {}, group)

    def ground(self, area: Rectangle, group: Element) -> None:
        """A piece of the ground, so that no line runs through what is written on it."""
        SubElement(group, "rect", {
            "x": f"{area.x - area.width / 2:.1f}", "y": f"{area.y - area.height / 2:.1f}",
            "width": f"{area.width:.1f}", "height": f"{area.height:.1f}", "fill": self.colours.ground,
        })  # fmt: skip

    def text(self, x: float, y: float, text: str, style: dict[str, str], group: Element | None = None) -> None:
        """A text about the middle x, its letters standing on y."""
        parent = self.root if group is None else group
        SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", **style}).text = printable(text)


def _lines(x: float, y: float, lines: tuple[str, ...]) -> Iterator[tuple[float, float, str]]:
    """The lines of a text one below another about a middle."""
    for number, line in enumerate(lines):
        yield x, y + (number - (len(lines) - 1) / 2) * LINE + SIZE * 0.35, line
