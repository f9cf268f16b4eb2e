"""Nothing of a deck is cut, hidden or in the way of something else, on any screen, and the last row can read it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.browser.chromium import opened
from tests.browser.deck import Slide, slides, smallest, wrong

Screen = tuple[int, int]
HALL = ((1920, 1080), (1280, 720))
SCREENS = (*HALL, (1024, 768), (3840, 2160))
PHONES = ((390, 844), (844, 390))
TOLD = ("lecture", "mazur")
LEAST_ON_PHONES = 16
MOST_TOLD = 12
OF_THE_HEIGHT = 1 / 30


@pytest.fixture(scope="module")
def measured(browser, deck) -> Callable[[str, Screen], dict[str, Slide]]:
    """Measures the slides of a scenario's deck on a screen, once."""

    @cache
    def measure(scenario: str, screen: Screen) -> dict[str, Slide]:
        size = dict(zip(("width", "height"), screen, strict=True))
        with opened(browser, deck(scenario), viewport=size, reduced_motion="reduce") as shown:
            found = slides(shown)
            assert shown.complaints == []
            return found

    return measure


@pytest.mark.parametrize("screen", SCREENS + PHONES, ids=str)
@pytest.mark.parametrize("scenario", TOLD)
def test_nothing_is_cut_and_nothing_overlaps(measured, scenario, screen):
    """Every box of text, formula and label is inside the screen, or on a phone of the page, and clear of the others."""
    found = {anchor: wrong(slide, screen in PHONES) for anchor, slide in measured(scenario, screen).items()}
    told = [f"{anchor}: {each}" for anchor, problems in found.items() for each in problems]
    assert not told, "\n".join([f"{len(told)} problems, such as", *told[:MOST_TOLD]])


@pytest.mark.parametrize("screen", HALL, ids=str)
@pytest.mark.parametrize("scenario", TOLD)
def test_the_last_row_of_a_hall_can_read_every_line_of_formula(measured, scenario, screen):
    """No line of formula is smaller than a thirtieth of the height of the screen."""
    found = [(*smallest(slide, "line"), anchor) for anchor, slide in measured(scenario, screen).items()]
    assert min(found)[0] >= screen[1] * OF_THE_HEIGHT - 0.01, min(found)


@pytest.mark.parametrize("screen", PHONES, ids=str)
@pytest.mark.parametrize("scenario", TOLD)
def test_nothing_is_too_small_on_a_phone(measured, scenario, screen):
    """No text, formula or label is set in letters smaller than 16 pixels; what is raised or lowered may be."""
    found = {(kind, *smallest(slide, kind)) for slide in measured(scenario, screen).values()
             for kind in ("line", "math", "label", "text")}  # fmt: skip
    small = sorted(each for each in found if each[1] < LEAST_ON_PHONES - 0.01)
    assert not small, small[:5]
