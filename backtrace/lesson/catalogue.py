"""What there is to choose from, told from the tables: every variant with its formula, derivative and source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from backtrace.engine.trace import notation_of, run
from backtrace.errors import InputError, misfit
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Heading, Lesson, Listing, Prose, Sentence, Table
from backtrace.lesson.entries import Entry
from backtrace.lesson.given import title
from backtrace.lesson.variants import activations, initialisers, losses, optimizers, schedules
from backtrace.notation.profile import Profile
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import load, names, path_of, scenario
from backtrace.scenario.flaws import LONGEST_QUOTE, listed, nearest, printable

Row = tuple[Sentence, ...]
_INDEX_ORDERS = {
    "from-to": "The indices of a weight are the sending neuron, then the receiving one.",
    "to-from": "The indices of a weight are the receiving neuron, then the sending one.",
    "row-column": "The indices of a weight are its row and its column in the matrix.",
    "consecutive": "Weights are numbered through the network, one receiving neuron after the other.",
}
_DIFFERENCES = {
    "output-first": "Target and output are subtracted as output minus target.",
    "target-first": "Target and output are subtracted as target minus output, under a minus sign where it matters.",
}


def _notations() -> Iterator[Block]:
    rows: list[Row] = [
        ((profile.name,), (str(profile.layers or "any"),), (profile.source,)) for profile in PROFILES.values()
    ]
    yield Table((("name",), ("layers of weights",), ("source",)), tuple(rows))


def _notation(name: str) -> Iterator[Block]:
    yield from _profile(PROFILES[name])
    yield Heading("In a scenario", 2)
    yield Listing(f"notation: {name}", "yaml")


def _profile(profile: Profile) -> Iterator[Block]:
    """Every quantity of a small network, in all spellings of the notation."""
    depth = profile.layers or 2
    weights = [[[0.1, 0.2], [0.3, 0.4]]] * depth
    small = scenario(weights=weights, biases=[[0.1, 0.2]] * depth, x=[1, 2], y=[0, 1], activation="sigmoid",
                     learning_rate=0.1, notation=profile.name)  # fmt: skip
    trace = run(small)
    notation = notation_of(small, trace.plan)
    yield Heading(profile.name, 0, profile.source)
    yield from (Prose((sentence,)) for sentence in _conventions(profile))
    symbols, typed = [], []
    for name, quantity in trace.plan.quantities.items():
        entry = quantity.var if not quantity.var.shape else Var(name, (), index=(1, 2)[: len(quantity.var.shape)])
        symbols.append(((name,), (notation.spell(quantity.var),), (notation.spell(entry),), (quantity.meaning,)))
        typed.append(((name,), *((notation.spell(quantity.var, language),) for language in ("ascii", "latex"))))
    yield Table((("id",), ("symbol",), ("an entry",), ("meaning",)), tuple(symbols))
    yield Heading("As it is typed", 2)
    yield Table((("id",), ("ASCII",), ("LaTeX",)), tuple(typed))


def _conventions(profile: Profile) -> Iterator[str]:
    """What the numbers beside the letters mean, and which way a difference is written."""
    yield _INDEX_ORDERS[profile.index_order]
    if profile.numbering == "network":
        yield "Neurons are numbered through the network, the inputs first."
    if profile.first_layer > 1:
        yield f"The first layer with weights is layer {profile.first_layer}: the input is layer 1."
    if profile.difference is not None:
        yield _DIFFERENCES[profile.difference]


def _scenarios() -> Iterator[Block]:
    rows = []
    for name in names():
        found = load(path_of(name))
        rows.append(((name,), ("-".join(map(str, found.units)),), (found.title,)))
    yield Table((("name",), ("neurons",), ("title",)), tuple(rows))


def _scenario(name: str) -> Iterator[Block]:
    """What a bundled scenario is about, and how it is run."""
    yield from title(load(path_of(name)))
    yield Listing(f"backtrace run {name}", "sh")


@dataclass(frozen=True)
class Kind:
    """Something that can be listed: `one` of it, a sentence that opens the list, the list, and each told in full."""

    one: str
    opening: str
    names: Callable[[], Iterable[str]]
    listed: Callable[[], Iterable[Block]]
    told: Callable[[str], Iterable[Block]]


def _kind_of(entries: Callable[[], Iterable[Entry]], one: str, opening: str) -> Kind:
    """A kind whose variants are entries; the first that has parameters is the example of how to ask for one."""

    def listed() -> Iterator[Block]:
        yield Listing(next(entry for entry in entries() if entry.parameters).asked_for, "yaml")
        for entry in entries():
            yield from entry.listed()

    def told(name: str) -> Iterable[Block]:
        return next(entry for entry in entries() if entry.name == name).told()

    return Kind(one, opening, lambda: [entry.name for entry in entries()], listed, told)


KINDS: dict[str, Kind] = {
    "scenarios": Kind("scenario", "What ships with the tool, to be run by name.", names, _scenarios, _scenario),
    "activations": _kind_of(activations, "activation", (
        "The function a = f(z) that makes activations of pre-activations, and its derivative, which the backward pass "
        "multiplies with. [z > 0] is 1 where that holds and 0 elsewhere.")),
    "losses": _kind_of(losses, "loss", (
        "What one output costs, with target y and prediction ŷ, and its derivative, where the backward pass starts.")),
    "optimizers": _kind_of(optimizers, "optimizer", (
        "What an update does to a parameter p with the gradient g at the learning rate η, line by line. A raised plus "
        "marks the value after the update; t is the number of the update, from 1.")),
    "schedules": _kind_of(schedules, "schedule", (
        "The learning rate as it changes from its first value η₀; n counts the updates made before, or the epochs gone "
        "through before, as the key per says.")),
    "initialisers": _kind_of(initialisers, "initialiser", (
        "Where weights and biases come from that are not written out; n is the number of neurons that each neuron of "
        "the layer listens to, m the number of neurons in the layer.")),
    "notations": Kind("notation", "How the quantities are spelt.", lambda: list(PROFILES), _notations, _notation),
}  # fmt: skip
"""What can be listed, besides the formats."""

Formats = Mapping[str, tuple[str, str]]
"""The suffixes and the meaning of each export format, by name."""


def catalogue(
    kind: str | None, name: str | None, formats: Formats, further: Mapping[str, Kind] | None = None
) -> Lesson:
    """All kinds, those of the rooms above among them, one kind, or one of its variants by itself.

    Raises InputError with the nearest name where there is none of that name.
    """
    kinds = KINDS | {"formats": _formats(formats)} | dict(further or {})
    if kind is not None and kind not in kinds:
        holder = next((each for each, row in kinds.items() if kind in row.names()), "")
        near = f"did you mean 'backtrace list {holder} {kind}'?" if holder else ""
        raise _unknown(f"kind of thing to list called '{printable(kind, LONGEST_QUOTE)}'", kind, kinds, near)
    if kind is not None and name is not None:
        one = kinds[kind]
        if name not in one.names():
            raise _unknown(f"{one.one} '{printable(name, LONGEST_QUOTE)}'", name, one.names())
        return Lesson(tuple(one.told(name)))
    chosen = [kind] if kind else list(kinds)
    return Lesson(tuple(block for each in chosen for block in _section(each, kinds[each])))


def _section(title: str, kind: Kind) -> Iterator[Block]:
    yield Heading(title.capitalize(), 1)
    yield Prose((kind.opening,))
    yield from kind.listed()


def _unknown(what: str, name: str, known: Iterable[str], near: str = "") -> InputError:
    return misfit(f"there is no {what}", listed(known, "or"), near or nearest(name, known))


def _formats(formats: Formats) -> Kind:
    def told(name: str) -> Iterator[Block]:
        suffixes, meaning = formats[name]
        yield Heading(name, 0, suffixes)
        yield Prose((meaning,))
        yield Listing(f"backtrace export lecture --format {name}", "sh")

    rows = tuple(((name,), (suffixes,), (meaning,)) for name, (suffixes, meaning) in formats.items())
    return Kind("format", "What a trace can be written as.", lambda: list(formats),
                lambda: [Table((("name",), ("suffix",), ("meaning",)), rows)], told)  # fmt: skip
