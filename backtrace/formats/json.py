"""A trace as one JSON document, and as JSON Lines that are written while the training is worked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from backtrace.engine.equation import Equation
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace
from backtrace.engine.training import without_rounding
from backtrace.engine.work import Worked
from backtrace.formats.document import head, result_of, steps
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
    separator = ""
    for step in _with_arithmetic(trace):
        stream.write(separator + dumps(step))
        separator = ",\n"
    stream.write('\n],\n"result":' + dumps(result_of(trace)) + "}\n")


def write_jsonl(
    scenario: Scenario, worked: Iterable[Worked], stream: TextIO, losses: Sequence[float] | None = None
) -> None:
    """Write a header line, then a line for each step as it is worked; nothing is kept.

    Where not every update is kept, a last line has the losses of all: those given, or those worked.
    """
    plan = plan_of(scenario)
    if not scenario.keep.all and losses is None:
        losses = list[float]()
        worked = _noting(plan, worked, losses)
    stream.write(dumps(head(scenario, plan)) + "\n")
    unrounded = without_rounding(scenario, plan) if scenario.rounding else ()
    stream.writelines(dumps(step) + "\n" for step in steps(scenario, plan, worked, unrounded))
    if not scenario.keep.all and losses is not None:
        stream.write(dumps({"result": {"losses": list(losses)}}) + "\n")


def _noting(plan: Plan, worked: Iterable[Worked], losses: list[float]) -> Iterator[Worked]:
    """The updates passed on, their losses noted."""
    for each in worked:
        losses.append(float(each.values[plan.objective]))
        yield each


def _with_arithmetic(trace: Trace) -> Iterator[dict[str, Any]]:
    """The steps; those of the first and the last update, and of the pass after it, show the numbers put in."""
    told = {1, trace.updates, trace.updates + 1}
    formulas = Formulas(trace.plan, folding=False)
    unrounded = trace.unrounded.worked() if trace.scenario.rounding else ()
    for step in steps(trace.scenario, trace.plan, trace.worked(), unrounded):
        if step["update"] in told:
            equation = trace.plan.equation(step["equation"])
            assert equation is not None
            text = _arithmetic(trace, formulas, equation, step)
            if text:
                step["arithmetic"] = text
        yield step


def _arithmetic(trace: Trace, formulas: Formulas, equation: Equation, step: dict[str, Any]) -> str:
    deriving = Deriving(trace, formulas, step["update"], step["sample"], frozenset({"numbers"}))
    forms = deriving.of_whole(equation).forms
    return forms[0].linear("text") if forms else ""
