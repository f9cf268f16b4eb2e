"""A deck on paper: a handout in black and white, several steps on a page and none of them cut."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.browser.chromium import missing, opened

FORMATS = ("A4", "Letter")
_COLOURS = (b"rg", b"RG", b"sc", b"SC", b"scn", b"SCN")
_SLIDES = """() => [...document.querySelectorAll('section.slide')].filter(slide => slide.checkVisibility())
  .map(slide => [slide.getBoundingClientRect().height, slide.id, getComputedStyle(slide).breakInside])"""
_HIDDEN = """() => [...document.querySelectorAll('section.slide [data-reveal]')]
  .filter(part => getComputedStyle(part).visibility !== 'visible').length"""
_RIGHT = """() => Math.max(...[...document.querySelectorAll('section.slide math, section.slide svg')]
  .map(part => part.getBoundingClientRect().right))"""
PAGE = {"A4": (210, 297), "Letter": (216, 279)}
MARGIN = 14
PIXELS = 96 / 25.4


def _read(pdf: bytes) -> Any:
    try:
        from pypdf import PdfReader
    except ImportError:
        missing("pypdf is not installed")
    return PdfReader(BytesIO(pdf))


@pytest.mark.parametrize("paper", FORMATS)
def test_no_step_is_cut_on_paper(browser, deck, paper):
    """Every step stands on one page, whole and with all of its lines, and several steps share a page."""
    width, height = ((size - 2 * MARGIN) * PIXELS for size in PAGE[paper])
    with opened(browser, deck("lecture"), viewport={"width": round(width), "height": round(height)}) as shown:
        pages = _read(shown.page.pdf(format=paper)).pages
        shown.page.emulate_media(media="print")
        slides = shown.get(_SLIDES)
        assert len(pages) < len(slides) / 2
        assert {rule for _, _, rule in slides} == {"avoid"}
        assert max(slides)[0] <= height, max(slides)
        assert shown.get(_HIDDEN) == 0
        assert shown.get(_RIGHT) <= width + 1


def test_the_handout_is_black_and_white(browser, deck):
    """No colour is put on the paper, whatever the theme on the screen, and no buttons."""
    with opened(browser, deck("lecture"), color_scheme="dark") as shown:
        shown.press("t", "t", "7", "Enter")
        reader = _read(shown.page.pdf(format="A4"))
        from pypdf.generic import ContentStream  # there if the reader is
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "Did it help" in text
    assert "‹" not in text
    operations = [each for page in reader.pages for each in ContentStream(page.get_contents(), reader).operations]
    colours = [[float(part) for part in operands] for operands, name in operations
               if name in _COLOURS and len(operands) == 3]  # fmt: skip
    assert colours
    assert all(max(colour) - min(colour) < 0.01 for colour in colours)
