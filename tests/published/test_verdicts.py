"""Every published figure as a line of a hand-worked sheet: none that is right is called wrong."""

from __future__ import annotations

import pytest

from tests.published.figures import EXAMPLES, example
from tests.published.judged import judged

WITH_MISTAKES = [name for name in EXAMPLES if example(name).mistakes]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_figure_has_the_verdict_that_is_expected(name: str) -> None:
    """What is printed as it should be is correct, what is not is wrong, rounded or carried on, as its source says."""
    verdicts = {str(figure): verdict for figure, (verdict, _) in judged(name).items()}
    found = {figure: ", ".join(filter(None, (each.kind, each.note))) for figure, each in verdicts.items()}
    assert found == {str(figure): figure.verdict for figure in example(name).figures}


@pytest.mark.parametrize("name", WITH_MISTAKES)
def test_the_first_of_each_chain_is_explained(name: str) -> None:
    """Of a wrong figure the mistake that its source tells of is named first, where it is one of the catalogue."""
    lines = {figure: line for figure, (verdict, line) in judged(name).items() if verdict.kind == "wrong"}
    named = {str(figure): line.explanations[0].name if line.explanations else "" for figure, line in lines.items()}
    assert named == {str(figure): figure.explained for figure in lines}


def test_only_figures_with_a_mistake_are_expected_not_to_be_correct() -> None:
    """A verdict is written beside a figure exactly where the figure has a mistake, an explanation where it is wrong."""
    for name in EXAMPLES:
        for figure in example(name).figures:
            assert (figure.verdict == "correct") == (not figure.mistake), figure
            assert not figure.explained or figure.verdict == "wrong", figure
