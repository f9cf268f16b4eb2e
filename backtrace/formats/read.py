"""Reading an exported trace back: the same trace, to the last bit, without working it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backtrace.engine.arithmetic import DOUBLES, Arithmetic, arithmetic_of
from backtrace.engine.givens import Values, carried_on, initial, schedule_of, start
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Worked
from backtrace.errors import InputError, Problem, misfit
from backtrace.formats.document import FORMAT, VERSION, result_of, steps
from backtrace.formats.npz import arrays_in, document_in, is_npz, worked_in
from backtrace.scenario import Scenario, read_text, text_of_file

_START = 4096
_ROUNDING = 1e-9


def is_trace(text: bytes) -> bool:
    """Whether it is an exported trace, JSON, JSON Lines or .npz, judging by how it begins."""
    if is_npz(text):
        return True
    start = text[:_START].lstrip()
    return start.startswith(b"{") and f'"format":"{FORMAT}"'.encode() in start.replace(b" ", b"").replace(b"\n", b"")


def trace_from_bytes(content: bytes, file: str, checked: bool = True) -> Trace:
    """The trace of an export, JSON, JSON Lines or .npz; see `trace_from_text`."""
    if not is_npz(content):
        return trace_from_text(content, file, checked)
    arrays = arrays_in(content, file)

    def found(scenario: Scenario, plan: Plan) -> list[Any]:
        return list(steps(scenario, plan, worked_in(arrays, scenario, plan, file)))

    return _trace(document_in(arrays, file), found, file, checked)


def trace_from_text(text: bytes, file: str, checked: bool = True) -> Trace:
    """The trace of an export.

    Raises InputError where the text is not a whole trace of this version, or a value is not what its formula gives
    of the values that it reads, up to rounding. Without `checked` the values may be any: whoever compares two traces
    wants to see what is wrong with one.
    """
    document, found = _parts(text, file)
    return _trace(document, lambda scenario, plan: found, file, checked)


def _trace(
    document: dict[str, Any], steps_of: Callable[[Scenario, Plan], Sequence[Any]], file: str, checked: bool
) -> Trace:
    if document.get("version") != VERSION:
        raise misfit(f"{file} is a trace of version {document.get('version')!r}", f"version {VERSION}")
    scenario = read_text(json.dumps(document.get("scenario")), f"the scenario in {file}")
    plan = plan_of(scenario)
    losses = None if scenario.keep.all else _losses(document, file)
    is_exact = scenario.arithmetic == "exact"
    trace = Trace(scenario, _worked(scenario, plan, steps_of(scenario, plan), file, checked and not is_exact), losses)
    if not checked:
        return trace
    trace = _worked_again(trace, file) if is_exact else trace
    found, worked = document.get("result", {}), result_of(trace)
    if not isinstance(found, dict) or any(worked.get(key) != value for key, value in found.items()):
        raise misfit(f"{file}: the result is not that of the last step", remedy="export the trace again")
    return trace


def _worked_again(trace: Trace, file: str) -> Trace:
    """The trace in fractions, which are alike wherever they are worked; refuses values that are not nearest to them.

    What a formula gives of the doubles says little: a difference of fractions may be less than their rounding.
    """
    again = run(trace.scenario)
    if len(again) != len(trace):
        raise misfit(f"{file} has {len(trace)} steps", f"{len(again)}", "export the trace again")
    for step, worked in zip(trace, again, strict=True):
        if not np.array_equal(step.value, worked.value):
            _refuse_value(file, step.equation.id, step.update, step.value, worked.value)
    return again


def load_trace(path: str | Path) -> Trace:
    """The trace of an export, JSON, JSON Lines or .npz, to the last bit; raises InputError where it is no whole one."""
    return trace_from_bytes(text_of_file(path), str(path))


def _losses(document: dict[str, Any], file: str) -> Any:
    """The losses of all updates, of which not every one is kept."""
    losses = document.get("result", {}).get("losses") if isinstance(document.get("result"), dict) else None
    if not isinstance(losses, list) or len(losses) < 2:  # noqa: PLR2004
        raise misfit(f"{file} has no losses of its updates", "a result with losses", "export the trace again")
    return _value({"step": "result", "value": losses}, (len(losses),), file)


def _parts(text: bytes, file: str) -> tuple[dict[str, Any], Sequence[Any]]:
    try:
        decoded = text.decode("utf-8")
        try:
            document = json.loads(decoded)
            steps = document.get("steps")
        except json.JSONDecodeError:
            document, *steps = [json.loads(line) for line in decoded.splitlines() if line.strip()]
            if steps and isinstance(steps[-1], dict) and "result" in steps[-1]:
                document |= steps.pop()
        if isinstance(document, dict) and isinstance(steps, list):
            return document, steps
        reason = "it has no list of steps"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise InputError([Problem(f"{file} is no whole trace: {reason}", "JSON or JSON Lines as exported")])


def _worked(scenario: Scenario, plan: Plan, steps: Sequence[Any], file: str, checked: bool) -> Iterator[Worked]:
    """The values of the steps, gathered by update; each step must be the one that the scenario calls for."""
    schedule, at = schedule_of(scenario), iter(steps)
    before, carried = Worked(0, (), {}), initial(scenario, plan)
    arithmetic = arithmetic_of(scenario, plan) if scenario.rounding else DOUBLES
    numbers = list(dict.fromkeys(step.get("update") for step in steps if isinstance(step, dict)))
    for update in _updates(scenario, numbers, file):
        is_last = update == numbers[-1]
        samples = schedule.samples(update - is_last)
        rows: dict[str, list[Any]] = {}
        for equation, sample in plan.lines(samples, is_last):
            step = next(at, None)
            expected = f"{equation.id} of update {update}" + (f", sample {sample}" if sample else "")
            known = step if isinstance(step, dict) else {}
            is_it = tuple(known.get(key) for key in ("equation", "update", "sample")) == (equation.id, update, sample)
            if not is_it:
                found = "the end" if step is None else f"step {known.get('step', step)!r}"
                raise misfit(f"{file}: {found} stands where a step is missing", expected, "export the trace again")
            if "start" in known and not rows:
                carried = _start(plan, known["start"], file)
            rows.setdefault(equation.id, []).append(_value(known, equation.target.shape, file))
        values = {name: _stacked(plan, name, each) for name, each in rows.items()}
        worked = Worked(update, samples, carried | values, is_last)
        if checked:
            given = start(scenario, plan, schedule, update - is_last, carried)
            _follow(plan, worked, given, before, arithmetic, file)
        before, carried = worked, carried_on(carried, values)
        yield worked
    if next(at, None) is not None:
        raise misfit(
            f"{file}: there are steps after the last one", "the steps of the scenario", "export the trace again"
        )


def _updates(scenario: Scenario, numbers: Sequence[Any], file: str) -> Sequence[int]:
    """The updates that the steps belong to, the pass after the last included, if they are those that are kept."""
    most = schedule_of(scenario).updates
    last = numbers[-1] - 1 if numbers and isinstance(numbers[-1], int) else most
    updates = last if scenario.until is not None and last < most else most
    kept = [update for update in range(1, updates + 1) if scenario.keep.keeps(update) or update == updates]
    if list(numbers[: len(kept)]) != kept or list(numbers[len(kept) :]) != [updates + 1]:
        remedy = "export the trace again"
        raise misfit(f"{file}: the steps are not those of the updates that the scenario keeps", remedy=remedy)
    return [*kept, updates + 1]


def _start(plan: Plan, values: Any, file: str) -> Values:
    """What is carried into an update that does not follow on a kept one."""
    if not isinstance(values, dict) or values.keys() != set(plan.carried):
        raise misfit(f"{file}: the start of an update", f"the values of {', '.join(plan.carried)}")
    return {
        name: _value({"step": name, "value": value}, plan.quantities[name].var.shape, file)
        for name, value in values.items()
    }


def _follow(plan: Plan, worked: Worked, given: Values, before: Worked, arithmetic: Arithmetic, file: str) -> None:
    """Refuse a value that is not what its formula gives of the values beside it, up to rounding."""
    reads = given | worked.values
    closing = {**before.values, f"{plan.objective}_next": worked.values[plan.objective]}
    with np.errstate(all="ignore"):
        for name, value in worked.values.items():
            equation = plan.equation(name)
            if equation is None:
                continue
            known = closing if equation.phase == "after" else reads
            expected = arithmetic.value(equation, known, len(worked.samples))
            if not np.allclose(value, expected, rtol=_ROUNDING, atol=_ROUNDING):
                _refuse_value(file, name, worked.update, value, expected)


def _refuse_value(file: str, name: str, update: int, value: Any, expected: Any) -> None:
    raise misfit(
        f"{file}: {name} of update {update} is {np.asarray(value).tolist()}",
        f"{np.asarray(expected).tolist()}, as its formula gives of the values that it reads",
        "the file was changed; export the trace again",
    )


def _value(step: dict[str, Any], shape: tuple[int, ...], file: str) -> Any:
    try:
        value = np.array(step.get("value"), dtype=np.float64)
    except (TypeError, ValueError):
        value = np.full((1, 1, 1), np.nan)
    if value.shape != shape or not np.isfinite(value).all():
        raise misfit(f"{file}: the value of step {step.get('step')} is {step.get('value')!r:.60}",
                     f"finite numbers of shape {shape}")  # fmt: skip
    return value


def _stacked(plan: Plan, name: str, values: list[Any]) -> Any:
    return np.stack(values) if plan.quantities[name].var.per_sample else values[0]
