"""A value of the scenario replaced by KEY=VALUE."""

from __future__ import annotations

import numpy as np
import pytest

import backtrace
from backtrace.engine.settings import with_settings
from backtrace.scenario import path_of, read_text
from tests.engine.scenarios import DRAWN

LECTURE = backtrace.load(path_of("lecture"))


@pytest.mark.parametrize(
    ("setting", "same_as"),
    [
        ("eta=10", {"learning_rate": 10}),
        ("learning_rate=10", {"learning_rate": 10}),
        ("training.learning_rate=1e1", {"learning_rate": 10}),
        ("η=10", {"learning_rate": 10}),
        ("epochs=3", {"epochs": 3}),
        ("loss=half_sse", {"loss": "half_sse"}),
        ("x=[1, 2]", {"x": [1, 2]}),
        ("x2=2", {"x": [0.5, 2]}),
        ("data.1.x=[1, 2]", {"x": [1, 2]}),
        ("w12=0.9", {"weights": [[[0.2, 0.4], [0.9, 0.8]], [[0.3, 0.5]]]}),
        ("W1[2,1]=0.9", {"weights": [[[0.2, 0.4], [0.9, 0.8]], [[0.3, 0.5]]]}),
        ("network.layers.1.weights.2.1=0.9", {"weights": [[[0.2, 0.4], [0.9, 0.8]], [[0.3, 0.5]]]}),
        ("b_h=[1, 2]", {"biases": [[1, 2], [0.4]]}),
        ("network.layers.1.activation=tanh", {"activation": ["tanh", "sigmoid"]}),
        ("title=Mine", {"title": "Mine"}),
    ],
)
def test_a_value_by_path_key_or_name(setting, same_as):
    """A path of the file, a key of it, and a name of the notation replace the value that they mean."""
    found, expected = with_settings(LECTURE, [setting]), LECTURE.with_(**same_as)
    assert found.document == expected.document
    assert np.array_equal(backtrace.run(found).losses, backtrace.run(expected).losses)


def test_several_settings_are_in_force_together():
    """--set may be given again."""
    found = with_settings(LECTURE, ["epochs=2", "eta=1", "w12=0"])
    assert (found.epochs, found.learning_rate, found.layers[0].weights[1, 0]) == (2, 1, 0)


@pytest.mark.parametrize(
    ("settings", "replaced"),
    [
        (["epochs=3"], ("0.5}", "0.5, epochs: 3}")),
        (["seed=8"], ("seed: 7", "seed: 8")),
        (["seed=8", "seed=7"], ("seed: 7", "seed: 7")),
        (["network.layers.1.weights.init=xavier_normal"], ("he_normal}, biases: {", "xavier_normal}, biases: {")),
        (["network.layers.1.biases.std=2"], ("init: normal", "init: normal, std: 2")),
        (["network.layers.1.units=3"], ("units: 2", "units: 3")),
        (["W1=[[1, 2], [3, 4]]"], ("{init: he_normal}, biases: {init", "[[1, 2], [3, 4]], biases: {init")),
        (["W2={init: zeros}"], ("units: 1, weights: {init: he_normal}", "units: 1, weights: {init: zeros}")),
    ],
)
def test_what_is_drawn_is_drawn_anew(settings, replaced):
    """A setting gives what the file with that value would give: the same draw where nothing of it has changed."""
    expected = read_text(DRAWN.replace(*replaced), "f")
    assert with_settings(read_text(DRAWN, "f"), settings).document == expected.document


def test_an_entry_is_replaced_after_the_draw():
    """A number of a drawn matrix is replaced, with another seed too; the matrix is no longer said to be drawn."""
    drawn = read_text(DRAWN.replace("seed: 7", "seed: 8"), "f")
    found = with_settings(read_text(DRAWN, "f"), ["w12=0.3", "seed=8", "network.layers.1.biases.1=5"])
    assert found.layers[0].weights.tolist() == [
        drawn.layers[0].weights[0].tolist(),
        [0.3, drawn.layers[0].weights[1, 1]],
    ]
    assert found.layers[0].biases.tolist() == [5, drawn.layers[0].biases[1]]
    assert list(found.document["origins"]) == ["W2"]


def test_wrong_entries_of_a_drawn_matrix_are_refused():
    """A place that the matrix does not have, and a value that is no number, are told."""
    with pytest.raises(backtrace.InputError, match="there is no 7 there"):
        with_settings(read_text(DRAWN, "f"), ["network.layers.1.weights.7.1=0.3"])
    with pytest.raises(backtrace.InputError, match="layer 1, weights, row 2, column 1: the text 'a'"):
        with_settings(read_text(DRAWN, "f"), ["w12=a"])


def test_a_file_in_a_setting_is_looked_for_in_the_working_directory(tmp_path, monkeypatch):
    """What stands on the command line is relative to where the command runs."""
    (tmp_path / "w.csv").write_text("1,2\n3,4\n")
    monkeypatch.chdir(tmp_path)
    found = with_settings(LECTURE, ["W1={file: w.csv}"])
    assert found.layers[0].weights.tolist() == [[1, 2], [3, 4]]


def test_sentences_begin_with_what_the_settings_are_called():
    """Whoever asks by another door reads of that door in every message, also in those of the scenario's own checks."""
    for setting in ("eta", "etaa=1", "eta=[1", "eta=fast", "network.layers.7.units=2"):
        with pytest.raises(backtrace.InputError) as raised:
            with_settings(LECTURE, [setting], "what if")
        assert all("what if" in str(problem) for problem in raised.value.problems), setting
        assert "--set" not in str(raised.value)
