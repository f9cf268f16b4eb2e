"""The other commands: export, verify, list, new, schema; and what every wrong input gets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backtrace.cli.main import COMMANDS
from backtrace.formats import FORMATS
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.network.optimizers import OPTIMIZERS
from backtrace.notation.profiles import PROFILES
from backtrace.scenario import names, path_of
from tests.commands import here, in_process_of_its_own


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command, capsys):
    """--help of each command says what it does, and the group lists it."""
    ran = here([command, "--help"], capsys)
    assert ran.code == 0
    assert "Usage: backtrace" in ran.out
    assert command in here(["--help"], capsys).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["runn"], "did you mean 'run'?"),
        (["run", "--colour"], "No such option"),
        (["run", "lectur"], "did you mean 'lecture'?"),
        (["run", "no/such.yaml"], "there is no such file"),
        (["run", "./"], "a folder"),
        (["export", "-o", "trace.xyz"], "names no format"),
        (["export", "-o", "no/such/folder.json"], "cannot write"),
        (["list", "notations", "goethe"], "there is no notation 'goethe'"),
        (["new", "2-x-1"], "is not a network"),
        (["new", "--activation", "sigmod"], "did you mean 'sigmoid'?"),
        (["schema", "trac"], "trac"),
        (["verify", "--update", "5"], "there is no update 5"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_do(arguments, says, capsys):
    """Wrong usage gets a message on stderr, nothing on stdout, and exit code 2."""
    ran = here(arguments, capsys)
    assert ran.code == 2
    assert says in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_all_problems_of_a_file_are_told_at_once_with_their_lines(tmp_path, capsys):
    """Each problem has file, line, column, path, what was found, what was expected, and the line itself."""
    path = tmp_path / "bad.yaml"
    path.write_text(
        "network:\n  layers:\n    - activation: sigmod\n      weights: [[0.2, 0.4], [0.6]]\n      biases: none\n"
        "data: [{x: [1, '2'], y: [0]}]\ntraining: {learning_rate: -1, epoch: 3}\n"
    )
    ran = here(["run", str(path)], capsys)
    assert ran.code == 2
    for says in (
        f"{path}:3:19, layer 1, activation", "did you mean 'sigmoid'?", "row 2", "sample 1, x",
        "learning_rate", "did you mean 'epochs'?", "    - activation: sigmod", "^", "problems",
    ):  # fmt: skip
        assert says in ran.err


def test_standard_input_is_a_scenario_too():
    """`-` reads the scenario from standard input."""
    ran = in_process_of_its_own("run", "-", "--only", "L", stdin=path_of("lecture").read_bytes())
    assert ran.code == 0
    assert "(y − ŷ)²" in ran.out


@pytest.mark.parametrize("scenario", names())
def test_every_bundled_scenario_verifies(scenario, capsys):
    """Each gradient of each bundled scenario agrees with central differences and with sympy."""
    ran = here(["verify", scenario], capsys)
    assert ran.code == 0
    assert "gradients agree with both" in ran.out
    assert "disagrees" not in ran.out


def test_listing_names_every_row_of_every_table(capsys):
    """`list` shows scenarios, activations, losses, optimizers, notations and formats from the tables."""
    out = here(["list"], capsys).out
    for table in (ACTIVATIONS, LOSSES, OPTIMIZERS, PROFILES, FORMATS, names()):
        for name in table:
            assert name in out
    assert "a(1 − a)" in here(["list", "activations"], capsys).out


def test_a_notation_is_listed_with_every_spelling(capsys, monkeypatch):
    """`list notations lecture` shows each id in text, ASCII and LaTeX."""
    monkeypatch.setenv("COLUMNS", "160")
    out = here(["list", "notations", "lecture"], capsys).out
    symbol, typed = (line.split()[1:3] for line in out.splitlines() if line.split()[:1] == ["dL_dz1"])
    assert symbol == ["δʰ", "δʰ₁"]
    assert typed == ["delta_h", r"\delta^{h}"]


@pytest.mark.parametrize("name", ["scenario", "trace", "sheet"])
def test_schemas_are_json(name, capsys):
    """`schema` prints a JSON Schema of the 2020-12 draft."""
    schema = json.loads(here(["schema", name], capsys).out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_suffix_names_the_format(tmp_path, capsys):
    """`-o x.jsonl` writes JSON Lines, `-o x.json` one document."""
    for suffix in ("json", "jsonl"):
        assert here(["export", "-o", str(tmp_path / f"x.{suffix}")], capsys).code == 0
    json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    lines = (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[0])["format"] == "backtrace-trace"
    assert json.loads(lines[1])["equation"] == "z1"


def test_an_error_while_writing_leaves_the_old_file(tmp_path, capsys):
    """A run that leaves the range writes nothing: the old file stands, and nothing lies beside it."""
    target = tmp_path / "trace.json"
    target.write_text("old")
    scenario = tmp_path / "far.yaml"
    text = path_of("lecture").read_text(encoding="utf-8").replace("sigmoid", "identity")
    scenario.write_text(text.replace("learning_rate: 0.7", "learning_rate: 1e200").replace("epochs: 1", "epochs: 9"))
    assert here(["export", str(scenario), "-o", str(target)], capsys).code == 3
    assert target.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["far.yaml", "trace.json"]


def test_a_symbolic_link_stays_one_and_a_device_is_written_to(tmp_path, capsys):
    """`-o` writes what a link means, and through a device; neither is replaced by a file."""
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    assert here(["export", "-o", str(link)], capsys).code == 0
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["version"] == 1
    assert here(["export", "-f", "json", "-o", os.devnull], capsys).code == 0
    assert not Path(os.devnull).is_file()


def test_a_dash_is_standard_output(capsys):
    """`-o -` prints."""
    assert here(["export", "-o", "-"], capsys).out == here(["export"], capsys).out


@pytest.mark.parametrize("arguments", ["export -f json", "run --plain", "run", "list"])
def test_a_reader_that_has_seen_enough_is_no_error(arguments):
    """A closed pipe ends the command quietly with 0, whatever writes."""
    command = f"{sys.executable} -m backtrace {arguments} | head -c 10; echo; echo code ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    assert "code 0" in ended.stdout


def test_a_full_disk_is_said_without_a_traceback():
    """Output that cannot be written gives one line and exit code 2."""
    command = f"{sys.executable} -m backtrace run > /dev/full"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert ended.stderr.strip().splitlines() == ["error: cannot write the output: No space left on device"]


def test_an_interrupted_export_leaves_what_is_there_as_partial(tmp_path):
    """Ctrl-C exits with 130, and the lines written so far are in NAME.partial."""
    scenario = tmp_path / "long.yaml"
    scenario.write_text(path_of("lecture").read_text(encoding="utf-8").replace("epochs: 1", "epochs: 10000000"))
    target = tmp_path / "long.jsonl"
    command = [sys.executable, "-m", "backtrace", "export", str(scenario), "-o", str(target)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ}) as running:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and not any(p.stat().st_size > 50_000 for p in tmp_path.glob(".long*")):
            time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "long.jsonl.partial" in err
    assert not target.exists()
    lines = (tmp_path / "long.jsonl.partial").read_text(encoding="utf-8").splitlines()
    assert json.loads(lines[1])["equation"] == "z1"


def test_an_interrupted_run_tells_what_is_there(monkeypatch, capsys):
    """Ctrl-C ends the training after the update that is being worked; the lesson of what is there is told, exit 130."""

    def watched(blocks, count):
        for block in blocks:
            if block.first > 1:
                signal.raise_signal(signal.SIGINT)
            yield block

    monkeypatch.setattr("backtrace.cli.source.watched", watched)
    ran = here(["run", "lecture", "--set", "epochs=1000000"], capsys)
    assert ran.code == 130
    assert ran.err == "interrupted after update 1,025 of 1,000,000; this is what is there\n"
    assert "Update 1025 of 1025" in ran.out
    assert "DID IT HELP" in ran.out


def test_a_second_interruption_gives_up(monkeypatch, capsys):
    """Ctrl-C twice ends at once, with nothing on standard output."""

    def watched(updates, count):
        for each in updates:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
            yield each

    monkeypatch.setattr("backtrace.cli.source.watched", watched)
    ran = here(["run", "lecture", "--set", "epochs=1000000"], capsys)
    assert (ran.code, ran.out, ran.err.strip()) == (130, "", "interrupted")
