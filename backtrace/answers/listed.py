"""The catalogue of mistakes as a list, and each of them shown in a formula of a bundled scenario."""

from __future__ import annotations

from collections.abc import Iterator

from backtrace.answers.catalogue import CATALOGUE, Mistake, mistakes_in
from backtrace.answers.used import Opening
from backtrace.answers.working import Working, reads_before
from backtrace.engine.trace import run
from backtrace.formula.evaluate import indices
from backtrace.formula.expr import Var
from backtrace.lesson.blocks import Block, Derivation, Form, Heading, Prose, Recall, Table
from backtrace.lesson.catalogue import Kind
from backtrace.lesson.mathematics import Formula
from backtrace.scenario import load, path_of

_EXAMPLES = ("lecture", "mazur", "softmax-regression", "adam-by-hand", "reddy-momentum", "online-vs-batch")


def _listed() -> Iterator[Block]:
    yield Table((("mistake",), ("what a learner is told",)), tuple(((row.name,), (row.says,)) for row in CATALOGUE))


def _told(name: str) -> Iterator[Block]:
    """A mistake, and the first formula of a bundled scenario that it changes."""
    mistake = next(row for row in CATALOGUE if row.name == name)
    yield Heading(name, 0)
    yield Prose((mistake.says,))
    example = next((found for each in _EXAMPLES if (found := _example(mistake, each))), None)
    if example is not None:
        yield from example


def _example(mistake: Mistake, scenario: str) -> list[Block]:
    """The line of a scenario as it should be and as the mistake leaves it; nothing where it cannot be made."""
    trace = run(load(path_of(scenario)))
    plan, samples = trace.plan, tuple(place + 1 for place in trace.schedule.samples(1))
    for equation in (*plan.of_sample, *plan.of_update):
        made = [] if equation.told == "detail" else mistakes_in(plan, equation.id, samples, 2)
        for altered in (altered for row, altered in made if row is mistake and not reads_before(altered.formula)):
            opening = Opening(Working(trace), {equation.id: altered.formula}, 1)
            for index in indices(equation.target.shape):
                target = Formula(Var(equation.id, (), index=index or None), trace.notation.leaf)
                formulas = (opening.formula(equation.id, index, is_changed) for is_changed in (False, True))
                right, wrong = (Form("formula", "equals", (Formula(f, trace.notation.leaf),)) for f in formulas)
                if right.linear("text") != wrong.linear("text"):
                    forms = ("should be", right), ("becomes  ", wrong)
                    return [Prose((f"In the scenario {scenario}:",)),
                            *(Recall(word, (Derivation(target, (form,)),)) for word, form in forms)]  # fmt: skip
    return []


MISTAKES = Kind(
    "mistake",
    "What `backtrace check` looks for behind a wrong number: each changes a formula, and is named where the changed "
    "formula gives the number that was written.",
    lambda: [row.name for row in CATALOGUE], _listed, _told,
)  # fmt: skip
"""The kind that is listed."""
