"""Whatever the reader accepts can be run, told, printed and exported, or stops with a name and exit code 3."""

from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import backtrace
from backtrace.formats.console import ConsolePrinter
from backtrace.formats.json import write_json
from backtrace.formats.plain import print_plain
from backtrace.formats.read import trace_from_text
from backtrace.lesson.telling import Telling
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from tests.calculator import Unreadable, closes

MODERATE = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-2, 2).map(lambda x: round(x, 2)),
    st.floats(-1e6, 1e6, allow_subnormal=False),
)
EXTREME = st.one_of(MODERATE, st.sampled_from([1e-12, 1e300, -1e300, 5e-324]))
HIDDEN = [name for name, row in ACTIVATIONS.items() if row.elementwise]


@st.composite
def scenarios(draw: st.DrawFn, numbers: st.SearchStrategy[float]) -> backtrace.Scenario:
    """A small scenario of any shape with such numbers."""
    units = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    column = draw(st.booleans())
    loss = draw(st.sampled_from(list(LOSSES)))
    samples = draw(st.integers(1, 3))

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[draw(numbers) for _ in range(columns)] for _ in range(rows)]

    pairs = list(pairwise(units))
    targets = LOSSES[loss].targets
    distribution = [1.0] + [0.0] * (units[-1] - 1)
    choices = {"any": numbers, "zero to one": st.sampled_from([0.0, 1.0, 0.3]), "distribution": numbers}
    y = [
        distribution if targets == "distribution" else [draw(choices[targets]) for _ in range(units[-1])]
        for _ in range(samples)
    ]
    return backtrace.scenario(
        weights=[matrix(m, n) if column else matrix(n, m) for n, m in pairs],
        biases=[draw(st.one_of(st.none(), st.lists(numbers, min_size=m, max_size=m))) for _, m in pairs],
        activation=[draw(st.sampled_from(HIDDEN)) for _ in pairs[1:]] + [draw(st.sampled_from(list(ACTIVATIONS)))],
        x=matrix(samples, units[0]),
        y=y,
        loss={"name": loss, "batch": draw(st.sampled_from(["mean", "sum"]))},
        learning_rate=draw(st.sampled_from([0.0, 0.1, 0.7, 1e10])),
        epochs=draw(st.integers(1, 2)),
        batch_size=draw(st.integers(1, samples)),
        orientation="column" if column else "row",
        decimals=draw(st.integers(1, 12)),
    )


def assert_says_where(error: backtrace.OutOfRangeError) -> None:
    assert error.exit_code == 3
    assert error.quantity in str(error)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(EXTREME), st.booleans(), st.sampled_from(["text", "ascii"]))
def test_what_is_accepted_can_be_run_told_and_exported(scenario, detail, language):
    """Run, told in every format and exported, or OutOfRangeError with exit code 3 and the equation's id."""
    try:
        trace = backtrace.run(scenario)
    except backtrace.OutOfRangeError as error:
        assert_says_where(error)
        return
    lesson = backtrace.tell(trace, Telling(detail=detail))
    ConsolePrinter(Console(file=io.StringIO(), width=80), language).print(lesson)
    print_plain(lesson, io.StringIO())
    stream = io.StringIO()
    write_json(trace, stream)
    again = io.StringIO()
    write_json(trace_from_text(stream.getvalue().encode(), "trace"), again)
    assert again.getvalue() == stream.getvalue()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(MODERATE))
def test_every_line_of_any_scenario_closes(scenario):
    """The numbers put in give the value printed, whatever numbers of moderate size they are."""
    try:
        trace = backtrace.run(scenario)
    except backtrace.OutOfRangeError:
        return
    for line in backtrace.tell(trace).lines():
        for derivation in line.derivations:
            value = derivation.forms[-1].linear("text")
            for form in derivation.forms:
                if form.name in ("numbers", "factors"):
                    assert closes_or_has_no_logarithm(form.linear("text"), value), str(derivation)


def closes_or_has_no_logarithm(text: str, value: str) -> bool:
    """A term with target 0 vanishes also where its logarithm, of a prediction below 0, is refused by a calculator."""
    try:
        return closes(text, value)
    except Unreadable:
        return "ln(" in text
