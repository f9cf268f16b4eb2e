"""How far rounding carries a training: as far as other roundings carry it, and no further."""

from __future__ import annotations

import numpy as np
import pytest

from backtrace.engine.trace import run
from backtrace.errors import OutOfRangeError
from backtrace.proof.noise import MARGIN, Precision, reach, unit
from backtrace.scenario import load, path_of
from tests.proof.programs import trained
from tests.proof.test_compare import bundled, plain

PRECISIONS: list[Precision] = ["float64", "float32"]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("seed", range(4))
def test_it_is_as_far_as_another_program_goes(seed: int, precision: Precision) -> None:
    """The distance of a plain numpy program is within a third of what is allowed, and not a thousandth of it."""
    scenario = plain(seed, epochs=25)
    far, trace, worst = reach(scenario, precision), run(scenario), 0.0
    for name, values in trained(scenario, np.dtype(precision).type).items():
        known = trace.series(name)[: len(values)]
        distance = np.abs(values.astype(np.float64) - known).reshape(len(values), -1).max(axis=1)
        scale = np.abs(known).reshape(len(values), -1).max(axis=1)
        allowed = MARGIN * np.maximum(far[name][1 : len(values) + 1], unit(precision) * scale)
        worst = max(worst, float((distance / np.where(allowed > 0, allowed, 1)).max()))
    assert 1e-3 < worst < 1 / 3


def test_it_grows_with_the_updates_and_with_the_precision() -> None:
    """The distances are those of the precision, and never become smaller from update to update."""
    scenario = bundled("lecture", epochs=30)
    double, single = reach(scenario, "float64"), reach(scenario, "float32")
    ratio = single["W1_next"][30] / double["W1_next"][30]
    assert 0.1 < ratio / (unit("float32") / unit("float64")) < 10
    assert (np.diff(double["W1_next"]) >= 0).all()
    assert double["W1_next"][30] > double["W1_next"][1] > 0
    assert double["gain"][30] == 0 < double["gain"][31]


def test_where_differences_cancel_it_is_large_beside_the_value() -> None:
    """The change of the loss is a small difference of two losses: rounding leaves little of its digits."""
    scenario = bundled("lecture", learning_rate=1e-4)
    trace, far = run(scenario), reach(scenario, "float32")
    last = trace.updates + 1
    assert far["gain"][last] > 100 * unit("float32") * abs(trace.value("gain", last))


def test_hand_rounding_has_none() -> None:
    """Lines that are rounded as a hand does it hide the last place of a double."""
    assert reach(load(path_of("lecture")).with_(rounding={"decimals": 3}), "float64") == {}


def test_a_training_out_of_range_stops() -> None:
    """As in a run, the error names the equation."""
    scenario = bundled("lecture", activation="identity", learning_rate=1e200, epochs=9)
    with pytest.raises(OutOfRangeError):
        reach(scenario, "float64")
