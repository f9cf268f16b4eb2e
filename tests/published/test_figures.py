"""Every published figure: what the source prints where it is right, and the honest value where it is not."""

from __future__ import annotations

import pytest

from tests.published.figures import EXAMPLES, example

RIGHT_OF_ALL = {
    "adam-by-hand": (18, 21),
    "cs231n": (24, 28),
    "han-kamber": (29, 31),
    "hmkcode": (20, 22),
    "learninghub": (13, 25),
    "lecture": (6, 25),
    "mazur": (29, 35),
    "melfm": (1, 10),
    "prototype-db": (12, 25),
    "pythonandml": (75, 78),
    "rahul-rai": (23, 24),
    "reddy-minibatch": (69, 69),
    "reddy-momentum": (15, 15),
    "softmax-regression": (19, 19),
}
"""How many figures of each source are right, and how many there are."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_honest_figures_are_reproduced(name: str) -> None:
    """Whatever the source prints, the trace has the honest value to 12 decimals."""
    source = example(name)
    found = {figure: source.found(figure) for figure in source.figures}
    assert {f: v for f, v in found.items() if v != pytest.approx(f.honest, abs=1e-12, rel=1e-12)} == {}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_figure_is_printed_as_it_should_be_or_has_a_mistake(name: str) -> None:
    """Rounded to the digits printed, the trace has the figure, except where a mistake is named: there it has not."""
    source = example(name)
    reproduced = [figure for figure in source.figures if figure.is_printed_of(source.found(figure))]
    assert reproduced == source.right
    assert {figure.mistake for figure in source.figures} - {""} == set(source.mistakes)


def test_no_figure_is_lost() -> None:
    """As many figures are right, and as many there are, as were counted in the sources."""
    counted = {name: (len(example(name).right), len(example(name).figures)) for name in EXAMPLES}
    assert counted == RIGHT_OF_ALL


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name in EXAMPLES for wrong in example(name).spoilt])
def test_another_setting_does_not_give_the_figures(name: str, wrong: str) -> None:
    """The digits printed are enough to tell a wrong loss, weight, activation or optimizer from the right one."""
    source = example(name)
    spoilt = [figure for figure in source.right if not figure.is_printed_of(source.found(figure, wrong))]
    assert len(spoilt) == source.spoilt[wrong]
