"""Asking, at a prompt on stderr, which stop of a walk comes next."""

from __future__ import annotations

import sys

from backtrace.cli.report import report
from backtrace.cli.terminal import Output, console_on, language_of
from backtrace.errors import BacktraceError, misfit
from backtrace.lesson.place import here
from backtrace.lesson.walk import Stop, Walk

_KEYS = ("Enter next, b back, a number, ? help, q quit", "Enter, b, number, ?, q")


def asked(walk: Walk, stop: Stop, output: Output) -> int | None:
    """The number of the stop that is asked for; None at the end of it. What is not understood is asked again."""
    prompt = _prompt(walk, stop, output)
    while True:
        print(prompt, end=" ", file=sys.stderr, flush=True)
        line = sys.stdin.buffer.readline()
        if not line:
            print(file=sys.stderr)
            return None
        answer = line.decode(sys.stdin.encoding, "replace").strip()
        if answer == "q" or (not answer and stop.number == walk.ending):
            return None
        if answer == "?":
            print(_help(walk, stop), file=sys.stderr)
            continue
        try:
            return _found(walk, stop, answer)
        except BacktraceError as error:
            report(error)


def _found(walk: Walk, stop: Stop, answer: str) -> int:
    if not answer:
        return stop.number + 1
    if answer != "b":
        return walk.found(answer, stop)
    if not stop.number:
        raise misfit("there is nothing before this", "Enter for the first step")
    return stop.number - 1


def _prompt(walk: Walk, stop: Stop, output: Output) -> str:
    """Where we are and what can be typed, on one line of the terminal."""
    between = ", " if output.plain or language_of(sys.stderr) == "ascii" else " · "
    step, *rest = here(walk, stop)
    long, short = (keys.replace("Enter next", "Enter ends") if stop.kind == "ending" else keys for keys in _KEYS)
    lines = [between.join(parts) for parts in ((step, *rest[1:], long), (step, long), (step, short))]
    width = console_on(sys.stderr, output).width - len("  ")
    return next((line for line in lines if len(line) <= width), lines[-1])


def _help(walk: Walk, stop: Stop) -> str:
    """What can be typed."""
    error_signal, update = f"dL_dz{walk.trace.scenario.depth}", walk.trace.kept[-1]
    rows = (
        ("Enter", "ends" if stop.kind == "ending" else "the next step"),
        ("b", "the step before"),
        ("5", f"step 5 of {len(walk):,}; 0 is what is given, {walk.ending} whether it helped"),
        (f"{update}:5", f"line 5 of update {update}"),
        (error_signal, "where a quantity or an entry is worked, by its id or as it is written"),
        (f"{update}:{error_signal}", f"the same in update {update}"),
        ("?", "this"),
        ("q, Ctrl-D", "ends"),
    )
    width = max(len(answer) for answer, _ in rows)
    return "\n".join(f"  {answer:<{width}}  {what}" for answer, what in rows)
