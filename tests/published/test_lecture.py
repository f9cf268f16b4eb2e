"""The example of the lecture: the three mistakes behind the figures that are wrong."""

from __future__ import annotations

import numpy as np

from backtrace.engine.trace import run
from tests.published.figures import example

LECTURE = example("lecture")

x, y, eta = np.array([0.5, 0.8]), 0, 0.7
W, V = np.array([[0.2, 0.4], [0.6, 0.8]]), np.array([[0.3, 0.5]])


def printed(name: str) -> np.ndarray:
    """The figures of a quantity as the lecture prints them, as an array."""
    found = {figure.id: float(figure.printed) for figure in LECTURE.figures if figure.id.partition("[")[0] == name}
    return np.array(list(found.values())).reshape(LECTURE.trace().value(name).shape)


def assert_is_printed(name: str, values: np.ndarray, allowed: float = 0.00055) -> None:
    """Worked from figures of three decimals, the values are the ones printed."""
    np.testing.assert_allclose(values, printed(name), atol=allowed, rtol=0)


def test_the_forward_pass_is_right() -> None:
    """The figures of the forward pass are right; no later one is."""
    assert [figure.id for figure in LECTURE.right] == ["z1[1]", "z1[2]", "a1[1]", "a1[2]", "z2[1]", "a2[1]"]


def test_mistake_difference_reversed() -> None:
    """δ and the biases are what 2(y − ŷ) gives in place of 2(ŷ − y)."""
    prediction, h = printed("a2"), printed("a1")
    delta = 2 * (y - prediction) * prediction * (1 - prediction)
    assert_is_printed("dL_dz2", delta)
    assert_is_printed("dL_dz1", delta * V[0] * h * (1 - h), allowed=0.001)  # the lecture cuts 0.0265 off
    assert_is_printed("dL_db2", printed("dL_dz2"))
    assert_is_printed("dL_db1", printed("dL_dz1"))
    assert_is_printed("b2", 0.4 - eta * printed("dL_db2"))
    assert_is_printed("b1", [0.1, 0.2] - eta * printed("dL_db1"))


def test_mistake_outer_product_transposed() -> None:
    """∂L/∂W is what x times δʰ gives in place of δʰ times x, and the updated W follows it."""
    assert_is_printed("dL_dW1", np.outer(x, printed("dL_dz1")))
    assert_is_printed("W1", W - eta * printed("dL_dW1"))


def test_mistake_output_weights_updated_with_hidden_errors() -> None:
    """The updated V is what δʰ gives in place of ∂L/∂V."""
    assert_is_printed("W2", V - eta * printed("dL_dz1"))


def test_the_mistakes_are_those_of_the_tests() -> None:
    """Every wrong figure has one of the three mistakes that are proved here."""
    mistakes = {"difference reversed", "outer product transposed", "output weights updated with hidden errors"}
    assert set(LECTURE.mistakes) == mistakes


def test_the_honest_step_lowers_the_loss_and_the_printed_one_raises_it() -> None:
    """L falls from 0.525 to 0.407; with the parameters that the lecture prints it rises to 0.590."""
    after = LECTURE.scenario.with_(weights=[printed("W1"), printed("W2")], biases=[printed("b1"), printed("b2")])
    losses = [*LECTURE.trace().losses, run(after).value("L")]
    assert [f"{float(loss):.3f}" for loss in losses] == ["0.525", "0.407", "0.590"]
