"""The colours of the app: dark, light, and for a projector, in high contrast."""

from __future__ import annotations

from textual.theme import Theme

# fmt: off
THEMES = (
    Theme("dark", primary="#7aa2f7", secondary="#2f3549", accent="#ffb454", warning="#ffb454", error="#ff757f",
          success="#9ece6a", foreground="#dfe3f0", background="#16181f", surface="#16181f", panel="#20232d"),
    Theme("light", primary="#1a4fb4", secondary="#d8def0", accent="#a43c00", warning="#8a4b00", error="#b3001b",
          success="#1d6b1d", foreground="#1b1d23", background="#ffffff", panel="#eef0f5", dark=False),
    Theme("projector", primary="#000000", secondary="#e0e0e0", accent="#8b0000", warning="#8b0000", error="#8b0000",
          success="#004d00", foreground="#000000", background="#ffffff", panel="#ffffff", dark=False,
          text_alpha=1.0),
)
# fmt: on
"""The themes in the order in which a key goes through them; the last is that of a projector."""

PROJECTOR = THEMES[-1].name
