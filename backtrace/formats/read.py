"""Reading an exported trace back: the same trace, to the last bit, without working it again."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from backtrace.engine.columns import Columns
from backtrace.engine.plan import Plan
from backtrace.engine.planning import plan_of
from backtrace.engine.trace import Trace, restored, run
from backtrace.engine.work import unwatched
from backtrace.errors import InputError, Problem, misfit
from backtrace.formats.document import VERSION, result_of
from backtrace.formats.gathering import AGAIN, Places, Watch, finite, gathered, in_columns
from backtrace.formats.npz import arrays_in, columns_in, document_in
from backtrace.formats.recognising import is_npz
from backtrace.proof.following import first_flaw
from backtrace.scenario import Scenario, read_text, text_of_file
from backtrace.scenario.scenario import Floats

_AT_ONCE = 1 << 17
_Parts = tuple[dict[str, Any], Iterator[Any], Any]


def trace_from_bytes(content: bytes, file: str, checked: bool = True, watch: Watch = unwatched) -> Trace:
    """The trace of an export, JSON, JSON Lines or .npz; see `trace_from_text`."""
    if not is_npz(content):
        return trace_from_text(content, file, checked, watch)
    arrays = arrays_in(content, file)
    columns = lambda scenario, plan, losses: columns_in(arrays, scenario, plan, losses, file)  # noqa: E731
    return _trace(document_in(arrays, file), columns, file, checked)


def trace_from_text(text: bytes, file: str, checked: bool = True, watch: Watch = unwatched) -> Trace:
    """The trace of an export; `watch` sees the updates go by.

    Raises InputError where the text is not a whole trace of this version, or a value is not what its formula gives
    of the values that it reads, up to rounding. Without `checked` the values may be any: whoever compares two traces
    wants to see what is wrong with one.
    """
    document, steps, last = _parts(text, file)

    def columns(scenario: Scenario, plan: Plan, losses: Floats | None) -> Columns:
        places = Places(scenario, plan, last.get("update") if isinstance(last, dict) else None, file)
        return in_columns(places, gathered(scenario, places, steps, file, watch), losses)

    return _trace(document, columns, file, checked)


def _trace(
    document: dict[str, Any], columns: Callable[[Scenario, Plan, Floats | None], Columns], file: str, checked: bool
) -> Trace:
    if document.get("version") != VERSION:
        raise misfit(f"{file} is a trace of version {document.get('version')!r}", f"version {VERSION}")
    scenario = read_text(json.dumps(document.get("scenario")), f"the scenario in {file}")
    losses = None if scenario.keep.all else _losses(document, file)
    trace = restored(scenario, columns(scenario, plan_of(scenario), losses))
    if len(trace.losses) != trace.updates + 1:
        raise misfit(f"{file} has {len(trace.losses)} losses", f"{trace.updates + 1}", AGAIN)
    if not checked:
        return trace
    if scenario.arithmetic == "exact":
        trace = _worked_again(trace, file)
    elif (flaw := first_flaw(trace)) is not None:
        _refuse_value(file, flaw.id, flaw.update, flaw.value, flaw.expected)
    found, worked = document.get("result", {}), result_of(trace)
    if not isinstance(found, dict) or any(worked.get(key) != value for key, value in found.items()):
        raise misfit(f"{file}: the result is not that of the last step", remedy=AGAIN)
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


def _losses(document: dict[str, Any], file: str) -> Floats:
    """The losses of all updates, of which not every one is kept."""
    losses = document.get("result", {}).get("losses") if isinstance(document.get("result"), dict) else None
    found = finite(losses, (len(losses),)) if isinstance(losses, list) else None
    if found is None or len(found) < 2:  # noqa: PLR2004
        raise misfit(f"{file} has no losses of its updates", "a result with losses", AGAIN)
    return found


def _parts(text: bytes, file: str) -> _Parts:
    """What stands beside the steps, the steps, and the last of them."""
    try:
        found = _of_lines(text, file) or _of_document(text)
        if found is not None:
            return found
        reason = "it has no list of steps"
    except (ValueError, RecursionError) as error:
        reason = str(error)
    raise _no_trace(file, reason)


def _no_trace(file: str, reason: str) -> InputError:
    return InputError([Problem(f"{file} is no whole trace: {reason}", "JSON or JSON Lines as exported")])


def _of_document(text: bytes) -> _Parts | None:
    document = json.loads(text.decode("utf-8"))
    steps = document.pop("steps", None) if isinstance(document, dict) else None
    return (document, iter(steps), steps[-1] if steps else None) if isinstance(steps, list) else None


def _of_lines(text: bytes, file: str) -> _Parts | None:
    """The parts of JSON Lines, whose steps are read as they are asked for; None where the text is no such lines."""
    try:
        document = json.loads(io.BytesIO(text).readline().decode("utf-8"))
    except ValueError:
        return None  # a document that goes on in the next line
    text = text.rstrip()
    *_, before, last = (None, None, *text.rsplit(b"\n", 2)[1:])
    if last is None or not isinstance(document, dict):
        return None
    end = json.loads(last.decode("utf-8"))
    if isinstance(end, dict) and "result" in end:
        document |= end
        text = text[: -len(last)]
        end = json.loads(before.decode("utf-8")) if before else None
    lines = io.BytesIO(text)
    lines.readline()
    return document, _steps(lines, file), end


def _steps(lines: io.BytesIO, file: str) -> Iterator[Any]:
    """The steps in the lines, many of them decoded at once."""
    while some := lines.readlines(_AT_ONCE):
        full = [line for line in some if not line.isspace()]
        try:
            yield from _decoded(full)
        except (ValueError, RecursionError) as error:
            raise _no_trace(file, str(error)) from error


def _decoded(lines: list[bytes]) -> list[Any]:
    """What each line says; where there is not one thing in each, they are decoded one by one, to say why."""
    with suppress(ValueError):
        found: list[Any] = json.loads((b"[" + b",".join(lines) + b"]").decode("utf-8"))
        if len(found) == len(lines):
            return found
    return [json.loads(line.decode("utf-8")) for line in lines]


def _refuse_value(file: str, name: str, update: int, value: Any, expected: Any) -> None:
    raise misfit(
        f"{file}: {name} of update {update} is {np.asarray(value).tolist()}",
        f"{np.asarray(expected).tolist()}, as its formula gives of the values that it reads",
        "the file was changed; export the trace again",
    )
