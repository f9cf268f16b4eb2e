"""`backtrace export`: what each format takes, what is refused, and where it goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from backtrace.cli.main import main
from backtrace.formats import FORMATS
from tests.commands import here

STARTS = {
    "csv": "step,epoch", "html": "<!DOCTYPE html>", "latex": "\\documentclass", "markdown": "# Two inputs",
    "mermaid": "flowchart LR", "svg": "<svg ",
}  # fmt: skip


@pytest.mark.parametrize("name", STARTS)
def test_text_goes_to_stdout_and_to_a_file_by_its_suffix(name, tmp_path, capsys):
    """Without -o the format is printed; a suffix names it, and the file is the same."""
    out = here(["export", "-f", name], capsys).out
    assert out.startswith(STARTS[name])
    for suffix in FORMATS[name].suffixes:
        path = tmp_path / f"x{suffix}"
        assert here(["export", "-o", str(path)], capsys).code == 0
        assert path.read_bytes().replace(b"\r\n", b"\n") == out.replace("\r\n", "\n").encode()


def test_a_suffix_in_capitals_is_the_same(tmp_path, capsys):
    """As some systems write them."""
    assert here(["export", "-o", str(tmp_path / "LECTURE.TEX")], capsys).code == 0
    assert (tmp_path / "LECTURE.TEX").read_text().startswith(STARTS["latex"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-f", "json", "--only", "L"], "--only with the format json"),
        (["--stage", "1"], "--stage with the format json"),
        (["-f", "csv", "--view", "matrix"], "take html or latex or markdown"),
        (["-f", "csv", "--view", "both"], "--view with the format csv"),
        (["-f", "svg", "--show", "value"], "--show formula, or no --show"),
        (["-f", "svg", "--show", "formula", "--values"], "--values with --show formula"),
        (["-f", "csv", "--show", "formula", "--only", "nothing"], "there is no quantity"),
        (["-f", "markdown", "--fragment"], "take latex"),
        (["-f", "latex", "--values", "--general"], "--general and --values with the format latex"),
        (["-f", "svg", "--general", "--values"], "--general with what chooses values"),
        (["-f", "mermaid", "--samples", "1"], "add --values"),
        (["-f", "svg", "--values", "--updates", "4"], "there is no update 4"),
        (["-f", "latex", "--updates", "4"], "there is no update 4"),
        (["-f", "csv", "--only", "dL_dw13"], "there is no quantity"),
    ],
)
def test_options_that_do_not_go_with_a_format_are_refused(arguments, says, capsys):
    """Exit code 2, a message that names them, and nothing on stdout."""
    ran = here(["export", *arguments], capsys)
    assert ran.code == 2
    assert says in " ".join(ran.err.split())
    assert ran.out == ""


def test_a_refused_export_leaves_the_old_file(tmp_path: Path, capsys):
    """What cannot be written whole is not written at all."""
    path = tmp_path / "x.csv"
    path.write_text("old")
    assert here(["export", "-o", str(path), "--only", "L", "--phase", "update"], capsys).code == 2
    assert path.read_text() == "old"


def test_the_lesson_is_selected_as_run_does(capsys):
    """Phases, names and forms choose the same lines in LaTeX and Markdown as in the terminal."""
    for name in ("latex", "markdown"):
        out = here(["export", "-f", name, "--only", "L", "--show", "formula"], capsys).out
        assert "hat{y}" in out
        assert "0.525" not in out
        assert "delta" not in out


def test_closed_forms_are_added_where_they_are_asked_for(capsys):
    """Sympy's derivatives stand at the end, and all agree."""
    ran = here(["export", "-f", "markdown", "--only", "dL_dv11", "--symbolic"], capsys)
    assert ran.code == 0
    assert "Every value agrees" in ran.out


def test_a_fragment_has_no_preamble(capsys):
    """It can be read into another document."""
    out = here(["export", "-f", "latex", "--fragment", "--only", "L"], capsys).out
    assert "documentclass" not in out
    assert "\\begin{document}" not in out


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_shows_formulas_without_numbers(name, tmp_path: Path):
    """With --show formula no value of the lecture's training stands in any format, but its formulas or network do."""
    path = tmp_path / f"board{FORMATS[name].suffixes[0]}"
    assert main(["export", "-f", name, "--show", "formula", "-o", str(path)]) == 0
    if name == "npz":
        with np.load(path) as arrays:
            assert arrays["dL_dW1"][0, 1] == "δʰ₁·x₂"
        return
    if name == "parquet":
        formulas = {row["symbol"]: row["formula"] for row in parquet.read_table(path).to_pylist()}
        assert formulas["∂L/∂w₂₁"] == "δʰ₁·x₂"
        return
    text = path.read_text("utf-8")
    assert not any(number in text for number in ("0.62", "0.725", "0.289", "0.193"))
    assert "w" in text
