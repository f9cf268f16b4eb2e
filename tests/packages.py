"""Packages that are taken away for a test."""

from __future__ import annotations

import builtins
from typing import Any

import pytest


def take_away(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the package cannot be imported, as if it were not installed."""
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith(package):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
