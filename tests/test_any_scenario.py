"""Whatever the reader accepts can be run, told, verified and exported, or stops with a name and exit code 3."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

import backtrace
from backtrace.engine.trace import Trace
from backtrace.formats.console import ConsolePrinter
from backtrace.formats.json import dumps, write_json, write_jsonl
from backtrace.formats.plain import print_plain
from backtrace.formats.read import trace_from_text
from backtrace.lesson.telling import Telling
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.network.parameters import Parameter
from backtrace.network.schedules import SCHEDULES
from backtrace.proof.verify import verify
from backtrace.scenario import read_text
from tests.calculator import Unreadable, closes
from tests.engine.scenarios import fits

MODERATE = st.one_of(
    st.integers(-3, 3).map(float),
    st.floats(-2, 2).map(lambda x: round(x, 2)),
    st.floats(-1e6, 1e6, allow_subnormal=False),
)
EXTREME = st.one_of(MODERATE, st.sampled_from([1e-12, 1e300, -1e300, 5e-324]))
HIDDEN = [name for name, row in ACTIVATIONS.items() if row.elementwise]
Numbers = st.SearchStrategy[float]


@st.composite
def variants(draw: st.DrawFn, name: str, parameters: Mapping[str, Parameter], **fixed: Any) -> Any:
    """A variant by its name, with some of its parameters at any value that they may have, the extreme ones included."""
    found: dict[str, Any] = {}
    for key, parameter in parameters.items():
        if parameter.default is not None and draw(st.booleans()):
            continue
        tried = parameter.choices or (0, 1e-8, 0.3, 1, 2.5, 1e6, -0.5)
        found[key] = draw(st.sampled_from([value for value in tried if parameter.allows(value)]))
    return fixed | {"name": name} | found if found or fixed else name


@st.composite
def rates(draw: st.DrawFn) -> Any:
    """A learning rate that stays, or one that changes."""
    first = draw(st.sampled_from([0.0, 0.1, 0.7, 1e10]))
    name = draw(st.sampled_from(["", "list", *SCHEDULES]))
    if not name:
        return first
    per = {"per": draw(st.sampled_from(["update", "epoch"]))}
    if name == "list":
        return {"schedule": name, "values": [first, 0.1]} | per
    written = draw(variants(name, SCHEDULES[name].parameters, initial=first))
    return {key: value for key, value in written.items() if key != "name"} | {"schedule": name} | per


@st.composite
def trainings(draw: st.DrawFn, samples: int) -> dict[str, Any]:
    """Optimizer, learning rate, batches, penalty, when it ends and what is kept."""
    name = draw(st.sampled_from(list(OPTIMIZERS)))
    drawn: dict[str, Any] = {
        "optimizer": draw(variants(name, OPTIMIZERS[name].parameters)),
        "learning_rate": draw(rates()),
        "epochs": draw(st.integers(1, 3)),
        "l2": draw(st.sampled_from([0, 0, 0.1, 1e200])),
        "keep": {"updates": draw(st.sampled_from(["all", "all", "last", {"every": 2}])),
                 "per_sample_gradients": draw(st.booleans())},
        "until": draw(st.sampled_from([None, None, {"loss": 0.5}])),
    }  # fmt: skip
    if draw(st.booleans()):
        batch = st.lists(st.integers(1, samples), min_size=1, max_size=samples, unique=True)
        return drawn | {"order": draw(st.lists(batch, min_size=1, max_size=3))}
    return drawn | {"batch_size": draw(st.integers(1, samples)), "shuffle": draw(st.booleans()), "seed": 1}


@st.composite
def scenarios(draw: st.DrawFn, numbers: Numbers, layers: int = 3) -> backtrace.Scenario:
    """A small scenario of any shape and any variants with such numbers, of at most so many layers."""
    units = draw(st.lists(st.integers(1, 3), min_size=2, max_size=layers + 1))
    column = draw(st.booleans())
    loss = LOSSES[draw(st.sampled_from(list(LOSSES)))]
    samples = draw(st.integers(1, 3))

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[draw(numbers) for _ in range(columns)] for _ in range(rows)]

    pairs = list(pairwise(units))
    last = draw(st.sampled_from([name for name in ACTIVATIONS if fits(loss, name)]))
    names = [*(draw(st.sampled_from(HIDDEN)) for _ in pairs[1:]), last]
    distribution = [1.0] + [0.0] * (units[-1] - 1)
    choices = {"any": numbers, "zero to one": st.sampled_from([0.0, 1.0, 0.3]), "distribution": numbers}
    y = [
        distribution if loss.targets == "distribution" else [draw(choices[loss.targets]) for _ in range(units[-1])]
        for _ in range(samples)
    ]
    return backtrace.scenario(
        weights=[matrix(m, n) if column else matrix(n, m) for n, m in pairs],
        biases=[draw(st.one_of(st.none(), st.lists(numbers, min_size=m, max_size=m))) for _, m in pairs],
        activation=[draw(variants(name, ACTIVATIONS[name].parameters)) for name in names],
        x=matrix(samples, units[0]),
        y=y,
        loss=draw(variants(loss.name, loss.parameters, batch=draw(st.sampled_from(["mean", "sum"])))),
        orientation="column" if column else "row",
        decimals=draw(st.integers(1, 12)),
        **draw(trainings(samples)),
    )


def assert_says_where(error: backtrace.OutOfRangeError) -> None:
    assert error.exit_code == 3
    assert error.quantity in str(error)


def assert_exports_read_back(trace: Trace) -> None:
    """JSON and JSON Lines, read and written again, are the same text, and so is the document of the scenario."""
    assert read_text(dumps(trace.scenario.document), "again").document == trace.scenario.document
    whole, lines = io.StringIO(), io.StringIO()
    write_json(trace, whole)
    write_jsonl(trace.scenario, trace.worked(), lines, trace.losses.tolist())
    for stream in (whole, lines):
        again = io.StringIO()
        write_json(trace_from_text(stream.getvalue().encode(), "trace"), again)
        assert again.getvalue() == whole.getvalue()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
    assert_exports_read_back(trace)


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
                    assert closes_or_cannot_be_worked(form.linear("text"), value), str(derivation)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(EXTREME, layers=2))
def test_what_can_be_run_can_be_verified(scenario):
    """A few gradients of a kept update are held against both judges, whatever the numbers."""
    try:
        trace = backtrace.run(scenario)
    except backtrace.OutOfRangeError:
        return
    found = verify(trace, trace.kept[0], most=2)
    assert len(found.checks) == min(2, found.entries)
    assert {check.verdict for check in found.checks} <= {"agrees", "kink", "disagrees"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(st.sampled_from([-0.9, -0.6, -0.3, 0.2, 0.5, 0.8]), layers=2))
def test_what_has_sober_numbers_is_verified(scenario):
    """With numbers of ordinary size both judges agree with every gradient that is checked."""
    try:
        trace = backtrace.run(scenario)
    except backtrace.OutOfRangeError:
        return
    assert verify(trace, trace.kept[0], most=3).passed


def closes_or_cannot_be_worked(text: str, value: str) -> bool:
    """Whether a line closes, or is one that a calculator cannot work.

    It refuses a long sum of which only some terms are shown, and the logarithm of a term that vanishes: one with target
    0 vanishes also where its prediction is below 0. It has no digits for 1 beside 10³⁰ or 10⁻³⁰.
    """
    try:
        return closes(text, value) or any(int(n.translate(LOWERED)) >= 30 for n in RAISED.findall(text))
    except Unreadable:
        return "…" in text or "ln(" in text


RAISED, LOWERED = re.compile("10⁻?([⁰¹²³⁴⁵⁶⁷⁸⁹]+)"), str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
