"""The built wheel, and the README: what a user gets and what a user is told."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from backtrace.scenario import names
from tests.commands import in_process_of_its_own
from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the built wheel in it, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-q", "-w", str(folder), str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("backprop_tracer-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "-q", "--target", str(folder / "site"), str(wheel)],
                   check=True, capture_output=True)  # fmt: skip
    return folder / "site"


def run_installed(installed: Path, tmp_path: Path, *arguments: str) -> str:
    env = {**os.environ, "PYTHONPATH": str(installed)}
    code = "import backtrace, sys; from backtrace.cli.main import main; print(backtrace.__file__); sys.exit(main())"
    ended = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True,
                           env=env, cwd=tmp_path)  # fmt: skip
    where, _, out = ended.stdout.partition("\n")
    assert where.startswith(str(installed))
    return out


def test_the_wheel_carries_the_bundled_scenarios(installed, tmp_path):
    """From a wheel alone, every bundled scenario is found by name, and the lecture prints the same."""
    listed = run_installed(installed, tmp_path, "list", "scenarios")
    assert all(name in listed for name in names())
    assert run_installed(installed, tmp_path, "run", "lecture") == in_process_of_its_own("run").out


def test_the_wheel_carries_the_schemas(installed, tmp_path):
    """From a wheel alone, the schema of a trace is found."""
    assert "backtrace-trace" in run_installed(installed, tmp_path, "schema", "trace")


def test_both_commands_are_installed():
    """The program is `backtrace` and, since that name is taken elsewhere, `backprop-tracer` too."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    scripts = re.findall(r'^(backtrace|backprop-tracer) = "([\w.:]+)"$', text, re.MULTILINE)
    assert dict(scripts) == dict.fromkeys(("backtrace", "backprop-tracer"), "backtrace.cli.main:entry")


def test_two_commands_of_the_readme_do_all_the_set_up():
    """One installs and runs the lecture's example, the other installs the tests' tools and runs them."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    assert blocks[0].strip().startswith("pip install . && backtrace run")
    assert blocks[1].strip() == "pip install -e '.[test]' && python -m pytest"


COMMANDS = re.findall(r"^(backtrace [^#\n]*)#?(.*)$", README, re.MULTILINE)


@pytest.mark.parametrize(("command", "meaning"), COMMANDS)
def test_every_command_of_the_readme_runs(command, meaning, tmp_path, monkeypatch):
    """Each command that the README shows ends with exit code 0, or with the one that it states."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.yaml").write_text((ROOT / "scenarios" / "lecture.yaml").read_text(encoding="utf-8"))
    arguments = shlex.split(command)[1:]
    if "-i" in arguments:
        with Terminal(*arguments, columns=100, rows=30) as terminal:
            terminal.until("before step 1 of")
            terminal.type("q")
            assert terminal.ended() == 0
        return
    ran = in_process_of_its_own(*arguments)
    assert (ran.code, ran.err) == (1 if "exit 1" in meaning else 0, "")
    assert ran.out or "-o" in command


def test_the_python_of_the_readme_runs(monkeypatch):
    """The example in Python does what it says."""
    monkeypatch.chdir(ROOT)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    namespace: dict[str, object] = {}
    exec(code, namespace)
    trace = namespace["trace"]
    assert trace["dL_dW1"].shape == (2, 2)


def test_the_yaml_of_the_readme_is_the_lecture(capsys, tmp_path):
    """The scenario that the README shows gives the lecture's numbers."""
    import numpy as np

    import backtrace

    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    path = tmp_path / "readme.yaml"
    path.write_text(text, encoding="utf-8")
    shown, lecture = backtrace.run(backtrace.load(path)), backtrace.run(backtrace.load(ROOT / "scenarios/lecture.yaml"))
    assert np.array_equal(shown["W1_next"], lecture["W1_next"])


def test_the_derivation_of_the_readme_is_what_is_printed():
    """The lines that the README shows are lines that `backtrace run` prints."""
    (text,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert text.strip() in in_process_of_its_own("run").out
