"""A profile applied to a network: every id spelt, every spelling found again.

The grammar of the ids is stated here once: a quantity of a layer is a letter and a number (`z1`), and ids
are built from ids (`dL_dz1`, `W1_next`, `step_W1`).
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from backtrace.errors import UnknownQuantityError
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Expr, Shape, Var
from backtrace.formula.operations import ATOM, FRACTION, POWER, SIGNED_ATOM
from backtrace.formula.writing import Language, Written, bracketed, linear, transposed_name, write
from backtrace.notation.differences import differences
from backtrace.notation.profile import ENTRIES, Profile
from backtrace.notation.profiles import PROFILES
from backtrace.notation.symbols import Symbol

_OF_LAYER = re.compile(r"(.*?)(\d+)")
_GRADIENT = re.compile(r"d(L|J|objective)_d(\w+?)(_short)?")
_SLOPE = re.compile(r"slope(\d+)")
_PATHS = re.compile(r"paths(\d+)")
_SOFTMAX_PART = re.compile(r"(exp|sum_exp|shift)_z(\d+)")
_OF_PARAMETER = re.compile(r"(\w+?)_([Wb]\d+)(_next)?")
_ENTRY = re.compile(r"(.+)\[(\d+)(?:,\s*(\d+))?\]")

_MOST_ENTRIES_TO_SEARCH = 4096
_ELIDED = "…"
_DOTS: Mapping[Language, str] = {"text": "…", "ascii": "...", "latex": r"\dots", "words": "and so on"}


def default_profile(depth: int) -> str:
    """The lecture's notation for one hidden layer, the layered one otherwise."""
    return "lecture" if depth == PROFILES["lecture"].layers else "layered"


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
    def named(
        cls, profile: Profile | str | None, depth: int, sends_by_row: bool, shapes: Mapping[str, Shape]
    ) -> Notation:
        """The notation of a profile or of the profile of that name; without one, of the default for that depth."""
        found = profile if isinstance(profile, Profile) else PROFILES[profile or default_profile(depth)]
        return cls(found, depth, sends_by_row, shapes)

    def write(self, expr: Expr, language: Language = "text") -> str:
        """The formula on one line, with names."""
        return linear(write(self.arranged(expr), self.leaf(language), language), language)

    def arranged(self, expr: Expr) -> Expr:
        """The formula, of the same value, with target and prediction subtracted the way the profile writes it."""
        if self.profile.difference is None:
            return expr
        first, second = ("y", f"a{self.depth}")[:: 1 if self.profile.difference == "target-first" else -1]
        return differences(expr, first, second)

    def leaf(self, language: Language) -> _Names:
        """How variables are written with their names."""
        return _Names(self, language)

    def spell(self, var: Var, language: Language = "text") -> str:
        """The name of a quantity, or of one entry of it."""
        return self.leaf(language).text(var)

    def symbol(self, name: str, index: tuple[int, ...] | None) -> Symbol:
        """The symbol of a quantity that has one: not of a derivative, which is written by two."""
        plain = name.removesuffix("_next")
        symbol, of_entry = self.own_symbol(plain) or Symbol(plain), self.own_symbol(plain, of_entry=True)
        if index is not None and (of_entry is not None or self.shapes.get(plain) != (1,)):
            entry = of_entry or (symbol.of_entry() if len(index) > 1 else symbol)
            symbol = entry.at(*self._numbers(plain, index))
        return replace(symbol, is_next=True) if plain != name else symbol

    def own_symbol(self, name: str, of_entry: bool = False) -> Symbol | None:
        """The symbol that the profile gives a quantity, or only its entries; None where it has none."""
        symbols, layered = self.profile.symbols, _OF_LAYER.fullmatch(name)
        suffix = ENTRIES if of_entry else ""
        if layered is None:
            return symbols.get(name + suffix)
        letter, number = layered.groups()
        last = int(number) == self.depth and f"{letter}K" in symbols
        row = name if name in symbols else f"{letter}K" if last else f"{letter}{{l}}"
        pattern, layer = symbols.get(row + suffix), int(number) + self.profile.first_layer - 1
        return replace(pattern, above=pattern.above.format(l=layer)) if pattern and pattern.above else pattern

    def _numbers(self, name: str, index: tuple[int, ...]) -> tuple[int, ...]:
        """The numbers that an entry is written with."""
        layered = _OF_LAYER.fullmatch(name)
        layer = int(layered[2]) if layered else self.depth if name in ("y", "L_terms") else 0
        if len(index) == 1:
            return (index[0] + self.neurons_before(layer),)
        order = self.profile.index_order
        if order == "row-column":
            return index
        receiver, sender = index[::-1] if self.sends_by_row else index
        if order == "consecutive":
            sizes = list(zip(self._units, self._units[1:], strict=False))
            before = sum(senders * receivers for senders, receivers in sizes[: layer - 1])
            return (before + (receiver - 1) * self._units[layer - 1] + sender,)
        ends = sender + self.neurons_before(layer - 1), receiver + self.neurons_before(layer)
        return ends if order == "from-to" else ends[::-1]

    def neurons_before(self, layer: int) -> int:
        """How many neurons have a number before the first one of the layer; none where each layer starts anew."""
        return sum(self._units[:layer]) if self.profile.numbering == "network" else 0

    @cached_property
    def _units(self) -> tuple[int, ...]:
        """The number of neurons in each layer, the input first."""
        return tuple(self.shapes[name][0] for name in ("x", *(f"z{l}" for l in range(1, self.depth + 1))))

    def before(self, layer: int) -> str:
        """The id of what enters a layer: the activation of the layer before it, or the input."""
        return f"a{layer - 1}" if layer > 1 else "x"

    def find(self, name: str) -> Var:
        """The quantity or entry that a name means: an id, `id[row,column]`, or a spelling of the notation.

        Raises UnknownQuantityError with the nearest names.
        """
        name = unicodedata.normalize("NFC", name)
        entry = _ENTRY.fullmatch(name)
        base, index = (entry[1], tuple(int(i) for i in entry.groups()[1:] if i)) if entry else (name, None)
        if base in self.shapes:
            return self._entry(base, index)
        if name in self._spelt:
            return self._spelt[name]
        if base in self._spelt:
            return self._entry(self._spelt[base].name, index)
        near = difflib.get_close_matches(name, dict.fromkeys([*self.shapes, *self._spelt]), n=3)
        hint = f"did you mean {', '.join(map(repr, near))}?" if near else f"known names are {', '.join(self.shapes)}"
        raise UnknownQuantityError(f"there is no quantity {name!r}: {hint}")

    @cached_property
    def _spelt(self) -> Mapping[str, Var]:
        """What can be typed, text and ASCII; where a spelling is ambiguous, the first quantity has it."""
        typed = [*self.spellings("ascii"), *self.spellings("text")]
        return {spelling: var for var, spelling in reversed(typed)}

    def _entry(self, name: str, index: tuple[int, ...] | None) -> Var:
        shape = self.shapes[name]
        if index is None:
            return Var(name, shape)
        if len(index) != len(shape) or not all(1 <= i <= n for i, n in zip(index, shape, strict=True)):
            size = "×".join(map(str, shape)) or "a single number"
            written = ",".join(map(str, index))
            raise UnknownQuantityError(f"{name} is {size}: it has no entry [{written}] (indices count from 1)")
        return Var(name, (), index=index)

    def spellings(self, language: Language) -> Iterator[tuple[Var, str]]:
        """Every quantity and entry with its spelling; of very large quantities no entries."""
        for name, shape in self.shapes.items():
            variables = [Var(name, shape)]
            if shape and math.prod(shape) <= _MOST_ENTRIES_TO_SEARCH:
                variables += [Var(name, (), index=index) for index in indices(shape)]
            yield from ((var, self.spell(var, language)) for var in variables)


@dataclass(frozen=True)
class _Names:
    """The leaf that writes names; see `formula.writing.Leaf`.

    A quantity of one sample says so: the loss as L₁, others as ŷ₁(2).
    """

    notation: Notation
    language: Language

    def __call__(self, var: Var, transposed: bool = False) -> Written:
        written = self.name(var)
        if not transposed:
            return written
        name = "".join(map(str, bracketed(written, ATOM, self.language)))
        return Written((transposed_name(name, self.language),), ATOM, True)

    def name(self, var: Var) -> Written:
        if var.name == _ELIDED:
            return Written((_DOTS[self.language],), ATOM, True)
        return self.composed(var) or self.single(var)

    def single(self, var: Var) -> Written:
        """A name that is one symbol, with the sample that it belongs to."""
        symbol = self.notation.symbol(var.name, var.index)
        name, binds = symbol.spell(self.language), SIGNED_ATOM if symbol.negated else ATOM
        if var.sample is None:
            return Written((name,), binds, True)
        if self.language == "words":
            name += f" of sample {var.sample}"
        elif var.name.removesuffix("_next") == "L":
            name = self.notation.symbol(var.name, (var.sample,)).spell(self.language)
        else:
            name += f"({var.sample})"
        return Written((name,), binds, True)

    def composed(self, var: Var) -> Written | None:
        """The name of a quantity that is written by the symbols of others; None where it has one of its own."""
        name, index, sample = var.name, var.index, var.sample
        if (gradient := _GRADIENT.fullmatch(name)) and self.notation.own_symbol(name) is None:
            loss, by = Var(gradient[1], sample=sample), Var(gradient[2], (), index=index)
            return self.derivative(loss, by, mark=gradient[3] or "")
        if slope := _SLOPE.fullmatch(name):
            return self.slope(slope[1], index, sample)
        if paths := _PATHS.fullmatch(name):
            return self.path(int(paths[1]), index, sample)
        if part := _SOFTMAX_PART.fullmatch(name):
            return self.softmax_part(part[1], Var(f"z{part[2]}", (), index=index, sample=sample))
        if of_parameter := _OF_PARAMETER.fullmatch(name):
            return self.of_parameter(of_parameter[1], of_parameter[2], index, bool(of_parameter[3]))
        return None

    def text(self, var: Var) -> str:
        return "".join(map(str, self.name(var).pieces))

    def derivative(self, of: Var, by: Var, via: Var | None = None, mark: str = "") -> Written:
        """∂of/∂by; `mark` tells the ASCII spelling from the id of another quantity."""
        top, bottom = self.text(of), self.text(by)
        through = "" if via is None else self.text(via)
        match self.language:
            case "text":
                name = f"∂{top}/∂{bottom}" + (f"|{through}" if through else "")
            case "ascii":
                name = f"d{top}_d{bottom}{mark}" + (f"|{through}" if through else "")
            case "latex":
                name = rf"\frac{{\partial {top}}}{{\partial {bottom}}}"
                name += rf"\Big|_{{{through}}}" if through else ""
            case "words":
                name = f"the derivative of {top} by {bottom}" + (f" through {through}" if through else "")
        return Written((name,), ATOM if self.language == "ascii" else FRACTION, True)

    def slope(self, layer: str, index: tuple[int, ...] | None, sample: int | None) -> Written:
        of, by = (None, None) if index is None else (index[:1], index[-1:])
        return self.derivative(
            Var(f"a{layer}", (), index=of, sample=sample), Var(f"z{layer}", (), index=by, sample=sample)
        )

    def path(self, layer: int, index: tuple[int, ...] | None, sample: int | None) -> Written:
        receiver, sender = (None, None) if index is None else (index[:1], index[1:])
        if index is not None and self.notation.sends_by_row:
            receiver, sender = sender, receiver
        by = Var(self.notation.before(layer + 1), (), index=sender)
        return self.derivative(Var("L", sample=sample), by, via=Var(f"z{layer + 1}", (), index=receiver))

    def softmax_part(self, part: str, z: Var) -> Written:
        name = self.text(z)
        form = _SOFTMAX_FORMS[part][self.language].format(name)
        binds = ATOM if part == "shift" or self.language == "ascii" else POWER
        return Written((form,), binds, True)

    def of_parameter(self, state: str, parameter: str, index: tuple[int, ...] | None, is_next: bool) -> Written:
        symbol = self.notation.own_symbol(f"{state}_p") or self.notation.symbol(state, None)
        inner = self.text(Var(parameter, (), index=index))
        if self.language == "ascii":
            return Written((f"{symbol.spell('ascii')}_{inner}" + ("_next" if is_next else ""),), ATOM, True)
        letter = replace(symbol, is_next=is_next).spell(self.language)
        return Written((f"{letter} of {inner}" if self.language == "words" else f"{letter}({inner})",), ATOM, True)


# fmt: off
_SOFTMAX_FORMS: Mapping[str, Mapping[Language, str]] = {
    "exp":     {"text": "e^{}",  "ascii": "exp_{}",     "latex": "e^{{{}}}",
                "words": "e to the power {}"},
    "sum_exp": {"text": "Σe^{}", "ascii": "sum_exp_{}", "latex": r"\sum e^{{{}}}",
                "words": "the total of e to the power {}"},
    "shift":   {"text": "s({})", "ascii": "shift_{}",   "latex": r"s\left({}\right)",
                "words": "shifted {}"},
}
# fmt: on
