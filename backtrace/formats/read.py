"""Reading an exported trace back: the same trace, to the last bit, without working it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backtrace.engine.plan import Plan, plan_of
from backtrace.engine.trace import Trace
from backtrace.engine.work import Values, Worked, initial_parameters, schedule_of, start
from backtrace.errors import InputError, Problem, misfit
from backtrace.formats.document import FORMAT, VERSION, result_of
from backtrace.formula.evaluate import evaluate
from backtrace.scenario import Scenario, read_text, text_of_file

_START = 4096
_ROUNDING = 1e-9


def is_trace(text: bytes) -> bool:
    """Whether the text is an exported trace, JSON or JSON Lines, judging by how it begins."""
    start = text[:_START].lstrip()
    return start.startswith(b"{") and f'"format":"{FORMAT}"'.encode() in start.replace(b" ", b"").replace(b"\n", b"")


def trace_from_text(text: bytes, file: str) -> Trace:
    """The trace of an export.

    Raises InputError where the text is not a whole trace of this version, or a value is not what its formula gives
    of the values that it reads, up to rounding.
    """
    document, steps = _parts(text, file)
    if document.get("version") != VERSION:
        raise misfit(f"{file} is a trace of version {document.get('version')!r}", f"version {VERSION}")
    scenario = read_text(json.dumps(document.get("scenario")), f"the scenario in {file}")
    plan = plan_of(scenario)
    trace = Trace(scenario, _worked(scenario, plan, steps, file))
    if document.get("result", result_of(trace)) != result_of(trace):
        raise misfit(f"{file}: the result is not that of the last step", remedy="export the trace again")
    return trace


def load_trace(path: str | Path) -> Trace:
    """The trace of an export in JSON or JSON Lines, to the last bit; raises InputError where it is no whole trace."""
    return trace_from_text(text_of_file(path), str(path))


def _parts(text: bytes, file: str) -> tuple[dict[str, Any], Sequence[Any]]:
    try:
        decoded = text.decode("utf-8")
        try:
            document = json.loads(decoded)
            steps = document.get("steps")
        except json.JSONDecodeError:
            document, *steps = [json.loads(line) for line in decoded.splitlines() if line.strip()]
        if isinstance(document, dict) and isinstance(steps, list):
            return document, steps
        reason = "it has no list of steps"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise InputError([Problem(f"{file} is no whole trace: {reason}", "JSON or JSON Lines as exported")])


def _worked(scenario: Scenario, plan: Plan, steps: Sequence[Any], file: str) -> Iterator[Worked]:
    """The values of the steps, gathered by update; each step must be the one that the scenario calls for."""
    schedule, at = schedule_of(scenario), iter(steps)
    before, parameters = Worked(0, (), {}), initial_parameters(scenario)
    for update in range(1, schedule.updates + 2):
        samples = schedule.samples(update)
        rows: dict[str, list[Any]] = {}
        for equation, sample in plan.lines(samples, update > schedule.updates):
            step = next(at, None)
            expected = f"{equation.id} of update {update}" + (f", sample {sample}" if sample else "")
            is_it = isinstance(step, dict) and (step.get("equation"), step.get("update"), step.get("sample")) == (
                equation.id, update, sample)  # fmt: skip
            if not is_it:
                found = "the end" if step is None else f"step {step.get('step') if isinstance(step, dict) else step!r}"
                raise misfit(f"{file}: {found} stands where a step is missing", expected, "export the trace again")
            rows.setdefault(equation.id, []).append(_value(step, equation.target.shape, file))  # type: ignore[arg-type]
        worked = Worked(update, samples, {name: _stacked(plan, name, values) for name, values in rows.items()})
        _follow(plan, worked, start(scenario, plan, samples, parameters), before, file)
        before = Worked(update, samples, worked.values | parameters)
        parameters = {name: worked.values.get(f"{name}_next", old) for name, old in parameters.items()}
        yield worked
    if next(at, None) is not None:
        raise misfit(
            f"{file}: there are steps after the last one", "the steps of the scenario", "export the trace again"
        )


def _follow(plan: Plan, worked: Worked, given: Values, before: Worked, file: str) -> None:
    """Refuse a value that is not what its formula gives of the values beside it, up to rounding."""
    reads = given | worked.values
    closing = {**before.values, f"{plan.objective}_next": worked.values[plan.objective]}
    with np.errstate(all="ignore"):
        for name, value in worked.values.items():
            equation = plan.equation(name)
            assert equation is not None
            expected = evaluate(equation.opened, closing if equation.phase == "after" else reads)
            if not np.allclose(value, expected, rtol=_ROUNDING, atol=_ROUNDING):
                raise misfit(
                    f"{file}: {name} of update {worked.update} is {np.asarray(value).tolist()}",
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
