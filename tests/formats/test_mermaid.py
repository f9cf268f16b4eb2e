"""The network as a Mermaid flowchart: every neuron and weight, names or numbers, and nothing that a label could end."""

from __future__ import annotations

import io
import re

import pytest

import backtrace
from backtrace.formats.mermaid import mermaid_lines, print_mermaid
from backtrace.lesson.general import general
from backtrace.lesson.pictures import pictured
from backtrace.lesson.telling import Telling
from backtrace.scenario import names, path_of

NODE = re.compile(r'    (\w+)(?:\(\("([^"]*)"\)\)|\["([^"]*)"\])(?::::(\w+))?')
EDGE = re.compile(r'  (\w+) -- "([^"]*)" --> (\w+)')
OTHER = re.compile(r'flowchart LR|  accTitle: [^\n]+|  subgraph layer\d+\["[\w ]+"\]|  end|  classDef \w+ [\w:,\- ]+')


def trace(name: str) -> backtrace.Trace:
    scenario = backtrace.load(path_of(name))
    return backtrace.run(scenario.with_(epochs=min(scenario.epochs, 2)))


def chart(name: str, values: bool = False) -> list[str]:
    return list(mermaid_lines(pictured(trace(name), Telling(), values), "A title", values))


def read(lines: list[str]) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """The labels of the nodes, and the edges with theirs; every other line is one of a few kinds."""
    nodes = {m[1]: m[2] or m[3] for line in lines if (m := NODE.fullmatch(line))}
    edges = [(m[1], m[2], m[3]) for line in lines if (m := EDGE.fullmatch(line))]
    rest = [line for line in lines if not (NODE.fullmatch(line) or EDGE.fullmatch(line) or OTHER.fullmatch(line))]
    assert rest == []
    return nodes, edges


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("values", [False, True])
def test_every_weight_and_bias_is_an_arrow(name: str, values: bool) -> None:
    """Each entry of each parameter leads from one node to another, and both are there."""
    nodes, edges = read(chart(name, values))
    worked = trace(name)
    size = sum(worked[name].size for name in worked.plan.quantities if re.fullmatch(r"[Wb]\d+", name))
    assert len(edges) == size
    assert {end for edge in edges for end in (edge[0], edge[2])} <= set(nodes)


def test_names_are_the_notations() -> None:
    """Inputs, hidden neurons, output, the nodes with the constant 1, and a weight from its sender to its receiver."""
    nodes, edges = read(chart("lecture"))
    assert list(nodes.values()) == ["1", "x₁", "x₂", "1", "h₁", "h₂", "ŷ"]
    assert ("n0_1", "w₁₂", "n1_2") in edges
    assert ("bias1", "bʸ", "n2_1") in edges


def test_values_stand_beside_the_names() -> None:
    """After the forward pass: activations and weights behind their names, the target below the prediction."""
    nodes, edges = read(chart("lecture", values=True))
    assert nodes["n1_1"] == "h₁ = 0.627"
    assert nodes["n2_1"] == "ŷ = 0.725<br/>y = 0"
    assert ("n0_1", "w₁₂ = 0.6", "n1_2") in edges


def test_the_general_figure_has_dots() -> None:
    """N inputs, m hidden neurons and k outputs, with the last weight between the last neurons."""
    nodes, edges = read(list(mermaid_lines(general(trace("lecture")), "", values=False)))
    assert [label for label in nodes.values() if label == "⋮"] == ["⋮"] * 3
    assert ("n0_3", "wₙₘ", "n1_3") in edges
    assert ("n1_3", "vₘₖ", "n2_3") in edges


@pytest.mark.parametrize(
    "title", ['a"b', "%%{init: {'theme':'x'}}%%", "x\n  evil --> y", "#quot; <script>", "`_*~", ";a&b|c"]
)
def test_a_title_stays_on_its_line(title: str) -> None:
    """No sign of Mermaid's own is left in it."""
    stream = io.StringIO()
    print_mermaid(pictured(trace("lecture"), Telling(), False), title, stream, False)
    lines = stream.getvalue().splitlines()
    read(lines)
    assert not re.search(r"[\"%{}<>`]", lines[1])
