"""Rows of numbers that are filled one after the other: in memory, or in a temporary file where they are too many."""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import IO, Any
from weakref import finalize

import numpy as np

from backtrace.engine.layout import NUMBER, Layout
from backtrace.errors import misfit
from backtrace.scenario.scenario import Floats

_FIRST_BYTES = 1 << 20


class Rows:
    """Rows of so many numbers each, filled one after the other; `most` is how many there will be at most.

    In a file they take room on the disk as they come; it is freed with the last array that shows some of them.
    """

    def __init__(self, width: int, most: int, in_memory: bool) -> None:
        self.width, self.most, self.used = width, most, 0
        self._array = _reserved(most if in_memory else 0, width)
        self._file = _temporary() if width and not in_memory else None
        if self._file is not None:
            finalize(self, self._file.close)

    def room(self, count: int) -> Floats:
        """The next rows, to be written; they stay the next ones until they are `taken`."""
        if self.used + count > len(self._array):
            self._grow(self.used + count)
        return self._array[self.used : self.used + count]

    def taken(self, count: int) -> None:
        """So many of the next rows are written."""
        self.used += count

    def finished(self) -> Floats:
        """The rows that are written."""
        return self._array[: self.used]

    def _grow(self, needed: int) -> None:
        rows = max(needed, 2 * len(self._array), _FIRST_BYTES // (NUMBER * max(1, self.width)))
        rows = max(needed, min(rows, self.most))
        if self._file is None:
            self._array = np.concatenate([self._array, np.empty((rows - len(self._array), self.width))])
        else:
            self._array = _mapped(self._file, rows, self.width)


def rows_of(layout: Layout, updates: int, visits: int, memory: int) -> list[Rows]:
    """Rows for each part of a layout, of so many updates and visits at most.

    They are in memory as long as they take no more bytes together than that.
    """
    in_memory = NUMBER * layout.numbers(visits, updates) <= memory
    return [Rows(part.width, visits if part.per_sample else updates, in_memory) for part in layout.parts]


def _reserved(rows: int, width: int) -> Floats:
    """Memory for so many rows. Raises InputError where there is not so much."""
    try:
        return np.empty((rows, width))
    except MemoryError as error:
        raise misfit(
            f"a trace has no room in memory, for {rows * width * NUMBER / 1e6:,.0f} MB",
            "as much memory as --memory says",
            "say less with --memory, so that it is put into a file, or keep fewer updates",
        ) from error


def _temporary() -> IO[bytes]:
    """A file that is gone when it is closed. Raises InputError where there is no folder for it."""
    try:
        return tempfile.TemporaryFile(prefix="backtrace-")
    except OSError as error:
        raise misfit(
            f"a trace has no file to be put into: {error.strerror}",
            "a folder for temporary files",
            "set TMPDIR to a folder that can be written to, or raise --memory",
        ) from error


def _mapped(file: IO[bytes], rows: int, width: int) -> Floats:
    """So many rows in the file, for which the disk has room. Raises InputError where it has not."""
    size = rows * width * NUMBER
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
    except OSError as error:
        raise misfit(
            f"a trace has no room in {tempfile.gettempdir()}, for {size / 1e6:,.0f} MB: {error.strerror}",
            "room for it on the disk, or in memory",
            "keep fewer updates (`keep: {updates: {every: 100}}`), raise --memory, or set TMPDIR to another folder",
        ) from error
    mapped: Any = mmap.mmap(file.fileno(), size)
    return np.frombuffer(mapped, dtype=np.float64).reshape(rows, width)
