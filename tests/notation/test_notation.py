"""Every id spelt in the lecture's and the layered notation, index order, samples, and finding a name again."""

# ruff: noqa: E501  (the tables are read by columns)
from __future__ import annotations

import pytest

from backtrace.errors import UnknownQuantityError
from backtrace.formula.evaluate import entries
from backtrace.formula.expr import Expr, Var, apply
from backtrace.formula.operations import outer
from backtrace.formula.writing import LANGUAGES, Language
from backtrace.notation.notation import default_profile
from tests.notation.ids import notation

LECTURE = notation("lecture", (2, 2, 1))
LECTURE_ROW = notation("lecture", (2, 2, 1), sends_by_row=True)
LAYERED = notation("layered", (2, 3, 3, 2))


def of(name: str, *index: int, sample: int | None = None) -> Var:
    return Var(name, (), index=index or None, sample=sample)


# fmt: off
IN_THE_LECTURE = [
    (of("x", 1),               "x₁",          "x1",              "x_{1}",                                              "x 1"),
    (of("y"),                  "y",           "y",               "y",                                                  "y"),
    (of("y", 1),               "y",           "y",               "y",                                                  "y"),
    (of("W1"),                 "W",           "W",               "W",                                                  "W"),
    (of("W1", 2, 1),           "w₁₂",         "w12",             "w_{12}",                                             "w 1 2"),
    (of("W2", 1, 2),           "v₂₁",         "v21",             "v_{21}",                                             "v 2 1"),
    (of("b1", 2),              "bʰ₂",         "b_h2",            "b^{h}_{2}",                                          "b h 2"),
    (of("b2"),                 "bʸ",          "b_y",             "b^{y}",                                              "b y"),
    (of("z1", 1),              "z₁",          "z_1",             "z_{1}",                                              "z 1"),
    (of("z2", 1),              "u",           "u",               "u",                                                  "u"),
    (of("a1", 1),              "h₁",          "h1",              "h_{1}",                                              "h 1"),
    (of("a2"),                 "ŷ",           "y_hat",           r"\hat{y}",                                           "y hat"),
    (of("L"),                  "L",           "L",               "L",                                                  "L"),
    (of("L_terms"),            "ℓ",           "ell",             r"\ell",                                              "ell"),
    (of("J"),                  "J",           "J",               "J",                                                  "J"),
    (of("L_next"),             "L⁺",          "L_next",          "L^{+}",                                              "next L"),
    (of("J_next"),             "J⁺",          "J_next",          "J^{+}",                                              "next J"),
    (of("dL_da2"),             "∂L/∂ŷ",       "dL_dy_hat",       r"\frac{\partial L}{\partial \hat{y}}",               "the derivative of L by y hat"),
    (of("dL_da1", 1),          "∂L/∂h₁",      "dL_dh1",          r"\frac{\partial L}{\partial h_{1}}",                 "the derivative of L by h 1"),
    (of("dL_dz2"),             "δʸ",          "delta_y",         r"\delta^{y}",                                        "delta y"),
    (of("dL_dz1", 2),          "δʰ₂",         "delta_h2",        r"\delta^{h}_{2}",                                    "delta h 2"),
    (of("dL_dz2_short"),       "∂L/∂u",       "dL_du_short",     r"\frac{\partial L}{\partial u}",                     "the derivative of L by u"),
    (of("slope1", 1),          "∂h₁/∂z₁",     "dh1_dz_1",        r"\frac{\partial h_{1}}{\partial z_{1}}",             "the derivative of h 1 by z 1"),
    (of("dL_dW1"),             "∂L/∂W",       "dL_dW",           r"\frac{\partial L}{\partial W}",                     "the derivative of L by W"),
    (of("dL_dW1", 2, 1),       "∂L/∂w₁₂",     "dL_dw12",         r"\frac{\partial L}{\partial w_{12}}",                "the derivative of L by w 1 2"),
    (of("dL_db2"),             "∂L/∂bʸ",      "dL_db_y",         r"\frac{\partial L}{\partial b^{y}}",                 "the derivative of L by b y"),
    (of("dJ_dW1"),             "∂J/∂W",       "dJ_dW",           r"\frac{\partial J}{\partial W}",                     "the derivative of J by W"),
    (of("dL_dx", 2),           "∂L/∂x₂",      "dL_dx2",          r"\frac{\partial L}{\partial x_{2}}",                 "the derivative of L by x 2"),
    (of("paths1", 1, 2),       "∂L/∂h₂|u",    "dL_dh2|u",        r"\frac{\partial L}{\partial h_{2}}\Big|_{u}",        "the derivative of L by h 2 through u"),
    (of("exp_z2"),             "e^u",         "exp_u",           "e^{u}",                                              "e to the power u"),
    (of("eta"),                "η",           "eta",             r"\eta",                                              "eta"),
    (of("t"),                  "t",           "t",               "t",                                                  "t"),
    (of("step_W1"),            "step(W)",     "step_W",          r"{\operatorname{step}}(W)",                            "step of W"),
    (of("step_W1", 2, 1),      "step(w₁₂)",   "step_w12",        r"{\operatorname{step}}(w_{12})",                       "step of w 1 2"),
    (of("v_hat_W2", 1, 2),     "r̂(v₂₁)",      "r_hat_v21",       r"\hat{r}(v_{21})",                                   "r hat of v 2 1"),
    (of("m_W1_next"),          "m⁺(W)",       "m_W_next",        "m^{+}(W)",                                           "next m of W"),
    (of("W1_next", 2, 1),      "w⁺₁₂",        "w12_next",        "w^{+}_{12}",                                         "next w 1 2"),
    (of("b2_next"),            "bʸ⁺",         "b_y_next",        "b^{y+}",                                             "next b y"),
    (of("promise"),            "promise",     "promise",         r"{\operatorname{promise}}",                            "promise"),
    (of("…"),                  "…",           "...",             r"\dots",                                             "and so on"),
]

LAYERED_SPELLINGS = [
    (of("W1"),                 "W⁽¹⁾",        "W1",              "W^{(1)}",                                            "W of layer 1"),
    (of("W1", 2, 1),           "w⁽¹⁾₂₁",      "w1_21",           "w^{(1)}_{21}",                                       "w 2 1 of layer 1"),
    (of("b2", 3),              "b⁽²⁾₃",       "b2_3",            "b^{(2)}_{3}",                                        "b 3 of layer 2"),
    (of("z3", 1),              "z⁽³⁾₁",       "z3_1",            "z^{(3)}_{1}",                                        "z 1 of layer 3"),
    (of("a2", 1),              "a⁽²⁾₁",       "a2_1",            "a^{(2)}_{1}",                                        "a 1 of layer 2"),
    (of("a3", 1),              "ŷ₁",          "y_hat_1",         r"\hat{y}_{1}",                                       "y hat 1"),
    (of("dL_dz3", 2),          "δ⁽³⁾₂",       "delta3_2",        r"\delta^{(3)}_{2}",                                  "delta 2 of layer 3"),
    (of("dL_dz3_short"),       "∂L/∂z⁽³⁾",    "dL_dz3_short",    r"\frac{\partial L}{\partial z^{(3)}}",               "the derivative of L by z of layer 3"),
    (of("slope3", 1, 2),       "∂ŷ₁/∂z⁽³⁾₂",  "dy_hat_1_dz3_2",  r"\frac{\partial \hat{y}_{1}}{\partial z^{(3)}_{2}}", "the derivative of y hat 1 by z 2 of layer 3"),
    (of("sum_exp_z3"),         "Σe^z⁽³⁾",     "sum_exp_z3",      r"\sum e^{z^{(3)}}",                                  "the total of e to the power z of layer 3"),
    (of("shift_z3", 1),        "s(z⁽³⁾₁)",    "shift_z3_1",      r"s\left(z^{(3)}_{1}\right)",                         "shifted z 1 of layer 3"),
    (of("v_W2"),               "v(W⁽²⁾)",     "v_W2",            "v(W^{(2)})",                                         "v of W of layer 2"),
    (of("W2_next"),            "W⁽²⁾⁺",       "W2_next",         "W^{(2)+}",                                           "next W of layer 2"),
]

OF_SAMPLES = [
    (of("L", sample=1),              "L₁",            "L1",             "L_{1}",                                         "L of sample 1"),
    (of("L_next", sample=2),         "L⁺₂",           "L2_next",        "L^{+}_{2}",                                     "next L of sample 2"),
    (of("dL_dW1", 1, 1, sample=1),   "∂L₁/∂w₁₁",      "dL1_dw11",       r"\frac{\partial L_{1}}{\partial w_{11}}",       "the derivative of L of sample 1 by w 1 1"),
    (of("dL_da1", 1, sample=2),      "∂L₂/∂h₁",       "dL2_dh1",        r"\frac{\partial L_{2}}{\partial h_{1}}",        "the derivative of L of sample 2 by h 1"),
    (of("a1", 1, sample=2),          "h₁(2)",         "h1(2)",          "h_{1}(2)",                                      "h 1 of sample 2"),
    (of("a2", sample=2),             "ŷ(2)",          "y_hat(2)",       r"\hat{y}(2)",                                   "y hat of sample 2"),
    (of("dL_dz1", 1, sample=3),      "δʰ₁(3)",        "delta_h1(3)",    r"\delta^{h}_{1}(3)",                            "delta h 1 of sample 3"),
    (of("slope1", 1, sample=3),      "∂h₁(3)/∂z₁(3)", "dh1(3)_dz_1(3)", r"\frac{\partial h_{1}(3)}{\partial z_{1}(3)}",  "the derivative of h 1 of sample 3 by z 1 of sample 3"),
]
# fmt: on


@pytest.mark.parametrize(("var", "text", "in_ascii", "latex", "words"), [*IN_THE_LECTURE, *OF_SAMPLES])
def test_lecture(var: Var, text: str, in_ascii: str, latex: str, words: str) -> None:
    """The lecture's spelling of each quantity, entry and sample in all four languages."""
    assert [LECTURE.spell(var, language) for language in LANGUAGES] == [text, in_ascii, latex, words]


@pytest.mark.parametrize(("var", "text", "in_ascii", "latex", "words"), LAYERED_SPELLINGS)
def test_layered(var: Var, text: str, in_ascii: str, latex: str, words: str) -> None:
    """The layered spelling of each quantity and entry in all four languages; in ASCII whole quantities are their ids."""
    assert [LAYERED.spell(var, language) for language in LANGUAGES] == [text, in_ascii, latex, words]


def test_the_two_indices_of_a_weight() -> None:
    """The lecture's w₁₂ leads from input 1 to hidden 2, wherever that stands; the layered w₁₂ stands in row 1."""
    assert LECTURE.find("w12").index == (2, 1)
    assert LECTURE_ROW.find("w12").index == (1, 2)
    assert LAYERED.find("w1_12").index == (1, 2)
    assert notation("layered", (2, 2, 1), sends_by_row=True).find("w1_12").index == (1, 2)


def test_paths_name_the_receiver_in_either_orientation() -> None:
    """What hidden neuron 2 gets back from output 1 is entry (1, 2) by columns and (2, 1) by rows."""
    assert LECTURE.spell(of("paths1", 1, 2)) == LECTURE_ROW.spell(of("paths1", 2, 1)) == "∂L/∂h₂|u"


# fmt: off
FOUND = [
    ("W1",            "W1",     None),
    ("W",             "W1",     None),
    ("W1[2,1]",       "W1",     (2, 1)),
    ("W[2, 1]",       "W1",     (2, 1)),
    ("w₁₂",           "W1",     (2, 1)),
    ("dL_dW2[1,2]",   "dL_dW2", (1, 2)),
    ("dL_dw12",       "dL_dW1", (2, 1)),
    ("dL_dv21",       "dL_dW2", (1, 2)),
    ("∂L/∂v₂₁",       "dL_dW2", (1, 2)),
    ("δʸ",            "dL_dz2", None),
    ("delta_h2",      "dL_dz1", (2,)),
    ("ŷ",             "a2",     None),
    ("y\u0302",       "a2",     None),
    ("z1",            "z1",     None),
    ("z2",            "z2",     None),
    ("u",             "z2",     None),
    ("w12_next",      "W1_next", (2, 1)),
    ("step_w12",      "step_W1", (2, 1)),
    ("η",             "eta",    None),
]
# fmt: on


@pytest.mark.parametrize(("name", "id_", "index"), FOUND)
def test_finding_a_name(name: str, id_: str, index: tuple[int, ...] | None) -> None:
    """An id, an id with row and column, and a spelling of the notation all lead to the quantity; an id wins."""
    found = LECTURE.find(name)
    assert (found.name, found.index) == (id_, index)
    assert found.shape == (LECTURE.shapes[id_] if index is None else ())


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("W12", "W1"),
        ("dL_dw13", "'dL_dw12'"),
        ("delta_q", "'delta_y'"),
        ("???", "known names are"),
        ("W1[3,1]", "2×2"),
        ("W1[0,1]", "count from 1"),
        ("W1[1]", "2×2"),
        ("L[1]", "a single number"),
    ],
)
def test_an_unknown_name(name: str, hint: str) -> None:
    """A name that means nothing is refused with the nearest names, an entry outside with the size."""
    with pytest.raises(UnknownQuantityError, match=name.split("[", maxsplit=1)[0].replace("?", r"\?")) as error:
        LECTURE.find(name)
    assert hint in str(error.value)


W1, W2, x, b1 = (Var(name, LECTURE.shapes[name]) for name in ("W1", "W2", "x", "b1"))
delta, h, slope = (Var(name, LECTURE.shapes[name], per_sample=True) for name in ("dL_dz2", "a1", "slope1"))
jacobian = Var("slope3", (2, 2))
L = Var("L", (), per_sample=True)

# fmt: off
FORMULAS = [
    (apply("matvec", W1, x) + b1,                    "text",  "W·x + bʰ"),
    (apply("matvec_back", W2, delta) * slope,        "text",  "(Vᵀ·δʸ) ⊙ ∂h/∂z"),
    (outer(delta, h),                                "latex", r"\delta^{y} \cdot h^{\top}"),
    (outer(delta, h),                                "ascii", "delta_y*h'"),
    (h * (1 - h),                                    "text",  "h ⊙ (1 − h)"),
    (of("a1", 1) * (1 - of("a1", 1)),                "text",  "h₁(1 − h₁)"),
    (of("dL_dW1", 1, 1) * (1 - of("a1", 1)),         "text",  "∂L/∂w₁₁·(1 − h₁)"),
    (of("dL_dW1", 1, 1) ** 2,                        "text",  "(∂L/∂w₁₁)²"),
    (of("dL_dW1", 1, 1) ** 2,                        "ascii", "dL_dw11^2"),
    (of("b1", 1) ** 2,                               "latex", r"\left(b^{h}_{1}\right)^{2}"),
    (of("b1") ** 2,                                  "text",  "(bʰ)²"),
    (of("W1") / of("dL_dW1"),                        "text",  "W/(∂L/∂W)"),
    (of("exp_z2", 1) / of("sum_exp_z2"),             "text",  "e^u/Σe^u"),
]
# fmt: on


@pytest.mark.parametrize(("expr", "language", "text"), FORMULAS)
def test_formulas_with_names(expr: Expr, language: Language, text: str) -> None:
    """A formula is written with the names of the notation, in brackets where a name itself is a fraction."""
    assert LECTURE.write(expr, language) == text


def test_transposed_names() -> None:
    """A derivative gets brackets before the mark of transposition, and LaTeX one superscript."""
    back = apply("matvec_back", jacobian, Var("dL_da3", (2,)))
    assert LAYERED.write(back) == "(∂ŷ/∂z⁽³⁾)ᵀ·∂L/∂ŷ"
    weights = apply("matvec_back", Var("W2", (3, 3)), Var("dL_dz2", (3,)))
    assert LAYERED.write(weights, "latex") == r"W^{(2)\top} \cdot \delta^{(2)}"


def test_the_loss_of_a_batch_entry_by_entry() -> None:
    """A mean over the samples is written as the losses of the samples."""
    (mean,) = entries(apply("mean_over_samples", L), 2).flat
    assert LECTURE.write(mean) == "(L₁ + L₂)/2"


def test_the_default_profile() -> None:
    """One hidden layer is spelt as in the lecture, any other depth layer by layer."""
    assert [default_profile(depth) for depth in (1, 2, 3)] == ["layered", "lecture", "layered"]
    assert notation(None, (2, 2, 1)).profile.name == "lecture"
