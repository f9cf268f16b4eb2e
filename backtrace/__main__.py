"""`python -m backtrace` is the command `backtrace`."""

from backtrace.cli.main import entry

entry()
