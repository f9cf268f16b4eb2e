"""Writing what the learner wants to keep: each kind of text has suffixes of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from backtrace.errors import misfit
from backtrace.formats.whole import whole_file

Texts = Mapping[str, tuple[str, Callable[[IO[Any]], object]]]
"""By suffix what there is to save, in words, and what writes it to a stream."""


def save(name: str, texts: Texts) -> Path:
    """Write the text that the suffix of the file asks for, to a file that is not there yet.

    Raises InputError for a suffix that stands for nothing, a file that exists or that cannot be written.
    """
    path = Path(name).expanduser()
    if path.suffix not in texts:
        raise misfit(f"{name!r} ends with {path.suffix or 'no suffix'!r}", " or ".join(texts))
    if path.exists():
        raise misfit(f"{name} is there already", "the name of a new file", "nothing was written")
    _, write = texts[path.suffix]
    with whole_file(path) as file:
        write(file)
    return path
