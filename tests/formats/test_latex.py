r"""Lessons as LaTeX: every document compiles with no line too wide, every line closes, and text stays text."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import backtrace
from backtrace.formats.breaking import breakable
from backtrace.formats.latex import latex_parts, print_latex
from backtrace.formats.latex_text import escaped
from backtrace.formula.expr import Var, apply
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
from tests.calculator import Unreadable, calculate, closes
from tests.formats.tex import compiled, derivations, spoken
from tests.lesson.printed import is_same


@cache
def told(name: str, detail: bool = False, notation: str | None = None, **changes: Any) -> Lesson:
    """A bundled scenario's lesson."""
    scenario = backtrace.load(path_of(name)).with_(**changes)
    trace = backtrace.run(scenario.with_(notation=notation) if notation else scenario)
    return backtrace.tell(trace, Telling(detail=detail))


def document(lesson: Lesson, fragment: bool = False) -> str:
    stream = io.StringIO()
    print_latex(lesson, stream, fragment)
    return stream.getvalue()


def bodies(*lessons: Lesson) -> str:
    """One document of several lessons, each from a page of its own."""
    blocks = [block for lesson in lessons for block in (Prose(("\x00NEWPAGE",)), *lesson)]
    return document(Lesson(tuple(blocks))).replace("\nNEWPAGE\n", "\n\\clearpage\n")


def too_wide(log: str) -> list[str]:
    """What stands out into the margin by more than a point."""
    return [line for line in log.splitlines()
            if (found := re.match(r"Overfull \\hbox \(([\d.]+)pt", line)) and float(found[1]) > 1]  # fmt: skip


def is_sound(log: str) -> bool:
    return "Output written on" in log and not re.search(r"^!|Missing character", log, re.MULTILINE)


def test_every_bundled_lesson_compiles_with_no_line_too_wide(tmp_path: Path) -> None:
    """PdfLaTeX sets all of them, and no line stands out into the margin."""
    log = compiled(bodies(*map(told, names())), tmp_path)
    assert is_sound(log)
    assert too_wide(log) == []


def test_lessons_in_full_and_in_every_notation_compile(tmp_path: Path) -> None:
    """The same holds with no equation folded into another, whatever the quantities are called."""
    lessons = [told("lecture", detail=True, notation=name) for name in PROFILES]
    lessons += [told(name, detail=True) for name in ("three-layer", "cs231n", "adam-by-hand")]
    lessons += [told("three-layer", decimals=12), told("fractions", decimals=12)]
    log = compiled(bodies(*lessons), tmp_path)
    assert is_sound(log)
    assert too_wide(log) == []


def wide(sizes: tuple[int, ...], **changes: Any) -> Lesson:
    """The lesson of a network with layers that are wide."""
    layers = [[[((3 * i + 5 * j) % 17 - 8) / 7 for j in range(n)] for i in range(m)]
              for n, m in pairwise(sizes)]  # fmt: skip
    x, y = [i / 7 for i in range(sizes[0])], [float(i == 0) for i in range(sizes[-1])]
    scenario = backtrace.scenario(weights=layers, x=x, y=y, learning_rate=0.1, loss="cross_entropy",
                                  activation=["tanh", "softmax"], **changes)  # fmt: skip
    return backtrace.tell(backtrace.run(scenario))


def test_wide_layers_with_many_digits_stay_on_the_page(tmp_path: Path) -> None:
    """Long sums are broken, wide matrices are elided or set smaller."""
    log = compiled(bodies(wide((12, 7, 6)), wide((7, 7, 7), decimals=9)), tmp_path)
    assert is_sound(log)
    assert too_wide(log) == []


def test_sympys_closed_forms_compile(tmp_path: Path) -> None:
    """What sympy wrote is set like the rest."""
    pytest.importorskip("sympy")
    from backtrace.lesson.proofs import tell_with_closed_forms

    trace = backtrace.run(backtrace.load(path_of("lecture")))
    lesson, agree = tell_with_closed_forms(trace, Telling())
    log = compiled(document(lesson), tmp_path)
    assert agree
    assert is_sound(log)
    assert too_wide(log) == []


def test_a_fragment_stands_in_another_document_twice(tmp_path: Path) -> None:
    """It needs amsmath alone, brings its commands with it, and keeps to narrow columns."""
    fragment = document(told("lecture"), fragment=True)
    assert r"\documentclass" not in fragment
    preamble = "\\documentclass[twocolumn]{article}\\usepackage{amsmath}\n\\begin{document}\n"
    log = compiled(preamble + fragment + fragment + "\\end{document}\n", tmp_path)
    assert is_sound(log)
    assert too_wide(log) == []


@pytest.mark.parametrize("name", names())
def test_every_printed_line_closes_on_a_calculator(name: str) -> None:
    """As it stands in the document, the numbers put in give the value; no line of the lesson is missing."""
    lines = set()
    for forms in derivations(document(told(name))):
        *before, value = (spoken(form) for _, form in forms)
        lines |= {(worked, value) for worked in before if is_worked(worked) and is_worked(value)}
    assert [line for line in lines if not gives(*line)] == []
    assert len(lines) == len(set(worked_in(told(name))))


def worked_in(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """What the lines of a lesson put in, and what is said to come out."""
    for line in lesson.lines():
        for derivation in line.derivations:
            forms = {form.name: form.linear("text") for form in derivation.forms}
            for name in ("formula", "numbers", "factors"):
                if name in forms and is_worked(forms[name]) and is_worked(forms["value"]):
                    yield forms[name], forms["value"]


def gives(worked: str, value: str) -> bool:
    """Whether the value comes out; a fraction, whose decimals have no end, to as many as a calculator has."""
    if re.search("[/½]", value):
        return is_same(calculate(worked), calculate(value))
    return closes(worked, value)


def is_worked(text: str) -> bool:
    """Whether a text has a value on the calculator."""
    try:
        calculate(text)
    except Unreadable:
        return False
    return True


@pytest.mark.parametrize(
    "said", [r"\input{/etc/passwd}", "100% & #1_a^b ~ {x} $y$", "\x1b[31m\x00\u202e", "``--''", "=cmd|' /C calc'!A0"]
)
def test_text_is_harmless(said: str, tmp_path: Path) -> None:
    """A title with commands, signs of TeX and control characters compiles, and says what it says."""
    lesson = Lesson((Heading(said, 0, said), Prose((said,)), Table(((said,),), (((said,),),)), Listing(said, "yaml")))
    text = document(lesson)
    assert not re.search(r"[^\x20-\x7e\n]", text)
    assert is_sound(compiled(text, tmp_path))
    if shutil.which("pdftotext"):
        shown_text = subprocess.run(["pdftotext", tmp_path / "lesson.pdf", "-"], capture_output=True, check=True)
        assert all(word in shown_text.stdout.decode() for word in re.findall(r"[a-zA-Z]{3,}", said))


@given(st.text(max_size=30) | st.text("\\{}$&#^_~%`'\"-<>|?!,", max_size=30))
@example("ŷ σ′(z) w₁₁ δʰ 你好 é ß Σ ½")
def test_no_text_is_a_command(said: str) -> None:
    """Whatever is said comes out as ASCII with braces in pairs and no command but those that spell letters."""
    out = escaped(said)
    assert out.isascii()
    bare = re.sub(r"\\[\\{}$&#%_]", "", out)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"[$&#%~_]", re.sub(r"\\.|~", "", out.replace(r"\ensuremath", "")).replace("{}^", ""))
    assert not re.search(r"\\(input|include|write|def|catcode|csname)", out)


def test_all_letters_are_set_by_some_engine(tmp_path: Path) -> None:
    """Accents, Greek and signs compile; a letter that pdfLaTeX lacks is shown by its number."""
    said = "éèêëñãåçčőűūĕżřąłøœßÆı αβγδεζηθικλμνξοπρστυφχψως ΑΒΓΔΘΛΞΠΣΦΨΩ −·×⊙∂√±≈≤≥≠→←∞∈′½°ℓ✓ ŷ w₁₁ bʰ x²"
    said += " “a” „b“ «c» … – — 你🙂"
    log = compiled(document(Lesson((Prose((said,)),))), tmp_path)
    assert is_sound(log)
    assert escaped("你") == r"\btchar{4F60}"


# fmt: off
QUOTED = [
    ("section 'Numerical Simulation'", "section `Numerical Simulation'"),
    ("('a', 'b c')",                   "(`a', `b c')"),
    ("the neuron's slope, z' and y'",  "the neuron's slope, z' and y'"),
    ("rock 'n roll",                   "rock 'n roll"),
]


@pytest.mark.parametrize(("said", "expected"), QUOTED)
def test_a_quotation_has_its_opening_mark(said: str, expected: str) -> None:
    """A straight quotation mark opens before a word that another closes after; an apostrophe stays one."""
    assert escaped(said) == expected


BREAKS = [
    (r"a + b \cdot c",                                     r"a \btplus + b \bttimes \cdot c"),
    (r"\left(a - b\right) \cdot c",                        r"(a \bttimes - b) \bttimes \cdot c"),
    (r"-a - b",                                            r"-a \btplus - b"),
    (r"4.5 \cdot 10^{-4}",                                 r"4.5 \cdot 10^{-4}"),
    (r"e^{-a + b}",                                        r"e^{-a + b}"),
    (r"\left(\frac{a}{b} + c\right)",                      r"\mathopen{}\left(\frac{a}{b} + c\right)"),
    (r"\operatorname{diag}(\begin{bmatrix}1 & 2\end{bmatrix})",
     r"\operatorname{diag}\mathopen{}\left(\begin{bmatrix}1 & 2\end{bmatrix}\right)"),
    (r"\ln\left(x\right)",                                 r"\ln(x)"),
    (r"\frac{a + b}{c}",                                   r"\frac{a + b}{c}"),
    (r"x \leftarrow y - z",                                r"x \leftarrow y \btplus - z"),
]
# fmt: on


@pytest.mark.parametrize(("latex", "expected"), BREAKS)
def test_a_formula_is_broken_before_its_signs(latex: str, expected: str) -> None:
    """Marks stand before + and − and ·, not in what TeX keeps whole; brackets grow where they must."""
    assert breakable(latex) == expected


def test_what_is_wide_is_set_smaller_where_it_must_be() -> None:
    """A wide matrix is in the hands of the command that measures it."""
    row = " & ".join(["-0.123456789"] * 7)
    latex = rf"\begin{{bmatrix}}{row} \\ {row}\end{{bmatrix}}"
    assert breakable(latex) == rf"\btfit{{$\displaystyle {latex}$}}"


A, Z = Var("a"), Var("z")
TALL = Derivation(
    written(apply("partial", Var("L"), Z)),
    (
        Form("chain", "equals", (written(apply("partial", Var("L"), A)), written(apply("partial", A, Z)))),
        Form("value", "rounds to", (number(shown(0.25, 3)),)),
    ),
    kept=number(kept(0.25125, 3)),
    tall=True,
)

ROW = matrix(np.array([[shown(1.0, 0), shown(2.0, 0)]]), False)

BLOCKS: list[tuple[Block, str]] = [
    (Heading("Two & two", 0, "2-2-1"), "\\section*{Two \\& two\\btaside{2-2-1}}"),
    (Heading("Backward pass", 1), "\\subsection*{Backward pass}"),
    (Prose(("Positive: ", written(A), " > 5%.")), "Positive: $a$ \\textgreater{} 5\\%."),
    (Prose(("The loss rose.",), "warning"), "\\textbf{Warning:} The loss rose."),
    (Table(((), ("before",)), (((written(A),), ("a&b",)),)),
     "\\btfit{\\begin{tabular}{ll}\n & before \\\\ \\hline \\noalign{\\vskip3pt}\n$a$ & a\\&b \\\\\n\\end{tabular}}"),
    (Table(((),), (((ROW,),),)),
     "\\btfit{\\begin{tabular}{l}\n$\\begin{bmatrix}1 & 2\\end{bmatrix}$ \\\\[3pt]\n\\end{tabular}}"),
    (Listing("loss: mse", "yaml"), "\\texttt{loss:~mse}"),
    (Recall("remember", (equation(Z, A + 1),)),
     "\\textit{remember}\\nopagebreak\n\\btrows{%\n\\btrow{z}{= a + 1}{}%\n}"),
    (Given(((written(A), None, number(shown(0.5, 1))),)), "\\btgiven{%\n\\btitem{a = 0.5}\n}"),
    (Line(6, "dL_dz1", written(Z), ("How fast.",), (TALL,), ("Lower it.",), 12),
     "\\btline{6}{z}{How fast.}\n\\btrows{%\n\\btrow{\\frac{\\partial L}{\\partial z}}{= \\btfactor{\\frac{\\partial L}"
     "{\\partial a}} \\enspace\\cdot\\enspace \\frac{\\partial a}{\\partial z}}{chain rule}%\n\\nobreak\\btrow{}"
     "{\\approx 0.250}{kept $0.25125$}%\n}\n\\ldots{} and 12 more entries\nLower it."),
]  # fmt: skip


@pytest.mark.parametrize(("block", "expected"), BLOCKS, ids=[type(block).__name__ for block, _ in BLOCKS])
def test_each_kind_of_block_has_its_form(block: Block, expected: str) -> None:
    """Each block is a title, a paragraph, a table or rows of mathematics."""
    assert "\n".join(filter(None, latex_parts(block))) == expected


def test_one_empty_line_stands_between_two_parts() -> None:
    """The source is fit to be read and edited: what there is nothing of leaves no line behind."""
    assert "\n\n\n" not in document(told("lecture"), fragment=True)


def test_raised_and_lowered_indices_have_room() -> None:
    """The rows of a matrix of symbols stand further apart where an index would touch the row below, and only there."""
    assert r"\btitem{\def\arraystretch{1.4}W^{(1)} = \begin{bmatrix}" in document(told("three-layer"))
    assert "arraystretch" not in document(told("lecture")).partition(r"\begin{document}")[2]


def test_no_kind_of_block_is_left_out() -> None:
    """The pairs above and the curve below are one of every kind."""
    assert {type(block) for block, _ in BLOCKS} | {Curve} == set(get_args(Block))


def test_a_curve_is_a_picture_with_its_first_and_last_point() -> None:
    """The highest value stands at the top of the axis, the lowest at its foot; each point is a dot."""
    (drawn,) = latex_parts(Curve("loss", (4.0, 2.0, 0.0)))
    assert drawn.count(r"\qbezier") == 2
    assert r"\put(0.0,120.0){\circle*{3}}" in drawn
    assert r"\put(300.0,0.0){\circle*{3}}" in drawn or r"\put(100.0,0.0){\circle*{3}}" in drawn
