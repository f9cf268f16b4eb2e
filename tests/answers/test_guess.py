"""Guesses judged: right to the digits given, rounded on the way, or wrong with the reason, in a teacher's words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrace.answers.asked import Asked
from backtrace.answers.guess import Verdict, judged
from backtrace.engine.trace import Trace, run
from backtrace.errors import OutOfRangeError
from backtrace.formula.calculus import opened
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.mathematics import Formula, Operands
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Stop, Walk
from backtrace.scenario import load, names, path_of
from tests.calculator import calculate
from tests.engine.scenarios import random_scenario

Place = tuple[Stop, tuple[int, ...]]


@cache
def bundled(name: str, decimals: int = 0) -> Trace:
    """The trace of a bundled scenario, shown with its own decimals or with so many."""
    trace = run(load(path_of(name)))
    return trace.with_(decimals=decimals) if decimals else trace


def guess(name: str, quantity: str, text: str, update: int = 1, sample: int | None = 1) -> Verdict:
    """The verdict on a guess at a quantity or entry, named by id, of a bundled scenario."""
    trace = bundled(name)
    var = trace.notation.find(quantity)
    equation = trace.plan.equation(var.name)
    assert equation is not None
    return judged(trace, equation, var.index or (), update, sample, text)


def told(trace: Trace, most: int = 12) -> Iterator[Place]:
    """Every told entry of the first and the last update that are kept, so many of each line."""
    walk = Walk(trace)
    for update in sorted({trace.kept[0], trace.updates}):
        first, lines = walk.first_of(update), len(walk.of_sample) * len(trace.schedule.samples(update))
        for number in range(first, first + lines + len(walk.of_update)):
            stop = walk.stop(number)
            assert stop.equation is not None
            yield from ((stop, index) for index in indices(stop.equation.target.shape)[:most])


def asked_at(trace: Trace, place: Place) -> Asked:
    """The entry at that place."""
    stop, index = place
    assert stop.equation is not None
    return Asked.of(trace, stop.equation, index, stop.update, stop.sample)


def judged_at(trace: Trace, place: Place, text: str) -> Verdict:
    """The verdict on a guess at that place."""
    stop, index = place
    assert stop.equation is not None
    return judged(trace, stop.equation, index, stop.update, stop.sample, text)


def printed(value: float, decimals: int) -> str:
    """The number with so many decimals, or as many more as show two digits of it."""
    if value == 0:
        return "0"
    texts = (f"{value:.{n}f}" for n in range(decimals, 400))
    return next(text for text in texts if len(text.lstrip("-0.").replace(".", "")) > 1)


# fmt: off
LECTURE = [
    ("dL_dz1[1]",     "0.0203",  "right",          "0.0203 ✓"),
    ("dL_dz1[1]",     "0.020",   "right",          "0.020 ✓ (to the digits given)"),
    ("dL_dz1[1]",     "0,020",   "right",          "0.020 ✓ (to the digits given)"),
    ("dL_dz1[1]",     "0.0204",  "rounded",        "0.0204: right method, rounded on the way (0.087·0.234 = 0.0204); "
                                                   "with all digits 0.0203"),
    ("dL_dz1[1]",     "−0.020",  "sign",           "−0.020: your size is right, the sign is not: "
                                                   "2(y − ŷ) for 2(ŷ − y)?"),
    ("dL_dz1[1]",     "0.087",   "factor",         "0.087: this is δʸ·v₁₁; the slope h₁(1 − h₁) is missing"),
    ("dL_dz1[1]",     "0.068",   "factor",         "0.068: this is δʸ·h₁(1 − h₁); the weight v₁₁ is missing"),
    ("dL_dz1[1]",     "0.0702",  "factor",         "0.0702: this is v₁₁·h₁(1 − h₁); the error δʸ is missing"),
    ("dL_dz1[1]",     "0.5",     "wrong",          "0.5: not this; it is far too large"),
    ("dL_dz1[1]",     "0.031",   "wrong",          "0.031: not this; it is too large"),
    ("dL_dz1[1]",     "0.0",     "too few digits", "0.0: too few digits to tell; give at least two, not counting "
                                                   "zeros in front"),
    ("dL_dz1[1]",     "0.00",    "wrong",          "0.00: not this; it is not zero"),
    ("dL_dz1[1]",     "0.02",    "too few digits", "0.02: too few digits to tell; give at least two, not counting "
                                                   "zeros in front"),
    ("dL_dz1[1]",     "0",       "too few digits", "0: too few digits to tell; give at least two, not counting "
                                                   "zeros in front"),
    ("dL_dz1[1]",     "0.203",   "factor",         "0.203: the digits are right, the decimal point is not"),
    ("dL_dz1[1]",     "0.0266",  "wrong",          "0.0266: this is δʰ₂, not δʰ₁"),
    ("dL_dz1[2]",     "−0.026",  "sign",           "−0.026: your size is right, the sign is not: "
                                                   "2(y − ŷ) for 2(ŷ − y)?"),
    ("dL_dz2[1]",     "-0.289",  "sign",           "−0.289: your size is right, the sign is not: "
                                                   "2(y − ŷ) for 2(ŷ − y)?"),
    ("dL_dz2[1]",     "0.1446",  "factor",         "0.1446: this is (ŷ − y)·ŷ(1 − ŷ); the factor 2 is missing"),
    ("dL_dz2[1]",     "1.449",   "factor",         "1.449: this is 2(ŷ − y); the slope ŷ(1 − ŷ) is missing"),
    ("dL_dz2[1]",     "0.578",   "factor",         "0.578: this is twice the value: is there a factor 2 too many?"),
    ("dL_dz2[1]",     "-0.45",   "wrong",          "−0.45: not this; its sign is not right, nor is its size"),
    ("dL_dW2[1,1]",   "-0.1814", "sign",           "−0.1814: your size is right, the sign is not: "
                                                   "2(y − ŷ) for 2(ŷ − y)?"),
    ("z1[1]",         "0.52",    "right",          "0.52 ✓"),
    ("z1[1]",         "13/25",   "right",          "13/25 ✓"),
    ("z1[1]",         "1/2",     "wrong",          "1/2: not this; it is too small"),
    ("z1[1]",         "0.5",     "too few digits", "0.5: too few digits to tell; give at least two, not counting "
                                                   "zeros in front"),
    ("z1[1]",         "0.42",    "term",           "0.42: this is w₁₁·x₁ + w₂₁·x₂; the term bʰ₁ is missing"),
    ("a1[1]",         "6.27e-1", "right",          "6.27·10⁻¹ ✓"),
    ("L",             "-0.725",  "factor",         "−0.725: this is y − ŷ; the power in (y − ŷ)² is missing"),
    ("L",             "0.526",   "rounded",        "0.526: right method, rounded on the way ((0 − 0.725)² = 0.526); "
                                                   "with all digits 0.525"),
    ("W1_next[1,1]",  "0.207",   "sign",           "0.207: a sign is not right: "
                                                   "w₁₁ + η·∂L/∂w₁₁ for w₁₁ − η·∂L/∂w₁₁?"),
    ("W1_next[1,1]",  "0.1899",  "factor",         "0.1899: this is w₁₁ − ∂L/∂w₁₁; the learning rate η is missing"),
    ("W1_next[1,1]",  "0.200",   "term",           "0.200: this is w₁₁; the term η·∂L/∂w₁₁ is missing"),
    ("dL_dz1[1]",     "tiny",    "not a number",   "'tiny' is not a number; expected a number such as 0.0203, -0,5, "
                                                   "1/3, 1.2e-3 or 2·10^-3"),
]
OTHERS = [
    ("mazur",              "dL_dz2[1]",   "0.138498562",   1, "right",  ""),
    ("mazur",              "dL_dz2[1]",   "-0.138498562",  1, "sign",   "difference reversed"),
    ("mazur",              "dL_dz2[1]",   "0.741365",      1, "factor", "factor left out"),
    ("mazur",              "dL_dz1[1]",   "-0.0087714",    1, "sign",   "difference reversed in an earlier line"),
    ("mazur",              "dL_dz1[1]",   "0.03635",       1, "factor", "factor left out"),
    ("mazur",              "dL_dz1[1]",   "0.013368",      1, "term",   "term left out"),
    ("mazur",              "W2_next[1,1]", "0.4411",       1, "sign",   "plus and minus exchanged"),
    ("mazur",              "L",           "0.5967",        1, "factor", "factor 2"),
    ("three-layer",        "dL_dz1[1]",   "-0.2107",       1, "factor", "factor left out"),
    ("three-layer",        "dL_dz1[1]",   "-0.166",        1, "right",  ""),
    ("three-layer",        "dL_dz1[1]",   "0.166",         1, "sign",   "minus sign lost in an earlier line"),
    ("three-layer",        "dL_dz3[1]",   "0.405",         1, "sign",   "minus sign lost in an earlier line"),
    ("three-layer",        "dL_dz3_short[1]", "0.405",     1, "sign",   "difference reversed"),
    ("three-layer",        "z1[1]",       "0.60",          1, "term",   "term left out"),
    ("softmax-regression", "dL_dz1_short[1]", "0.6667",    1, "sign",   "difference reversed"),
    ("softmax-regression", "dL_dz1[1]",   "-0.66667",      1, "right",  ""),
    ("softmax-regression", "dL_dz1[1]",   "-2/3",          1, "right",  ""),
    ("softmax-regression", "dJ_db1[1]",   "0",          None, "right",  ""),
    ("softmax-regression", "dJ_db1[1]",   "0.0012",     None, "wrong",  ""),
    ("mazur-three-decimals", "z1[1]",     "0.378",         1, "right",  ""),
    ("mazur-three-decimals", "z1[1]",     "0.3775",        1, "right",  ""),
]
# fmt: on


@pytest.mark.parametrize(("quantity", "text", "kind", "sentence"), LECTURE)
def test_guesses_at_the_lecture(quantity: str, text: str, kind: str, sentence: str) -> None:
    """What a guess at a line of the lecture is told."""
    verdict = guess("lecture", quantity, text)
    assert (verdict.kind, str(verdict)) == (kind, sentence)
    assert verdict.is_right is (kind in ("right", "rounded"))
    assert verdict.asks_again is (kind in ("too few digits", "not a number"))


@pytest.mark.parametrize(("name", "quantity", "text", "sample", "kind", "mistake"), OTHERS)
def test_guesses_at_other_scenarios(
    name: str, quantity: str, text: str, sample: int | None, kind: str, mistake: str
) -> None:
    """Sign errors, missing slopes and lost terms are found with other losses, activations, notations and batches."""
    verdict = guess(name, quantity, text, sample=sample)
    assert (verdict.kind, verdict.mistake) == (kind, mistake), str(verdict)


def test_a_line_that_is_rounded_here_is_right_without_it_too() -> None:
    """Where the example rounds every line, the number before rounding is right, and the sentence says so."""
    verdict = guess("mazur-three-decimals", "z1[1]", "0.3775")
    assert str(verdict) == "0.3775 ✓ (this example rounds it to 0.378 before it goes on)"


def test_in_detail_the_line_has_its_own_formula() -> None:
    """Told in detail, the error signal is a product of two quantities, and one of them is missing."""
    trace = bundled("lecture")
    equation = trace.plan.equation("dL_dz1")
    assert equation is not None
    verdict = judged(trace, equation, (1,), 1, 1, "0.0868", detail=True)
    assert str(verdict) == "0.0868: this is ∂L/∂h₁; the slope ∂h₁/∂z₁ is missing"


def test_the_sentence_is_written_in_every_language() -> None:
    """A verdict's mathematics is set by the format."""
    verdict = guess("lecture", "dL_dz1[1]", "−0.020")
    ascii_only = "".join(part if isinstance(part, str) else part.linear("ascii") for part in verdict.sentence)
    assert ascii_only == "-0.020: your size is right, the sign is not: 2*(y - y_hat) for 2*(y_hat - y)?"


@pytest.mark.parametrize("name", names())
def test_printed_values_are_right(name: str) -> None:
    """The printed value of every told entry of every bundled scenario, to two digits or more, is right."""
    trace = bundled(name)
    found = [(place, printed(float(asked_at(trace, place).value), trace.scenario.decimals)) for place in told(trace)]
    verdicts = [judged_at(trace, place, text) for place, text in found]
    assert [str(verdict) for verdict in verdicts if verdict.kind != "right"] == []


def worked_with_rounded_operands(trace: Trace, place: Place) -> str | None:
    """What a pocket calculator gives for the line from operands as printed, to three decimals; None for a bare name."""
    asked = asked_at(trace, place)
    body = opened(asked.formula)
    if isinstance(body, Var):
        return None
    text = Formula(body, Operands(asked.reads, 3, 3, asked.deriving.rows)).linear("text")
    value = calculate(text)
    assert not isinstance(value, list)
    return printed(float(value), 3)


@pytest.mark.parametrize("name", [name for name in names() if name != "mazur-three-decimals"])
def test_rounding_on_the_way_is_no_mistake(name: str) -> None:
    """A line worked with operands rounded to three decimals is right or rounded, unless its digits cancel."""
    trace = bundled(name, decimals=3)
    places = [(place, text) for place in told(trace) if (text := worked_with_rounded_operands(trace, place))]
    verdicts = [judged_at(trace, place, text) for place, text in places]
    assert [str(verdict) for verdict in verdicts if not (verdict.is_right or verdict.kind == "too few digits")] == []
    assert sum(verdict.is_right for verdict in verdicts) >= 0.98 * len(verdicts)


@pytest.mark.parametrize("name", names())
def test_a_doubled_value_is_not_right(name: str) -> None:
    """Twice the value is never right, nor excused by rounding, where the value is more than noise."""
    trace = bundled(name)
    places = [(place, asked_at(trace, place)) for place in told(trace, most=4)]
    doubled = [
        (place, printed(2 * float(each.value), 3)) for place, each in places if each.value and not each.true.meets(0, 0)
    ]
    assert [text for place, text in doubled if judged_at(trace, place, text).is_right] == []


@settings(max_examples=60)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_any_line_of_any_scenario_is_judged(seed: int, data: st.DataObject) -> None:
    """Whatever is guessed at whatever line, there is a verdict with a sentence; the printed value is right."""
    try:
        trace = run(random_scenario(seed))
    except OutOfRangeError:
        return
    walk = Walk(trace, Telling(detail=data.draw(st.booleans())))
    stop = walk.stop(data.draw(st.integers(1, len(walk))))
    assert stop.equation is not None
    index = data.draw(st.sampled_from(indices(stop.equation.target.shape)))
    asked = Asked.of(trace, stop.equation, index, stop.update, stop.sample, walk.telling.detail)
    value = float(asked.value)
    right = printed(value, trace.scenario.decimals)
    typed = data.draw(
        st.sampled_from([right, f"{-value:.3g}", f"{1.1 * value:.3g}", "0", "1/3", "12", "1e390", "-1e-390"])
    )
    args = (trace, stop.equation, index, stop.update, stop.sample)
    verdict = judged(*args, typed, detail=walk.telling.detail)
    assert str(verdict)
    assert judged(*args, right, detail=walk.telling.detail).kind == "right"
