"""The picture of the network as plain data: the values of the moment, what takes part, and what flows."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import run
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.diagram import DECIMALS, Diagram, Edge, Neuron, diagram, shown_places
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import load, names, path_of, scenario


@cache
def walk(name: str, detail: bool = False, **changes: Any) -> Walk:
    """The walk of a bundled scenario, with some keywords replaced."""
    return Walk(run(load(path_of(name)).with_(**changes)), Telling(detail=detail))


def at(name: str, quantity: str, number: int = 1, **changes: Any) -> Diagram:
    """The picture at the line that gives the quantity, the first or a later one."""
    whole = walk(name, **changes)
    stops = (whole.stop(place) for place in range(1, len(whole) + 1))
    stop = [stop for stop in stops if stop.equation and stop.equation.id == quantity][number - 1]
    return diagram(whole, stop)


def text(formula: Formula | None) -> str | None:
    return formula.linear("text") if formula else None


def said(sentence: Sentence) -> str:
    return "".join(part if isinstance(part, str) else part.linear("text") for part in sentence)


def neurons(picture: Diagram) -> list[Neuron]:
    return [neuron for layer in picture.layers for neuron in layer.neurons]


def values(picture: Diagram) -> dict[str, str | None]:
    """The value of every neuron by its name."""
    return {neuron.name.linear("text"): text(neuron.value) for neuron in neurons(picture)}


def seconds(picture: Diagram) -> list[str | None]:
    """What stands below each neuron."""
    return [" ".join(part.linear("text") for part in n.second) if n.second else None for n in neurons(picture)]


def marked(picture: Diagram) -> set[str]:
    """The names of the neurons and edges that take part."""
    return {each.name.linear("text") for each in (*neurons(picture), *picture.edges) if each.is_marked}


def edge(picture: Diagram, name: str) -> Edge:
    (found,) = (each for each in picture.edges if each.name.linear("text") == name)
    return found


W, V = {"w₁₁", "w₁₂", "w₂₁", "w₂₂"}, {"v₁₁", "v₂₁"}
X, H = {"x₁", "x₂"}, {"h₁", "h₂"}


@pytest.mark.parametrize(
    ("quantity", "taking_part"),
    [
        ("z1", X | W | H | {"bʰ₁", "bʰ₂"}),
        ("a1", H),
        ("z2", H | V | {"ŷ", "bʸ"}),
        ("a2", {"ŷ"}),
        ("L", {"ŷ"}),
        ("dL_dz2", {"ŷ"}),
        ("dL_dW2", {"ŷ"} | V | H),
        ("dL_db2", {"ŷ", "bʸ"}),
        ("dL_dz1", {"ŷ"} | V | H),
        ("dL_dW1", H | W | X),
        ("dL_db1", H | {"bʰ₁", "bʰ₂"}),
        ("W2_next", V),
        ("b1_next", {"bʰ₁", "bʰ₂"}),
    ],
)
def test_what_takes_part_is_marked(quantity: str, taking_part: set[str]) -> None:
    """What a line gives and what it reads is marked: neurons for values and errors, edges for weights."""
    assert marked(at("lecture", quantity)) == taking_part


def test_nothing_is_marked_before_the_first_line_and_after_the_last() -> None:
    """The opening and the ending have no line that anything could take part in."""
    whole = walk("lecture")
    assert [marked(diagram(whole, whole.stop(number))) for number in (0, whole.ending)] == [set(), set()]


def test_a_value_is_there_once_its_line_is_worked() -> None:
    """Activations are None until their line is worked; the input is given."""
    before, between, after = at("lecture", "z1"), at("lecture", "z2"), at("lecture", "a2")
    assert values(before) == {"x₁": "0.5", "x₂": "0.8", "h₁": None, "h₂": None, "ŷ": None}
    assert values(between) == values(before) | {"h₁": "0.627", "h₂": "0.758"}
    assert values(after) == values(between) | {"ŷ": "0.725"}


@pytest.mark.parametrize(
    ("quantity", "below"),
    [
        ("z1", [None, None, "z₁ 0.520", "z₂ 1.140", None]),
        ("a1", [None, None, "z₁ 0.520", "z₂ 1.140", None]),
        ("z2", [None, None, None, None, "u 0.967"]),
        ("L", [None, None, None, None, "y 0"]),
        ("dL_dz2", [None, None, None, None, "δʸ 0.289"]),
        ("dL_dz1", [None, None, "δʰ₁ 0.020", "δʰ₂ 0.027", "δʸ 0.289"]),
        ("b1_next", [None, None, "δʰ₁ 0.020", "δʰ₂ 0.027", "δʸ 0.289"]),
    ],
)
def test_what_is_newest_stands_below_a_neuron(quantity: str, below: list[str | None]) -> None:
    """First the pre-activation, then the target of an output, then the error signal."""
    assert seconds(at("lecture", quantity)) == below


def test_values_of_another_sample_are_gone() -> None:
    """In a batch the next sample begins with nothing worked, and shows its own input."""
    last, first = at("xor", "b1_next"), at("xor", "z1", 2)
    assert values(last)["h₁"] is not None
    assert values(first) == {"x₁": "0", "x₂": "1", "h₁": None, "h₂": None, "ŷ": None}


def test_an_edge_carries_its_weight_and_what_the_line_works_for_it() -> None:
    """The gradient stands beside the weight at its line; at the update the weight becomes another."""
    before, gradient, update = (edge(at("lecture", name), "v₁₁") for name in ("z2", "dL_dW2", "W2_next"))
    assert (text(before.value), before.beside, before.new) == ("0.3", None, None)
    assert gradient.beside is not None
    assert [text(gradient.value), *map(text, gradient.beside)] == ["0.3", "∂L/∂v₁₁", "0.181"]
    assert (text(update.value), update.beside, text(update.new)) == ("0.3", None, "0.173")
    assert text(edge(at("lecture", "b1_next"), "v₁₁").value) == "0.173"


@pytest.mark.parametrize("name", ["lecture", "pythonandml"])
def test_an_edge_leads_from_sender_to_receiver(name: str) -> None:
    """Whichever way the matrix is laid out, an edge has the weight that its two neurons share."""
    whole = walk(name)
    picture = diagram(whole, whole.stop(0), decimals=9)
    by_row = whole.trace.scenario.orientation == "row"
    weights = whole.trace.value("W1")
    for each in picture.edges:
        if each.end[0] == 1 and each.start[1]:
            sender, receiver = each.start[1] - 1, each.end[1] - 1
            entry = weights[sender, receiver] if by_row else weights[receiver, sender]
            assert float(each.value.linear("ascii")) == pytest.approx(entry)


def test_the_node_of_the_biases_stands_before_the_layer_that_they_lead_into() -> None:
    """Place 0 of a layer is the constant 1; a layer without biases after it has none."""
    picture = at("lecture", "z1")
    nodes = [layer.bias for layer in picture.layers]
    assert [node and (node.layer, node.place, text(node.name)) for node in nodes] == [(0, 0, "1"), (1, 0, "1"), None]
    bias = edge(picture, "bʰ₂")
    assert (bias.start, bias.end) == ((0, 0), (1, 2))
    assert [layer.bias for layer in at("hmkcode", "z1").layers] == [None, None, None]


@pytest.mark.parametrize(
    ("quantity", "direction", "caption"),
    [
        ("z1", "forward", "x flows forward along W"),
        ("a1", "forward", "z becomes h in each neuron"),
        ("L", "forward", "ŷ is compared with y"),
        ("dL_dz2", "backward", "the error starts at the output: δʸ"),
        ("dL_dW2", "backward", "δʸ meets h at each weight: ∂L/∂V"),
        ("dL_dz1", "backward", "the error flows back: δʸ along V"),
        ("dL_db1", "backward", "δʰ meets the 1 of the bias: ∂L/∂bʰ"),
        ("W1_next", None, "W is updated with ∂L/∂W"),
    ],
)
def test_a_caption_says_what_flows(quantity: str, direction: str | None, caption: str) -> None:
    """One short sentence made of the names in the scenario's notation, and which way things flow."""
    picture = at("lecture", quantity)
    assert (picture.direction, said(picture.caption)) == (direction, caption)


def test_captions_speak_the_notation_and_the_optimizer() -> None:
    """Another notation changes the names, another optimizer what a weight is updated with."""
    assert said(at("mazur", "dL_dz1").caption) == "the error flows back: δₒ along W₂"
    assert said(at("adam-by-hand", "W1_next").caption) == "θ is updated with step(θ)"
    assert said(at("adam-by-hand", "m_hat_W1").caption) == "on the way to the new θ: m̂(θ)"
    assert said(at("xor", "dJ_dW2").caption) == "the samples' gradients together: ∂J/∂V"
    assert said(at("lecture", "objective", l2=0.1).caption).startswith("the loss to make smaller: ")


def test_the_ending_shows_the_pass_with_the_new_parameters() -> None:
    """After the last line the answer is the new one, with the weights that give it, and is found there."""
    whole = walk("lecture")
    picture = diagram(whole, whole.stop(whole.ending))
    assert values(picture)["ŷ"] == "0.638"
    assert text(edge(picture, "v₁₁").value) == "0.173"
    assert [neuron.stop for neuron in neurons(picture)] == [0, 0, 16, 16, 16]


@pytest.mark.parametrize("detail", [False, True])
@pytest.mark.parametrize("name", names())
def test_a_neuron_knows_where_it_is_worked(name: str, detail: bool) -> None:
    """At that stop, and from there on in its update, the activation has a value; before it has none."""
    whole = walk(name, detail)
    for number in range(min(len(whole), 120) + 2):
        stop = whole.stop(number)
        for neuron in neurons(diagram(whole, stop)):
            assert neuron.stop is not None
            assert (neuron.value is not None) == (neuron.stop <= number)
            worked = whole.stop(neuron.stop).equation
            if neuron.layer and number < whole.ending:
                assert worked is not None
                assert worked.id == f"a{neuron.layer}"


def test_a_hidden_line_gives_nothing_away() -> None:
    """While the learner is to find the value, the line counts as not computed yet, but what takes part is marked."""
    whole = walk("lecture")
    for number, quantity in ((1, "z₁"), (9, "δʰ₁")):
        shown, hidden = (diagram(whole, whole.stop(number), hidden=hidden) for hidden in (False, True))
        assert any(below and below.startswith(quantity) for below in seconds(shown))
        assert not any(below and below.startswith(quantity) for below in seconds(hidden))
        assert marked(hidden) == marked(shown)
    assert values(diagram(whole, whole.stop(2), hidden=True))["h₁"] is None
    assert edge(diagram(whole, whole.stop(7), hidden=True), "v₁₁").beside is None
    update = edge(diagram(whole, whole.stop(12), hidden=True), "v₁₁")
    assert (text(update.value), update.new) == ("0.3", None)


def test_numbers_have_few_decimals_unless_more_are_asked_for() -> None:
    """A picture has room for four decimals; more are shown where a caller asks for them."""
    whole = walk("mazur")
    stop = whole.stop(2)
    assert values(diagram(whole, stop))["outₕ₁"] == "0.5933"
    assert values(diagram(whole, stop, decimals=9))["outₕ₁"] == "0.593269992"
    assert diagram(whole, stop).decimals == DECIMALS


def test_exact_arithmetic_shows_short_fractions() -> None:
    """What has no last decimal is a fraction, as in the lesson."""
    picture = at("fractions", "dL_dz2")
    assert seconds(picture)[-3:] == ["δʸ₁ 1/3", "δʸ₂ −2/3", "δʸ₃ 1/3"]
    assert list(values(picture).values())[-3:] == ["1.5", "0", "1.25"]


@pytest.mark.parametrize(
    ("size", "most", "places"),
    [
        (3, 8, [1, 2, 3]),
        (8, 8, [1, 2, 3, 4, 5, 6, 7, 8]),
        (784, 8, [1, 2, 3, 783, 784]),
        (9, 4, [1, 2, 8, 9]),
        (5, 2, [1, 5]),
        (5, 1, [1]),
    ],
)
def test_of_a_long_layer_both_ends_are_shown(size: int, most: int, places: list[int]) -> None:
    """All neurons where they are few enough, else the first and the last ones."""
    assert list(shown_places(size, most)) == places


def test_fewer_neurons_leave_their_edges_out() -> None:
    """A diagram with fewer neurons counts those that it leaves out, and has edges between shown ones only."""
    few = at("three-layer", "z2").fewer(2)
    assert [(len(layer.neurons), layer.before, layer.omitted) for layer in few.layers] == [
        (2, 2, 0), (2, 1, 1), (2, 1, 2), (2, 2, 0),
    ]  # fmt: skip
    shown = {(n.layer, n.place) for n in neurons(few)} | {(layer, 0) for layer in range(3)}
    assert {end for each in few.edges for end in (each.start, each.end)} == shown


def test_a_large_network_is_pictured_at_once() -> None:
    """Of 101,632 weights only those between the shown neurons are looked at."""
    random = np.random.default_rng(0)
    trace = run(scenario(
        weights=[random.normal(size=(128, 784)) / 28, random.normal(size=(10, 128)) / 11], biases=[0.1, 0.2],
        x=random.random(784), y=random.random(10), activation="tanh", learning_rate=0.1,
    ))  # fmt: skip
    whole = Walk(trace)
    diagram(whole, whole.stop(1))
    start = time.perf_counter()
    picture = diagram(whole, whole.stop(1))
    assert time.perf_counter() - start < 0.1
    assert [layer.omitted for layer in picture.layers] == [779, 123, 5]
    assert len(picture.edges) == 5 * 5 + 5 + 5 * 5 + 5
