"""What each kind of quantity is and why its equation stands there: one row per role.

`{l}` is the number of the layer. The sentences serve the lesson, the JSON export and the lists alike.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """The part that a quantity plays: a name, a phrase for what it is and a sentence for why it is worked out."""

    name: str
    meaning: str
    why: str = ""


ROLES: dict[str, Role] = {
    name: Role(name, meaning, why)
    for name, meaning, why in (
        ("input", "the input of the sample", ""),
        ("target", "the target of the sample", ""),
        ("weights", "weights of layer {l} at the start of the update", ""),
        ("biases", "biases of layer {l} at the start of the update", ""),
        ("learning_rate", "learning rate of the update",
         "How far the update goes along the gradient; its schedule changes it."),
        ("first_rate", "learning rate of the first update", ""),
        ("update_number", "number of the update, from 1", ""),
        ("epoch_number", "number of the epoch, from 1", ""),
        ("l2", "how strongly large weights are penalised", ""),
        ("pre_activation", "pre-activation of layer {l}",
         "The weighted sum that reaches each neuron, plus its bias."),
        ("softmax_part", "a part of softmax in layer {l}",
         "Softmax: each made positive, then divided by their total."),
        ("activation", "activation of layer {l}",
         "What each neuron sends on."),
        ("prediction", "prediction of the network",
         "What the network answers."),
        ("loss_terms", "loss of each output",
         "How far each output is from its target."),
        ("loss", "loss of the sample",
         "How far the prediction is from the target; learning makes it smaller."),
        ("batch_loss", "loss of the batch",
         "The losses of the samples made one number; the update makes it smaller."),
        ("penalty", "penalty on large weights",
         "Half of λ times the sum of all squared weights: small weights are preferred."),
        ("objective", "loss with the penalty",
         "What the update makes smaller."),
        ("slope", "local derivative of the activation of layer {l}",
         "How fast the activation answers when its pre-activation changes."),
        ("activation_gradient", "gradient of the loss by the activation of layer {l}",
         "How fast the loss changes with what the neuron sends on, over all its paths."),
        ("output_error", "error signal (delta) of the output layer",
         "How fast the loss rises when the pre-activation rises."),
        ("hidden_error", "error signal (delta) of layer {l}",
         "The error of the next layer, sent back along its weights, times the slope."),
        ("short_error", "error signal of the output layer, by the short form",
         "The short form: slope and loss cancel to this, the same number."),
        ("weight_gradient", "gradient of the loss by the weights of layer {l}",
         "The error that a weight leads to, times what is sent along it."),
        ("bias_gradient", "gradient of the loss by the biases of layer {l}",
         "A bias is added with factor 1: its gradient is the error signal."),
        ("paths", "what each neuron of the next layer sends back to layer {l}",
         "One entry for each connection: the error at its end times its weight."),
        ("input_gradient", "gradient of the loss by the input",
         "How the loss would change with the input; nothing is learned from it here."),
        ("batch_weight_gradient", "gradient of the batch's loss by the weights of layer {l}",
         "Every sample pulls its own way; the update follows them together."),
        ("batch_bias_gradient", "gradient of the batch's loss by the biases of layer {l}",
         "Every sample pulls its own way; the update follows them together."),
        ("penalised_gradient", "gradient of the objective by the weights of layer {l}",
         "The penalty adds to every weight's gradient a share of the weight itself."),
        ("next_weights", "updated weights of layer {l}",
         "A step against the gradient, the way the loss falls."),
        ("next_biases", "updated biases of layer {l}",
         "A step against the gradient, the way the loss falls."),
        ("next_loss", "the loss with the new parameters", ""),
        ("promise", "change of the loss that the gradients promised",
         "Each gradient times the change of its parameter, added up: exact for an infinitely small step."),
        ("gain", "change of the loss that the update made",
         "The loss with the new parameters minus the loss before: negative when the update helped."),
    )
}  # fmt: skip
"""The table of roles by name."""

_PARTS: dict[str, tuple[str, str]] = {
    "step": ("what is subtracted from a parameter of layer {l}",
             "What is subtracted from the parameter."),
    "decay": ("weight decay of a parameter of layer {l}",
              "A share of the parameter itself is taken off, whatever the gradient."),
    "velocity": ("velocity of a parameter of layer {l}",
                 "The velocity keeps a share of itself: steps in one direction add up."),
    "m": ("running mean of the gradients of layer {l}",
          "A mean in which older gradients count less and less."),
    "v": ("running mean of the squared gradients of layer {l}",
          "How large the gradients have been of late."),
    "sum_sq": ("sum of the squared gradients of layer {l}",
               "How large the gradients have been in all: it only grows."),
    "m_hat": ("mean of the gradients of layer {l}, corrected for its start at 0",
              "It began with 0 and is too small in the first updates: the correction divides that out."),
    "v_hat": ("mean of the squared gradients of layer {l}, corrected for its start at 0",
              "It began with 0 and is too small in the first updates: the correction divides that out."),
}  # fmt: skip


def part_role(part: str) -> Role:
    """The role of what an optimizer names on its way, such as `step`, or `m_next`, the mean after the update."""
    base = part.removesuffix("_next")
    meaning, why = _PARTS.get(base, (f"{base} of the optimizer for layer {{l}}", ""))
    return Role("optimizer_part", meaning + (", after the update" if base != part else ""), why)


def state(name: str) -> Role:
    """The role of what an optimizer carries into the update."""
    meaning, _ = _PARTS.get(name, (f"{name} of the optimizer for layer {{l}}", ""))
    return Role("state", f"{meaning}, before the update")


def hyperparameter(variant: str, name: str, meaning: str) -> Role:
    """The role of a number that a variant is given."""
    return Role("hyperparameter", f"{name} of {variant}" + (f": {meaning}" if meaning else ""))
