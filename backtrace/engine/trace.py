"""The trace of a training: the plan once, plus numbers in arrays, open at any step, update, sample and id.

Nothing is stored twice: the parameters of an update are those that the update before it made, x and y are
the data. A step is made when it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import numpy as np

from backtrace.engine.columns import collected, read_only
from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan, plan_of
from backtrace.engine.schedule import Schedule
from backtrace.engine.work import Watch, Worked, initial_parameters, schedule_of, unwatched, work
from backtrace.errors import UnknownQuantityError, misfit
from backtrace.formula.expr import Var
from backtrace.notation.notation import Notation
from backtrace.scenario.scenario import Floats, Scenario


@dataclass(frozen=True, eq=False)
class Step:
    """One equation worked once: `number`, `epoch`, `update` and `sample` count from 1.

    `sample` is the place in the data, None where the step belongs to a batch. `value` has the quantity's shape.
    """

    number: int
    equation: Equation
    epoch: int
    update: int
    sample: int | None
    value: Floats

    def __repr__(self) -> str:
        where = f"update {self.update}" + (f", sample {self.sample}" if self.sample else "")
        return f"<Step {self.number}, {where}: {self.equation.id} = {np.asarray(self.value).tolist()}>"


class Trace:
    """Every quantity of a training, kept; immutable, its arrays read-only.

    `trace["dL_dW1"]` is the value in the first update, with the samples of a batch leading; a single entry may
    be asked for in the notation (`trace["dL_dw12"]`). `value` and `series` open the other updates; `len`,
    iteration, `trace[0]`, slices and `step` (which counts from 1) give the steps in the order worked.
    """

    scenario: Scenario
    plan: Plan
    schedule: Schedule
    _arrays: Mapping[str, Floats]
    _initial: Mapping[str, Floats]

    def __init__(self, scenario: Scenario, worked: Iterable[Worked]) -> None:
        plan, schedule = plan_of(scenario), schedule_of(scenario)
        arrays, initial = collected(plan, schedule, worked), initial_parameters(scenario)
        vars(self).update(scenario=scenario, plan=plan, schedule=schedule, _arrays=arrays, _initial=initial)

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
        kept = {name: value for name, value in vars(self).items() if name != "notation"}
        vars(other).update(kept | {"scenario": self.scenario.with_(**display)})
        return other

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a trace is immutable; to change {name!r}, change the scenario and run it")

    def __reduce__(self) -> tuple[object, ...]:
        """A trace is pickled as its scenario and its values: formulas are made anew from the scenario."""
        return Trace, (self.scenario, list(self.worked()))

    def __repr__(self) -> str:
        title = self.scenario.title or "-".join(map(str, self.scenario.units))
        return f"<Trace of {title!r}: {self.updates} updates, {len(self)} steps>"

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

    def value(self, name: str, update: int = 1, sample: int | None = None) -> Floats:
        """The value of a quantity, or of one entry of it, in an update (from 1).

        `sample` is a place in the data (from 1); without it a batch's samples lead in the array. Raises
        UnknownQuantityError where there is no such quantity, entry, update or sample.
        """
        var = self.notation.find(name)
        value = self._whole(var.name, update)
        if sample is not None:
            place = self._place(update, sample)
            value = value[place] if self.plan.quantities[var.name].var.per_sample else value
        return _entry(value, var)

    def series(self, name: str) -> Floats:
        """The values of a quantity over the whole training, stacked in the order worked."""
        var = self.notation.find(name)
        if var.name in self._arrays:
            values = self._arrays[var.name]
        else:
            joined = np.concatenate if self.plan.quantities[var.name].var.per_sample else np.stack
            values = read_only(joined([self._whole(var.name, update) for update in range(1, self.updates + 1)]))
        return _entry(values, var)

    @property
    def parameters(self) -> dict[str, Floats]:
        """The weights and biases after the last update, by id."""
        return {name: self._whole(name, self.updates + 1) for name in self._initial}

    @property
    def losses(self) -> Floats:
        """The loss that each update started from, and last the loss with the final parameters."""
        return self.series(self.plan.objective)

    def worked(self) -> Iterator[Worked]:
        """The values of each update in turn, and of the pass after the last, as `engine.work` gives them."""
        for update in range(1, self.updates + 2):
            names = {equation.id for equation, _ in self._lines(update)}
            yield Worked(update, self.schedule.samples(update), {name: self._whole(name, update) for name in names})

    def has(self, name: str, update: int) -> bool:
        """Whether the quantity has a value in the update: after the last there is only the forward pass."""
        if name in self.plan.quantities and self.plan.equation(name) is None:
            return not name.endswith("_next") or update == self.updates
        return self._row(name, update) is not None

    def _whole(self, name: str, update: int) -> Floats:
        if not 1 <= update <= self.updates + 1:
            raise UnknownQuantityError(f"there is no update {update}: they count from 1 to {self.updates}")
        if name in self._initial:
            previous = f"{name}_next"
            trained = update > 1 and previous in self._arrays
            return self._whole(previous, update - 1) if trained else self._initial[name]
        if name in ("x", "y"):
            data: Floats = getattr(self.scenario, name)
            places = list(self.schedule.samples(update))
            return read_only(data[places] if self.plan.batched else data[places[0]])
        if name == "eta":
            return read_only(np.asarray(self.scenario.learning_rate))
        if name == f"{self.plan.objective}_next" and update == self.updates:
            return self._whole(self.plan.objective, update + 1)
        row = self._row(name, update) if name in self._arrays else None
        if row is None:
            where = "only after the last update" if self.has(name, self.updates + 1) else "only in the updates"
            raise UnknownQuantityError(f"{name} is not worked in update {update}, {where} (1 to {self.updates})")
        return self._arrays[name][row]

    def _row(self, name: str, update: int) -> int | slice | None:
        """Where the values of an update stand in the quantity's array."""
        if name in ("promise", "gain"):
            return 0 if update > self.updates else None
        per_sample = self.plan.quantities[name].var.per_sample
        row = self.schedule.visits_before(update) if per_sample else update - 1
        count = len(self.schedule.samples(update)) if per_sample else 1
        if row + count > len(self._arrays[name]):
            return None
        return slice(row, row + count) if per_sample else row

    def _place(self, update: int, sample: int) -> int:
        samples = self.schedule.samples(update)
        if sample - 1 not in samples:
            places = ", ".join(str(place + 1) for place in samples)
            raise UnknownQuantityError(f"update {update} does not work sample {sample}; its samples are {places}")
        return samples.index(sample - 1)

    def reads(self, equation: Equation, update: int, sample: int | None) -> Callable[[Var], Floats]:
        """What the variables of the equation's formula stand for when it is worked: a lookup of their values.

        The lines after the last update read the values of that update.
        """
        update = min(update, self.updates) if equation.phase == "after" else update

        def lookup(var: Var) -> Floats:
            quantity = self.plan.quantities[var.name].var
            value = self._whole(var.name, update)
            if quantity.per_sample and var.sample is not None:
                value = value[self._place(update, var.sample)]
            elif quantity.per_sample and equation.target.per_sample and sample is not None:
                value = value[self._place(update, sample)]
            return value[tuple(i - 1 for i in var.index)] if var.index else value

        return lookup

    def __len__(self) -> int:
        """The number of steps."""
        of_sample, of_update = self.plan.parts(is_last=True)
        last = len(self.schedule.samples(self.updates + 1)) * len(of_sample) + len(of_update)
        return self._steps_before(self.updates + 1) + last

    def step(self, number: int) -> Step:
        """The step of that number, from 1; raises IndexError where there is none."""
        if not 1 <= number <= len(self):
            raise IndexError(f"there is no step {number}: they count from 1 to {len(self)}")
        update = self._update_of(number)
        position = number - 1 - self._steps_before(update)
        equation, sample = self.plan.line(self.schedule.samples(update), update > self.updates, position)
        value = self.value(equation.id, update, sample)
        return Step(number, equation, self.schedule.epoch(update), update, sample, value)

    def _lines(self, update: int) -> list[tuple[Equation, int | None]]:
        return self.plan.lines(self.schedule.samples(update), update > self.updates)

    def _steps_before(self, update: int) -> int:
        return self.schedule.visits_before(update) * len(self.plan.of_sample) + (update - 1) * len(self.plan.of_update)

    def _update_of(self, number: int) -> int:
        low, high = 1, self.updates + 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._steps_before(middle) < number else (low, middle - 1)
        return low

    def __iter__(self) -> Iterator[Step]:
        """Every step, in the order worked."""
        number = 0
        for worked in self.worked():
            rows = {place + 1: row for row, place in enumerate(worked.samples)}
            epoch = self.schedule.epoch(worked.update)
            for equation, sample in self._lines(worked.update):
                number += 1
                value = worked.values[equation.id]
                if equation.target.per_sample and sample is not None:
                    value = value[rows[sample]]
                yield Step(number, equation, epoch, worked.update, sample, value)

    @overload
    def __getitem__(self, key: str) -> Floats: ...
    @overload
    def __getitem__(self, key: int) -> Step: ...
    @overload
    def __getitem__(self, key: slice) -> list[Step]: ...
    def __getitem__(self, key: str | int | slice) -> Floats | Step | list[Step]:
        """The value of a quantity in the first update it is worked in, by name; steps by position, from 0."""
        if isinstance(key, str):
            var = self.notation.find(key)
            return self.value(key, next(u for u in (1, self.updates, self.updates + 1) if self.has(var.name, u)))
        if isinstance(key, int):
            return self.step(key + 1 if key >= 0 else len(self) + key + 1)
        positions = range(len(self))[key]
        return [self.step(position + 1) for position in positions]

    def tell(self, name: str, **options: Any) -> object:
        """The derivation of one quantity, or of one entry, in the first update; `str` gives it as text.

        The lesson registers how; see `backtrace.lesson`.
        """
        return TELLERS["derivation"](self, name, **options)


TELLERS: dict[str, Callable[..., object]] = {}
"""How a trace tells itself: the layers above register here, so that the engine knows nothing of them."""


def _entry(values: Floats, var: Var) -> Floats:
    """The entry that the variable asks for, also where samples or updates lead."""
    place: Any = (..., *(i - 1 for i in var.index or ()))
    entry: Floats = values[place]
    return entry if var.index else values


def notation_of(scenario: Scenario, plan: Plan) -> Notation:
    """The scenario's notation for the quantities of the plan."""
    shapes = {name: quantity.var.shape for name, quantity in plan.quantities.items()}
    return Notation.named(scenario.notation, scenario.depth, scenario.orientation == "row", shapes)


def run(scenario: Scenario, watch: Watch = unwatched) -> Trace:
    """Work the whole training and keep every quantity; `watch` sees each update go by.

    Raises OutOfRangeError, with the equation, update and sample, where the numbers leave the range.
    """
    updates = schedule_of(scenario).updates + 1
    return Trace(scenario, watch(work(scenario, plan_of(scenario)), updates))
