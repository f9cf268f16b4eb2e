"""A page printed to a PDF file by a Chromium that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from backtrace.errors import misfit
from backtrace.formats.whole import whole_file

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PATIENCE = 180


def print_pdf(page: str, path: Path) -> None:
    """Print the page to `path`; raises InputError where there is no Chromium, or it does not succeed."""
    browser = next(filter(None, map(shutil.which, _NAMES)), None)
    if browser is None:
        expected = f"one of {', '.join(_NAMES)} among the commands"
        remedy = "install Chromium or Google Chrome, or open the deck in any browser and print it there"
        raise misfit("--pdf needs a browser that prints, and there is none", expected, remedy)
    with tempfile.TemporaryDirectory(prefix="backtrace-") as folder:
        source, printed = Path(folder) / "deck.html", Path(folder) / "deck.pdf"
        source.write_text(page, encoding="utf-8")
        # Chromium's own walls cannot be built by the root user, who runs containers; the page has no network to need.
        walls = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        flags = ["--headless", *walls, f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        try:
            command = [browser, *flags, f"--print-to-pdf={printed}", source.as_uri()]
            ended = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603 (ours)
        except subprocess.TimeoutExpired as error:
            raise misfit(f"{browser} did not print within {_PATIENCE} seconds") from error
        if not printed.exists():
            said = ended.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            raise misfit(f"{browser} printed nothing", remedy=" ".join(said))
        with whole_file(path, is_binary=True) as stream:
            stream.write(printed.read_bytes())
