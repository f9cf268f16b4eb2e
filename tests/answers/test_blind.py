"""The catalogue run forwards: which mistakes a question cannot reveal."""

from __future__ import annotations

from backtrace.answers.blind import Blindness
from tests.answers.made import traced


def test_a_target_of_zero_hides_that_it_was_forgotten() -> None:
    """Run forwards, the catalogue finds what the lecture's figures cannot reveal; with another target it is seen."""
    hidden = {made.mistake.name for made in Blindness(traced("lecture"), 3).hidden}
    assert "target forgotten" in hidden
    shown = Blindness(traced("lecture", "data=[{x: [0.5, 0.8], y: [0.3]}]"), 3)
    assert "target forgotten" not in {made.mistake.name for made in shown.hidden}


def test_more_decimals_hide_less() -> None:
    """What two decimals hide, six may show."""
    assert len(Blindness(traced("lecture"), 1).hidden) > len(Blindness(traced("lecture"), 6).hidden)


def test_a_mistake_shows_in_the_lines_behind_it() -> None:
    """Each that is not hidden names the lines that come out otherwise."""
    seen = next(made for made in Blindness(traced("lecture"), 3).made if made.mistake.name == "transposed")
    assert set(seen.shows) == {"dL_dW1", "W1_next"}
