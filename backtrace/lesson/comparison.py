"""What a comparison found, told: what agrees, what differs from where on and by what factor, and what was left out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from backtrace.engine.equation import Quantity
from backtrace.formula.expr import Num, Var
from backtrace.lesson.blocks import Block, Heading, Lesson, Prose, Sentence, Table
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import kept

if TYPE_CHECKING:
    from backtrace.proof.compare import Comparison, Difference, Finding, Side

_MOST_ROWS, _MOST_NAMED, _MOST_RUNS = 20, 12, 3
_MOST_DIGITS = 17
_SMALL = 1e-4
_PRECISIONS = {"float64": "double precision", "float32": "single precision"}
_SIMPLE = 10
_FEW_UNITS = 16
_CLOSE = 1e-6

# fmt: off
_PARTS: tuple[tuple[str, str, Callable[[Quantity, str], bool]], ...] = (
    ("What is given",          "s", lambda quantity, phase: not phase),
    ("The forward pass",       "s", lambda quantity, phase: phase == "forward"),
    ("The loss",               "s", lambda quantity, phase: phase == "loss"),
    ("Gradients",              "",  lambda quantity, phase: phase == "backward"),
    ("The steps",              "",  lambda quantity, phase: phase == "update" and not _is_parameter(quantity)),
    ("The updated parameters", "",  lambda quantity, phase: phase == "update" and _is_parameter(quantity)),
    ("The outcome",            "s", lambda quantity, phase: phase == "after"),
)
"""The parts of an update: its title, the ending of its verbs and what belongs to it."""
# fmt: on


def _is_parameter(quantity: Quantity) -> bool:
    return quantity.role.name in ("next_weights", "next_biases")


def tell_comparison(comparison: Comparison, names: tuple[str, str]) -> Lesson:
    """The two sides, called `names`, what they agree in and where they part."""
    return Lesson(tuple(_Telling(comparison).blocks(names)))


class _Telling:
    """Tells one comparison; its quantities are spelt in one notation."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison, self.trace = comparison, comparison.trace
        self.differing = comparison.differing
        self.units = max((finding.units for finding in comparison.findings), default=0.0)

    def blocks(self, names: tuple[str, str]) -> Iterator[Block]:
        """All that is told, in order."""
        yield Heading("A and B side by side", 0)
        sides = zip("AB", names, self.comparison.sides, strict=True)
        yield Table(((), (), ()), tuple(((letter,), (name,), _described(side)) for letter, name, side in sides))
        yield from self.parting() if self.differing else self.agreeing()
        yield from self.left_out()
        if self.differing:
            yield from self.hints()

    def agreeing(self) -> Iterator[Block]:
        """What is said where no value differs."""
        count = len(self.comparison.findings)
        if not count:
            yield Prose(("No value of A and B belongs together.",), "warning")
            return
        updates = min(side.trace.updates for side in self.comparison.sides if side.trace)
        agree = f"All {count} quantities that both have agree in {updates:,} update{'s' if updates > 1 else ''}"
        yield Prose((agree, *self.exactly()))

    def exactly(self) -> Sentence:
        """How far those numbers agree that do: the end of a sentence."""
        if not self.units:
            return (", to the last bit.",)
        finding = max(self.comparison.findings, key=lambda finding: finding.units)
        count = math.ceil(self.units)
        places = f"at most {count:,} unit{'s' if count > 1 else ''} in the last place"
        precision = _PRECISIONS[self.comparison.precision]
        why = "" if count <= _FEW_UNITS else "; rounding alone carries this training as far"
        return (f", up to floating-point noise: {places} of {precision}, in ", self.named(finding.id), f"{why}.")

    def parting(self) -> Iterator[Block]:
        """The update in which the sides part, by its parts, and what follows from it."""
        first, update = self.differing[0], _of(self.differing[0]).update
        here = [finding for finding in self.differing if _of(finding).update == update]
        sample = f", sample {_of(first).sample}" if _of(first).sample else ""
        yield Heading(f"First difference: {_id(first)} {self.when(update)}{sample}", 2)
        for part in _PARTS:
            members = [finding for finding in self.comparison.findings if self.belongs(finding, part[2])]
            if sentence := self.part(part[0], part[1], members, here):
                yield Prose(sentence)
        if self.units:
            yield Prose(("What agrees does so", *self.exactly()))
        yield self.table(here)
        if len(here) > _MOST_ROWS:
            yield Prose((f"And {len(here) - _MOST_ROWS} more quantities in the same update.",))
        later = self.differing[len(here) :]
        if later:
            more = "1 more quantity differs" if len(later) == 1 else f"{len(later)} more quantities differ"
            yield Prose((f"Later {more}, from ", self.named(later[0].id), f" {self.when(_of(later[0]).update)} on."))

    def belongs(self, finding: Finding, belongs: Callable[[Quantity, str], bool]) -> bool:
        """Whether the finding is one of the part."""
        equation = self.trace.plan.equation(finding.id)
        return belongs(self.trace.plan.quantities[finding.id], equation.phase if equation else "")

    def part(self, title: str, ending: str, members: Sequence[Finding], here: Sequence[Finding]) -> Sentence:
        """What is said of a part of the update; nothing where that goes without saying."""
        differ = [finding for finding in here if finding in members]
        if not differ:
            is_worth_it = members and title not in (_PARTS[0][0], _PARTS[-1][0])
            exactly = "" if any(finding.units for finding in members) else ", to the last bit"
            return (f"{title} agree{ending}{exactly}.",) if is_worth_it else ()
        sentence: Sentence = (f"{title} differ{ending}",)
        for place, run in enumerate(runs := _runs(differ)):
            is_single = run[-1] is run[0] and place + 1 == len(runs)
            where = (" in " if is_single else " from ", self.named(run[0].id), "" if is_single else " on")
            sentence += (", and" if place else "", *self.relation(run), *where)
        return (*sentence, ".")

    def relation(self, run: Sequence[Finding]) -> Sentence:
        """How B is made from A in all quantities of a run."""
        if not all(_is_same(_of(run[0]), _of(finding)) for finding in run):
            return (" in several ways",)
        if _of(run[0]).transposed:
            return (" by a transposition",)
        factor = _factor(_of(run[0]))
        return (" without a common factor",) if factor is None else (" by the factor ", self.written(factor))

    def written(self, factor: float) -> Formula:
        """The factor, as a fraction where it is a simple one."""
        near = Fraction(factor).limit_denominator(_SIMPLE)
        if math.isclose(float(near), factor, rel_tol=_CLOSE):
            return Formula(Num(near), self.trace.notation.leaf)
        return number(kept(factor, 3))

    def table(self, here: Sequence[Finding]) -> Table:
        """The first entry of each quantity that differs, with both values."""
        titles = ("first entry",), ("id",), ("sample",), ("A",), ("B",), ("B/A",)
        return Table(titles, tuple(map(self.row, here[:_MOST_ROWS])))

    def row(self, finding: Finding) -> tuple[Sentence, ...]:
        """One quantity of the table."""
        found = _of(finding)
        entry = Formula(Var(finding.id, (), index=found.index or None), self.trace.notation.leaf)
        a, b = _distinct(*found.values)
        factor = _factor(found)
        relation: Sentence = ("transposed",) if found.transposed else () if factor is None else (self.written(factor),)
        return (entry,), (_id(finding),), (str(found.sample or ""),), (a,), (b,), relation

    def when(self, update: int) -> str:
        """An update as a sentence names it."""
        return f"in update {update}" if update <= self.trace.updates else f"after update {self.trace.updates}"

    def left_out(self) -> Iterator[Block]:
        """What could not be compared, and why."""
        comparison = self.comparison
        for letter, other, names in zip("AB", comparison.sides[::-1], comparison.missing, strict=True):
            if names and other.trace:
                yield Prose((f"Only {letter} has ", _some(names), "."), "note")
        if comparison.shapes:
            shapes = [f"{name} ({_size(a)} in A, {_size(b)} in B)" for name, (a, b) in comparison.shapes.items()]
            yield Prose(("Not compared, as the shapes differ: ", _some(shapes), "."), "note")
        if comparison.lengths:
            yield Prose(("Not compared: A ends after update {}, and B after update {}.".format(*comparison.lengths),),
                        "note")  # fmt: skip

    def hints(self) -> Iterator[Block]:
        """What to try where all differences are small."""
        largest = max(_of(finding).relative for finding in self.differing)
        if largest <= _SMALL:
            single = ", or --precision float32 if one side was worked in single precision"
            exponent = math.ceil(math.log10(largest))
            yield Prose((f"No difference is more than {largest:.0e} of the largest entry. If that is as exact as "
                         f"the values were written, say --rtol 1e{exponent:03d}"
                         f"{single if self.comparison.precision == 'float64' else ''}.",), "note")  # fmt: skip

    def named(self, name: str) -> Formula:
        """The quantity in the notation."""
        return Formula(Var(name, self.trace.plan.quantities[name].var.shape), self.trace.notation.leaf)


def _described(side: Side) -> Sentence:
    if side.trace is None:
        return (f"values of {_some(tuple(side.columns))}",)
    scenario = side.trace.scenario
    network = [scenario.loss, "-".join(map(str, scenario.units)), *(layer.activation for layer in scenario.layers)]
    return (", ".join([*network[1:], network[0]]),)


def _of(finding: Finding) -> Difference:
    assert finding.difference is not None
    return finding.difference


def _id(finding: Finding) -> str:
    """The first entry that differs, by id."""
    index = _of(finding).index
    return finding.id + (f"[{','.join(map(str, index))}]" if index else "")


def _runs(differ: Sequence[Finding]) -> list[list[Finding]]:
    """The findings, neighbours of one relation together; all as one where their relations change often."""
    runs: list[list[Finding]] = []
    for finding in differ:
        if runs and _is_same(_of(runs[-1][0]), _of(finding)):
            runs[-1].append(finding)
        else:
            runs.append([finding])
    return runs if len(runs) <= _MOST_RUNS else [[*differ]]


def _is_same(a: Difference, b: Difference) -> bool:
    one, other = _factor(a), _factor(b)
    if a.transposed or b.transposed or one is None or other is None:
        return a.transposed == b.transposed and one is other
    return math.isclose(one, other, rel_tol=_CLOSE)


def _factor(found: Difference) -> float | None:
    """The common factor, None where there is none; that of two single numbers counts where it is a simple one."""
    if found.factor is None or found.numbers > 1:
        return found.factor
    near = Fraction(found.factor).limit_denominator(_SIMPLE)
    is_simple = abs(near.numerator) <= _SIMPLE and math.isclose(float(near), found.factor, rel_tol=_CLOSE)
    return found.factor if is_simple else None


def _distinct(a: float, b: float) -> tuple[Formula, Formula]:
    """Both numbers with enough digits to tell them apart."""
    larger = max(abs(a), abs(b))
    apart = math.ceil(-math.log10(abs(a - b) / larger)) if a != b else _MOST_DIGITS
    decimals = min(max(3, apart), _MOST_DIGITS - 2)
    return number(kept(a, decimals)), number(kept(b, decimals))


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return shown + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape)) or "a single number"
