"""The network as a Mermaid flowchart, which GitHub and many wikis draw: a box for each layer, a label on each arrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from backtrace.formats.places import layer_name
from backtrace.formats.safe import printable
from backtrace.lesson.diagram import Diagram, Edge, Layer, Neuron

# Signs that end a label, begin an entity, a tag, a formula or Markdown in one; by number they are themselves.
_SIGNS = '"#&<>`$*_~\\[]{}|;%'
_STYLES = ("classDef bias stroke-dasharray: 4 3", "classDef dots fill:none,stroke:none")


def print_mermaid(diagram: Diagram, title: str, stream: TextIO, values: bool) -> None:
    """Print the flowchart: names, and with `values` the numbers beside them."""
    for line in mermaid_lines(diagram, title, values):
        print(line, file=stream)


def mermaid_lines(diagram: Diagram, title: str, values: bool) -> Iterator[str]:
    """The lines of the flowchart."""
    yield "flowchart LR"
    if title := printable(title).strip():
        yield f"  accTitle: {_escaped(title)}"
    for place, layer in enumerate(diagram.layers):
        yield f'  subgraph layer{place}["{layer_name(diagram, place)}"]'
        yield from (f"    {line}" for line in _layer(layer, values))
        yield "  end"
    for edge in diagram.edges:
        yield f'  {_id(*edge.start)} -- "{_label(edge, values)}" --> {_id(*edge.end)}'
    yield from (f"  {style}" for style in _STYLES)


def _layer(layer: Layer, values: bool) -> Iterator[str]:
    """The nodes of a layer from top to bottom."""
    if layer.bias:
        yield f'{_id(layer.bias.layer, 0)}(("{_node(layer.bias, values)}")):::bias'
    for count, neuron in enumerate(layer.neurons):
        if count == layer.before and layer.omitted:
            yield f'dots{neuron.layer}["⋮"]:::dots'
        yield f'{_id(neuron.layer, neuron.place)}(("{_node(neuron, values)}"))'


def _id(layer: int, place: int) -> str:
    return f"n{layer}_{place}" if place else f"bias{layer}"


def _node(neuron: Neuron, values: bool) -> str:
    """Name and value of a neuron on one line, as circles grow with the width alone; below an output its target."""
    name = neuron.name.linear("text")
    lines = [f"{name} = {neuron.value.linear('text')}" if values and neuron.value else name]
    if values and neuron.second:
        lines.append(" = ".join(part.linear("text") for part in neuron.second))
    return "<br/>".join(map(_escaped, lines))


def _label(edge: Edge, values: bool) -> str:
    name = edge.name.linear("text")
    return _escaped(f"{name} = {edge.value.linear('text')}" if values else name)


def _escaped(text: str) -> str:
    """Text that stands in a label as it is."""
    return "".join(f"#{ord(c)};" if c in _SIGNS else c for c in printable(text))
