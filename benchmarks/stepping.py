"""From key to repainted screen: `backtrace step --interactive` in a pseudo-terminal, for a short and a long trace.

Run with `python benchmarks/stepping.py [STEPS]`; the long trace has that many steps, a million unless named. A key is
sent, and the time taken until the last byte that it caused has arrived; then the screen is still.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time

ROWS, COLUMNS = 30, 100
STEPS_OF_AN_UPDATE = 26
STILL = 0.15
KEYS = {
    "next": b"\x1b[C", "back": b"\x1b[D", "next stage": b"\x1b[6~", "next update": b"]", "end": b"\x1b[F",
    "home": b"\x1b[H", "matrix": b"m",
}  # fmt: skip
ROUNDS = 12


class Terminal:
    """The app in a pseudo-terminal."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execve(sys.executable, [sys.executable, "-m", "backtrace", "step", "-i", *arguments], environment)
        fcntl.ioctl(self.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def read(self, wait: float) -> tuple[float, int]:
        """Read until nothing has come for so long; when the last byte came, and how many there were."""
        last, size = time.perf_counter(), 0
        while select.select([self.descriptor], [], [], wait)[0]:
            data = os.read(self.descriptor, 1 << 20)
            last, size = time.perf_counter(), size + len(data)
        return last, size

    def started(self) -> None:
        """Wait for the first screen."""
        size = 0
        while size < ROWS * COLUMNS:
            size += self.read(1.0)[1]

    def pressed(self, key: bytes) -> float:
        """The milliseconds from a key to the still screen."""
        start = time.perf_counter()
        os.write(self.descriptor, key)
        while True:
            last, size = self.read(STILL)
            if size:
                return (last - start) * 1000

    def ended(self) -> None:
        """Leave the app."""
        os.write(self.descriptor, b"q")
        while True:
            try:
                if not os.read(self.descriptor, 1 << 20):
                    break
            except OSError:
                break
        os.waitpid(self.pid, 0)


def main() -> None:
    """Press the same keys in both, in turn, and print the medians and their ratio."""
    updates = -(-(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000) // STEPS_OF_AN_UPDATE)
    short, long = Terminal("lecture", "--set", "epochs=3"), Terminal("lecture", "--set", f"epochs={updates}")
    short.started()
    long.started()
    times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in KEYS}
    for _ in range(ROUNDS):
        for name, key in KEYS.items():
            for terminal, milliseconds in zip((short, long), times[name], strict=True):
                milliseconds.append(terminal.pressed(key))
    print(f"{'key':<12} {'3 updates':>10} {f'{updates:,} updates':>16}   ratio")
    for name, both in times.items():
        few, many = map(statistics.median, both)
        print(f"{name:<12} {few:7.1f} ms {many:13.1f} ms   {many / few:5.2f}")
    short.ended()
    long.ended()


if __name__ == "__main__":
    main()
