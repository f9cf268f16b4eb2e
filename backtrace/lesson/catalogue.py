"""What there is to choose from, told from the tables: every variant with its formula, derivative and source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from backtrace.engine.trace import notation_of, run
from backtrace.errors import misfit
from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import ATOM
from backtrace.formula.writing import Language, Leaf, Written, transposed_name
from backtrace.lesson.blocks import Block, Heading, Lesson, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.naming import unnamed
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Parameter
from backtrace.network.schedules import SCHEDULES
from backtrace.notation.profiles import PROFILES, Profile
from backtrace.notation.symbols import Symbol
from backtrace.scenario import load, names, path_of, scenario

_LETTERS = dict(PROFILES["layered"].symbols) | {
    "a": Symbol("a"),
    "prediction": Symbol("y", accent="hat"),
    "alpha": Symbol("α"),
    "slope": Symbol("α"),
}
Row = tuple[Sentence, ...]
_INDEX_ORDERS = {
    "from-to": "The indices of a weight are the sending neuron, then the receiving one.",
    "to-from": "The indices of a weight are the receiving neuron, then the sending one.",
    "row-column": "The indices of a weight are its row and its column in the matrix.",
}


def _written(expr: Expr) -> Formula:
    """A formula of a table row, each variable as its letter."""

    def leaf(language: Language) -> Leaf:
        def name(var: Var, transposed: bool) -> Written:
            base = var.name.removesuffix("_next")
            symbol = replace(_LETTERS.get(base, Symbol(base)), is_next=base != var.name)
            letter = symbol.spell(language)
            return Written((transposed_name(letter, language) if transposed else letter,), ATOM, True)

        return name

    return Formula(expr, leaf)


def _scenarios() -> tuple[Row, list[Row]]:
    rows: list[Row] = []
    for name in names():
        found = load(path_of(name))
        rows.append(((name,), (found.title,), ("-".join(map(str, found.units)),)))
    return (("name",), ("title",), ("neurons",)), rows


def _activations() -> tuple[Row, list[Row]]:
    rows: list[Row] = []
    for row in (each.bound() for each in ACTIVATIONS.values()):
        shape = () if row.elementwise else (2,)
        z, a = Var("z", shape), Var("a", shape)
        function, slope = _written(row.function(z, unnamed)), _written(row.slope(z, a))
        parameters = _parameters(ACTIVATIONS[row.name].parameters)
        rows.append(((row.name,), (function,), (slope,), parameters, (row.source,)))
    return (("name",), ("a = f(z)",), ("derivative by z",), ("parameters",), ("source",)), rows


def _losses() -> tuple[Row, list[Row]]:
    rows: list[Row] = []
    for row in (each.bound() for each in LOSSES.values()):
        shape = () if row.elementwise else (2,)
        y, a = Var("y", shape), Var("prediction", shape)
        terms, slope = _written(row.terms(y, a)), _written(row.slope(y, a))
        outputs = f"{row.outputs} or sum" if row.outputs_free else row.outputs
        parameters = _parameters(LOSSES[row.name].parameters)
        rows.append(((row.name,), (terms,), (slope,), (outputs,), parameters, (row.source,)))
    return (("name",), ("of one output",), ("derivative",), ("outputs",), ("parameters",), ("source",)), rows


def _optimizers() -> tuple[Row, list[Row]]:
    """Every optimizer with the equations that its function names, in their order."""
    rows: list[Row] = []
    for row in OPTIMIZERS.values():
        steps: list[Sentence] = []

        def name(part: str, formula: Expr, /, steps: list[Sentence] = steps) -> Expr:
            var = Var(f"{part}_p" if f"{part}_p" in _LETTERS else part)
            steps.append((_written(var), " = ", _written(formula)))
            return var

        new = row.step(Var("p"), Var("g"), Var("eta"), name, {}, Var)
        steps.append((_written(Var("p_next")), " = ", _written(new)))
        rows.append(((row.name,), steps[0], _parameters(row.parameters), (row.source,)))
        rows += [(("",), step, ("",), ("",)) for step in steps[1:]]
    return (("name",), ("in each update",), ("parameters",), ("source",)), rows


def _schedules() -> tuple[Row, list[Row]]:
    rows: list[Row] = [
        ((row.name,), (_written(row.rate(Var("eta0"), Var("n"))),), _parameters(row.parameters), (row.source,))
        for row in SCHEDULES.values()
    ]
    rows.append((("list",), ("the rates one by one",), ("values",), ("the last one stays",)))
    return (("name",), ("learning rate after n changes",), ("parameters",), ("source",)), rows


def _parameters(parameters: Mapping[str, Parameter]) -> Sentence:
    """The parameters with their defaults."""
    said = [name if p.default is None else f"{name} {_default(p)}" for name, p in parameters.items()]
    return (", ".join(said),)


def _default(parameter: Parameter) -> str:
    value = parameter.default
    return str(value).lower() if not parameter.is_number else f"{float(value or 0):g}"


def _notations() -> tuple[Row, list[Row]]:
    rows: list[Row] = [
        ((profile.name,), (str(profile.layers or "any"),), (profile.source,)) for profile in PROFILES.values()
    ]
    return (("name",), ("layers of weights",), ("source",)), rows


KINDS: dict[str, Callable[[], tuple[Row, list[Row]]]] = {
    "scenarios": _scenarios,
    "activations": _activations,
    "losses": _losses,
    "optimizers": _optimizers,
    "schedules": _schedules,
    "notations": _notations,
}
"""What can be listed, and how its table is made."""


def catalogue(kind: str | None, name: str | None, formats: Mapping[str, str]) -> Lesson:
    """The table of one kind, or of all; of one notation, its spellings. `formats` gives the meaning of each format.

    Raises InputError where a name is not in the table.
    """
    if name is not None:
        if kind != "notations":
            raise misfit(f"a name after {kind or 'nothing'}", "a name after notations only", "leave the name out")
        if name not in PROFILES:
            known = ", ".join(PROFILES)
            raise misfit(f"there is no notation {name!r}", f"one of {known}", "backtrace list notations NAME")
        return Lesson(tuple(_profile(PROFILES[name])))
    blocks: list[Block] = []
    for each in [kind] if kind else [*KINDS, "formats"]:
        if each == "formats":
            columns: Row = (("name",), ("meaning",))
            rows: list[Row] = [((row,), (meaning,)) for row, meaning in formats.items()]
        else:
            columns, rows = KINDS[each]()
        blocks += [Heading(each, 1), Table(columns, tuple(rows))]
    return Lesson(tuple(blocks))


def _profile(profile: Profile) -> Iterator[Block]:
    """Every quantity of a small network, in all spellings of the notation."""
    depth = profile.layers or 3
    weights = [[[0.1, 0.2], [0.3, 0.4]]] * depth
    small = scenario(weights=weights, biases=[[0.1, 0.2]] * depth, x=[1, 2], y=[0, 1], activation="sigmoid",
                     learning_rate=0.1, notation=profile.name)  # fmt: skip
    trace = run(small)
    notation = notation_of(small, trace.plan)
    yield Heading(profile.name, 1, profile.source)
    yield Prose((_INDEX_ORDERS[profile.index_order],))
    rows = []
    for name, quantity in trace.plan.quantities.items():
        entry = quantity.var if not quantity.var.shape else Var(name, (), index=(1, 2)[: len(quantity.var.shape)])
        spelt = [notation.spell(quantity.var, language) for language in ("text", "ascii", "latex")]
        rows.append(((name,), *((text,) for text in spelt), (notation.spell(entry),), (quantity.meaning,)))
    yield Table((("id",), ("text",), ("ASCII",), ("LaTeX",), ("an entry",), ("meaning",)), tuple(rows))
