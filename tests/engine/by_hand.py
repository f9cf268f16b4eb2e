"""A training worked by plain loops over single numbers, as a hand works it: no line of the engine is used.

It has two layers, mse over the outputs and the mean over a batch of all samples. What a line of the lesson gives goes
through `told`, which may round it; what is folded into a line does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import backtrace

Figures = dict[tuple[str, int, int | None], Any]
"""Numbers, lists and lists of rows by id, update and sample, both from 1."""


@dataclass(frozen=True)
class Example:
    """The numbers of a training, as text, so that every arithmetic makes its own of them."""

    W1: Any
    b1: Any
    W2: Any
    b2: Any
    x: Any
    y: Any
    eta: str
    l2: str = "0"
    optimizer: str = "sgd"
    parameters: Mapping[str, str] = field(default_factory=dict)
    updates: int = 3

    def scenario(self, activation: list[str], **settings: Any) -> backtrace.Scenario:
        """The same training, to be worked by the engine."""
        given = each(float, [[self.W1, self.W2], [self.b1, self.b2], self.x, self.y])
        weights, biases, x, y = given
        optimizer = {"name": self.optimizer} | {name: float(value) for name, value in self.parameters.items()}
        return backtrace.scenario(
            weights=weights, biases=biases, x=x, y=y, activation=activation, loss="mse", l2=float(self.l2),
            optimizer=optimizer, learning_rate=float(self.eta), batch_size=len(x), epochs=self.updates, **settings,
        )  # fmt: skip


def each(function: Callable[[Any], Any], value: Any) -> Any:
    """The function of a number, or of every number in nested lists."""
    return [each(function, entry) for entry in value] if isinstance(value, list) else function(value)


def both(function: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """The function of the numbers that stand at the same place."""
    if not isinstance(left, list):
        return function(left, right)
    return [both(function, a, b) for a, b in zip(left, right, strict=True)]


def total(value: Any) -> Any:
    """The sum of all numbers in nested lists."""
    return sum(map(total, value)) if isinstance(value, list) else value


@dataclass
class Hand:
    """Works an example with one kind of number.

    An activation is a pair: the function of z, and its slope in z and a.
    """

    example: Example
    number: Callable[[str], Any]
    told: Callable[[Any], Any]
    hidden: tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]
    output: tuple[Callable[[Any], Any], Callable[[Any, Any], Any]]
    figures: Figures = field(default_factory=dict)

    def worked(self) -> Figures:
        """Every figure of the training, and of the pass after it."""
        example = self.example
        self.p = {name: each(self.number, getattr(example, name)) for name in ("W1", "b1", "W2", "b2")}
        self.x, self.y = each(self.number, [example.x, example.y])
        self.eta, self.l2 = self.number(example.eta), self.number(example.l2)
        self.given = {name: self.number(value) for name, value in example.parameters.items()}
        self.state = {(name, p): each(lambda _: self.number("0"), self.p[p]) for name in ("velocity", "m", "v")
                      for p in self.p}  # fmt: skip
        for update in range(1, example.updates + 1):
            before = self.forward(update)
            gradients, old = self.gradients(update), dict(self.p)
            for name in ("W2", "b2", "W1", "b1"):
                self.p[name] = self.note(f"{name}_next", update, self.moved(name, update, gradients[name]))
        last = example.updates + 1
        after = self.forward(last)
        moves = {name: both(lambda new, p: new - p, self.p[name], old[name]) for name in old}
        promised = [both(lambda g, move: g * move, gradients[name], moves[name]) for name in moves]
        self.note("promise", last, total(promised))
        self.note("gain", last, after - before)
        return self.figures

    def note(self, name: str, update: int, value: Any, sample: int | None = None) -> Any:
        """The value as the line tells it, noted."""
        self.figures[name, update, sample] = each(self.told, value)
        return self.figures[name, update, sample]

    def layer(self, name: str, inputs: list[Any]) -> list[Any]:
        """Weighted sums of the inputs."""
        rows = zip(self.p[f"W{name}"], self.p[f"b{name}"], strict=True)
        return [sum(w * x for w, x in zip(row, inputs, strict=True)) + b for row, b in rows]

    def forward(self, update: int) -> Any:
        """The forward pass of every sample, and the loss of the batch."""
        losses = []
        for s, (x, y) in enumerate(zip(self.x, self.y, strict=True), 1):
            z1 = self.note("z1", update, self.layer("1", x), s)
            a1 = self.note("a1", update, each(self.hidden[0], z1), s)
            z2 = self.note("z2", update, self.layer("2", a1), s)
            a2 = self.note("a2", update, each(self.output[0], z2), s)
            losses.append(self.note("L", update, total(both(lambda t, a: (t - a) ** 2, y, a2)) / len(y), s))
        loss = self.note("J", update, total(losses) / len(losses))
        if not self.l2:
            return loss
        squares = total(each(lambda w: w**2, [self.p["W1"], self.p["W2"]]))
        penalty = self.note("penalty", update, self.l2 * squares / 2)
        return self.note("objective", update, loss + penalty)

    def gradients(self, update: int) -> dict[str, Any]:
        """The backward pass of every sample, and the gradients that the update follows."""
        for s, (x, y) in enumerate(zip(self.x, self.y, strict=True), 1):
            z1, a1, z2, a2 = (self.figures[name, update, s] for name in ("z1", "a1", "z2", "a2"))
            of_loss = [2 * (a - t) / len(y) for a, t in zip(a2, y, strict=True)]
            d2 = self.note("dL_dz2", update, both(lambda g, k: g * k, of_loss, both(self.output[1], z2, a2)), s)
            back = [sum(d * row[j] for d, row in zip(d2, self.p["W2"], strict=True)) for j in range(len(a1))]
            d1 = self.note("dL_dz1", update, both(lambda g, k: g * k, back, both(self.hidden[1], z1, a1)), s)
            for layer, d, inputs in (("2", d2, a1), ("1", d1, x)):
                self.note(f"dL_dW{layer}", update, [[g * a for a in inputs] for g in d], s)
                self.note(f"dL_db{layer}", update, d, s)
        gradients = {}
        for name, p in self.p.items():
            samples = [self.figures[f"dL_d{name}", update, s] for s in range(1, len(self.x) + 1)]
            added = reduce(lambda left, right: both(lambda a, b: a + b, left, right), samples)
            gradients[name] = self.note(f"dJ_d{name}", update, each(lambda g: g / len(self.x), added))
            if self.l2 and name.startswith("W"):
                with_penalty = both(lambda g, w: g + self.l2 * w, gradients[name], p)
                gradients[name] = self.note(f"dobjective_d{name}", update, with_penalty)
        return gradients

    def moved(self, name: str, update: int, g: Any) -> Any:
        """The parameter after the update."""
        if self.example.optimizer == "sgd":
            return both(lambda p, g: p - self.eta * g, self.p[name], g)
        step = self.note(f"step_{name}", update, getattr(self, self.example.optimizer)(name, update, g))
        return both(lambda p, s: p - s, self.p[name], step)

    def kept(self, name: str, p: str, update: int, rule: Callable[[Any, Any], Any], g: Any) -> Any:
        """What the optimizer keeps from update to update, after this one."""
        self.state[name, p] = self.note(f"{name}_{p}_next", update, both(rule, self.state[name, p], g))
        return self.state[name, p]

    def momentum(self, p: str, update: int, g: Any) -> Any:
        """What is subtracted: the velocity times the learning rate."""
        velocity = self.kept("velocity", p, update, lambda v, g: self.given["momentum"] * v + g, g)
        return each(lambda v: self.eta * v, velocity)

    def adam(self, p: str, update: int, g: Any) -> Any:
        """What is subtracted, with the means and their corrections as lines of their own."""
        beta1, beta2, epsilon = (self.given[name] for name in ("beta1", "beta2", "epsilon"))
        m = self.kept("m", p, update, lambda m, g: beta1 * m + (1 - beta1) * g, g)
        v = self.kept("v", p, update, lambda v, g: beta2 * v + (1 - beta2) * g**2, g)
        m = self.note(f"m_hat_{p}", update, each(lambda m: m / (1 - beta1**update), m))
        v = self.note(f"v_hat_{p}", update, each(lambda v: v / (1 - beta2**update), v))
        return both(lambda m, v: self.eta * m / (v.sqrt() + epsilon), m, v)
