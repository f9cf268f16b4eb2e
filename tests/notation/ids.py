"""The ids of every quantity that a network of some depth can have, with their shapes, stated once more by hand."""

from __future__ import annotations

from backtrace.formula.expr import Shape
from backtrace.notation.notation import Notation

_HYPERPARAMETERS = (
    "eta",
    "t",
    "momentum",
    "beta1",
    "beta2",
    "epsilon",
    "decay",
    "weight_decay",
    "l2",
    "delta",
    "eta0",
    "eta_end",
    "gamma",
    "period",
    "epoch",
)
_STATES = ("m", "v", "m_hat", "v_hat", "velocity", "sum_sq", "decay")
_LOSSES = ("L", "L_next", "J", "J_next", "penalty", "objective", "objective_next")
_NUMBERS = (*_LOSSES, "promise", "gain", *_HYPERPARAMETERS)


def every_id(units: tuple[int, ...], sends_by_row: bool = False) -> dict[str, Shape]:
    """Every id of DESIGN section 3 for these numbers of neurons, the input first."""
    depth = len(units) - 1
    shapes: dict[str, Shape] = {"x": (units[0],), "y": (units[-1],), "L_terms": (units[-1],), "dL_dx": (units[0],)}
    shapes |= dict.fromkeys(_NUMBERS, ())
    for l in range(1, depth + 1):
        n, m = units[l - 1], units[l]
        weights = (n, m) if sends_by_row else (m, n)
        shapes |= {f"z{l}": (m,), f"a{l}": (m,), f"dL_da{l}": (m,), f"dL_dz{l}": (m,)}
        shapes |= {f"slope{l}": (m, m) if l == depth else (m,)}
        shapes[f"alpha_a{l}" if l % 2 else f"slope_a{l}"] = ()  # a layer has one activation
        shapes |= _of_parameter(f"W{l}", weights) | _of_parameter(f"b{l}", (m,))
        if l < depth:
            shapes[f"paths{l}"] = (m, units[l + 1]) if sends_by_row else (units[l + 1], m)
    k = units[-1]
    shapes |= {f"exp_z{depth}": (k,), f"sum_exp_z{depth}": (), f"shift_z{depth}": (k,), f"dL_dz{depth}_short": (k,)}
    return shapes


def _of_parameter(name: str, shape: Shape) -> dict[str, Shape]:
    ids = [name, f"{name}_next", f"dL_d{name}", f"dJ_d{name}", f"dobjective_d{name}", f"step_{name}"]
    for state in _STATES:
        ids += [f"{state}_{name}", f"{state}_{name}_next"]
    return dict.fromkeys(ids, shape)


def notation(name: str | None, units: tuple[int, ...], sends_by_row: bool = False) -> Notation:
    """The notation of that name, or the default one, over every id."""
    return Notation.named(name, len(units) - 1, sends_by_row, every_id(units, sends_by_row))
