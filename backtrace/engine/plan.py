"""The plan of a training step: its equations, built with no numbers in sight.

It is built layer by layer: forward, loss, the backward pass (per layer: slope, error signal, gradients, paths,
error sent back), the batch, the update, and what is worked after the last update.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from backtrace.engine.equation import Equation, Kind, Phase, Quantity, Stage, Told
from backtrace.engine.orientation import ORIENTATIONS, laid_out
from backtrace.engine.roles import ROLES
from backtrace.formula.expr import Expr, Operand, Shape, Var, apply
from backtrace.formula.operations import total
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES, reduced, shared
from backtrace.network.naming import Naming
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Plan:
    """The equations of an update: `of_sample` worked for each sample, `of_update` once; `closing` after the last.

    The pass after the last update works the forward and loss equations of both again.
    """

    quantities: Mapping[str, Quantity]
    of_sample: tuple[Equation, ...]
    of_update: tuple[Equation, ...]
    closing: tuple[Equation, ...]
    batched: bool

    @cached_property
    def equations(self) -> tuple[Equation, ...]:
        """Every equation, in the order worked."""
        return self.of_sample + self.of_update + self.closing

    @cached_property
    def after(self) -> tuple[tuple[Equation, ...], tuple[Equation, ...]]:
        """The equations that are worked again with the new parameters: for each sample, and once."""
        forward = ("forward", "loss")
        return (
            tuple(e for e in self.of_sample if e.phase in forward),
            tuple(e for e in self.of_update if e.phase in forward),
        )

    @property
    def objective(self) -> str:
        """The id of the loss that an update makes smaller: of the batch, or of its single sample."""
        return "J" if self.batched else "L"

    def parts(self, is_last: bool) -> tuple[tuple[Equation, ...], tuple[Equation, ...]]:
        """What an update works for each sample, and what once; `is_last` is the pass after the last update."""
        of_sample, of_update = self.after if is_last else (self.of_sample, self.of_update)
        return of_sample, of_update + self.closing if is_last else of_update

    def lines(self, samples: Sequence[int], is_last: bool) -> list[tuple[Equation, int | None]]:
        """The equations of an update in the order worked, each with its sample.

        Samples are places in the data, from 1 in the result and from 0 in `samples`; None for those of a batch.
        """
        of_sample, of_update = self.parts(is_last)
        lines: list[tuple[Equation, int | None]] = [(e, place + 1) for place in samples for e in of_sample]
        return lines + [(e, None if self.batched else samples[0] + 1) for e in of_update]

    def line(self, samples: Sequence[int], is_last: bool, position: int) -> tuple[Equation, int | None]:
        """The line at that position, from 0, without listing the others."""
        of_sample, of_update = self.parts(is_last)
        turn, place = divmod(position, len(of_sample))
        if turn < len(samples):
            return of_sample[place], samples[turn] + 1
        return of_update[position - len(samples) * len(of_sample)], None if self.batched else samples[0] + 1

    def equation(self, name: str) -> Equation | None:
        """The equation that gives the quantity, None where it is given."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> dict[str, Equation]:
        return {equation.id: equation for equation in self.equations}


def plan_of(scenario: Scenario) -> Plan:
    """The plan of the scenario's training step; raises MisfitError where shapes do not fit."""
    return _Planner(scenario).plan()


@dataclass
class _Planner:
    """Writes the equations down in order; lives only while `plan_of` runs."""

    scenario: Scenario
    quantities: dict[str, Quantity] = field(default_factory=dict)
    of_sample: list[Equation] = field(default_factory=list)
    of_update: list[Equation] = field(default_factory=list)
    closing: list[Equation] = field(default_factory=list)
    stages: int = 0

    def plan(self) -> Plan:
        self.forward()
        self.loss()
        self.backward()
        if self.batched:
            self.batch()
        self.update()
        self.after()
        return Plan(self.quantities, tuple(self.of_sample), tuple(self.of_update), tuple(self.closing), self.batched)

    @property
    def batched(self) -> bool:
        return self.scenario.batch_size > 1

    @property
    def depth(self) -> int:
        return self.scenario.depth

    def given(self, name: str, role: str, shape: Shape, layer: int | None = None, per_sample: bool = False) -> Var:
        var = Var(name, shape, per_sample)
        self.quantities[name] = Quantity(var, ROLES[role], layer, "given")
        return var

    def say(
        self, where: list[Equation], stage: Stage, name: str, role: str, formula: Expr, layer: int | None = None,
        kind: Kind = "spine", told: Told = "always",
    ) -> Var:  # fmt: skip
        """Write an equation down; its variable."""
        var = Var(name, formula.shape, formula.per_sample)
        quantity = Quantity(var, ROLES[role], layer, kind)
        self.quantities[name] = quantity
        where.append(Equation(quantity, formula, stage, told))
        return var

    def var(self, name: str) -> Var:
        return self.quantities[name].var

    def before(self, layer: int) -> Var:
        return self.var(f"a{layer - 1}" if layer > 1 else "x")

    def stage(self, phase: Phase, title: str) -> Stage:
        self.stages += 1
        return Stage(phase, title, self.stages)

    def forward(self) -> None:
        """Pre-activation and activation, layer by layer."""
        scenario, stage = self.scenario, Stage("forward", "forward pass")
        self.given("x", "input", scenario.x.shape[1:], per_sample=self.batched)
        self.given("y", "target", scenario.y.shape[1:], per_sample=self.batched)
        affine = ORIENTATIONS[scenario.orientation].affine
        for number, layer in enumerate(scenario.layers, 1):
            z = affine(self.given(f"W{number}", "weights", layer.weights.shape, number), self.before(number))
            if layer.biases is not None:
                z = z + self.given(f"b{number}", "biases", layer.biases.shape, number)
            pre_activation = self.say(self.of_sample, stage, f"z{number}", "pre_activation", z, number)
            self.activation(number, pre_activation, stage)

    def activation(self, number: int, z: Var, stage: Stage) -> None:
        row = ACTIVATIONS[self.scenario.layers[number - 1].activation]
        role = "prediction" if number == self.depth else "activation"

        def name(part: str, formula: Expr) -> Var:
            return self.say(
                self.of_sample, stage, f"{part}{number}", "softmax_part", formula, number, "detail", "folded"
            )

        formula = row.applied(z) if row.symbol else row.function(z, name)
        self.say(self.of_sample, stage, f"a{number}", role, formula, number)

    def loss(self) -> None:
        """The terms of the outputs and their sum or mean."""
        stage, row = Stage("loss", "loss"), LOSSES[self.scenario.loss]
        terms = row.terms(self.var("y"), self.var(f"a{self.depth}"))
        terms = self.say(self.of_sample, stage, "L_terms", "loss_terms", terms, None, "detail", "folded")
        self.say(self.of_sample, stage, "L", "loss", reduced(terms, self.scenario.loss_outputs))

    def backward(self) -> None:
        """From the loss back to the input: slope, error signal, gradients, and the error sent back."""
        send_back = ORIENTATIONS[self.scenario.orientation].send_back
        for number in range(self.depth, 0, -1):
            whose = "output" if number == self.depth else "hidden"
            which = f"hidden layer {number}" if whose == "hidden" and self.depth > 2 else f"{whose} layer"  # noqa: PLR2004
            self.error_signal(number, self.stage("backward", f"{which} error{'s' if whose == 'hidden' else ''}"))
            what = "weights" if self.scenario.layers[number - 1].biases is None else "weights and biases"
            name = which.removesuffix(" layer") if whose == "output" or self.depth == 2 else which  # noqa: PLR2004
            stage = self.stage("backward", f"gradients for {name} {what}")
            self.gradients(number, stage)
        delta = self.var("dL_dz1")
        self.say(self.of_sample, stage, "dL_dx", "input_gradient", send_back(self.var("W1"), delta), None,
                 "detail", "detail")  # fmt: skip

    def error_signal(self, number: int, stage: Stage) -> None:
        """dL_da, the slope, and dL_dz; for the output layer its short form beside it where there is one."""
        scenario, row = self.scenario, ACTIVATIONS[self.scenario.layers[number - 1].activation]
        z, a, is_output = self.var(f"z{number}"), self.var(f"a{number}"), number == self.depth
        told: Told = "folded" if row.elementwise else "always"
        if is_output:
            loss, k = LOSSES[scenario.loss], a.shape[0]
            by_a = shared(loss.slope(self.var("y"), a), k, scenario.loss_outputs)
        else:
            by_a = self.sent_back(number, stage)
        dL_da = self.say(self.of_sample, stage, f"dL_da{number}", "activation_gradient", by_a, number, told=told)
        orientation = ORIENTATIONS[scenario.orientation]
        by_z = laid_out(row.slope(z, a), orientation)
        slope = self.say(self.of_sample, stage, f"slope{number}", "slope", by_z, number, "detail", told)
        delta = dL_da * slope if row.elementwise else orientation.through(slope, dL_da)
        role = "output_error" if is_output else "hidden_error"
        self.say(self.of_sample, stage, f"dL_dz{number}", role, delta, number)
        short = LOSSES[scenario.loss].short.get(row.name) if is_output else None
        if short is not None:
            formula = shared(short(self.var("y"), a), a.shape[0], scenario.loss_outputs)
            self.say(self.of_sample, stage, f"dL_dz{number}_short", "short_error", formula, number, "detail")

    def sent_back(self, number: int, stage: Stage) -> Expr:
        """The gradient by the activation of a hidden layer; each connection's part of it is told as detail."""
        orientation = ORIENTATIONS[self.scenario.orientation]
        W, delta = self.var(f"W{number + 1}"), self.var(f"dL_dz{number + 1}")
        self.say(self.of_sample, stage, f"paths{number}", "paths", orientation.paths(delta, W), number,
                 "detail", "detail")  # fmt: skip
        return orientation.send_back(W, delta)

    def gradients(self, number: int, stage: Stage) -> None:
        delta, gradient = self.var(f"dL_dz{number}"), ORIENTATIONS[self.scenario.orientation].gradient
        by_weights = gradient(delta, self.before(number))
        self.say(self.of_sample, stage, f"dL_dW{number}", "weight_gradient", by_weights, number)
        if self.scenario.layers[number - 1].biases is not None:
            self.say(self.of_sample, stage, f"dL_db{number}", "bias_gradient", delta, number)

    def batch(self) -> None:
        """The loss and the gradients of the batch: mean or sum over its samples."""
        over_samples = f"{self.scenario.loss_batch}_over_samples"
        word = "mean" if self.scenario.loss_batch == "mean" else "sum"
        loss = Stage("loss", f"loss of the batch: {word} over its samples")
        self.say(self.of_update, loss, "J", "batch_loss", apply(over_samples, self.var("L")))
        stage = self.stage("backward", f"gradients of the batch: {word} over its samples")
        for number in range(self.depth, 0, -1):
            for letter, role in (("W", "batch_weight_gradient"), ("b", "batch_bias_gradient")):
                if f"{letter}{number}" in self.quantities:
                    formula = apply(over_samples, self.var(f"dL_d{letter}{number}"))
                    self.say(self.of_update, stage, f"dJ_d{letter}{number}", role, formula, number)

    def trained(self) -> list[tuple[str, int]]:
        """The parameters that an update changes, from the output layer back."""
        found = []
        for number in range(self.depth, 0, -1):
            layer = self.scenario.layers[number - 1]
            if layer.train_weights:
                found.append(("W", number))
            if layer.biases is not None and layer.train_biases:
                found.append(("b", number))
        return found

    def gradient_of(self, parameter: str) -> Var:
        return self.var(f"d{'J' if self.batched else 'L'}_d{parameter}")

    def update(self) -> None:
        """A step of the optimizer for every parameter that is trained."""
        stage, optimizer = self.stage("update", "update"), OPTIMIZERS[self.scenario.optimizer]
        eta = self.given("eta", "learning_rate", ())
        for letter, number in self.trained():
            parameter = f"{letter}{number}"
            parts: list[tuple[str, Expr]] = []
            formula = optimizer(self.var(parameter), self.gradient_of(parameter), eta, _collecting(parts, parameter))
            told: Told = "folded" if len(parts) == 1 else "always"
            for part, part_formula in parts:
                self.say(self.of_update, stage, part, "optimizer_part", part_formula, number, "detail", told)
            role = "next_weights" if letter == "W" else "next_biases"
            self.say(self.of_update, stage, f"{parameter}_next", role, formula, number)

    def after(self) -> None:
        """What the gradients promised, and how the loss really changed."""
        stage = Stage("after", "did it help?")
        loss = self.var("J" if self.batched else "L")
        loss_next = self.given(f"{loss.name}_next", "next_loss", ())
        promised: Operand = 0
        for letter, number in self.trained():
            p = f"{letter}{number}"
            change = self.gradient_of(p) * (self.var(f"{p}_next") - self.var(p))
            while change.shape:
                change = total(change)
            promised = change if promised == 0 else promised + change
        if isinstance(promised, Expr):
            self.say(self.closing, stage, "promise", "promise", promised)
        self.say(self.closing, stage, "gain", "gain", loss_next - loss)


def _collecting(parts: list[tuple[str, Expr]], parameter: str) -> Naming:
    """A naming that notes what an optimizer names for a parameter, by id."""

    def name(part: str, formula: Expr, /) -> Expr:
        parts.append((f"{part}_{parameter}", formula))
        return Var(f"{part}_{parameter}", formula.shape)

    return name
