"""The trace of a training: the plan once, plus numbers in arrays, open at any step, update, sample and id.

Nothing is stored twice: the parameters of an update are those that the update before it made, x and y are
the data. A step is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from typing import Any, overload

import numpy as np

from backtrace.engine.arithmetic import fractions_of
from backtrace.engine.columns import Columns, Kept, collected, read_only
from backtrace.engine.equation import Equation
from backtrace.engine.givens import given_in, initial, initial_parameters, places_of, schedule_of
from backtrace.engine.layout import Scratch
from backtrace.engine.memory import MEMORY
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.schedule import Schedule
from backtrace.engine.steps import Step, Steps
from backtrace.engine.training import Block, Training, never, without_rounding
from backtrace.engine.work import Watch, Worked, unwatched
from backtrace.errors import UnknownQuantityError, misfit
from backtrace.formula.expr import Var
from backtrace.notation.notation import Notation
from backtrace.scenario.scenario import Floats, Scenario

_IN_BLOCK = 1024


class Trace:
    """Every quantity of a training, kept; immutable, its arrays read-only.

    `trace["dL_dW1"]` is the value in the first update, with the samples of a batch leading; a single entry may
    be asked for in the notation (`trace["dL_dw12"]`). `value` and `series` open the other updates; `len`,
    iteration, `trace[0]`, slices and `step` (which counts from 1) give the steps in the order worked.
    """

    scenario: Scenario
    plan: Plan
    schedule: Schedule
    _columns: Columns
    _steps: Steps
    _initial: Mapping[str, Floats]

    def __init__(self, scenario: Scenario, worked: Iterable[Worked], losses: Floats | None = None) -> None:
        plan = plan_of(scenario)
        self._fill(scenario, plan, collected(plan, scenario.keep, schedule_of(scenario), worked, losses))

    def _fill(self, scenario: Scenario, plan: Plan, columns: Columns) -> None:
        schedule = schedule_of(scenario)
        if columns.updates < schedule.updates:
            schedule = replace(schedule, ended=columns.updates)
        first = {name: read_only(value) for name, value in initial(scenario, plan).items()}
        vars(self).update(scenario=scenario, plan=plan, schedule=schedule, _columns=columns, _initial=first,
                          _steps=Steps(plan, schedule, columns))  # fmt: skip

    @cached_property
    def notation(self) -> Notation:
        """The spelling of every quantity in the scenario's notation."""
        return notation_of(self.scenario, self.plan)

    def with_(self, **display: Any) -> Trace:
        """The same trace with its notation or decimals replaced; raises InputError as `Scenario.with_` does."""
        known = ("notation", "decimals", "title")
        wrong = [name for name in display if name not in known]
        if wrong:
            expected = f"one of {', '.join(known)}"
            raise misfit(f"{wrong[0]!r} of a finished trace", expected, "change its scenario and run that")
        other = object.__new__(Trace)
        kept = {name: value for name, value in vars(self).items() if name not in ("notation", "unrounded")}
        vars(other).update(kept | {"scenario": self.scenario.with_(**display)})
        return other

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a trace is immutable; to change {name!r}, change the scenario and run it")

    def __reduce__(self) -> tuple[object, ...]:
        """A trace is pickled as its scenario and its values: formulas are made anew from the scenario."""
        return restored, (self.scenario, self._columns)

    def __repr__(self) -> str:
        title = self.scenario.title or "-".join(map(str, self.scenario.units))
        return f"<Trace of {title!r}: {self.updates} update{'s' * (self.updates > 1)}, {len(self)} steps>"

    def __contains__(self, name: object) -> bool:
        """Whether there is a quantity, or an entry of one, of that id or spelling."""
        try:
            self.notation.find(str(name))
        except UnknownQuantityError:
            return False
        return True

    @property
    def updates(self) -> int:
        """The number of updates; the pass with the new parameters after the last is update `updates + 1`."""
        return self.schedule.updates

    def value(self, name: str, update: int = 1, sample: int | None = None, exact: bool = False) -> Any:
        """The value of a quantity, or of one entry of it, in an update (from 1).

        `sample` is a place in the data (from 1); without it a batch's samples lead in the array. With `exact` the
        fractions of exact arithmetic. Raises UnknownQuantityError where there is no such quantity, entry, update or
        sample.
        """
        var = self.notation.find(name)
        value = self._whole(var.name, update, exact)
        if sample is not None:
            place = self._place(update, sample)
            value = value[place, ...] if self.plan.quantities[var.name].var.per_sample else value
        return _entry(value, var)

    def series(self, name: str) -> Floats:
        """The values of a quantity over the whole training, stacked in the order worked, of the updates kept."""
        var = self.notation.find(name)
        if var.name in self._columns.arrays and var.name not in self._initial:
            values = self._columns.arrays[var.name]
        else:
            joined = np.concatenate if self.plan.quantities[var.name].var.per_sample else np.stack
            values = read_only(joined([self._whole(var.name, update) for update in self._columns.kept]))
        return _entry(values, var)

    @property
    def parameters(self) -> dict[str, Floats]:
        """The weights and biases after the last update, by id."""
        return {name: self._whole(name, self.updates + 1) for name in initial_parameters(self.scenario)}

    @property
    def losses(self) -> Floats:
        """The loss that each update started from, and last the loss with the final parameters; all of them, always."""
        return self._columns.losses

    @property
    def kept(self) -> Sequence[int]:
        """The numbers of the updates whose values are kept; the pass after the last always is."""
        return self._columns.kept

    @property
    def visits(self) -> Sequence[int]:
        """How many samples were worked in the kept updates before each of them, and in all."""
        return self._columns.visits

    def worked(self) -> Iterator[Worked]:
        """The values of each kept update in turn, and of the pass after the last, as `engine.work` gives them."""
        return self._worked((*self.kept, self.updates + 1))

    def _worked(self, updates: Iterable[int]) -> Iterator[Worked]:
        for update in updates:
            names = [*self.plan.carried, *(equation.id for equation, _ in self._steps.lines(update))]
            values = {name: self._whole(name, update) for name in names}
            fractions = {name: self._whole(name, update, exact=True) for name in names} if self.is_exact else None
            yield Worked(update, self.schedule.samples(update), values, update > self.updates, fractions)

    def blocks(self) -> Iterator[Block | Worked]:
        """The same, but the updates in blocks where all of them are kept, in doubles alone."""
        if not self.scenario.keep.all or self.is_exact:
            yield from self.worked()
            return
        training = Training(self.scenario, self.plan)
        for first in range(1, self.updates + 1, _IN_BLOCK):
            updates = range(first, min(first + _IN_BLOCK, self.updates + 1))
            carried = {name: self._whole(name, first) for name in self.plan.carried}
            yield self._columns.block(training, updates, carried)
        yield from self._worked([self.updates + 1])

    def has(self, name: str, update: int) -> bool:
        """Whether the quantity has a value in the update: after the last there is only the forward pass."""
        if name in self.plan.quantities and self.plan.equation(name) is None:
            return not name.endswith("_next") or update == self.updates
        return self._row(name, update) is not None

    @property
    def is_exact(self) -> bool:
        """Whether the values are kept as fractions, too."""
        return self._columns.fractions is not None

    @cached_property
    def unrounded(self) -> Trace:
        """The trace without the scenario's rounding; this one where nothing is rounded.

        It ends with the same update, or where the scenario's own condition ends it.
        """
        if self.scenario.rounding is None:
            return self
        updates = self.updates if self.scenario.until is None else None
        return Trace(self.scenario.with_(rounding=None), without_rounding(self.scenario, self.plan, updates))

    def _arrays(self, exact: bool) -> Mapping[str, Any]:
        return self._columns.fractions if exact and self._columns.fractions is not None else self._columns.arrays

    def _whole(self, name: str, update: int, exact: bool = False) -> Any:
        value = self._value(name, update, exact)
        if not exact:
            return value
        array = np.asarray(value, dtype=object)
        return array if isinstance(array.flat[0], Fraction) else fractions_of(value)

    def _value(self, name: str, update: int, exact: bool) -> Any:
        if not 1 <= update <= self.updates + 1:
            raise UnknownQuantityError(f"there is no update {update}: they count from 1 to {self.updates}")
        if name in self._initial:
            return self._carried(name, update, exact)
        if name in ("x", "y"):
            data: Floats = getattr(self.scenario, name)
            places = list(self.schedule.samples(update))
            return read_only(data[places] if self.plan.batched else data[places[0]])
        given = given_in(self.scenario, self.plan, self.schedule, name, update)
        if given is not None:
            return read_only(np.asarray(given, dtype=np.float64))
        if name == f"{self.plan.objective}_next" and update == self.updates:
            return self._value(self.plan.objective, update + 1, exact)
        row = self._row(name, update)
        if row is None:
            raise UnknownQuantityError(self._why_not(name, update))
        return self._arrays(exact)[name][row]

    def _carried(self, name: str, update: int, exact: bool) -> Any:
        """A parameter, or what the optimizer keeps, at the start of an update."""
        arrays, columns = self._arrays(exact), self._columns
        if update == 1 or f"{name}_next" not in arrays:
            return self._initial[name]
        before = columns.place(update - 1)
        if before is not None:
            return arrays[f"{name}_next"][before]
        here = columns.place(update)
        if here is None:
            raise UnknownQuantityError(self._why_not(name, update))
        return arrays[name][here]

    def _why_not(self, name: str, update: int) -> str:
        if self._columns.place(update) is None:
            every = self.scenario.keep.every
            rule = f"the first, one of every {every}, and the last" if every else "only the last"
            return f"{name} is not kept of update {update}: the scenario keeps {rule}"
        where = "only after the last update" if self.has(name, self.updates + 1) else "only in the updates"
        return f"{name} is not worked in update {update}, {where} (1 to {self.updates})"

    def _row(self, name: str, update: int) -> int | slice | None:
        """Where the values of an update stand in the quantity's array; None where there are none."""
        if name not in self._columns.arrays:
            return None
        if name in ("promise", "gain"):
            return 0 if update > self.updates else None
        place = self._columns.place(update)
        if place is None:
            return None
        per_sample = self.plan.quantities[name].var.per_sample
        row = self._columns.visits[place] if per_sample else place
        count = len(self.schedule.samples(update)) if per_sample else 1
        if row + count > len(self._columns.arrays[name]):
            return None
        return slice(row, row + count) if per_sample else row

    def _place(self, update: int, sample: int) -> int:
        samples = self.schedule.samples(update)
        if sample - 1 not in samples:
            raise UnknownQuantityError(
                f"update {update} does not work sample {sample}; its samples are {places_of(samples)}"
            )
        return samples.index(sample - 1)

    def reads(self, equation: Equation, update: int, sample: int | None, exact: bool = False) -> Callable[[Var], Any]:
        """What the variables of the equation's formula stand for when it is worked: a lookup of their values.

        With `exact` the fractions of exact arithmetic. The lines after the last update read the values of that update.
        """
        update = min(update, self.updates) if equation.phase == "after" else update

        def lookup(var: Var) -> Any:
            quantity = self.plan.quantities[var.name].var
            value = self._whole(var.name, update, exact)
            if quantity.per_sample and var.sample is not None:
                value = value[self._place(update, var.sample)]
            elif quantity.per_sample and equation.target.per_sample and sample is not None:
                value = value[self._place(update, sample)]
            return value[tuple(i - 1 for i in var.index)] if var.index else value

        return lookup

    def __len__(self) -> int:
        """The number of steps that are kept."""
        return len(self._steps)

    def step(self, number: int) -> Step:
        """The step of that number, from 1, as all steps of the training are counted.

        Raises IndexError where there is none, UnknownQuantityError where it is not kept.
        """
        update, equation, sample = self._steps.found(number)
        value = self.value(equation.id, update, sample)
        return Step(number, equation, self.schedule.epoch(update), update, sample, value, self)

    def __iter__(self) -> Iterator[Step]:
        """Every step that is kept, in the order worked."""
        for worked in self.worked():
            rows = {place + 1: row for row, place in enumerate(worked.samples)}
            epoch, first = self.schedule.epoch(worked.update), self._steps.before(worked.update) + 1
            for number, (equation, sample) in enumerate(self._steps.lines(worked.update), first):
                value = worked.values[equation.id]
                if equation.target.per_sample and sample is not None:
                    value = value[rows[sample]]
                yield Step(number, equation, epoch, worked.update, sample, value, self)

    @overload
    def __getitem__(self, key: str) -> Floats: ...
    @overload
    def __getitem__(self, key: int) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> list[Step]: ...
    def __getitem__(self, key: str | int | slice) -> Floats | Step | list[Step]:
        """The value of a quantity in the first kept update it is worked in, by name; steps by position, from 0."""
        if isinstance(key, str):
            var = self.notation.find(key)
            updates = (self.kept[0], self.updates, self.updates + 1)
            found: Floats = self.value(key, next(u for u in updates if self.has(var.name, u)))
            return found
        if isinstance(key, int):
            return self.step(self._steps.number_at(key))
        return [self.step(self._steps.number_at(position)) for position in range(len(self))[key]]

    def tell(self, name: str, **options: Any) -> object:
        """The derivation of one quantity, or of one entry, in the first update; `str` gives it as text.

        The lesson registers how; see `backtrace.lesson`.
        """
        return _teller("derivation")(self, name, **options)

    def diagram(self, name: str, **options: Any) -> object:
        """The picture of the network where that quantity, or entry of one, is worked; `str` gives it as SVG.

        The notebook registers how; see `backtrace.notebook`.
        """
        return _teller("diagram")(self, name, **options)


TELLERS: dict[str, Callable[..., object]] = {}
"""How a trace tells itself: the layers above register here, so that the engine knows nothing of them."""


def _teller(what: str) -> Callable[..., object]:
    """The one of TELLERS; they register with the first public name that the package is asked for.

    A process that has unpickled a trace may not have asked for any.
    """
    if what not in TELLERS:
        import_module("backtrace").__getattr__("tell")
    return TELLERS[what]


def restored(scenario: Scenario, columns: Columns) -> Trace:
    """The trace of a scenario and its values, without working them."""
    trace = object.__new__(Trace)
    for array in (*columns.arrays.values(), columns.losses):
        read_only(array)
    trace._fill(scenario, plan_of(scenario), columns)
    return trace


def _entry(values: Floats, var: Var) -> Floats:
    """The entry that the variable asks for, also where samples or updates lead."""
    place: Any = (..., *(i - 1 for i in var.index or ()))
    entry: Floats = values[place]
    return entry if var.index else values


def notation_of(scenario: Scenario, plan: Plan) -> Notation:
    """The scenario's notation for the quantities of the plan."""
    shapes = {name: quantity.var.shape for name, quantity in plan.quantities.items()}
    return Notation.named(scenario.notation, scenario.depth, scenario.orientation == "row", shapes)


def run(
    scenario: Scenario,
    watch: Watch = unwatched,
    is_over: Callable[[], bool] = never,
    memory: int | None = None,
) -> Trace:
    """Work the whole training and keep every quantity; `watch` sees blocks of updates go by.

    `is_over` is asked after every update, and ends the training there. A trace that takes more than `memory` bytes, a
    gibibyte by default, is put into a temporary file, which ends with it. Raises OutOfRangeError, with the equation,
    update and sample, where the numbers leave the range, and InputError where the disk has no room for the file.
    """
    training = Training(scenario, plan_of(scenario))
    budget = MEMORY.get() if memory is None else memory
    kept = Kept(training.plan, scenario.keep, training.layout, training.schedule, budget)
    few = training.for_the_last
    blocks = training.blocks(kept.room) if scenario.keep.all else few.blocks(Scratch(few.layout))
    for block in watch(blocks, training.schedule.updates + 1):
        end = None if is_over is never else next((end for end in range(1, len(block) + 1) if is_over()), None)
        last = block if end is None else block.part(0, end)
        kept.add(last)
        if end is not None:
            break
    return restored(scenario, kept.finished(training.after(last.at(len(last) - 1))))
