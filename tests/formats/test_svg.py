"""The network as an SVG picture: all of it there, nothing over anything else, nothing that runs or is fetched."""

from __future__ import annotations

import io
import math
import re
from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest

import backtrace
from backtrace.errors import InputError
from backtrace.formats.places import placed
from backtrace.formats.svg import Colours, print_svg, svg_of
from backtrace.lesson.diagram import Diagram, diagram
from backtrace.lesson.general import general
from backtrace.lesson.pictures import pictured
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import names, path_of

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("names", "values", "general", "gradient", "update")


@cache
def trace(name: str) -> backtrace.Trace:
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(epochs=min(scenario.epochs, 2)))


def picture(name: str, kind: str) -> tuple[Diagram, bool]:
    """A picture of a bundled scenario, and whether it has values."""
    worked = trace(name)
    match kind:
        case "names" | "values":
            return pictured(worked, Telling(), kind == "values"), kind == "values"
        case "general":
            return general(worked), False
    walk = Walk(worked)
    wanted = "dL_dW1" if kind == "gradient" else "W1_next"
    stops = (walk.stop(number) for number in range(1, len(walk) + 1))
    stop = next((stop for stop in stops if stop.equation and stop.equation.id == wanted), walk.stop(1))
    return diagram(walk, stop), True


def elements(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter())


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in elements(svg) if element.tag == f"{SVG}text"]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stands_over_anything_else(name: str, kind: str) -> None:
    """Labels, neurons and what is written below them keep clear of one another, inside the picture."""
    places = placed(*picture(name, kind))
    areas = [area for node in places.nodes for area in list(node.areas)[1:]] + [link.area for link in places.links]
    assert not [pair for pair in combinations(areas, 2) if pair[0].meets(pair[1])]
    for node in places.nodes:
        assert not any(link.area.meets(next(node.areas)) for link in places.links)
    for area in (*areas, *(next(node.areas) for node in places.nodes)):
        assert area.width / 2 <= area.x <= places.width - area.width / 2
        assert area.height / 2 <= area.y <= places.height - area.height / 2


@pytest.mark.parametrize("name", names())
def test_every_label_lies_on_its_edge(name: str) -> None:
    """The middle of a label is a point of the line that it names, and both ends of the line are seen."""
    for link in placed(*picture(name, "values")).links:
        middle = (link.area.x, link.area.y)
        way = math.dist(link.start, middle) + math.dist(middle, link.end)
        assert way == pytest.approx(math.dist(link.start, link.end))


def test_it_shows_every_neuron_and_weight() -> None:
    """Names in the notation; with values the numbers after the forward pass."""
    assert {"x₁", "h₂", "ŷ", "w₁₂", "bʰ₁", "v₂₁", "1", "hidden layer"} <= set(
        texts(svg_of(*named("lecture"), values=False))
    )
    with_values = texts(svg_of(pictured(trace("lecture"), Telling(), True), "x"))
    assert {"w₁₂ = 0.6", "0.627", "y = 0"} <= set(with_values)


def named(name: str) -> tuple[Diagram, str]:
    return pictured(trace(name), Telling(), False), "A title"


def test_the_general_figure_has_dots_and_letters() -> None:
    """Three dots in each layer, and the last weights with letters."""
    svg = svg_of(general(trace("lecture")), "x", values=False)
    assert sum(element.get("r") == "2.4" for element in elements(svg)) == 9
    assert {"xₙ", "hₘ", "ŷₖ", "wₙₘ", "vₘₖ", "bʰₘ"} <= set(texts(svg))


@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_reader_gets_all_of_it(kind: str) -> None:
    """The picture has a role, a title and a description with each neuron and weight; its ids are those of its name."""
    found, values = picture("three-layer", kind)
    root = ElementTree.fromstring(svg_of(found, "A & B", values=values, name="step-7"))
    assert root.get("role") == "img"
    by_id = {element.get("id"): element.text or "" for element in root}
    assert root.get("aria-labelledby") == "step-7-title step-7-desc"
    assert by_id["step-7-title"] == "A & B"
    for each in (*(n for layer in found.layers for n in layer.neurons), *found.edges):
        assert each.name.linear("text") in by_id["step-7-desc"]


def test_the_description_keeps_capital_and_small_letters_apart() -> None:
    """Its first letter is a capital one, and symbols are as they are: W is a matrix, w an entry of it."""
    trace = backtrace.run(backtrace.load(path_of("lecture")))
    assert trace.diagram("dL_dz1").said.startswith("The error flows back: δʸ along V. ")
    assert trace.diagram("W1_next").said.startswith("W is updated with ∂L/∂W. ")
    assert trace.diagram("z1").said.startswith("x flows forward along W. ")


def test_what_takes_part_is_marked_without_colour() -> None:
    """A marked neuron has a second ring, a marked edge a thicker line; the error's arrow points back."""
    found, values = picture("lecture", "gradient")
    root = ElementTree.fromstring(svg_of(found, "x", values=values))
    marked = [g for g in root.iter(f"{SVG}g") if "marked" in (g.get("class") or "")]
    rings = {len(list(g.iter(f"{SVG}circle"))) for g in marked if "neuron" in g.get("class", "")}
    lines = [line for g in marked for line in g.iter(f"{SVG}line")]
    assert rings == {2}
    assert lines
    assert all(line.get("stroke-width") == "4" for line in lines)
    assert all(float(line.get("x1", 0)) > float(line.get("x2", 0)) for line in lines)


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "]]>&<!--", "a\x00\x1b[31m\u202eb", '" onload="x'])
def test_it_stands_by_itself(title: str) -> None:
    """No title becomes markup, and nothing in the file runs, is styled from outside or fetched."""
    stream = io.StringIO()
    print_svg(pictured(trace("lecture"), Telling(), True), title, stream, True)
    text = stream.getvalue()
    tags = {element.tag.removeprefix(SVG) for element in elements(text)}
    assert tags == {"svg", "title", "desc", "rect", "g", "line", "polygon", "circle", "text"}
    keys = {key for element in elements(text) for key in element.attrib}
    assert not any(key.startswith("on") or key in ("href", "style") for key in keys)
    assert re.findall(r"https?:[^\"]*", text) == ["http://www.w3.org/2000/svg"]


@pytest.mark.parametrize("colour", ["ink", "line", "mark"])
def test_its_colours_can_be_told_from_the_ground(colour: str) -> None:
    """Contrast at least 7 to 1, after WCAG 2.1."""
    assert contrast(getattr(Colours(), colour), Colours().ground) >= 7


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_page_can_give_it_colours_of_its_own() -> None:
    """Colours may be the page's variables."""
    svg = svg_of(
        *named("lecture"), values=False, colours=Colours("var(--ground)", "var(--ink)", "var(--line)", "var(--mark)")
    )
    assert "var(--ground)" in svg
    assert "#ffffff" not in svg


def test_large_layers_are_elided() -> None:
    """Of many neurons the first and last are drawn, and the description says how many are not."""
    scenario = backtrace.scenario(
        weights={"init": "he_normal"}, units=[30, 2], x=[0.1] * 20, y=[0.0, 1.0], learning_rate=0.1, seed=1, biases=0.0
    )
    found = pictured(backtrace.run(scenario), Telling(), True)
    assert [len(layer.neurons) for layer in found.layers] == [5, 5, 2]
    assert "and 25 more" in svg_of(found, "x")
    assert placed(found, True).width < 1600


def test_one_update_and_sample_are_pictured() -> None:
    """The values are those of the update and sample asked for; several, and one that is not there, are refused."""
    worked = trace("xor")
    found = pictured(worked, Telling(updates=(2,), samples=(3,)), True)
    assert [n.value.linear("text") for n in found.layers[0].neurons if n.value] == [
        f"{value:g}" for value in worked.scenario.x[2]
    ]
    for asked in ({"updates": (1, 2)}, {"samples": (9,)}, {"updates": (99,)}):
        with pytest.raises(InputError):
            pictured(worked, Telling(**asked), True)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", names())
def test_every_size_of_a_general_figure_is_a_letter(name: str) -> None:
    """The last neuron of each layer is named by a letter of its own."""
    last = [layer.neurons[-1].name.linear("text") for layer in general(trace(name)).layers]
    assert len(set(last)) == len(last)
    assert last[-1][-1] == "ₖ" or "k" in last[-1]
