"""`backtrace step`: the steps that are asked for, and a session at the prompt."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from rich.cells import cell_len

from backtrace.scenario import names
from tests.commands import here, in_process_of_its_own
from tests.terminal import Terminal

STEP = re.compile(r"^(?:Before step 1|Step [\d,]+|After step [\d,]+)\b", re.MULTILINE)
PROMPT = "q quit "


def steps(out: str) -> list[str]:
    """The beginning of the line that opens each step."""
    return STEP.findall(out)


def test_piped_it_prints_every_step_from_the_opening_to_the_ending(capsys):
    """Without a terminal all steps of the lecture's example are printed, in order, and it ends."""
    ran = here(["step"], capsys)
    assert (ran.code, ran.err) == (0, "")
    assert steps(ran.out) == ["Before step 1", *(f"Step {n}" for n in range(1, 16)), "After step 15"]
    assert ran.out.index("GIVEN") < ran.out.index("Step 1 of 15") < ran.out.index("Step 15 of 15")
    assert ran.out.index("Step 15 of 15") < ran.out.index("DID IT HELP")


def test_every_step_says_where_it_is(capsys):
    """Phase and stage, step, epoch, update and sample stand over the line."""
    out = here(["step", "--at", "9"], capsys).out
    where, stage, _, line = [each for each in out.splitlines() if each][:4]
    assert re.fullmatch("Step 9 of 15: backward pass +epoch 1 of 1, update 1 of 1, sample 1 of 1", where)
    assert stage == "Stage 3: hidden layer errors"
    assert line.startswith("9  δʰ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--at", "9"], ["Step 9"]),
        (["--at", "0"], ["Before step 1"]),
        (["--at", "16"], ["After step 15"]),
        (["--at", "dL_dw12"], ["Step 10"]),
        (["--at", "∂L/∂w₁₂"], ["Step 10"]),
        (["--at", "dL_dW1[1,2]"], ["Step 10"]),
        (["--at", "1:9"], ["Step 9"]),
        (["--at", "x"], ["Before step 1"]),
        (["--at", "gain"], ["After step 15"]),
        (["--from", "14"], ["Step 14", "Step 15", "After step 15"]),
        (["--to", "2"], ["Before step 1", "Step 1", "Step 2"]),
        (["--from", "z1", "--to", "a1"], ["Step 1", "Step 2"]),
        (["--from", "3", "--to", "3"], ["Step 3"]),
    ],
)
def test_certain_steps_are_asked_for_by_number_or_name(arguments, expected, capsys):
    """--at is one step, --from and --to a range; each a number, UPDATE:LINE, an id or a spelling of the notation."""
    ran = here(["step", *arguments], capsys)
    assert (ran.code, ran.err, steps(ran.out)) == (0, "", expected)


def test_a_step_of_another_update_and_sample(capsys):
    """UPDATE:NAME is the quantity of that update; a line of the batch says how many samples it is of."""
    out = here(["step", "xor", "--at", "250:dJ_dW1", "--plain"], capsys).out
    assert "Step 14,245 of 17,100: backward pass, epoch 250 of 300, update 250 of 300, batch of 4." in out
    assert "update 250 of 300, sample 1 of 4" in here(["step", "xor", "--at", "250:z1", "--plain"], capsys).out


def test_detail_and_view_are_those_of_run(capsys):
    """--detail makes every equation a step; --view entries leaves the matrices out."""
    assert "Step 14 of 26" in here(["step", "--at", "slope1", "--detail"], capsys).out
    assert "W·x" in here(["step", "--at", "z1"], capsys).out
    assert "W·x" not in here(["step", "--at", "z1", "--view", "entries"], capsys).out


def test_a_line_reads_as_it_does_in_the_whole_derivation(capsys):
    """The text of a step is that of `backtrace run`."""
    whole, step = here(["run"], capsys).out, here(["step", "--at", "9"], capsys).out
    assert step[step.index("9  δʰ") :].strip() in whole


@pytest.mark.parametrize("scenario", names())
@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_no_line_is_wider_than_the_terminal(scenario, columns, locale, capsys, monkeypatch):
    """Every bundled scenario fits 60, 80 and 120 columns, in Unicode and in ASCII."""
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LC_ALL", locale)
    out = here(["step", scenario, "--to", "9"], capsys).out
    assert len(steps(out)) == 10
    assert [line for line in out.splitlines() if cell_len(line) > columns] == []
    assert locale != "C" or out.isascii()


def test_plain_output_is_in_words(capsys, monkeypatch):
    """--plain, and BACKTRACE_PLAIN=1, print words, one entry on each line."""
    out = here(["step", "--plain", "--at", "9"], capsys).out
    assert out.isascii()
    assert "Step 9 of 15: backward pass, epoch 1 of 1, update 1 of 1, sample 1 of 1.\n" in out
    assert "the derivative of L by z 1" in out
    monkeypatch.setenv("BACKTRACE_PLAIN", "1")
    assert here(["step", "--at", "9"], capsys).out == out


def test_a_dumb_terminal_and_no_color_get_none(capsys, monkeypatch):
    """Without colour the same text is printed without escapes; with TERM=dumb in ASCII."""
    plain = here(["step", "--at", "9"], capsys).out
    assert "\x1b" in here(["step", "--at", "9", "--color", "always"], capsys).out
    monkeypatch.setenv("NO_COLOR", "1")
    assert here(["step", "--at", "9"], capsys).out == plain
    monkeypatch.setenv("TERM", "dumb")
    assert here(["step", "--at", "9"], capsys).out.isascii()


def test_a_projector_gets_wide_spacing(capsys):
    """--projector sets a blank line between any two rows, and everything is bold."""
    wide, narrow = (here(["step", "--at", "6", *more], capsys).out for more in (["--projector"], []))
    assert wide.replace("\n", "") == narrow.replace("\n", "")
    rows = wide.partition("δʸ = ")[2].splitlines()[:11]
    assert all(rows[::2])
    assert not any(rows[1::2])
    styled = here(["step", "--at", "6", "--projector", "--color", "always"], capsys).out
    assert set(re.findall(r"\x1b\[([\d;]*)m", styled)) == {"1", "0"}


def test_what_reads_only_the_beginning_ends_it_quietly():
    """`backtrace step xor | head` ends without a message, long before the last of 17,100 steps."""
    command = [sys.executable, "-m", "backtrace", "step", "xor"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = [process.stdout.readline() for _ in range(5)]
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
    assert b"Before step 1" in first[1]


def test_an_exported_trace_is_stepped_through_like_its_scenario(tmp_path, capsys):
    """The steps of the trace are those of the scenario that it was exported from."""
    path = tmp_path / "trace.json"
    assert here(["export", "-o", str(path)], capsys).code == 0
    assert here(["step", str(path)], capsys).out == here(["step"], capsys).out


def test_settings_and_notation_work_as_for_run(capsys):
    """--set, --decimals and --notation change what is told."""
    out = here(["step", "--set", "eta=10", "--decimals", "5", "--notation", "layered", "--at", "W2_next"], capsys).out
    assert "10·" in out
    assert "W⁽²⁾" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "99"], "there is no step 99"),
        (["--at", "7:3"], "there is no update 7"),
        (["--at", "1:16"], "update 1 has no line 16"),
        (["--at", "dL_dw13"], "did you mean"),
        (["--at", "3", "--to", "4"], "--at with --from or --to"),
        (["--from", "9", "--to", "z1"], "--from 9 is step 9, after --to z1, step 1"),
        (["no-such-scenario"], "no-such-scenario"),
        (["--set", "etaa=1"], "did you mean 'eta'"),
    ],
)
def test_what_is_not_there_is_refused(arguments, says, capsys):
    """A step that there is not, or options that do not go together, end with 2 and a reason."""
    ran = here(["step", *arguments], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_a_broken_scenario_is_told_with_its_place(tmp_path, capsys):
    """What is wrong in the file is said as for every command, and nothing is printed."""
    path = tmp_path / "broken.yaml"
    path.write_text("network: {layers: [{activation: sigmod, weights: [[1]]}]}\ndata: [{x: 1, y: 0}]\n")
    ran = here(["step", str(path)], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "broken.yaml:1:" in ran.err
    assert "did you mean 'sigmoid'?" in ran.err


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (["--plain"], "--interactive with --plain"),
        (["--from", "3"], "--at opens it at a step"),
        (["--color", "never"], "NO_COLOR=1"),
    ],
)
def test_the_screen_is_not_asked_for_what_it_does_otherwise(option, says, capsys):
    """--interactive with an option that it has a key for, or cannot do, says what to do instead."""
    ran = here(["step", "-i", *option], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_without_a_terminal_there_is_no_screen():
    """`backtrace step -i < /dev/null` ends at once with what to use instead, without loading the app."""
    ran = in_process_of_its_own("step", "no-such-scenario", "-i")
    assert (ran.code, ran.out) == (2, "")
    assert "--interactive without a terminal" in ran.err
    assert "`backtrace step --plain`" in ran.err
    assert "`backtrace run`" in ran.err


@pytest.mark.parametrize(
    ("terminal", "says"), [("dumb", "--interactive with TERM=dumb"), ("", "--interactive without TERM")]
)
def test_a_terminal_that_cannot_place_its_cursor_gets_no_screen(terminal, says):
    """With TERM=dumb or none the screen is refused, and the terminal left as it was."""
    with Terminal("step", "-i", env={"TERM": terminal}) as at:
        assert at.ended() == 2
        assert says in at.shown
        assert "\x1b" not in at.shown


def test_a_session_goes_forwards_and_back():
    """Enter goes on, b back, a number, a line of an update or a name jumps, and q ends with 0."""
    with Terminal("step") as at:
        assert "Before step 1 of 15" in at.until(PROMPT)
        for typed, shown in (
            ("", "Step 1 of 15"), ("", "Step 2 of 15"), ("b", "Step 1 of 15"), ("9", "Step 9 of 15"),
            ("1:12", "Step 12 of 15"), ("dL_dw12", "Step 10 of 15"), ("∂L/∂v₁₁", "Step 7 of 15"),
            ("0", "Before step 1"),
        ):  # fmt: skip
            at.type(typed + "\n")
            seen = at.until(PROMPT)
            assert shown in seen, typed
            assert len(steps(re.sub(r"\x1b\[[\d;]*m", "", seen))) == 1
        at.type("q\n")
        assert at.ended() == 0


def test_a_session_ends_after_the_last_step():
    """Enter at the ending ends with 0; b goes back from it."""
    with Terminal("step") as at:
        at.until(PROMPT)
        at.type("16\n")
        assert "After step 15" in at.until("Enter ends")
        at.until(PROMPT)
        at.type("b\n")
        assert "Step 15 of 15" in at.until(PROMPT)
        at.type("\n")
        assert "After step 15" in at.until(PROMPT)
        at.type("\n")
        assert at.ended() == 0


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("99", "there is no step 99"),
        ("7:1", "there is no update 7"),
        ("dL_dw13", "did you mean"),
        ("b", "there is nothing before this"),
        ("\udcff", "there is no quantity"),
        ("?", "q, Ctrl-D"),
    ],
)
def test_a_wrong_answer_is_asked_again(typed, says):
    """What is not understood gets a message, ? a list of what can be typed; the step is not printed again."""
    with Terminal("step") as at:
        at.until(PROMPT)
        os.write(at.master, typed.encode("utf-8", "surrogateescape") + b"\n")
        seen = at.until(PROMPT)
        assert says in seen
        assert "GIVEN" not in seen
        at.type("1\n")
        assert "Step 1 of 15" in at.until(PROMPT)
        at.type("\x04")
        assert at.ended() == 0


def test_ctrl_c_interrupts():
    """Ctrl-C at the prompt ends with 130."""
    with Terminal("step") as at:
        at.until(PROMPT)
        at.type("\x03")
        assert at.ended() == 130
        assert "interrupted" in at.shown
        assert "Traceback" not in at.shown


def test_the_prompt_is_not_part_of_the_output():
    """The steps go to stdout and the prompt to stderr, which says where we are; a plain session works alike."""
    with Terminal("step", "--plain", env={"COLUMNS": "120"}, stderr_apart=True) as at:
        at.type("9\n")
        at.type("q\n")
        assert at.ended() == 0
        assert "Step 9 of 15: backward pass" in at.shown
        assert "Enter next" not in at.shown
        assert "step 9 of 15, update 1 of 1, sample 1 of 1, Enter next, b back, a number, ? help, q quit" in at.err


def test_the_prompt_fits_on_one_line():
    """The narrower the terminal, the less the prompt says."""
    for columns, prompt in (
        (120, "step 4 of 15 · update 1 of 1 · sample 1 of 1 · Enter next, b back, a number, ? help, q quit"),
        (80, "step 4 of 15 · Enter next, b back, a number, ? help, q quit"),
        (40, "step 4 of 15 · Enter, b, number, ?, q"),
    ):
        with Terminal("step", columns=columns) as at:
            at.type("4\nq\n")
            assert at.ended() == 0
            assert f"\n{prompt} " in at.shown
            assert cell_len(prompt) < columns


@pytest.mark.parametrize("arguments", [["--at", "3"], ["--to", "1"]])
def test_certain_steps_are_printed_without_asking_on_a_terminal_too(arguments):
    """With --at, --from or --to a terminal is asked nothing."""
    with Terminal("step", *arguments) as at:
        assert at.ended() == 0
        assert "Enter" not in at.shown


def test_every_id_of_the_trace_leads_to_a_step(capsys):
    """--at takes every id that the exported trace has."""
    document = json.loads(here(["run", "--json"], capsys).out)
    for name in document["quantities"]:
        assert here(["step", "--at", name], capsys).code == 0, name
