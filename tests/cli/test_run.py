"""`backtrace run`: the same derivation from every door, in every terminal."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from backtrace.engine.memory import MEMORY
from backtrace.scenario import names, path_of
from tests.commands import here, in_process_of_its_own
from tests.terminal import Terminal

LECTURE = str(path_of("lecture"))

FIGURES = (
    ("z", "⎡0.520⎤"), ("z", "⎣1.140⎦"), ("h₁", "≈ 0.627"), ("h₂", "≈ 0.758"), ("u", "≈ 0.967"), ("ŷ", "≈ 0.725"),
    ("L", "≈ 0.525"), ("δʸ", "≈ 0.289"), ("∂L/∂V", "≈ [0.181 0.219]"), ("δʰ", "⎡0.020⎤"), ("δʰ", "⎣0.027⎦"),
    ("∂L/∂W", "⎡0.010 0.016⎤"), ("∂L/∂W", "⎣0.013 0.021⎦"), ("W", "⎡0.193 0.389⎤"), ("W", "⎣0.591 0.785⎦"),
    ("V", "≈ [0.173 0.347]"), ("bʸ", "≈ 0.198"), ("bʰ₁", "≈ 0.086"), ("bʰ₂", "≈ 0.181"), ("ŷ after", "0.638"),
    ("L after", "0.407"),
)  # fmt: skip


def test_the_lecture_is_the_default_and_every_door_leads_to_it(capsys):
    """No name, the bundled name and the path of the file print the same."""
    bare = here(["run"], capsys)
    assert bare.code == 0
    assert bare.out == here(["run", "lecture"], capsys).out == here(["run", LECTURE], capsys).out


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_the_lecture_shows_the_honest_figures(name, figure, capsys):
    """Each quantity of the lecture's example stands there with its correct value."""
    assert figure in here(["run"], capsys).out, name


@pytest.mark.parametrize("scenario", names())
@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_no_line_is_wider_than_the_terminal(scenario, columns, locale, capsys, monkeypatch):
    """Every bundled scenario fits 60, 80 and 120 columns, in Unicode and in ASCII."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LC_ALL", locale)
    lines = here(["run", scenario], capsys).out.splitlines()
    assert len(lines) > 100
    assert [line for line in lines if cell_len(line) > columns] == []


def test_the_c_locale_gets_ascii_only(capsys, monkeypatch):
    """With LC_ALL=C every character is ASCII, and the names are spelt out."""
    monkeypatch.setenv("LC_ALL", "C")
    out = here(["run"], capsys).out
    assert out.isascii()
    assert "delta_y" in out
    assert "b_h" in out


def test_plain_output_has_one_entry_on_each_line_in_words(capsys):
    """--plain prints words, no raised letters, no columns, and one entry on each line."""
    out = here(["run", "--plain"], capsys).out
    assert out.isascii()
    line = next(line for line in out.splitlines() if line.startswith("delta y ="))
    assert "the derivative of L by y hat times the derivative of y hat by u" in line
    assert line.endswith("is about 0.289, kept 0.28922")
    assert not re.search(r"  +\S", out), "columns"


def test_the_environment_asks_for_plain_output_too(capsys, monkeypatch):
    """BACKTRACE_PLAIN=1 is --plain."""
    plain = here(["run", "--plain"], capsys).out
    monkeypatch.setenv("BACKTRACE_PLAIN", "1")
    assert here(["run"], capsys).out == plain


@pytest.mark.parametrize(("setting", "expects_color"), [("always", True), ("never", False), ("auto", False)])
def test_colour_is_used_as_asked(setting, expects_color, capsys):
    """Escape codes appear with --color always, and not in a pipe on their own."""
    assert ("\x1b[" in here(["run", "--color", setting], capsys).out) is expects_color


def test_colour_adds_nothing_but_colour(capsys):
    """The text in colour is the text without."""
    coloured = here(["run", "--color", "always"], capsys).out
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == here(["run"], capsys).out


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"COLUMNS": "60"}])
def test_a_process_of_its_own_respects_the_terminal(env):
    """NO_COLOR, TERM=dumb and COLUMNS hold in a real process, with nothing on stderr."""
    ran = in_process_of_its_own("run", env=env)
    assert (ran.code, ran.err) == (0, "")
    assert "\x1b" not in ran.out


def test_a_closed_pipe_is_no_error():
    """`run | head -1` ends quietly."""
    command = f"{sys.executable} -m backtrace run three-layer | head -1; echo code ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert "code 0" in ended.stdout


def test_only_one_entry_by_any_of_its_names(capsys):
    """An entry may be named by id and place, or as the notation writes it, and is told alone."""
    outs = {here(["run", "--only", name], capsys).out for name in ("dL_dW1[2,1]", "dL_dw12", "∂L/∂w₁₂")}
    assert len(outs) == 1
    assert "δʰ₂·x₁" in outs.pop()


def test_several_names_with_commas(capsys):
    """--only takes names with commas, and again."""
    together = here(["run", "--only", "z1,dL_dW1[1,2]", "--only", "L"], capsys).out
    for line in ("z₁ =", "∂L/∂w₂₁ =", "L = (y − ŷ)²"):
        assert line in together
    assert "∂L/∂w₁₁ =" not in together


def test_formulas_alone_are_the_blackboard_before_the_example(capsys):
    """--show formula prints no number put in and no value."""
    out = here(["run", "--show", "formula", "--phase", "backward"], capsys).out
    assert "2(ŷ − y)" in out
    assert "0.289" not in out
    assert "kept" not in out


def test_stages_and_phases_select(capsys):
    """--stage takes ranges; what is not asked for is not there."""
    out = here(["run", "--stage", "2-3"], capsys).out
    assert "Stage 2" in out
    assert "Stage 3" in out
    assert "Stage 1" not in out
    assert "GIVEN" not in out


def test_json_is_the_trace(capsys):
    """--json prints the document that `export` writes."""
    out = here(["run", "--json"], capsys).out
    assert json.loads(out)["format"] == "backtrace-trace"
    assert out == here(["export"], capsys).out


@pytest.mark.parametrize("units", ["2-8-2", "12-2-1", "60-2-1", "3-4-10", "30-30-1"])
def test_wide_layers_are_told_with_their_middle_left_out(units, capsys, tmp_path):
    """A layer of many neurons is printed with the middle of its matrices left out."""
    path = tmp_path / "wide.yaml"
    here(["new", units, "-o", str(path)], capsys)
    ran = here(["run", str(path)], capsys)
    assert ran.code == 0
    assert "…" in ran.out


def test_the_reading_speaks_of_the_entry_that_is_shown(capsys):
    """Asked for one weight, the sentence below it is about that weight."""
    out = here(["run", "--only", "dL_dw12"], capsys).out
    assert "a larger w₁₂ raises the loss" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--only", "z1", "--phase", "update"], "nothing matches"), (["--json", "--only", "z1"], "--json with options")],
)
def test_options_that_exclude_each_other_are_refused(arguments, says, capsys):
    """What would print nothing, or ignore an option, is refused with a reason."""
    ran = here(["run", *arguments], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_the_samples_of_a_batch_are_named_by_their_place(capsys, tmp_path):
    """In the second batch of two, the mean is that of L₃ and L₄; a last batch of one sample has its own loss."""
    text = path_of("online-vs-batch").read_text(encoding="utf-8").replace("batch_size: 1", "batch_size: 3")
    path = tmp_path / "batches.yaml"
    path.write_text(text, encoding="utf-8")
    out = here(["run", str(path), "--only", "J"], capsys).out
    assert "J = (L₁ + L₂ + L₃)/3" in out
    assert "J = L₄ ≈" in out


def test_a_prediction_that_has_no_logarithm_stops_the_run(capsys, tmp_path):
    """Bce with a prediction of 2 is no loss: exit code 3, and what gives predictions between 0 and 1."""
    text = Path(LECTURE).read_text(encoding="utf-8").replace("sigmoid", "relu").replace("mse", "bce")
    path = tmp_path / "bce.yaml"
    path.write_text(text.replace("y: [0]", "y: [1]").replace("0.3, 0.5", "3, 5"), encoding="utf-8")
    ran = here(["run", str(path)], capsys)
    assert ran.code == 3
    assert "sigmoid or softmax" in ran.err


def test_the_change_of_the_loss_closes(capsys):
    """What stands before and after the arrow gives the change that is printed."""
    for name in names():
        line = next(line for line in reversed(here(["run", name], capsys).out.splitlines()) if "→" in line)
        _, before, _, after, _, change = line.replace("−", "-").split()
        if "·" not in line:
            assert round(float(after) - float(before), len(change.partition(".")[2])) == float(change)


def test_symbolic_says_that_sympy_agrees(capsys):
    """--symbolic adds the closed forms and exits with 0 where all agree."""
    ran = here(["run", "--symbolic"], capsys)
    assert ran.code == 0
    assert ran.out.count("sympy's value agrees") == 9
    assert "Every value agrees" in ran.out


def test_symbolic_exits_with_1_where_sympy_disagrees(capsys, monkeypatch):
    """A wrong local derivative is found by sympy, and the exit code says so."""
    from dataclasses import replace

    from backtrace.network.activations import ACTIVATIONS

    broken = replace(ACTIVATIONS["sigmoid"], slope=lambda z, a: a)
    monkeypatch.setitem(ACTIVATIONS, "sigmoid", broken)
    ran = here(["run", "--symbolic"], capsys)
    assert ran.code == 1
    assert "DISAGREE" in ran.out
    assert here(["verify"], capsys).code == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--only", "dL_dW9"], "there is no quantity 'dL_dW9'"),
        (["--only", "W1"], "W1 is given"),
        (["--stage", "9"], "there is no stage 9"),
        (["--updates", "2"], "there is no update 2"),
        (["--samples", "7"], "there is no sample 7"),
        (["--show", "formulas"], "'formulas' is not one of"),
        (["--stage", "3-1"], "is not a range"),
        (["--notation", "lectur"], "did you mean 'lecture'?"),
        (["--decimals", "0"], "decimals"),
    ],
)
def test_what_is_not_there_is_refused_with_a_reason(arguments, says, capsys):
    """A wrong option exits with 2 and says what there is instead."""
    ran = here(["run", *arguments], capsys)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""


def test_markup_and_control_characters_of_a_title_stay_text(tmp_path, capsys):
    """A title is neither read as rich markup nor let through to the terminal."""
    text = Path(LECTURE).read_text(encoding="utf-8")
    evil = re.sub("title: .*", r'title: "[red]x[/red] \\e[31m \\u202e :smile:"', text)
    path = tmp_path / "evil.yaml"
    path.write_text(evil, encoding="utf-8")
    out = here(["run", str(path), "--color", "always"], capsys).out
    assert "[red]x[/red]" in out
    assert ":smile:" in out
    assert "\x1b[31m" not in out
    assert "\u202e" not in out


def test_numbers_out_of_range_exit_with_3_and_a_remedy(tmp_path, capsys):
    """The equation that left the range is named, with update and sample, and what to do."""
    text = Path(LECTURE).read_text(encoding="utf-8").replace("sigmoid", "identity")
    path = tmp_path / "far.yaml"
    path.write_text(re.sub("learning_rate: [0-9.]+", "learning_rate: 1.0e+200", text).replace("epochs: 1", "epochs: 9"))
    ran = here(["run", str(path)], capsys)
    assert ran.code == 3
    place = r"\w+ left the range of double precision in (the pass after )?update \d+, sample 1\."
    assert re.search(place + " Try a smaller", ran.err)


def test_a_heavy_library_loads_only_when_asked_for():
    """`import backtrace` loads neither sympy nor rich nor textual, and `run` does not load sympy."""
    code = (
        "import sys, backtrace; print([m for m in ('sympy', 'rich', 'textual', 'click') if m in sys.modules]);"
        "from backtrace.cli.main import main; main(['run', '--only', 'L']); print('sympy' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = ended.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("[]", "False")


def test_on_a_terminal_a_classroom_gets_a_line_at_a_time():
    """`run --projector` waits for Enter after each line; q ends it, and piped it prints everything at once."""
    with Terminal("run", "--projector") as at:
        parts = []
        for typed in ("\n", "\n", "\n", "\n", "q\n"):
            parts.append(at.until("Enter next, q quit"))
            at.type(typed)
        assert at.ended() == 0
    assert ["GIVEN" in part for part in parts] == [False, True, False, False, False]
    assert ["FORWARD PASS" in part for part in parts] == [False, False, True, False, False]
    assert "What each neuron sends on" in parts[3]
    piped = in_process_of_its_own("run", "--projector").out
    assert "DID IT HELP" in piped


def test_the_end_of_the_input_ends_the_waiting():
    """Ctrl-D at the prompt of `run --projector` ends it with 0."""
    with Terminal("run", "--projector", "--stage", "1,2") as at:
        at.until("Enter next, q quit")
        at.type("\x04")
        assert at.ended() == 0


@pytest.mark.parametrize("size", ["500MB", "2 GB", "0", "1.5gb", "100000"])
def test_a_budget_of_memory_changes_nothing_that_is_told(size, capsys):
    """A trace in a temporary file is told like one in memory; a size is a number, with a unit or without."""
    assert here(["run", "lecture", "--memory", size], capsys) == here(["run", "lecture"], capsys)
    assert MEMORY.get() == 1 << 30


@pytest.mark.parametrize("size", ["much", "-5MB", "5 parsecs", "", "1e9"])
def test_what_is_no_size_is_refused(size, capsys):
    """The message says what a size looks like; exit code 2."""
    ran = here(["run", "lecture", "--memory", size], capsys)
    assert ran.code == 2
    assert "is not a size such as 500MB or 2GB" in ran.err
