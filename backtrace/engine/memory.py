"""How much memory a trace may take."""

from __future__ import annotations

from contextvars import ContextVar

MEMORY = ContextVar("MEMORY", default=1 << 30)
"""How many bytes of numbers a trace may hold in memory where nothing else is said."""
