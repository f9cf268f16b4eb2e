"""The parameters of a variant, such as the slope of leaky ReLU or the β₁ of Adam, read from its function's signature.

A keyword-only argument is a parameter, and has to be given where it has no default. A number enters the formula as a
variable, so that nothing is folded before it is shown; a choice (true or false, or one of some words) changes the
formula itself. `Annotated` with a `Range` says which numbers are allowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from inspect import Parameter as Argument
from inspect import signature
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from backtrace.formula.expr import Expr, Var

Value = float | bool | str


@dataclass(frozen=True)
class Range:
    """What a parameter means and which numbers it may be: from `least` on or above `above`, below `below`."""

    meaning: str
    least: float = -math.inf
    above: float = -math.inf
    below: float = math.inf
    whole: bool = False

    def __contains__(self, number: float) -> bool:
        in_bounds = self.least <= number < self.below and number > self.above
        return in_bounds and not (self.whole and number != int(number))

    @property
    def words(self) -> str:
        """The numbers that are allowed, as a sentence names them."""
        bounds = [
            f"from {self.least:g}" if self.least > -math.inf else "",
            f"above {self.above:g}" if self.above > -math.inf else "",
            f"below {self.below:g}" if self.below < math.inf else "",
        ]
        kind = "a whole number" if self.whole else "a number"
        return " ".join([kind, *filter(None, bounds)])


@dataclass(frozen=True)
class Parameter:
    """A parameter of a variant, with its default if it has one; `choices` are the words of one that is no number."""

    name: str
    default: Value | None
    range: Range
    choices: tuple[Value, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the parameter is a number, which enters the formula as a variable."""
        return not self.choices

    @property
    def words(self) -> str:
        """What is allowed, as a sentence names it."""
        if self.is_number:
            return self.range.words
        return " or ".join(str(choice).lower() if isinstance(choice, bool) else str(choice) for choice in self.choices)

    def allows(self, value: Any) -> bool:
        """Whether the value may stand for the parameter."""
        if self.is_number:
            is_finite = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            return is_finite and value in self.range
        return any(value is choice or (isinstance(value, str) and value == choice) for choice in self.choices)


ANY = Range("")


def parameters_of(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    """The parameters of a variant's function, by name, in the order of its signature; none where they are bound."""
    return {} if isinstance(function, partial) else _of_signature(function)


@cache
def _of_signature(function: Callable[..., Any]) -> Mapping[str, Parameter]:
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for argument in signature(function).parameters.values():
        if argument.kind is Argument.KEYWORD_ONLY:
            default = None if argument.default is Argument.empty else argument.default
            found[argument.name] = _parameter(argument.name, default, hints.get(argument.name))
    return found


def _parameter(name: str, default: Value | None, hint: Any) -> Parameter:
    notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    allowed = next((note for note in notes if isinstance(note, Range)), ANY)
    kind = get_args(hint)[0] if notes else hint
    if isinstance(default, bool):
        return Parameter(name, default, allowed, (False, True))
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    return Parameter(name, default, allowed, choices)


def bound(
    function: Callable[..., Expr], parameters: Mapping[str, Parameter], given: Mapping[str, Value], suffix: str = ""
) -> Callable[..., Expr]:
    """The function with its parameters: a number as a variable of its name and the suffix, a choice as it is given."""
    values: dict[str, Any] = {
        name: Var(f"{name}{suffix}") if parameter.is_number else given.get(name, parameter.default)
        for name, parameter in parameters.items()
    }
    return partial(function, **values) if values else function


def completed(parameters: Mapping[str, Parameter], given: Mapping[str, Value]) -> dict[str, Value]:
    """The value of every parameter: the one given, else its default."""
    full = {name: given.get(name, parameter.default) for name, parameter in parameters.items()}
    return {
        name: float(value) if parameters[name].is_number else value for name, value in full.items() if value is not None
    }
