"""Predict, then reveal: what is hidden, what is asked for, and what comes of a guess."""

from __future__ import annotations

import pytest

from tests.tui.driving import app_on, driven, flowing, place_of, press, pressed, screen


def test_the_values_are_hidden():
    """The key r hides the value of the line wherever it would stand, and asks for its first entry."""
    shown = pressed(app_on(start=9), "r")
    assert "0.0203" not in shown
    assert "0.020" not in shown
    assert "δʸ·v₁₁" not in shown
    assert "δʰ ∂L/∂W  not computed yet" in shown
    assert "δʰ₁ =" in shown


@pytest.mark.parametrize(
    ("hints", "seen", "unseen"),
    [
        (0, "", "∂L/∂h₁"),
        (1, "∂L/∂h₁", "δʸ·v₁₁"),
        (2, "δʸ·v₁₁", "0.289·0.3"),
        (3, "0.289·0.3", "≈ 0.087"),
        (4, "≈ 0.020", "δʸ·v₂₁"),
    ],
)
def test_hints(hints, seen, unseen):
    """Enter alone opens chain rule, formula, numbers put in and value, one after another."""
    shown = pressed(app_on(start=9), "r", *["enter"] * hints)
    assert seen in shown
    assert unseen not in shown


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        ("0.0203", "0.0203 ✓"),
        ("0.020", "0.020 ✓ (to the digits given)"),
        ("0,0203", "✓"),
        ("0.0204", "right method, rounded on the way (0.087·0.234 = 0.0204); with all digits 0.0203"),
        ("-0.020", "your size is right, the sign is not"),
        ("0.087", "the slope h₁(1 − h₁) is missing"),
        ("7", "not this"),
        ("1/", "not a number"),
    ],
)
def test_verdicts(guess, said):
    """A right, a rounded and a wrong guess are answered in words."""
    assert said in pressed(app_on(start=9), "r", f"'{guess}'", "enter")


def test_a_line_from_first_to_last_entry():
    """A right guess opens the entry and asks for the next; after the last one Enter goes on to the next line."""
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot, "r", "'0.0203'", "enter")
        assert "≈ 0.020" in screen(app)
        assert "δʰ₂ =" in screen(app)
        await press(pilot, "'0.027'", "enter")
        assert "Enter goes on" in screen(app)
        assert "δʰ      0.020 0.027" in screen(app)
        await press(pilot, "enter")
        assert app.session.number == 10
        assert "∂L/∂w₁₁ =" in screen(app)
        await press(pilot, "left")
        assert "δʰ      0.020 0.027" in screen(app)

    driven(app, steps)


def test_keys_while_predicting():
    """While nothing is typed arrows move and letters keep their meaning; with something typed they edit it."""
    app = app_on(start=3)

    async def steps(pilot):
        await press(pilot, "r", "right", "right")
        assert app.session.number == 5
        await press(pilot, "left", "end", "home", "right")
        assert app.session.number == 1
        await press(pilot, "'0.5'", "left", "backspace", "g")
        assert len(app.screen_stack) == 2
        await press(pilot, "escape", "r")
        assert not app.session.is_predicting

    driven(app, steps)


def test_the_score_and_its_summary(tmp_path):
    """The score counts lines right at once; the ending sums up by stage, and S saves that as Markdown or text."""
    app = app_on(start=3)

    async def steps(pilot):
        await press(pilot, "r", "'0.967'", "enter", "enter", "'0.9'", "enter", "'0.725'", "enter", "enter")
        assert "1 of 2" in screen(app)
        await press(pilot, "end")
        assert "right at the first try" in " ".join(screen(app).split())
        await press(pilot, "q")
        assert "Not saved: the score" in " ".join(screen(app).split())
        for name in ("score.md", "score.txt"):
            await press(pilot, "S", f"'{tmp_path / name}'", "enter")
        assert not app.session.unsaved

    driven(app, steps)
    assert "forward pass" in (tmp_path / "score.md").read_text(encoding="utf-8")
    assert "forward pass" in (tmp_path / "score.txt").read_text(encoding="utf-8")


def test_predicting_in_matrices():
    """Predict mode asks entry by entry, also where matrices were shown."""
    shown = pressed(app_on(start=10), "m", "r", "'0.0101'", "enter")
    assert "∂L/∂w₂₁ =" in shown


def test_matrices_do_not_show_what_is_asked_for():
    """While an entry is asked for, m says that there are no matrices yet; what was opened before stays hidden too."""
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot, "r", "m")
        assert "Predict mode asks entry by entry" in flowing(screen(app))
        await press(pilot, "r", "m", "r")
        assert "0.020" not in screen(app)
        assert "δʰ₁ =" in screen(app)

    driven(app, steps)


@pytest.mark.parametrize("key", ["w", "s"])
def test_no_other_view_gives_the_value_away(key):
    """Neither the chain of quantities nor sympy's form shows the value before it is predicted; both say why."""
    shown = flowing(pressed(app_on(start=10), "r", key, "work"))
    assert "give the value away" in shown
    assert "0.010" not in shown


def test_the_score_outlives_detail():
    """What was predicted of a line counts when other lines are told, and is summed up."""
    app = app_on(start=15)

    async def steps(pilot):
        await press(pilot, "d", "r", "'0.0858'", "enter", "'0.181'", "enter", "d")
        assert "0.086 0.181" in screen(app)
        await press(pilot, "end")
        assert "1 of 1 line right at the first try" in flowing(screen(app))

    driven(app, steps)


def test_a_change_is_predicted_anew():
    """After a change the values are hidden and counted anew; undone, what was predicted before is there again."""
    app = app_on(start=9, epochs=3)

    async def steps(pilot):
        await press(pilot, "end", "left", "r", "enter", "enter", "enter", "enter", "enter")
        await press(pilot, "e", "'epochs=1'", "enter", "work")
        assert not app.session.guessing.score.answers
        await press(pilot, "home", "right", "'7.25'", "enter", "end")
        assert "predictions" in screen(app).lower()
        await press(pilot, "u")
        assert len(app.session.guessing.score.answers) == 1

    driven(app, steps)


def test_the_layout_stands_still():
    """The network is drawn in the same place before a guess, after it, and when the line is done."""
    app = app_on(start=5)

    async def steps(pilot):
        await press(pilot, "r")
        before = place_of(app, "─ predict ─")
        await press(pilot, "'0.3'", "enter")
        wrong = place_of(app, "─ predict ─")
        await press(pilot, "'0.525'", "enter")
        assert before == wrong == place_of(app, "─ predict ─")

    driven(app, steps)
