"""What the proofs found, told: sympy's closed forms beside the gradients, and the table of `verify`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from backtrace.engine.trace import Trace
from backtrace.formula.expr import Var, apply
from backtrace.formula.operations import ATOM, SUM
from backtrace.formula.writing import Language, Leaf, Written
from backtrace.lesson.blocks import Block, Derivation, Form, FormName, Heading, Lesson, Line, Prose, Table
from backtrace.lesson.mathematics import Formula, number
from backtrace.lesson.numbers import kept, shown
from backtrace.lesson.tell import tell, updates_told
from backtrace.lesson.telling import Telling

if TYPE_CHECKING:
    from backtrace.proof.closed import ClosedForm
    from backtrace.proof.verify import Check, Verification

_UNROUNDED = (
    "The scenario rounds its results; checked are the gradients without rounding, as a rounded one is off by what was "
    "rounded."
)


def tell_with_closed_forms(trace: Trace, telling: Telling) -> tuple[Lesson, bool]:
    """The lesson with sympy's closed forms for the updates and entries that are told, and whether they all agree."""
    from backtrace.proof.closed import closed_forms  # noqa: PLC0415 (loads sympy)
    from backtrace.proof.verify import drawn, named  # noqa: PLC0415

    blocks: list[Block] = []
    agree = True
    for update in updates_told(trace, telling):
        entries = named(trace, telling.only) if telling.only else drawn(trace)
        forms = list(closed_forms(trace, entries, update))
        agree = agree and all(form.agrees for form in forms)
        blocks += tell_closed_forms(trace, forms, update, telling.forms) if forms else ()
    return Lesson((*tell(trace, telling), *blocks)), agree


def tell_closed_forms(
    trace: Trace, forms: Iterable[ClosedForm], update: int, shown_forms: Collection[FormName] = ("formula", "value")
) -> Iterator[Block]:
    """A line for each entry of a parameter: sympy's derivative, its value and whether it agrees."""
    yield Heading("Checked by sympy", 1, f"update {update}" if trace.updates > 1 else "")
    yield Prose(("sympy differentiates the loss, written out in terms of the parameters; it sees no line of the "
                 "backward pass.",))  # fmt: skip
    if trace.scenario.rounding is not None:
        yield Prose((_UNROUNDED,))
    agreed = True
    for form in forms:
        agreed = agreed and form.agrees
        yield _closed(trace, form, shown_forms)
    yield Prose(("Every value agrees with backpropagation.",) if agreed else ("sympy and backpropagation DISAGREE.",),
                "plain" if agreed else "warning")  # fmt: skip


def _closed(trace: Trace, form: ClosedForm, shown_forms: Collection[FormName]) -> Line:
    target = Formula(apply("partial", Var(trace.plan.objective), form.entry), trace.notation.leaf)
    forms = []
    if form.text and "formula" in shown_forms:
        forms.append(Form("formula", "equals", (_verbatim(form),)))
    decimals, carried = trace.scenario.decimals, None
    if "value" in shown_forms:
        is_zero = form.value == 0
        forms.append(Form("value", "equals" if is_zero else "rounds to", (number(shown(form.value, decimals)),)))
        carried = None if is_zero else number(kept(form.value, decimals))
    derivation = Derivation(target, tuple(forms), carried)
    says = "agrees" if form.agrees else f"DISAGREES, as backpropagation gives {form.gradient!r}"
    why = f"sympy's value {says}." if form.text else f"The closed form is too long to read; its value {says}."
    return Line(None, "", target, (why,), (derivation,))


def _verbatim(form: ClosedForm) -> Formula:
    """A formula as sympy wrote it."""

    def leaf(language: Language) -> Leaf:
        text = {"text": form.text, "latex": form.latex}.get(language, form.ascii)
        return lambda var, transposed: Written((text,), SUM if " " in text else ATOM)

    return Formula(Var("closed"), leaf)


def tell_verification(trace: Trace, verification: Verification) -> Lesson:
    """The table of all checks, the rule for the errors, and the verdict."""
    checks = verification.checks
    blocks: list[Block] = [Heading(f"Gradients of {trace.scenario.title or 'the scenario'}", 0,
                                   f"update {verification.update} of {trace.updates}")]  # fmt: skip
    if trace.scenario.rounding is not None:
        blocks.append(Prose((_UNROUNDED,)))
    columns = (("entry",), ("backpropagation",), ("difference",), ("sympy",), ("error",), ("of sympy",), ("",))
    blocks.append(Table(columns, tuple(_row(trace, check) for check in checks)))
    if len(checks) < verification.entries:
        blocks.append(Prose((f"Checked are {len(checks)} of {verification.entries} entries, drawn at random.",)))
    blocks.append(Prose((
        "Errors are relative to the larger of the two numbers, or to "
        f"{verification.smallest:g} where both are smaller. Allowed are {verification.allowed_of_difference:g} "
        f"for central differences, and what the rounding of the loss adds to them, and "
        f"{verification.allowed_of_sympy:g} for sympy.",)))  # fmt: skip
    kinks = [check for check in checks if check.verdict == "kink"]
    if kinks:
        blocks.append(Prose((
            f"{len(kinks)} at a kink: a pre-activation is 0, or a prediction its target, where the derivative does not "
            "exist and the convention gives the slope; or so close to it that the difference steps over it.",
        ), "note"))  # fmt: skip
    wrong = [check for check in checks if check.verdict == "disagrees"]
    if wrong:
        blocks.append(Prose((f"{len(wrong)} of {len(checks)} gradients DISAGREE.",), "warning"))
    else:
        blocks.append(Prose((f"All {len(checks) - len(kinks)} gradients agree with both.",)))
    return Lesson(tuple(blocks))


def _row(trace: Trace, check: Check) -> tuple[tuple[str | Formula, ...], ...]:
    name = Formula(apply("partial", Var(trace.plan.objective), check.entry), trace.notation.leaf)
    numbers = (check.gradient, check.difference, check.by_sympy)
    errors = (check.difference_error, check.sympy_error)
    return (
        (name,),
        *((number(kept(value, 3)),) for value in numbers),
        *((f"{error:.0e}",) for error in errors),
        (check.verdict,),
    )
