"""The pictures of slides in docs/, made anew: `python -m tests.browser.screenshots [FOLDER]`.

Each is a slide as on a projector of 1920×1080, in pixels of half the size.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from backtrace.cli.main import main
from tests.browser.chromium import chromium, opened

DOCS = Path(__file__).parents[2] / "docs"
WIDTH, HEIGHT, SCALE = 1920, 1080, 0.5
# fmt: off
SLIDES = (
    ("slide-hidden-error.png", "light", "#step-9-2/all", ()),
    ("slide-what-if.png",      "dark",  "#step-12/all",  ("v", "v")),
)
# fmt: on


def write(folder: Path) -> None:
    """Write the pictures: the error of a hidden neuron, and a weight updated with another learning rate."""
    screen = {"width": WIDTH, "height": HEIGHT}
    with tempfile.TemporaryDirectory() as made, chromium() as browser:
        path = Path(made) / "lecture.html"
        assert main(["present", "lecture", "--vary", "eta=0.07,0.7,7", "--no-open", "-o", str(path)]) == 0
        for name, theme, fragment, keys in SLIDES:
            with opened(browser, path, fragment, viewport=screen, device_scale_factor=SCALE, color_scheme=theme,
                        reduced_motion="reduce") as shown:  # fmt: skip
                shown.press(*keys)
                assert not shown.complaints
                shown.page.screenshot(path=folder / name)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DOCS)
