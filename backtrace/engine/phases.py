"""The phases of a training step, in order; `after` is the pass that looks whether the last update helped."""

from __future__ import annotations

from typing import Literal

Phase = Literal["forward", "loss", "backward", "update", "after"]
