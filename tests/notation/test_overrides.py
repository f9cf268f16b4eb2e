"""Spellings of one's own: their grammar, what they change, and that none may mean two things."""

from __future__ import annotations

from collections import defaultdict

import pytest

from backtrace.formula.expr import Var
from backtrace.notation.notation import Notation
from backtrace.notation.overrides import clashes, keys, respelt, symbol_of
from backtrace.notation.profiles import PROFILES
from backtrace.notation.symbols import Symbol
from tests.notation.ids import every_id

# fmt: off
GRAMMAR = [
    ("ω",        Symbol("ω")),
    ("Δ",        Symbol("Δ")),
    ("h",        Symbol("h")),
    ("net",      Symbol("net")),
    ("b^h",      Symbol("b", above="h")),
    ("bʰ",       Symbol("b", above="h")),
    ("W^(1)",    Symbol("W", above="(1)")),
    ("W⁽¹⁾",     Symbol("W", above="(1)")),
    ("W^[1]",    Symbol("W", above="[1]")),
    ("v^max",    Symbol("v", above="max")),
    ("ŷ",        Symbol("y", accent="hat")),
    ("y\u0302",  Symbol("y", accent="hat")),
    ("y^",       Symbol("y", accent="hat")),
    ("y_hat",    Symbol("y", accent="hat")),
    ("x_bar",    Symbol("x", accent="bar")),
    ("θ_tilde",  Symbol("θ", accent="tilde")),
    ("ŷ^t",      Symbol("y", accent="hat", above="t")),
]
NONE = ["", " ", "a b", "h1", "h_1", "w₁", "w[1]", "^h", "b^^h", "b^h^2", "b^{h}", "b^()", "w^1 ", r"\\omega",
        "$w$", "ж", "ώ", "Α", "ο", "Ω\u0308", "ωω", "y_hut", "a" * 21, "{l}", "w^{l}"]
# fmt: on


@pytest.mark.parametrize(("text", "symbol"), GRAMMAR)
def test_a_spelling(text: str, symbol: Symbol) -> None:
    """A letter or a word, an accent and a superscript, as they are typed or as they are printed."""
    assert symbol_of(text) == symbol


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_spelling(text: str) -> None:
    """Indices, spaces, markup, other alphabets and letters that LaTeX has no name for are refused."""
    assert symbol_of(text) is None


@pytest.mark.parametrize("text", ["ω", "net", "b^h", "ŷ", "W^(1)", "ŷ^t"])
def test_what_is_printed_is_read_again(text: str) -> None:
    """The text of a symbol is a spelling of it."""
    symbol = symbol_of(text)
    assert symbol is not None
    assert symbol_of(symbol.spell("text")) == symbol


# fmt: off
RESPELT = [
    ("lecture",    {"W1": "ω"},         Var("W1"),                       "ω",       "omega"),
    ("lecture",    {"W1": "Θ"},         Var("W1", (), index=(2, 1)),     "θ₁₂",     "theta12"),
    ("lecture",    {"W1": "ω"},         Var("dL_dW1", (), index=(2, 1)), "∂L/∂ω₁₂", "dL_domega12"),
    ("lecture",    {"delta": "σ"},      Var("dL_dz1", (), index=(2,)),   "σʰ₂",     "sigma_h2"),
    ("lecture",    {"delta": "σ"},      Var("dL_dz2"),                   "σʸ",      "sigma_y"),
    ("lecture",    {"aK": "p"},         Var("a2"),                       "p",       "p"),
    ("lecture",    {"a2": "prediction"}, Var("a2"),                      "prediction", "prediction"),
    ("lecture",    {"L": "E"},          Var("dL_da2"),                   "∂E/∂ŷ",   "dE_dy_hat"),
    ("lecture",    {"dL_dW1": "g"},     Var("dL_dW1", (), index=(2, 1)), "g₁₂",     "g12"),
    ("lecture",    {"z1": "z"},         Var("z1", (), index=(1,)),       "z₁",      "z_1"),
    ("lecture",    {"eta": "ε"},        Var("eta"),                      "ε",       "eta"),
    ("layered",    {"W": "θ"},          Var("W2", (), index=(1, 2)),     "θ⁽²⁾₁₂",  "theta2_12"),
    ("layered",    {"z": "net"},        Var("z1"),                       "net⁽¹⁾",  "net1"),
    ("layered",    {"a": "z", "z": "a"}, Var("z1"),                      "a⁽¹⁾",    "a_1"),
    ("layered",    {"W1": "A"},         Var("W2"),                       "W⁽²⁾",    "W2"),
    ("mazur",      {"a1": "h"},         Var("a1", (), index=(2,)),       "h₂",      "h2"),
    ("mazur",      {"aK": "p"},         Var("a2", (), index=(1,)),       "p₁",      "p1"),
    ("mazur",      {"delta": "Δ"},      Var("dL_dz2", (), index=(1,)),   "Δₒ₁",     "Delta_o1"),
    ("mazur",      {"W": "Ω"},          Var("W2", (), index=(1, 1)),     "ω₅",      "omega5"),
    ("mazur",      {"W": "Ω"},          Var("W2"),                       "Ω₂",      "Omega2"),
    ("goodfellow", {"W": "A"},          Var("W2", (), index=(1, 2)),     "A⁽²⁾₁₂",  "A2_12"),
    ("layered",    {"a": "H"},          Var("a1", (), index=(2,)),       "H⁽¹⁾₂",   "H1_2"),
    ("han-kamber", {"a": "out"},        Var("a1", (), index=(2,)),       "out₄",    "out_4"),
    ("han-kamber", {"b1": "β"},         Var("b1", (), index=(1,)),       "β₃",      "beta_3"),
    ("han-kamber", {"delta": "δ"},      Var("dL_dz2", (), index=(1,)),   "δ₅",      "delta_5"),
]
# fmt: on


@pytest.mark.parametrize(("base", "own", "var", "text", "in_ascii"), RESPELT)
def test_respelt(base: str, own: dict[str, str], var: Var, text: str, in_ascii: str) -> None:
    """A spelling holds for the quantity, its entries and what is written by it; numbering and labels stay."""
    spelt = _respelt(base, own)
    assert [spelt.spell(var), spelt.spell(var, "ascii")] == [text, in_ascii]


def _respelt(base: str, own: dict[str, str], units: tuple[int, ...] = (2, 2, 2)) -> Notation:
    profile = respelt(PROFILES[base], _symbols(own), len(units) - 1)
    return Notation(profile, len(units) - 1, False, every_id(units))


def _symbols(own: dict[str, str]) -> dict[str, Symbol]:
    symbols = {key: symbol_of(text) for key, text in own.items()}
    return {key: symbol for key, symbol in symbols.items() if symbol is not None}


# fmt: off
CLASHES = [
    ("lecture",    {"W1": "V"},               [("W1", "W2")]),
    ("lecture",    {"W": "ω"},                [("W1", "W2")]),
    ("lecture",    {"a1": "x"},               [("x", "a1")]),
    ("lecture",    {"W1": "Z"},               [("W1", "z1")]),
    ("lecture",    {"a1": "z^(1)"},           [("z1", "a1")]),
    ("lecture",    {"a1": "z^(1)", "b1": "u"}, [("b1", "z2"), ("z1", "a1")]),
    ("lecture",    {"y": "t"},                [("y", "t")]),
    ("lecture",    {"eta": "μ"},              [("eta", "momentum")]),
    ("lecture",    {"eta": "m^W"},            [("eta", "m_W1")]),
    ("layered",    {"a": "z"},                [("z1", "a1")]),
    ("layered",    {"delta": "z"},            [("z1", "dL_dz1"), ("z2", "dL_dz2")]),
    ("layered",    {"delta": "σ^x"},          [("dL_dz1", "dL_dz2")]),
    ("bishop",     {"a1": "x"},               [("x", "a1")]),
    ("lecture",    {"W1": "ω", "delta": "σ"}, []),
    ("lecture",    {"W1": "V", "W2": "W"},    []),
    ("lecture",    {"y": "t", "t": "n"},      []),
    ("layered",    {"a": "z", "z": "a"},      []),
    ("han-kamber", {"delta": "δ", "L": "C"},  []),
]
# fmt: on


@pytest.mark.parametrize(("base", "own", "pairs"), CLASHES)
def test_clashes(base: str, own: dict[str, str], pairs: list[tuple[str, str]]) -> None:
    """A spelling that comes to mean two things is found, with the ids of both; an exchange of letters is none."""
    assert sorted(clashes(PROFILES[base], _symbols(own), 2)) == sorted(pairs)


@pytest.mark.parametrize(("base", "own"), [(base, own) for base, own, pairs in CLASHES if not pairs])
@pytest.mark.parametrize("units", [(2, 2, 2), (11, 10, 1), (1, 1, 1)])
def test_without_clashes_no_spelling_means_two_things(base: str, own: dict[str, str], units: tuple[int, ...]) -> None:
    """What the check lets through is unambiguous over every id of a network, as the profiles are."""
    spelt = _respelt(base, own, units)
    for language in ("text", "ascii"):
        meanings = defaultdict(set)
        for var, spelling in spelt.spellings(language):
            meanings[spelling].add(var.name)
        for id_ in spelt.shapes if language == "ascii" else ():
            meanings[id_].add(id_)
        assert {spelling: names for spelling, names in meanings.items() if len(names) > 1} == {}


@pytest.mark.parametrize("base", PROFILES)
def test_every_key_can_be_spelt(base: str) -> None:
    """Whatever id may be given a spelling has it then."""
    depth = PROFILES[base].layers or 2
    units = (2,) * (depth + 1)
    named = [key for key in keys(PROFILES[base], depth) if key in every_id(units) and key != "delta"]
    assert {"x", "y", "L", "W1", "b2", "z1", "a1", "dL_dW2", "eta", "m_hat"} <= set(keys(PROFILES[base], depth))
    for key in named:
        assert _respelt(base, {key: "q^new"}, units).spell(Var(key)) == "q\u207f\u1d49\u02b7"
