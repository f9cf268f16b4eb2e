"""Nothing of a deck is cut, hidden or in the way of something else, on any screen, and the last row can read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from backtrace.scenario import names
from tests.browser.chromium import opened
from tests.browser.deck import Slide, slides, smallest, wrong

Screen = tuple[int, int]
HALL = ((1920, 1080), (1280, 720))
SCREENS = (*HALL, (1024, 768), (3840, 2160))
PHONES = ((390, 844), (844, 390))
TOLD = ("lecture", "mazur")
OTHERS = sorted(set(names()) - set(TOLD))
EVERYWHERE = (HALL[1], PHONES[0])
LEAST_ON_PHONES = 16
WIDE_FONT = '"DejaVu Math TeX Gyre", "TeX Gyre DejaVu Math", math'
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


def check(found: Mapping[str, Slide], screen: Screen) -> None:
    """Fail where something is cut, out of sight or in the way of something else."""
    problems = {anchor: wrong(slide, screen in PHONES) for anchor, slide in found.items()}
    told = [f"{screen} {anchor}: {each}" for anchor, each_of in problems.items() for each in each_of]
    assert not told, "\n".join([f"{len(told)} problems, such as", *told[:MOST_TOLD]])


@pytest.mark.parametrize("screen", SCREENS + PHONES, ids=str)
@pytest.mark.parametrize("scenario", TOLD)
def test_nothing_is_cut_and_nothing_overlaps(measured, scenario, screen):
    """Every box of text, formula and label is inside the screen, or on a phone of the page, and clear of the others."""
    check(measured(scenario, screen), screen)


@pytest.mark.parametrize("scenario", OTHERS)
def test_nothing_is_cut_overlaps_or_is_too_small_in_any_scenario(browser, deck, scenario):
    """So it is in the decks of all scenarios in a hall and on a phone, and the last row and the phone can read them."""
    with opened(browser, deck(scenario), reduced_motion="reduce") as shown:
        for screen in EVERYWHERE:
            shown.page.set_viewport_size(dict(zip(("width", "height"), screen, strict=True)))
            found = slides(shown)
            check(found, screen)
            least = LEAST_ON_PHONES if screen in PHONES else screen[1] * OF_THE_HEIGHT
            sizes = [(*smallest(slide, "line"), anchor) for anchor, slide in found.items()]
            assert min(sizes)[0] >= least - 0.01, (screen, min(sizes))
        assert shown.complaints == []


def test_a_wide_font_makes_the_letters_smaller_and_cuts_nothing(browser, deck):
    """Where the only font for mathematics is a wide one, what would not fit even when broken is set smaller."""
    screen = HALL[1]
    size = dict(zip(("width", "height"), screen, strict=True))
    with opened(browser, deck("mazur"), viewport=size, reduced_motion="reduce", bypass_csp=True) as shown:
        shown.page.add_style_tag(content=f"math {{ font-family: {WIDE_FONT}; letter-spacing: .12em }}")
        check(slides(shown), screen)


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
