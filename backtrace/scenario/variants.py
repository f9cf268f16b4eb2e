"""The parameters of variants, checked against what the functions of their tables take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Parameter
from backtrace.network.schedules import SCHEDULES
from backtrace.scenario.flaws import Flaw, Loc, listed, nearest, printable, quoted
from backtrace.scenario.messages import number_remedy
from backtrace.scenario.parts import Variant
from backtrace.scenario.schema import RATES, LossPart, RatesPart
from backtrace.scenario.sound import Sound


def name_of(written: Any) -> str | None:
    """The name of a variant, written alone or in a mapping; None where there is none."""
    name = written.get("name") if isinstance(written, dict) else written
    return name if isinstance(name, str) else None


def variant_flaws(sound: Sound) -> list[Flaw]:
    """Parameters that a variant does not have, that are missing, or whose value is not allowed."""
    flaws: list[Flaw] = []
    for layer in range(sound.count("network", "layers")):
        flaws += _flaws(sound, ("network", "layers", layer, "activation"), ACTIVATIONS)
    flaws += _flaws(sound, ("loss",), LOSSES, LossPart)
    flaws += _flaws(sound, ("training", "optimizer"), OPTIMIZERS)
    return flaws + list(_rate_flaws(sound))


def _flaws(sound: Sound, loc: Loc, table: Mapping[str, Any], part: type[Variant] | None = None) -> list[Flaw]:
    written = sound.mapping(*loc) or sound.get(*loc)
    name = name_of(written)
    if name is None or name not in table:
        return []
    fixed = [key for key in part.model_fields if key != "name"] if part else []
    parameters = written if isinstance(written, dict) else {}
    return list(parameter_flaws(loc, parameters, name, table[name].parameters, ["name", *fixed]))


def parameter_flaws(
    loc: Loc, written: Mapping[str, Any], name: str, parameters: Mapping[str, Parameter], fixed: list[str]
) -> Iterator[Flaw]:
    """Parameters that the variant of that name does not have, does not allow, or lacks; `fixed` are its other keys."""
    for key, value in written.items():
        if key in fixed:
            continue
        if key not in parameters:
            expected = listed(parameters, "or") if parameters else f"no parameters: {name} has none"
            remedy = nearest(key, [*parameters, *fixed])
            found = f"the unknown key '{printable(key, 60)}' for {name}"
            yield Flaw((*loc, key), found, expected, remedy, on="key")
        elif not parameters[key].allows(value):
            yield Flaw((*loc, key), quoted(value), parameters[key].words, _remedy(parameters[key], value))
    for key, parameter in parameters.items():
        if parameter.default is None and key not in written:
            yield Flaw((*loc, key), f"no `{key}` for {name}", parameter.range.meaning or parameter.words, on="holder")


def _remedy(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        return ""
    return number_remedy(value) if parameter.is_number else nearest(value, map(str, parameter.choices))


def _rate_flaws(sound: Sound) -> Iterator[Flaw]:
    """A learning rate that changes has a first rate and its schedule's parameters, or the rates one by one."""
    loc: Loc = ("training", "learning_rate")
    written = sound.mapping(*loc)
    if written is None or written.get("schedule") not in RATES:
        return
    name = str(written["schedule"])
    needed, other = ("values", "initial") if name == "list" else ("initial", "values")
    if needed not in written:
        meaning = RatesPart.model_fields[needed].description or ""
        yield Flaw((*loc, needed), f"no `{needed}` for the schedule {name}", meaning, on="holder")
    if other in written:
        yield Flaw((*loc, other), f"`{other}` for the schedule {name}", f"`{needed}`", "remove it", on="key")
    parameters = SCHEDULES[name].parameters if name in SCHEDULES else {}
    yield from parameter_flaws(loc, written, f"the schedule {name}", parameters, list(RatesPart.model_fields))
