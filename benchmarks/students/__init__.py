"""Students who work exercises in plain numpy, with mistakes and without.

A mistake is a class in one of the files here: `named` is what the catalogue calls it, its docstring says what is done.
"""

from __future__ import annotations

from collections.abc import Iterator

from students import errors, forward, gradients, slips, updates
from students.mistaken import Mistaken

__all__ = ["MISTAKES", "errors", "forward", "gradients", "slips", "updates"]


def _all(cls: type[Mistaken]) -> Iterator[type[Mistaken]]:
    for each in cls.__subclasses__():
        if each.named:
            yield each
        yield from _all(each)


MISTAKES: dict[str, type[Mistaken]] = {each.__name__: each for each in _all(Mistaken)}
"""Every mistake by the name of its student."""
