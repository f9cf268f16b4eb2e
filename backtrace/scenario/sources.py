"""Where numbers come from that are not written out in rows: by name, drawn from a distribution, out of a file."""

import difflib
from itertools import islice
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from backtrace.network.initialisers import INITIALISERS
from backtrace.scenario.parts import (
    Asked,
    Matrix,
    NameIn,
    Number,
    Part,
    Short,
    Text,
    Variant,
    Vector,
    is_number,
    optional,
)

_FEW, _NEAR = 20, 0.75


class InitPart(Variant):
    """Numbers drawn from a distribution."""

    table = INITIALISERS
    named_by = "init"
    init: Annotated[str, NameIn("initialiser", INITIALISERS)] = Field(
        description="the distribution that the numbers are drawn from"
    )


class FilePart(Part):
    """Numbers out of a file."""

    file: Text = Field(description="a .csv, .npy, .npz or .safetensors file, by its path from the scenario's folder")
    array: Text = optional("the array's name, where the file holds several")


Columns = Annotated[
    list[Text],
    Field(min_length=1),
    Short(lambda v: [v] if isinstance(v, str) else v, lambda: {"type": "string"}),
    Asked("a list of names"),
]


class DataPart(Part):
    """Samples out of a file, one in each row."""

    file: Text = Field(description="a .csv file with a header, or a .npz or .safetensors file")
    inputs: Columns = Field(description="the columns or arrays that are the inputs, by name")
    targets: Columns = Field(description="the columns or arrays that are the targets, by name")


class SamplePart(Part):
    """One input with its target."""

    x: Vector = Field(description="the input: one number for each input of the network")
    y: Vector = Field(description="the target: one number for each output of the network")


def kind_of_mapping(value: Any) -> str:
    """Which source a mapping stands for; a near miss of its key counts. No document has such a key itself."""
    keys = [str(key) for key in islice(value, _FEW)]
    for key, kind in (("init", "of init"), ("file", "of file"), ("array", "of file")):
        if key in value or difflib.get_close_matches(key, keys, n=1, cutoff=_NEAR):
            return kind
    return "of names"


def _kind_of_weights(value: Any) -> str:
    return kind_of_mapping(value) if isinstance(value, dict) else "of rows"


def _kind_of_biases(value: Any) -> str:
    if isinstance(value, dict):
        return kind_of_mapping(value)
    return "of list" if isinstance(value, list) else "of one" if is_number(value) else "of none"


def _kind_of_data(value: Any) -> str:
    return "of file" if isinstance(value, dict) and not value.keys() & {"x", "y"} else "of samples"


def _kind_of_origin(value: Any) -> str:
    keys = value.keys() if isinstance(value, dict) else set()
    return "of init" if "init" in keys else "of data" if "inputs" in keys else "of file"


def _no_source(schema: dict[str, Any]) -> None:
    """A mapping with init or file is not one of names."""
    schema["propertyNames"] = {"not": {"enum": ["init", "file"]}}


# fmt: off
Names = Annotated[dict[str, Number], Field(min_length=1, json_schema_extra=_no_source)]
Elsewhere = (
    Annotated[InitPart, Tag("of init")]
    | Annotated[FilePart, Tag("of file")]
    | Annotated[Names, Tag("of names")]
)
Weights = Annotated[
    Annotated[Matrix, Tag("of rows")] | Elsewhere, Discriminator(_kind_of_weights),
    Asked("a list of rows, each a list of numbers, or a mapping with init, with file, or with numbers by name"),
]
Biases = Annotated[
    Annotated[list[float], Field(min_length=1), Tag("of list")]
    | Annotated[float, Tag("of one")]
    | Annotated[Literal["none"], Tag("of none")]
    | Elsewhere, Discriminator(_kind_of_biases),
    Asked("a list of numbers, one number for all, `none`, or a mapping with init, with file, or with numbers by name"),
]
Data = Annotated[
    Annotated[list[SamplePart], Field(min_length=1), Tag("of samples")]
    | Annotated[DataPart, Tag("of file")], Discriminator(_kind_of_data),
    Asked("a list of samples, each with x and y, or a mapping with file, inputs and targets"),
]
Origin = Annotated[
    Annotated[InitPart, Tag("of init")]
    | Annotated[FilePart, Tag("of file")]
    | Annotated[DataPart, Tag("of data")], Discriminator(_kind_of_origin),
    Asked("a mapping with init or file"),
]
# fmt: on
