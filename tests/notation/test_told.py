"""A scenario told in every notation: its lines close, and stand in the letters of the source."""

from __future__ import annotations

from functools import cache

import pytest

from backtrace.engine.trace import Trace, run
from backtrace.lesson.tell import tell, tell_one
from backtrace.lesson.telling import Telling
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import load, path_of, scenario
from tests.lesson.printed import printed, wrong


@cache
def traced(depth: int, loss: str) -> Trace:
    """A network with two neurons in each layer, and numbers that do not come out even."""
    weights = [[[0.31, -0.47], [0.62, 0.81]], [[0.37, 0.53], [-0.29, 0.44]], [[0.71, -0.13], [0.26, 0.35]]][:depth]
    return run(scenario(weights=weights, biases=[[0.11, -0.23]] * depth, x=[0.57, 0.83], y=[0, 1], loss=loss,
                        activation="sigmoid", learning_rate=0.7))  # fmt: skip


@pytest.mark.parametrize("loss", ["mse", "half_sse", "mae", "bce"])
@pytest.mark.parametrize("name", PROFILES)
def test_every_line_closes(name: str, loss: str) -> None:
    """Whichever way a difference is written, a pocket calculator agrees with every line."""
    trace = traced(PROFILES[name].layers or 3, loss).with_(notation=name)
    lines = {line for detail in (False, True) for line in printed(tell(trace, Telling(detail=detail)))}
    assert wrong(lines) == []
    assert len(lines) > len(trace.plan.equations)


@pytest.mark.parametrize("name", PROFILES)
def test_numbers_do_not_depend_on_the_notation(name: str) -> None:
    """A notation changes how quantities are spelt, and none of their values."""
    trace = traced(PROFILES[name].layers or 2, "mse")
    other = trace.with_(notation=name)
    assert [step.value.tolist() for step in other] == [step.value.tolist() for step in trace]


# fmt: off
LINES = [
    ("mazur", "net_h1",   "netₕ₁ = w₁·i₁ + w₂·i₂ + bₕ₁ = 0.15·0.05 + 0.2·0.1 + 0.35 ≈ 0.378"),
    ("mazur", "w5_next",  "w₅ ← w₅ − η·∂Eₜₒₜₐₗ/∂w₅ = 0.4 − 0.5·0.082 ≈ 0.359"),
    ("mazur", "delta_o1", "(−(targetₒ₁ − outₒ₁)) · outₒ₁(1 − outₒ₁)"),
    ("mazur", "E_total",  "½·(targetₒ₁ − outₒ₁)² + ½·(targetₒ₂ − outₒ₂)²"),
    ("bishop", "delta2",  "(y₁ − t₁) · y₁(1 − y₁)"),
    ("bishop", "E_n",     "½·(y₁ − t₁)² + ½·(y₂ − t₂)²"),
    ("lecture", "delta_y", "(ŷ₁ − y₁) · ŷ₁(1 − ŷ₁)"),
]
# fmt: on


@pytest.mark.parametrize(("notation", "name", "text"), LINES)
def test_mazurs_example(notation: str, name: str, text: str) -> None:
    """A line of the example in Mazur's, Bishop's and the lecture's symbols, asked for by a name of the notation."""
    trace = run(load(path_of("mazur"))).with_(notation=notation, decimals=3)
    assert text in str(tell_one(trace, name))
