"""The curve of the losses: round numbers on both axes that are true, in every width, in Unicode and in ASCII."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.formats.curve import plot
from backtrace.formats.plain import plain_lines
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import Curve
from tests.commands import here

FALLING = tuple(0.7 * 0.99**update for update in range(301))
TEN_A_STEP = tuple(10.0**-power for power in range(6))
WIDTHS = [54, 74, 104]


def drawn(values: tuple[float, ...], width: int = 74, language: Language = "text") -> list[str]:
    return plot(Curve("loss", values), language, width)


def rows(lines: list[str]) -> list[tuple[float | None, str]]:
    """The number beside each row of the plot, from the top, and what is drawn in the row."""
    found = []
    for line in lines[1:-2]:
        number, _, canvas = line.partition(" |")
        found.append((float(number) if number.strip() else None, canvas[1:]))
    return found


def height_of(lines: list[str], column: int) -> tuple[float, float]:
    """Between which two numbers of the axis the curve runs in a column."""
    numbered = rows(lines)
    place = next(i for i, (_, canvas) in enumerate(numbered) if canvas[column : column + 1].strip())
    low, high = numbered[place][0], numbered[place - 1][0]
    assert low is not None
    assert high is not None
    return low, high


@pytest.mark.parametrize("language", ["text", "ascii"])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_plot_fits_its_width_in_some_twelve_lines(width: int, language: Language) -> None:
    """Every line fits, none ends in blanks, and there is no colour code."""
    lines = drawn(FALLING, width, language)
    assert max(map(len, lines)) <= width
    assert 8 <= len(lines) <= 12
    assert lines == [line.rstrip() for line in lines]
    assert "\x1b" not in "".join(lines)


def test_the_axes_say_what_they_count() -> None:
    """The loss stands over the vertical axis, what is counted at the end of the other one, numbers under its marks."""
    lines = drawn(FALLING)
    assert lines[0].split() == ["(loss)", "^"]
    assert lines[-2].endswith("-> (updates)")
    assert lines[-1].split() == ["|", "0", "100", "200", "300"]
    assert [number for number, _ in rows(lines)] == [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0]


@pytest.mark.parametrize("update", [0, 50, 150, 300])
def test_the_curve_runs_where_its_values_are(update: int) -> None:
    """Under the number of an update the curve lies between the two numbers that its value lies between."""
    lines = drawn(FALLING)
    low, high = height_of(lines, min(update // 10, 29))
    assert low <= FALLING[update] <= high


def test_both_ends_of_the_curve_are_drawn() -> None:
    """The first value and the last have a dot, even on the edge of the plot."""
    lines = drawn((1.0, 0.5, 0.0))
    numbered = rows(lines)
    assert numbered[0] == (1.0, "")
    assert numbered[1][1][0].strip()
    assert len(numbered[-1][1]) == 20


def test_more_than_two_decades_are_drawn_by_powers_of_ten() -> None:
    """Values that fall by the same factor in each step lie on a straight line between powers of ten."""
    numbers = [number for number, _ in rows(drawn(TEN_A_STEP)) if number is not None]
    assert numbers == [1.0, 0.1, 0.01, 0.001, 0.0001, 1e-5]
    two = [number for number, _ in rows(drawn((100.0, 10.0, 1.0)))]
    assert two == [100, 80, 60, 40, 20, 0]


def test_ascii_has_stars_only() -> None:
    """Where the terminal has no Unicode the curve is drawn in ASCII, in the same places."""
    unicode, ascii_only = drawn(FALLING), drawn(FALLING, language="ascii")
    assert "".join(ascii_only).isascii()
    assert [re.sub(r"[⠀-⣿]", "*", line) for line in unicode] == ascii_only


def test_a_single_peak_of_many_values_is_not_lost() -> None:
    """A long series is thinned out, but its highest and lowest values are drawn."""
    values = tuple(2.0 if update == 70_001 else 1.0 for update in range(100_000))
    numbered = rows(drawn(values))
    assert numbered[0][0] == 2.0
    assert numbered[1][1].strip()


def test_what_hardly_changes_is_drawn_flat() -> None:
    """A change by less than a hundredth is one level line, not a slope."""
    canvases = [canvas for _, canvas in rows(drawn((0.25, 0.2500001, 0.2500002))) if canvas]
    assert len(canvases) == 1
    assert len(set(canvases[0])) == 1


@given(
    st.lists(st.floats(-1e300, 1e300, allow_nan=False), min_size=2, max_size=30),
    st.sampled_from(WIDTHS),
    st.sampled_from(["text", "ascii"]),
)
def test_whatever_the_losses_are_they_are_drawn(values: list[float], width: int, language: Language) -> None:
    """Zeros, negative values and all sizes of numbers: a plot that fits, with rising numbers and a curve."""
    lines = drawn(tuple(values), width, language)
    assert max(map(len, lines)) <= width
    assert len(lines) <= 20
    numbers = [number for number, _ in rows(lines) if number is not None]
    assert numbers == sorted(set(numbers), reverse=True)
    assert any(canvas.strip() for _, canvas in rows(lines))


def test_plain_output_has_a_sentence_in_its_place() -> None:
    """--plain says the first, the lowest and the last value, and where the lowest is."""
    assert list(plain_lines(Curve("loss", (3.0, 0.5, 1.0)))) == [
        "The loss is 3 at first, 0.5 at its lowest (after 1 update) and 1 at last."
    ]
    assert list(plain_lines(Curve("mean loss", (3.0, 0.5), "epochs", first=1))) == [
        "The mean loss is 3 at first, 0.5 at its lowest (after 2 epochs) and 0.5 at last."
    ]


@pytest.mark.parametrize(("locale", "has_unicode"), [("C.UTF-8", True), ("C", False)])
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_long_training_shows_its_curve(columns: int, locale: str, has_unicode: bool, capsys, monkeypatch) -> None:
    """`run xor` has the plot between its first and its last update, in the letters that the terminal has."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LC_ALL", locale)
    lines = here(["run", "xor"], capsys).out.splitlines()
    axis = next(place for place, line in enumerate(lines) if line.endswith("-> (updates)"))
    plotted = lines[axis - 9 : axis + 2]
    assert max(map(len, plotted)) <= columns
    assert any(re.search("[⠁-⣿]", line) for line in plotted) is has_unicode
    assert any("**" in line for line in plotted) is not has_unicode


def test_the_library_is_loaded_only_for_a_curve() -> None:
    """A lesson without a curve does not pay for drawing one."""
    code = "import sys; from backtrace.cli.main import main; main(['run']); print('plotille' in sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "False"
