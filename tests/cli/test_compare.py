"""`backtrace compare`: two scenarios, two settings, two traces, or one of them and what someone's own program wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backtrace
from backtrace.cli.main import main
from backtrace.scenario import path_of
from tests.commands import Ran, here, in_process_of_its_own

PAGE = Path(__file__).parents[2] / "docs" / "check-your-own-implementation.md"


@pytest.fixture
def compared(capsys: pytest.CaptureFixture[str]) -> Any:
    """The command, run in this process."""

    def run(*arguments: str) -> Ran:
        return here(["compare", *map(str, arguments)], capsys)

    return run


def exported(tmp_path: Path, name: str, *options: str) -> Path:
    """The trace of the lecture's example with many updates, in a file of that name."""
    path = tmp_path / name
    assert main(["export", "lecture", "--set", "epochs=50", "-o", str(path), *options]) == 0
    return path


def rewritten(path: Path, change: Any) -> Path:
    """A copy of a JSON trace with the value that `change` makes of each step; its result is left as it was."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for step in document["steps"]:
        step["value"] = change(step, np.array(step["value"])).tolist()
    other = path.with_name("copy.json")
    other.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
    return other


def test_the_lecture_with_another_loss(compared: Any) -> None:
    """The forward pass agrees, gradients differ by the factor ½ from ∂L/∂ŷ on: exit 1."""
    ran = compared("lecture", "lecture", "--set", "loss=half_sse")
    assert (ran.code, ran.err) == (1, "")
    assert "The forward pass agrees, to the last bit." in ran.out
    assert "Gradients differ by the factor ½ from ∂L/∂ŷ on." in ran.out
    assert "First difference: L_terms[1] in update 1, sample 1" in ran.out
    assert re.search(r"B +lecture with loss=half_sse", ran.out)


def test_a_scenario_and_itself_agree(compared: Any) -> None:
    """Nothing differs: exit 0."""
    ran = compared("lecture", "lecture")
    assert (ran.code, ran.err) == (0, "")
    assert "agree in 1 update, to the last bit." in ran.out


def test_settings_are_those_of_b(compared: Any) -> None:
    """--set changes B and leaves A as it is, and help says so."""
    ran = compared("lecture", "lecture", "--set", "eta=1.4", "--set", "epochs=2")
    assert re.search(r"η +eta +0\.70000 +1\.4000 +2", ran.out)
    assert "and of B only" in " ".join(compared("--help").out.split())


@pytest.mark.parametrize("suffix", ["json", "jsonl", "npz"])
def test_a_trace_of_any_format_agrees_with_its_scenario(compared: Any, tmp_path: Path, suffix: str) -> None:
    """What was exported is what the scenario gives, to the last bit, whichever is A."""
    path, scenario = exported(tmp_path, f"lecture.{suffix}"), tmp_path / "long.yaml"
    scenario.write_text(path_of("lecture").read_text(encoding="utf-8").replace("epochs: 1", "epochs: 50"))
    for a, b in ((path, scenario), (scenario, path)):
        ran = compared(a, b)
        assert ran.code == 0
        assert "agree in 50 updates, to the last bit." in ran.out


def test_a_float32_copy_of_a_trace_is_noise(compared: Any, tmp_path: Path) -> None:
    """A trace whose numbers were rounded to single precision agrees; asked for double precision it does not."""
    path = exported(tmp_path, "lecture.json")
    copy = rewritten(path, lambda step, value: np.float32(value).astype(np.float64))
    ran = compared(path, copy)
    assert ran.code == 0
    assert "noise: at most 1 unit in the last place of single precision" in " ".join(ran.out.split())
    assert compared(copy, path).code == 0
    strict = compared(path, copy, "--precision", "float64")
    assert strict.code == 1
    assert "--rtol 1e-07" in strict.out
    assert compared(path, copy, "--precision", "float64", "--rtol", "1e-7").code == 0


def test_a_wrong_value_of_a_trace_is_located(compared: Any, tmp_path: Path) -> None:
    """A file that `run` refuses is compared: a transposed gradient in update 37 is found there."""
    path = exported(tmp_path, "lecture.json")
    wrong = rewritten(
        path, lambda step, value: value.T if (step["equation"], step["update"]) == ("dL_dW1", 37) else value
    )
    ran = compared(path, wrong)
    assert ran.code == 1
    assert "First difference: dL_dW1[1,2] in update 37, sample 1" in ran.out
    assert "Gradients differ by a transposition in ∂L/∂W." in ran.out
    assert main(["run", str(wrong)]) == 2


def test_a_trace_that_is_not_whole_is_refused(compared: Any, tmp_path: Path) -> None:
    """Any numbers may be compared, but not half a file: exit 2."""
    path = exported(tmp_path, "lecture.json")
    path.write_text(path.read_text(encoding="utf-8")[:-100], encoding="utf-8")
    ran = compared(path, "lecture")
    assert (ran.code, ran.out) == (2, "")
    assert "no whole trace" in ran.err


def test_words_and_ascii(compared: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without signs it says the same in words, and in ASCII where the terminal has no more."""
    ran = compared("lecture", "lecture", "--set", "loss=half_sse", "--plain")
    assert "Gradients differ by the factor 1 over 2 from the derivative of L by y hat on." in ran.out
    monkeypatch.setenv("LC_ALL", "C")
    ran = compared("lecture", "lecture", "--set", "loss=half_sse")
    assert ran.out.isascii()
    assert "Gradients differ by the factor 1/2 from dL_dy_hat on." in ran.out


def wrong_use(tmp_path: Path) -> list[tuple[list[str], str]]:
    """What cannot be compared, and what is said."""
    mine = tmp_path / "mine.npz"
    np.savez(mine, z1=np.zeros((1, 2)))
    return [
        (["lecture"], "Missing argument"),
        (["-", "-"], "standard input for both"),
        (["lecture", "nosuch.yaml"], "no such file"),
        (["lecture", "lectur"], "did you mean 'lecture'?"),
        (["lecture", "lecture", "--set", "etaa=1"], "did you mean 'eta'?"),
        (["lecture", "lecture", "--rtol", "-1"], "0<=x<=1"),
        (["lecture", "lecture", "--precision", "float16"], "float16"),
        ([str(mine), str(mine)], "knows its scenario"),
        (["lecture", str(mine), "--set", "eta=1"], "name the file as A"),
        ([str(mine), "lecture", "--set", "epochs=2"], "--set epochs=N"),
        ([str(mine), "three-layer"], "z1 has the shape (1, 2)"),
    ]


@pytest.mark.parametrize("number", range(11))
def test_wrong_use_exits_with_2(compared: Any, tmp_path: Path, number: int) -> None:
    """Wrong arguments and files that do not fit have a reason."""
    arguments, says = wrong_use(tmp_path)[number]
    ran = compared(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_every_wrong_use_is_tried(tmp_path: Path) -> None:
    """The numbers above are those of the list."""
    assert len(wrong_use(tmp_path)) == 11


def test_a_recording_is_no_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a scenario is asked for, values without one are refused with what to do."""
    np.savez(tmp_path / "mine.npz", z1=np.zeros((1, 2)))
    ran = here(["run", str(tmp_path / "mine.npz")], capsys)
    assert ran.code == 2
    assert "backtrace compare" in ran.err


def test_standard_input_may_be_one_of_them() -> None:
    """A trace, a scenario or lines of one's own may come through a pipe."""
    lines = b'{"update": 1, "id": "z1", "value": [0.52, 1.14]}\n'
    for content in (lines, path_of("lecture").read_bytes()):
        ran = in_process_of_its_own("compare", "-", "lecture", stdin=content)
        assert (ran.code, ran.err) == (0, "")


def test_numbers_out_of_range_exit_with_3(compared: Any) -> None:
    """A scenario that leaves the range of doubles cannot be compared."""
    linear = [f"--set=network.layers.{layer}.activation=identity" for layer in (1, 2)]
    ran = compared("lecture", "lecture", *linear, "--set", "eta=1e200", "--set", "epochs=9")
    assert (ran.code, ran.out) == (3, "")


def block(language: str) -> str:
    """The program that the page shows in that language."""
    found = re.search(rf"<!-- {re.escape(language)} -->\n```\w+\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


def written_by_numpy(folder: Path, program: str) -> Path:
    """The file that the program writes."""
    subprocess.run([sys.executable, "-c", program], cwd=folder, check=True, timeout=60)
    return folder / "mine.npz"


def written_by_cpp(folder: Path, program: str) -> Path:
    """The lines that the program prints, once compiled."""
    if shutil.which("g++") is None:
        message = "g++ is not installed"
        if os.environ.get("BACKTRACE_NEVER_SKIP"):
            pytest.fail(message)
        pytest.skip(message)
    (folder / "mine.cpp").write_text(program, encoding="utf-8")
    subprocess.run(
        ["g++", "-Wall", "-Wextra", "-Werror", "-o", "mine", "mine.cpp"], cwd=folder, check=True, timeout=120
    )
    ran = subprocess.run([folder / "mine"], cwd=folder, check=True, timeout=60, capture_output=True)
    (folder / "mine.jsonl").write_bytes(ran.stdout)
    return folder / "mine.jsonl"


PROGRAMS = [
    ("numpy", written_by_numpy, "np.outer(dL_dz1, x)", "np.outer(x, dL_dz1)"),
    ("c++", written_by_cpp, "dL_dz1[j] * x[i];", "dL_dz1[i] * x[j];"),
]


@pytest.mark.parametrize(("language", "written", "right", "wrong"), PROGRAMS)
def test_the_programs_of_the_page_agree(
    compared: Any, tmp_path: Path, language: str, written: Any, right: str, wrong: str
) -> None:
    """What the page shows can be run as it stands, writes numbers that only rounding separates, and exits with 0."""
    ran = compared(written(tmp_path, block(language)), "lecture")
    assert (ran.code, ran.err) == (0, "")
    assert "in the last place of double precision" in " ".join(ran.out.split())


@pytest.mark.parametrize(("language", "written", "right", "wrong"), PROGRAMS[:1])
def test_a_transposition_in_a_program_of_the_page_is_found(
    compared: Any, tmp_path: Path, language: str, written: Any, right: str, wrong: str
) -> None:
    """A mistake planted in the program is named as the page says, and exits with 1."""
    program = block(language)
    assert program.count(right) == 1
    ran = compared(written(tmp_path, program.replace(right, wrong)), "lecture")
    assert ran.code == 1
    shown = re.search(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    assert set(shown[1].splitlines()) <= set(ran.out.splitlines())


def test_a_transposition_in_c_is_found(compared: Any, tmp_path: Path) -> None:
    """The same mistake made in C++, where the error signals are complete before the gradient is made."""
    before = "            for (int i = 0; i < 2; i++) dL_dW1[2 * j + i] = dL_dz1[j] * x[i];\n        }\n"
    after = (
        "        }\n        for (int j = 0; j < 2; j++)\n"
        "            for (int i = 0; i < 2; i++) dL_dW1[2 * j + i] = dL_dz1[i] * x[j];\n"
    )
    program = block("c++")
    assert program.count(before) == 1
    ran = compared(written_by_cpp(tmp_path, program.replace(before, after)), "lecture")
    assert ran.code == 1
    assert "First difference: dL_dW1[1,2] in update 1, sample 1" in ran.out
    assert "Gradients differ by a transposition in ∂L/∂W." in ran.out


def test_the_line_of_json_on_the_page_is_read(compared: Any, tmp_path: Path) -> None:
    """The single line that shows the format is a whole file of it."""
    line = re.search(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert line
    (tmp_path / "one.jsonl").write_text(line[1], encoding="utf-8")
    assert compared(tmp_path / "one.jsonl", "lecture").code == 0


def test_the_ids_of_the_page_are_ids(compared: Any) -> None:
    """Every id in the table is one of the lecture's example or of a batch."""
    ids = re.findall(r"`((?:[a-zA-Z]|d[LJ]_d[a-zA-Z])\d?(?:_next)?)`", PAGE.read_text(encoding="utf-8"))
    trace = backtrace.run(backtrace.load(path_of("xor")).with_(epochs=1))
    assert {"z1", "a1", "L", "dL_dz2", "dL_dW1", "W1_next", "J", "dJ_dW1"} <= set(ids)
    assert set(ids) - {"a"} <= set(trace.plan.quantities)
