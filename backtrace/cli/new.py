"""`backtrace new`: a commented scenario to start from, its numbers drawn at random or searched so that all is even."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from typing import Any

import click
import numpy as np
from click.core import ParameterSource

from backtrace.cli.options import Parameter
from backtrace.cli.report import report
from backtrace.errors import InputError, Problem, misfit
from backtrace.formats.whole import whole_file
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.draws import Draws
from backtrace.network.losses import LOSSES
from backtrace.scenario import find, load, read_text

_MOST_UNITS = 100
_DECIMALS = 3

Numbers = Mapping[str, Any]
"""Inputs, targets, weights, biases and learning rate, by id."""


class Units(Parameter):
    """Numbers of neurons in each layer, the input first: 2-3-1."""

    name = "units"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The numbers as a tuple."""
        if not isinstance(value, str):
            return value
        parts = value.split("-")
        if len(parts) < 2 or not all(part.isdecimal() and 1 <= int(part) <= _MOST_UNITS for part in parts):  # noqa: PLR2004
            self.fail(
                f"{value!r} is not a network; write the neurons of each layer, the input first, as 2-3-1, "
                f"at most {_MOST_UNITS} in a layer", param, ctx,
            )  # fmt: skip
        return tuple(map(int, parts))


class Row(Parameter):
    """The name of a row of a table, with the near miss where there is none."""

    name = "name"

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, where the table has it."""
        if value not in self.table:
            import difflib

            near = difflib.get_close_matches(str(value), self.table, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(self.table)}"
            self.fail(f"there is no {value!r}: {hint}", param, ctx)
        return value


@dataclass(frozen=True)
class Wanted:
    """The scenario that is asked for: its network, its loss and where its numbers come from."""

    units: tuple[int, ...]
    hidden: str
    last: str
    loss: str
    seed: int
    nice: bool
    decimals: int

    @property
    def shape(self) -> str:
        """The network as it is asked for: 2-2-1."""
        return "-".join(map(str, self.units))

    @property
    def has_hidden(self) -> bool:
        """Whether there is a layer between input and output."""
        return len(self.units) > 2  # noqa: PLR2004


@click.command("new")
@click.argument("units", type=Units(), default="2-2-1")
@click.option("--activation", type=Row(ACTIVATIONS), help="Of hidden layers: sigmoid by default, relu with --nice.")
@click.option(
    "--output-activation",
    type=Row(ACTIVATIONS),
    help="Of the output layer; by default what suits the loss, identity with --nice.",
)
@click.option("--loss", type=Row(LOSSES), default="mse", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the numbers.")
@click.option("--nice", is_flag=True, help="Search numbers with which every line of the working has few decimals.")
@click.option(
    "--decimals",
    type=click.IntRange(1, 6),
    default=_DECIMALS,
    show_default=True,
    help="Decimals of the results; the most of any line with --nice.",
)
@click.option("--sheet", metavar="SCENARIO", help="Write an empty sheet of that scenario instead, for `check`.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE.")
def command(units: tuple[int, ...], output: Path | None, sheet: str | None, **options: Any) -> int:
    """Write a scenario for a network such as 2-3-1, ready to run and to change.

    With --nice every line, to the pass after the update, comes out even in so many decimals, no unit is dead, no
    factor 0 or 1 hides a path and the loss falls; where no such numbers are found the exit code is 1.

    With --sheet it is an empty sheet of a scenario, for results worked by hand.

    Without -o it goes to standard output; a file that exists is not touched.
    """
    if output is not None and output.exists():
        raise misfit(f"{output} exists already", "a new name", "remove it first, or write to another file")
    if sheet is not None:
        return _write(_sheet(sheet, output), output)
    wanted = _wanted(units, options)
    text = _text(wanted, _drawn(wanted))
    scenario = read_text(text, "the new scenario")
    if wanted.nice:
        from backtrace.lesson.nice import nice_numbers

        found = nice_numbers(scenario, wanted.decimals, wanted.seed)
        if found is None:
            report(_none_found(wanted))
            return 1
        text = _text(wanted, found)
    return _write(text, output)


def _write(text: str, output: Path | None) -> int:
    if output is None:
        sys.stdout.write(text)
        return 0
    with whole_file(output) as stream:
        stream.write(text)
    return 0


def _sheet(argument: str, output: Path | None) -> str:
    """An empty sheet of the scenario, which it names as seen from its own folder."""
    from backtrace.answers.sheets.empty import new_sheet

    context = click.get_current_context()
    given = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if other := [name for name in given if name not in ("sheet", "output")]:
        raise misfit(f"--sheet with {other[0].replace('_', '-')}", "--sheet, and at most -o",
                     "what the network is, the scenario says")  # fmt: skip
    path = find(argument)
    is_bundled = path.stem == argument
    said = argument if is_bundled else os.path.relpath(path, output.parent if output else Path())
    return new_sheet(load(path), said)


def _wanted(units: tuple[int, ...], options: Mapping[str, Any]) -> Wanted:
    """What is asked for, with every default; raises InputError where it cannot be had."""
    loss, nice = options["loss"], options["nice"]
    hidden = options["activation"] or ("relu" if nice else "sigmoid")
    last = options["output_activation"] or ("identity" if nice else _suited(loss, hidden))
    wanted = Wanted(units, hidden, last, loss, options["seed"], nice, options["decimals"])
    problems = [*_misfits(wanted), *(_obstacles(wanted) if nice else ())]
    if problems:
        raise InputError(problems)
    return wanted


def _suited(loss: str, activation: str) -> str:
    """The output activation that the loss asks for or has a short form with, else the hidden one."""
    row = LOSSES[loss]
    return "identity" if row.prediction == "pre-activation" else next(iter(row.short), activation)


def _misfits(wanted: Wanted) -> Iterator[Problem]:
    if wanted.has_hidden and not ACTIVATIONS[wanted.hidden].elementwise:
        yield Problem(f"{wanted.hidden} in a hidden layer", "an activation that works entry by entry",
                      f"--output-activation {wanted.hidden}")  # fmt: skip
    if LOSSES[wanted.loss].targets == "distribution" and wanted.units[-1] == 1:
        yield Problem(f"{wanted.loss} with one output", "two outputs or more", "for one output take bce")


def _obstacles(wanted: Wanted) -> Iterator[Problem]:
    """The activations and the loss whose values are no decimal numbers, whatever the numbers put in."""
    from backtrace.lesson.nice import obstacle

    used = dict.fromkeys(((wanted.hidden,) if wanted.has_hidden else ()) + (wanted.last,))
    for table, names in ((ACTIVATIONS, used), (LOSSES, (wanted.loss,))):
        for name in names:
            reason = obstacle(table[name])
            if reason:
                known = [other for other in table if not obstacle(table[other])]
                yield Problem(f"--nice with {name}: {reason}", f"one of {', '.join(known)}")


def _none_found(wanted: Wanted) -> InputError:
    """What to change where the search has found nothing."""
    return misfit(
        f"no numbers were found for {wanted.shape} with which every line has at most {wanted.decimals} decimals",
        remedy=f"try --decimals {wanted.decimals + 1}, fewer neurons or layers, or another --seed or --loss",
    )


def _drawn(wanted: Wanted) -> Numbers:
    """Numbers with one decimal from −0.9 to 0.9, none of them 0; targets 0 and 1, and a learning rate of ½."""
    draws = Draws(wanted.seed)

    def one_digit(*shape: int) -> Any:
        digits, signs = draws.uniform(prod(shape)), draws.uniform(prod(shape))
        return np.reshape(np.floor(1 + 9 * digits) * np.where(signs < 0.5, -1, 1) / 10, shape)  # noqa: PLR2004

    outputs = wanted.units[-1]
    target = [1] + [0] * (outputs - 1) if LOSSES[wanted.loss].targets == "distribution" else [0, 1] * outputs
    numbers: dict[str, Any] = {"x": one_digit(wanted.units[0]), "y": target[:outputs], "eta": 0.5}
    for number, (before, here) in enumerate(pairwise(wanted.units), 1):
        numbers |= {f"W{number}": one_digit(here, before), f"b{number}": one_digit(here)}
    return numbers


def _text(wanted: Wanted, numbers: Numbers) -> str:
    depth = len(wanted.units) - 1
    lines = [
        *([f"# found with {_asked(wanted)}"] if wanted.nice else ()),
        f"title: A network of {wanted.shape} neurons",
        "description: What to look at goes here.",
        "network:",
        "  layers:",
    ]
    for number in range(1, depth + 1):
        place = "the output layer" if number == depth else f"hidden layer {number}"
        rows = ", ".join(map(_list, numbers[f"W{number}"]))
        lines += [
            f"    - activation: {wanted.last if number == depth else wanted.hidden}"
            f"  # of {place}; see `backtrace list activations`",
            f"      weights: [{rows}]  # row = receiving neuron, column = sending neuron",
            f"      biases: {_list(numbers[f'b{number}'])}  # a list, one number for all, or none",
        ]
    lines += [
        f"loss: {wanted.loss}  # see `backtrace list losses`",
        "data:  # one line for each sample: its input and its target",
        f"  - {{x: {_list(numbers['x'])}, y: {_list(numbers['y'])}}}",
        "training:",
        f"  learning_rate: {float(numbers['eta']):g}",
        "  epochs: 1  # how often the data is gone through",
        "  batch_size: 1  # samples in each update; `all` for full batch",
        *(["arithmetic: exact  # worked in fractions, so that nothing is rounded"] if wanted.nice else ()),
        f"display: {{decimals: {wanted.decimals}}}",
    ]
    return "\n".join(lines) + "\n"


def _asked(wanted: Wanted) -> str:
    """The command that finds the same numbers again."""
    parts = ["backtrace new", wanted.shape, "--nice"]
    if wanted.has_hidden and wanted.hidden != "relu":
        parts.append(f"--activation {wanted.hidden}")
    if wanted.last != "identity":
        parts.append(f"--output-activation {wanted.last}")
    if wanted.loss != "mse":
        parts.append(f"--loss {wanted.loss}")
    if wanted.decimals != _DECIMALS:
        parts.append(f"--decimals {wanted.decimals}")
    return " ".join([*parts, f"--seed {wanted.seed}"])


def _list(numbers: Any) -> str:
    return f"[{', '.join(f'{number:g}' for number in numbers)}]"
