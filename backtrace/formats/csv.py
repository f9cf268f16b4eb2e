"""A trace as a table: a row for each entry of every quantity, written while the training is worked.

Columns: `step` (as in a JSON trace), `epoch`, `update` and `sample` (from 1; empty where the row belongs to none),
`phase`, `stage` (its number), `id`, `row` and `column` of the entry (from 1; a vector has rows only), `symbol` in the
scenario's notation, and `value`, the shortest text that reads back to the same double. What is given has no step: data
and hyperparameters stand first, the parameters before the first update told, and after updates that are left out.
Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay numbers.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, TextIO

import numpy as np

from backtrace.engine.equation import Equation
from backtrace.engine.givens import Values, constants, given_in, schedule_of
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.schedule import Schedule
from backtrace.engine.trace import Trace, notation_of
from backtrace.engine.training import work
from backtrace.engine.work import Watch, Worked
from backtrace.errors import InputError, Problem, UnknownQuantityError, misfit
from backtrace.formats.document import steps
from backtrace.formats.safe import printable
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.telling import Telling
from backtrace.notation.notation import Notation
from backtrace.scenario.scenario import Scenario

COLUMNS = ("step", "epoch", "update", "sample", "phase", "stage", "id", "row", "column", "symbol", "value")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def write_csv(found: Scenario | Trace, stream: TextIO, watch: Watch, telling: Telling | None = None) -> None:
    """Write a header and the rows of the chosen updates, phases, stages, samples and quantities, of all by default.

    Nothing is kept: memory does not grow with the number of updates. The pass after the last update counts as one
    update more. Raises InputError where the telling asks for what there is not.
    """
    table = _Table.of(found, telling or Telling())
    table.check(found)
    worked = found.worked() if isinstance(found, Trace) else watch(work(found, table.plan), table.schedule.updates + 1)
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    is_empty = True
    for row in chain(table.given(), table.rows(worked)):
        writer.writerow(row)
        is_empty = False
    if is_empty:
        raise misfit("nothing matches all of what is asked for", remedy="leave out --only, --phase or --stage")


def safe_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    return f"'{text}" if text.startswith(_FORMULA) else printable(text)


@dataclass(frozen=True, eq=False)
class _Table:
    """The rows of a training, those that are asked for."""

    scenario: Scenario
    plan: Plan
    schedule: Schedule
    notation: Notation
    telling: Telling
    symbols: dict[str, list[tuple[Any, Any, str]]]

    @classmethod
    def of(cls, found: Scenario | Trace, telling: Telling) -> _Table:
        scenario = found.scenario if isinstance(found, Trace) else found
        plan = found.plan if isinstance(found, Trace) else plan_of(scenario)
        schedule = found.schedule if isinstance(found, Trace) else schedule_of(scenario)
        return cls(scenario, plan, schedule, notation_of(scenario, plan), telling, {})

    def check(self, found: Scenario | Trace) -> None:
        """Refuse what there is not, all of it at once."""
        telling, last = self.telling, self.schedule.updates + 1
        stages = [e.stage.number for e in self.plan.equations if e.stage.number]
        asked = (
            ("update", telling.updates, last),
            ("sample", telling.samples, len(self.scenario.x)),
            ("stage", sorted(telling.stages), max(stages)),
        )
        problems = [
            Problem(f"there is no {what} {n}", f"they count from 1 to {highest}")
            for what, numbers, highest in asked
            for n in numbers
            if not 1 <= n <= highest
        ]
        kept = set(found.kept) if isinstance(found, Trace) else None
        for n in telling.updates:
            is_kept = n in kept if kept is not None else self.scenario.keep.keeps(n)
            if n < last - 1 and not is_kept:
                problems.append(Problem(f"update {n} is not kept", "one that the scenario keeps"))
        for name in telling.only:
            try:
                self.notation.find(name)
            except UnknownQuantityError as error:
                problems.append(Problem(str(error)))
        if problems:
            raise InputError(problems)

    def given(self) -> Iterator[tuple[Any, ...]]:
        """Data and hyperparameters, where no part of the training is asked for alone."""
        telling, scenario = self.telling, self.scenario
        if telling.phases or telling.stages:
            return
        for name, data in (("x", scenario.x), ("y", scenario.y)):
            for place, value in enumerate(data, 1):
                if not telling.samples or place in telling.samples:
                    yield from self.entries(("", "", "", place, "given", ""), name, value)
        for name, number in constants(scenario, self.plan).items():
            yield from self.entries(("", "", "", "", "given", ""), name, number)

    def rows(self, worked: Iterable[Worked]) -> Iterator[tuple[Any, ...]]:
        """The rows of every step that is asked for, those of an update after what is given in it alone."""
        telling, update, carried = self.telling, 0, dict[int, Values]()
        last = max(telling.updates, default=self.schedule.updates + 1)
        for step in steps(self.scenario, self.plan, self.noting(worked, carried)):
            if step["update"] > last:
                return
            if telling.updates and step["update"] not in telling.updates:
                continue
            if step["update"] != update:
                follows, update = step["update"] == update + 1 and update > 0, step["update"]
                yield from self.given_anew(update, step["epoch"], carried.pop(update), follows)
            equation = self.plan.equation(step["equation"])
            assert equation is not None
            if self.is_asked(equation, step["sample"]):
                sample = "" if step["sample"] is None else step["sample"]
                stage = equation.stage.number or ""
                where = (step["step"], step["epoch"], update, sample, equation.phase, stage)
                yield from self.entries(where, equation.id, step["value"])

    def is_asked(self, equation: Equation, sample: int | None) -> bool:
        """Whether the line is one of those asked for."""
        telling = self.telling
        return (
            (not telling.phases or equation.phase in telling.phases)
            and (not telling.stages or equation.stage.number in telling.stages)
            and (not telling.samples or sample is None or sample in telling.samples)
        )

    def noting(self, worked: Iterable[Worked], carried: dict[int, Values]) -> Iterator[Worked]:
        """The updates passed on, what is carried into the last of them noted."""
        for each in worked:
            for update in [update for update in carried if update < each.update - 1]:
                del carried[update]
            carried[each.update] = {name: each.values[name] for name in self.plan.carried}
            yield each

    def given_anew(self, update: int, epoch: int, carried: Values, follows: bool) -> Iterator[tuple[Any, ...]]:
        """What is given in an update: its number, a learning rate out of a list, and what is carried into it.

        What the update before gave is left out where it stands there already, unless it is asked for by name.
        """
        if self.telling.phases or self.telling.stages:
            return
        for name, value in carried.items():
            if not follows or self.telling.only:
                yield from self.entries(("", epoch, update, "", "given", ""), name, value)
        if update > self.schedule.updates:
            return
        fixed = constants(self.scenario, self.plan)
        for name in ("t", "eta"):
            number = given_in(self.scenario, self.plan, self.schedule, name, update)
            if number is not None and name not in fixed:
                yield from self.entries(("", epoch, update, "", "given", ""), name, number)

    def entries(self, where: tuple[Any, ...], name: str, value: Any) -> Iterator[tuple[Any, ...]]:
        """A row for each entry of a quantity that is asked for."""
        if name not in self.symbols:
            self.symbols[name] = list(self.asked_for(name))
        numbers = np.asarray(value, dtype=np.float64)
        for place, column, symbol in self.symbols[name]:
            index = tuple(i - 1 for i in (place, column) if i != "")
            yield (*where, name, place, column, symbol, repr(float(numbers[index])))

    def asked_for(self, name: str) -> Iterator[tuple[Any, Any, str]]:
        """Row, column and symbol of the entries of a quantity, of those that are named or of all."""
        named = [self.notation.find(each) for each in self.telling.only]
        if named and all(var.name != name for var in named):
            return
        wanted = [var.index for var in named if var.name == name and var.index]
        is_whole = not named or any(var.name == name and not var.index for var in named)
        for index in indices(self.plan.quantities[name].var.shape) if is_whole else wanted:
            place, column = (*index, "", "")[:2]
            yield place, column, safe_cell(self.notation.spell(Var(name, (), index=index or None)))
