"""Writing a plan down, layer by layer: forward, loss, the backward pass, the batch, the update, and what follows.

The backward pass is, per layer, the slope, the error signal, the gradients, the paths and the error sent back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from backtrace.engine.equation import Equation, Kind, Quantity, Stage, Told
from backtrace.engine.orientation import ORIENTATIONS, laid_out
from backtrace.engine.phases import Phase
from backtrace.engine.plan import OBJECTIVES, Plan
from backtrace.engine.roles import ROLES, Role, hyperparameter, part_role, state
from backtrace.formula.calculus import HALF, summed
from backtrace.formula.expr import Expr, Operand, Shape, Var, apply
from backtrace.formula.operations import total
from backtrace.network.activations import ACTIVATIONS, Activation
from backtrace.network.losses import LOSSES, Loss, reduced, shared
from backtrace.network.naming import Naming
from backtrace.network.optimizers import OPTIMIZERS, Optimizer
from backtrace.network.parameters import Parameter
from backtrace.network.schedules import SCHEDULES
from backtrace.scenario.scenario import Scenario


def plan_of(scenario: Scenario) -> Plan:
    """The plan of the scenario's training step, made once; raises MisfitError where shapes do not fit."""
    activations = tuple(ACTIVATIONS[layer.activation] for layer in scenario.layers)
    return _planned(scenario, activations, LOSSES[scenario.loss], OPTIMIZERS[scenario.optimizer])


@lru_cache(maxsize=16)
def _planned(scenario: Scenario, *_rows: Any) -> Plan:
    """The plan, made anew where a row that it is made of has changed."""
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
        if self.scenario.l2:
            self.penalised_gradients()
        self.update()
        self.after()
        return Plan(
            self.quantities, tuple(self.of_sample), tuple(self.of_update), tuple(self.closing), self.batched,
            self.activations, self.loss_row,
        )  # fmt: skip

    @property
    def batched(self) -> bool:
        return self.scenario.is_batched

    @property
    def depth(self) -> int:
        return self.scenario.depth

    @cached_property
    def activations(self) -> tuple[Activation, ...]:
        layers = enumerate(self.scenario.layers, 1)
        return tuple(ACTIVATIONS[layer.activation].bound(layer.parameters, f"_a{number}") for number, layer in layers)

    @cached_property
    def loss_row(self) -> Loss:
        return LOSSES[self.scenario.loss].bound(self.scenario.loss_parameters)

    def given(
        self, name: str, role: str | Role, shape: Shape, layer: int | None = None, per_sample: bool = False
    ) -> Var:
        var = Var(name, shape, per_sample)
        self.quantities[name] = Quantity(var, ROLES[role] if isinstance(role, str) else role, layer, "given")
        return var

    def hyperparameters(self, variant: str, parameters: Mapping[str, Parameter], suffix: str = "") -> None:
        """The numbers that a variant is given besides its operands."""
        for name, parameter in parameters.items():
            if parameter.is_number:
                self.given(f"{name}{suffix}", hyperparameter(variant, name, parameter.range.meaning), ())

    def say(
        self, where: list[Equation], stage: Stage, name: str, role: str | Role, formula: Expr, layer: int | None = None,
        kind: Kind = "spine", told: Told = "always",
    ) -> Var:  # fmt: skip
        """Write an equation down; its variable."""
        var = Var(name, formula.shape, formula.per_sample)
        quantity = Quantity(var, ROLES[role] if isinstance(role, str) else role, layer, kind)
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
        row = self.activations[number - 1]
        self.hyperparameters(row.name, ACTIVATIONS[row.name].parameters, f"_a{number}")
        role = "prediction" if number == self.depth else "activation"

        def name(part: str, formula: Expr) -> Var:
            return self.say(
                self.of_sample, stage, f"{part}{number}", "softmax_part", formula, number, "detail", "folded"
            )

        formula = row.applied(z) if row.symbol else row.function(z, name)
        self.say(self.of_sample, stage, f"a{number}", role, formula, number)

    def loss(self) -> None:
        """The terms of the outputs and their sum or mean."""
        stage, row = Stage("loss", "loss"), self.loss_row
        self.hyperparameters(row.name, LOSSES[row.name].parameters)
        terms = row.terms(self.var("y"), self.var(f"a{self.depth}"))
        terms = self.say(self.of_sample, stage, "L_terms", "loss_terms", terms, None, "detail", "folded")
        loss = self.say(self.of_sample, stage, "L", "loss", reduced(terms, self.scenario.loss_outputs))
        if self.scenario.l2 and not self.batched:
            self.penalty(self.of_sample, stage, loss)

    def penalty(self, where: list[Equation], stage: Stage, loss: Var) -> None:
        """The penalty on large weights, and the objective that it makes of the loss."""
        l2, depth = self.given("l2", "l2", ()), range(1, self.depth + 1)
        squares = summed([total(total(self.var(f"W{number}") ** 2)) for number in depth])
        penalty = self.say(where, stage, "penalty", "penalty", HALF * l2 * squares)
        self.say(where, stage, "objective", "objective", loss + penalty)

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
        scenario, row = self.scenario, self.activations[number - 1]
        z, a, is_output = self.var(f"z{number}"), self.var(f"a{number}"), number == self.depth
        told: Told = "folded" if row.elementwise else "always"
        if is_output:
            by_a = shared(self.loss_row.slope(self.var("y"), a), a.shape[0], scenario.loss_outputs)
        else:
            by_a = self.sent_back(number, stage)
        dL_da = self.say(self.of_sample, stage, f"dL_da{number}", "activation_gradient", by_a, number, told=told)
        orientation = ORIENTATIONS[scenario.orientation]
        by_z = laid_out(row.slope(z, a), orientation)
        slope = self.say(self.of_sample, stage, f"slope{number}", "slope", by_z, number, "detail", told)
        delta = dL_da * slope if row.elementwise else orientation.through(slope, dL_da)
        role = "output_error" if is_output else "hidden_error"
        self.say(self.of_sample, stage, f"dL_dz{number}", role, delta, number)
        short = self.loss_row.short.get(row.name) if is_output else None
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
        if self.batched and not self.scenario.keep.per_sample_gradients:
            return
        for parameter, role, formula in self.gradient_formulas(number):
            self.say(self.of_sample, stage, f"dL_d{parameter}", role, formula, number)

    def gradient_formulas(self, number: int) -> Iterator[tuple[str, str, Expr]]:
        """The parameters of a layer, with the role and the formula of the gradient of one sample."""
        delta, gradient = self.var(f"dL_dz{number}"), ORIENTATIONS[self.scenario.orientation].gradient
        yield f"W{number}", "weight_gradient", gradient(delta, self.before(number))
        if self.scenario.layers[number - 1].biases is not None:
            yield f"b{number}", "bias_gradient", delta

    def batch(self) -> None:
        """The loss and the gradients of the batch: mean or sum over its samples."""
        over_samples = f"{self.scenario.loss_batch}_over_samples"
        word = "mean" if self.scenario.loss_batch == "mean" else "sum"
        stage = Stage("loss", f"loss of the batch: {word} over its samples")
        loss = self.say(self.of_update, stage, "J", "batch_loss", apply(over_samples, self.var("L")))
        if self.scenario.l2:
            self.penalty(self.of_update, stage, loss)
        stage = self.stage("backward", f"gradients of the batch: {word} over its samples")
        for number in range(self.depth, 0, -1):
            for parameter, role, formula in self.gradient_formulas(number):
                of_sample = self.quantities.get(f"dL_d{parameter}")
                mean = apply(over_samples, of_sample.var if of_sample else formula)
                self.say(self.of_update, stage, f"dJ_d{parameter}", f"batch_{role}", mean, number)

    def penalised_gradients(self) -> None:
        """The gradients of the objective by the weights; the penalty leaves the biases alone."""
        stage = self.stage("backward", "gradients with the penalty")
        for number in range(self.depth, 0, -1):
            W, gradient = self.var(f"W{number}"), self.var(f"d{'J' if self.batched else 'L'}_dW{number}")
            formula = gradient + self.var("l2") * W
            self.say(self.of_update, stage, f"dobjective_dW{number}", "penalised_gradient", formula, number)

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
        return next(self.var(n) for of in OBJECTIVES if (n := f"d{of}_d{parameter}") in self.quantities)

    def update(self) -> None:
        """A step of the optimizer for every parameter that is trained."""
        stage, optimizer = self.stage("update", "update"), OPTIMIZERS[self.scenario.optimizer]
        eta = self.learning_rate(stage)
        trained = self.trained()
        if trained and optimizer.counts_updates and "t" not in self.quantities:
            self.given("t", "update_number", ())
        if trained:
            self.hyperparameters(optimizer.name, optimizer.parameters)
        for letter, number in trained:
            self.step(optimizer, eta, letter, number, stage)

    def learning_rate(self, stage: Stage) -> Var:
        """The learning rate: given, or worked out from the first by its schedule."""
        rates = self.scenario.rates
        if rates is None or rates.values:
            return self.given("eta", "learning_rate", ())
        first, row = self.given("eta0", "first_rate", ()), SCHEDULES[rates.name]
        count = self.given(*(("epoch", "epoch_number") if rates.per == "epoch" else ("t", "update_number")), ())
        self.hyperparameters(row.name, row.parameters)
        return self.say(self.of_update, stage, "eta", "learning_rate", row.rate(first, count - 1))

    def step(self, optimizer: Optimizer, eta: Var, letter: str, number: int, stage: Stage) -> None:
        """The new value of one parameter, with what the optimizer names on the way to it."""
        parameter = f"{letter}{number}"
        p, parts = self.var(parameter), list[tuple[str, Expr]]()

        def carried(name: str) -> Var:
            return self.given(f"{name}_{parameter}", state(name), p.shape, number)

        name = _collecting(parts, parameter)
        formula = optimizer.step(p, self.gradient_of(parameter), eta, name, self.scenario.optimizer_parameters, carried)
        told: Told = "folded" if len(parts) == 1 and not optimizer.carried else "always"
        for part, part_formula in parts:
            id_ = _of_parameter(part, parameter)
            self.say(self.of_update, stage, id_, part_role(part), part_formula, number, "detail", told)
        role = "next_weights" if letter == "W" else "next_biases"
        self.say(self.of_update, stage, f"{parameter}_next", role, formula, number)

    def after(self) -> None:
        """What the gradients promised, and how the loss really changed."""
        stage = Stage("after", "did it help?")
        loss = next(self.var(name) for name in OBJECTIVES if name in self.quantities)
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
    """A naming that notes what an optimizer names for a parameter."""

    def name(part: str, formula: Expr, /) -> Expr:
        parts.append((part, formula))
        return Var(_of_parameter(part, parameter), formula.shape)

    return name


def _of_parameter(part: str, parameter: str) -> str:
    """The id of what an optimizer names for a parameter: step_W1, m_W1_next."""
    return f"{part.removesuffix('_next')}_{parameter}" + ("_next" if part.endswith("_next") else "")
