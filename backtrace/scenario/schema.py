"""The scenario document: every key with its type, bounds, default and meaning, as pydantic models.

Names of activations, losses, optimizers and notations are looked up in their tables whenever a document is
read or the JSON Schema is asked for, so that a new row is known here without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    Tag,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Reduction
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.notation.profiles import PROFILES
from backtrace.scenario.flaws import listed, nearest, printable

MOST_UNITS = 10_000
MOST_PARAMETERS = 2_000_000
MOST_EPOCHS = 10**9


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


def _whole(value: Any) -> Any:
    """1e3 is a whole number, as it is in a JSON Schema."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _kind_of_biases(value: Any) -> str:
    return "list" if isinstance(value, list) else "one" if is_number(value) else "none"


def _kind_of_size(value: Any) -> str:
    return "all" if isinstance(value, str) else "number"


def _computed(schema: dict[str, Any]) -> None:
    """Leaves the stand-in of a default that is worked out from the rest out of the JSON Schema."""
    schema.pop("default", None)


def optional(description: str) -> Any:
    """A key whose default is worked out from the rest of the document."""
    return Field(default=None, description=description, json_schema_extra=_computed)


# fmt: off
Text = Annotated[str, Asked("text")]
Yes = Annotated[bool, Asked("true or false")]
Number = Annotated[float, Asked("a number")]
Units = Annotated[int, Field(ge=1, le=MOST_UNITS), BeforeValidator(_whole), Asked("a whole number")]
Epochs = Annotated[int, Field(ge=1, le=MOST_EPOCHS), BeforeValidator(_whole), Asked("a whole number")]
Decimals = Annotated[int, Field(ge=1, le=12), BeforeValidator(_whole), Asked("a whole number")]
Row = Annotated[list[float], Field(min_length=1)]
Matrix = Annotated[list[Row], Field(min_length=1), Asked("a list of rows, each a list of numbers")]
Vector = Annotated[list[float], Field(min_length=1),
    Short(lambda v: [v] if is_number(v) else v, lambda: {"type": "number"}), Asked("a list of numbers, or one number")]
Biases = Annotated[Annotated[list[float], Field(min_length=1), Tag("list")] | Annotated[float, Tag("one")]
    | Annotated[Literal["none"], Tag("none")], Discriminator(_kind_of_biases),
    Asked("a list of numbers, one number for all, or `none`")]
BatchSize = Annotated[Annotated[int, Field(ge=1), BeforeValidator(_whole), Tag("number")]
    | Annotated[Literal["all"], Tag("all")], Discriminator(_kind_of_size), Asked("a whole number from 1, or `all`")]
Reduced = Annotated[Reduction, Asked("mean or sum")]
LossName = NameIn("loss", LOSSES)
# fmt: on


class Part(BaseModel):
    """A mapping of the document: it knows its keys, and takes no value for another type's."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Train(Part):
    """Which parameters of a layer are trained; frozen ones show their gradients and make no step."""

    weights: Yes = Field(default=True, description="whether the weights are trained")
    biases: Yes = Field(default=True, description="whether the biases are trained")


class LayerPart(Part):
    """One layer of neurons and the weights that lead into it."""

    units: Units = optional("number of neurons; the weights say it where left out")
    activation: Annotated[str, NameIn("activation", ACTIVATIONS)] = Field(
        default="identity", description="the function that makes activations of pre-activations"
    )
    weights: Matrix = Field(
        description="a list of rows; row = receiving neuron in column orientation, sending neuron in row orientation"
    )
    biases: Biases = Field(description="one number for each neuron, one number for all, or none")
    train: Train = Field(default=Train(), description="which parameters are trained")


class NetworkPart(Part):
    """The layers, from the first hidden one to the output."""

    orientation: Annotated[Literal["column", "row"], Asked("column or row")] = Field(
        default="column",
        description="column: z = Wx + b, one row of W per receiving neuron; row: z = xW + b, one per sending",
    )
    layers: Annotated[list[LayerPart], Asked("a list of layers")] = Field(
        min_length=1, description="the layers, the output layer last; the input needs no entry"
    )


class LossPart(Part):
    """The loss and how it is reduced over outputs and samples."""

    name: Annotated[str, LossName] = Field(description="the loss of one output")
    outputs: Reduced = optional("how the outputs of a sample are put together, where the loss leaves it open")
    batch: Reduced = Field(default="mean", description="how the samples of a batch are put together")


class SamplePart(Part):
    """One input with its target."""

    x: Vector = Field(description="the input: one number for each input of the network")
    y: Vector = Field(description="the target: one number for each output of the network")


class TrainingPart(Part):
    """How the parameters are updated."""

    optimizer: Annotated[str, NameIn("optimizer", OPTIMIZERS)] = Field(
        default="sgd", description="the rule of the update"
    )
    learning_rate: Annotated[Number, Field(ge=0)] = Field(description="what the gradient is multiplied with")
    epochs: Epochs = Field(default=1, description="how often the data is gone through")
    batch_size: BatchSize = Field(default=1, description="samples per update: a number, or all")


class DisplayPart(Part):
    """How numbers are shown; nothing of this changes what is computed."""

    decimals: Decimals = Field(default=3, description="digits after the decimal point")


class Document(Part):
    """A small neural network, its weights, its samples and how it is trained."""

    title: Text = Field(default="", description="what the example is called")
    description: Text = Field(default="", description="what to look at")
    source: Text = Field(default="", description="where the example is from")
    links: Annotated[list[Text], Asked("a list of text")] = Field(default=[], description="addresses to read on")
    notes: Annotated[dict[str, Text], Asked("a mapping from ids to sentences")] = Field(
        default={}, description="a sentence for a quantity, by its id"
    )
    network: NetworkPart = Field(description="the network with its weights")
    loss: Annotated[
        LossPart,
        Short(lambda v: {"name": v} if isinstance(v, str) else v, lambda: {"type": "string", "enum": list(LOSSES)}),
        Asked("the name of a loss, or a mapping with name, outputs and batch"),
    ] = Field(
        default=LossPart(name="mse"),
        description="the loss: its name, or a mapping",
        json_schema_extra={"default": "mse"},
    )
    data: Annotated[list[SamplePart], Asked("a list of samples, each with x and y")] = Field(
        min_length=1, description="the samples, in the order in which they are worked"
    )
    training: TrainingPart = Field(description="how the network is trained")
    notation: Annotated[str, NameIn("notation", PROFILES)] = optional(
        "how quantities are spelt; by depth where left out"
    )
    display: DisplayPart = Field(default=DisplayPart(), description="how numbers are shown")


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scenario document, for editors; it accepts whatever the reader accepts."""
    schema = Document.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": "backtrace scenario"}
