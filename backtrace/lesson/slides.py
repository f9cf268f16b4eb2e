"""The deck: a walk as slides, each with what to remember, rows of mathematics in the order revealed, and the network.

At most six rows stand on a slide, so a step may take several; nothing is stated here, the rows are forms of the lesson.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var, variables
from backtrace.lesson.blocks import Block, Derivation, Given, Heading, Line, Prose, Recall, Sentence, Table
from backtrace.lesson.diagram import Diagram, diagram
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.outcome import losses
from backtrace.lesson.partaking import partaking
from backtrace.lesson.prospect import prospect
from backtrace.lesson.rows import Row, rows_of
from backtrace.lesson.tell import check_asked, updates_told
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Stop, Walk

T = TypeVar("T")
MOST_ROWS = 6
MOST_NEURONS = 5
_MOST_LINES = 9.5
_MOST_GIVEN = 8
_LONG_PROSE, _LONG_READING = 650, 130
_MOST_TABLE_ROWS = 13


@dataclass(frozen=True, eq=False)
class Picture:
    """The network beside a step, before its value is known and after; only what takes part is marked.

    `known` are the entries whose values were revealed on an earlier slide of the step; with `rest`, those of the
    entries that are not told are seen once the slide has told its own.
    """

    before: Diagram
    after: Diagram
    known: tuple[Var, ...] = ()
    rest: bool = True


@dataclass(frozen=True, eq=False)
class Slide:
    """One slide. `step` counts the told lines of the deck from 1: 0 is the given, one more than the last the outcome.

    `part` counts the slides of a step from 1. `anchor` names the slide: `step-9`, and `step-9-2` for its second part.
    `place` says which update and sample it belongs to. `blocks` are told at once, `rows` one after another.
    """

    anchor: str
    step: int
    part: int
    parts: int
    stage: str
    place: str
    name: Formula | None = None
    why: Sentence = ()
    recall: Recall | None = None
    rows: tuple[Row, ...] = ()
    reading: Sentence = ()
    omitted: int = 0
    blocks: tuple[Block, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, eq=False)
class Deck:
    """The slides of a trace in order; `steps` is how many lines are told, whether chosen or not."""

    title: str
    slides: tuple[Slide, ...]
    steps: int


def deck(trace: Trace, telling: Telling | None = None, before: Trace | None = None) -> Deck:
    """The deck of a trace: what is given, each told step, the losses of a training of several updates, the outcome.

    Of a batch the first sample is told. Where the trace is another one changed, `before`, the losses of the next
    updates stand side by side at the end. Raises InputError where the telling asks for what the trace does not have.
    """
    telling = telling or Telling()
    check_asked(trace, telling)
    making = _Making(Walk(trace, telling), telling)
    slides = tuple(making.slides())
    if before is not None and telling.has_numbers:
        step = len(making.stops) + 1
        slides += tuple(making.told(step, None, "The next updates", list(prospect(before, trace)), "next-updates"))
    return Deck(trace.scenario.title or "A training step", slides, len(making.stops))


class _Making:
    """Makes the slides of one walk."""

    def __init__(self, walk: Walk, telling: Telling) -> None:
        self.walk, self.trace, self.telling = walk, walk.trace, telling
        self.updates = updates_told(self.trace, telling)
        self.stops = [walk.stop(number) for update in self.updates for number in self._numbers(update)]

    def _numbers(self, update: int) -> Iterator[int]:
        """The stops of an update that are told: of its samples the first, or the first that is asked for."""
        walk, samples = self.walk, [place + 1 for place in self.trace.schedule.samples(update)]
        first, each = walk.first_of(update), len(walk.of_sample)
        turn = next((turn for turn, sample in enumerate(samples) if sample in self.telling.samples), 0)
        yield from range(first + turn * each, first + (turn + 1) * each)
        yield from range(first + len(samples) * each, first + len(samples) * each + len(walk.of_update))

    def slides(self) -> Iterator[Slide]:
        whole = not self.telling.selects
        if whole:
            yield from self.told(0, self.walk.stop(0), "Given", list(self.walk.blocks(self.walk.stop(0))))
        last = 0
        for step, stop in enumerate(self.stops, 1):
            if self.chosen(stop):
                yield from self.step(step, stop)
            if stop.update != last and self.telling.tells_outcome and self.trace.updates > 1:
                ends = step == len(self.stops) or self.stops[step].update != stop.update
                if ends and stop.update == self.updates[0]:
                    yield from self.told(step, None, "Loss over the training", list(losses(self.trace)), "losses")
        if self.telling.tells_outcome:
            ending = self.walk.stop(self.walk.ending)
            blocks = list(self.walk.blocks(ending))
            start = next(i for i, b in enumerate(blocks) if isinstance(b, Heading) and b.text == "Did it help")
            yield from self.told(len(self.stops) + 1, ending, "Did it help?", blocks[start:])

    def chosen(self, stop: Stop) -> bool:
        """Whether a stop is asked for."""
        assert stop.equation is not None
        telling, stage = self.telling, stop.stage
        named = {self.trace.notation.find(name).name for name in telling.only}
        return (
            (not telling.stages or stage.number in telling.stages)
            and (not telling.phases or stage.phase in telling.phases)
            and (not named or stop.equation.id in named)
        )

    def step(self, step: int, stop: Stop) -> Iterator[Slide]:
        """The slides of one told line."""
        blocks = list(self.walk.told(stop))
        line = next(block for block in blocks if isinstance(block, Line))
        recall = self.walk.recall(stop)
        parts = list(_parts(line, recall))
        beside = [block for block in blocks if not isinstance(block, Line | Recall)]
        beside = beside if self.telling.has_numbers else []
        pages = list(_pages(beside))
        known: list[Var] = []
        for part, derivations in enumerate(parts, 1):
            is_last = part == len(parts)
            rows = tuple(row for _, rows in derivations for row in rows)
            picture = self.picture(stop, [derivation for derivation, _ in derivations], tuple(known), is_last)
            known += [row.entry for row in rows if row.entry]
            yield Slide(
                _anchor(step, part), step, part, len(parts) + len(pages), self.walk.title(stop), self.place(stop),
                line.name, line.why, recall, rows, line.reading if is_last else (), line.omitted if is_last else 0,
                picture=picture,
            )  # fmt: skip
        for part, page in enumerate(pages, len(parts) + 1):
            yield Slide(_anchor(step, part), step, part, len(parts) + len(pages), self.walk.title(stop),
                        self.place(stop), line.name, blocks=page)  # fmt: skip

    def told(
        self, step: int, stop: Stop | None, stage: str, blocks: Sequence[Block], anchor: str = ""
    ) -> Iterator[Slide]:
        """The slides of blocks that are no line, with the network as it is then."""
        pages = list(_pages(blocks))
        picture = None
        if stop is not None and self.telling.has_numbers:
            found = diagram(self.walk, stop, MOST_NEURONS)
            picture = Picture(found, found)
        for part, page in enumerate(pages, 1):
            name = _anchor(step, part) if not anchor else anchor + (f"-{part}" if part > 1 else "")
            title = page[0] if isinstance(page[0], Heading) and len(page) > 1 else None
            told, place = (title.text, title.aside) if title else (stage, "")
            yield Slide(name, step, part, len(pages), told, place, blocks=page[1:] if title else page, picture=picture)

    def picture(
        self, stop: Stop, derivations: Sequence[Derivation], known: tuple[Var, ...], rest: bool
    ) -> Picture | None:
        """The network beside some derivations; None where no numbers are shown."""
        if not self.telling.has_numbers:
            return None
        read = {var.key: var for derivation in derivations for var in _read(derivation)}
        before, after = (
            partaking(self.trace, diagram(self.walk, stop, MOST_NEURONS, hidden=hidden), read.values())
            for hidden in (True, False)
        )
        return Picture(before, after, known, rest)

    def place(self, stop: Stop) -> str:
        """Which update and which sample a step belongs to, where there are several."""
        trace, parts = self.trace, []
        if trace.updates > 1:
            parts.append(f"update {stop.update:,} of {trace.updates:,}")
        if len(trace.scenario.x) > 1:
            samples = len(trace.schedule.samples(stop.update))
            one = f"sample {stop.sample} of {len(trace.scenario.x)}"
            parts.append(one if stop.sample is not None else f"batch of {samples}")
        return ", ".join(parts)


def _anchor(step: int, part: int) -> str:
    return f"step-{step}" + (f"-{part}" if part > 1 else "")


def _read(derivation: Derivation) -> Iterator[Var]:
    """What a derivation gives and what its formula reads."""
    names = [form for form in derivation.forms if form.name == "formula"] or derivation.forms[:1]
    for formula in (derivation.target, *(factor for form in names for factor in form.factors)):
        yield from variables(formula.expr)


def _parts(line: Line, recall: Recall | None) -> Iterator[list[tuple[Derivation, list[Row]]]]:
    """The derivations that stand on one slide together, with their rows; one with too many rows is spread."""
    most = _MOST_LINES - (len(recall.lines) if recall else 0) / 2 - _letters(line.reading) / _LONG_READING
    part: list[tuple[Derivation, list[Row]]] = []
    for derivation in line.derivations:
        for rows in _pieces(rows_of(derivation, MOST_ROWS), most):
            there = [row for _, others in part for row in others]
            high = sum(row.lines for row in (*there, *rows))
            if part and (len(there) + len(rows) > MOST_ROWS or high > most):
                yield part
                part = []
            part.append((derivation, rows))
    if part:
        yield part


def _pieces(rows: list[Row], most: float) -> Iterator[list[Row]]:
    """The rows of a derivation in pieces that fit on a slide; a row that is higher stands by itself."""
    piece: list[Row] = []
    for row in rows:
        if piece and (len(piece) == MOST_ROWS or sum(each.lines for each in (*piece, row)) > most):
            yield piece
            piece = []
            row = replace(row, target=row.target or rows[0].target)  # noqa: PLW2901
        piece.append(row)
    yield piece


def _pages(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Blocks in pages: a heading begins one, and so do mathematics after prose, and what has no more room."""
    page: list[Block] = []
    for block in (part for each in blocks for part in _cut(each)):
        full = sum(map(_size, (*page, block))) > 1
        opens = isinstance(block, Heading) and any(not isinstance(each, Heading) for each in page)
        if page and (full or opens) and not all(isinstance(each, Heading) for each in page):
            yield tuple(page)
            page = []
        page.append(block)
    if page:
        yield tuple(page)


def _cut(block: Block) -> Iterator[Block]:
    """A long list of what is given, or a long table, in several."""
    match block:
        case Given():
            yield from (Given(items) for items in _even(block.items, _MOST_GIVEN))
        case Recall():
            yield from (Recall(block.word, lines) for lines in _even(block.lines, MOST_ROWS))
        case Table():
            yield from (Table(block.columns, rows) for rows in _even(block.rows, _MOST_TABLE_ROWS))
        case _:
            yield block


def _letters(sentence: Sentence) -> int:
    return sum(len(part) if isinstance(part, str) else len(part.linear("text")) for part in sentence)


def _even(items: tuple[T, ...], most: int) -> Iterator[tuple[T, ...]]:
    """The items in as few pieces of at most so many as there have to be, all about as long."""
    pieces = -(-len(items) // most)
    ends = [len(items) * piece // max(1, pieces) for piece in range(pieces + 1)]
    yield from (items[start:end] for start, end in pairwise(ends))


def _size(block: Block) -> float:
    """About what share of a slide a block takes."""
    match block:
        case Heading():
            return 0.0
        case Prose():
            return _letters(block.sentence) / _LONG_PROSE
        case Given():
            return max(0.7, len(block.items) / _MOST_GIVEN)
        case Recall():
            return len(block.lines) / MOST_ROWS
        case Table():
            return len(block.rows) / (_MOST_TABLE_ROWS + 8)
        case _:
            return 0.3
