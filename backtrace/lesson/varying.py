"""What if: a training and its variants, each worked beforehand with other values and told as a deck of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backtrace.engine.settings import with_settings
from backtrace.engine.trace import Trace, run
from backtrace.engine.work import Watch
from backtrace.errors import UnknownQuantityError, misfit
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import put_in
from backtrace.lesson.slides import Deck, deck
from backtrace.lesson.telling import Telling

_MOST, _DECIMALS = 9, 6
OPTION = "--vary"


@dataclass(frozen=True, eq=False)
class Variant:
    """A deck, the trace that it tells, and what it is called where there are several."""

    deck: Deck
    trace: Trace
    name: Sentence = ()


def variants_of(trace: Trace, telling: Telling, changes: Sequence[str], watch: Watch) -> tuple[Variant, ...]:
    """The training as it is, then with each value of KEY=VALUE,VALUE that is another one.

    Raises InputError where there are more than nine or a value does not fit, OutOfRangeError where one's numbers leave
    the range.
    """
    settings = [setting for change in changes for setting in _settings(change)]
    variants = [Variant(deck(trace, telling), trace, _named(trace, settings[0]) if settings else ())]
    for setting in settings:
        scenario = with_settings(trace.scenario, [setting], OPTION)
        if scenario.document == trace.scenario.document:
            continue
        changed = run(scenario, watch)
        variants.append(Variant(deck(changed, telling, trace), changed, _named(changed, setting, trace)))
    if len(variants) > _MOST:
        raise misfit(f"{OPTION} asks for {len(variants)} variants", f"{_MOST} at most, one for each digit")
    return tuple(variants)


def _settings(change: str) -> Iterator[str]:
    """A KEY=VALUE for each of the values; the commas within a list are its own."""
    key, equals, values = change.partition("=")
    if not equals or not values.strip():
        raise misfit(f"{OPTION} {change}", "KEY=VALUE,VALUE", "such as eta=0.07,7")
    depth = start = 0
    for place, letter in enumerate(values + ","):
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and depth == 0:
            yield f"{key}={values[start:place].strip()}"
            start = place + 1


def _named(trace: Trace, setting: str, before: Trace | None = None) -> Sentence:
    """A given number with its value; anything else as it is typed, or that it is as it was."""
    key, _, text = setting.partition("=")
    try:
        var = trace.notation.find(key.strip())
        value = np.asarray(trace.value(var.name, trace.kept[0], 1))
    except UnknownQuantityError:
        return (f"{key} = {text}",) if before else ("as it is",)
    entry = value[tuple(i - 1 for i in var.index)] if var.index else value
    if entry.size != 1:
        return (f"{key} = {text}",) if before else ("as it is",)
    name = Formula(Var(var.name, (), index=var.index), trace.notation.leaf)
    return name, " = ", number(put_in(float(entry.item()), _DECIMALS, _DECIMALS))
