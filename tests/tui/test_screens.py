"""Chosen screens, compared to the letter with the files in `golden/`, where a change can be read as a diff.

`python -m tests.tui.test_screens` writes them anew, to be looked at before they are committed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.driving import app_on, picture, pressed

GOLDEN = Path(__file__).parent / "golden"
PICTURE = Path(__file__).parents[2] / "docs" / "step.svg"
HINTED = ("enter", "enter")

# fmt: off
SCREENS = {
    "opening-80x24":        lambda: pressed(app_on(), size=(80, 24)),
    "forward-100x30":       lambda: pressed(app_on(start=2)),
    "error-signal-80x24":   lambda: pressed(app_on(start=9), size=(80, 24)),
    "error-signal-100x30":  lambda: pressed(app_on(start=9)),
    "error-signal-160x50":  lambda: pressed(app_on(start=9), size=(160, 50)),
    "error-signal-ascii":   lambda: pressed(app_on(start=9, language="ascii")),
    "update-100x30":        lambda: pressed(app_on(start=14), "m"),
    "did-it-help-160x50":   lambda: pressed(app_on("xor", start=10**9), size=(160, 50)),
    "what-if-100x30":       lambda: pressed(app_on(start=9), "e", "'v11=3'", "enter", "work"),
    "predict-100x30":       lambda: pressed(app_on(start=9), "r", *HINTED, "'0.0204'", "enter", "'-0.027'", "enter"),
    "why-100x30":           lambda: pressed(app_on(start=9), "w", "right", "right"),
    "softmax-100x30":       lambda: pressed(app_on("cs231n", start=6)),
    "batch-100x30":         lambda: pressed(app_on("reddy-minibatch", start=23)),
}
# fmt: on


@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_is_the_golden_one(name):
    """What is on the screen is, to the letter, what was looked at and committed."""
    assert SCREENS[name]() == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_picture_in_the_readme_is_the_screen():
    """The picture at the top of the README shows what the app shows now."""
    assert picture(app_on(start=9)) == PICTURE.read_text(encoding="utf-8")


def test_no_golden_screen_is_left_over():
    """Every file in the folder belongs to a screen."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(SCREENS)


if __name__ == "__main__":
    for name, make in SCREENS.items():
        (GOLDEN / f"{name}.txt").write_text(make(), encoding="utf-8")
    PICTURE.write_text(picture(app_on(start=9)), encoding="utf-8")
