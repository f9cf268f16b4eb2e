"""What only the whole document shows: each check looks at sound parts only, so that all problems come at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, Loss
from backtrace.scenario.batches import batch_flaws
from backtrace.scenario.drawing import init_flaws
from backtrace.scenario.flaws import Flaw, Loc, listed
from backtrace.scenario.named import name_flaws
from backtrace.scenario.origins import origin_flaws
from backtrace.scenario.parts import is_number
from backtrace.scenario.rounding import rounding_flaws
from backtrace.scenario.sizes import size_flaws
from backtrace.scenario.sound import Sound
from backtrace.scenario.spelling import notation_flaws
from backtrace.scenario.variants import name_of, variant_flaws


def flaws_of_whole(data: Any, broken: Iterable[Loc]) -> list[Flaw]:
    """The flaws between sound parts of a document; `broken` are the places of flaws known already."""
    sound = Sound(data, broken)
    checks = (
        size_flaws, name_flaws, variant_flaws, init_flaws, origin_flaws, _hidden_activations, _loss_outputs, _logits,
        _targets, batch_flaws, rounding_flaws, notation_flaws,
    )  # fmt: skip
    return [flaw for check in checks for flaw in check(sound)]


def _hidden_activations(sound: Sound) -> list[Flaw]:
    """An activation that mixes the neurons of its layer stands in the output layer only."""
    flaws = []
    for layer in range(sound.count("network", "layers") - 1):
        name = name_of(sound.get("network", "layers", layer, "activation"))
        if name and not ACTIVATIONS[name].elementwise:
            loc = ("network", "layers", layer, "activation")
            expected = listed((row.name for row in ACTIVATIONS.values() if row.elementwise), "or")
            remedy = f"{name} belongs in the output layer"
            flaws.append(Flaw(loc, f"{name} in a hidden layer", expected, remedy))
    return flaws


def _loss(sound: Sound) -> Loss | None:
    written = sound.get("loss", default="mse")
    return LOSSES.get(name_of(written) or sound.get("loss", "name") or "")


def _loss_outputs(sound: Sound) -> list[Flaw]:
    """`outputs` stands only where the loss leaves open how its outputs are put together."""
    row, outputs = _loss(sound), sound.get("loss", "outputs")
    if row is None or outputs is None or row.outputs_free:
        return []
    free = [other.name for other in LOSSES.values() if other.outputs_free]
    expected = f"no `outputs`: {row.name} is always the {row.outputs} over its outputs"
    remedy = f"remove it; {listed(free, 'and')} can choose" if free else "remove it"
    return [Flaw(("loss", "outputs"), f"`outputs: {outputs}` for {row.name}", expected, remedy, on="key")]


def _logits(sound: Sound) -> list[Flaw]:
    """A loss of pre-activations stands on an output layer that leaves them as they are."""
    row, last = _loss(sound), sound.count("network", "layers") - 1
    name = name_of(sound.get("network", "layers", last, "activation", default="identity")) if last >= 0 else None
    if row is None or name is None or row.prediction != "pre-activation" or name == "identity":
        return []
    others = [loss.name for loss in LOSSES.values() if loss.prediction == "probability"]
    expected = f"identity, as {row.name} takes the pre-activation itself"
    remedy = f"leave the activation out, or take the loss {listed(others, 'or')}"
    return [Flaw(("network", "layers", last, "activation"), f"{name} under the loss {row.name}", expected, remedy)]


def _targets(sound: Sound) -> list[Flaw]:
    """Targets are of the kind that the loss is meant for."""
    row = _loss(sound)
    if row is None or row.targets == "any":
        return []
    flaws = []
    for sample in range(sound.count("data")):
        y = sound.get("data", sample, "y")
        if y is not None:
            here = _not_within(row, y, ("data", sample, "y"))
            flaws += here or (_not_summing(row, y, ("data", sample, "y")) if row.targets == "distribution" else [])
    return flaws


def _not_within(row: Loss, y: Any, loc: Loc) -> list[Flaw]:
    entries = [(loc, y)] if is_number(y) else [((*loc, i), target) for i, target in enumerate(y)]
    return [
        Flaw(place, f"the target {target!r}", f"a number from 0 to 1, as {row.name} asks for")
        for place, target in entries
        if not 0 <= target <= 1
    ]


def _not_summing(row: Loss, y: Any, loc: Loc) -> list[Flaw]:
    total = math.fsum([y] if is_number(y) else y)
    if math.isclose(total, 1, abs_tol=1e-6):
        return []
    single = is_number(y) or len(y) == 1
    remedy = "for a single output there is the loss bce" if single else "for independent outputs there is the loss bce"
    expected = f"probabilities that sum to 1, as {row.name} asks for"
    return [Flaw(loc, f"targets that sum to {total:.6g}", expected, remedy)]
