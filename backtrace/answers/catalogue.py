"""The catalogue of mistakes: each row a name, a sentence for the learner, and what the mistake makes of a formula.

A row is asked of every equation of a plan and answers with changed formulas, where the mistake can be made in it; the
search works them and looks whether they give the number that was written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, Literal

from backtrace.answers import in_any_line, in_backward, in_forward, in_update, slips
from backtrace.answers.alterations import Altered, Subject
from backtrace.answers.slips import Slip, Written
from backtrace.engine.plan import Plan
from backtrace.formula.expr import Expr, Var


def _none(_: object) -> Iterator[Any]:
    """What a row makes where it has no such mistakes."""
    return iter(())


@dataclass(frozen=True)
class Mistake:
    """One row: `says` is what a learner is told; `makes` gives the formulas that the mistake leaves in an equation.

    A mistake with numbers has `slips` in its place, found from the number written. Rows that are `common` are searched
    in pairs, too. Who makes a mistake out of `habit` makes it in all lines of that role, or of roles that are worked
    alike.
    """

    name: str
    says: str
    makes: Callable[[Subject], Iterator[Altered]] = _none
    common: bool = False
    habit: Literal["", "role", "family"] = ""
    slips: Callable[[Written], Iterator[Slip]] = _none

    @property
    def is_of_numbers(self) -> bool:
        """Whether it is a mistake with numbers, whatever the formula."""
        return self.slips is not _none


# fmt: off
CATALOGUE: tuple[Mistake, ...] = (
    Mistake("difference reversed",
            "The difference is taken the other way round.",
            in_backward.difference_reversed, common=True),
    Mistake("activation derivative left out",
            "The slope of the activation is missing: the error has to be multiplied by it.",
            in_backward.slope_left_out, common=True, habit="family"),
    Mistake("weights already updated",
            "The error is sent back along weights that were updated already: it takes those from before the update.",
            in_backward.updated_already, common=True, habit="family"),
    Mistake("transposed",
            "Rows and columns are exchanged.",
            in_backward.outer_transposed, common=True, habit="family"),
    Mistake("weights transposed",
            "The weights are used with rows and columns exchanged: each row of them belongs to one neuron.",
            in_any_line.weights_transposed, common=True, habit="family"),
    Mistake("sign of the update",
            "The step is added: descent subtracts it.",
            in_update.update_sign, common=True, habit="family"),
    Mistake("not updated",
            "The value is still that from before the update.",
            in_update.not_updated, habit="role"),
    Mistake("learning rate forgotten",
            "The gradient is taken whole: it has to be multiplied by the learning rate.",
            in_update.rate_forgotten, common=True, habit="family"),
    Mistake("learning rate applied twice",
            "The learning rate is multiplied twice.",
            in_update.rate_twice, habit="family"),
    Mistake("bias left out",
            "The bias is not added.",
            in_forward.bias_left_out, common=True, habit="family"),
    Mistake("bias added twice",
            "The bias is added twice.",
            in_forward.bias_twice, habit="family"),
    Mistake("factor 2 or ½",
            "A factor 2 or ½ is lost or added.",
            in_forward.by_two, common=True),
    Mistake("factor 1/N or N",
            "The number of outputs or samples is divided by, or multiplied with, once too often or too rarely.",
            in_forward.by_count, common=True, habit="family"),
    Mistake("activation derivative twice",
            "The slope of the activation is multiplied twice.",
            in_backward.slope_twice, habit="family"),
    Mistake("derivative of another activation",
            "The derivative of another activation is used.",
            in_backward.slope_of_another, habit="family"),
    Mistake("activation derivative at the wrong number",
            "The slope is worked at another number than the one it belongs to.",
            in_backward.slope_elsewhere, habit="family"),
    Mistake("softmax derivative twice",
            "The derivative of softmax is multiplied in again: the short form ŷ − y has it already.",
            in_backward.softmax_twice),
    Mistake("derivative of another loss",
            "The derivative of another loss is used.",
            in_backward.another_loss),
    Mistake("only one path",
            "Only one of the paths over which the error comes back is counted: all of them are added up.",
            in_backward.one_path, common=True, habit="family"),
    Mistake("term left out",
            "One term of the sum is missing.",
            in_forward.term_left_out),
    Mistake("target forgotten",
            "The target is left out of the difference.",
            in_forward.target_forgotten),
    Mistake("gradients of the neurons put together",
            "Each neuron has a bias with a gradient of its own: they are not added up or averaged.",
            in_backward.neurons_together, habit="family"),
    Mistake("samples averaged wrongly",
            "Mean and sum over the samples are exchanged.",
            in_backward.samples_together, common=True, habit="family"),
    Mistake("softmax without exponentials",
            "The numbers are divided by their total without being raised to powers of e first.",
            in_forward.no_exponentials),
    Mistake("only the diagonal of softmax",
            "Every output of softmax depends on every pre-activation: its derivative is a matrix, not its diagonal.",
            in_backward.only_diagonal),
    Mistake("logarithm of base 10",
            "The logarithm to base 10 is taken: the loss is made with the natural one.",
            in_forward.log_of_ten, common=True),
    Mistake("no bias correction",
            "The mean is used without the correction for its start at 0.",
            in_update.no_correction, habit="family"),
    Mistake("update counted wrongly",
            "The number of the update in the power is off by one: updates count from 1.",
            in_update.count_off_by_one, habit="family"),
    Mistake("power of β forgotten",
            "β itself is taken in the correction in place of its power.",
            in_update.power_forgotten, habit="family"),
    Mistake("correction multiplied",
            "The correction is multiplied: it has to be divided by.",
            in_update.correction_multiplied, habit="family"),
    Mistake("β₁ and β₂ exchanged",
            "The two decay rates are exchanged.",
            in_update.betas_exchanged, habit="family"),
    Mistake("ε inside the root",
            "ε is added inside the root in place of outside of it.",
            in_update.epsilon_inside, habit="family"),
    Mistake("momentum forgotten",
            "What is carried from the update before is not multiplied by its factor, or left out.",
            in_update.momentum_forgotten, habit="family"),
    Mistake("value of the previous update",
            "A value from the update before is used again.",
            in_update.previous_update, common=True, habit="family"),
    Mistake("sign lost",
            "A minus sign is lost, or one too many.",
            in_any_line.sign_lost),
    Mistake("other difference reversed",
            "A difference is taken the other way round.",
            in_backward.other_difference),
    Mistake("another quantity",
            "Another quantity of the same size is used in place of the right one.",
            in_any_line.another_quantity),
    Mistake("wrong connection",
            "The number of another neuron is used in place of the right one.",
            in_any_line.wrong_connection, common=True),
    Mistake("factor left out",
            "A factor of the product is missing.",
            in_any_line.factor_left_out),
    Mistake("plus and minus exchanged",
            "A term is subtracted that has to be added, or added that has to be subtracted.",
            in_any_line.signs_exchanged),
    Mistake("digits exchanged",
            "Two digits have changed places.",
            slips=slips.digits_exchanged),
    Mistake("decimal point shifted",
            "The digits are right, the decimal point is not.",
            in_any_line.point_shifted),
    Mistake("arithmetic slip",
            "The method is right, a product or a sum in it is not.",
            slips=slips.arithmetic_slip),
    Mistake("number misread",
            "A number that goes into the line is read or copied wrongly.",
            slips=slips.number_misread),
)
"""The table of mistakes, the likelier first: where several explain a number equally well, the first is named."""
# fmt: on

Made = tuple[Mistake, Altered]
Group = Mapping[str, Altered]

_FAMILIES = {
    "next_biases": "next_weights",
    "bias_gradient": "weight_gradient",
    "batch_bias_gradient": "batch_weight_gradient",
    "hidden_error": "output_error",
}
"""Roles whose lines are worked alike, those of weights and biases, and of the output and the hidden layers."""


@lru_cache(maxsize=4096)
def mistakes_in(plan: Plan, name: str, samples: tuple[int, ...], update: int) -> tuple[Made, ...]:
    """What each mistake of the catalogue makes of an equation's formula: those changes that leave its shape.

    `samples` are the places in the data, from 1, of the update's samples.
    """
    return tuple((row, made) for row in CATALOGUE for made in _made_by(row, plan, name, samples, update))


@lru_cache(maxsize=65536)
def _made_by(row: Mistake, plan: Plan, name: str, samples: tuple[int, ...], update: int) -> tuple[Altered, ...]:
    subject = _subject(plan, name, samples, update)
    return tuple(made for made in row.makes(subject) if _fits(made, subject.equation.target))


@lru_cache(maxsize=4096)
def _subject(plan: Plan, name: str, samples: tuple[int, ...], update: int) -> Subject:
    equation = plan.equation(name)
    assert equation is not None
    return Subject(plan, equation, samples, update)


def _fits(made: Altered, target: Var) -> bool:
    """Whether the changed formula is of the same kind as the quantity."""
    is_alike = not isinstance(made.formula, Expr) or made.formula.per_sample == target.per_sample
    return made.formula.shape == target.shape and is_alike


@lru_cache(maxsize=256)
def habits(plan: Plan, samples: tuple[int, ...], update: int) -> Mapping[Altered, tuple[Group, ...]]:
    """For each change of a mistake that is made out of habit, the groups of the same change in all lines of its kind.

    Of a kind are the lines of one role; and, together, those of roles that are worked alike.
    """
    groups: dict[tuple[str, str, int, str], dict[str, Altered]] = {}
    told = [equation for equation in (*plan.of_sample, *plan.of_update) if equation.told != "detail"]
    for equation, row in product(told, (row for row in CATALOGUE if row.habit)):
        role = equation.quantity.role.name
        kinds = {role, f"{_FAMILIES.get(role, role)} and others"} if row.habit == "family" else {role}
        for place, altered in enumerate(_made_by(row, plan, equation.id, samples, update)):
            for kind in kinds:
                groups.setdefault((row.name, kind, place, altered.note), {})[equation.id] = altered
    found: dict[Altered, tuple[Group, ...]] = {}
    for group in groups.values():
        for altered in group.values() if len(group) > 1 else ():
            found[altered] = (*found.get(altered, ()), group)
    return found
