"""Working a whole training: updates in blocks, each in the memory that it is given, so that nothing has to grow.

In doubles a block is worked by compiled code. What that cannot work, and every other arithmetic, is worked equation by
equation, an update at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import accumulate, count

from backtrace.engine.arithmetic import DOUBLES, Arithmetic, Numbers, arithmetic_of
from backtrace.engine.compiled import Compiled
from backtrace.engine.givens import carried_on, initial, schedule_of, start
from backtrace.engine.layout import NUMBER, Layout, Room, layout_of
from backtrace.engine.plan import Plan
from backtrace.engine.schedule import Batch, Schedule
from backtrace.engine.work import Worked, work_equations
from backtrace.errors import OutOfRangeError
from backtrace.scenario.scenario import Floats, Scenario

_MOST_UPDATES, _MOST_BYTES = 1024, 1 << 25


@dataclass(frozen=True, eq=False)
class Block:
    """Some updates in a row, worked; `len` counts them, and one by one they are `Worked`.

    `first` is the number of the first of them, `batches` are their samples, `columns` their values by id, with visits
    or updates leading. `numbers` are the values themselves where doubles are not all of them.
    """

    training: Training
    first: int
    batches: Sequence[Batch]
    carried: Numbers
    columns: Mapping[str, Floats]
    numbers: Numbers | None = None

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Worked]:
        return map(self.at, range(len(self)))

    @cached_property
    def visits(self) -> Sequence[int]:
        """How many samples were worked in the block before each update, and in all."""
        return list(accumulate(map(len, self.batches), initial=0))

    def at(self, place: int) -> Worked:
        """The update at the place, from 0."""
        training, update, quantities = self.training, self.first + place, self.training.plan.quantities
        if training.whole is not None:
            return training.whole.update(update, self.carried_into(place))
        if self.numbers is not None:
            floats = training.arithmetic.floats(self.numbers)
            return Worked(update, self.batches[place], floats, False, training.arithmetic.exactly(self.numbers))
        rows = slice(self.visits[place], self.visits[place + 1])
        worked = {
            name: column[rows] if quantities[name].var.per_sample else column[place, ...]
            for name, column in self.columns.items()
        }
        carried = self.carried_into(place)
        return Worked(update, self.batches[place], training.given(update) | carried | worked)

    def carried_into(self, place: int) -> Numbers:
        """What is carried into the update at the place; at the end, into the one that follows on the block."""
        if place == 0:
            return self.carried
        if self.numbers is not None:
            return carried_on(self.carried, self.numbers)
        made = {
            name: self.columns[name][place - 1] for name in map("{}_next".format, self.carried) if name in self.columns
        }
        return carried_on(self.carried, made)

    def part(self, start: int, end: int) -> Block:
        """Its updates from one place on, before the other."""
        quantities, updates = self.training.plan.quantities, slice(start, end)
        visits = slice(self.visits[start], self.visits[end])
        columns = {
            name: column[visits if quantities[name].var.per_sample else updates]
            for name, column in self.columns.items()
        }
        batches, carried = self.batches[start:end], self.carried_into(start)
        return replace(self, first=self.first + start, batches=batches, carried=carried, columns=columns)


@dataclass(frozen=True, eq=False)
class Training:
    """A scenario's training, about to be worked by a plan.

    `whole` is the training of which this one leaves details out, so that an update that is looked at has them. Raises
    InputError where the plan asks for what the scenario's arithmetic cannot do.
    """

    scenario: Scenario
    plan: Plan
    whole: Training | None = None
    arithmetic: Arithmetic = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arithmetic", arithmetic_of(self.scenario, self.plan))

    @cached_property
    def schedule(self) -> Schedule:
        """The updates, if no condition ends the training before."""
        return schedule_of(self.scenario)

    @cached_property
    def layout(self) -> Layout:
        """Where the numbers of an update stand."""
        return layout_of(self.plan, self.schedule.largest)

    @property
    def for_the_last(self) -> Training:
        """The training as it is worked where few updates are kept: a large network without what it does not need."""
        if self.layout.is_small or self.arithmetic is not DOUBLES:
            return self
        return Training(self.scenario, self.plan.without_leaves, self)

    def update(self, update: int, carried: Numbers) -> Worked:
        """An update by itself, given what is carried into it."""
        return self._block(update, carried, self.layout.fresh, 1).at(0)

    def given(self, update: int) -> Numbers:
        """What is given in an update, and not carried into it."""
        return self.arithmetic.taken(start(self.scenario, self.plan, self.schedule, update, {}))

    def blocks(self, room: Room | None = None) -> Iterator[Block]:
        """The updates, in blocks, up to where the scenario's condition ends the training.

        Raises OutOfRangeError at the equation whose value is not finite, once the updates before it are given.
        """
        room = room or self.layout.fresh
        carried = self.arithmetic.taken(initial(self.scenario, self.plan))
        first, losses = 1, list[float]()
        while first <= self.schedule.updates:
            block = self._block(first, carried, room, self._at_a_time)
            end = self._end(block, losses)
            yield block if end is None else block.part(0, end)
            if end is not None:
                return
            carried, first = block.carried_into(len(block)), first + len(block)

    def _end(self, block: Block, losses: list[float]) -> int | None:
        """How many updates of the block there are up to the end of the training; None where it goes on.

        `losses` are those of the epoch so far.
        """
        if self.scenario.until is None:
            return None
        for place, loss in enumerate(block.columns[self.plan.objective].tolist()):
            losses.append(loss)
            if self.schedule.ends_epoch(block.first + place):
                if sum(losses) / len(losses) <= self.scenario.until:
                    return place + 1
                losses.clear()
        return None

    def _block(self, first: int, carried: Numbers, room: Room, most: int) -> Block:
        """At most so many updates, from `first` on."""
        batches = self.schedule.batches_of(range(first, min(first + most, self.schedule.updates + 1)))
        block, done = self._compiled(first, batches, carried, room)
        if done:
            return block if done == len(batches) else block.part(0, done)
        numbers = self.given(first) | carried
        work_equations(self.plan.of_sample + self.plan.of_update, numbers, first, batches[0], self.arithmetic)
        block, floats = block.part(0, 1), self.arithmetic.floats(numbers)
        for name, column in block.columns.items():
            column[...] = floats[name]
        return block if self.arithmetic is DOUBLES else replace(block, numbers=numbers)

    @cached_property
    def _at_a_time(self) -> int:
        """How many updates make a block."""
        if self.arithmetic is not DOUBLES:
            return 1
        size = NUMBER * self.layout.numbers(self.schedule.largest)
        return min(_MOST_UPDATES, max(1, _MOST_BYTES // size))

    def _compiled(self, first: int, batches: Sequence[Batch], carried: Numbers, room: Room) -> tuple[Block, int]:
        """The updates, of which so many could be worked by compiled code: none in other arithmetic than doubles."""
        rows = room(sum(map(len, batches)), len(batches))
        block = Block(self, first, batches, carried, self.layout.columns(rows))
        if self.arithmetic is not DOUBLES:
            return block, 0
        compiled = Compiled(self.scenario, self.plan, self.schedule, self.layout)
        return block, compiled.work(first, batches, carried, rows, block.columns)

    def after(self, last: Worked) -> Worked:
        """The pass after an update, with the parameters that it made, and what came of the training."""
        plan, numbers = self.plan, last.values if last.fractions is None else last.fractions
        carried = carried_on({name: numbers[name] for name in plan.carried}, numbers)
        forward = Training(self.scenario, plan.forward)
        block, done = forward._compiled(last.update, [last.samples], carried, forward.layout.fresh)
        after = block.at(0).values if done else self.given(last.update) | carried
        if not done:
            worked = plan.forward.of_sample + plan.forward.of_update
            work_equations(worked, after, last.update, last.samples, self.arithmetic, after=True)
        closing = numbers | {f"{plan.objective}_next": after[plan.objective]}
        work_equations(plan.closing, closing, last.update, last.samples, self.arithmetic, after=True)
        values = after | {equation.id: closing[equation.id] for equation in plan.closing}
        floats, exactly = self.arithmetic.floats(values), self.arithmetic.exactly(values)
        return Worked(last.update + 1, last.samples, floats, True, exactly)


def never() -> bool:
    """The training goes on to its end."""
    return False


def in_blocks(scenario: Scenario, plan: Plan) -> Iterator[Block | Worked]:
    """The updates in blocks, and then the pass with the new parameters; raises what `work` does."""
    training = Training(scenario, plan)
    for block in training.blocks():
        yield block
    yield training.after(block.at(len(block) - 1))


def one_by_one(worked: Iterable[Block | Worked]) -> Iterator[Worked]:
    """Each update by itself."""
    for some in worked:
        yield from some if isinstance(some, Block) else (some,)


def work(scenario: Scenario, plan: Plan, is_over: Callable[[], bool] = never) -> Iterator[Worked]:
    """Each update in turn, and then the pass with the new parameters.

    Once `is_over` says so, the update that is being worked is the last. Raises InputError, before anything is worked,
    where the plan asks for what the scenario's arithmetic cannot do, and OutOfRangeError at the equation whose value is
    not finite.
    """
    return _work(Training(scenario, plan), is_over)


def _work(training: Training, is_over: Callable[[], bool]) -> Iterator[Worked]:
    for last in one_by_one(training.blocks()):
        yield last
        if is_over():
            break
    yield training.after(last)


def without_rounding(scenario: Scenario, plan: Plan, updates: int | None = None) -> Iterator[Worked]:
    """The training of a scenario that rounds, worked without; `updates` ends it early. Raises OutOfRangeError."""
    done = count(1)
    try:
        yield from work(replace(scenario, rounding=None), plan, lambda: next(done) == updates)
    except OutOfRangeError as error:
        why = f"{error.why} without rounding"
        raise OutOfRangeError(error.quantity, error.update, error.sample, error.remedy, error.after, why) from error
