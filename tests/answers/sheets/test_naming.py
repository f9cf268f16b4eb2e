"""Names on a sheet: what each of them may mean, and what is close to one that means nothing."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.answers.sheets.naming import Names, folded
from backtrace.notation.profiles import PROFILES
from tests.answers.bundled import bundled

# fmt: off
EXACT = [
    # scenario,    name,            what it means as it stands
    ("lecture",    "z1",            "z1 z1[1]"),
    ("lecture",    "z_1",           "z1[1]"),
    ("lecture",    "z₁",            "z1[1]"),
    ("lecture",    "δʸ",            "dL_dz2 dL_dz2[1]"),
    ("lecture",    "δy",            "dL_dz2 dL_dz2[1]"),
    ("lecture",    "delta_y",       "dL_dz2 dL_dz2[1]"),
    ("lecture",    "dL_dv21",       "dL_dW2[1,2]"),
    ("lecture",    "∂L/∂v₂₁",       "dL_dW2[1,2]"),
    ("lecture",    "w12",           "W1[2,1]"),
    ("lecture",    "W+",            "W1_next"),
    ("lecture",    "W⁺",            "W1_next"),
    ("lecture",    "w⁺₁₂",          "W1_next[2,1]"),
    ("lecture",    "dL_dW2[1,2]",   "dL_dW2[1,2]"),
    ("lecture",    "dL_dW2[ 1; 2]", "dL_dW2[1,2]"),
    ("lecture",    "V[1, 2]",       "W2[1,2]"),
    ("lecture",    "y\u0302",       "a2 a2[1]"),
    ("lecture",    "∂L/∂u",         "dL_dz2 dL_dz2[1]"),
    ("lecture",    "dL_dz_1",       "dL_dz1[1]"),
    ("lecture",    "V[2,1]",        ""),
    ("lecture",    "foo",           ""),
    ("lecture",    "",              ""),
    ("lecture",    "w21 ",          "W1[1,2]"),
    ("lecture",    "w⁺²¹",          ""),
    ("mazur",      "w5",            "W2[1,1]"),
    ("mazur",      "out_o1",        "a2[1]"),
    ("mazur",      "E_total",       "L"),
    ("xor",        "ŷ(2)",          "a2 of 2, a2[1] of 2"),
    ("xor",        "L1",            "L of 1"),
    ("xor",        "J",             "J"),
    ("han-kamber", "-Err_6",        "dL_dz2[1]"),
    ("han-kamber", "Err_6",         "minus dL_dz2[1]"),
    ("han-kamber", "Err6",          "minus dL_dz2[1]"),
]
LOOSE = [
    ("lecture",    "deltay",        "dL_dz2 dL_dz2[1]"),
    ("lecture",    "delta y",       "dL_dz2 dL_dz2[1]"),
    ("lecture",    r"\delta^{y}",   "dL_dz2 dL_dz2[1]"),
    ("lecture",    "dv21",          "dL_dW2[1,2]"),
    ("lecture",    "dL/dv21",       "dL_dW2[1,2]"),
    ("lecture",    "dW",            "dL_dW1"),
    ("lecture",    "dW2",           "dL_dW2"),
    ("lecture",    "W'",            "W1_next"),
    ("lecture",    "W_new",         "W1_next"),
    ("lecture",    "new_W",         "W1_next"),
    ("lecture",    "w12+",          "W1_next[2,1]"),
    ("lecture",    "b_h^+",         "b1_next"),
    ("lecture",    "yhat",          "a2 a2[1]"),
    ("lecture",    "y^",            "a2 a2[1]"),
    ("lecture",    "YHAT",          ""),
    ("lecture",    "W++",           ""),
    ("mazur",      "dE/dw5",        "dL_dW2[1,1]"),
    ("mazur",      "dL/dw5",        "dL_dW2[1,1]"),
    ("mazur",      "E",             "L"),
    ("mazur",      "dE/dout_o1",    "dL_da2[1]"),
    ("xor",        "L(3)",          "L of 3"),
    ("xor",        "dV",            "dL_dW2 dJ_dW2"),
    ("han-kamber", "θ 6",           "b2[1]"),
    ("han-kamber", "− Err6",        "dL_dz2[1]"),
]
NEAR = [
    ("lecture",    "delta_x",       "did you mean 'delta_y', 'delta_h' or"),
    ("lecture",    "dL_dq",         "did you mean"),
    ("lecture",    "qqqqqqq",       "known names are x, y, W1, b1"),
]
# fmt: on


@lru_cache(maxsize=8)
def _names(scenario: str) -> Names:
    return Names(bundled(scenario))


def _said(names: Names, name: str, is_loose: bool) -> str:
    found = []
    for meaning in names.meanings(name)[is_loose]:
        text = f"{'minus ' if meaning.is_negated else ''}{meaning.said}"
        found.append(text + (f" of {meaning.sample}" if meaning.sample else ""))
    unique = list(dict.fromkeys(found))
    return ", ".join(unique) if any(" of " in text for text in unique) else " ".join(unique)


@pytest.mark.parametrize(("scenario", "name", "meanings"), EXACT)
def test_a_name_means_what_the_notation_spells(scenario: str, name: str, meanings: str) -> None:
    """Ids, entries, symbols, ASCII and symbols with their raised and lowered signs typed plainly are known."""
    assert _said(_names(scenario), name, is_loose=False) == meanings


@pytest.mark.parametrize(("scenario", "name", "meanings"), LOOSE)
def test_a_name_typed_in_haste_is_understood(scenario: str, name: str, meanings: str) -> None:
    """Blanks, braces, missing underscores, W' for W⁺ and dv21 for ∂L/∂v₂₁ are forgiven; the case is not."""
    assert _said(_names(scenario), name, is_loose=False) == ""
    assert _said(_names(scenario), name, is_loose=True) == meanings


@pytest.mark.parametrize(("scenario", "name", "remedy"), NEAR)
def test_a_name_that_means_nothing_has_near_misses(scenario: str, name: str, remedy: str) -> None:
    """The names most like it are proposed, or the known ones."""
    assert remedy in _names(scenario).unknown(name)


@pytest.mark.parametrize(("name", "id_"), [("z1[7]", "z1"), ("h[0]", "a1"), ("V[2,1]", "W2"), ("V[1]", "W2")])
def test_an_entry_outside_is_known_for_what_it_is(name: str, id_: str) -> None:
    """An index that a quantity does not have is no unknown name."""
    outside = _names("lecture").outside(name)
    assert outside is not None
    assert outside.id == id_
    assert _names("lecture").outside("foo[1]") is None


@pytest.mark.parametrize(
    ("name", "fixes"),
    [("dL_dz2", True), ("∂L/∂u", True), ("dL_du", True), ("dL_dV", True), ("δʸ", False), ("delta_y", False)],
)
def test_an_id_or_a_derivative_fixes_the_sign(name: str, fixes: bool) -> None:
    """Only a symbol of its own leaves open which sign a book gives the error signal."""
    exact, _ = _names("lecture").meanings(name)
    assert exact[0].fixes_sign == fixes


@pytest.mark.parametrize("profile", PROFILES)
def test_every_spelling_is_found_as_what_it_spells(profile: str) -> None:
    """Whatever a notation prints can be copied onto a sheet, and means what it was printed for."""
    names = Names(bundled("three-layer" if PROFILES[profile].layers is None else "lecture").with_(notation=profile))
    for language in ("text", "ascii"):
        for var, spelling in names.notation.spellings(language):
            if var.name.endswith("_short") and language == "text":
                continue
            found = [(meaning.id, meaning.index) for meaning in names.meanings(spelling)[0]]
            assert (var.name, var.index) in found, spelling


@given(st.text())
def test_no_name_is_too_odd_to_look_up(name: str) -> None:
    """Rubbish means nothing, and costs nothing but that."""
    names = _names("xor")
    names.meanings(name)
    names.outside(name)
    assert names.unknown(name)
    assert folded(f"{name} ") in (folded(name), folded(name.rstrip()))
