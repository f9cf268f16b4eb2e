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
        ("learning_rate", "learning rate", ""),
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
        ("optimizer_part", "what the optimizer works out for layer {l}",
         "What is subtracted from the parameter."),
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
