"""What a user asks for, read from YAML or made in Python, checked, and delivered as one immutable value."""

from backtrace.scenario.arguments import keywords, scenario
from backtrace.scenario.library import find, names, path_of
from backtrace.scenario.origins import drawn_anew, forget, is_drawn_entry
from backtrace.scenario.reading import load, read_document, read_text, read_value
from backtrace.scenario.scenario import Floats, Layer, Orientation, Scenario
from backtrace.scenario.schema import scenario_schema
from backtrace.scenario.text import text_of_file

__all__ = [
    "Floats",
    "Layer",
    "Orientation",
    "Scenario",
    "drawn_anew",
    "find",
    "forget",
    "is_drawn_entry",
    "keywords",
    "load",
    "names",
    "path_of",
    "read_document",
    "read_text",
    "read_value",
    "scenario",
    "scenario_schema",
    "text_of_file",
]
