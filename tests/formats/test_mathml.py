"""LaTeX of the lesson as MathML that browsers set right: brackets, signs, matrices, and where a line may break."""

from __future__ import annotations

from xml.etree.ElementTree import tostring

import pytest

import backtrace
from backtrace.formats.mathml import pieces, sign
from backtrace.scenario import names, path_of
from tests.page import worked

KNOWN = {"math", "mi", "mn", "mo", "mrow", "mfrac", "msub", "msup", "msubsup", "mover", "munder", "msqrt", "mtext",
         "mspace", "mtable", "mtr", "mtd"}  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2}

# fmt: off
WRITTEN = [
    (r"z_{1}",                           "<msub><mi>z</mi><mn>1</mn></msub>"),
    (r"\hat{y}",                         '<mover accent="true"><mi>y</mi><mo>^</mo></mover>'),
    (r"\operatorname{ReLU}",             "<mi>ReLU</mi>"),
    (r"\boldsymbol{W}",                  "<mi>𝑾</mi>"),
    (r"-0.5",                            "<mo>−</mo><mn>0.5</mn>"),
    (r"\left(-0.5\right)",               '<mo stretchy="false">(</mo><mo form="prefix">−</mo><mn>0.5</mn>'
                                         '<mo stretchy="false">)</mo>'),
    (r"\left(\frac{1}{2}\right)",        "<mo>(</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>)</mo>"),
    (r"\begin{bmatrix}1 & 2\end{bmatrix}",
     "<mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable><mo>]</mo>"),
]
BROKEN = [
    (r"a \cdot b + c - d",               ["a·b", "+c", "−d"]),
    (r"a \cdot b",                       ["a", "·b"]),
    (r"\left(a + b\right) \cdot c",      ["(a+b)", "·c"]),
    (r"-a + b",                          ["−a", "+b"]),
    (r"a \cdot -b",                      ["a", "·−b"]),
    (r"\left(0.12345 \cdot 0.2 + 0.32412 \cdot 0.4 + 0.04052 \cdot 0.7\right) \cdot d",
     ["(0.12345·0.2", "+0.32412·0.4", "+0.04052·0.7)", "·d"]),
    (r"\left(a \cdot 0.0123456789 \cdot 0.0123456789 \cdot 0.0123456789\right) + c",
     ["(a", "·0.0123456789", "·0.0123456789", "·0.0123456789)", "+c"]),
    (r"[z > 0]",                         ["[z>0]"]),
    (r"\begin{bmatrix}1 \\ 2\end{bmatrix} \cdot \begin{bmatrix}3 & 4\end{bmatrix} + c",
     ["[1; 2]", "·[3 4]", "+c"]),
]
# fmt: on


@pytest.mark.parametrize(("latex", "written"), WRITTEN)
def test_it_is_written_for_browsers(latex: str, written: str) -> None:
    """A table of pairs: signs as they are, no row of one child; brackets that grow where something is high."""
    (math,) = pieces(latex)
    assert tostring(math, encoding="unicode") == f"<math>{written}</math>"


@pytest.mark.parametrize(("latex", "parts"), BROKEN)
def test_a_line_may_break_before_signs(latex: str, parts: list[str]) -> None:
    """Between two pieces a line may break: before a sign at the top, and within brackets that are wide."""
    assert [worked(piece) for piece in pieces(latex)] == parts


def test_a_fraction_that_is_long_says_so() -> None:
    """A fraction with a long numerator has a class, as no line can break in it."""
    terms = " + ".join(["0.052616"] * 5)
    assert [piece.get("class") for piece in pieces(rf"\frac{{{terms}}}{{5}}")] == ["long"]
    assert [piece.get("class") for piece in pieces(r"\frac{a}{5}")] == [None]


def test_what_is_asked_for_twice_is_two_elements() -> None:
    """Each call gives elements of its own, so that none stands in two places."""
    assert pieces("a")[0] is not pieces("a")[0]


def test_a_sign_has_its_spaces() -> None:
    """A sign of relation by itself is set as one between two formulas."""
    assert tostring(sign(r"\approx"), encoding="unicode") == '<math><mo form="infix">≈</mo></math>'


@pytest.mark.parametrize("name", names())
def test_all_that_is_told_becomes_sound_mathml(name: str) -> None:
    """Every form of every bundled scenario is of known elements with the children they need; no LaTeX is left."""
    scenario = backtrace.load(path_of(name))
    lesson = backtrace.tell(backtrace.run(scenario.with_(epochs=min(scenario.epochs, 2))))
    formulas = {form.linear("latex") for line in lesson.lines() for each in line.derivations for form in each.forms}
    for latex in formulas:
        for element in (each for piece in pieces(latex) for each in piece.iter()):
            assert element.tag in KNOWN, latex
            assert len(element) == CHILDREN.get(element.tag, len(element)), latex
            assert not set(element.text or "") & set("\\{}&$"), latex
            assert set(element.attrib) <= {"form", "stretchy", "accent", "mathvariant", "class"}, latex
