"""What the opening of a lesson says of numbers that the scenario does not write out."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np

from backtrace.engine.trace import run
from backtrace.formats.json import write_json
from backtrace.formats.read import trace_from_text
from backtrace.lesson.blocks import Given
from backtrace.lesson.origins import origins
from backtrace.lesson.tell import tell
from backtrace.scenario import load, path_of
from tests.lesson.test_sentences import said

TEXT = """\
seed: 7
network:
  layers:
    - {units: 3, weights: {init: he_normal}, biases: {init: uniform, low: -0.1}}
    - {units: 1, weights: {file: w.npz, array: V}, biases: {init: zeros}}
data: {file: d.csv, inputs: [a, b], targets: y}
training: {learning_rate: 0.5}
"""


def text_of(tmp_path: Path, text: str = TEXT) -> list[str]:
    (tmp_path / "d.csv").write_text("a,b,y\n1,2,0\n3,4,1\n")
    np.savez(tmp_path / "w.npz", V=np.ones((1, 3)), b=np.ones(3))
    (tmp_path / "s.yaml").write_text(text)
    return [said(sentence) for sentence in origins(run(load(tmp_path / "s.yaml")))]


def test_distribution_seed_and_file_are_told(tmp_path: Path) -> None:
    """Each matrix and vector says what it is drawn from, with which seed, or which file it is read from."""
    assert text_of(tmp_path) == [
        "W is drawn: normal with mean 0, standard deviation √(2/n) for n = 2 (he_normal, seed 7); shown to 6 decimals.",
        "bʰ is drawn: uniform from −0.1 to 1 (uniform, seed 7); shown to 6 decimals.",
        "V is read from w.npz, array V.",
        "The samples are read from d.csv: inputs a, b; targets y.",
    ]


def test_few_decimals_of_long_numbers_are_shown(tmp_path: Path) -> None:
    """What is drawn or read is given with three decimals more than are displayed, and it is said so."""
    told = text_of(tmp_path, TEXT + "display: {decimals: 1}\n")
    assert told[0].endswith("shown to 4 decimals.")
    given = next(block for block in tell(run(load(tmp_path / "s.yaml"))).blocks if isinstance(block, Given))
    shown = [str(numbers.linear("text")) for _, _, numbers in given.items if numbers]
    assert not any(len(digits) > 4 for text in shown for digits in re.findall(r"\.(\d+)", text))


def test_the_sizes_are_those_of_the_layer(tmp_path: Path) -> None:
    """N and m are put beside the formula that they stand in, layer by layer."""
    text = TEXT.replace("{init: he_normal}", "{init: xavier_uniform}").replace("{init: zeros}", "{init: he_uniform}")
    first, _, _, last, _ = text_of(tmp_path, text)
    assert "uniform from −√(6/(n + m)) to √(6/(n + m)) for n = 2 and m = 3" in first
    assert "for n = 3 (he_uniform, seed 7)" in last


def test_numbers_that_are_written_out_need_no_word() -> None:
    """Where nothing is drawn at random and nothing read, nothing is said."""
    assert list(origins(run(load(path_of("lecture"))))) == []


def test_a_trace_tells_the_same(tmp_path: Path) -> None:
    """A trace that was exported and read again says where its numbers came from."""
    told = text_of(tmp_path)
    stream = io.StringIO()
    write_json(run(load(tmp_path / "s.yaml")), stream)
    again = trace_from_text(stream.getvalue().encode(), "t")
    assert [said(sentence) for sentence in origins(again)] == told
