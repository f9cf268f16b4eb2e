"""`backtrace new`: a commented scenario to start from."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import numpy as np

from backtrace.cli.options import Parameter
from backtrace.cli.writing import whole_file
from backtrace.errors import misfit
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.scenario import read_text

_MOST_UNITS = 100


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

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, where the table has it."""
        if value not in self.table:
            import difflib

            near = difflib.get_close_matches(str(value), self.table, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(self.table)}"
            self.fail(f"there is no {value!r}: {hint}", param, ctx)
        return value


@click.command("new")
@click.argument("units", type=Units(), default="2-2-1")
@click.option("--activation", type=Row(ACTIVATIONS), default="sigmoid", show_default=True, help="Of hidden layers.")
@click.option("--output-activation", type=Row(ACTIVATIONS), help="Of the output layer; by default what suits the loss.")
@click.option("--loss", type=Row(LOSSES), default="mse", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the numbers.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write to FILE.")
def command(units: tuple[int, ...], output: Path | None, **options: Any) -> int:
    """Write a scenario for a network such as 2-3-1, ready to run and to change.

    Without -o it goes to standard output; a file that exists is not touched.
    """
    last = options["output_activation"] or _suited(options["loss"], options["activation"])
    if not ACTIVATIONS[options["activation"]].elementwise and len(units) > 2:  # noqa: PLR2004
        raise misfit(f"{options['activation']} in a hidden layer", "an activation that works entry by entry",
                     f"--output-activation {options['activation']}")  # fmt: skip
    if LOSSES[options["loss"]].targets == "distribution" and units[-1] == 1:
        raise misfit(f"{options['loss']} with one output", "two outputs or more", "for one output take bce")
    text = _text(units, options["activation"], last, options["loss"], np.random.default_rng(options["seed"]))
    read_text(text, "the new scenario")
    if output is None:
        sys.stdout.write(text)
        return 0
    if output.exists():
        raise misfit(f"{output} exists already", "a new name", "remove it first, or write to another file")
    with whole_file(output) as stream:
        stream.write(text)
    return 0


def _suited(loss: str, activation: str) -> str:
    """The output activation that the loss has a short form with, else the hidden one."""
    return next(iter(LOSSES[loss].short), activation)


def _text(units: tuple[int, ...], hidden: str, last: str, loss: str, rng: np.random.Generator) -> str:
    lines = [
        f"title: A network of {'-'.join(map(str, units))} neurons",
        "description: What to look at goes here.",
        "network:",
        "  layers:",
    ]
    for number, (before, here) in enumerate(pairwise(units), 1):
        activation = last if number == len(units) - 1 else hidden
        place = "the output layer" if number == len(units) - 1 else f"hidden layer {number}"
        rows = ", ".join(_list(rng, before) for _ in range(here))
        lines += [
            f"    - activation: {activation}  # of {place}; see `backtrace list activations`",
            f"      weights: [{rows}]  # row = receiving neuron, column = sending neuron",
            f"      biases: {_list(rng, here)}  # a list, one number for all, or none",
        ]
    target = [1] + [0] * (units[-1] - 1) if LOSSES[loss].targets == "distribution" else [0, 1] * units[-1]
    lines += [
        f"loss: {loss}  # see `backtrace list losses`",
        "data:  # one line for each sample: its input and its target",
        f"  - {{x: {_list(rng, units[0])}, y: {target[: units[-1]]}}}",
        "training:",
        "  learning_rate: 0.5",
        "  epochs: 1  # how often the data is gone through",
        "  batch_size: 1  # samples in each update; `all` for full batch",
        "display: {decimals: 3}",
    ]
    return "\n".join(lines) + "\n"


def _list(rng: np.random.Generator, size: int) -> str:
    """Numbers with one decimal from −0.9 to 0.9, none of them 0."""
    numbers = rng.integers(1, 10, size) * rng.choice([-1, 1], size) / 10
    return f"[{', '.join(f'{number:.1f}' for number in numbers)}]"
