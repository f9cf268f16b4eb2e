"""A trace as one JSON document, and as JSON Lines that are written while the training is worked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO

import orjson

from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace
from backtrace.engine.training import Block, one_by_one, without_rounding
from backtrace.engine.work import Worked
from backtrace.formats.document import Step, head, result_of, steps
from backtrace.formats.lines import lines_of
from backtrace.lesson.chain import Formulas
from backtrace.lesson.derivation import Deriving
from backtrace.scenario.scenario import Scenario


def dumps(value: Any) -> str:
    """Compact JSON; numbers as the shortest text that reads back to the same double."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def write_json(trace: Trace, stream: TextIO) -> None:
    """Write the whole trace; the steps one on each line, the told updates with their arithmetic."""
    parts = [f"{dumps(key)}:{dumps(value)}" for key, value in head(trace.scenario, trace.plan).items()]
    stream.write("{" + ",\n".join(parts) + ',\n"steps":[\n')
    unrounded = trace.unrounded.worked() if trace.scenario.rounding else ()
    separator = ""
    for lines in _encoded(trace.scenario, trace.plan, _told_apart(trace), b",\n", unrounded, _Arithmetic(trace).beside):
        stream.write(separator + lines.decode())
        separator = ",\n"
    stream.write('\n],\n"result":' + dumps(result_of(trace)) + "}\n")


def write_jsonl(
    scenario: Scenario, worked: Iterable[Block | Worked], stream: TextIO, losses: Sequence[float] | None = None
) -> None:
    """Write a header line, then a line for each step as it is worked; nothing is kept.

    Where not every update is kept, a last line has the losses of all: those given, or those worked.
    """
    plan = plan_of(scenario)
    if not scenario.keep.all and losses is None:
        losses = list[float]()
        worked = _noting(plan, one_by_one(worked), losses)
    stream.write(dumps(head(scenario, plan)) + "\n")
    write = _writing_to(stream)
    unrounded = without_rounding(scenario, plan) if scenario.rounding else ()
    for lines in _encoded(scenario, plan, worked, b"\n", unrounded):
        write(lines)
        write(b"\n")
    if not scenario.keep.all and losses is not None:
        write(dumps({"result": {"losses": list(losses)}}).encode() + b"\n")


def _writing_to(stream: TextIO) -> Callable[[bytes], Any]:
    """What puts ASCII on a stream of text: past its encoder where bytes stand behind it."""
    stream.flush()
    behind = getattr(stream, "buffer", None)
    return behind.write if behind is not None else lambda text: stream.write(text.decode("ascii"))


def _noting(plan: Plan, worked: Iterable[Worked], losses: list[float]) -> Iterator[Worked]:
    """The updates passed on, their losses noted."""
    for each in worked:
        losses.append(float(each.values[plan.objective]))
        yield each


def _as_it_is(line: Step) -> Step:
    return line


def _encoded(
    scenario: Scenario, plan: Plan, worked: Iterable[Block | Worked], between: bytes, unrounded: Iterable[Worked],
    beside: Callable[[Step], Step] = _as_it_is,
) -> Iterator[bytes]:  # fmt: skip
    """The lines of the steps, some at a time, with `between` between them.

    Blocks that are kept as they are worked are encoded column by column. `beside` may put something beside the other
    lines.
    """
    if not scenario.keep.all or scenario.rounding is not None or scenario.arithmetic != "float":
        for line in steps(scenario, plan, one_by_one(worked), unrounded):
            yield orjson.dumps(beside(line))
        return
    before = 0
    for some in worked:
        if isinstance(some, Block):
            yield from lines_of(some, between)
        else:
            yield from (orjson.dumps(beside(line)) for line in steps(scenario, plan, [some], before=before))
        before += len(some)


def _told_apart(trace: Trace) -> Iterator[Block | Worked]:
    """The first and the last update, and the pass after it, by themselves; the others in blocks."""
    for some in trace.blocks():
        if not isinstance(some, Block):
            yield some
            continue
        start, end = int(some.first == 1), len(some) - int(some.first + len(some) > trace.updates)
        if start:
            yield some.at(0)
        if start < end:
            yield some.part(start, end)
        if start <= end < len(some):
            yield some.at(end)


class _Arithmetic:
    """The numbers put in, beside the steps of the first and the last update, and of the pass after it."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.formulas = trace, Formulas(trace.plan, folding=False)

    def beside(self, line: Step) -> Step:
        """The line, with its arithmetic if it is told."""
        trace = self.trace
        if line["update"] not in {1, trace.updates, trace.updates + 1}:
            return line
        equation = trace.plan.equation(line["equation"])
        assert equation is not None
        deriving = Deriving(trace, self.formulas, line["update"], line["sample"], frozenset({"numbers"}))
        forms = deriving.of_whole(equation).forms
        text = forms[0].linear("text") if forms else ""
        return line | {"arithmetic": text} if text else line
