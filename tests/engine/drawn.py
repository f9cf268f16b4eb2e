"""Small scenarios for hypothesis to draw, and what may be said of rounding."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import LOSSES, Loss
from backtrace.network.optimizers import OPTIMIZERS


@st.composite
def scenarios(draw: st.DrawFn, smooth: bool = False) -> dict[str, Any]:
    """The arguments of a small scenario of moderate numbers, of any activation, loss, optimizer and batch.

    A `smooth` one has no kink, and no optimizer that divides by the size of a gradient: there the smallest rounding may
    decide which way a number goes.
    """
    n, m, k = (draw(st.integers(1, 3)) for _ in range(3))
    samples = draw(st.integers(1, 3))
    numbers = st.floats(-2, 2).map(lambda x: round(x, 2))

    def usable(row: Activation | Loss) -> bool:
        return row.elementwise and not (smooth and row.convention)

    def matrix(rows: int, columns: int) -> list[list[float]]:
        return [[draw(numbers) for _ in range(columns)] for _ in range(rows)]

    return {
        "weights": [matrix(m, n), matrix(k, m)],
        "biases": [[draw(numbers) for _ in range(m)], draw(st.sampled_from([None, [0.1] * k]))],
        "activation": [draw(st.sampled_from([name for name, row in ACTIVATIONS.items() if usable(row)])),
                       draw(st.sampled_from(["identity", "sigmoid", "tanh"]))],
        "x": matrix(samples, n),
        "y": matrix(samples, k),
        "loss": draw(st.sampled_from([name for name, row in LOSSES.items() if row.targets == "any" and usable(row)])),
        "optimizer": draw(st.sampled_from(["sgd", "momentum", "nesterov"] if smooth else list(OPTIMIZERS))),
        "learning_rate": draw(st.sampled_from([0.01, 0.3])),
        "l2": draw(st.sampled_from([0, 0.01])),
        "batch_size": draw(st.integers(1, samples)),
        "epochs": draw(st.integers(1, 2)),
    }  # fmt: skip


said_places = st.one_of(
    st.integers(0, 9).map(lambda n: {"decimals": n}), st.integers(1, 9).map(lambda n: {"significant": n})
)
modes = st.sampled_from(["half-even", "half-up", "truncate"])
