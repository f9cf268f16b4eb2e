"""The scenario document: every key with its type, bounds, default and meaning, as pydantic models.

Names of activations, losses, optimizers and notations are looked up in their tables whenever a document is
read or the JSON Schema is asked for, so that a new row is known here without a word.
"""

from collections import ChainMap
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, GetJsonSchemaHandler, Tag
from pydantic_core import CoreSchema

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Reduction
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.schedules import SCHEDULES
from backtrace.notation.profile import Difference
from backtrace.notation.profiles import PROFILES
from backtrace.scenario.parts import (
    Asked,
    NameIn,
    Number,
    Part,
    Short,
    Text,
    Variant,
    Yes,
    named,
    optional,
    whole,
)
from backtrace.scenario.sources import Biases, Data, Origin, Weights

MOST_UNITS = 10_000
MOST_PARAMETERS = 2_000_000
MOST_EPOCHS = 10**9


def _kind_of_size(value: Any) -> str:
    return "all" if isinstance(value, str) else "number"


# fmt: off
Units = Annotated[int, Field(ge=1, le=MOST_UNITS), BeforeValidator(whole), Asked("a whole number")]
Epochs = Annotated[int, Field(ge=1, le=MOST_EPOCHS), BeforeValidator(whole), Asked("a whole number")]
Decimals = Annotated[int, Field(ge=1, le=12), BeforeValidator(whole), Asked("a whole number")]
BatchSize = Annotated[Annotated[int, Field(ge=1), BeforeValidator(whole), Tag("number")]
    | Annotated[Literal["all"], Tag("all")], Discriminator(_kind_of_size), Asked("a whole number from 1, or `all`")]
Batch = Annotated[list[Annotated[int, Field(ge=1), BeforeValidator(whole)]], Field(min_length=1),
    Asked("a list of sample numbers")]
Reduced = Annotated[Reduction, Asked("mean or sum")]
LossName = NameIn("loss", LOSSES)
RATES: Mapping[str, Any] = ChainMap({"list": None}, SCHEDULES)
# fmt: on


class Train(Part):
    """Which parameters of a layer are trained; frozen ones show their gradients and make no step."""

    weights: Yes = Field(default=True, description="whether the weights are trained")
    biases: Yes = Field(default=True, description="whether the biases are trained")


class ActivationPart(Variant):
    """An activation with its parameters."""

    table = ACTIVATIONS
    name: Annotated[str, NameIn("activation", ACTIVATIONS)] = Field(description="the activation")


class LayerPart(Part):
    """One layer of neurons and the weights that lead into it."""

    units: Units = optional("number of neurons; left out where rows or a file of weights say it")
    activation: Annotated[ActivationPart, *named(ACTIVATIONS, "an activation")] = Field(
        default=ActivationPart.model_construct(name="identity"),
        description="the function that makes activations of pre-activations: its name, or a mapping",
        json_schema_extra={"default": "identity"},
    )
    weights: Weights = Field(
        description="a list of rows; row = receiving neuron in column orientation, sending neuron in row orientation;"
        " or by name in the notation, drawn (init), or out of a file"
    )
    biases: Biases = Field(
        description="one number for each neuron, one number for all, or none; or by name, drawn, or out of a file"
    )
    train: Train = Field(default=Train.model_construct(), description="which parameters are trained")


class NetworkPart(Part):
    """The layers, from the first hidden one to the output."""

    orientation: Annotated[Literal["column", "row"], Asked("column or row")] = Field(
        default="column",
        description="column: z = Wx + b, one row of W per receiving neuron; row: z = xW + b, one per sending",
    )
    layers: Annotated[list[LayerPart], Asked("a list of layers")] = Field(
        min_length=1, description="the layers, the output layer last; the input needs no entry"
    )


class LossPart(Variant):
    """The loss with its parameters, and how it is reduced over outputs and samples."""

    table = LOSSES
    name: Annotated[str, LossName] = Field(description="the loss of one output")
    outputs: Reduced = optional("how the outputs of a sample are put together, where the loss leaves it open")
    batch: Reduced = Field(default="mean", description="how the samples of a batch are put together")


class OptimizerPart(Variant):
    """An optimizer with its hyperparameters."""

    table = OPTIMIZERS
    name: Annotated[str, NameIn("optimizer", OPTIMIZERS)] = Field(description="the rule of the update")


class RatesPart(Variant):
    """A learning rate that changes."""

    table = SCHEDULES
    named_by = "schedule"
    schedule: Annotated[str, NameIn("schedule", RATES)] = Field(description="how the learning rate changes")
    initial: Annotated[Number, Field(ge=0)] = optional("the learning rate of the first update")
    values: Annotated[list[Annotated[Number, Field(ge=0)]], Field(min_length=1), Asked("a list of numbers")] = optional(
        "the learning rates one by one; the last one stays"
    )
    per: Annotated[Literal["update", "epoch"], Asked("update or epoch")] = Field(
        default="update", description="what the changes count"
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schedules with a formula, and the list of rates."""
        described = super().__get_pydantic_json_schema__(schema, handler)
        for each in described["oneOf"]:
            del each["properties"]["values"]
            each["required"].append("initial")
        properties = handler.resolve_ref_schema(handler(schema))["properties"]
        listed_rates = {"schedule": {"const": "list"}, "values": properties["values"], "per": properties["per"]}
        described["oneOf"].append({"type": "object", "properties": listed_rates, "required": ["schedule", "values"],
                                   "additionalProperties": False})  # fmt: skip
        return described


class UntilPart(Part):
    """When the training ends before its last epoch."""

    loss: Annotated[Number, Field(ge=0)] = Field(description="the training ends with the first epoch whose mean loss"
                                                 " is at most this")  # fmt: skip


class EveryPart(Part):
    """One update of so many."""

    every: Annotated[int, Field(ge=1), BeforeValidator(whole), Asked("a whole number")] = Field(
        description="the first update, every so many, and the last"
    )


class KeepPart(Part):
    """What of the training is kept."""

    updates: Annotated[
        Annotated[Literal["all", "last"], Tag("word")] | Annotated[EveryPart, Tag("every")],
        Discriminator(lambda v: "word" if isinstance(v, str) else "every"),
        Asked("`all`, `last`, or a mapping with `every`"),
    ] = Field(default="all", description="the updates whose values are kept")
    per_sample_gradients: Yes = Field(
        default=True, description="whether a batch's gradients are worked for each of its samples first"
    )


class PlacesPart(Part):
    """How far a number is rounded."""

    decimals: Annotated[int, Field(ge=0, le=12), BeforeValidator(whole), Asked("a whole number")] = optional(
        "digits after the decimal point"
    )
    significant: Annotated[int, Field(ge=1, le=15), BeforeValidator(whole), Asked("a whole number")] = optional(
        "significant digits"
    )


class RoundingPart(PlacesPart):
    """How the result of every told line is rounded before it is used again, in decimal arithmetic."""

    mode: Annotated[Literal["half-even", "half-up", "truncate"], Asked("half-even, half-up or truncate")] = Field(
        default="half-even", description="what becomes of a half: to the even digit, up, or cut off like all the rest"
    )
    forward: PlacesPart = optional("how far the lines of the forward pass are rounded")
    loss: PlacesPart = optional("how far losses are rounded")
    backward: PlacesPart = optional("how far error signals and gradients are rounded")
    update: PlacesPart = optional("how far the lines of the update are rounded")


class TrainingPart(Part):
    """How the parameters are updated."""

    optimizer: Annotated[OptimizerPart, *named(OPTIMIZERS, "an optimizer")] = Field(
        default=OptimizerPart.model_construct(name="sgd"),
        description="the rule of the update: its name, or a mapping",
        json_schema_extra={"default": "sgd"},
    )
    learning_rate: Annotated[
        Annotated[Number, Field(ge=0), Tag("number")] | Annotated[RatesPart, Tag("rates")],
        Discriminator(lambda v: "rates" if isinstance(v, dict) else "number"),
        Asked("a number, or a mapping with a schedule"),
    ] = Field(description="what the gradient is multiplied with: a number, or a schedule")
    epochs: Epochs = Field(default=1, description="how often the data is gone through, at most")
    batch_size: BatchSize = Field(default=1, description="samples per update: a number, or all")
    order: Annotated[list[Batch], Field(min_length=1), Asked("a list of batches, each a list of sample numbers")] = (
        optional("the batches of an epoch by sample number, from 1, in place of batch_size")
    )
    shuffle: Yes = Field(default=False, description="whether every epoch goes through the data in an order of its own")
    until: UntilPart = optional("when the training ends before its last epoch")


class DisplayPart(Part):
    """How numbers are shown; nothing of this changes what is computed."""

    decimals: Decimals = Field(default=3, description="digits after the decimal point")


class NotationPart(Part):
    """A notation with spellings of one's own, by id: a letter or a word, with an accent or a superscript."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Text] = Field(init=False)

    base: Annotated[str, NameIn("notation", PROFILES)] = optional("the notation to start from; by depth where left out")
    difference: Annotated[Difference, Asked("output-first or target-first")] = optional(
        "which of output and target comes first where they are subtracted; as the notation has it where left out"
    )


class Document(Part):
    """A small neural network, its weights, its samples and how it is trained."""

    title: Text = Field(default="", description="what the example is called")
    description: Text = Field(default="", description="what to look at")
    source: Text = Field(default="", description="where the example is from")
    links: Annotated[list[Text], Asked("a list of text")] = Field(default=[], description="addresses to read on")
    notes: Annotated[dict[str, Text], Asked("a mapping from ids to sentences")] = Field(
        default={}, description="a sentence for a quantity, by its id"
    )
    seed: Annotated[int, Field(ge=0), BeforeValidator(whole), Asked("a whole number")] = optional(
        "what is drawn at random starts from this number"
    )
    origins: Annotated[dict[str, Origin], Asked("a mapping from ids to mappings with init or file")] = optional(
        "where numbers that are written out come from, by id (W1, b1) or data: shown, and drawn from anew under another"
        " seed; a trace says it"
    )
    network: NetworkPart = Field(description="the network with its weights")
    loss: Annotated[LossPart, *named(LOSSES, "a loss")] = Field(
        default=LossPart.model_construct(name="mse"),
        description="the loss: its name, or a mapping",
        json_schema_extra={"default": "mse"},
    )
    l2: Annotated[Number, Field(ge=0)] = Field(
        default=0.0, description="adds half of this times the sum of all squared weights to the loss"
    )
    data: Data = Field(description="the samples, in the order in which they are worked, or the file that holds them")
    training: TrainingPart = Field(description="how the network is trained")
    rounding: RoundingPart = optional("how results are rounded before they are used again; left out, they are not")
    arithmetic: Annotated[Literal["float", "exact"], Asked("float or exact")] = Field(
        default="float", description="float: double precision; exact: fractions, where the network allows them"
    )
    keep: KeepPart = Field(default=KeepPart.model_construct(), description="what of the training is kept")
    notation: Annotated[
        NotationPart,
        Short(lambda v: {"base": v} if isinstance(v, str) else v, lambda: {"type": "string", "enum": list(PROFILES)}),
        Asked("the name of a notation, or a mapping with base and spellings by id"),
    ] = optional("how quantities are spelt: a notation's name, or a mapping; by depth where left out")
    display: DisplayPart = Field(default=DisplayPart.model_construct(), description="how numbers are shown")


def scenario_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scenario document, for editors; it accepts whatever the reader accepts."""
    schema = Document.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema | {"title": "backtrace scenario"}
