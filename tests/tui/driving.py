"""Drives the app without a terminal: keys in, the text of the screen out."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any

import backtrace
from backtrace.lesson.telling import Telling
from backtrace.lesson.walk import Walk
from backtrace.scenario import path_of
from backtrace.tui.app import SteppingApp
from backtrace.tui.session import Session

SIZE = (100, 30)


def app_on(name: str = "lecture", start: int = 0, language: str = "text", **changes: Any) -> SteppingApp:
    """The app on a bundled scenario, some of whose values are replaced."""
    scenario = backtrace.load(path_of(name))
    trace = backtrace.run(scenario.with_(**changes) if changes else scenario)
    return SteppingApp(Session((Walk(trace, Telling(view="entries")),)).at(start), language)


def driven(app: SteppingApp, steps: Callable[[Any], Awaitable[None]], size: tuple[int, int] = SIZE) -> None:
    """Run the app for as long as the steps, which get the pilot, take."""

    async def drive() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await steps(pilot)

    asyncio.run(drive())


def pressed(app: SteppingApp, *keys: str, size: tuple[int, int] = SIZE) -> str:
    """The text of the screen after these keys; `work` among them waits for what is worked aside."""
    texts: list[str] = []

    async def steps(pilot: Any) -> None:
        await press(pilot, *keys)
        texts.append(screen(app))

    driven(app, steps, size)
    return texts[0]


async def press(pilot: Any, *keys: str) -> None:
    """Press keys one after another, or type a text that is no key and longer than one letter in quotes."""
    for key in keys:
        if key == "work":
            await pilot.app.workers.wait_for_complete()
        elif key.startswith("'"):
            await pilot.press(*("space" if letter == " " else letter for letter in key.strip("'")))
        else:
            await pilot.press(key)
    await pilot.pause()
    await pilot.pause()


def screen(app: SteppingApp) -> str:
    """The text on the screen, without blanks at the ends of its lines."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def flowing(text: str) -> str:
    """The text without borders, line ends and runs of blanks."""
    return " ".join(text.replace("┃", " ").split())


def place_of(app: SteppingApp, text: str, occurrence: int = 0) -> tuple[int, int]:
    """Column and row where the text stands on the screen."""
    places = [(line.index(text), row) for row, line in enumerate(screen(app).splitlines()) if text in line]
    return places[occurrence]


def picture(app: SteppingApp, *keys: str, size: tuple[int, int] = SIZE) -> str:
    """The screen after these keys as an SVG that asks no other machine for its letters."""
    pictures: list[str] = []

    async def steps(pilot: Any) -> None:
        await press(pilot, *keys)
        pictures.append(app.export_screenshot(title="backtrace step --interactive"))

    driven(app, steps, size)
    return re.sub(r"@font-face \{.*?\}\s*", "", pictures[0], flags=re.DOTALL)
