"""`backtrace new`: a scenario to start from, with numbers that are drawn or searched."""

from __future__ import annotations

import pytest

from backtrace.answers.sheets.files import sheets_of_file
from backtrace.network.activations import ACTIVATIONS
from backtrace.network.losses import LOSSES
from backtrace.scenario import load
from tests.commands import here, in_process_of_its_own


@pytest.mark.parametrize("activation", [name for name, row in ACTIVATIONS.items() if row.elementwise])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("units", ["1-1", "2-3-1", "2-3-4-2"])
def test_a_new_scenario_runs(activation, loss, units, tmp_path, capsys):
    """What `new` writes is commented and can be run as it is."""
    path = tmp_path / "new.yaml"
    if LOSSES[loss].targets == "distribution" and units.endswith("-1"):
        assert here(["new", units, "--loss", loss], capsys).code == 2
        return
    assert here(["new", units, "--activation", activation, "--loss", loss, "-o", str(path)], capsys).code == 0
    assert "# row = receiving neuron" in path.read_text()
    assert "-".join(map(str, load(path).units)) == units
    assert here(["run", str(path), "--only", "L"], capsys).code in (0, 3)


def test_new_touches_no_file_that_exists(tmp_path, capsys):
    """A file of that name is left as it was, with exit code 2."""
    path = tmp_path / "mine.yaml"
    path.write_text("precious")
    ran = here(["new", "-o", str(path)], capsys)
    assert (ran.code, path.read_text()) == (2, "precious")
    assert "exists already" in ran.err


@pytest.mark.parametrize("nice", [[], ["--nice"]])
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(nice, capsys):
    """The numbers are those of the seed, in a process of its own as here."""
    seven = here(["new", *nice, "--seed", "7"], capsys).out
    assert in_process_of_its_own("new", *nice, "--seed", "7").out == seven
    assert here(["new", *nice, "--seed", "8"], capsys).out != seven


def test_nice_numbers_say_where_they_are_from(capsys):
    """The first line is the command that finds the example again, with every option that matters."""
    options = ["2-2-1", "--nice", "--activation", "identity", "--loss", "sse", "--decimals", "4", "--seed", "7"]
    out = here(["new", *options], capsys).out
    first = out.splitlines()[0]
    assert first == f"# found with backtrace new {' '.join(options)}"
    assert here(first.split()[4:], capsys).out == out


def test_nice_alone_is_relu_and_identity_and_runs_without_rounding(tmp_path, capsys):
    """Without --activation a nice network has ReLU in its hidden layer, identity at its output, and says =, never ≈."""
    path = tmp_path / "nice.yaml"
    assert here(["new", "2-2-1", "--nice", "--seed", "7", "-o", str(path)], capsys).code == 0
    assert [layer.activation for layer in load(path).layers] == ["relu", "identity"]
    ran = here(["run", str(path), "--detail"], capsys)
    assert ran.code == 0
    assert "=" in ran.out
    assert "≈" not in ran.out
    assert "Warning" not in ran.out


def test_an_activation_without_exact_values_is_refused_with_those_that_have(capsys):
    """--nice with sigmoid and bce names the operations in the way and what can be taken, all at once."""
    ran = here(["new", "--nice", "--activation", "sigmoid", "--loss", "bce"], capsys)
    assert ran.code == 2
    assert ran.out == ""
    assert "sigmoid: exp has no exact value" in ran.err
    assert "relu" in ran.err
    assert "bce: ln has no exact value" in ran.err
    assert "half_sse" in ran.err
    assert "2 problems" in ran.err


def test_where_nothing_nice_is_found_it_says_what_to_change(tmp_path, capsys):
    """The exit code is 1, nothing is written, and the message names decimals and size of the network."""
    path = tmp_path / "nice.yaml"
    ran = here(["new", "9-9-9-9", "--nice", "-o", str(path)], capsys)
    assert (ran.code, ran.out) == (1, "")
    assert "no numbers were found for 9-9-9-9" in ran.err
    assert "--decimals 4, fewer neurons or layers" in ran.err
    assert not path.exists()


def test_the_decimals_are_those_of_the_display(tmp_path, capsys):
    """--decimals sets how many decimals the new scenario shows."""
    path = tmp_path / "new.yaml"
    assert here(["new", "--decimals", "5", "-o", str(path)], capsys).code == 0
    assert load(path).decimals == 5


def test_a_new_sheet_names_its_scenario_as_seen_from_its_own_folder(tmp_path, capsys):
    """A bundled scenario is named, a file by the way to it; what the network is may not be said besides."""
    assert "\nscenario: lecture\n" in here(["new", "--sheet", "lecture"], capsys).out
    (tmp_path / "sheets").mkdir()
    scenario, sheet = tmp_path / "mine.yaml", tmp_path / "sheets" / "sheet.yaml"
    scenario.write_text(here(["new", "2-3-1"], capsys).out)
    assert here(["new", "--sheet", str(scenario), "-o", str(sheet)], capsys).code == 0
    (read,) = sheets_of_file(sheet)
    assert (read.scenario.units, [row.fault for row in read.rows if row.fault]) == ((2, 3, 1), [])
    assert here(["new", "--sheet", str(scenario), "-o", str(sheet)], capsys).code == 2
    ran = here(["new", "2-3-1", "--sheet", "lecture"], capsys)
    assert (ran.code, ran.out) == (2, "")
    assert "--sheet with units" in ran.err
