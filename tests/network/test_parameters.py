"""Parameters of variants: read from a signature, held to their range, put into the formula as variables or choices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest

from backtrace.formula.expr import Expr, Var, variables
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Range, bound, completed, parameters_of
from backtrace.network.schedules import SCHEDULES


def variant(
    z: Expr, *, share: Annotated[Any, Range("how much", least=0, below=1)] = 0.5, count: Annotated[Any, Range("")],
    plain: Any = 3, form: Literal["long", "short"] = "long", turned: bool = False,
) -> Expr:  # fmt: skip
    """A formula with a parameter of every kind."""
    return z * share + count + plain if form == "long" and not turned else z


PARAMETERS = parameters_of(variant)


def test_the_signature_says_it_all() -> None:
    """Keyword-only arguments are the parameters, in their order, with default, range, meaning and choices."""
    assert list(PARAMETERS) == ["share", "count", "plain", "form", "turned"]
    assert [each.default for each in PARAMETERS.values()] == [0.5, None, 3, "long", False]
    assert [each.is_number for each in PARAMETERS.values()] == [True, True, True, False, False]
    assert PARAMETERS["share"].range.meaning == "how much"
    assert PARAMETERS["form"].choices == ("long", "short")
    assert PARAMETERS["turned"].choices == (False, True)


def test_a_number_is_a_variable_and_a_choice_changes_the_formula() -> None:
    """Numbers are not folded: each is a variable of its name and the suffix; choices are put in as they are."""
    long = bound(variant, PARAMETERS, {"share": 0.25}, "_a2")(Var("z"))
    assert [var.name for var in variables(long)] == ["z", "share_a2", "count_a2", "plain_a2"]
    short = bound(variant, PARAMETERS, {"form": "short"})(Var("z"))
    assert [var.name for var in variables(short)] == ["z"]


def test_bound_parameters_are_no_longer_open() -> None:
    """A function whose parameters are put in has none; one without parameters stays as it is."""
    assert parameters_of(bound(variant, PARAMETERS, {})) == {}
    assert bound(len, {}, {}) is len  # type: ignore[arg-type, comparison-overlap]


def test_what_is_not_given_is_the_default() -> None:
    """Numbers become doubles, choices stay; a parameter without default that is not given is left out."""
    assert completed(PARAMETERS, {"form": "short"}) == {"share": 0.5, "plain": 3.0, "form": "short", "turned": False}
    full = completed(PARAMETERS, {"count": 2})
    assert (full["count"], type(full["plain"])) == (2.0, float)


# fmt: off
ALLOWED: list[tuple[Range, list[float], list[float]]] = [
    (Range("", least=0, below=1),   [0, 0.5, 1 - 1e-16],  [1, -1e-300, 2]),
    (Range("", above=0),            [1e-300, 7],          [0, -1]),
    (Range("", least=1, whole=True), [1, 2.0, 1e6],       [0, 1.5, -1]),
    (Range(""),                     [-1e300, 0],          []),
]
WORDS = [
    (Range("", least=0, below=1),    "a number from 0 below 1"),
    (Range("", above=0),             "a number above 0"),
    (Range("", least=1, whole=True), "a whole number from 1"),
    (Range(""),                      "a number"),
]
# fmt: on


@pytest.mark.parametrize(("allowed", "inside", "outside"), ALLOWED)
def test_a_range_holds_its_bounds(allowed: Range, inside: list[float], outside: list[float]) -> None:
    """`least` is allowed, `above` and `below` are not, and a whole number has no fraction."""
    assert all(number in allowed for number in inside)
    assert not any(number in allowed for number in outside)


@pytest.mark.parametrize(("allowed", "words"), WORDS)
def test_a_range_says_itself(allowed: Range, words: str) -> None:
    """The range as the message about a wrong number names it."""
    assert allowed.words == words


# fmt: off
VALUES: list[tuple[str, Any, bool]] = [
    ("share",  0.5,          True),  ("share",  1.0,     False), ("share",  True,    False), ("share",  "0.5", False),
    ("share",  float("nan"), False), ("share",  None,    False), ("plain",  float("inf"), False), ("plain", [1], False),
    ("form",   "short",      True),  ("form",   "other", False), ("form",   0,       False),
    ("turned", True,         True),  ("turned", 1,       False), ("turned", "true",  False), ("turned", 0.0,   False),
]
# fmt: on


@pytest.mark.parametrize(("name", "value", "is_allowed"), VALUES)
def test_a_value_is_of_the_parameters_kind(name: str, value: Any, is_allowed: bool) -> None:
    """True is no number, 1 is not true, a text is no choice but by its word; nothing that is not finite is a number."""
    assert PARAMETERS[name].allows(value) == is_allowed


def test_choices_are_said_as_a_file_writes_them() -> None:
    """Words as they are, true and false in small letters."""
    assert PARAMETERS["form"].words == "long or short"
    assert PARAMETERS["turned"].words == "false or true"


TABLES: list[Any] = [ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES]
ROWS = [row for table in TABLES for row in table.values()]


@pytest.mark.parametrize("row", ROWS, ids=[f"{type(row).__name__} {row.name}" for row in ROWS])
def test_every_default_of_the_tables_is_allowed(row: Any) -> None:
    """The default of each parameter is one that a document could write."""
    for parameter in row.parameters.values():
        if parameter.default is not None and parameter.is_number:
            assert parameter.allows(float(parameter.default)), parameter
        elif parameter.default is not None:
            assert parameter.allows(parameter.default), parameter
