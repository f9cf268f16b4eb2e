"""What flows through the network in a line, in one short sentence made of the names of what takes part."""

from __future__ import annotations

from backtrace.engine.equation import Equation
from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var, variables
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.walk import Stop


def caption(trace: Trace, stop: Stop, detail: bool) -> Sentence:
    """What flows at a stop; with `detail` the line reads what its own formula says, nothing folded in."""
    if stop.equation is None:
        return ("what is given",) if stop.kind == "opening" else ("once more forward, with the new parameters",)
    return _Flow(trace, stop.equation, detail).sentence()


class _Flow:
    """The sentences, one for each role that a line's quantity may play."""

    def __init__(self, trace: Trace, equation: Equation, detail: bool) -> None:
        self.trace = trace
        self.equation = equation
        self.detail = detail
        self.layer = equation.quantity.layer or 0

    def name(self, name: str) -> Formula:
        """The name of a quantity of the network."""
        return Formula(Var(name), self.trace.notation.leaf)

    @property
    def before(self) -> Formula:
        """What is sent into the layer."""
        return self.name(self.trace.notation.before(self.layer))

    @property
    def parameter(self) -> str:
        """The id of the weights or biases that the line's quantity belongs to."""
        return f"{'W' if len(self.equation.target.shape) > 1 else 'b'}{self.layer}"

    def sentence(self) -> Sentence:
        """What flows in the line."""
        match self.equation.phase:
            case "forward":
                return self.forward()
            case "loss":
                return self.loss()
            case "backward":
                return self.backward()
        return self.update()

    def forward(self) -> Sentence:
        if self.equation.quantity.role.name == "pre_activation":
            return (self.before, " flows forward along ", self.name(f"W{self.layer}"))
        return (self.name(f"z{self.layer}"), " becomes ", self.name(f"a{self.layer}"), " in each neuron")

    def loss(self) -> Sentence:
        match self.equation.quantity.role.name:
            case "loss" | "loss_terms":
                prediction, target = self.name(f"a{self.trace.scenario.depth}"), self.name("y")
                return (prediction, " is compared with ", target)
            case "penalty":
                return ("large weights cost: ", self.name("penalty"))
        return ("the loss to make smaller: ", self.name(self.equation.id))

    def backward(self) -> Sentence:
        target, layer = self.name(self.equation.id), self.layer
        delta = self.name(f"dL_dz{layer}")
        match self.equation.quantity.role.name:
            case "hidden_error" | "paths":
                return self.back_along(layer + 1)
            case "activation_gradient" if layer < self.trace.scenario.depth:
                return self.back_along(layer + 1)
            case "input_gradient":
                return self.back_along(1)
            case "activation_gradient":
                return ("the loss answers ", self.name(f"a{layer}"), " at this rate: ", target)
            case "slope":
                return (self.name(f"a{layer}"), " answers ", self.name(f"z{layer}"), " at this rate: ", target)
            case "output_error" | "short_error":
                return ("the error starts at the output: ", target)
            case "weight_gradient":
                return (delta, " meets ", self.before, " at each weight: ", target)
            case "bias_gradient":
                return (delta, " meets the 1 of the bias: ", target)
            case "penalised_gradient":
                return ("the gradient with the penalty: ", target)
        return ("the samples' gradients together: ", target)

    def back_along(self, layer: int) -> Sentence:
        """The error signal of a layer on its way back along the weights into it."""
        return ("the error flows back: ", self.name(f"dL_dz{layer}"), " along ", self.name(f"W{layer}"))

    def update(self) -> Sentence:
        if not self.layer:
            return ("how far the update goes: ", self.name(self.equation.id))
        parameter = self.name(self.parameter)
        if not self.equation.quantity.role.name.startswith("next_"):
            return ("on the way to the new ", parameter, ": ", self.name(self.equation.id))
        formula = self.equation.formula if self.detail else self.trace.plan.inlined(self.equation)
        read = dict.fromkeys(
            var.name for var in variables(formula) if var.shape == self.equation.target.shape != ()
        )  # fmt: skip
        with_ = [part for name in read if name != self.parameter for part in (" and ", self.name(name))]
        return (parameter, " is updated with ", *with_[1:])
