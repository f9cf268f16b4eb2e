"""A profile applied to a network: every id spelt, every spelling found again.

The grammar of the ids is stated here once: a quantity of a layer is a letter and a number (`z1`), and ids
are built from ids (`dL_dz1`, `W1_next`, `step_W1`).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from backtrace.errors import UnknownQuantityError
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Apply, Expr, Shape, Var
from backtrace.formula.operations import ATOM, FRACTION
from backtrace.formula.writing import Language, Written, linear, transposed_name, write
from backtrace.notation.profiles import PROFILES, Profile
from backtrace.notation.symbols import Symbol

_OF_LAYER = re.compile(r"([A-Za-z]+)(\d+)")
_GRADIENT = re.compile(r"d([LJ])_d(\w+?)(?:_short)?")
_SLOPE = re.compile(r"slope(\d+)")
_PATHS = re.compile(r"paths(\d+)")
_SOFTMAX_PART = re.compile(r"(exp|sum_exp|shift)_z(\d+)")
_OF_PARAMETER = re.compile(r"(\w+?)_([Wb]\d+)(_next)?")
_ENTRY = re.compile(r"(.+)\[(\d+)(?:,\s*(\d+))?\]")

_MOST_ENTRIES_TO_SEARCH = 4096


def default_profile(depth: int) -> str:
    """The lecture's notation for one hidden layer, the layered one otherwise."""
    return "lecture" if depth == 2 else "layered"


@dataclass(frozen=True)
class Notation:
    """The spelling of every quantity of a network with `depth` layers of weights.

    `sends_by_row` is true where row i of a weight matrix belongs to the sending neuron i (z = xW).
    `shapes` holds the shape of every quantity by id.
    """

    profile: Profile
    depth: int
    sends_by_row: bool
    shapes: Mapping[str, Shape]

    @classmethod
    def named(cls, name: str | None, depth: int, sends_by_row: bool, shapes: Mapping[str, Shape]) -> Notation:
        """The profile of that name, or the default for that depth."""
        return cls(PROFILES[name or default_profile(depth)], depth, sends_by_row, shapes)

    def write(self, expr: Expr, language: Language = "text") -> str:
        """The formula on one line, with names."""
        return linear(write(expr, self.leaf(language), language), language)

    def leaf(self, language: Language) -> _Names:
        """How variables are written with their names."""
        return _Names(self, language)

    def spell(self, var: Var, language: Language = "text") -> str:
        """The name of a quantity, or of one entry of it."""
        return self.leaf(language).name(var).pieces[0]  # type: ignore[return-value]

    def symbol(self, name: str, index: tuple[int, ...] | None) -> Symbol:
        """The symbol of a quantity that has one: not of a derivative, which is written by two."""
        is_next = name.endswith("_next")
        base = replace(self._base(name.removesuffix("_next")), is_next=is_next)
        if index is None or not index:
            return base
        if len(index) == 2:
            return base.of_entry().at(*self._in_order(index))
        return base if self.shapes.get(name.removesuffix("_next"), (2,)) == (1,) else base.at(*index)

    def _in_order(self, index: tuple[int, ...]) -> tuple[int, ...]:
        wants_sender_first = self.profile.index_order == "from-to"
        return index if wants_sender_first == self.sends_by_row else index[::-1]

    def _base(self, name: str) -> Symbol:
        symbols = self.profile.symbols
        if name in symbols:
            return symbols[name]
        last = re.fullmatch(rf"([a-z]|dL_dz){self.depth}", name)
        if last and f"{last[1]}K" in symbols:
            return symbols[f"{last[1]}K"]
        layered = re.fullmatch(r"(.*?)(\d+)", name)
        if layered and f"{layered[1]}{{l}}" in symbols:
            pattern = symbols[f"{layered[1]}{{l}}"]
            return replace(pattern, above=pattern.above.format(l=layered[2]))
        return Symbol(name)

    def before(self, layer: int) -> str:
        """The id of what enters a layer: the activation of the layer before it, or the input."""
        return f"a{layer - 1}" if layer > 1 else "x"

    def find(self, name: str) -> Var:
        """The quantity or entry that a name means: an id, `id[row,column]`, or a spelling of the notation.

        Raises UnknownQuantityError with the nearest names.
        """
        entry = _ENTRY.fullmatch(name)
        base, index = (entry[1], tuple(int(i) for i in entry.groups()[1:] if i)) if entry else (name, None)
        if base in self.shapes:
            return self._entry(base, index)
        for var, spelling in self.spellings():
            if base == spelling:
                return var if index is None else self._entry(var.name, index)
        known = [*self.shapes, *dict.fromkeys(spelling for _, spelling in self.spellings())]
        near = difflib.get_close_matches(name, known, n=3)
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else f"known are {', '.join(self.shapes)}"
        raise UnknownQuantityError(f"there is no quantity {name!r}: {hint}")

    def _entry(self, name: str, index: tuple[int, ...] | None) -> Var:
        shape = self.shapes[name]
        if index is None:
            return Var(name, shape)
        if len(index) != len(shape) or not all(1 <= i <= n for i, n in zip(index, shape, strict=True)):
            size = "×".join(map(str, shape)) or "a single number"
            written = ",".join(map(str, index))
            raise UnknownQuantityError(f"{name} is {size}: it has no entry [{written}] (indices count from 1)")
        return Var(name, (), index=index)

    def spellings(self) -> Iterator[tuple[Var, str]]:
        """Every quantity and entry with each spelling that can be typed, text and ASCII; ids come first."""
        for name, shape in self.shapes.items():
            variables = [Var(name, shape)]
            if 0 < _size(shape) <= _MOST_ENTRIES_TO_SEARCH:
                variables += [Var(name, (), index=index) for index in indices(shape) if index]
            for var in variables:
                for language in ("ascii", "text"):
                    yield var, self.spell(var, language)  # type: ignore[arg-type]


def _size(shape: Shape) -> int:
    size = 1
    for n in shape:
        size *= n
    return size


@dataclass(frozen=True)
class _Names:
    """The leaf that writes names; see `formula.writing.Leaf`."""

    notation: Notation
    language: Language

    def __call__(self, var: Var, transposed: bool = False) -> Written:
        written = self.name(var)
        if not transposed:
            return written
        name = transposed_name(written.pieces[0], self.language)  # type: ignore[arg-type]
        return Written((name,), written.binds, True)

    def name(self, var: Var) -> Written:
        name, index = var.name, var.index
        if (gradient := _GRADIENT.fullmatch(name)) and not gradient[2].startswith("z"):
            return self.derivative(Var(gradient[1]), Var(gradient[2], (), index=index))
        if slope := _SLOPE.fullmatch(name):
            return self.slope(slope[1], index)
        if paths := _PATHS.fullmatch(name):
            return self.path(int(paths[1]), index)
        if part := _SOFTMAX_PART.fullmatch(name):
            return self.softmax_part(part[1], Var(f"z{part[2]}", (), index=index))
        if gradient:
            name = f"d{'L'}_d{gradient[2]}"
        of_parameter = _OF_PARAMETER.fullmatch(name)
        if of_parameter and of_parameter[1] not in ("dL_d", "dJ_d"):
            return self.of_parameter(of_parameter[1], of_parameter[2], index, bool(of_parameter[3]))
        return Written((self.notation.symbol(name, index).spell(self.language),), ATOM, True)

    def text(self, var: Var) -> str:
        return "".join(map(str, self.name(var).pieces))

    def derivative(self, of: Var, by: Var, via: Var | None = None) -> Written:
        top, bottom = self.text(of), self.text(by)
        match self.language:
            case "text":
                name = f"∂{top}/∂{bottom}"
            case "ascii":
                name = f"d{top}_d{bottom}"
            case "latex":
                name = rf"\frac{{\partial {top}}}{{\partial {bottom}}}"
            case "words":
                name = f"the derivative of {top} by {bottom}"
        if via is not None:
            bar = {"text": "|", "ascii": "|", "latex": r"\Big|_{", "words": " through "}[self.language]
            name += bar + self.text(via) + ("}" if self.language == "latex" else "")
        return Written((name,), FRACTION, True)

    def slope(self, layer: str, index: tuple[int, ...] | None) -> Written:
        ends = (None, None) if index is None else (index[:1], index[-1:])
        return self.derivative(Var(f"a{layer}", (), index=ends[0]), Var(f"z{layer}", (), index=ends[1]))

    def path(self, layer: int, index: tuple[int, ...] | None) -> Written:
        receiver, sender = (None, None) if index is None else (index[:1], index[1:])
        if index is not None and self.notation.sends_by_row:
            receiver, sender = sender, receiver
        by = Var(self.notation.before(layer + 1), (), index=sender)
        return self.derivative(Var("L"), by, via=Var(f"z{layer + 1}", (), index=receiver))

    def softmax_part(self, part: str, z: Var) -> Written:
        name = self.text(z)
        forms = {
            "exp": (f"e^{name}", f"exp_{name}", rf"e^{{{name}}}", f"e to the power {name}"),
            "sum_exp": (f"Σe^{name}", f"sum_exp_{name}", rf"\sum e^{{{name}}}", f"the total of e to the power {name}"),
            "shift": (f"s({name})", f"shift_{name}", rf"s\left({name}\right)", f"shifted {name}"),
        }[part]
        return Written((forms[("text", "ascii", "latex", "words").index(self.language)],), FRACTION, True)

    def of_parameter(self, state: str, parameter: str, index: tuple[int, ...] | None, is_next: bool) -> Written:
        symbol = replace(self.notation.symbol(state, None), is_next=is_next).spell(self.language)
        inner = self.text(Var(parameter, (), index=index))
        name = f"{symbol}_{inner}" if self.language == "ascii" else f"{symbol}({inner})"
        if self.language == "words":
            name = f"{symbol} of {inner}"
        return Written((name,), ATOM, True)


def partials_in(expr: Expr) -> bool:
    """Whether the formula holds a derivative written by its two quantities, as a chain rule does."""
    return isinstance(expr, Apply) and (expr.op.name == "partial" or any(map(partials_in, expr.args)))
