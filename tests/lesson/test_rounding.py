"""A rounded training told: every line gives what a hand gives that rounds, and the unrounded number stands beside."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrace
from backtrace.engine.trace import Trace, run
from backtrace.lesson.blocks import Block, Derivation, Heading, Lesson, Prose, Table
from backtrace.lesson.numbers import ALL_DIGITS, Shown, put_in, rounded_to
from backtrace.lesson.outcome import losses, outcome, samples_beside
from backtrace.lesson.proofs import tell_closed_forms, tell_verification
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.telling import Telling, View
from backtrace.proof.closed import closed_forms
from backtrace.proof.verify import drawn, verify
from backtrace.scenario import load, path_of
from backtrace.scenario.rounding import ROUNDED_PHASES
from backtrace.scenario.scenario import Places
from tests.calculator import Value, calculate
from tests.engine.drawn import modes, said_places, scenarios
from tests.lesson.printed import lines_of, wrong
from tests.lesson.test_sentences import said

SMALLEST = Decimal("1e-300")  # e^x saturates beyond this in every arithmetic of the engine
MODES = {"half-even": ROUND_HALF_EVEN, "half-up": ROUND_HALF_UP, "truncate": ROUND_DOWN}


@cache
def bundled(name: str, **rounding: Any) -> Trace:
    """The trace of a bundled scenario, rounded otherwise than it says where that is given."""
    scenario = load(path_of(name))
    return run(scenario.with_(rounding=rounding) if rounding else scenario)


def text(number: Shown) -> str:
    (piece,) = number.written("text").pieces
    return str(piece)


# fmt: off
SHOWN = [
    (0.02,               {"decimals": 3},      "0.020",              "0.02"),
    (0.0,                {"decimals": 3},      "0.000",              "0"),
    (-0.0,               {"decimals": 0},      "0",                  "0"),
    (-3.0,               {"decimals": 0},      "−3",                 "−3"),
    (10.0,               {"significant": 4},   "10.00",              "10"),
    (0.0,                {"significant": 4},   "0",                  "0"),
    (12350.0,            {"significant": 4},   "12350",              "12350"),
    (12350000.0,         {"significant": 4},   "1.235·10⁷",          "1.235·10⁷"),
    (1.2e-05,            {"significant": 4},   "0.00001200",         "0.000012"),
    (1.2e-06,            {"significant": 4},   "1.200·10⁻⁶",         "1.2·10⁻⁶"),
    (2e-12,              {"decimals": 12},     "0.000000000002",     "2·10⁻¹²"),
    (12345678.25,        {"decimals": 3},      "12345678.250",       "1.234567825·10⁷"),
    (1e15,               {"decimals": 3},      "1·10¹⁵",             "1·10¹⁵"),
    (1.25e30,            {"decimals": 12},     "1.25·10³⁰",          "1.25·10³⁰"),
    (0.1219326311370211, {"significant": 15},  "0.121932631137021",  "0.1219326311370211"),
    (12345.123456789011, {"decimals": 12},     "12345.1234567890",   "12345.123456789011"),
]
# fmt: on


@pytest.mark.parametrize(("value", "places", "result", "operand"), SHOWN)
def test_a_rounded_number_has_its_digits(value: float, places: dict[str, int], result: str, operand: str) -> None:
    """A result has the digits it was rounded to, as far as a double holds them; an operand all that it has."""
    assert text(rounded_to(value, Places(**places))) == result
    assert text(put_in(value, ALL_DIGITS, 3)) == operand


def by_hand(value: Decimal, places: Places, mode: str) -> Decimal:
    """The number rounded as the mode says; what 50 digits of a calculator leave of a division is not cut off."""
    value = Context(prec=40).plus(value)
    if places.decimals is not None:
        return value.quantize(Decimal(10) ** -places.decimals, MODES[mode], Context(prec=80))
    assert places.significant is not None
    return Context(prec=places.significant, rounding=MODES[mode]).plus(value)


def same(expected: Decimal, result: Decimal) -> bool:
    """Whether two numbers are the same to the 15 digits that a double holds and the lesson shows."""
    return abs(expected - result) <= max(SMALLEST, Decimal("5e-15") * abs(expected))


def flat(value: Value) -> list[Decimal]:
    return [entry for row in value for entry in row] if isinstance(value, list) else [value]


def derivations(trace: Trace, *views: View, detail: bool = False) -> Iterator[tuple[Derivation, Places | None]]:
    """What is told of a trace, and how far each was rounded."""
    rounding, samples = trace.scenario.rounding, tuple(range(1, len(trace.scenario.x) + 1))
    for view in views:
        for line in tell(trace, Telling(view=view, detail=detail, samples=samples)).lines():
            equation = trace.plan.equation(line.id)
            assert equation is not None
            is_rounded = rounding is not None and equation.told == "always"
            for derivation in line.derivations:
                yield derivation, rounding.places(equation.phase) if rounding and is_rounded else None


def refuted(trace: Trace, *views: View, detail: bool = False) -> list[str]:
    """The lines whose printed numbers a hand would not round to their printed result."""
    assert trace.scenario.rounding is not None
    mode, found = trace.scenario.rounding.mode, []
    for derivation, places in derivations(trace, *views, detail=detail):
        if places is None:
            found += wrong(set(lines_of(derivation)))
            continue
        forms = {form.name: form for form in derivation.forms}
        if "numbers" not in forms or "…" in forms["numbers"].linear("text"):
            continue  # nothing is worked, or a long sum of which the middle is left out
        worked, result = (calculate(forms[name].linear("text")) for name in ("numbers", "value"))
        expected = [by_hand(value, places, mode) for value in flat(worked)]
        nothing_left = all(abs(a - b) <= max(SMALLEST, abs(a) * Decimal("1e-29"))
                           for a, b in zip(flat(worked), flat(result), strict=True))  # fmt: skip
        says_so = forms["value"].relation == "equals"
        if nothing_left != says_so or not all(map(same, expected, flat(result))):
            found.append(str(derivation))
    return found


# fmt: off
ROUNDINGS: list[dict[str, Any]] = [
    {"decimals": 3}, {"decimals": 3, "mode": "half-up"}, {"decimals": 2, "mode": "truncate"},
    {"significant": 4}, {"significant": 2, "mode": "half-up"}, {"significant": 12},
    {"decimals": 3, "loss": {"significant": 2}, "backward": {"decimals": 5}},
    {"forward": {"decimals": 2}, "update": {"significant": 3}, "mode": "truncate"},
]
# fmt: on


@pytest.mark.parametrize("rounding", ROUNDINGS, ids=str)
@pytest.mark.parametrize("name", ["lecture", "mazur", "online-vs-batch", "dead-relu"])
def test_every_line_gives_what_a_hand_rounds(name: str, rounding: dict[str, Any]) -> None:
    """In each mode the printed operands, worked and rounded in that way, are the printed result."""
    trace = bundled(name).scenario.with_(epochs=2, rounding=rounding)
    assert refuted(run(trace), "both", "matrix") == []


def test_every_line_gives_it_with_detail_too() -> None:
    """What is folded into the lines is told in detail, and is not rounded by itself."""
    assert refuted(bundled("mazur-three-decimals"), "both", detail=True) == []


def test_a_wrong_rounding_is_noticed() -> None:
    """Half up differs from half to even somewhere in Mazur's example: the check tells the two apart."""
    trace = bundled("mazur-three-decimals")
    other = object.__new__(Trace)
    vars(other).update(vars(trace) | {"scenario": trace.scenario.with_(rounding={"decimals": 3, "mode": "half-up"})})
    assert refuted(trace, "both") == []
    assert any(line.endswith("+ 0.35 ≈ 0.392") for line in refuted(other, "both"))


@settings(max_examples=25)
@given(scenarios(), said_places, st.dictionaries(st.sampled_from(ROUNDED_PHASES), said_places), modes)
def test_every_line_of_any_scenario_gives_what_a_hand_rounds(
    arguments: dict[str, Any], general: dict[str, int], phases: dict[str, dict[str, int]], mode: str
) -> None:
    """Whatever the activation, the loss, the optimizer and the places."""
    scenario = backtrace.scenario(**arguments, rounding={"mode": mode, **phases, **general})
    try:
        trace = run(scenario)
        assert refuted(trace, "both") == []
    except backtrace.OutOfRangeError:
        return


def test_the_unrounded_number_stands_beside() -> None:
    """Beside each rounded value stands what it is without any rounding, not what it was before its own."""
    (error,) = tell_one(bundled("lecture", decimals=3), "dL_dz2").derivations
    assert error.beside == "unrounded"
    assert error.kept is not None
    assert error.kept.linear("text") == "0.28922"
    (loss,) = tell_one(bundled("lecture", decimals=3), "L").derivations
    assert str(loss).endswith("(0 − 0.725)² ≈ 0.526")
    assert loss.kept is not None
    assert loss.kept.linear("text") == "0.52493"


def test_beside_more_digits_stand_more_digits() -> None:
    """The number beside has more digits than the rounding leaves, however few decimals are displayed."""
    (line,) = tell_one(bundled("lecture", significant=8), "dL_dz2").derivations
    assert str(line).endswith("≈ 0.28921552")
    assert line.kept is not None
    assert line.kept.linear("text") == "0.2892155201"


def test_a_phase_that_is_not_rounded_is_told_as_ever() -> None:
    """Its lines show the decimals of the display and keep the rest."""
    (loss,) = tell_one(run(bundled("lecture").scenario.with_(rounding={"forward": {"decimals": 2}})), "L").derivations
    assert loss.beside == "kept"
    assert str(loss).endswith("(0 − 0.73)² ≈ 0.533")


def prose(blocks: Lesson | list[Block]) -> list[str]:
    return [said(block.sentence) for block in blocks if isinstance(block, Prose)]


# fmt: off
SAID = [
    ({"decimals": 1},                                            "rounded to 1 decimal before"),
    ({"significant": 4, "mode": "half-up"},                      "rounded to 4 significant digits before it is used "
                                                                 "again (a half goes up, away from 0)"),
    ({"decimals": 3, "update": {"significant": 1}, "mode": "truncate"},
     "rounded to 3 decimals, to 1 significant digit in the phase update before it is used again (the rest is cut off)"),
]
# fmt: on


@pytest.mark.parametrize(("rounding", "sentence"), SAID)
def test_the_lesson_says_how_it_rounds(rounding: dict[str, Any], sentence: str) -> None:
    """What is given says how far each phase is rounded, and what becomes of a half."""
    assert any(sentence in each for each in prose(tell(run(bundled("lecture").scenario.with_(rounding=rounding)))))


def cells(table: Table) -> list[list[str]]:
    return [[said(cell) for cell in row] for row in table.rows]


def after_heading(trace: Trace, title: str) -> list[Block]:
    blocks = list(outcome(trace))
    headings = [block.text if isinstance(block, Heading) else "" for block in blocks]
    return blocks[headings.index(title) + 1 :] if title in headings else []


def test_mazur_at_three_decimals_does_not_move_its_first_layer() -> None:
    """∂E/∂w₁ is 0; the lesson ends with how far the rounded training has gone from the other, and what did not move."""
    trace = bundled("mazur-three-decimals")
    assert str(trace.tell("dL_dW1[1,1]")).endswith("0.009·0.05 ≈ 0.000")
    assert trace.parameters["W1"].tolist() == trace.scenario.layers[0].weights.tolist()
    table, *rest = after_heading(trace, "What rounding did")
    assert isinstance(table, Table)
    assert cells(table) == [
        ["Eₜₒₜₐₗ", "0.291", "0.29103", "−2.78·10⁻⁵"],
        ["w₄ (furthest of its kind)", "0.300", "0.29950", "4.98·10⁻⁴"],
        ["w₇ (furthest of its kind)", "0.512", "0.51130", "6.99·10⁻⁴"],
    ]
    assert prose(rest) == ["4 of 8 trained weights and biases did not move: what was to be subtracted from them was "
                           "rounded away."]  # fmt: skip


def test_where_everything_moves_nothing_is_said_of_it() -> None:
    """The lecture at three decimals: every weight and bias moves."""
    table, *rest = after_heading(bundled("lecture", decimals=3), "What rounding did")
    assert isinstance(table, Table)
    assert [row[1:3] for row in cells(table)][:2] == [["0.407", "0.40664"], ["0.590", "0.59071"]]
    assert prose(rest) == []


def test_without_rounding_there_is_no_such_heading() -> None:
    """An ordinary lesson says nothing of rounding."""
    assert after_heading(bundled("lecture"), "What rounding did") == []


def test_a_training_that_ends_elsewhere_without_rounding_says_so() -> None:
    """With `until` the two trainings may have different lengths."""
    scenario = bundled("lecture").scenario.with_(epochs=50, until={"loss": 0.4072}, rounding={"decimals": 2})
    trace = run(scenario)
    sentence = f"Without rounding the training ends after update {trace.unrounded.updates}."
    assert sentence in prose(after_heading(trace, "What rounding did"))


def test_tables_have_the_rounded_digits() -> None:
    """The outcome, the losses and the samples of a batch are shown with the digits that they were rounded to."""
    trace = run(bundled("lecture").scenario.with_(rounding={"significant": 5}))
    found = next(block for block in outcome(trace) if isinstance(block, Table))
    assert cells(found) == [
        ["ŷ", "0.72452", "→", "0.63768", "target 0"],
        ["L", "0.52493", "→", "0.40664", "change −0.11829"],
    ]
    batch = run(bundled("xor").scenario.with_(epochs=2, rounding={"significant": 4}))
    (table,) = (block for block in losses(batch) if isinstance(block, Table))
    assert [row[2] for row in cells(table)] == [text(rounded_to(float(x), Places(significant=4))) for x in batch.losses]
    (table,) = (block for block in samples_beside(batch, 1) if isinstance(block, Table))
    assert cells(table)[0][:5] == ["1", "[0 0]", "0", *(
        text(rounded_to(batch.value(name, 1, 1).item(), Places(significant=4))) for name in ("a2", "L")
    )]  # fmt: skip


def test_large_layers_are_told() -> None:
    """Matrices of which the middle is left out are shown with the decimals of the display."""
    row = [round(0.1 * n, 1) for n in range(9)]
    scenario = backtrace.scenario(
        weights=[[row] * 9], x=row, y=[0.5] * 9, learning_rate=0.1, rounding={"significant": 5}
    )
    assert any("≈" in str(line) for line in tell(run(scenario)).lines())


def test_verify_checks_the_unrounded_gradients_and_says_so() -> None:
    """A rounded gradient is off by what was rounded: the others are checked, and the first sentence says it."""
    trace = bundled("mazur-three-decimals")
    verification = verify(trace)
    assert verification.passed
    assert verification.checks[0].gradient == trace.unrounded["dL_dW1"][0, 0] != trace["dL_dW1"][0, 0]
    sentence = "The scenario rounds its results; checked are the gradients without rounding"
    assert prose(tell_verification(trace, verification))[0].startswith(sentence)
    assert prose(list(tell_closed_forms(trace, closed_forms(trace, drawn(trace)[:1]), 1)))[1].startswith(sentence)
    plain = bundled("lecture")
    assert not any("without rounding" in each for each in prose(tell_verification(plain, verify(plain))))
