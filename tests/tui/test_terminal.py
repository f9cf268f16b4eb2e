"""The app in a real pseudo-terminal: it opens, steps, and gives the terminal back as it was, however it ends."""

from __future__ import annotations

import signal
import termios

import pytest

from tests.terminal import Terminal

GIVEN_BACK = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l")


@pytest.fixture
def terminal():
    """The app on the lecture's example, opened."""
    with Terminal("step", "-i", columns=100, rows=30) as opened:
        opened.until("before step 1 of 15")
        yield opened


def test_arrow_keys_and_quit(terminal):
    """The arrow goes on, q ends with code 0, and the terminal is as it was."""
    terminal.type("\x1b[C")
    terminal.until("step 1 of 15")
    terminal.type("q")
    assert terminal.ended() == 0
    assert all(code in terminal.shown for code in GIVEN_BACK)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_ended_by_a_signal(terminal, number):
    """Asked to end in the middle, it gives the terminal back and says by its code which signal it was."""
    before = termios.tcgetattr(terminal.master)
    terminal.process.send_signal(number)
    assert terminal.ended() == 128 + number
    assert all(code in terminal.shown for code in GIVEN_BACK)
    after = termios.tcgetattr(terminal.master)
    assert after[3] & termios.ECHO
    assert after[3] & termios.ICANON
    assert not before[3] & termios.ECHO


def test_ctrl_c_ends_it(terminal):
    """Ctrl-C ends the app as q does."""
    terminal.type("\x03")
    assert terminal.ended() == 0
    assert all(code in terminal.shown for code in GIVEN_BACK)
