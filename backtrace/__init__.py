"""backtrace shows, line by line, how a neural network learns: every step of backpropagation as a derivation.

    scenario = backtrace.load("lecture")   # a bundled one, or a file: "lecture.yaml"
    trace = backtrace.run(scenario)
    trace["dL_dW1"]                  # the array
    print(trace.tell("dL_dw12"))     # its derivation
    trace.diagram("dL_dw12")         # the network at that step, as SVG

All values are immutable; `scenario.with_(learning_rate=10)` gives a new scenario. In a Jupyter notebook scenarios,
traces, steps and derivations show themselves.
"""

from __future__ import annotations

from backtrace.engine.steps import Step
from backtrace.engine.trace import Trace, run
from backtrace.errors import BacktraceError, InputError, MisfitError, OutOfRangeError, UnknownQuantityError
from backtrace.formats.read import load_trace
from backtrace.lesson.tell import tell
from backtrace.notebook import Drawing
from backtrace.scenario import Scenario, load, scenario

__all__ = [
    "BacktraceError",
    "Drawing",
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
