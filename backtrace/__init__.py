"""backtrace shows, line by line, how a neural network learns: every step of backpropagation as a derivation.

    scenario = backtrace.load("lecture.yaml")
    trace = backtrace.run(scenario)
    trace["dL_dW1"]                  # the array
    print(trace.tell("dL_dw12"))     # its derivation

All values are immutable; `scenario.with_(learning_rate=10)` gives a new scenario.
"""

from __future__ import annotations

from pathlib import Path

from backtrace.engine.trace import Step, Trace, run
from backtrace.errors import BacktraceError, InputError, MisfitError, OutOfRangeError, UnknownQuantityError
from backtrace.formats.read import trace_from_text as _trace_from_text
from backtrace.lesson.tell import tell
from backtrace.scenario import Scenario, load, scenario
from backtrace.scenario import text_of_file as _bytes_of

__all__ = [
    "BacktraceError",
    "InputError",
    "MisfitError",
    "OutOfRangeError",
    "Scenario",
    "Step",
    "Trace",
    "UnknownQuantityError",
    "load",
    "load_trace",
    "run",
    "scenario",
    "tell",
]


def load_trace(path: str | Path) -> Trace:
    """The trace of an export in JSON or JSON Lines, to the last bit; raises InputError where it is no whole trace."""
    return _trace_from_text(_bytes_of(path), str(path))
