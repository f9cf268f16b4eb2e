"""A scenario once more, in PyTorch: networks, losses, optimizers and schedules of torch's own, and its gradients.

It shares no formula with the package. Where torch is missing the tests that import this are skipped, unless
BACKTRACE_NEVER_SKIP is set.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from backtrace.engine.schedule import Schedule
from backtrace.scenario import Scenario

torch: Any = (
    importlib.import_module("torch")
    if os.environ.get("BACKTRACE_NEVER_SKIP")
    else pytest.importorskip("torch", reason="torch is not installed: pip install torch")
)
functional = torch.nn.functional

Tensors = dict[str, Any]
Given = Mapping[str, Any]
Found = tuple[int, int | None, Tensors]
"""An update, a sample (None for what is the batch's) and what torch gives there, by id."""


def _bce(a: Any, y: Any, outputs: str, _: Given) -> Any:
    """Binary cross-entropy from its definition; terms with target 0 are left out, as torch's own clamps logarithms."""
    one, zero = y > 0, y < 1
    loss = -torch.dot(y[one], a[one].log()) - torch.dot(1 - y[zero], (1 - a[zero]).log())
    return loss / len(y) if outputs == "mean" else loss


# fmt: off
ACTIVATION_OF: dict[str, Callable[[Any, Given], Any]] = {
    "identity":   lambda z, _: z,
    "sigmoid":    lambda z, _: torch.sigmoid(z),
    "tanh":       lambda z, _: torch.tanh(z),
    "relu":       lambda z, _: torch.relu(z),
    "leaky_relu": lambda z, given: functional.leaky_relu(z, given["slope"]),
    "elu":        lambda z, given: functional.elu(z, given["alpha"]),
    "softplus":   lambda z, _: functional.softplus(z),
    "swish":      lambda z, _: functional.silu(z),
    "gelu":       lambda z, given: functional.gelu(z, approximate={"exact": "none", "tanh": "tanh"}[given["form"]]),
    "softmax":    lambda z, _: torch.softmax(z, dim=0),
}
LOSS_OF: dict[str, Callable[[Any, Any, str, Given], Any]] = {
    "mse":           lambda a, y, outputs, _: functional.mse_loss(a, y, reduction=outputs),
    "sse":           lambda a, y, outputs, _: functional.mse_loss(a, y, reduction=outputs),
    "half_sse":      lambda a, y, outputs, _: torch.dot(y - a, y - a) / 2,
    "mae":           lambda a, y, outputs, _: functional.l1_loss(a, y, reduction=outputs),
    "huber":         lambda a, y, outputs, given: functional.huber_loss(a, y, reduction=outputs, delta=given["delta"]),
    "bce":           _bce,
    "cross_entropy": lambda a, y, outputs, _: -torch.special.xlogy(y, a).sum(),
    "bce_logits":    lambda z, y, outputs, _: functional.binary_cross_entropy_with_logits(z, y, reduction=outputs),
    "softmax_cross_entropy": lambda z, y, outputs, _: functional.cross_entropy(z, y),
}
OPTIMIZER_OF: dict[str, Callable[[list[Any], float, Given], Any]] = {
    "sgd":      lambda p, rate, given: torch.optim.SGD(p, rate),
    "momentum": lambda p, rate, given: torch.optim.SGD(p, rate, momentum=given["momentum"]),
    "nesterov": lambda p, rate, given: torch.optim.SGD(p, rate, momentum=given["momentum"], nesterov=True),
    "adagrad":  lambda p, rate, given: torch.optim.Adagrad(p, rate, eps=given["epsilon"]),
    "rmsprop":  lambda p, rate, given: torch.optim.RMSprop(p, rate, alpha=given["decay"], eps=given["epsilon"]),
    "adam":     lambda p, rate, given: torch.optim.Adam(p, rate, **_of_adam(given)),
    "adamw":    lambda p, rate, given: torch.optim.AdamW(p, rate, **_of_adam(given)),
}
STATE_OF = {
    "momentum_buffer": "velocity", "sum": "sum_sq", "square_avg": "v", "exp_avg": "m", "exp_avg_sq": "v",
}
"""What torch's optimizers keep, and what it is called here."""
# fmt: on


def _of_adam(given: Given) -> dict[str, Any]:
    decay = {"weight_decay": given["weight_decay"]} if "weight_decay" in given else {}
    return {"betas": (given["beta1"], given["beta2"]), "eps": given["epsilon"]} | decay


class Apart:
    """An optimizer that torch does not have, written out: Adam without its correction, momentum with the rate inside.

    It looks like one of torch's: groups with a rate that a schedule may change, and a step.
    """

    def __init__(self, parameters: list[Any], rate: float, given: Given) -> None:
        self.param_groups, self.given = [{"params": parameters, "lr": rate}], given
        self.state = {p: {name: torch.zeros_like(p) for name in self.kept} for p in parameters}

    @property
    def kept(self) -> tuple[str, ...]:
        """What is kept for each parameter."""
        return ("momentum_buffer",) if "momentum" in self.given else ("exp_avg", "exp_avg_sq")

    def step(self) -> None:
        """One update of every parameter."""
        rate = self.param_groups[0]["lr"]
        with torch.no_grad():
            for p, state in self.state.items():
                change = self._of_momentum if "momentum" in self.given else self._of_adam
                p.add_(change(p, state, rate))

    def _of_momentum(self, p: Any, state: Tensors, rate: float) -> Any:
        state["momentum_buffer"] = self.given["momentum"] * state["momentum_buffer"] - rate * p.grad
        return state["momentum_buffer"]

    def _of_adam(self, p: Any, state: Tensors, rate: float) -> Any:
        for name, beta, g in (("exp_avg", "beta1", p.grad), ("exp_avg_sq", "beta2", p.grad.square())):
            state[name] = torch.lerp(g, state[name], self.given[beta])
        drawn = -rate * self.given.get("weight_decay", 0) * p
        return drawn - rate * state["exp_avg"] / (state["exp_avg_sq"].sqrt() + self.given["epsilon"])


def optimizer_of(name: str, parameters: list[Any], rate: float, given: Given) -> Any:
    """Torch's optimizer of that name, or the one written out where torch has none."""
    made = OPTIMIZER_OF.get(name, Apart) if given.get("bias_correction", True) else Apart
    return made(parameters, rate, given)


def rate_of(scenario: Scenario, n: int) -> float:
    """The learning rate after n changes, from its definition."""
    rates = scenario.rates
    if rates is None:
        return scenario.learning_rate
    if rates.values:
        return rates.values[min(n, len(rates.values) - 1)]
    first, given = torch.tensor(scenario.learning_rate, dtype=torch.float64), rates.parameters
    if rates.name == "cosine":
        share = torch.cos(torch.tensor(torch.pi * min(n / given["period"], 1), dtype=torch.float64))
        return float(given["eta_end"] + (first - given["eta_end"]) * (1 + share) / 2)
    return float(first * given["gamma"] ** (n // given.get("period", 1)))


def by_torch(scenario: Scenario, schedule: Schedule) -> Iterator[Found]:
    """What torch gives in each update: of every sample, of the batch, and the parameters at its start."""
    parameters = initial(scenario)
    trained = {name: p for name, p in parameters.items() if _is_trained(scenario, name)}
    optimizer = optimizer_of(
        scenario.optimizer, list(trained.values()), scenario.learning_rate, scenario.optimizer_parameters
    ) if trained else None  # fmt: skip
    for update in range(1, schedule.updates + 1):
        yield update, None, {name: p.detach().clone() for name, p in parameters.items()}
        losses = []
        for place in schedule.samples(update):
            values = forward(scenario, parameters, place)
            yield update, place + 1, values | _gradients("L", values["L"], values | parameters)
            losses.append(values["L"])
        loss = losses[0]
        if scenario.is_batched:
            loss = getattr(torch.stack(losses), scenario.loss_batch)()
            yield update, None, {"J": loss} | _gradients("J", loss, parameters)
        if scenario.l2:
            weights = {name: p for name, p in parameters.items() if name[0] == "W"}
            loss = loss + scenario.l2 / 2 * sum(p.square().sum() for p in weights.values())
            yield update, None, {"objective": loss} | _gradients("objective", loss, weights)
        for p, gradient in zip(parameters.values(), _differentiated(loss, parameters).values(), strict=True):
            p.grad = gradient
        if optimizer:
            per_epoch = scenario.rates is not None and scenario.rates.per == "epoch"
            rate = rate_of(scenario, (schedule.epoch(update) if per_epoch else update) - 1)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            yield update, None, {"eta": torch.tensor(rate, dtype=torch.float64)} | kept(optimizer, trained)
    yield schedule.updates + 1, None, parameters
    for place in schedule.samples(schedule.updates + 1):
        yield schedule.updates + 1, place + 1, forward(scenario, parameters, place)


def kept(optimizer: Any, trained: Tensors) -> Tensors:
    """What the optimizer keeps after the update, by id."""
    return {
        f"{STATE_OF[key]}_{name}_next": value
        for name, p in trained.items()
        for key, value in optimizer.state[p].items()
        if key in STATE_OF and value is not None
    }


def initial(scenario: Scenario) -> Tensors:
    """The parameters before the first update, by id."""
    parameters = {}
    for number, layer in enumerate(scenario.layers, 1):
        parameters[f"W{number}"] = torch.tensor(layer.weights, requires_grad=True)
        if layer.biases is not None:
            parameters[f"b{number}"] = torch.tensor(layer.biases, requires_grad=True)
    return parameters


def _is_trained(scenario: Scenario, name: str) -> bool:
    layer = scenario.layers[int(name[1:]) - 1]
    return layer.train_weights if name[0] == "W" else layer.train_biases


def forward(scenario: Scenario, parameters: Tensors, place: int) -> Tensors:
    """The forward pass of one sample, every z and a by id."""
    values = {"x": torch.tensor(scenario.x[place], requires_grad=True)}
    signal = values["x"]
    for number, layer in enumerate(scenario.layers, 1):
        W = parameters[f"W{number}"]
        z = functional.linear(signal, W if scenario.orientation == "column" else W.T, parameters.get(f"b{number}"))
        signal = ACTIVATION_OF[layer.activation](z, layer.parameters)
        values |= {f"z{number}": z, f"a{number}": signal}
    target = torch.tensor(scenario.y[place])
    return values | {"L": LOSS_OF[scenario.loss](signal, target, scenario.loss_outputs, scenario.loss_parameters)}


def _differentiated(loss: Any, by: Tensors) -> Tensors:
    """The derivative by each tensor; torch gives none where the loss does not depend on it."""
    gradients = torch.autograd.grad(loss, by.values(), retain_graph=True, materialize_grads=True)
    return dict(zip(by, gradients, strict=True))


def _gradients(of: str, loss: Any, by: Tensors) -> Tensors:
    inner = {name: tensor for name, tensor in by.items() if name != of}
    return {f"d{of}_d{name}": gradient for name, gradient in _differentiated(loss, inner).items()}
