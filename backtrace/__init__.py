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

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# fmt: off
_HOMES = {
    "errors": ("BacktraceError", "InputError", "MisfitError", "OutOfRangeError", "UnknownQuantityError"),
    "engine.steps": ("Step",),
    "engine.trace": ("Trace", "run"),
    "formats.read": ("load_trace",),
    "lesson.tell": ("tell",),
    "notebook": ("Drawing",),
    "scenario": ("Scenario", "load", "scenario"),
}
# fmt: on
"""Where the public names stand."""


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for: the command line loads only what a command needs.

    With the first, everything learns how to show itself in notebooks.
    """
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("backtrace.notebook")
    globals()[name] = getattr(import_module(f"backtrace.{home}"), name)
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """A package whose folder `scenario`, when it is loaded, does not take the name of the public function."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
