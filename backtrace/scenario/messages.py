"""What is said where a value is not what the schema asks for: the validator's findings in a person's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from backtrace.scenario.flaws import LONGEST_QUOTE, Flaw, Loc, at, listed, nearest, printable, quoted
from backtrace.scenario.parts import Asked
from backtrace.scenario.schema import Document
from backtrace.scenario.tree import BROKEN

_ASKED_BY_TYPE = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "list_type": "a list of numbers",
    "dict_type": "a mapping",
    "model_type": "a mapping, `key: value` on each line",
}
_BOUNDS = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
_FEW = 20
_REMEDIES = {"biases": "write `biases: none` for a layer without biases"}


def flaws_in(error: ValidationError, data: Any, most: int) -> list[Flaw]:
    """The flaws of a document that the schema refused, `most` of them, without those that reading noted already."""
    items = error.errors(include_url=False)[:most]
    return [_flaw(item, data) for item in items if item["input"] is not BROKEN]


def _flaw(item: Mapping[str, Any], data: Any) -> Flaw:
    kind, value = item["type"], item["input"]
    loc = _without_tags(item["loc"], data, kind == "missing")
    if kind == "missing":
        return _missing(loc, data)
    if kind == "extra_forbidden":
        return _unknown_key(loc, value, data)
    if kind == "unknown_name":
        return Flaw(loc, item["ctx"]["found"], item["ctx"]["expected"], item["ctx"]["remedy"])
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        bound = item["ctx"][key]
        return Flaw(loc, quoted(value), f"{words} {int(bound):,}")
    if kind == "too_short":
        return Flaw(loc, quoted(value), f"at least one {'number' if loc[-1] in ('x', 'y', 'biases') else 'entry'}")
    asked = _asked(loc, data) or _ASKED_BY_TYPE.get(kind, item["msg"])
    return Flaw(loc, quoted(value), asked, _remedy(loc, value, asked))


def _without_tags(loc: Loc, data: Any, is_missing: bool) -> Loc:
    """The way through the data, to a key that `is_missing`: without the names of variants that the validator adds."""
    way: list[str | int] = []
    for depth, part in enumerate(loc):
        value, reached = at(data, tuple(way))
        if len(reached) < len(way):
            break
        is_last = is_missing and depth == len(loc) - 1
        if (isinstance(value, dict) and (part in value or is_last)) or (
            isinstance(value, list) and isinstance(part, int)
        ):
            way.append(part)
    return tuple(way)


def _missing(loc: Loc, data: Any) -> Flaw:
    key = str(loc[-1])
    field = _fields_around(loc, data).get(key)
    meaning = field.description if field else ""
    return Flaw(loc, f"no `{key}`", meaning or "", _REMEDIES.get(key, ""), on="holder")


def _unknown_key(loc: Loc, value: Any, data: Any) -> Flaw:
    key, known = str(loc[-1]), _fields_around(loc, data)
    expected = listed(known, "or")
    is_decimal_part = value is None and key.isdecimal()
    remedy = "numbers take a decimal point, not a comma" if is_decimal_part else nearest(key, known)
    return Flaw(loc, f"the unknown key '{printable(key, LONGEST_QUOTE)}'", expected, remedy, on="key")


def _asked(loc: Loc, data: Any) -> str:
    """What the key at the end of the way asks for; nothing where an entry of a list is at fault."""
    field = _fields_around(loc, data).get(str(loc[-1])) if loc else None
    if field is None or isinstance(loc[-1], int):
        return ""
    return next((m.words for m in field.metadata if isinstance(m, Asked)), "")


def _fields_around(loc: Loc, data: Any) -> Mapping[str, FieldInfo]:
    """The keys of the mapping that the last part of the way belongs to."""
    model: type[BaseModel] | None = Document
    for depth, part in enumerate(loc[:-1], 1):
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            models = list(_models_within([field.annotation])) if field else []
            value, _ = at(data, loc[:depth])
            model = max(models, key=partial(_alike, value)) if len(models) > 1 else next(iter(models), None)
    return model.model_fields if model is not None else {}


def _models_within(types: Iterable[Any]) -> Iterator[type[BaseModel]]:
    for candidate in types:
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            yield candidate
        else:
            yield from _models_within(get_args(candidate))


def _alike(value: Any, model: type[BaseModel]) -> int:
    """How many keys of the mapping are, or are nearly, those of the model."""
    keys = islice(value, _FEW) if isinstance(value, dict) else ()
    return sum(bool(nearest(str(key), model.model_fields)) for key in keys)


def _remedy(loc: Loc, value: Any, asked: str) -> str:
    """What to do about a value of the wrong type, where that can be told from the value."""
    if value is None:
        return _REMEDIES.get(str(loc[-1]) if loc else "", "write a value, or leave the key out")
    if isinstance(value, str):
        return ("number" in asked and number_remedy(value)) or nearest(value, _choices(asked))
    if asked == "text" and isinstance(value, int | float):
        return "put it in quotes"
    return ""


def _choices(asked: str) -> list[str]:
    """The words that could have been written: `none` and the like, or both of `mean or sum`."""
    in_marks = re.findall("`(.+?)`", asked)
    return in_marks or (asked.split(" or ") if re.fullmatch(r"\w+ or \w+", asked) else [])


def number_remedy(text: str) -> str:
    """What to do about a text that stands for a number, or nothing where it does not."""
    text = text.strip()[:40]
    if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text):
        return "take the quotes off"
    if re.fullmatch(r"[-+]?\d+,\d+", text):
        return f"write {text.replace(',', '.')}, with a decimal point"
    if re.fullmatch(r"[-+]?\d+(_\d+)+(\.\d+)?", text):
        return f"write {text.replace('_', '')}"
    if re.fullmatch(r"[-+]?\d+\s*/\s*[1-9]\d*", text):
        return "write the fraction as a decimal number"
    return ""
