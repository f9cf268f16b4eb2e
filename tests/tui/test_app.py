"""The stepping app, driven by its keys and the mouse."""

from __future__ import annotations

import re

import pytest
from textual.filter import Monochrome

import backtrace
from backtrace.tui.themes import PROJECTOR
from tests.tui.driving import app_on, driven, flowing, place_of, press, pressed, screen

LAST = 16


@pytest.mark.parametrize(
    ("start", "key", "number"),
    [
        *((0, key, 1) for key in ("right", "space", "enter", "n")),
        *((5, key, 4) for key in ("left", "backspace", "p")),
        (0, "left", 0),
        (LAST, "right", LAST),
        (1, "pagedown", 5),
        (7, "pagedown", 9),
        (9, "pageup", 7),
        (8, "pageup", 7),
        (7, "home", 0),
        (7, "end", LAST),
    ],
)
def test_keys_move(start, key, number):
    """Each key of movement goes where its description says, and no further than the ends."""
    app = app_on(start=start)
    pressed(app, key)
    assert app.session.number == number


@pytest.mark.parametrize(
    ("start", "key", "number"), [(3, "]", 16), (16, "]", 31), (33, "[", 31), (31, "[", 16), (1, "[", 0), (0, "]", 1)]
)
def test_brackets_move_by_updates(start, key, number):
    """The closing bracket goes to the next update, the opening one to the start of this one or of the one before."""
    app = app_on(start=start, epochs=4)
    pressed(app, key)
    assert app.session.number == number


def test_forwards_and_back_with_the_arrows_alone():
    """From the first screen to the last and back every screen is the same both ways, and none is empty."""
    app, forwards, backwards = app_on(), [], []

    async def steps(pilot):
        for _ in range(LAST):
            forwards.append(screen(app))
            await press(pilot, "right")
        for _ in range(LAST):
            await press(pilot, "left")
            backwards.append(screen(app))

    driven(app, steps)
    assert forwards == backwards[::-1]
    assert len(set(forwards)) == LAST


def test_nothing_is_shown_before_it_is_computed():
    """Before its line a quantity is said not to be computed yet; no gradient stands as 0."""
    shown = pressed(app_on(), "right")
    assert "not computed yet" in shown
    assert "δʸ 0" not in shown
    assert "δʰ₁ 0" not in shown


def test_matrix_and_entries():
    """The key m shows matrices in place of entries, and entries again."""
    assert "⎡0.010 0.016⎤" not in pressed(app_on(start=10))
    assert "⎡0.010 0.016⎤" in pressed(app_on(start=10), "m")
    assert "⎡0.010 0.016⎤" not in pressed(app_on(start=10), "m", "m")


def test_detail_keeps_the_line():
    """The key d tells every equation, and stays at the same quantity."""
    app = app_on(start=9)
    shown = pressed(app, "d")
    assert app.session.stop.equation.id == "dL_dz1"
    assert "of 26" in shown
    back = app_on(start=9)
    pressed(back, "d", "d")
    assert back.session.number == 9


def test_decimals():
    """Plus shows one decimal more, minus one less, from 1 to 12."""
    app = app_on(start=5)
    assert "≈ 0.5249" in pressed(app_on(start=5), "plus")
    assert "≈ 0.52 " in pressed(app_on(start=5), "minus")
    pressed(app, *["minus"] * 5)
    assert app.session.trace.scenario.decimals == 1


def test_themes():
    """The key t goes from dark to light, to the projector, which shows fewer lines, and back."""
    app = app_on(start=9)

    async def steps(pilot):
        seen = []
        for _ in range(4):
            seen.append((app.theme, "ledger" in screen(app)))
            await press(pilot, "t")
        assert seen == [("dark", True), ("light", True), (PROJECTOR, False), ("dark", True)]

    driven(app, steps)


def test_without_colour(monkeypatch):
    """With NO_COLOR everything is grey, and what takes part in the step is marked in words and signs."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot)
        filters = [each for each in app._filters if isinstance(each, Monochrome)]
        assert filters
        assert "► h " in screen(app)
        assert "used" in screen(app)
        assert "new" in screen(app)

    driven(app, steps)


def test_ascii_letters_alone():
    """On a terminal without Unicode the mathematics is spelt in ASCII."""
    shown = pressed(app_on(start=9, language="ascii"))
    assert "delta_h1  = dL/dz_1" in shown
    assert "σ" not in shown


@pytest.mark.parametrize(
    ("text", "number"), [("9", 9), ("dL_dz1", 9), ("δʰ", 9), ("dL_dw12", 10), ("1:3", 3), ("W1_next", 14)]
)
def test_go_to(text, number):
    """The key g goes to a step by number, by update and line, or by name."""
    app = app_on()
    pressed(app, "g", f"'{text}'", "enter")
    assert app.session.number == number


def test_go_to_what_there_is_not():
    """A number or name that there is not is said to be wrong below the line, which stays open; Escape leaves it."""
    app = app_on(start=3)

    async def steps(pilot):
        await press(pilot, "g", "'99'", "enter")
        assert "there is no step 99" in screen(app)
        await press(pilot, "backspace", "backspace", "'dL_dq'", "enter")
        assert "there is no quantity" in screen(app)
        await press(pilot, "escape")
        assert len(app.screen_stack) == 1

    driven(app, steps)
    assert app.session.number == 3


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (("'dL_dW1[1,2]'", "enter"), 10),
        (("'error signal'", "enter"), 6),
        (("'error signal'", "down", "enter"), 9),
        (("'error signal'", "down", "up", "enter"), 6),
        (("'W2_'", "enter"), 12),
        (("'no such word'", "enter"), 3),
        (("escape",), 3),
    ],
)
def test_find(keys, number):
    """The slash finds a quantity by id, entry or meaning and goes where it is worked."""
    app = app_on(start=3)
    pressed(app, "slash", *keys)
    assert app.session.number == number


def test_where_from():
    """The key w opens the chain of quantities that a number came from; it can be walked, and Enter goes to the step."""
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot, "w")
        assert "δʰ₁  0.020   step 9   δʰ₁ = δʸ·v₁₁ · h₁(1 − h₁)" in screen(app)
        assert "v₁₁  0.3   given" in screen(app)
        await press(pilot, "right", "right", "right")
        assert "ŷ  0.725   step 4   ŷ = σ(u)" in screen(app)
        await press(pilot, "left", "enter")

    driven(app, steps)
    assert app.session.number == 6


def test_where_from_at_the_opening():
    """Where there is no line, w says so."""
    assert "no line here" in pressed(app_on(), "w")


def test_symbolic():
    """The key s shows sympy's closed form of a gradient, for the next line too, and says where there is none."""
    app = app_on(start=10)

    async def steps(pilot):
        await press(pilot, "s", "work", "down", "down")
        blocks = app.query_one("DerivationView").blocks
        assert any("agrees" in str(getattr(block, "why", "")) for block in blocks)
        await press(pilot, "home", "right", "work")
        assert "sympy differentiates the loss by weights and biases" in screen(app)
        await press(pilot, "s")
        assert "sympy" not in screen(app).replace("s sympy", "")

    driven(app, steps)


def test_what_if():
    """A change is worked through at once: what is changed stands old and new, and nothing stale is shown."""
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot, "e", "'v11=3'", "enter", "work")
        assert "what if v11=3?" in screen(app)
        assert "0.289 → 0.114" in screen(app)
        changed = backtrace.run(app.session.changed("v11=3"))
        assert changed["dL_dz1"].tolist() == app.session.trace["dL_dz1"].tolist()
        await press(pilot, "end")
        assert "THE LOSS AFTER THE NEXT UPDATES" in screen(app)
        await press(pilot, "u", "home")
        assert "what if" not in screen(app).replace("e what if", "")
        await press(pilot, "u")

    driven(app, steps)
    assert app.session.changes == ()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("w99=1", "nothing of that name"),
        ("z=1", "is worked out"),
        ("eta", "KEY=VALUE"),
        ("network.layers.1.activation=sigmod", "sigmoid"),
    ],
)
def test_what_is_not_understood(setting, said):
    """A change that is not understood is answered below the line, with what is near."""
    app = app_on(start=3)
    assert said in pressed(app, "e", f"'{setting}'", "enter")
    assert app.session.changes == ()


def test_numbers_out_of_range():
    """A change with which the numbers leave the range is refused with the equation; what was there stays."""
    app = app_on("hmkcode", start=3)
    shown = pressed(app, "e", "'eta=1e300'", "enter", "work")
    assert "range" in shown
    assert app.session.changes == ()


def test_changes_of_every_kind():
    """Weight, bias, input, target, learning rate and activation can be changed, one after another, and undone."""
    app = app_on(start=9)
    settings = ("w11=1", "b_h1=0", "x1=1", "y=1", "eta=2", "network.layers.1.activation=tanh")

    async def steps(pilot):
        for setting in settings:
            await press(pilot, "e", f"'{setting}'", "enter", "work")
        assert app.session.changes == settings
        assert app.session.trace.scenario.layers[0].activation == "tanh"
        for _ in settings:
            await press(pilot, "u")
        assert len(app.session.walks) == 1

    driven(app, steps)


def test_save_the_changed_scenario(tmp_path):
    """S writes the scenario as it is now; it reads back to the same; a file that is there is left alone."""
    app, file = app_on(), tmp_path / "mine.yaml"

    async def steps(pilot):
        await press(pilot, "e", "'eta=2'", "enter", "work", "S", f"'{file}'", "enter")
        assert not app.session.unsaved
        before = file.read_bytes()
        await press(pilot, "S", f"'{file}'", "enter")
        assert "is there already" in flowing(screen(app))
        assert file.read_bytes() == before

    driven(app, steps)
    saved = backtrace.load(file)
    assert saved.learning_rate == 2
    assert backtrace.run(saved).losses.tolist() == app.session.trace.losses.tolist()


def test_nothing_is_lost_on_leaving():
    """With changes that are not saved q says so first and leaves the second time; without any it leaves at once."""
    app = app_on()

    async def steps(pilot):
        await press(pilot, "e", "'eta=2'", "enter", "work", "q")
        assert "Not saved: the scenario" in flowing(screen(app))
        assert app._exit is False
        await press(pilot, "q")
        assert app._exit is True

    driven(app, steps)
    other = app_on()
    pressed(other, "q")
    assert other._exit is True


def test_all_keys_are_listed():
    """The question mark lists every key with what it does; any key closes it."""
    app = app_on()

    async def steps(pilot):
        await pilot.resize_terminal(100, 50)
        await press(pilot, "question_mark")
        shown = flowing(screen(app))
        for binding in app.BINDINGS:
            assert binding.tooltip in shown
        await press(pilot, "escape")
        assert len(app.screen_stack) == 1

    driven(app, steps)


def test_the_command_palette():
    """Every action is in the command palette, too."""
    app = app_on(start=10)

    async def steps(pilot):
        await press(pilot, "ctrl+p", "'matrices'")
        await pilot.pause(0.5)
        await press(pilot, "enter")
        await pilot.pause(0.3)

    driven(app, steps)
    assert app.session.walk.telling.view == "matrix"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (100, 30), (160, 50)])
def test_resizing(size):
    """The screen is laid out anew for another size: no line is wider, and the value is still there."""
    app = app_on(start=4)

    async def steps(pilot):
        await pilot.resize_terminal(*size)
        await press(pilot)
        lines = screen(app).splitlines()
        assert len(lines) <= size[1]
        assert max(map(len, lines)) <= size[0]
        assert "≈ 0.725" in screen(app)

    driven(app, steps)


@pytest.mark.parametrize(("text", "number"), [("δʸ      0.289", 6), ("h₂  0.758", 2), ("∂L/∂V ", 7)])
def test_the_mouse(text, number):
    """A click on a line of the ledger, or on a neuron, goes where it was computed."""
    app = app_on(start=9)

    async def steps(pilot):
        await press(pilot)
        column, row = place_of(app, text)
        await pilot.click(offset=(column + 1, row))
        await press(pilot)

    driven(app, steps)
    assert app.session.number == number


def test_the_first_screen_names_the_plain_one():
    """The first screen says that the steps can be had in plain lines."""
    assert "backtrace step --plain" in pressed(app_on())


@pytest.mark.parametrize("key", ["e", "g", "slash"])
def test_the_screen_stays_in_view_under_a_prompt(key):
    """What is asked for is typed below the derivation and the network, which stay in view."""
    assert "≈ 0.725" in pressed(app_on(start=4), key)


def test_where_from_in_full():
    """A derivation that is too long for its line of the tree stands below the tree, as far as it goes."""
    assert "≈ 0.087 · 0.234 ≈ 0.020" in flowing(pressed(app_on(start=9), "w", size=(80, 24)))


def test_no_number_of_the_ledger_is_cut():
    """In a narrow ledger what is changed shows fewer numbers, each of them in full."""
    app = app_on(start=15)

    async def steps(pilot):
        await press(pilot, "e", "'x1=1'", "enter", "work")
        rows = [line[:31].rstrip() for line in screen(app).splitlines() if "→ " in line[:31]]
        assert rows
        assert not any(re.search(r"[\d.]…$", row) for row in rows)

    driven(app, steps, (80, 24))


@pytest.mark.parametrize("size", [(60, 20), (40, 12)])
def test_a_small_terminal(size):
    """Where there is no room for the network or the ledger, the derivation has it all and no line of it is cut."""
    shown = pressed(app_on("three-layer", start=14), size=size)
    assert "remember  a⁽²⁾₁ = ReLU(z⁽²⁾₁)\n" in shown
    assert "network" not in shown


@pytest.mark.parametrize(("keys", "said"), [(("u",), "no change to undo"), (("minus",) * 4, "From 1 to 12 decimals")])
def test_keys_that_change_nothing(keys, said):
    """Where a key has nothing to do it says why."""
    assert said in flowing(pressed(app_on(start=3), *keys))


def test_the_line_stays_through_detail_and_undo():
    """A change made in detail and undone without it comes back to the line that it began with."""
    app = app_on("online-vs-batch", start=40)
    line = app.session.stop.place

    async def steps(pilot):
        await press(pilot, "d", "e", "'eta=2'", "enter", "work", "d", "u")

    driven(app, steps)
    assert app.session.stop.place == line


def test_sympy_stays_on_another_theme():
    """Sympy's form stays where it is when the screen is painted anew."""
    app = app_on(start=10)

    async def steps(pilot):
        await press(pilot, "s", "work", "t")
        await press(pilot)
        blocks = app.query_one("DerivationView").blocks
        assert any("agrees" in str(getattr(block, "why", "")) for block in blocks)

    driven(app, steps)
