"""A symbol stated once, spelt in every language."""

# ruff: noqa: E501  (the tables are read by columns)
from __future__ import annotations

import pytest

from backtrace.formula.writing import LANGUAGES
from backtrace.notation.symbols import Symbol

# fmt: off
SPELLINGS = [
    (Symbol("W"),                                     "W",      "W",            "W",                          "W"),
    (Symbol("w", below=(1, 2)),                       "w₁₂",    "w12",          "w_{12}",                     "w 1 2"),
    (Symbol("w", below=(1, 12)),                      "w₁,₁₂",  "w1_12",        "w_{1,12}",                   "w 1 12"),
    (Symbol("h", below=(12,)),                        "h₁₂",    "h12",          "h_{12}",                     "h 12"),
    (Symbol("b", above="h", below=(1,)),              "bʰ₁",    "b_h1",         "b^{h}_{1}",                  "b h 1"),
    (Symbol("y", accent="hat", below=(2,)),           "ŷ₂",     "y_hat_2",      r"\hat{y}_{2}",               "y hat 2"),
    (Symbol("m", accent="hat"),                       "m̂",      "m_hat",        r"\hat{m}",                   "m hat"),
    (Symbol("δ", above="y"),                          "δʸ",     "delta_y",      r"\delta^{y}",                "delta y"),
    (Symbol("a", above="(10)", below=(3,)),           "a⁽¹⁰⁾₃", "a10_3",        "a^{(10)}_{3}",               "a 3 of layer 10"),
    (Symbol("W", above="(1)", is_next=True),          "W⁽¹⁾⁺",  "W1_next",      "W^{(1)+}",                   "next W of layer 1"),
    (Symbol("v", below=(1, 1), is_next=True),         "v⁺₁₁",   "v11_next",     "v^{+}_{11}",                 "next v 1 1"),
    (Symbol("η"),                                     "η",      "eta",          r"\eta",                      "eta"),
    (Symbol("λ"),                                     "λ",      "lambda",       r"\lambda",                   "lambda"),
    (Symbol("Δ"),                                     "Δ",      "Delta",        r"\Delta",                    "Delta"),
    (Symbol("ℓ", below=(1,)),                         "ℓ₁",     "ell1",         r"\ell_{1}",                  "ell 1"),
    (Symbol("β", below=(2,)),                         "β₂",     "beta2",        r"\beta_{2}",                 "beta 2"),
    (Symbol("gain"),                                  "gain",   "gain",         r"{\operatorname{gain}}",       "gain"),
    (Symbol("weight_decay"),                          "weight_decay", "weight_decay", r"{\operatorname{weight\_decay}}", "weight_decay"),
    (Symbol("b", above="q"),                          "b^q",    "b_q",          "b^{q}",                      "b q"),
    (Symbol("net", label="h", below=(1,)),            "netₕ₁",  "net_h1",       r"{\operatorname{net}}_{h1}",   "net h 1"),
    (Symbol("E", label="total", below=(2,)),          "Eₜₒₜₐₗ,₂", "E_total_2",  r"E_{\mathrm{total},2}",      "E total 2"),
    (Symbol("E", label="W"),                          "E_W",    "E_W",          "E_{W}",                      "E W"),
    (Symbol("a", above="2", below=(3,)),              "a²₃",    "a2_3",         "a^{2}_{3}",                  "a 3 of layer 2"),
    (Symbol("W", above="[1]", is_next=True),          "W^[1]⁺", "W1_next",      "W^{[1]+}",                   "next W of layer 1"),
    (Symbol("z", above="(1)", below=(2,), apart=True), "z⁽¹⁾₂", "z_1_2",        "z^{(1)}_{2}",                "z 2 of layer 1"),
    (Symbol("Err", below=(4,), negated=True, apart=True), "−Err₄", "-Err_4",    r"-{\operatorname{Err}}_{4}",   "minus Err 4"),
    (Symbol("ε", plain="eta", below=(0,)),            "ε₀",     "eta0",         r"\epsilon_{0}",              "epsilon 0"),
    (Symbol("ℒ"),                                     "ℒ",      "L",            r"\mathcal{L}",               "L"),
]
# fmt: on


@pytest.mark.parametrize(("symbol", "text", "in_ascii", "latex", "words"), SPELLINGS)
def test_spellings(symbol: Symbol, text: str, in_ascii: str, latex: str, words: str) -> None:
    """Letter, accent, superscript, index and the mark of what comes after the update, in all four languages."""
    assert [symbol.spell(language) for language in LANGUAGES] == [text, in_ascii, latex, words]


def test_an_entry_of_a_matrix_takes_the_small_letter() -> None:
    """The entries of W are w₁₁, w₁₂ and so on."""
    assert Symbol("W", above="(1)").of_entry().at(1, 2).spell("text") == "w⁽¹⁾₁₂"


def test_an_index_stands_before_the_symbols_own() -> None:
    """The biases w₀ of a layer have the entries w₁₀, w₂₀ and so on."""
    assert Symbol("w", below=(0,)).at(2).spell("text") == "w₂₀"
