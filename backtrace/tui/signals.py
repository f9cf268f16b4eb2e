"""What asks the process to end ends the app in order: the terminal is given back as it was."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from functools import partial
from typing import Any

from textual.app import App


def end_on_signals(app: App[Any]) -> None:
    """Have the app end where its process is terminated or its terminal is gone; 128 and the signal is the exit code."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows; not the main thread
                loop.add_signal_handler(number, partial(app.exit, return_code=128 + number))
