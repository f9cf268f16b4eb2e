"""A deck for eyes that see little or other colours, for ears, and for those whom movement makes ill."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.chromium import Opened, missing, opened
from tests.browser.deck import place

STILL: dict[str, Any] = {"viewport": {"width": 1280, "height": 720}, "reduced_motion": "reduce"}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
CONTRAST = 7
# All rules, those of good practice and of the strictest contrast included.
_ALL = {"resultTypes": ["violations"], "rules": {"color-contrast-enhanced": {"enabled": True}}}

_CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "color-contrast-enhanced"]}

_CONTRASTS = """() => {
  const bright = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(part => part / 255)
      .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = bright(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('section:not([hidden]) svg text')].map(text => {
    const ink = bright(getComputedStyle(text).fill);
    return [(Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05), text.textContent];
  });
}"""


def found_by_axe(shown: Opened, asked: dict[str, Any] = _ALL) -> list[str]:
    """What axe-core finds wrong on the page as it is."""
    try:
        from axe_playwright_python.sync_playwright import Axe
    except ImportError:
        missing("axe-playwright-python is not installed")
    found = Axe().run(shown.page, options=asked).response["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


def test_axe_finds_nothing_on_the_slides(browser, deck):
    """Names, roles, headings and landmarks are as they should be on each kind of slide, and all text stands out."""
    with opened(browser, deck("lecture", "--vary", "eta=0.07,0.7"), **STILL, color_scheme="light") as shown:
        assert found_by_axe(shown) == []
        shown.press("6", "Enter", *["ArrowRight"] * 12)
        assert found_by_axe(shown) == []
        shown.press("v", "End")
        assert found_by_axe(shown) == []


def test_every_text_has_a_contrast_of_seven_to_one_in_the_dark_too(browser, page):
    """So axe-core measures it, of all slides on one page."""
    with opened(browser, page("lecture"), **STILL, color_scheme="dark") as shown:
        assert found_by_axe(shown, _CONTRAST) == []


@pytest.mark.parametrize("key", ["o", "?"])
def test_axe_finds_nothing_in_what_opens_over_the_slides(browser, deck, key):
    """The overview and the list of keys are as they should be, too."""
    with opened(browser, deck("lecture"), **STILL) as shown:
        shown.press(key)
        assert found_by_axe(shown) == []


def test_axe_finds_nothing_on_a_phone_and_on_the_page(browser, deck, page):
    """Neither on a small screen nor where everything stands on one page."""
    with opened(browser, deck("lecture"), "#step-6", **PHONE) as shown:
        assert found_by_axe(shown) == []
    with opened(browser, page("lecture"), **STILL, color_scheme="light") as shown:
        assert found_by_axe(shown) == []
        assert shown.complaints == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_labels_of_the_network_stand_out(browser, deck, theme):
    """The texts in the picture have a contrast of at least 7:1 to the ground, marked or not."""
    with opened(browser, deck("lecture"), "#step-6", **STILL, color_scheme=theme) as shown:
        found = shown.get(_CONTRASTS)
        assert len(found) > 10
        assert min(found)[0] >= CONTRAST, min(found)


def test_the_network_is_a_table_too(browser, deck):
    """Whoever does not see the picture gets its neurons and edges in a table, with the values revealed so far."""
    with opened(browser, deck("lecture"), "#step-1", **STILL) as shown:
        table = "() => document.querySelector('section:not([hidden]) figure table').textContent"
        assert "0.520" not in shown.get(table)
        picture = "() => document.querySelector('section:not([hidden]) figure svg').getAttribute('aria-hidden')"
        assert shown.get(picture) == "true"
        before = place(shown)
        shown.press(*["ArrowRight"] * before.lines)
        assert "0.520" in shown.get(table)
        assert "w₁₁" in shown.get(table)


_HEARD = """() => {
  window.heard = [];
  new MutationObserver(() => heard.push(document.getElementById('live').textContent))
    .observe(document.getElementById('live'), {childList: true, characterData: true, subtree: true});
}"""
_NEW = """line => [...document.querySelectorAll('section:not([hidden]) [data-reveal]')]
  .filter(part => Number(part.dataset.reveal) === line).map(part => part.dataset.say).filter(Boolean)"""


def test_only_what_was_revealed_is_said(browser, deck):
    """A screen reader hears each line when it is revealed, a slide's title when that is turned to, and no more."""
    with opened(browser, deck("lecture"), "#step-6", **STILL) as shown:
        shown.get(_HEARD)
        while place(shown).step < 8:
            before = place(shown)
            shown.press("ArrowRight")
            after, heard = place(shown), " ".join(shown.get("heard.splice(0)"))
            if after.anchor == before.anchor:
                new = shown.get(_NEW, after.line)
                assert heard == ". ".join(new), (before, after)
            else:
                assert shown.page.inner_text("section:not([hidden]) .stage") in heard
                said = shown.get("() => [...document.querySelectorAll('section:not([hidden]) [data-say]')]"
                                 ".map(part => part.dataset.say).filter(Boolean)")  # fmt: skip
                assert not any(each in heard for each in said)


def test_nothing_moves_where_that_is_not_wanted(browser, deck):
    """What is revealed appears at once where reduced motion is asked for, else it fades in."""
    for motion in ("reduce", "no-preference"):
        with opened(browser, deck("lecture"), "#step-6", **STILL | {"reduced_motion": motion}) as shown:
            shown.press("ArrowRight")
            styles = shown.get("""() => [...document.querySelectorAll('section:not([hidden]) *')].map(getComputedStyle)
              .filter(style => style.animationName !== 'none' || style.transitionDuration !== '0s').length""")
            assert styles == 0 if motion == "reduce" else styles > 0


def test_headings_and_landmarks_lead_through_the_page(browser, deck):
    """There is one title, a heading for each slide, a main part, and a name for each group of buttons."""
    with opened(browser, deck("lecture"), **STILL) as shown:
        assert shown.get("document.querySelectorAll('h1').length") == 1
        assert shown.get("document.documentElement.lang") == "en"
        shown.press("7", "Enter")
        assert shown.page.get_by_role("main").count() == 1
        assert shown.page.get_by_role("heading", level=2).count() == 1
        assert shown.page.get_by_role("navigation", name="Slides").count() == 1
