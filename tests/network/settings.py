"""Which parameters a row of a table is tried with: every choice, and for a number its default and two others."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from backtrace.network.parameters import Parameter, Value

OTHERS = (0.3, 2.0)


def choices_of(parameters: Mapping[str, Parameter]) -> list[dict[str, Value]]:
    """Every combination of what is chosen from words, or from true and false; numbers are left to their defaults."""
    chosen = {name: parameter.choices for name, parameter in parameters.items() if not parameter.is_number}
    return [dict(zip(chosen, values, strict=True)) for values in product(*chosen.values())]


def numbers_of(parameters: Mapping[str, Parameter]) -> list[dict[str, float]]:
    """Every combination of numbers: the default of each, and those of OTHERS that it may be."""
    tried = {
        name: ([] if p.default is None else [float(p.default)]) + [other for other in OTHERS if p.allows(other)]
        for name, p in parameters.items()
        if p.is_number
    }
    return [dict(zip(tried, values, strict=True)) for values in product(*tried.values())]


def settings_of(parameters: Mapping[str, Parameter]) -> list[dict[str, Value]]:
    """Every combination of choices and numbers; one without anything where there are no parameters."""
    return [chosen | numbers for chosen, numbers in product(choices_of(parameters), numbers_of(parameters))]


def said(given: Mapping[str, Value]) -> str:
    """The setting as the name of a test or of a failure says it: `alpha 2.0, `, or nothing."""
    return "".join(f"{name} {value}, " for name, value in given.items())
