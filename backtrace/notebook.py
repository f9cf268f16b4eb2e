"""How a trace, a step, a scenario and what is told of them show themselves in Jupyter notebooks.

Jupyter asks an object for itself in several formats and shows the richest that it can. What answers is given to the
classes here, so that the layers below know nothing of notebooks; the formats are loaded when something is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Any
from xml.etree.ElementTree import Element
from zlib import crc32

import numpy as np

from backtrace.engine.steps import Step
from backtrace.engine.trace import TELLERS, Trace, run
from backtrace.errors import OutOfRangeError, UnknownQuantityError
from backtrace.lesson.blocks import Block, Heading, Lesson, Line, Prose
from backtrace.lesson.diagram import diagram
from backtrace.lesson.given import given, title
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.walk import Walk
from backtrace.scenario import Scenario

Bundle = dict[str, str]
"""The same thing in several formats, by their MIME types."""

_MOST_NEURONS = 5
_STYLE = """
.backtrace { line-height: 1.6; overflow-x: auto; position: relative; }
.backtrace .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.backtrace .row, .backtrace .given, .backtrace .recall { margin: .35em 0 .35em 1em; }
.backtrace .given { display: flex; flex-wrap: wrap; align-items: center; gap: .5em 2em; }
.backtrace .row math, .backtrace .recall math { math-style: normal; }
.backtrace .row { display: flex; flex-wrap: wrap; align-items: baseline; column-gap: .4em; }
.backtrace .row > .target { min-width: 3.5em; text-align: end; }
.backtrace .value small, .backtrace .beside { margin-inline-start: 1.5em; font-size: 90%; }
.backtrace .recall .line { margin-inline-start: 1.5em; }
.backtrace h3 .aside { margin-inline-start: 1.5em; font-weight: normal; font-size: 90%; }
.backtrace h3.level-2 { font-size: 1em; }
.backtrace svg { max-width: 100%; height: auto; }
"""


@dataclass(frozen=True)
class Drawing:
    """The network as a picture: `str` gives it as SVG, `said` is what it shows, in sentences."""

    svg: str = field(repr=False)
    said: str

    def __str__(self) -> str:
        return self.svg

    def _repr_svg_(self) -> str:
        return self.svg


def draw(trace: Trace, name: str, update: int | None = None, sample: int | None = None) -> Drawing:
    """The network at the step where a quantity or entry is worked, what takes part in it marked.

    Without `update` the first in which it is worked, without `sample` the first of a batch; what is given is found at
    the start. Raises UnknownQuantityError where there is no such quantity, update or sample.
    """
    walk = Walk(trace)
    trace.value(name, update or _first(trace, name), sample)
    first = walk.stop(walk.first_of(min(update or trace.kept[0], trace.updates)))
    shows = sample or first.shows
    if update is not None and update > trace.updates:
        return _drawn(walk, walk.ending)
    number = walk.where(name, replace(first, shows=shows))
    if number is None:
        raise UnknownQuantityError(f"{name} of update {update} was made by the update before, which is not kept")
    return _drawn(walk, number)


def _first(trace: Trace, name: str) -> int:
    """The first kept update, or pass after the last, in which a quantity has a value."""
    quantity = trace.notation.find(name).name
    return next(u for u in (trace.kept[0], trace.updates, trace.updates + 1) if trace.has(quantity, u))


def _drawn(walk: Walk, number: int) -> Drawing:
    from backtrace.formats.svg import described, svg_of

    found = diagram(walk, walk.stop(number), _MOST_NEURONS)
    said = described(found, values=True)
    name = f"network-{crc32(said.encode()):08x}"  # of the ids in it: a notebook shows several
    return Drawing(svg_of(found, walk.trace.scenario.title, name=name), said)


def bundle(shown: object, blocks: Iterable[Block], picture: Drawing | None = None) -> Bundle:
    """What is told of an object in the formats that notebooks know, and in one line what Python prints of it.

    The LaTeX is the mathematics alone, as MathJax sets it; the picture is seen in HTML only.
    """
    from backtrace.formats.elements import element, markup
    from backtrace.formats.markdown import markdown_parts, print_markdown

    blocks = tuple(blocks)
    markdown = StringIO()
    print_markdown(Lesson(blocks), markdown)
    formulas = (part for block in blocks for part in markdown_parts(block) if part.startswith("$$"))
    style = element("style")
    style.text = _STYLE
    html = markup(element("div", {"class": "backtrace"}, style, *(e for block in blocks for e in _elements(block))))
    if picture is not None:
        html += f"<div>{picture.svg}</div>"
    return {
        "text/plain": repr(shown),
        "text/markdown": markdown.getvalue(),
        "text/latex": "\n\n".join(formulas),
        "text/html": html,
    }


def _elements(block: Block) -> Iterator[Element]:
    from backtrace.formats.elements import element, said
    from backtrace.formats.html_blocks import block_of

    made = list(block_of(block))
    if isinstance(block, Line) and block.number:
        made[0].insert(0, element("strong", None, f"{block.number} "))
    yield from made
    if isinstance(block, Line) and block.omitted:
        yield element("p", None, f"… and {block.omitted} more entries")
    if isinstance(block, Line) and block.reading:
        yield said("p", block.reading)


def _of_trace(trace: Trace) -> Bundle:
    return bundle(trace, tell(trace))


def _of_lesson(lesson: Lesson) -> Bundle:
    return bundle(lesson, lesson)


def _of_line(line: Line) -> Bundle:
    return bundle(line, (line,))


def _of_step(step: Step) -> Bundle:
    return bundle(step, _blocks_of_step(step))


def _blocks_of_step(step: Step) -> Iterator[Block]:
    """The derivation of the step, under its stage and where in the training it stands."""
    stage = step.equation.stage
    title = f"Stage {stage.number}: {stage.title}" if stage.number else stage.title.capitalize()
    where = [f"step {step.number:,}", f"update {step.update:,}", f"sample {step.sample}" if step.sample else ""]
    yield Heading(title, 2, ", ".join(filter(None, where)))
    yield replace(tell_one(step.trace, step.equation.id, step.update, step.sample), number=None)


def _of_scenario(scenario: Scenario) -> Bundle:
    """What is given, and the network; where its first update leaves the range, that in place of the network."""
    try:
        trace = run(scenario, is_over=lambda: True)
    except OutOfRangeError as error:
        nothing = Trace(scenario, (), np.zeros(1))
        return bundle(scenario, (*title(scenario), *given(nothing, True), Prose((str(error),), "warning")))
    return bundle(scenario, (*title(scenario), *given(trace, True)), _drawn(Walk(trace), 0))


def _shows(made: Callable[[Any], Bundle]) -> Callable[..., Bundle]:
    """The method that Jupyter asks for, which picks from the formats itself."""

    def _repr_mimebundle_(self: Any, include: object = None, exclude: object = None) -> Bundle:
        return made(self)

    return _repr_mimebundle_


_MADE: tuple[tuple[type, Callable[[Any], Bundle]], ...] = (
    (Trace, _of_trace),
    (Step, _of_step),
    (Scenario, _of_scenario),
    (Lesson, _of_lesson),
    (Line, _of_line),
)
for _shown, _made in _MADE:
    _shown._repr_mimebundle_ = _shows(_made)  # type: ignore[attr-defined]
TELLERS["diagram"] = draw
