"""Does it learn: what the new parameters on a sheet do to the loss, beside what the right ones do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from backtrace.answers.judgement import Judgement
from backtrace.answers.working import Key, Working
from backtrace.formula.evaluate import FLOATS


@dataclass(frozen=True, eq=False)
class Outcome:
    """The loss (or what else the update makes smaller) and the predictions before an update, and after it.

    `own` has what the sheet's parameters give, `true` what the right ones do; predictions are of the update's first
    sample.
    """

    update: int
    before: float
    own: float
    true: float
    predictions: tuple[Any, Any, Any]

    @property
    def is_worse(self) -> bool:
        """Whether the loss rises."""
        return self.own > self.before


def outcome(judgement: Judgement) -> Outcome | None:
    """What the last new parameters of a sheet do; None where it has none, or the next update has other samples."""
    trace, plan = judgement.trace, judgement.trace.plan
    updates = [
        line.key.update
        for line in judgement.lines
        if plan.quantities[line.key.id].role.name in ("next_weights", "next_biases")
    ]
    update = max(updates, default=0)
    if not update or trace.schedule.samples(update) != trace.schedule.samples(min(update + 1, trace.updates)):
        return None
    known = {key: entries for key, entries in judgement.written().items() if key.update <= update}
    own = Working(trace, FLOATS, known, floor=update)
    prediction = plan.quantities[f"a{len(plan.activations)}"].var
    sample = trace.schedule.samples(update)[0] + 1 if prediction.per_sample else None
    losses = [float(trace.value(plan.objective, when)) for when in (update, update + 1)]
    before, true = (np.asarray(trace.value(prediction.name, when, sample)) for when in (update, update + 1))
    with np.errstate(all="ignore"):
        loss = float(np.asarray(own.value(Key(plan.objective, update + 1))))
        after = np.asarray(own.value(Key(prediction.name, update + 1, sample)))
    return Outcome(update, losses[0], loss, losses[1], (before, after, true))
