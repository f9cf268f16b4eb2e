"""A variant as it is listed: where it is from, its formulas, what is agreed about them, its parameters."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from backtrace.formula.expr import Expr, Var
from backtrace.formula.operations import ATOM
from backtrace.formula.writing import Language, Leaf, Written, transposed_name
from backtrace.lesson.blocks import Block, Derivation, Form, Heading, Listing, Prose, Recall, Sentence, Table
from backtrace.lesson.mathematics import Formula
from backtrace.network.parameters import Parameter, Value
from backtrace.notation.profiles import PROFILES
from backtrace.notation.symbols import Symbol

_LETTERS = dict(PROFILES["layered"].symbols) | {
    "a": Symbol("a"),
    "prediction": Symbol("y", accent="hat"),
    "alpha": Symbol("α"),
    "slope": Symbol("α"),
    "mean": Symbol("μ"),
    "std": Symbol("σ"),
}
_EXAMPLES = (0.9, 10)


@dataclass(frozen=True, eq=False)
class Entry:
    """One variant: `formulas` under a word each, `sentences` about them, and how a scenario asks for it."""

    name: str
    source: str
    formulas: tuple[Recall, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    asked_for: str = ""

    def listed(self, level: int = 2) -> Iterator[Block]:
        """The variant among others."""
        yield Heading(self.name, level, self.source.removesuffix("."))
        yield from self.formulas
        yield from map(Prose, self.sentences)
        if self.parameters:
            columns = ("parameter",), ("letter",), ("default",), ("meaning",)
            yield Table(columns, tuple(map(_parameter_row, self.parameters.values())))

    def told(self) -> Iterator[Block]:
        """The variant by itself: with its formulas in all spellings, and a piece of a scenario that asks for it."""
        yield from self.listed(level=0)
        equations = [each for recall in self.formulas for each in recall.lines]
        if equations:
            yield Heading("In ASCII", 2)
            yield Listing("\n".join(each.linear("ascii") for each in equations), "text")
            yield Heading("In LaTeX", 2)
            yield Listing("\n".join(each.linear("latex") for each in equations), "latex")
        yield Heading("In a scenario", 2)
        yield Listing(self.asked_for, "yaml")


def letter(name: str) -> Expr:
    """The variable of an id; what an optimizer names beside a hyperparameter of the same name has its own letter."""
    return Var(f"{name}_p" if f"{name}_p" in _LETTERS else name)


def written(expr: Expr) -> Formula:
    """A formula of a table row, each variable as its letter."""

    def leaf(language: Language) -> Leaf:
        def name(var: Var, transposed: bool) -> Written:
            base = var.name.removesuffix("_next")
            symbol = replace(_LETTERS.get(base, Symbol(base)), is_next=base != var.name)
            spelt = symbol.spell(language)
            return Written((transposed_name(spelt, language) if transposed else spelt,), ATOM, True)

        return name

    return Formula(expr, leaf)


def equation(target: Expr, *formulas: Expr) -> Derivation:
    """What the target is, in one formula or in several that are the same."""
    return Derivation(written(target), tuple(Form("formula", "equals", (written(each),)) for each in formulas))


def by_choice(
    word: str, parameters: Mapping[str, Parameter], equations: Callable[[Mapping[str, Value]], Iterable[Derivation]]
) -> Iterator[Recall]:
    """The equations under their word; and for each other choice of a parameter those that it makes different."""
    usual = tuple(equations({}))
    yield Recall(word, usual)
    for parameter in parameters.values():
        for choice in parameter.choices:
            others = equations({parameter.name: choice})
            different = tuple(each for each in others if str(each) not in map(str, usual))
            if different:
                yield Recall(f"{parameter.name}: {_typed(choice)}", different)


def asked_for(place: str, first: Mapping[str, str], parameters: Mapping[str, Parameter]) -> str:
    """The piece of a scenario that asks for a variant at a place, with the default or an example of each parameter."""
    given = dict(first) | {name: _typed(_example(parameter)) for name, parameter in parameters.items()}
    keys = ", ".join(f"{key}: {value}" for key, value in given.items())
    return place.format(next(iter(first.values())) if list(given) == ["name"] else f"{{{keys}}}")


def _example(parameter: Parameter) -> Value:
    if parameter.default is not None:
        return parameter.default
    return next(number for number in _EXAMPLES if parameter.allows(number))


def _parameter_row(parameter: Parameter) -> tuple[Sentence, ...]:
    symbol: Sentence = (written(Var(parameter.name)),) if parameter.name in _LETTERS else ()
    default = "needed" if parameter.default is None else _typed(parameter.default)
    meaning = f"{parameter.range.meaning} ({parameter.words})" if parameter.range.meaning else parameter.words
    return (parameter.name,), symbol, (default,), (meaning,)


def _typed(value: Value) -> str:
    """A value as it is typed: 1e-8, true."""
    return str(value).lower() if isinstance(value, bool | str) else f"{float(value):g}".replace("e-0", "e-")
