"""The source of a compiled plan: its equations written as straight-line Python, a loop over updates around them.

For small networks every entry is a local variable, for larger ones every equation a call of numpy. Every name is made
from an id, none from a scenario's text; numbers come in as arguments.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np

from backtrace.engine.equation import Equation, Quantity
from backtrace.engine.layout import NUMBER, Layout
from backtrace.engine.plan import Plan
from backtrace.formula.by_array import ByArray
from backtrace.formula.by_entry import by_entry
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var

Names = tuple[tuple[str, ...], tuple[str, ...]]
"""The ids of what is given for the whole training, and of what changes from update to update without being worked."""


@lru_cache(maxsize=256)
def _function(source: str) -> Any:
    return compile(source, "<compiled plan>", "exec")


def _made(source: str, names: Mapping[str, Any]) -> Callable[..., Any]:
    """The function `work` of the source, which calls others by these names."""
    space = dict(names)
    exec(_function(source), space)  # noqa: S102  (the source is written by this module, from formulas)
    work: Callable[..., Any] = space["work"]
    return work


def _taken(names: Iterable[str]) -> str:
    """The names as the left side of an assignment."""
    return f"({''.join(f'{name}, ' for name in names)})"


def _whole(var: Var) -> str:
    return f"{var.name}__"


def _entry_name(var: Var, sample: int | None, index: tuple[int, ...]) -> str:
    return f"{_whole(var)}{'_'.join(map(str, index))}" + (f"__s{sample}" if sample is not None else "")


def _following(plan: Plan, name: str) -> Quantity:
    """What is carried on in place of a quantity: its next value, or itself where it is not trained."""
    is_worked = plan.equation(f"{name}_next") is not None
    return plan.quantities[f"{name}_next" if is_worked else name]


@lru_cache(maxsize=64)
def by_entries(plan: Plan, samples: int, layout: Layout, names: Names) -> Callable[..., Any]:
    """The function that works updates of so many samples, every entry a variable.

    It takes the entries of what is carried, what is given, the entries of the data and what changes for each update,
    and the rows; it ends where Python raises. It returns how many updates it worked and the entries carried on.
    """
    writing, (of_visit, of_update) = _Entrywise(plan, samples), layout.parts
    for equation in plan.of_sample + plan.of_update:
        writing.write(equation)
    state = [name for each in plan.carried for name in writing.names(plan.quantities[each].var)]
    data = [name for s in range(samples) for each in ("x", "y") for name in writing.names(plan.quantities[each].var, s)]
    visit = [name for s in range(samples) for e in of_visit.equations for name in writing.names(e.target, s)]
    update = [name for e in of_update.equations for name in writing.names(e.target)]
    following = [name for each in plan.carried for name in writing.names(_following(plan, each).var)]
    source = "\n".join([
        "def work(state, given, data, counts, visits, updates):",
        f"    {_taken(state)} = state",
        f"    {_taken(f'{name}__' for name in names[0])} = given",
        "    done = at_visit = at_update = 0",
        "    try:",
        f"        for {_taken(data)}, {_taken(f'{name}__' for name in names[1])} in zip(data, counts):",
        *(f"            {line}" for line in writing.lines),
        *([f"            pack_visits(visits, at_visit, {', '.join(visit)})"] if visit else []),
        f"            pack_update(updates, at_update, {', '.join(update)})",
        f"            {_taken(state)} = {_taken(following)}",
        f"            at_visit += {NUMBER * len(visit)}",
        f"            at_update += {NUMBER * len(update)}",
        "            done += 1",
        "    except (ArithmeticError, ValueError):",
        "        pass",
        f"    return done, {_taken(state)}",
    ])  # fmt: skip
    packing = {"pack_visits": visit, "pack_update": update}
    return _made(source, writing.functions | {
        name: struct.Struct(f"{len(each)}d").pack_into for name, each in packing.items()})  # fmt: skip


class _Entrywise:
    """Writes equations entry by entry, sample by sample; an entry that is another under a second name is not copied."""

    def __init__(self, plan: Plan, samples: int) -> None:
        self.plan, self.samples = plan, samples
        self.lines: list[str] = []
        self.functions: dict[str, Any] = {}
        self._same: dict[str, str] = {}

    def names(self, var: Var, sample: int | None = None) -> list[str]:
        """What the entries of a quantity are called, row by row."""
        own = (_entry_name(var, sample if var.per_sample else None, index) for index in indices(var.shape))
        return [self._same.get(name, name) for name in own]

    def write(self, equation: Equation) -> None:
        """Add the lines of an equation."""
        for sample in range(self.samples) if equation.target.per_sample else (None,):
            first, texts, functions = by_entry(equation.opened, partial(self._read, sample=sample))
            self.lines += first
            self.functions |= functions
            own = (_entry_name(equation.target, sample, index) for index in indices(equation.target.shape))
            for name, text in zip(own, texts.ravel().tolist(), strict=True):
                if text.isidentifier():
                    self._same[name] = text
                else:
                    self.lines.append(f"{name} = {text}")

    def _read(self, var: Var, sample: int | None) -> Any:
        """The names of a quantity's entries: of the sample, or where its samples are gathered of all of them."""
        var = self.plan.quantities[var.name].var if var.name in self.plan.quantities else var
        if var.per_sample and sample is None:
            each = [self._read(var, s) for s in range(self.samples)]
            return np.stack(each)
        return np.array(self.names(var, sample), dtype=object).reshape(var.shape)


@lru_cache(maxsize=64)
def by_arrays(plan: Plan, layout: Layout, names: Names) -> Callable[..., None]:
    """The function that works updates of any number of samples, every quantity an array.

    It takes what is carried, what is given, the data and what changes for each update, and the columns.
    """
    writing, equations = ByArray(_whole), [part.equations[0] for part in layout.parts]
    for equation in equations:
        writing.into(equation.opened, _whole(equation.target))
    places, changing = {True: "at:to", False: "done, ..."}, _taken(f"{name}__" for name in names[1])
    source = "\n".join([
        "def work(state, given, data, counts, columns):",
        f"    {_taken(_whole(plan.quantities[name].var) for name in plan.carried)} = state",
        f"    {_taken(f'{name}__' for name in names[0])} = given",
        f"    {_taken(f'{e.id}__column' for e in equations)} = columns",
        "    at = 0",
        f"    for done, ((x__, y__, samples), {changing}) in enumerate(zip(data, counts)):",
        "        to = at + samples",
        *(f"        {e.id}__ = {e.id}__column[{places[e.target.per_sample]}]" for e in equations),
        *(f"        {line}" for line in writing.lines),
        *(f"        {name}__ = {_whole(_following(plan, name).var)}" for name in plan.carried),
        "        at = to",
    ])  # fmt: skip
    return _made(source, writing.functions)
