"""The best-known worked example on the web: why some of its figures are wrong."""

from __future__ import annotations

import numpy as np

from backtrace.engine.trace import run
from backtrace.scenario import load, path_of
from tests.published.figures import example

MAZUR = example("mazur")
UPDATES = 10_000


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
    wrong = MAZUR.with_mistake("hidden gradient with updated weights")
    _, error = hidden_gradient_with_updated_weights(1)
    outputs, last_error = hidden_gradient_with_updated_weights(UPDATES)
    values = {"L@2": error, "a2[1]@10001": outputs[0], "a2[2]@10001": outputs[1], "L@10001": last_error}
    assert wrong.keys() == values.keys()
    assert all(figure.is_printed_of(values[key]) for key, figure in wrong.items())


def test_mistake_typo() -> None:
    """The last error of a later revision is that of the first one with a digit too many."""
    (typo,) = MAZUR.with_mistake("typo").values()
    before = MAZUR.with_mistake("hidden gradient with updated weights")["L@10001"].printed
    assert any(typo.printed[:i] + typo.printed[i + 1 :] == before for i in range(len(typo.printed)))


def test_mistake_rounding_carried() -> None:
    """One figure is off by one in its last digit."""
    (figure,) = MAZUR.with_mistake("rounding carried").values()
    assert abs(float(figure.printed) - figure.honest) < 1e-9


def test_with_three_decimals_the_first_layer_learns_nothing() -> None:
    """Rounded line by line, ∂E/∂w₁ is 0 and no weight of the first layer moves; those of the second do."""
    trace = run(load(path_of("mazur-three-decimals")))
    assert trace.value("dL_dW1").tolist() == [[0, 0.001], [0, 0.001]]
    assert trace.value("W1", 2).tolist() == trace.value("W1").tolist()
    assert trace.value("W2", 2).tolist() == [[0.359, 0.408], [0.512, 0.562]]
