"""The browser and the decks that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backtrace.cli.main import main
from tests.browser.chromium import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """A browser, for as long as only tests of this folder run: its event loop is in the way of others."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Runs a command that writes a page, once for the same arguments; the page's path."""
    folder = tmp_path_factory.mktemp("pages")
    paths: dict[tuple[str, ...], Path] = {}

    def write(*arguments: str) -> Path:
        if arguments not in paths:
            path = folder / f"{len(paths)}.html"
            assert main([*arguments, "-o", str(path)]) == 0
            paths[arguments] = path
        return paths[arguments]

    return write


@pytest.fixture(scope="session")
def deck(written: Callable[..., Path]) -> Callable[..., Path]:
    """The deck of a scenario."""
    return lambda *arguments: written("present", *arguments, "--no-open")


@pytest.fixture(scope="session")
def page(written: Callable[..., Path]) -> Callable[..., Path]:
    """Everything of a scenario on one page."""
    return lambda *arguments: written("export", *arguments, "--format", "html", "--layout", "page")
