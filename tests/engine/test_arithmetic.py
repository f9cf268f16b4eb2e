"""Arithmetic as done by hand: the result of every told line is rounded, in decimals, before it is used again."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.engine.arithmetic import rounded
from backtrace.engine.trace import Trace, run
from backtrace.errors import OutOfRangeError
from backtrace.scenario import Scenario, load, path_of
from backtrace.scenario.rounding import ROUNDED_PHASES
from backtrace.scenario.scenario import Places
from tests.engine.drawn import modes, said_places, scenarios


def places(**said: int) -> Places:
    return Places(**said)


# fmt: off
ROUNDED = [
    # number           places                  half-even             half-up               truncate
    ("0.1225",         {"decimals": 3},        ("0.122",             "0.123",              "0.122")),
    ("0.1235",         {"decimals": 3},        ("0.124",             "0.124",              "0.123")),
    ("0.12249999",     {"decimals": 3},        ("0.122",             "0.122",              "0.122")),
    ("0.12250001",     {"decimals": 3},        ("0.123",             "0.123",              "0.122")),
    ("-0.1225",        {"decimals": 3},        ("-0.122",            "-0.123",             "-0.122")),
    ("-0.1235",        {"decimals": 3},        ("-0.124",            "-0.124",             "-0.123")),
    ("2.5",            {"decimals": 0},        ("2",                 "3",                  "2")),
    ("1",              {"decimals": 3},        ("1.000",             "1.000",              "1.000")),
    ("9.9995",         {"decimals": 3},        ("10.000",            "10.000",             "9.999")),
    ("9.9995",         {"significant": 4},     ("10.00",             "10.00",              "9.999")),
    ("-9.9995",        {"significant": 4},     ("-10.00",            "-10.00",             "-9.999")),
    ("99.95",          {"significant": 3},     ("100",               "100",                "99.9")),
    ("0.00012345",     {"significant": 4},     ("0.0001234",         "0.0001235",          "0.0001234")),
    ("0.00012345",     {"decimals": 3},        ("0.000",             "0.000",              "0.000")),
    ("-0.00012345",    {"decimals": 3},        ("0.000",             "0.000",              "0.000")),
    ("0",              {"decimals": 2},        ("0.00",              "0.00",               "0.00")),
    ("-0",             {"decimals": 2},        ("0.00",              "0.00",               "0.00")),
    ("1E-300",         {"significant": 2},     ("1.0E-300",          "1.0E-300",           "1.0E-300")),
    ("5E-324",         {"decimals": 12},       ("0E-12",             "0E-12",              "0E-12")),
    ("12345.678",      {"significant": 3},     ("1.23E+4",           "1.23E+4",            "1.23E+4")),
    ("12345678.9995",  {"decimals": 3},        ("12345679.000",      "12345679.000",       "12345678.999")),
    ("12345678.9995",  {"significant": 15},    ("12345678.9995000",  "12345678.9995000",   "12345678.9995000")),
    ("12345678.9995",  {"significant": 8},     ("12345679",          "12345679",           "12345678")),
    ("1E+40",          {"decimals": 12},       ("1E+40",             "1E+40",              "1E+40")),
    ("1E+60",          {"decimals": 0},        ("1E+60",             "1E+60",              "1E+60")),
    ("Infinity",       {"decimals": 3},        ("Infinity",          "Infinity",           "Infinity")),
]
# fmt: on


@pytest.mark.parametrize("digits", [28, 60])
@pytest.mark.parametrize(("number", "said", "expected"), ROUNDED)
def test_a_number_is_rounded_as_its_mode_says(
    number: str, said: dict[str, int], expected: tuple[str, ...], digits: int
) -> None:
    """A half goes to the even digit, away from zero, or is cut off; −0 is 0; the context's digits do not matter."""
    with localcontext() as context:
        context.prec = digits
        for mode, text in zip(("half-even", "half-up", "truncate"), expected, strict=True):
            found = rounded(Decimal(number), places(**said), mode)
            assert found == Decimal(text), mode
            assert not (found == 0 and found.is_signed())
            if abs(Decimal(text)) < 10**9:
                assert found.as_tuple().exponent == Decimal(text).as_tuple().exponent, mode


def weight(w: float, x: float, **settings: Any) -> Trace:
    """A single weight: z = w·x, ŷ = z, L = ½(0 − ŷ)²."""
    given = {"learning_rate": 0.1, "loss": "half_sse"} | settings
    return run(backtrace.scenario(weights=[[[w]]], x=[x], y=[0.0], **given))


def values(trace: Trace, *names: str) -> list[float]:
    return [float(trace[name].item()) for name in names]


# fmt: off
PRODUCTS = [
    ("half-even", 0.35,  [0.122, 0.007, 0.043, 0.346]),
    ("half-up",   0.35,  [0.123, 0.008, 0.043, 0.346]),
    ("truncate",  0.35,  [0.122, 0.007, 0.042, 0.345]),
    ("half-even", -0.35, [-0.122, 0.007, -0.043, -0.346]),
    ("half-up",   -0.35, [-0.123, 0.008, -0.043, -0.346]),
    ("truncate",  -0.35, [-0.122, 0.007, -0.042, -0.345]),
]
# fmt: on


@pytest.mark.parametrize(("mode", "w", "expected"), PRODUCTS)
def test_a_product_is_rounded_in_decimals(mode: str, w: float, expected: list[float]) -> None:
    """0.35·0.35 is 0.1225 and not the double below it: half up it is 0.123; and what follows reads the rounded one."""
    trace = weight(w, 0.35, rounding={"decimals": 3, "mode": mode})
    assert values(trace, "z1", "L", "dL_dW1", "W1_next") == expected


# fmt: off
LECTURE = {
    "z1": [0.520, 1.140], "a1": [0.627, 0.758], "z2": [0.967], "a2": [0.725], "L": 0.526,
    "dL_dz2": [0.289], "dL_dW2": [[0.181, 0.219]], "dL_db2": [0.289], "dL_dz1": [0.020, 0.027],
    "dL_dW1": [[0.010, 0.016], [0.014, 0.022]], "dL_db1": [0.020, 0.027],
    "W2_next": [[0.173, 0.347]], "b2_next": [0.198], "W1_next": [[0.193, 0.389], [0.590, 0.785]],
    "b1_next": [0.086, 0.181],
}
# fmt: on


def lecture(**changes: Any) -> Scenario:
    return load(path_of("lecture")).with_(**changes)


def test_the_lecture_at_three_decimals() -> None:
    """The forward pass gives exactly the lecture's 0.627, 0.758, 0.967, 0.725, and every line has three decimals."""
    trace = run(lecture(rounding={"decimals": 3}))
    assert {name: trace[name].tolist() for name in LECTURE} == LECTURE


def test_a_rounded_value_is_what_is_used_again() -> None:
    """The pass after the update starts from the rounded parameters, and promise and gain are rounded too."""
    trace = run(lecture(rounding={"decimals": 3}))
    assert trace.value("W2", 2).tolist() == LECTURE["W2_next"]
    assert values(trace, "promise", "gain") == [-0.116, -0.119]
    assert trace.losses.tolist() == [0.526, 0.407]


# fmt: off
NOT_TOLD = {
    "L_terms": [0.525625], "dL_da2": [1.45], "slope2": [0.199375], "paths1": [[0.0867, 0.1445]],
    "slope1": [0.233871, 0.183436], "dL_dx": [0.0202, 0.0296], "step_W2": [[0.1267, 0.1533]],
}
# fmt: on


def test_what_is_not_told_is_not_rounded() -> None:
    """What is folded into a line, or told in detail only, keeps all digits that its rounded operands give it."""
    trace = run(lecture(rounding={"decimals": 3}))
    assert {name: trace[name].tolist() for name in NOT_TOLD} == NOT_TOLD


@pytest.mark.parametrize("size", [1e-300, 1e-9, 12345.678, 1e7, 1.5e9, 1e15, 1e40, 1e100])
@pytest.mark.parametrize("said", [{"decimals": 0}, {"decimals": 3}, {"decimals": 12}, {"significant": 4}])
def test_numbers_of_every_size_are_rounded(size: float, said: dict[str, int]) -> None:
    """Too small for the decimals they become 0; so large that no decimal is left they stay as they are."""
    trace = weight(size, 1.0, rounding=said)
    exponent = said.get("decimals", 0)
    with localcontext() as context:
        context.prec = 150
        number = Decimal(repr(size))
        cut = number.quantize(Decimal(10) ** -exponent) if "decimals" in said else Decimal(f"{number:.3e}")
    assert trace["z1"].item() == float(cut)


# fmt: off
SIGNIFICANT = [(3.3331666, 3.0, 9.999), (3.33316667, 3.0, 10.0), (0.1, 0.0, 0.0), (1e-9, 1.2345e-9, 1.234e-18)]
# fmt: on


@pytest.mark.parametrize(("w", "x", "expected"), SIGNIFICANT)
def test_significant_digits_are_counted_from_the_first(w: float, x: float, expected: float) -> None:
    """9.9995 rounds to 10.00; zero stays zero; a tiny number keeps its digits."""
    assert weight(w, x, rounding={"significant": 4})["z1"].item() == expected


def test_the_rest_of_a_division_is_not_cut_off() -> None:
    """2·1.7/3·0.75 is 0.85, though 2·1.7/3 has no last digit: cut off it is 0.850, and not 0.849."""
    scenario = backtrace.scenario(
        weights=[[[0.6], [0.6], [0.6]]], x=[1.0], y=[-1.2, -1.2, -1.2], activation="tanh", loss="mse",
        learning_rate=0.1,
        rounding={"mode": "truncate", "forward": {"decimals": 1}, "backward": {"decimals": 3}},
    )  # fmt: skip
    trace = run(scenario)
    assert trace["a1"].tolist() == [0.5] * 3
    assert trace["dL_dz1"].tolist() == [0.85] * 3


def digits_of(value: float) -> tuple[int, int]:
    """How many decimals and how many significant digits the number needs."""
    number = Decimal(repr(value)).normalize()
    _, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    return max(0, -exponent), len(digits)


@settings(max_examples=60)
@given(scenarios(), said_places, st.dictionaries(st.sampled_from(ROUNDED_PHASES), said_places), modes)
def test_no_told_value_has_more_digits_than_asked_for(
    arguments: dict[str, Any], general: dict[str, int], phases: dict[str, dict[str, int]], mode: str
) -> None:
    """Each line is rounded to the places of its phase, or to the general ones; without either it is not."""
    without_general = bool(phases) and len(phases) % 2 == 0
    rounding = {"mode": mode, **phases, **({} if without_general else general)}
    try:
        trace = run(backtrace.scenario(**arguments, rounding=rounding))
    except OutOfRangeError:
        return
    for step in trace:
        equation = step.equation
        asked = phases.get(equation.phase, {} if without_general else general)
        if equation.told != "always" or not asked:
            continue
        for value in np.ravel(step.value):
            decimals, significant = digits_of(float(value))
            assert decimals <= asked.get("decimals", decimals), equation.id
            assert significant <= asked.get("significant", significant), equation.id


@settings(max_examples=60)
@given(scenarios(smooth=True))
def test_with_fifteen_digits_nothing_is_lost(arguments: dict[str, Any]) -> None:
    """Rounded to 15 significant digits, a training is that of doubles."""
    floats = run(backtrace.scenario(**arguments))
    for step, other in zip(run(floats.scenario.with_(rounding={"significant": 15})), floats, strict=True):
        np.testing.assert_allclose(step.value, other.value, rtol=1e-12, atol=1e-12, err_msg=step.equation.id)


@settings(max_examples=40)
@given(scenarios(), said_places)
def test_the_unrounded_trace_is_a_run_without_rounding(arguments: dict[str, Any], said: dict[str, int]) -> None:
    """What is kept beside the rounded values are those of the same scenario without rounding, to the last bit."""
    scenario = backtrace.scenario(**arguments, rounding=said)
    try:
        unrounded = run(scenario).unrounded
    except OutOfRangeError:
        return
    other = run(backtrace.scenario(**arguments))
    assert unrounded.scenario.document == other.scenario.document
    for step, expected in zip(unrounded, other, strict=True):
        assert np.asarray(step.value).tobytes() == np.asarray(expected.value).tobytes()


def test_nothing_is_rounded_where_nothing_is_asked_for() -> None:
    """A trace without rounding is its own unrounded one."""
    trace = run(lecture())
    assert trace.unrounded is trace


def test_the_unrounded_training_may_leave_the_range() -> None:
    """Where only the training without rounding leaves the range, the error says so."""
    trace = weight(0.001, 0.001, learning_rate=1e300, epochs=3, rounding={"decimals": 3})
    assert trace.losses.tolist() == [0.0] * 4
    with pytest.raises(OutOfRangeError, match=r"left the range of double precision without rounding in update 2"):
        _ = trace.unrounded


def test_an_interrupted_training_is_compared_with_as_much() -> None:
    """A training that is ended early is compared with one without rounding that ends with the same update."""
    scenario = lecture(epochs=50, rounding={"decimals": 3})
    done = iter([False, False, True])
    trace = run(scenario, is_over=lambda: next(done))
    assert (trace.updates, trace.unrounded.updates) == (3, 3)


def test_a_condition_ends_each_training_by_itself() -> None:
    """With `until` the rounded losses end the rounded training, and the unrounded ones the other."""
    trace = run(lecture(epochs=50, until={"loss": 0.4072}, rounding={"decimals": 2}))
    other = run(lecture(epochs=50, until={"loss": 0.4072}))
    assert trace.updates != other.updates
    assert trace.unrounded.updates == other.updates
