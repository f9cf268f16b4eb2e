"""The best-known worked example on the web: its figures are reproduced, and where it is wrong, why."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.scenario import load, path_of
from tests.published.figures import Figure, figures

FIGURES = figures("mazur")
RIGHT = [figure for figure in FIGURES if not figure.mistake]
UPDATES = 10_000


@cache
def trace(trained_biases: bool) -> Trace:
    """The bundled scenario; the post updates no biases."""
    scenario = load(path_of("mazur"))
    return run(scenario.with_(train=True) if trained_biases else scenario.with_(epochs=UPDATES))


def found(figure: Figure) -> float:
    """What the trace has for the figure."""
    return float(trace(figure.trained_biases).value(figure.id, figure.update))


def with_mistake(name: str) -> dict[str, Figure]:
    """The figures with the mistake, by id and update."""
    return {f"{figure.id}@{figure.update}": figure for figure in FIGURES if figure.mistake == name}


@pytest.mark.parametrize("figure", FIGURES, ids=str)
def test_the_honest_figure_is_reproduced(figure: Figure) -> None:
    """Whatever the post prints, the trace has the honest value to 12 decimals, after 10,000 updates too."""
    assert found(figure) == pytest.approx(figure.honest, abs=1e-12, rel=0)


@pytest.mark.parametrize("figure", RIGHT, ids=str)
def test_a_right_figure_is_reproduced_to_its_digits(figure: Figure) -> None:
    """Rounded to the digits that the post prints, the trace has the figure of the post."""
    assert figure.is_printed_of(found(figure))


def test_most_figures_are_right() -> None:
    """29 of the 35 figures are right; each of the others has a named mistake and is not what the trace has."""
    assert (len(RIGHT), len(FIGURES)) == (29, 35)
    for figure in FIGURES:
        if figure.mistake:
            assert not figure.is_printed_of(found(figure))


def hidden_gradient_with_updated_weights(rounds: int) -> tuple[np.ndarray, float]:
    """The outputs and the error as the post's first script had them: it updates the output weights too early."""
    x, y = np.array([0.05, 0.1]), np.array([0.01, 0.99])
    W, V = np.array([[0.15, 0.2], [0.25, 0.3]]), np.array([[0.4, 0.45], [0.5, 0.55]])

    def forward() -> tuple[np.ndarray, np.ndarray]:
        h = 1 / (1 + np.exp(-(W @ x + 0.35)))
        return h, 1 / (1 + np.exp(-(V @ h + 0.6)))

    for _ in range(rounds):
        h, out = forward()
        delta = (out - y) * out * (1 - out)
        V = V - 0.5 * np.outer(delta, h)
        W = W - 0.5 * np.outer(V.T @ delta * h * (1 - h), x)
    out = forward()[1]
    return out, float(0.5 * ((y - out) ** 2).sum())


def test_mistake_hidden_gradient_with_updated_weights() -> None:
    """The errors and outputs after the updates are, digit by digit, those of hidden gradients worked too late."""
    wrong = with_mistake("hidden gradient with updated weights")
    _, error = hidden_gradient_with_updated_weights(1)
    outputs, last_error = hidden_gradient_with_updated_weights(UPDATES)
    values = {"L@2": error, "a2[1]@10001": outputs[0], "a2[2]@10001": outputs[1], "L@10001": last_error}
    assert wrong.keys() == values.keys()
    assert all(figure.is_printed_of(values[key]) for key, figure in wrong.items())


def test_mistake_typo() -> None:
    """The last error of a later revision is that of the first one with a digit too many."""
    (typo,) = with_mistake("typo").values()
    before = with_mistake("hidden gradient with updated weights")["L@10001"].printed
    assert any(typo.printed[:i] + typo.printed[i + 1 :] == before for i in range(len(typo.printed)))


def test_mistake_rounding_carried() -> None:
    """One figure is off by one in its last digit."""
    (figure,) = with_mistake("rounding carried").values()
    assert abs(float(figure.printed) - figure.honest) < 1e-9
