"""The options that commands share, bundled into frozen objects at the door."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, get_args

import click

from backtrace.cli.terminal import Output
from backtrace.engine.memory import MEMORY
from backtrace.engine.phases import Phase
from backtrace.lesson.telling import SHOWS, Telling, View

if TYPE_CHECKING:
    Parameter = click.ParamType[Any]
else:
    Parameter = click.ParamType  # generic in recent versions of click only

F = TypeVar("F", bound=Callable[..., Any])
PHASES: tuple[str, ...] = get_args(Phase)


class Words(Parameter):
    """A list with commas, each item one of the choices."""

    name = "list"

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The items as a tuple."""
        if not isinstance(value, str):
            return value
        words = tuple(word.strip() for word in value.split(","))
        for word in words:
            if word not in self.choices:
                self.fail(f"{word!r} is not one of {', '.join(self.choices)}", param, ctx)
        return words


class Numbers(Parameter):
    """Numbers from 1, with commas and ranges: 1,3-5."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The numbers as a tuple."""
        if not isinstance(value, str):
            return value
        found: list[int] = []
        for part in value.replace(" ", "").split(","):
            first, dash, last = part.partition("-")
            if not first.isdecimal() or (dash and not last.isdecimal()) or int(first) < 1:
                self.fail(f"{part!r} is not a number from 1 or a range such as 2-4", param, ctx)
            low, high = int(first), int(last if dash else first)
            if not 0 <= high - low < _MOST_NUMBERS:
                self.fail(f"{part!r} is not a range of 1 to {_MOST_NUMBERS} numbers", param, ctx)
            found.extend(range(low, high + 1))
        return tuple(dict.fromkeys(found))


_MOST_NUMBERS = 1000


class Bytes(Parameter):
    """A number of bytes: 500MB, 2GB."""

    name = "size"
    _units: ClassVar = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The bytes as a whole number."""
        if not isinstance(value, str):
            return value
        found = re.fullmatch(r"(\d{1,15}(?:\.\d{1,15})?)\s*([a-z]*)", value.strip(), re.IGNORECASE | re.ASCII)
        if found is None or found[2].upper() not in self._units:
            self.fail(f"{value!r} is not a size such as 500MB or 2GB", param, ctx)
        return int(float(found[1]) * self._units[found[2].upper()])


def decorated(*decorators: Callable[[Any], Any]) -> Callable[[F], F]:
    """The decorators as one, the first outermost."""

    def decorate(function: F) -> F:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def _budgeted(_context: click.Context, _option: click.Parameter, size: int | None) -> None:
    if size is not None:
        MEMORY.set(size)


memory_option = click.option(
    "--memory", type=Bytes(), metavar="SIZE", callback=_budgeted, expose_value=False,
    help="What a trace may take in memory, such as 500MB (else 1 GiB); a larger one is put into a temporary file.",
)  # fmt: skip
"""Holds for the command alone: `main` runs each in a context of its own."""

scenario_options = decorated(
    click.argument("scenario", default="lecture"),
    click.option("--decimals", type=click.IntRange(1, 12), help="Decimals of the results; the scenario's by default."),
    click.option("--notation", help="Notation profile, see `backtrace list notations`."),
    click.option("--set", "settings", multiple=True, metavar="KEY=VALUE",
                 help="Replace a value of the scenario: eta=10, w12=0.3, network.layers.1.activation=tanh."),
    memory_option,
)  # fmt: skip
"""The scenario, the settings of it that the command line may replace, and what its trace may take."""

projector_option = click.option(
    "--projector",
    is_flag=True,
    help="For the wall of a classroom: wide spacing, nothing dim, on a terminal a line at a time.",
)

output_options = decorated(
    click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True),
    click.option("--plain", is_flag=True, envvar="BACKTRACE_PLAIN",
                 help="Words in place of signs, one entry on each line, for screen readers and grep."),
)  # fmt: skip

view_option = click.option("--view", type=click.Choice(list(get_args(View))), default="both", show_default=True,
                           help="Whole vectors and matrices, single entries, or both.")  # fmt: skip
detail_option = click.option("--detail", is_flag=True, help="Tell every equation, none folded into another.")

show_option = click.option(
    "--show", type=Words(SHOWS), default=",".join(SHOWS), show_default=True,
    help="Forms of each derivation; `formula` alone is the blackboard before the example.",
)  # fmt: skip
telling_options = decorated(
    view_option,
    show_option,
    detail_option,
    click.option("--only", multiple=True, metavar="ID",
                 help="Only this quantity or entry (dL_dW1, dL_dw12); repeatable."),
    click.option("--phase", type=Words(PHASES), default=(), help="Only these phases."),
    click.option("--stage", type=Numbers(), default=(), help="Only these stages of backward pass and update: 1,3-4."),
    click.option("--updates", type=Numbers(), default=(), help="Updates to tell; first and last by default."),
    click.option("--samples", type=Numbers(), default=(), help="Samples of a batch to tell; the first by default."),
)  # fmt: skip


def telling_from(options: dict[str, Any]) -> Telling:
    """Takes the telling options out of `options`."""
    only = tuple(name for given in options.pop("only") for name in _names(given))
    return Telling(
        view=options.pop("view"), show=frozenset(options.pop("show")), detail=options.pop("detail"), only=only,
        phases=frozenset(options.pop("phase")), stages=frozenset(options.pop("stage")),
        updates=options.pop("updates"), samples=options.pop("samples"),
    )  # fmt: skip


_LOWERED_DIGITS = tuple("₀₁₂₃₄₅₆₇₈₉")


def _names(given: str) -> list[str]:
    """Names with commas between them; the comma of an index, as in dL_dW1[1,2] and w₁₀,₂, is none of them."""
    names, depth, start = [], 0, 0
    for place, character in enumerate(given):
        depth += (character == "[") - (character == "]")
        next_index = given[place + 1 : place + 2] in _LOWERED_DIGITS
        if character == "," and depth == 0 and not next_index:
            names.append(given[start:place])
            start = place + 1
    return [name.strip() for name in [*names, given[start:]] if name.strip()]


def output_from(options: dict[str, Any]) -> Output:
    """Takes the output options out of `options`."""
    return Output(options.pop("color"), options.pop("plain"), options.pop("projector", False))
