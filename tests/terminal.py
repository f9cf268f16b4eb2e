"""A terminal for a command to run in, as a person sits at it: what is typed goes in, what is shown comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from types import TracebackType

from tests.commands import QUIET

_IN_A_SESSION = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)


class Terminal:
    """Runs `backtrace` with stdin, stdout and stderr on a pseudo-terminal of that size; its keys make signals.

    With `stderr_apart` stderr is a pipe, read when the command has ended.
    """

    def __init__(
        self, *arguments: str, columns: int = 80, rows: int = 24, env: Mapping[str, str] | None = None,
        stderr_apart: bool = False,
    ) -> None:  # fmt: skip
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in QUIET}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _IN_A_SESSION, "-m", "backtrace", *arguments],
            stdin=slave, stdout=slave, stderr=subprocess.PIPE if stderr_apart else slave, start_new_session=True,
            env={**inherited, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", **(env or {})},
        )  # fmt: skip
        os.close(slave)
        self.shown = ""
        self.err = ""

    def type(self, text: str) -> None:
        """Type the text; the characters of Ctrl-C and Ctrl-D do what the keys do."""
        os.write(self.master, text.encode("utf-8"))

    def until(self, text: str, seconds: float = 30) -> str:
        """Wait until the text is shown; what was shown up to there, which is then forgotten."""
        limit = time.monotonic() + seconds
        while text not in self.shown:
            if not self._read(limit - time.monotonic()):
                raise AssertionError(f"{text!r} was not shown, but {self.shown!r}")
        end = self.shown.index(text) + len(text)
        seen, self.shown = self.shown[:end], self.shown[end:]
        return seen

    def ended(self, seconds: float = 30) -> int:
        """Wait for the end; the exit code."""
        limit = time.monotonic() + seconds
        while self._read(limit - time.monotonic()):
            pass
        if self.process.stderr:
            self.err = self.process.stderr.read().decode("utf-8")
        return self.process.wait(max(0.1, limit - time.monotonic()))

    def _read(self, seconds: float) -> bool:
        """Take in what is shown next; false where nothing comes any more."""
        ready, _, _ = select.select([self.master], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            shown = os.read(self.master, 65536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.shown += shown.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(shown)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()
        os.close(self.master)
