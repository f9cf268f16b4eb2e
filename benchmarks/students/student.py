"""A student who works an exercise in plain numpy, line by line, and rounds what is written down before using it again.

It shares nothing with the engine: layers are numbered from 1, arrays have a row for each sample, and every line goes
through `write`. A mistake is a subclass that works one of these lines in another way, and carries on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from students.exercise import Array, Exercise, Line, as_text

ACTIVATIONS: dict[str, Callable[[Array], Any]] = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
}
"""Each activation as a function of the pre-activation."""

SLOPES: dict[str, Callable[[Array], Any]] = {
    "sigmoid": lambda a: a * (1 - a),
    "tanh": lambda a: 1 - a * a,
    "relu": lambda a: (a > 0) * 1.0,
}
"""The slope of each activation as a function of the activation."""


def _rounded(values: Array) -> Array:
    rounded = [float(as_text(value)) if np.isfinite(value) else value for value in values.ravel()]
    return np.array(rounded).reshape(values.shape)


@dataclass(eq=False)
class Student:
    """Works the exercise without a mistake; `option` is which of a mistake's variants is made.

    Lines in `rounds` are rounded before they are used again, the others stay in the calculator. `lines` is what came
    out, an array with a row for each sample where the quantity has one for each.
    """

    exercise: Exercise
    rounds: Container[Line] = ()
    option: Any = None
    seed: int = 0
    lines: dict[Line, Array] = field(default_factory=dict)
    update: int = 1
    W: list[Array] = field(default_factory=list)
    b: list[Array] = field(default_factory=list)
    kept: dict[str, Array] = field(default_factory=dict)

    def write(self, name: str, value: Array) -> Array:
        """Write a line down: the value that is used from now on."""
        line = Line(name, self.update)
        value = np.asarray(self.slip(name, value), dtype=np.float64)
        self.lines[line] = _rounded(value) if line in self.rounds else value
        return self.lines[line]

    def read(self, name: str, update: int | None = None) -> Array:
        """A line that was written before."""
        return self.lines[Line(name, update or self.update)]

    def work(self) -> dict[Line, Array]:
        """Every line of the exercise."""
        e = self.exercise
        self.W, self.b = [np.empty(0), *e.weights], [np.empty(0), *e.biases]
        for self.update in range(1, e.updates + 1):
            self.forward()
            new = self.backward()
            for parameter, value in new.items():
                {"W": self.W, "b": self.b}[parameter[0]][int(parameter[1:])] = value
        if e.has_pass_after:
            self.update = e.updates + 1
            self.forward()
        return self.lines

    # The lines in the order of the working.

    def forward(self) -> None:
        """Pre-activations, activations and loss."""
        e = self.exercise
        for layer in range(1, e.depth + 1):
            z = self.write(f"z{layer}", self.pre_activation(layer, self.before(layer)))
            self.write(f"a{layer}", self.activation(layer, z))
        loss = self.write("L", self.loss(e.y, self.read(f"a{e.depth}")))
        if e.samples > 1:
            self.write("J", self.batch_loss(loss))

    def before(self, layer: int) -> Array:
        """What goes into a layer."""
        return self.read(f"a{layer - 1}") if layer > 1 else self.exercise.x

    def backward(self) -> dict[str, Array]:
        """Errors, gradients and new parameters, from the last layer back; the new parameters by name."""
        new: dict[str, Array] = {}
        for layer in range(self.exercise.depth, 0, -1):
            delta = self.error(layer, new)
            gradients = {
                f"W{layer}": self.write(f"dL_dW{layer}", self.weight_gradient(layer, delta)),
                f"b{layer}": self.write(f"dL_db{layer}", self.bias_gradient(layer, delta)),
            }
            for name, gradient in gradients.items():
                old = (self.W if name[0] == "W" else self.b)[layer]
                whole = self.write(f"dJ_d{name}", self.gathered(name, gradient)) if self.is_batch else gradient[0]
                new[name] = self.write(f"{name}_next", self.new_value(name, old, whole))
        return new

    @property
    def is_batch(self) -> bool:
        """Whether an update sees more than one sample."""
        return self.exercise.samples > 1

    @property
    def is_short(self) -> bool:
        """Whether the error of the last layer is worked in its short form."""
        return self.exercise.has_short_form and self.exercise.is_short

    def error(self, layer: int, new: dict[str, Array]) -> Array:
        """The error of a layer."""
        e, is_last = self.exercise, layer == self.exercise.depth
        z, a = self.read(f"z{layer}"), self.read(f"a{layer}")
        if is_last and self.is_short:
            return self.write(f"dL_dz{layer}", self.short_error(e.y, a))
        by_a = self.loss_slope(e.y, a) if is_last else self.sent_back(layer, new)
        by_a = self.write(f"dL_da{layer}", by_a)
        if e.activations[layer - 1] == "softmax":
            jacobian = self.write(f"slope{layer}", self.jacobian(a))
            return self.write(f"dL_dz{layer}", self.through_softmax(jacobian, by_a))
        slope = self.write(f"slope{layer}", self.slope(layer, z, a, by_a))
        return self.write(f"dL_dz{layer}", self.through(layer, by_a, slope))

    # Each formula by itself, for mistakes to change.

    def slip(self, name: str, value: Array) -> Array:
        """What is written in place of the value."""
        return value

    def pre_activation(self, layer: int, a: Array) -> Array:
        """The weighted sums."""
        return self.weighted(layer, a) + self.bias(layer)

    def weighted(self, layer: int, a: Array) -> Array:
        """The weighted sums without bias."""
        return a @ self.weights(layer).T

    def weights(self, layer: int) -> Array:
        """The weights of the forward pass."""
        return self.W[layer]

    def bias(self, layer: int) -> Array:
        """The bias as it is added."""
        return self.b[layer]

    def activation(self, layer: int, z: Array) -> Array:
        """The activation."""
        name = self.exercise.activations[layer - 1]
        if name == "softmax":
            return self.softmax(z)
        return np.asarray(ACTIVATIONS[name](z), dtype=np.float64)

    def softmax(self, z: Array) -> Array:
        """Powers of e, by their total."""
        e = np.exp(z)
        out: Array = e / e.sum(axis=1, keepdims=True)
        return out

    def log(self, value: Array) -> Array:
        """The logarithm of the loss."""
        return np.log(value)

    def loss(self, y: Array, a: Array) -> Array:
        """The loss of each sample."""
        terms = {
            "bce": lambda: -(y * self.log(a) + (1 - y) * self.log(1 - a)),
            "cross_entropy": lambda: -y * self.log(a),
        }.get(self.exercise.loss, lambda: (y - a) ** 2)()
        out: Array = terms.sum(axis=1) * self.loss_factor()
        return out

    def loss_factor(self) -> float:
        """What stands in front of the sum of the terms."""
        factors = {"mse": 1 / self.exercise.outputs, "half_sse": 0.5, "bce": 1 / self.exercise.outputs}
        return factors.get(self.exercise.loss, 1.0)

    def batch_loss(self, losses: Array) -> Array:
        """The loss of the batch."""
        return self.over_samples(losses)

    def over_samples(self, values: Array) -> Array:
        """Mean or sum over the samples."""
        out: Array = values.mean(axis=0) if self.exercise.batch == "mean" else values.sum(axis=0)
        return out

    def difference(self, y: Array, a: Array) -> Array:
        """Prediction minus target."""
        return a - y

    def slope_factor(self) -> float:
        """What stands in front of the derivative of the loss by an output."""
        k = self.exercise.outputs
        return {"mse": 2 / k, "sse": 2.0, "half_sse": 1.0, "bce": 1 / k, "cross_entropy": 1.0}[self.exercise.loss]

    def loss_slope(self, y: Array, a: Array) -> Array:
        """The derivative of the loss by the prediction."""
        return self.slope_of_loss(self.exercise.loss, y, a) * self.slope_factor()

    def slope_of_loss(self, name: str, y: Array, a: Array) -> Array:
        """The derivative of a loss by the prediction, its factor aside."""
        if name == "bce":
            return -y / a + (1 - y) / (1 - a)
        return -y / a if name == "cross_entropy" else self.difference(y, a)

    def short_error(self, y: Array, a: Array) -> Array:
        """The error of the last layer where the slope cancels."""
        return self.difference(y, a) * self.slope_factor()

    def jacobian(self, a: Array) -> Array:
        """The derivative of softmax, one matrix for each sample."""
        return np.stack([np.diag(each) - np.outer(each, each) for each in a])

    def through_softmax(self, jacobian: Array, by_a: Array) -> Array:
        """The error of a layer of softmax."""
        out: Array = np.einsum("sij,si->sj", jacobian, by_a)
        return out

    def slope(self, layer: int, z: Array, a: Array, by_a: Array) -> Array:
        """The slope of the activation."""
        return np.asarray(SLOPES[self.exercise.activations[layer - 1]](a), dtype=np.float64)

    def through(self, layer: int, by_a: Array, slope: Array) -> Array:
        """The error of a layer."""
        return by_a * slope

    def sent_back(self, layer: int, new: dict[str, Array]) -> Array:
        """The derivative by the activation of a hidden layer."""
        return self.error_of(layer + 1) @ self.weights_back(layer + 1, new)

    def error_of(self, layer: int) -> Array:
        """The error of a layer as it was written down."""
        return self.read(f"dL_dz{layer}")

    def weights_back(self, layer: int, new: dict[str, Array]) -> Array:
        """The weights along which the error is sent back."""
        return self.W[layer]

    def weight_gradient(self, layer: int, delta: Array) -> Array:
        """The gradient by the weights, for each sample."""
        out: Array = np.einsum("si,sj->sij", delta, self.before(layer))
        return out

    def bias_gradient(self, layer: int, delta: Array) -> Array:
        """The gradient by the biases, for each sample."""
        return delta

    def gathered(self, name: str, gradients: Array) -> Array:
        """The gradient of the batch."""
        return self.over_samples(gradients)

    # The update.

    def new_value(self, name: str, old: Array, gradient: Array) -> Array:
        """The new value of a parameter."""
        return self.moved(old, self.write(f"step_{name}", self.step(name, gradient)))

    def moved(self, old: Array, step: Array) -> Array:
        """The step taken."""
        return old - step

    def rate(self) -> float:
        """The learning rate as it is multiplied."""
        return self.exercise.eta

    def step(self, name: str, gradient: Array) -> Array:
        """What is subtracted."""
        if self.exercise.optimizer == "momentum":
            velocity = self.write(f"velocity_{name}_next", self.velocity(self.state("velocity", name), gradient))
            return self.rate() * velocity
        return self.adam_step(name, gradient) if self.exercise.optimizer == "adam" else self.rate() * gradient

    def state(self, of: str, name: str) -> Array:
        """What the optimizer kept from the update before, 0 at first."""
        before = Line(f"{of}_{name}_next", self.update - 1)
        return self.lines.get(before, np.zeros(1))

    def velocity(self, old: Array, gradient: Array) -> Array:
        """The new velocity."""
        return self.exercise.momentum * old + gradient

    def betas(self) -> tuple[float, float]:
        """The decay rates of Adam."""
        return self.exercise.beta1, self.exercise.beta2

    def adam_step(self, name: str, gradient: Array) -> Array:
        """The step of Adam."""
        beta1, beta2 = self.betas()
        m = self.write(f"m_{name}_next", beta1 * self.state("m", name) + (1 - beta1) * gradient)
        v = self.write(f"v_{name}_next", beta2 * self.state("v", name) + (1 - beta2) * gradient**2)
        m_hat, v_hat = self.corrected(f"m_hat_{name}", m, beta1), self.corrected(f"v_hat_{name}", v, beta2)
        return self.rate() * m_hat / self.root(v_hat)

    def corrected(self, name: str, mean: Array, beta: float) -> Array:
        """A mean corrected for its start at 0."""
        return self.write(name, self.correct(mean, beta))

    def correct(self, mean: Array, beta: float) -> Array:
        """The correction."""
        return mean / (1 - beta ** self.count())

    def count(self) -> int:
        """The number of the update."""
        return self.update

    def root(self, v_hat: Array) -> Array:
        """What Adam divides by."""
        out: Array = np.sqrt(v_hat) + self.exercise.epsilon
        return out
