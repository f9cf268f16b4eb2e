"""The books' own symbols: letters, index order, numbering, and the names of error signal, loss and target."""

from __future__ import annotations

import pytest

from backtrace.formula.expr import Var
from backtrace.notation.profiles import PROFILES
from tests.notation.ids import every_id, notation

UNITS = (3, 2, 2)


def of(name: str, *index: int, sample: int | None = None) -> Var:
    return Var(name, (), index=index or None, sample=sample)


# fmt: off
SPELT = [
    ("nielsen",    of("W1"),              "w²",         "w_2",           "w^{2}"),
    ("nielsen",    of("W1", 2, 3),        "w²₂₃",       "w_2_23",        "w^{2}_{23}"),
    ("nielsen",    of("b2", 1),           "b³₁",        "b_3_1",         "b^{3}_{1}"),
    ("nielsen",    of("a1", 2),           "a²₂",        "a_2_2",         "a^{2}_{2}"),
    ("nielsen",    of("dL_dz2", 1),       "δ³₁",        "delta_3_1",     r"\delta^{3}_{1}"),
    ("nielsen",    of("dL_dW2", 1, 2),    "∂Cₓ/∂w³₁₂",  "dC_x_dw_3_12",  r"\frac{\partial C_{x}}{\partial w^{3}_{12}}"),
    ("nielsen",    of("J"),               "C",          "C",             "C"),
    ("goodfellow", of("z1", 2),           "a⁽¹⁾₂",      "a_1_2",         "a^{(1)}_{2}"),
    ("goodfellow", of("a1", 2),           "h⁽¹⁾₂",      "h1_2",          "h^{(1)}_{2}"),
    ("goodfellow", of("a2", 1),           "ŷ₁",         "y_hat_1",       r"\hat{y}_{1}"),
    ("goodfellow", of("W1", 1, 3),        "W⁽¹⁾₁₃",     "W1_13",         "W^{(1)}_{13}"),
    ("goodfellow", of("dL_dz1", 2),       "g⁽¹⁾₂",      "g1_2",          "g^{(1)}_{2}"),
    ("goodfellow", of("eta"),             "ε",          "eta",           r"\epsilon"),
    ("goodfellow", of("v_hat_W1"),        "r̂(W⁽¹⁾)",    "r_hat_W1",      r"\hat{r}(W^{(1)})"),
    ("bishop",     of("z1", 2),           "a⁽¹⁾₂",      "a_1_2",         "a^{(1)}_{2}"),
    ("bishop",     of("a1", 2),           "z⁽¹⁾₂",      "z_1_2",         "z^{(1)}_{2}"),
    ("bishop",     of("a2", 1),           "y₁",         "output1",       "y_{1}"),
    ("bishop",     of("y", 1),            "t₁",         "target1",       "t_{1}"),
    ("bishop",     of("W1", 2, 3),        "w⁽¹⁾₂₃",     "w1_23",         "w^{(1)}_{23}"),
    ("bishop",     of("b1", 2),           "w⁽¹⁾₂₀",     "w1_20",         "w^{(1)}_{20}"),
    ("bishop",     of("dL_db1"),          "∂Eₙ/∂w⁽¹⁾₀", "dE_n_dw1_0",   r"\frac{\partial E_{n}}{\partial w^{(1)}_{0}}"),
    ("bishop",     of("L", sample=2),     "E₂",         "E2",            "E_{2}"),
    ("bishop",     of("J"),               "E",          "E",             "E"),
    ("ng",         of("z1", 2),           "z^[1]₂",     "z1_2",          "z^{[1]}_{2}"),
    ("ng",         of("W2"),              "W^[2]",      "W2",            "W^{[2]}"),
    ("ng",         of("dL_dz2", 1),       "dz^[2]₁",    "dz2_1",         r"{\operatorname{dz}}^{[2]}_{1}"),
    ("ng",         of("dL_dW1"),          "dW^[1]",     "dW1",           r"{\operatorname{dW}}^{[1]}"),
    ("ng",         of("dJ_dW1"),          "∂J/∂W^[1]",  "dJ_dW1",        r"\frac{\partial J}{\partial W^{[1]}}"),
    ("ng",         of("L"),               "ℒ",          "L",             r"\mathcal{L}"),
    ("ng",         of("eta"),             "α",          "alpha",         r"\alpha"),
    ("mazur",      of("x", 2),            "i₂",         "i2",            "i_{2}"),
    ("mazur",      of("y", 2),            "targetₒ₂",   "target_o2",     r"{\operatorname{target}}_{o2}"),
    ("mazur",      of("z1", 1),           "netₕ₁",      "net_h1",        r"{\operatorname{net}}_{h1}"),
    ("mazur",      of("a2", 1),           "outₒ₁",      "out_o1",        r"{\operatorname{out}}_{o1}"),
    ("mazur",      of("b1"),              "b₁",         "b1",            "b_{1}"),
    ("mazur",      of("b1", 2),           "bₕ₂",        "b_h2",          "b_{h2}"),
    ("mazur",      of("dL_dz1", 2),       "δₕ₂",        "delta_h2",      r"\delta_{h2}"),
    ("mazur",      of("L"),               "Eₜₒₜₐₗ",     "E_total",       r"E_{\mathrm{total}}"),
    ("mazur",      of("L_terms", 1),      "Eₒ₁",        "E_o1",          "E_{o1}"),
    ("mazur",      of("W1_next", 2, 1),   "w⁺₄",        "w4_next",       "w^{+}_{4}"),
    ("han-kamber", of("x", 3),            "x₃",         "x3",            "x_{3}"),
    ("han-kamber", of("y", 1),            "T₆",         "T_6",           "T_{6}"),
    ("han-kamber", of("W1", 2, 3),        "w₃₅",        "w35",           "w_{35}"),
    ("han-kamber", of("W2", 1, 2),        "w₅₆",        "w56",           "w_{56}"),
    ("han-kamber", of("b1", 1),           "θ₄",         "theta_4",       r"\theta_{4}"),
    ("han-kamber", of("z1", 1),           "I₄",         "I_4",           "I_{4}"),
    ("han-kamber", of("a2", 2),           "O₇",         "O_7",           "O_{7}"),
    ("han-kamber", of("a2"),              "O⁽²⁾",       "O2",            "O^{(2)}"),
    ("han-kamber", of("dL_dz2", 1),       "−Err₆",      "-Err_6",        r"-{\operatorname{Err}}_{6}"),
    ("han-kamber", of("dL_dW1", 1, 1),    "∂E/∂w₁₄",    "dE_dw14",       r"\frac{\partial E}{\partial w_{14}}"),
    ("han-kamber", of("eta"),             "l",          "l",             "l"),
]
# fmt: on


@pytest.mark.parametrize(("name", "var", "text", "in_ascii", "latex"), SPELT)
def test_spelling(name: str, var: Var, text: str, in_ascii: str, latex: str) -> None:
    """Each source's spelling of a 3-2-2 network in text, ASCII and LaTeX."""
    spelt = notation(name, UNITS)
    assert [spelt.spell(var, language) for language in ("text", "ascii", "latex")] == [text, in_ascii, latex]


@pytest.mark.parametrize("sends_by_row", [False, True])
def test_mazur_numbers_the_weights_of_one_receiving_neuron_after_the_other(sends_by_row: bool) -> None:
    """w₁ and w₂ lead into h₁, w₃ and w₄ into h₂, w₅ and w₆ into o₁, however the matrices are laid out."""
    spelt = notation("mazur", (2, 2, 2), sends_by_row)
    ends = [
        ("W1", 1, 1),
        ("W1", 2, 1),
        ("W1", 1, 2),
        ("W1", 2, 2),
        ("W2", 1, 1),
        ("W2", 2, 1),
        ("W2", 1, 2),
        ("W2", 2, 2),
    ]
    for number, (name, sender, receiver) in enumerate(ends, 1):
        found = spelt.find(f"w{number}")
        assert (found.name, found.index) == (name, (sender, receiver) if sends_by_row else (receiver, sender))


@pytest.mark.parametrize("sends_by_row", [False, True])
@pytest.mark.parametrize(("name", "spelling"), [("han-kamber", "w15"), ("nielsen", "w_2_21"), ("bishop", "w1_21")])
def test_the_weight_from_input_1_to_hidden_neuron_2(name: str, spelling: str, sends_by_row: bool) -> None:
    """Whichever index stands first, and whichever way the matrix is laid out, it is the same weight."""
    assert notation(name, UNITS, sends_by_row).find(spelling).index == ((1, 2) if sends_by_row else (2, 1))


def test_a_single_output_keeps_its_number() -> None:
    """Where neurons are numbered through the network, a layer's only neuron is written with its number."""
    spelt = notation("han-kamber", (3, 2, 1))
    assert [spelt.spell(of(name, 1)) for name in ("a2", "y", "dL_dz2", "b2")] == ["O₆", "T₆", "−Err₆", "θ₆"]


def test_a_negated_name_stands_in_brackets_in_a_product() -> None:
    """The negative of Err₄ times x₁ is (−Err₄)·x₁."""
    assert notation("han-kamber", UNITS).write(of("dL_dz1", 1) * of("x", 1)) == "(−Err₄)·x₁"


@pytest.mark.parametrize("name", PROFILES)
def test_every_quantity_has_words(name: str) -> None:
    """Each quantity is spoken in letters and digits alone."""
    depth = PROFILES[name].layers or 3
    spelt = notation(name, (2,) * (depth + 1))
    for id_, shape in every_id((2,) * (depth + 1)).items():
        assert spelt.spell(Var(id_, shape), "words").replace(" ", "").replace("_", "").isascii()
