"""The mistakes of the published figures: worked with its mistake, each wrong figure comes out as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import run
from tests.published.figures import EXAMPLES, example

Values = Mapping[str, float]
"""What comes out, by the keys of the figures."""

ELSEWHERE = ("lecture", "mazur")
"""Sources whose mistakes have a module of their own."""


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def cut(value: float, printed: str) -> float:
    """The value with the digits dropped that are not printed."""
    return float(Decimal(repr(value)).quantize(Decimal(printed), ROUND_DOWN))


def honest_cut(name: str) -> Values:
    """The honest values of the figures that were cut off, cut off."""
    return {key: cut(figure.honest, figure.printed) for key, figure in example(name).with_mistake("cut off").items()}


def adam_by_hand_rounded() -> Values:
    """The steps are cut to four digits; v₃ is added up from terms of five."""
    theta2 = 4.9 - 0.0999
    v3 = round(0.999 * 0.19594, 5) + round(0.001 * 9.6002**2, 5)
    return {"dL_dW1[1,1]@3": 2 * theta2, "W1[1,1]@4": theta2 - 0.0998, "v_W1_next[1,1]@3": v3}


def cs231n_rounded() -> Values:
    """The gradients are products of printed error signals of twelve digits."""
    h, x, sent_back = 2.28, (16, -6), -0.005683359796
    return {
        "dL_dW2[1,1]@1": h * 0.429052723714,
        "dL_dW2[1,2]@1": h * 0.221490524653,
        "dL_dW1[1,1]@1": x[0] * sent_back,
        "dL_dW1[2,1]@1": x[1] * sent_back,
    }


def han_kamber_rounded() -> Values:
    """Err₆ is worked from O₆ = 0.474; the second sample starts from the printed parameters and has a rounded Err₄."""
    W, V = np.array([[0.192, 0.4, -0.508], [-0.306, 0.1, 0.194]]), np.array([-0.261, -0.138])
    hidden = sigmoid(W @ [1, 1, 0] + [-0.408, 0.194])
    output = sigmoid(V @ hidden + 0.218)
    errors = hidden * (1 - hidden) * output * (1 - output) * (1 - output) * V
    return {"dL_dz2[1]@1": 0.474 * (1 - 0.474) * (1 - 0.474), "W1[1,2]@3": 0.4 + 0.9 * errors[0].round(4) * 1}


def hmkcode_copied() -> Values:
    """The hidden activations after the update are those before it, though the weights beside them are new."""
    inputs, before, printed_after = np.array([2, 3]), [[0.11, 0.12], [0.21, 0.08]], [[0.12, 0.13], [0.23, 0.10]]
    assert (inputs @ printed_after).round(2).tolist() == [0.93, 0.56]
    first, second = inputs @ before
    return {"a1[1]@2": first, "a1[2]@2": second}


def learninghub_rounded() -> Values:
    """Every figure is worked from the printed ones before it, the first from ŷ = 0.703."""
    prediction, h, slope, x = 0.703, (0.6083, 0.5939), (0.2383, 0.2412), 0.8
    delta, hidden = -0.0620, (-0.00739, -0.00897)
    error = (prediction - 1) * prediction * (1 - prediction)
    sent_back = [delta * v * s for v, s in zip((0.5, 0.6), slope, strict=True)]
    return {
        "L@1": 0.5 * (prediction - 1) ** 2,
        "dL_dz2[1]@1": error,
        "dL_db2[1]@1": error,
        "dL_dW2[1,1]@1": delta * h[0],
        "dL_dW2[1,2]@1": delta * h[1],
        "dL_dz1[1]@1": sent_back[0],
        "dL_dz1[2]@1": sent_back[1],
        "dL_db1[1]@1": sent_back[0],
        "dL_db1[2]@1": sent_back[1],
        "dL_dW1[1,2]@1": hidden[0] * x,
    }


def learninghub_cut() -> Values:
    """The last digits of a product of two printed figures are dropped."""
    return {"dL_dW1[2,2]@1": cut(-0.00897 * 0.8, "-0.00717")}


def melfm_wrong_bias() -> Values:
    z = 0.15 * 0.05 + 0.2 * 0.1 + 0.30
    return {"z1[1]@1": z, "a1[1]@1": sigmoid(z)}


def melfm_wrong_connection() -> Values:
    return {"z2[1]@1": 0.4 * 0.5812 + 0.45 * 0.5812 + 0.6, "a2[2]@1": sigmoid(0.5 * 0.5812 + 0.55 * 0.5812 + 0.6)}


def melfm_carried_on() -> Values:
    return {"a2[1]@1": sigmoid(1.094), "L_terms[1]@1": 0.5 * (0.01 - 0.7491) ** 2, "dL_da2[1]@1": 0.7491 - 0.01}


def melfm_wrong_target() -> Values:
    return {"L_terms[2]@1": 0.5 * (0.01 - 0.7703) ** 2}


def melfm_slope_at_the_wrong_point() -> Values:
    return {"slope2[1]@1": 0.7391 * (1 - 0.7391)}


def prototype_db_carried_on() -> Values:
    """The errors sent back, the output bias and the output weights follow from the wrong δ and gradients."""
    delta, eta = -0.059901, 0.2
    return {
        "dL_da1[1]@1": delta * 0.5,
        "dL_da1[2]@1": delta * 0.6,
        "b2[1]@2": 0.3 - eta * delta,
        "W2[1,1]@2": 0.5 + eta * 0.031442,
        "W2[1,2]@2": 0.6 + eta * 0.032923,
    }


def prototype_db_one_bias() -> Values:
    """The errors of both hidden neurons move one bias."""
    return {"b1[1]@2": 0.1 - 0.2 * (-0.007464 + -0.008891)}


def rahul_rai_rounded() -> Values:
    return {"L@1": -np.log(0.802)}


WITH_MISTAKE: Mapping[tuple[str, str], Callable[[], Values]] = {
    ("adam-by-hand", "rounding carried"): adam_by_hand_rounded,
    ("cs231n", "rounding carried"): cs231n_rounded,
    ("han-kamber", "rounding carried"): han_kamber_rounded,
    ("hmkcode", "copied from the first forward pass"): hmkcode_copied,
    ("learninghub", "rounding carried"): learninghub_rounded,
    ("learninghub", "cut off"): learninghub_cut,
    ("melfm", "wrong bias"): melfm_wrong_bias,
    ("melfm", "wrong connection"): melfm_wrong_connection,
    ("melfm", "carried on"): melfm_carried_on,
    ("melfm", "wrong target"): melfm_wrong_target,
    ("melfm", "slope at the wrong point"): melfm_slope_at_the_wrong_point,
    ("prototype-db", "carried on"): prototype_db_carried_on,
    ("prototype-db", "cut off"): lambda: honest_cut("prototype-db"),
    ("prototype-db", "hidden biases taken for one"): prototype_db_one_bias,
    ("pythonandml", "cut off"): lambda: honest_cut("pythonandml"),
    ("rahul-rai", "rounding carried"): rahul_rai_rounded,
}
"""What the mistakes give."""

WORKED_WRONGLY: Mapping[tuple[str, str], Values] = {
    ("learninghub", "misread"): {"a2[1]@1": sigmoid(0.8605)},
    ("prototype-db", "product worked wrongly"): {
        "dL_dz2[1]@1": -0.29061686 * 0.206158,
        "dL_dW2[1,1]@1": 0.059901 * 0.52497919,
        "dL_dW2[1,2]@1": 0.059901 * 0.549834,
        "dL_dz1[1]@1": -0.0299505 * 0.249376,
        "dL_dz1[2]@1": -0.0359406 * 0.247516,
    },
}
"""What the sources should have got from the figures that they put in, where how they went wrong is not known."""


@pytest.mark.parametrize(("name", "mistake"), WITH_MISTAKE)
def test_the_mistake_gives_the_printed_figures(name: str, mistake: str) -> None:
    """Worked with the mistake, every figure that has it comes out as it is printed."""
    figures, values = example(name).with_mistake(mistake), WITH_MISTAKE[name, mistake]()
    assert figures.keys() == values.keys()
    assert [str(figure) for key, figure in figures.items() if not figure.is_printed_of(values[key])] == []


@pytest.mark.parametrize(("name", "mistake"), WORKED_WRONGLY)
def test_the_figures_put_in_give_another(name: str, mistake: str) -> None:
    """Worked again from what the source puts in, the figure is close to the printed one, but not it."""
    figures, values = example(name).with_mistake(mistake), WORKED_WRONGLY[name, mistake]
    assert figures.keys() == values.keys()
    assert [str(figure) for key, figure in figures.items() if figure.is_printed_of(values[key])] == []
    assert {key: float(figure.printed) for key, figure in figures.items()} == pytest.approx(values, rel=1e-3)


def test_every_mistake_is_proved() -> None:
    """Each mistake that a source has is worked here, or in the module of the source."""
    named = {(name, mistake) for name in EXAMPLES if name not in ELSEWHERE for mistake in example(name).mistakes}
    assert named == {*WITH_MISTAKE, *WORKED_WRONGLY}


def test_hmkcode_puts_rounded_weights_in_and_prints_the_result_of_others() -> None:
    """.92·.17 + .56·.17 is .25; the printed .26 is the prediction of the weights that were not rounded."""
    assert round(0.92 * 0.17 + 0.56 * 0.17, 2) == 0.25
    assert round(example("hmkcode").trace().value("a2", 2).item(), 2) == 0.26


def test_learninghub_programs_read_the_matrix_the_other_way_round() -> None:
    """The matrix as it is printed, multiplied as the page's programs do, gives 0.52 and 0.33."""
    text = example("learninghub").scenario
    programs = text.with_(weights=[text.layers[0].weights.T, text.layers[1].weights])
    np.testing.assert_allclose(run(programs).value("z1"), [0.52, 0.33], atol=1e-12)


def test_pythonandml_rightly_calls_its_loss_mse() -> None:
    """Over two outputs the mean of the squares is half their sum: as MSE the loss gives every figure too."""
    source = example("pythonandml")
    assert all(figure.is_printed_of(source.found(figure, "loss=mse")) for figure in source.right)


def test_softmax_regression_prints_the_sum_where_it_promises_the_mean() -> None:
    """The first loss is 3·ln 3; the mean over the three samples is ln 3."""
    source = example("softmax-regression")
    assert source.trace().value("J") == pytest.approx(3 * np.log(3))
    assert source.trace("loss=cross_entropy").value("J") == pytest.approx(np.log(3))
