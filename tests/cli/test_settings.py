"""`--set`: a value of the scenario replaced from the command line."""

from __future__ import annotations

import json

import pytest

from tests.commands import here
from tests.engine.scenarios import DRAWN


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("eta", "KEY=VALUE"),
        ("etaa=1", "did you mean 'eta'"),
        ("epoch=1", "did you mean 'epochs'?"),
        ("z=3", "z1 is worked out"),
        ("network.layers.7.activation=tanh", "there is no 7 there"),
        ("network.layers.0.activation=tanh", "there is no 0 there"),
        ("network.layer.1=3", "there is no 'layer' there"),
        ("training.nosuch=3", "nosuch"),
        ("eta=fast", "'fast'"),
        ("eta=[1", "--set eta"),
        ("network.layers.1.activation=sigmod", "did you mean 'sigmoid'?"),
        ("w12=!!python/name:os.system", "the tag"),
    ],
)
def test_what_cannot_be_set_is_refused(setting, says, capsys):
    """A wrong key or value exits with 2 and a reason."""
    ran = here(["run", "--set", setting], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert says in ran.err


def test_all_wrong_settings_are_told_at_once(capsys):
    """Two wrong settings are two problems."""
    ran = here(["run", "--set", "etaa=1", "--set", "z=3"], capsys)
    assert "2 problems" in ran.err


def test_export_and_verify_take_settings_and_a_trace_is_worked_again(tmp_path, capsys):
    """Every command that takes a scenario takes --set; a trace with another setting is another trace."""
    path = tmp_path / "trace.json"
    assert here(["export", "mazur", "--set", "epochs=10", "-o", str(path)], capsys).code == 0
    assert len(json.loads(path.read_text(encoding="utf-8"))["result"]["losses"]) == 11
    assert here(["verify", "--set", "eta=3"], capsys).code == 0
    again = json.loads(here(["export", str(path), "--set", "epochs=2"], capsys).out)
    assert len(again["result"]["losses"]) == 3


def test_a_trace_can_be_drawn_anew(tmp_path, capsys):
    """The trace of a drawn scenario gives, with another seed, the trace of that seed."""
    path = tmp_path / "s.yaml"
    path.write_text(DRAWN)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert here(["export", str(path), "-o", str(first)], capsys).code == 0
    assert here(["export", str(path), "--set", "seed=8", "-o", str(second)], capsys).code == 0
    assert here(["export", str(first), "--set", "seed=8"], capsys).out == second.read_text(encoding="utf-8")
    assert here(["export", str(first), "--set", "seed=7"], capsys).out == first.read_text(encoding="utf-8")
