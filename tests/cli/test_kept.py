"""Trainings of which some updates are kept only: what is told, verified and exported, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands import here

SCENARIO = """\
network: {layers: [{weights: [[0.1, 0.2]], biases: 0, activation: sigmoid}]}
data: [{x: [1, 2], y: 1}, {x: [1, -2], y: 0}]
training: {learning_rate: 1, epochs: 5, optimizer: adam, order: [[1, 2], [2]]}
keep: {updates: KEPT}
"""
EVERY, LAST = "{every: 4}", "last"


@pytest.fixture
def every(tmp_path: Path) -> str:
    """Ten updates of which 1, 4, 8 and 10 are kept."""
    return written(tmp_path, EVERY)


def written(folder: Path, kept: str) -> str:
    path = folder / "kept.yaml"
    path.write_text(SCENARIO.replace("KEPT", kept), encoding="utf-8")
    return str(path)


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The updates that are told."""
    ran = here(["run", *arguments, "--plain"], capsys)
    assert (ran.code, ran.err) == (0, "")
    return [line.split(" of ")[0] for line in ran.out.splitlines() if line.startswith("Update ")]


def test_run_tells_the_first_and_the_last_that_are_kept(
    every: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a training that keeps its last update, that one alone is told."""
    assert told([every], capsys)[:1] + told([every], capsys)[-1:] == ["Update 1", "Update 10"]
    assert set(told([written(tmp_path, LAST)], capsys)) - {"Update."} == {"Update 10"}


def test_the_losses_of_all_updates_are_shown(every: str, capsys: pytest.CaptureFixture[str]) -> None:
    """However few updates are kept, the lesson ends with the same losses."""
    endings = []
    for kept in ("all", EVERY, LAST):
        path = Path(every)
        path.write_text(SCENARIO.replace("KEPT", kept), encoding="utf-8")
        out = here(["run", str(path), "--plain", "--updates", "10"], capsys).out
        endings.append(out[out.index("Update 10 of 10") :])
    assert endings[0] == endings[1] == endings[2]


# fmt: off
REFUSED = [
    (EVERY, ["run", "--updates", "2"],        "update 2 is not kept", "the nearest are 1 and 4"),
    (EVERY, ["run", "--updates", "1,9"],      "update 9 is not kept", "the nearest are 8 and 10"),
    (EVERY, ["verify", "--update", "3"],      "update 3 is not kept", "the nearest are 1 and 4"),
    (LAST,  ["run", "--updates", "4"],        "update 4 is not kept", "only update 10 is kept"),
    (LAST,  ["verify", "--update", "9"],      "update 9 is not kept", "only update 10 is kept"),
    (LAST,  ["verify", "--update", "11"],     "there is no update 11", "they count from 1 to 10"),
]
# fmt: on


@pytest.mark.parametrize(("kept", "arguments", "says", "remedy"), REFUSED)
def test_what_is_not_kept_is_refused(
    kept: str, arguments: list[str], says: str, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An update that is not kept cannot be told or verified: exit 2, with those that can."""
    command, *options = arguments
    ran = here([command, written(tmp_path, kept), *options], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err
    assert remedy in ran.err


@pytest.mark.parametrize("kept", [EVERY, LAST])
@pytest.mark.parametrize("options", [["verify"], ["run", "--symbolic", "--only", "dJ_dW1"]])
def test_the_first_kept_update_is_verified(
    kept: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without `--update` the gradients of the first update that is kept are held against both judges."""
    command, *others = options
    ran = here([command, written(tmp_path, kept), *others, "--plain"], capsys)
    assert (ran.code, ran.err) == (0, "")
    if command == "verify":
        assert f"update {'1' if kept == EVERY else '10'} of 10" in ran.out
    assert "agree" in ran.out


@pytest.mark.parametrize("suffix", ["json", "jsonl", "npz"])
def test_an_exported_training_is_told_as_the_scenario_is(
    every: str, suffix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lesson of the export is that of the scenario, to the letter."""
    target = str(tmp_path / f"kept.{suffix}")
    assert here(["export", every, "-o", target], capsys).code == 0
    assert (
        here(["run", target, "--updates", "4,10"], capsys).out == here(["run", every, "--updates", "4,10"], capsys).out
    )
    if suffix == "jsonl":
        steps = [json.loads(line) for line in Path(target).read_text(encoding="utf-8").splitlines()[1:-1]]
        assert list(dict.fromkeys(step["update"] for step in steps)) == [1, 4, 8, 10, 11]
        assert [step["update"] for step in steps if "start" in step] == [4, 8, 10]
