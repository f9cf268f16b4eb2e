"""KEY=VALUE: a scenario with some of its values replaced, by YAML path or by a name of the notation."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Sequence
from typing import Any

from backtrace.engine.planning import plan_of
from backtrace.engine.trace import notation_of
from backtrace.errors import InputError, Problem, UnknownQuantityError, misfit
from backtrace.scenario import Scenario, drawn_anew, forget, is_drawn_entry, keywords, read_document, read_value

Path = tuple[str | int, ...]


def with_settings(scenario: Scenario, settings: Sequence[str], prefix: str = "--set") -> Scenario:
    """The scenario with each KEY=VALUE in force, checked anew.

    KEY is a path of the file (`network.layers.1.activation`, layers and samples counted from 1), a key of it
    (`epochs`, `loss`), or what the notation calls a given number (`eta`, `w12`, `b_h`). What is drawn is drawn anew,
    the same where nothing that it depends on has changed; a single number of a matrix is replaced after the draw. A
    file is looked for in the working directory. Raises InputError with every problem; `prefix` is what its sentences
    say before a setting.
    """
    problems: list[Problem] = []
    changes: list[tuple[Path, Any, str]] = []
    for setting in settings:
        key, equals, text = setting.partition("=")
        said = f"{prefix} {key.strip()}"
        try:
            if not equals:
                raise misfit(f"{prefix} {setting}", "KEY=VALUE")
            changes.append((_path_of(scenario, key.strip(), said), read_value(text, said), said))
        except InputError as error:
            problems += error.problems
    document = drawn_anew(scenario.document, [path for path, *_ in changes])
    entries = [change for change in changes if is_drawn_entry(document, change[0])]
    _put_all(document, [change for change in changes if change not in entries], problems)
    if not settings:
        return scenario
    changed = read_document(document, prefix)
    if not entries:
        return changed
    document = copy.deepcopy(dict(changed.document))
    _put_all(document, entries, problems)
    return read_document(document, prefix)


def _put_all(document: dict[str, Any], changes: Sequence[tuple[Path, Any, str]], problems: list[Problem]) -> None:
    """Make the changes; raises InputError with these problems and those that are met."""
    for path, value, said in changes:
        try:
            _put(document, path, value, said)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)


def _path_of(scenario: Scenario, key: str, said: str) -> Path:
    """Where in the document the key's value stands."""
    sections = keywords()
    first, *rest = key.split(".")
    if rest or first in scenario.document:
        return (first, *(int(part) - 1 if part.isdecimal() else part for part in rest))
    if key in sections:
        return (sections[key], key) if sections[key] else (key,)
    return _path_in_notation(scenario, key, said)


def _path_in_notation(scenario: Scenario, key: str, said: str) -> Path:
    plan = plan_of(scenario)
    try:
        var = notation_of(scenario, plan).find(key)
    except UnknownQuantityError:
        given = [name for name, quantity in plan.quantities.items() if quantity.kind == "given"]
        near = difflib.get_close_matches(key, [*keywords(), *scenario.document, *given], n=1)
        remedy = f"did you mean {near[0]!r}?" if near else "such as training.epochs, epochs, eta or W1"
        expected = "a path or a key of the file, or a given number"
        raise misfit(f"{said}: there is nothing of that name", expected, remedy) from None
    place = tuple(i - 1 for i in var.index or ())
    if var.name == "eta":
        return ("training", "learning_rate")
    if var.name in ("x", "y"):
        if len(scenario.x) > 1:
            raise misfit(f"{said}: there are {len(scenario.x)} samples", f"data.1.{var.name} for the first")
        return ("data", 0, var.name, *place)
    kinds = {"W": "weights", "b": "biases"}
    if var.name[0] in kinds and var.name[1:].isdecimal():
        return ("network", "layers", int(var.name[1:]) - 1, kinds[var.name[0]], *place)
    raise misfit(f"{said}: {var.name} is worked out", "a number that is given, such as a weight")


def _put(document: Any, path: Path, value: Any, said: str) -> None:
    """Replace the value at the path; a key that the file may have but has not is added."""
    forget(document, path)
    *way, last = path
    if way == ["notation"] and isinstance(document["notation"], str):
        document["notation"] = {"base": document["notation"]}
    for part in way:
        document = _inside(document, part, said)
    if isinstance(document, list):
        _inside(document, last, said)
    elif not isinstance(document, dict):
        raise misfit(f"{said}: there is nothing of that name in the scenario")
    document[last] = value


def _inside(document: Any, part: str | int, said: str) -> Any:
    try:
        if isinstance(part, int) and part < 0:
            raise IndexError
        return document[part]
    except (IndexError, KeyError, TypeError):
        known = f"1 to {len(document)}" if isinstance(document, list) else ", ".join(document) if document else ""
        shown = part + 1 if isinstance(part, int) else part
        raise InputError([Problem(f"{said}: there is no {shown!r} there", known)]) from None
