"""Lessons as Markdown: what each block becomes, text that stays text, mathematics that any reader leaves alone."""

from __future__ import annotations

import io
import re
from functools import cache
from typing import get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

import backtrace
from backtrace.formats.markdown import escaped, print_markdown
from backtrace.formats.safe import printable
from backtrace.formula.calculus import summed
from backtrace.formula.expr import Var, apply
from backtrace.formula.operations import exp, magnitude, maximum
from backtrace.lesson.blocks import (
    Block,
    Curve,
    Derivation,
    Form,
    Given,
    Heading,
    Lesson,
    Line,
    Listing,
    Prose,
    Recall,
    Table,
)
from backtrace.lesson.entries import equation, written
from backtrace.lesson.mathematics import matrix, number
from backtrace.lesson.numbers import kept, shown
from backtrace.lesson.telling import Telling
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import names, path_of
from tests.formats.latex import mistake
from tests.test_docs import variants

DISPLAYED = re.compile(r"^\$\$\n(.+?)\n\$\$$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"(?<![\\$])\$(?!\$)(.+?)(?<!\\)\$")
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def markdown(*blocks: Block) -> str:
    stream = io.StringIO()
    print_markdown(Lesson(blocks), stream)
    return stream.getvalue()


@cache
def told(name: str, detail: bool = False, notation: str | None = None) -> str:
    """A bundled scenario's lesson."""
    scenario = backtrace.load(path_of(name))
    trace = backtrace.run(scenario.with_(notation=notation) if notation else scenario)
    return markdown(*backtrace.tell(trace, Telling(detail=detail)))


def formulas(text: str) -> set[str]:
    return {*DISPLAYED.findall(text), *INLINE.findall(DISPLAYED.sub("", text))}


def wrong(text: str) -> dict[str, str]:
    """The formulas that cannot be set, with the reason."""
    return {formula: reason for formula in formulas(text) if (reason := mistake(formula))}


def read(text: str) -> str:
    """What a reader of Markdown that knows nothing of mathematics shows, each paragraph or cell on a line."""
    lines = [token.children or [] for token in READER.parse(text) if token.type == "inline"]
    return "\n".join("".join(map(_shown, line)) for line in lines)


def _shown(token: Token) -> str:
    assert token.type in {"text", "softbreak", "em_open", "em_close", "strong_open", "strong_close", "html_inline",
                          "code_inline", "link_open", "link_close", "text_special"}, token  # fmt: skip
    return "\n" if token.type == "softbreak" else "" if token.type == "html_inline" else token.content


@pytest.mark.parametrize("name", names())
def test_every_formula_of_every_bundled_lesson_can_be_set(name: str) -> None:
    """An independent reader of LaTeX finds no mistake in any formula."""
    assert len(formulas(told(name))) > 20
    assert wrong(told(name)) == {}


@pytest.mark.parametrize("name", ["three-layer", "cs231n"])
def test_every_formula_of_a_lesson_in_full_can_be_set(name: str) -> None:
    """The same holds where no equation is folded into another."""
    assert wrong(told(name, detail=True)) == {}


@pytest.mark.parametrize("notation", PROFILES)
def test_every_formula_can_be_set_in_every_notation(notation: str) -> None:
    """The same holds whatever the quantities are called."""
    assert wrong(told("lecture", detail=True, notation=notation)) == {}


def test_every_formula_of_the_catalogue_can_be_set() -> None:
    """The same holds for the formulas of every variant."""
    assert len(formulas(variants())) > 50
    assert wrong(variants()) == {}


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{1}", r"\frac{1}{2", r"x}", r"x^{1}^{2}", r"x_{1}_{2}", r"\left(x", r"\hat", r"x^", r"\foo{x}", r"x & y",
        r"\begin{bmatrix}1 & 2", r"a $ b", r"\sqrt",
    ],
)  # fmt: skip
def test_the_judge_finds_what_cannot_be_set(latex: str) -> None:
    """A formula with a brace, a part, a bracket or a command wrong is none that can be set."""
    assert mistake(latex)


@pytest.mark.parametrize("name", names())
def test_a_reader_of_markdown_leaves_the_mathematics_alone(name: str) -> None:
    """Every formula arrives letter by letter; of the two backslashes at the end of a row, a line's end, one may go."""
    shown = read(told(name))
    for formula in formulas(told(name)):
        assert formula.replace("\\\\\n", "\\\n") in shown


text = st.text(st.characters(codec="utf-8"), max_size=40) | st.text("ab1 _*`~[]()<>|\\#$&;:!+-=.{}/\"'", max_size=30)


@given(text)
@example("R&D &copy; &#36; &amp;lt;")
@example("<b>bold</b> <!-- --> _a_ __b__ ***c*** ~~d~~ `e` [f](g) ![h](i) [^1] a|b c\\|d")
@example("# 1. - + > = ``` ~~~ --- *** #")
def test_text_stays_text(said: str) -> None:
    """Whatever a title, a sentence, a note or a cell says is shown as it was written, but for blanks."""
    expected = printable(said).split()
    assert read(markdown(Prose((said,)))).split() == expected
    assert read(markdown(Heading(said, 1))).split() == expected
    assert read(markdown(Heading("x", 1, said))).split() == ["x", *expected]
    cells = read(markdown(Table((("x",), ("y",)), (((said,), ("z",)),))))
    assert cells.split() == ["x", "y", *expected, "z"]


@given(text)
def test_no_text_is_taken_for_mathematics(said: str) -> None:
    """A dollar sign of a text opens no formula, beside one of ours least of all."""
    assert formulas(markdown(Prose((said,)))) == set()
    assert formulas(markdown(Prose((said, " ", written(Var("z")), " ", said)))) == {"z"}


def test_a_formula_stays_in_its_cell() -> None:
    """The bars of a magnitude are no borders of a table."""
    table = Table((("x",), ("y",)), (((written(magnitude(Var("z"))),), ("z",)),))
    assert read(markdown(table)).splitlines() == ["x", "y", r"$\left\vert z\right\vert$", "z"]


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("See https://example.org/a_b*c*.", "https://example.org/a_b*c*"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("https://example.org/Lift_(force), first", "https://example.org/Lift_(force)"),
        ("https://example.org/?a=1&copy;=2", "https://example.org/?a=1&copy;=2"),
    ],
)
def test_an_address_is_a_link(said: str, address: str) -> None:
    """An address leads where it says, without the signs of the sentence behind it."""
    assert f"<{address}>" in escaped(said)
    assert read(markdown(Prose((said,)))) == said


A, Z = Var("a"), Var("z")
SIGMA = equation(A, exp(-Z), 1 / (1 + exp(-Z)))
TALL = Derivation(
    written(apply("partial", Var("L"), Z)),
    (
        Form("chain", "equals", (written(apply("partial", Var("L"), A)), written(apply("partial", A, Z)))),
        Form("value", "rounds to", (number(shown(0.25, 3)),)),
    ),
    kept=number(kept(0.25125, 3)),
    tall=True,
)
MATRIX = matrix(np.array([[shown(1.0, 0), shown(2.0, 0)], [shown(3.0, 0), shown(4.0, 0)]]), False)

BLOCKS: list[tuple[Block, str]] = [
    (Heading("Given", 1), "## Given\n"),
    (Heading("Stage 1", 2, "lines 1 to 4"), "### Stage 1\n\n*lines 1 to 4*\n"),
    (Prose(("Positive: ", written(A), " is too large (4 < 5).")), "Positive: $a$ is too large (4 \\< 5).\n"),
    (Prose(("2. The second.",)), "2\\. The second.\n"),
    (Prose(("The loss rose.",), "warning"), "> **Warning:** The loss rose.\n"),
    (
        Table(((), ("before",)), (((written(A),), ("a|b",)), (("weight_decay",), ("→",)))),
        "|  | before |\n| --- | --- |\n| $a$ | a\\|b |\n| weight_decay | → |\n",
    ),
    (Curve("loss", (3.0, 2.0, 1.0)), "The loss goes from 3 to 1: `█▅▁`\n"),
    (Listing("loss: mse\n", "yaml"), "```yaml\nloss: mse\n```\n"),
    (
        Recall("remember", (SIGMA, equation(Z, maximum(0, A)))),
        "*remember*\n\n$$\n\\begin{aligned}\na &= e^{-z} = \\frac{1}{1 + e^{-z}} \\\\\n"
        "z &= \\max\\left(0, a\\right)\n\\end{aligned}\n$$\n",
    ),
    (
        Given(((written(Var("W")), written(Var("V")), MATRIX), (written(Var("eta")), None, number(shown(0.5, 1))))),
        "$$\n\\begin{aligned}\nW &= V = \\begin{bmatrix}1 & 2 \\\\\n3 & 4\\end{bmatrix} \\\\\n"
        "\\eta &= 0.5\n\\end{aligned}\n$$\n",
    ),
    (
        Line(6, "dL_dz1", written(Z), ("How fast the loss rises.",), (TALL,), ("Lower ", written(A), "."), 12),
        "**6** $z$: How fast the loss rises.\n\n$$\n\\begin{aligned}\n\\frac{\\partial L}{\\partial z} "
        "&= \\frac{\\partial L}{\\partial a} \\enspace \\cdot \\enspace \\frac{\\partial a}{\\partial z} "
        "&& \\text{chain rule} \\\\\n&\\approx 0.250 && \\text{kept } {0.25125}\n\\end{aligned}\n$$\n\n"
        "… and 12 more entries\n\nLower $a$.\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("block", "expected"), BLOCKS, ids=[type(block).__name__ for block, _ in BLOCKS])
def test_each_kind_of_block_has_its_form(block: Block, expected: str) -> None:
    """Each block is printed as a paragraph, a table or mathematics set apart."""
    assert markdown(block) == expected


def test_no_kind_of_block_is_left_out() -> None:
    """The pairs above have one of every kind."""
    assert {type(block) for block, _ in BLOCKS} == set(get_args(Block))


def test_a_long_derivation_has_a_row_for_each_form() -> None:
    """What would be wider than a page is set one form below the other, aligned at the sign."""
    long = equation(A, summed([Var("z") * 2] * 12), summed([Var("z") * 3] * 12))
    rows = markdown(Recall("", (long,))).splitlines()
    assert rows[2].startswith("a &= z")
    assert rows[3].startswith("&= z")
