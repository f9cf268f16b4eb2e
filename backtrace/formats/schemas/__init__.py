"""The JSON Schemas of what is read and written, by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from backtrace.answers.sheets.schema import sheet_schema
from backtrace.scenario import scenario_schema


def trace_schema() -> dict[str, Any]:
    """The JSON Schema of an exported trace."""
    return _schema("trace")


def check_schema() -> dict[str, Any]:
    """The JSON Schema of the verdicts on a sheet, or on a pile of them."""
    return _schema("check")


def _schema(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "scenario": scenario_schema,
    "trace": trace_schema,
    "sheet": sheet_schema,
    "check": check_schema,
}
