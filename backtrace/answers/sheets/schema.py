"""The JSON Schema of a sheet in YAML, for editors; it holds that of a scenario, which may be written in it."""

from __future__ import annotations

from typing import Any

from backtrace.answers.sheets.document import KEYS, MORE, PRECISIONS
from backtrace.scenario import scenario_schema

_NUMBER = {"type": ["number", "string", "null"]}
_VALUE = {"anyOf": [_NUMBER, {"type": "array", "items": {"$ref": "#/$defs/Value"}}]}
_PLACE = {"type": "integer", "minimum": 1}


def sheet_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a sheet; names of quantities are the notation's, and are not listed."""
    scenario = scenario_schema()
    definitions = scenario.pop("$defs", {})
    schema = scenario.pop("$schema")
    more = dict.fromkeys(MORE, _PLACE) | {"quantity": {"type": "string"}, "value": {"$ref": "#/$defs/Value"}}
    kinds: dict[str, Any] = {
        "scenario": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/Scenario"}]},
        "title": {"type": "string"},
        "names": {"enum": ["ids", "notation"]},
        "precision": {"anyOf": [{"enum": list(PRECISIONS)}, _object({"rtol": _positive()}, "rtol")]},
        "settings": {"anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "string"}}]},
        "answers": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Value"}},
        "more": {"type": "array", "items": _object(more, "quantity")},
        "marks": {"type": "object", "additionalProperties": _positive()},
    }
    return {
        "$schema": schema,
        "title": "backtrace sheet",
        "description": "Numbers that were worked out by hand, to be checked",
        **_object({key: {"description": KEYS[key], **kind} for key, kind in kinds.items()}, "scenario"),
        "$defs": definitions | {"Scenario": scenario, "Value": _VALUE},
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _positive() -> dict[str, Any]:
    return {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]}
