"""The catalogue of mistakes: each row a name, a sentence for the learner, and what the mistake makes of a formula.

A row is asked of every equation of a plan and answers with changed formulas, where the mistake can be made in it; the
search works them and looks whether they give the number that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from backtrace.answers import alterations as alter
from backtrace.answers import slips
from backtrace.answers.alterations import Altered, Subject
from backtrace.answers.slips import Slip, Written


@dataclass(frozen=True)
class Mistake:
    """One row: `says` is what a learner is told; `makes` gives the formulas that the mistake leaves in an equation.

    A mistake with numbers has `slips` in its place, found from the number written. Rows that are `common` are searched
    in pairs, too. A `habit` is made in every line of its kind by whoever makes it in one.
    """

    name: str
    says: str
    makes: Callable[[Subject], Iterator[Altered]] = lambda _: iter(())
    common: bool = False
    habit: bool = False
    slips: Callable[[Written], Iterator[Slip]] | None = None


# fmt: off
CATALOGUE: tuple[Mistake, ...] = (
    Mistake("difference reversed",
            "The difference is taken the other way round.",
            alter.difference_reversed, common=True),
    Mistake("activation derivative left out",
            "The slope of the activation is missing: the error has to be multiplied by it.",
            alter.slope_left_out, common=True, habit=True),
    Mistake("weights already updated",
            "The error is sent back along weights that were updated already: it takes those from before the update.",
            alter.updated_already, common=True, habit=True),
    Mistake("transposed",
            "Rows and columns are exchanged.",
            alter.outer_transposed, common=True, habit=True),
    Mistake("weights transposed",
            "The weights are used with rows and columns exchanged: each row of them belongs to one neuron.",
            alter.weights_transposed, common=True, habit=True),
    Mistake("sign of the update",
            "The step is added: descent subtracts it.",
            alter.update_sign, common=True, habit=True),
    Mistake("learning rate forgotten",
            "The gradient is taken whole: it has to be multiplied by the learning rate.",
            alter.rate_forgotten, common=True, habit=True),
    Mistake("learning rate applied twice",
            "The learning rate is multiplied twice.",
            alter.rate_twice, habit=True),
    Mistake("bias left out",
            "The bias is not added.",
            alter.bias_left_out, common=True, habit=True),
    Mistake("bias added twice",
            "The bias is added twice.",
            alter.bias_twice, habit=True),
    Mistake("not updated",
            "The value is still that from before the update.",
            alter.not_updated, habit=True),
    Mistake("factor 2 or ½",
            "A factor 2 or ½ is lost or added.",
            alter.by_two, common=True),
    Mistake("factor 1/N or N",
            "The number of outputs or samples is divided by, or multiplied with, once too often or too rarely.",
            alter.by_count, common=True, habit=True),
    Mistake("activation derivative twice",
            "The slope of the activation is multiplied twice.",
            alter.slope_twice, habit=True),
    Mistake("derivative of another activation",
            "The derivative of another activation is used.",
            alter.slope_of_another, habit=True),
    Mistake("activation derivative at the wrong number",
            "The slope is worked at another number than the one it belongs to.",
            alter.slope_elsewhere, habit=True),
    Mistake("softmax derivative twice",
            "The derivative of softmax is multiplied in again: the short form ŷ − y has it already.",
            alter.softmax_twice),
    Mistake("derivative of another loss",
            "The derivative of another loss is used.",
            alter.another_loss),
    Mistake("only one path",
            "Only one of the paths over which the error comes back is counted: all of them are added up.",
            alter.one_path, common=True, habit=True),
    Mistake("term left out",
            "One term of the sum is missing.",
            alter.term_left_out),
    Mistake("target forgotten",
            "The target is left out of the difference.",
            alter.target_forgotten),
    Mistake("gradients of the neurons put together",
            "Each neuron has a bias with a gradient of its own: they are not added up or averaged.",
            alter.neurons_together, habit=True),
    Mistake("samples averaged wrongly",
            "Mean and sum over the samples are exchanged.",
            alter.samples_together, common=True, habit=True),
    Mistake("softmax without exponentials",
            "The numbers are divided by their total without being raised to powers of e first.",
            alter.no_exponentials),
    Mistake("only the diagonal of softmax",
            "Every output of softmax depends on every pre-activation: its derivative is a matrix, not its diagonal.",
            alter.only_diagonal),
    Mistake("logarithm of base 10",
            "The logarithm to base 10 is taken: the loss is made with the natural one.",
            alter.log_of_ten, common=True),
    Mistake("no bias correction",
            "The mean is used without the correction for its start at 0.",
            alter.no_correction, habit=True),
    Mistake("update counted wrongly",
            "The number of the update in the power is off by one: updates count from 1.",
            alter.count_off_by_one, habit=True),
    Mistake("power of β forgotten",
            "β itself is taken in the correction in place of its power.",
            alter.power_forgotten, habit=True),
    Mistake("correction multiplied",
            "The correction is multiplied: it has to be divided by.",
            alter.correction_multiplied, habit=True),
    Mistake("β₁ and β₂ exchanged",
            "The two decay rates are exchanged.",
            alter.betas_exchanged, habit=True),
    Mistake("ε inside the root",
            "ε is added inside the root in place of outside of it.",
            alter.epsilon_inside, habit=True),
    Mistake("momentum forgotten",
            "What is carried from the update before is not multiplied by its factor, or left out.",
            alter.momentum_forgotten, habit=True),
    Mistake("value of the previous update",
            "A value from the update before is used again.",
            alter.previous_update, common=True, habit=True),
    Mistake("sign lost",
            "A minus sign is lost, or one too many.",
            alter.sign_lost),
    Mistake("other difference reversed",
            "A difference is taken the other way round.",
            alter.other_difference),
    Mistake("another quantity",
            "Another quantity of the same size is used in place of the right one.",
            alter.another_quantity),
    Mistake("wrong connection",
            "The number of another neuron is used in place of the right one.",
            alter.wrong_connection, common=True),
    Mistake("factor left out",
            "A factor of the product is missing.",
            alter.factor_left_out),
    Mistake("plus and minus exchanged",
            "A term is subtracted that has to be added, or added that has to be subtracted.",
            alter.signs_exchanged),
    Mistake("digits exchanged",
            "Two digits have changed places.",
            slips=slips.digits_exchanged),
    Mistake("decimal point shifted",
            "The digits are right, the decimal point is not.",
            alter.point_shifted),
    Mistake("arithmetic slip",
            "The method is right, a product or a sum in it is not.",
            slips=slips.arithmetic_slip),
    Mistake("number misread",
            "A number that goes into the line is read or copied wrongly.",
            slips=slips.number_misread),
)
"""The table of mistakes, the likelier first: where several explain a number equally well, the first is named."""
# fmt: on
