"""A page in Debian's Chromium without a window: real keys in, layout boxes and whatever it asked or complained of out.

Playwright's driver comes with its package, the browser does not: it is the one that is installed. Where either is
missing the tests are skipped, unless BACKTRACE_NEVER_SKIP is set.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 10
_HOW = "pip install -e '.[browser-test]', and Chromium: apt-get install chromium"
_LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
"""


def missing(what: str) -> None:
    """Skip the tests that need what is missing; where nothing may be skipped, fail."""
    if os.environ.get("BACKTRACE_NEVER_SKIP"):
        raise RuntimeError(f"{what}: {_HOW}")
    pytest.skip(f"{what}: {_HOW}")


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("there is no Chromium")
    with sync_playwright() as playwright:
        # The sandbox needs rights that a container's root has not; what is opened here is our own.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page that shows a file, what it asked for besides, and what it complained of."""

    page: Any
    path: Path
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """Requests to anywhere, messages on the console, errors, and what the security policy had to refuse."""
        return [*self.asked, *self.said, *self.page.evaluate("window.violations")]

    def press(self, *keys: str) -> None:
        """Press keys one after another, as a keyboard does."""
        for key in keys:
            self.page.keyboard.press(key)

    def get(self, script: str, argument: Any = None) -> Any:
        """The value of an expression, or what a function gives for the argument, in the page."""
        return self.page.evaluate(script, argument)


@contextmanager
def opened(browser: Any, path: Path, fragment: str = "", **context: Any) -> Iterator[Opened]:
    """A file in a fresh page; `context` are what Playwright's `new_context` takes, such as `viewport`."""
    within = browser.new_context(**context)
    within.set_default_timeout(SECONDS * 1000)
    within.add_init_script(_LISTEN)
    shown = Opened(within.new_page(), path)
    address = path.as_uri()
    shown.page.on("request", lambda request: _ask(shown, request.url, address))
    shown.page.on("console", lambda message: shown.said.append(f"{message.type}: {message.text}"))
    shown.page.on("pageerror", lambda error: shown.said.append(str(error)))
    shown.page.goto(address + fragment)
    yield shown
    within.close()


def _ask(shown: Opened, url: str, address: str) -> None:
    if url.partition("#")[0] != address:
        shown.asked.append(f"asks for {url[:200]}")
