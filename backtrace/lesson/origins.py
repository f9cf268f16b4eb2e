"""Where the numbers given come from, where the scenario does not write them out: drawn with a seed, out of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from backtrace.engine.givens import initial_parameters
from backtrace.engine.trace import Trace
from backtrace.formula.expr import Expr, Var, variables
from backtrace.formula.operations import ATOM
from backtrace.formula.writing import Language, Leaf, Written
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.numbers import put_in
from backtrace.network.initialisers import INITIALISERS
from backtrace.network.parameters import completed
from backtrace.scenario.scenario import Floats

_ENOUGH_DECIMALS = 12
_MORE_DECIMALS = 3


def decimals_of_given(trace: Trace, name: str) -> int:
    """With how many decimals a given quantity is shown: as it is written, or where it was drawn or read with few."""
    is_written = ("data" if name in ("x", "y") else name) not in trace.scenario.document.get("origins", {})
    return _ENOUGH_DECIMALS if is_written else trace.scenario.decimals + _MORE_DECIMALS


def origins(trace: Trace) -> Iterator[Sentence]:
    """A sentence for each matrix and vector that was drawn at random or read, and one for the data."""
    for name, origin in trace.scenario.document.get("origins", {}).items():
        if "inputs" in origin:
            inputs, targets = (", ".join(origin[key]) for key in ("inputs", "targets"))
            shown = _rounding(trace, "x", trace.scenario.x) or _rounding(trace, "y", trace.scenario.y)
            yield (f"The samples are read from {origin['file']}: inputs {inputs}; targets {targets}{shown}.",)
            continue
        shown = _rounding(trace, name, initial_parameters(trace.scenario)[name])
        named = Formula(trace.plan.quantities[name].var, trace.notation.leaf)
        if "init" in origin:
            if INITIALISERS[origin["init"]].distribution.is_random:
                yield (named, " is drawn: ", *_drawn(trace, int(name[1:]), origin), f"{shown}.")
        else:
            array = f", array {origin['array']}" if "array" in origin else ""
            yield (named, f" is read from {origin['file']}{array}{shown}.")


def _rounding(trace: Trace, name: str, values: Floats) -> str:
    """That the numbers above are rounded, where they are."""
    decimals = decimals_of_given(trace, name)
    return f"; shown to {decimals} decimals" if np.any(np.round(values, decimals) != values) else ""


def _drawn(trace: Trace, layer: int, origin: Mapping[str, Any]) -> Sentence:
    """The distribution with its parameters put in."""
    row = INITIALISERS[origin["init"]]
    values = completed(row.parameters, origin)
    told = row.distribution.told
    parts = [part if isinstance(part, str) else _with_values(part, values) for part in told]
    used = {var.name for part in told if isinstance(part, Expr) for var in variables(part)}
    units = {"n": trace.scenario.units[layer - 1], "m": trace.scenario.units[layer]}
    sizes = [f"{letter} = {size}" for letter, size in units.items() if letter in used]
    where = f" for {' and '.join(sizes)}" if sizes else ""
    return (*parts, f"{where} ({row.name}, seed {trace.scenario.seed})")


def _with_values(expr: Expr, values: Mapping[str, Any]) -> Formula:
    """The formula with the parameters as numbers, and the sizes of the layer as letters."""

    def leaf(language: Language) -> Leaf:
        def written(var: Var, transposed: bool) -> Written:
            if var.name in values:
                return put_in(values[var.name], _ENOUGH_DECIMALS, _ENOUGH_DECIMALS).written(language)
            return Written((var.name,), ATOM, True)

        return written

    return Formula(expr, leaf)
