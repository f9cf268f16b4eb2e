"""What stands at the neurons and edges of a deck's network on one slide, and with how many revealed lines.

In a small network an edge is named beside its value, in a larger one the value stands alone: there is no room for more
in letters that the last row of a hall can read.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var
from backtrace.lesson.diagram import Diagram, Edge, Neuron
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.partaking import is_of
from backtrace.lesson.slides import Picture, Slide

SIZE, LINE = 30, 35
_OF_LETTER, _OF_SMALL = 0.57, 0.48
_FEW_EDGES, _FEW_LAYERS = 13, 4

Texts = list[str]
Changing = dict[int, Texts]
"""The lines of a text, each from a number of revealed lines on."""

Box = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Written:
    """What stands in the neurons of one slide, below them and at the edges."""

    picture: Picture
    inside: tuple[Changing, ...]
    below: tuple[Changing, ...]
    labels: tuple[Changing, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of all neurons and edges."""
        after = self.picture.after
        names = [part.name for part in neurons_of(after)] + [edge.name for edge in after.edges]
        return tuple(name.linear("text") for name in names)

    @property
    def boxes(self) -> list[Box]:
        """The room that each edge's label needs, whichever of its texts stands there."""
        return [_box([text for texts in label.values() for text in texts], max(map(len, label.values())))
                for label in self.labels]  # fmt: skip


def written_on(trace: Trace, slide: Slide, steps: Mapping[int, int]) -> Written | None:
    """What stands at the neurons and edges beside a slide; `steps` says with how many lines a row's value is seen."""
    picture = slide.picture
    if picture is None:
        return None
    small = has_few(picture.after)
    neurons = list(zip(neurons_of(picture.before), neurons_of(picture.after), strict=True))
    edges = zip(picture.before.edges, picture.after.edges, strict=True)
    seen = [_when(trace, slide, after, steps) for _, after in neurons]
    pairs = list(zip(neurons, seen, strict=True))
    return Written(
        picture,
        tuple(_from(_inside(old), _inside(new), when) for (old, new), when in pairs),
        tuple(_from(_below(old, small), _below(new, small), when) for (old, new), when in pairs),
        tuple(_from(_label(old, small), _label(new, small), _when(trace, slide, new, steps)) for old, new in edges),
    )


def _when(trace: Trace, slide: Slide, part: Neuron | Edge, steps: Mapping[int, int]) -> int | None:
    """After how many revealed lines the value of a part is seen; None where it is not on this slide."""
    assert slide.picture is not None
    if any(is_of(trace, part, var) for var in slide.picture.known):
        return 0
    for number, row in enumerate(slide.rows):
        if row.entry is not None and is_of(trace, part, row.entry):
            return steps[number]
    return max(steps.values(), default=0) if slide.picture.rest else None


def _from(before: Texts, after: Texts, when: int | None) -> Changing:
    if before == after or when is None:
        return {0: before}
    return {0: after} if when == 0 else {0: before, when: after}


def short(texts: Changing) -> Any:
    """The only text as it is, several by the number of revealed lines."""
    return texts[0] if len(texts) == 1 else texts


def neurons_of(diagram: Diagram) -> list[Neuron]:
    """All neurons that are shown."""
    return [neuron for layer in diagram.layers for neuron in layer.neurons]


def _inside(neuron: Neuron) -> Texts:
    value = [neuron.value.linear("text")] if neuron.value else []
    return [neuron.name.linear("text"), *value]


def _below(neuron: Neuron, small: bool) -> Texts:
    if neuron.second is None:
        return []
    name, value = (part.linear("text") for part in neuron.second)
    return [f"{name} = {value}" if small else value]


def _label(edge: Edge, small: bool) -> Texts:
    """What an edge is called and its value; in place of that its gradient, or what it becomes."""
    name, value = (part.linear("text") for part in edge.beside or (edge.name, edge.value))
    if not small:
        return [edge.new.linear("text") if edge.new else value]
    told = f"→ {edge.new.linear('text')}" if edge.new else value
    if edge.start[1] == 0 and not edge.beside:
        return [f"{name} {told}" if edge.new else f"{name} = {told}"]
    return [name, told]


def named_below(diagram: Diagram) -> Texts:
    """What stands below the neurons of each layer, where it stands there without its name."""
    seconds = (layer.neurons[0].second for layer in diagram.layers)
    return [f"below: {_whole(second[0])}" if second else "" for second in seconds]


def _whole(entry: Formula) -> str:
    """The name of the quantity that an entry belongs to."""
    assert isinstance(entry.expr, Var)
    return Formula(Var(entry.expr.name), entry.leaf).linear("text")


def has_few(diagram: Diagram) -> bool:
    """Whether there is room to name every edge."""
    return len(diagram.edges) <= _FEW_EDGES and len(diagram.layers) <= _FEW_LAYERS


def _box(texts: Iterable[str], lines: int) -> Box:
    return max(map(width, texts)) + 10, lines * LINE


def width(text: str) -> float:
    """About how wide a text is, in bold letters of a font for mathematics; see `letters` in the page's program."""
    letters = [letter for letter in text if not unicodedata.combining(letter)]
    small = sum(unicodedata.decomposition(letter).startswith(("<super>", "<sub>")) for letter in letters)
    return ((len(letters) - small) * _OF_LETTER + small * _OF_SMALL) * SIZE
