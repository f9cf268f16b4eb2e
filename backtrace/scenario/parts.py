"""What the models of a document are made of: names and variants of a table, short forms, numbers and text."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backtrace.network.parameters import Parameter
from backtrace.scenario.flaws import listed, nearest, printable


class Part(BaseModel):
    """A mapping of the document: it knows its keys, and takes no value for another type's."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


@dataclass(frozen=True)
class Asked:
    """What a value of this type is called where another was found."""

    words: str


@dataclass(frozen=True)
class NameIn:
    """A name that has a row in the table at the time of reading."""

    kind: str
    table: Mapping[str, Any]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.known, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.table)}

    def known(self, name: str) -> str:
        """The name; refused where the table has no such row."""
        if name not in self.table:
            raise PydanticCustomError(
                "unknown_name",
                "{found}",
                {
                    "found": f"the unknown {self.kind} '{printable(name, 60)}'",
                    "expected": listed(self.table, "or"),
                    "remedy": nearest(name, self.table),
                },
            )
        return name


@dataclass(frozen=True)
class Short:
    """A shorter way of writing the same value: `long` makes the long form of it, `schema` describes it."""

    long: Callable[[Any], Any]
    schema: Callable[[], dict[str, Any]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.long, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [self.schema(), handler(schema)]}


def is_number(value: object) -> bool:
    """Whether the value is a number; true and false are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def whole(value: Any) -> Any:
    """1e3 is a whole number, as it is in a JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _computed(schema: dict[str, Any]) -> None:
    """Leaves the stand-in of a default that is worked out from the rest out of the JSON Schema."""
    schema.pop("default", None)


def optional(description: str) -> Any:
    """A key whose default is worked out from the rest of the document."""
    return Field(default=None, description=description, json_schema_extra=_computed)


class Variant(Part):
    """A variant of a table with its parameters, which are what the row's own function takes."""

    model_config = ConfigDict(extra="allow")

    table: ClassVar[Mapping[str, Any]]
    named_by: ClassVar[str] = "name"

    @property
    def parameters(self) -> dict[str, Any]:
        """What the document says besides the keys that every variant has."""
        return dict(self.__pydantic_extra__ or {})

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        described = handler.resolve_ref_schema(handler(schema))
        return {"description": described.get("description", ""), "oneOf": [
            {
                "type": "object",
                "properties": described["properties"] | {cls.named_by: {"const": name}}
                | {key: parameter_schema(parameter) for key, parameter in row.parameters.items()},
                "required": [cls.named_by, *(key for key, p in row.parameters.items() if p.default is None)],
                "additionalProperties": False,
            }
            for name, row in cls.table.items()
        ]}  # fmt: skip


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """The JSON Schema of a variant's parameter."""
    if not parameter.is_number:
        return {"enum": list(parameter.choices), "default": parameter.default}
    bounds = {"minimum": parameter.range.least, "exclusiveMinimum": parameter.range.above,
              "exclusiveMaximum": parameter.range.below}  # fmt: skip
    described: dict[str, Any] = {"type": "integer" if parameter.range.whole else "number"}
    described |= {key: bound for key, bound in bounds.items() if math.isfinite(bound)}
    described |= {"description": parameter.range.meaning} if parameter.range.meaning else {}
    return described | ({} if parameter.default is None else {"default": float(parameter.default)})


def named(table: Mapping[str, Any], what: str) -> Any:
    """A variant may be said by its name alone."""
    short = Short(lambda v: {"name": v} if isinstance(v, str) else v, lambda: {"type": "string", "enum": list(table)})
    return short, Asked(f"the name of {what}, or a mapping with its name and parameters")


# fmt: off
Text = Annotated[str, Asked("text")]
Yes = Annotated[bool, Asked("true or false")]
Number = Annotated[float, Asked("a number")]
Row = Annotated[list[float], Field(min_length=1)]
Matrix = Annotated[list[Row], Field(min_length=1), Asked("a list of rows, each a list of numbers")]
Vector = Annotated[list[float], Field(min_length=1),
    Short(lambda v: [v] if is_number(v) else v, lambda: {"type": "number"}), Asked("a list of numbers, or one number")]
# fmt: on
