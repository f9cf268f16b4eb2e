"""Leaves for the tests of writing: variables by their own names, or by numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from backtrace.formula.expr import Var
from backtrace.formula.operations import ATOM, SIGN
from backtrace.formula.writing import Grid, Language, Leaf, Written, transposed_name


def names(language: Language = "text") -> Leaf:
    """Each variable by its own name."""

    def leaf(var: Var, transposed: bool) -> Written:
        name = transposed_name(var.name, language) if transposed else var.name
        return Written((name,), ATOM, True)

    return leaf


def numbers(values: Mapping[str, Any], vectors_are_rows: bool = False) -> Leaf:
    """Each variable by its decimal value, as text; a vector is a column or a row."""

    def leaf(var: Var, transposed: bool) -> Written:
        array = np.asarray(values[var.name], dtype=object)
        if array.size == 1:
            text = _text(array.item())
            return Written((text,), SIGN if text.startswith("−") else ATOM)
        rows = array if array.ndim == 2 else array.reshape((1, -1) if vectors_are_rows else (-1, 1))
        grid = Grid(tuple(tuple(_text(entry) for entry in row) for row in rows))
        return Written((grid.turned() if transposed else grid,))

    return leaf


def _text(value: Decimal) -> str:
    return str(value).replace("-", "−")
