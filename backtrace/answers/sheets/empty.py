"""An empty sheet to fill in: the told lines of one update in their order, with a place for each number."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from backtrace.answers.sheets.cells import Cell, Value
from backtrace.answers.sheets.naming import Names, names_of
from backtrace.answers.sheets.placing import Line
from backtrace.answers.sheets.rows import Written, sheet_of_lines
from backtrace.engine.equation import Equation
from backtrace.engine.givens import schedule_of
from backtrace.formula.expr import Shape
from backtrace.scenario.scenario import Scenario

BLANK = "_"
"""What stands where nothing has been answered."""

_MOST_PLACES = 400
_TITLES = {"forward": "forward pass", "loss": "loss", "backward": "backward pass", "update": "update"}


def new_sheet(scenario: Scenario, said: str = "lecture") -> str:
    """The YAML of an empty sheet of the scenario's first update, which reads back; `said` is how it names the scenario.

    Every quantity of the working has its shape; of a batch, samples lead. Very large ones are left out.
    """
    names = names_of(scenario)
    lines = [
        f"# One update of {_one_line(scenario.title) or 'the example'}, to be worked by hand.",
        f"# Write each result in place of {BLANK}, with the digits that you kept: 0.50 is given to two decimals.",
        "# A number may be 0.0203, 1/3 or 1.2e-3; whatever is left out is not judged.",
        f"scenario: {_quoted(said)}",
        f"title: {_quoted(_one_line(scenario.title) or said)}",
        "answers:",
        *_answers(names),
        "# Later updates, or one sample of a batch:",
        "# more:",
        "#   - {quantity: L, update: 2, sample: 1, value: 0.2910}",
    ]
    return "\n".join(lines) + "\n"


def told_equations(names: Names) -> Sequence[Equation]:
    """The equations of one update that an empty sheet asks for."""
    plan = names.plan
    return [
        equation
        for equation in (*plan.of_sample, *plan.of_update)
        if equation.told == "always"
        and equation.quantity.role.name != "short_error"  # the error signal once more
        and math.prod(equation.target.shape) <= _MOST_PLACES
    ]


def _answers(names: Names) -> Iterator[str]:
    samples = schedule_of(names.scenario).samples(1)
    phase = ""
    for equation in told_equations(names):
        if equation.phase != phase:
            phase = equation.phase
            yield f"  # {_TITLES[phase]}"
        target = equation.target
        shape = (len(samples), *target.shape) if target.per_sample else target.shape
        name = _name(names, equation, shape)
        symbol, meaning = names.notation.spell(target), equation.quantity.meaning
        if symbol == f"−{symbol[1:]}":
            symbol, meaning = symbol[1:], f"minus the {meaning}"
        yield f"  {_quoted(name)}: {_blanks(shape)}  # {f'{symbol}: ' if symbol != name else ''}{meaning}"


def _name(names: Names, equation: Equation, shape: Shape) -> str:
    """The name by which the quantity is asked for: as it is typed, or its id, or its symbol, whichever is clear.

    What a notation knows by its negative, such as −Err, is asked for without the sign, as Err.
    """
    target = equation.target
    typed = names.notation.spell(target, "ascii").removeprefix("-")
    candidates = [typed, equation.id, names.notation.spell(target, "text")]
    return next((name for name in candidates if _means(names, name, shape, equation.id)), equation.id)


def _means(names: Names, name: str, shape: Shape, id_: str) -> bool:
    """Whether the name, with a value of that shape, means the quantity and nothing else."""
    sheet = sheet_of_lines(names.scenario, Written("", [Line(name, (_ones(shape),))]))
    (row,) = sheet.rows
    return row.fault is None and row.id == id_


def _ones(shape: Shape) -> Value:
    return tuple(_ones(shape[1:]) for _ in range(shape[0])) if shape else Cell("1")


def _blanks(shape: Shape) -> str:
    return f"[{', '.join(_blanks(shape[1:]) for _ in range(shape[0]))}]" if shape else BLANK


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _quoted(text: str) -> str:
    """A text as YAML, in quotes where it needs them."""
    is_plain = text.isascii() and text.replace("_", "a").replace("-", "a").isalnum() and text[0].isalpha()
    return (
        text
        if is_plain and text.lower() not in ("y", "n", "null", "true", "false")
        else "'" + text.replace("'", "''") + "'"
    )
