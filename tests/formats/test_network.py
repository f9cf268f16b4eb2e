"""The network drawn in characters: a few pictures as they are, and what holds of every picture in every size."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from rich.cells import cell_len

from backtrace.engine.trace import run
from backtrace.formats.canvas import Canvas
from backtrace.formats.network import Drawing, drawn
from backtrace.formula.writing import Language
from backtrace.lesson.diagram import Diagram, Edge, diagram
from backtrace.lesson.walk import Walk
from backtrace.scenario import load, names, path_of, scenario

SIZES = [(28, 8), (42, 16), (60, 24), (120, 50)]
PENDING = {"text": "…", "ascii": "..."}


@cache
def walk(name: str) -> Walk:
    return Walk(run(load(path_of(name))))


def picture(name: str, number: int, width: int, height: int, language: Language = "text") -> str:
    whole = walk(name)
    return "\n".join(line.rstrip() for line in str(drawing(whole, number, width, height, language)).split("\n"))


def drawing(whole: Walk, number: int, width: int, height: int, language: Language = "text") -> Drawing:
    return drawn(diagram(whole, whole.stop(number)), width, height, language)


def test_the_error_flows_back_in_the_lecture() -> None:
    """What takes part has ► before it or a dense line, arrows point back, labels stand on their lines."""
    assert (
        picture("lecture", 9, 42, 16)
        == """\
    (1) ⠂             (1) ⠂
        ⠐⠂                ⠐
         ⠂⠂                ⠐
         ⠐ ⠐              bʸ 0.4
          ⠂ ⠐                ⠂
         0.2 ⠐               ⠐
 x₁ 0.5 ⠂ ⠂⠐⠂ ⠒►h₁  0.627 ◄⠢⡀ ⠐
         ⠂  ⠂⠐  δʰ₁ 0.020  0.3 ⠂
        0.6 ⠐                ⠈⠢⡀⠂
           ⠐ ⠂                 ⡕⠐►ŷ  0.725
        0.4 ⠐⠐               ⢠⠊   δʸ 0.289
         ⠂   ⠐⠂            0.5
 x₂ 0.8 ⠂ 0.8 ⠒►h₂  0.758 ◄⠊
                δʰ₂ 0.027

◄── the error flows back: δʸ along V"""
    )


def test_the_network_before_the_first_step() -> None:
    """Nothing is marked, and what is not computed yet is shown as that; every weight has its label."""
    assert (
        picture("lecture", 0, 60, 18)
        == """\
     (1) ⠂                     (1) ⠂
          ⠂⠂                        ⠐
           ⠂ ⠂                       ⠐
            ⠂  ⠂                     bʸ 0.4
            0.2 ⠐                       ⠐
              ⠂   ⠐                       ⠂
               ⠂    ⠐                      ⠂
  x₁ 0.5 ⠂  0.2 ⠐⠂ ⠂ ⠂⠐⠂ h₁      … ⠂ ⡀      ⠐
           ⠂     ⠐ ⡀ ⠁              v₁₁ 0.3   ⠂
            0.6  ⡀⠐                        ⠁ ⠄ ⠂
               ⠅ ⡀ ⠐                           ⠅⠐⠂ ŷ      …
            0.4    ⡀⠐                      ⠄ ⠁
           ⠂         ⠔              v₂₁ 0.5
  x₂ 0.8 ⠂  0.8  ⠂ ⠂ ⠂⠐⠂ h₂      … ⠂



what is given                             … not computed yet"""
    )


def test_a_narrow_screen_shows_the_layers_that_take_part() -> None:
    """Where not all layers fit, a sign at the side says that there are more."""
    assert (
        picture("lecture", 1, 28, 8)
        == """\
   ►(1) ⠢⣄⡀           (1)  ⋯
         ⠑⢌⠒⢄⡀
►x₁ 0.5 ⠲⢖⡒⠳⣒⡺⠗►h₁      …
         ⢀⡨⠒⢍⣢   z₁ 0.520
►x₂ 0.8 ⠚⠓⠒⠒⠒⠚⠓►h₂      …
                 z₂ 1.140

──► x flows forward along W"""
    )


def test_ascii_has_no_other_signs() -> None:
    """Without Unicode lines are drawn with - / and backslash, dotted ones with dots, and arrows with < and >."""
    assert (
        picture("lecture", 12, 60, 16, "ascii")
        == r"""     (1) .                     (1) .

          ..                         .
             .                     b_y 0.4
            .                          .
               0.1
  x1 0.5 . . . . .. h1       0.627 -\   .
               0.4  delta_h1 0.020  0.173
           .  .                        \-\.
             .                            X-- y_hat   0.725
           .   0.2                     /-/    delta_y 0.289
               0.6                  0.347
  x2 0.8 . 0.8 . .. h2       0.758 -/
                    delta_h2 0.027

V is updated with dL_dV"""
    )


def places() -> Iterator[tuple[str, int]]:
    """Every line of a scenario's first sample, and the lines of its update, the opening and the ending."""
    for name in names():
        whole = walk(name)
        samples = len(whole.trace.schedule.samples(1))
        each, update = len(whole.of_sample), len(whole.of_update)
        first = samples * each + 1
        yield from ((name, number) for number in (*range(each + 1), *range(first, first + update), whole.ending))


def cells(line: str, first: int, end: int) -> str:
    """The part of a line between two columns, a combining character with the one that it belongs to."""
    found, column = "", 0
    for character in line:
        size = cell_len(character)
        if first <= column - (size == 0) < end:
            found += character
        column += size
    return found


def check(shown: Diagram, drawing: Drawing, width: int, height: int, language: Language) -> None:
    lines = str(drawing).split("\n")
    assert len(lines) <= height
    assert max(map(cell_len, lines)) <= width
    caption = "".join(part if isinstance(part, str) else part.linear(language) for part in shown.caption)
    assert caption.replace(" ", "") in "".join(lines).replace(" ", "")
    neurons = {n.name.linear(language): n for layer in shown.layers for n in layer.neurons}
    nodes = [region for region in drawing.regions if cells(lines[region.row], region.first, region.end) == "(1)"]
    of_neurons = [region for region in drawing.regions if region not in nodes]
    covered = [(region.row, column) for region in drawing.regions for column in range(region.first, region.end)]
    assert len(covered) == len(set(covered))
    marks = 0
    for first, second in zip(of_neurons[::2], of_neurons[1::2], strict=True):
        above, below = (cells(lines[region.row], region.first, region.end) for region in (first, second))
        name, *rest = above[1:].split()  # in the first cell is the mark, or the end of a line
        neuron = neurons[name]
        value = PENDING[language] if neuron.value is None else neuron.value.linear(language)
        newest = " ".join(part.linear(language) for part in neuron.second) if neuron.second else ""
        assert (rest, below.strip()) in (([value], newest), ([value], ""), ([], value))
        assert above.startswith(("►", ">")) == neuron.is_marked
        assert first.stop == second.stop == neuron.stop
        marks += neuron.is_marked
    assert marks or not any(neuron.is_marked for neuron in neurons.values())
    written = {form for edge in shown.edges for form in labels(edge, language)}
    for line in drawing.lines:
        for part in line:
            if part.role == "label":
                assert all(label in written for label in re.split(r"\s\s+", part.text.strip()))


def labels(edge: Edge, language: Language) -> set[str]:
    name, value = edge.name.linear(language), edge.value.linear(language)
    return {f"{name} {value}", value}


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_picture_fits_and_says_what_is_there(width: int, height: int) -> None:
    """In every size: nothing is too wide, too high, cut or covered; marks, values and regions are the neurons' own."""
    for name, number in places():
        whole = walk(name)
        shown = diagram(whole, whole.stop(number))
        check(shown, drawn(shown, width, height), width, height, "text")


def test_every_picture_fits_in_ascii() -> None:
    """The same holds without Unicode, where names are longer, and no other character slips in."""
    for name, number in places():
        whole = walk(name)
        shown = diagram(whole, whole.stop(number))
        drawing = drawn(shown, 42, 16, "ascii")
        check(shown, drawing, 42, 16, "ascii")
        assert str(drawing).isascii()


@pytest.mark.parametrize(("width", "height"), [(42, 16), (60, 24), (100, 40)])
@pytest.mark.parametrize("name", ["lecture", "mazur", "softmax-regression", "three-layer"])
def test_layers_stand_in_mirror_image(name: str, width: int, height: int) -> None:
    """The neurons of every layer lie as far above the middle as below it, in straight columns."""
    whole = walk(name)
    shown = diagram(whole, whole.stop(0))
    drawing = drawn(shown, width, height)
    regions = [region for region in drawing.regions if region.row]
    for first in {region.first for region in regions}:
        rows = sorted({region.row for region in regions if region.first == first})
        middle = {top + bottom for top, bottom in zip(rows, reversed(rows), strict=True)}
        assert len(middle) == 1


def dots(text: str) -> int:
    return sum((ord(character) - 0x2800).bit_count() for character in text if "⠀" <= character <= "⣿")


@pytest.mark.parametrize(("width", "height"), [(36, 12), (60, 24), (100, 40)])
def test_what_takes_part_is_dense(width: int, height: int) -> None:
    """Without colour the marked lines stand out: they have several times the dots of the others."""
    whole = walk("hmkcode")
    before, at_z = (str(drawing(whole, number, width, height)) for number in (0, 1))
    first = slice(0, width // 2)
    sparse, dense = (sum(dots(line[first]) for line in each.split("\n")) for each in (before, at_z))
    assert dense > 2 * sparse


def test_dense_and_dotted_lines_in_ascii() -> None:
    """A dense line is drawn with strokes, a dotted one with a dot in every second cell."""
    canvas = Canvas(8, 2, "ascii")
    canvas.line(1, (0, 0), (0, 7), is_dense=True)
    canvas.line(2, (1, 0), (1, 7), is_dense=False)
    assert ["".join(part.text for part in line) for line in canvas.rows()] == ["--------", ". . . ."]


def test_a_straight_line_is_straight_both_ways() -> None:
    """A line that falls is the mirror image of the one that rises."""
    falling, rising = Canvas(9, 5, "ascii"), Canvas(9, 5, "ascii")
    falling.line(1, (0, 0), (4, 8), is_dense=True)
    rising.line(1, (4, 0), (0, 8), is_dense=True)
    down, up = (["".join(part.text for part in line) for line in each.rows()] for each in (falling, rising))
    assert [line.replace("\\", "/") for line in down] == up[::-1]


def test_arrows_point_the_way_things_flow() -> None:
    """Forward the mark of the receiving neuron is the head; backward a head of its own stands at the sender."""
    forward, back, update = (picture("lecture", number, 60, 24) for number in (1, 9, 12))
    assert re.search(r"[⠁-⣿]► h₁", forward)
    assert "◄" not in forward
    assert back.count("◄") == 3  # one at each hidden neuron, one before the caption
    assert re.search(r"h₁ +0.627 ◄", back)
    assert not re.search("[►◄]", update)


def test_combining_characters_take_no_cell() -> None:
    """A letter with an accent of its own stands in one cell."""
    canvas = Canvas(4, 1, "text")
    canvas.write(0, 0, "m̂1", "name")
    (line,) = canvas.rows()
    assert line[0].text == "m̂1"
    assert cell_len(line[0].text) == 2


def test_a_large_layer_counts_what_it_leaves_out() -> None:
    """Of a large layer a few neurons at both ends are drawn, fewer where there is less room, and in a moment."""
    random = np.random.default_rng(0)
    whole = Walk(run(scenario(
        weights=[random.normal(size=(128, 784)) / 28, random.normal(size=(10, 128)) / 11], biases=[0.1, 0.2],
        x=random.random(784), y=random.random(10), activation="tanh", learning_rate=0.1,
    )))  # fmt: skip
    shown = diagram(whole, whole.stop(1))
    start = time.perf_counter()
    large, small = (str(drawn(shown, width, height)) for width, height in ((100, 40), (36, 12)))
    assert time.perf_counter() - start < 1
    assert [word in large for word in ("x₃", "x₇₈₃", "⋮ 779 more", "⋮ 123 more", "⋮ 5 more")] == [True] * 5
    assert [word in small for word in ("x₂ ", "x₇₈₄", "⋮ 782 more", "⋮ 126 more")] == [False, True, True, True]


def test_a_weight_that_becomes_another_is_shown_with_both() -> None:
    """At the update's line the old and the new value stand on the edge where there is room, else the new one."""
    assert "v₁₁ 0.3 → 0.173" in picture("lecture", 12, 100, 40)
    assert "0.173" in picture("lecture", 12, 42, 16)


def test_a_gradient_stands_beside_its_weight() -> None:
    """At the gradient's line it stands on the edge with its name where there is room."""
    assert "v₁₁ 0.3, ∂L/∂v₁₁ 0.181" in picture("lecture", 7, 100, 40)
    assert "0.181" in picture("lecture", 7, 60, 24)


def test_the_picture_stays_still_through_an_update() -> None:
    """Names stand in the same cells at every line of an update, whatever is computed."""
    whole = walk("lecture")

    def place_of(number: int) -> list[tuple[int, int]]:
        lines = str(drawing(whole, number, 60, 24)).split("\n")
        return [
            (row, line.index(name))
            for name in ("x₁", "h₁ ", "h₂ ", "ŷ ")
            for row, line in enumerate(lines[:22])
            if name in line
        ]

    assert len({tuple(place_of(number)) for number in range(16)}) == 1
