"""A deck driven by a keyboard, a remote, a mouse and a finger, as in a classroom."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.browser.chromium import Opened, opened
from tests.browser.deck import Place, place, walked

ROOM = {"width": 1280, "height": 720}
PHONE = {"width": 390, "height": 844}
FORWARD = ("ArrowRight", "ArrowDown", "Space", "PageDown")
BACK = ("ArrowLeft", "ArrowUp", "PageUp")

_SHOWN = "() => document.querySelectorAll('section:not([hidden]) [data-reveal].shown').length"
_VALUES = """() => [...document.querySelectorAll('section:not([hidden]) .row .value[data-reveal]')]
  .map(value => [Number(value.closest('.row').dataset.reveal), Number(value.dataset.reveal)])"""


@pytest.fixture
def shown(browser, deck):
    """The lecture's deck, opened at its first slide; in the end it has asked for nothing and complained of nothing."""
    with opened(browser, deck("lecture"), viewport=ROOM, reduced_motion="reduce") as at:
        yield at
        assert at.complaints == []


def test_the_right_arrow_leads_from_the_first_line_to_the_last_and_the_left_one_back(shown):
    """Each key press reveals one line or turns to the next slide, and back the same way."""
    *there, end = walked(shown, "ArrowRight")
    assert there[-1] == end
    anchors = shown.get("() => [...document.querySelectorAll('section.slide')].map(slide => slide.dataset.anchor)")
    assert list(dict.fromkeys(each.anchor for each in there)) == anchors
    for before, after in pairwise(there):
        turns = before.line == before.lines and after.line == 0 and after.anchor != before.anchor
        assert turns or (after.anchor, after.line) == (before.anchor, before.line + 1)
    assert walked(shown, "ArrowLeft") == [*there[::-1], there[0]]


def test_a_value_takes_a_key_of_its_own(shown):
    """What is put in is seen first, so that the class can answer; the next key shows the value."""
    shown.press("6", "Enter")
    values = shown.get(_VALUES)
    assert values
    assert all(value == row + 1 for row, value in values)
    row, value = values[-1]
    shown.press(*["ArrowRight"] * row)
    seen = "getComputedStyle([...document.querySelectorAll('section:not([hidden]) .value b')].at(-1)).visibility"
    assert shown.get(seen) == "hidden"
    shown.press("ArrowRight")
    assert place(shown).line == value
    assert shown.get(seen) == "visible"


@pytest.mark.parametrize(("keys", "way"), [(FORWARD, 1), (BACK, -1)])
def test_arrows_space_and_the_keys_of_remotes_do_the_same(shown, keys, way):
    """Each of the keys goes one line on, or one back."""
    shown.press("6", "Enter", "ArrowRight", "ArrowRight")
    before = place(shown)
    for key in keys:
        shown.press(key)
        assert place(shown).line == before.line + way, key
        shown.press("ArrowLeft" if way == 1 else "ArrowRight")


def test_home_and_end_lead_to_the_first_and_the_last_slide(shown):
    """End shows the last slide with all of it, Home the first."""
    first = place(shown)
    shown.press("End")
    last = place(shown)
    assert last.step == int(shown.get("document.documentElement.dataset.steps")) + 1
    assert last.line == last.lines
    shown.press("Home")
    assert place(shown) == first


def test_a_number_and_enter_jump_to_that_step(shown):
    """12 Enter shows step 12; the digits are seen while they are typed, Escape forgets them, and 99 leads nowhere."""
    shown.press("1", "2")
    assert "12" in shown.page.inner_text("#digits")
    shown.press("Enter")
    assert (place(shown).step, place(shown).line) == (12, 0)
    assert shown.get("location.hash") == "#step-12"
    shown.press("3", "Escape", "Enter")
    assert place(shown).step == 12
    shown.press("9", "9", "Enter")
    assert place(shown).step == 12
    assert shown.page.inner_text("#digits").strip() == ""


def test_the_overview_leads_to_every_step(shown):
    """The key o lists all steps; arrows choose, Enter goes there, Escape stays."""
    shown.press("o")
    listed = shown.get("() => [...document.querySelectorAll('#overview a')].map(a => a.hash)")
    assert listed == [f"#step-{number}" for number in range(17)]
    shown.press("Escape")
    assert not shown.get("document.getElementById('overview').open")
    assert place(shown).step == 0
    shown.press("o", *["ArrowDown"] * 7, "Enter")
    assert not shown.get("document.getElementById('overview').open")
    assert place(shown).step == 7
    shown.press("o")
    shown.page.click("#overview a[href='#step-9']")
    assert place(shown).step == 9


def test_the_question_mark_shows_the_keys(shown):
    """? opens the list of keys and closes it; Escape closes it, too."""
    for key in ("?", "Escape"):
        shown.press("?")
        assert shown.page.is_visible("#help")
        assert "overview" in shown.page.inner_text("#help")
        shown.press(key)
        assert not shown.page.is_visible("#help")


def test_the_screen_goes_black_and_comes_back_where_it_was(shown):
    """The key b hides all behind black; any key brings back the same line."""
    shown.press("7", "Enter", "ArrowRight")
    before = place(shown)
    covers = "() => document.elementFromPoint(innerWidth / 2, innerHeight / 2).id"
    for key in ("b", "ArrowRight"):
        shown.press("b")
        assert shown.get(covers) == "black"
        assert shown.get("getComputedStyle(document.getElementById('black')).backgroundColor") == "rgb(0, 0, 0)"
        shown.press(key)
        assert shown.get(covers) != "black"
        assert place(shown) == before


def test_the_size_of_the_letters_is_changed_by_plus_and_minus(shown):
    """+ makes all larger, - smaller, 0 as large as it was."""
    size = "parseFloat(getComputedStyle(document.querySelector('section:not([hidden]) .stage')).fontSize)"
    was = shown.get(size)
    shown.press("+", "+")
    assert shown.get(size) > was
    shown.press("-", "-", "-")
    assert shown.get(size) < was
    shown.press("0")
    assert shown.get(size) == was


def test_full_screen(shown):
    """The key f fills the screen with the page, and ends that."""
    shown.press("f")
    shown.page.wait_for_function("document.fullscreenElement !== null")
    shown.press("f")
    shown.page.wait_for_function("document.fullscreenElement === null")


def test_the_address_names_the_step_and_reloading_stays_there(browser, deck):
    """#step-7 opens step 7; reloaded, the page shows the same line of the same step."""
    with opened(browser, deck("lecture"), "#step-7", viewport=ROOM) as shown:
        assert (place(shown).step, place(shown).line) == (7, 0)
        shown.press("ArrowRight", "ArrowRight")
        before = place(shown)
        assert before.line == 2
        shown.page.reload()
        assert place(shown) == before
        shown.get("() => { location.hash = '#step-3'; }")
        shown.page.wait_for_function("document.documentElement.dataset.step === '3'")
        assert shown.complaints == []


def test_a_click_goes_on_and_at_the_left_edge_back(shown):
    """The mouse does what the arrows do; the buttons below, too."""
    shown.press("7", "Enter")
    before = place(shown)
    shown.page.mouse.click(900, 400)
    assert place(shown).line == before.line + 1
    shown.page.mouse.click(60, 600)
    assert place(shown) == before
    shown.page.click("#next")
    assert place(shown).line == before.line + 1
    shown.page.click("#back")
    assert place(shown) == before


def _swipe(shown: Opened, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a finger over the screen."""
    touch = shown.page.context.new_cdp_session(shown.page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for part in (0.3, 0.6, 1.0):
        send("touchMove", tuple(a + (b - a) * part for a, b in zip(start, end, strict=True)))
    send("touchEnd")


def test_a_finger_swipes_forwards_and_back_and_scrolls(browser, deck):
    """On a phone a swipe to the left goes on and one to the right back; up and down it scrolls the page."""
    with opened(browser, deck("lecture"), "#step-7", viewport=PHONE, has_touch=True, is_mobile=True) as shown:
        _swipe(shown, (320, 500), (60, 510))
        assert place(shown).line == 1
        _swipe(shown, (60, 500), (320, 510))
        assert place(shown).line == 0
        _swipe(shown, (200, 600), (190, 200))
        assert place(shown).line == 0
        assert shown.complaints == []


def test_the_theme_follows_the_system_until_a_key_says_otherwise(browser, deck):
    """A dark system gets a dark page; the key t changes to light and back, and a reload keeps it."""
    bright = "() => Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) > 128"
    for system in ("dark", "light"):
        with opened(browser, deck("lecture"), viewport=ROOM, color_scheme=system) as shown:
            assert shown.get(bright) == (system == "light")
            shown.press("t")
            assert shown.get(bright) == (system == "dark")
            shown.page.reload()
            assert shown.get(bright) == (system == "dark")
            shown.press("t")
            assert shown.get(bright) == (system == "light")
            assert shown.complaints == []


def _variant(shown: Opened) -> tuple[Place, str]:
    return place(shown), shown.page.inner_text("section:not([hidden]) .told")


def test_variants_are_a_key_away_and_say_what_changed(browser, deck):
    """v, and Alt with a digit, show the same line with another learning rate, the old value beside the new one."""
    with opened(browser, deck("lecture", "--vary", "eta=0.07,0.7,7"), "#step-12", viewport=ROOM) as shown:
        shown.press(*["ArrowRight"] * 3)
        first, told = _variant(shown)
        shown.press("v")
        second, other = _variant(shown)
        assert (second.step, second.line) == (first.step, first.line)
        assert second.variant != first.variant
        assert "was" in other
        assert "was" not in told
        shown.press("Alt+1")
        assert _variant(shown) == (first, told)
        buttons = shown.get("() => [...document.querySelectorAll('#variants button')].map(b => b.textContent)")
        assert [button.strip("η= ") for button in buttons] == ["0.7", "0.07", "7"]
        shown.press("End")
        assert shown.complaints == []
