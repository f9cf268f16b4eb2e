"""Writing a file so that nothing is lost: there is the old file, or the whole new one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from backtrace.errors import misfit


@contextmanager
def whole_file(path: Path, is_binary: bool = False) -> Iterator[IO[Any]]:
    """A file that takes the name `path` when it is complete; what a symbolic link means is written, not the link.

    Interrupted by the user, what is there is left as `NAME.partial`, and the interruption goes on. A device or a pipe
    is written to as it is. Raises InputError where the file cannot be written.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with _opened(path, is_binary) as stream:
            yield stream
        return
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise misfit(f"cannot write {path}: {error.strerror}", remedy="name a file in a folder that exists") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, **_mode_of(is_binary)) as stream:
            yield stream
        temporary.chmod(_mode(path))
        temporary.replace(path)
    except KeyboardInterrupt:
        if temporary.stat().st_size == 0:
            temporary.unlink()
        else:
            partial = path.with_name(path.name + ".partial")
            temporary.replace(partial)
            print(f"what is complete so far is in {partial}", file=sys.stderr)
        raise
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise misfit(f"cannot write {path}: {error.strerror}", remedy="the old file, if any, is untouched") from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def _opened(path: Path, is_binary: bool) -> Iterator[IO[Any]]:
    """A device or a pipe, open for writing."""
    try:
        with path.open(**_mode_of(is_binary)) as stream:
            yield stream
    except OSError as error:
        raise misfit(f"cannot write {path}: {error.strerror}") from error


def _mode_of(is_binary: bool) -> dict[str, Any]:
    """How a file is opened for bytes, or for text that is the same on every system."""
    return {"mode": "wb"} if is_binary else {"mode": "w", "encoding": "utf-8", "newline": "\n"}


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, or those of a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
