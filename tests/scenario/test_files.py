"""Weights, biases and samples out of files: where a file may lie, and what must be in it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from backtrace.errors import InputError, Problem
from backtrace.scenario import Scenario, load, names, path_of, read_text, scenario

W, B, V = np.array([[0.1, -0.2], [0.3, 1 / 3], [5, 6]]), np.array([1.0, 2, 3]), np.array([[0.7, 0.8, 0.9]])
X, Y = np.array([[0.0, 1], [1, 0], [1, 1]]), np.array([0.0, 1, 1])
LAYERS = [{"weights": W.tolist(), "biases": B.tolist()}, {"weights": V.tolist(), "biases": "none"}]
SAMPLES = [{"x": x, "y": y} for x, y in zip(X.tolist(), Y.tolist(), strict=True)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the same numbers in files of every kind, and a file beside it."""
    home = tmp_path / "home"
    home.mkdir()
    np.savez(home / "w.npz", W1=W, b1=B, W2=V)
    save_file({"W1": W, "b1": B.astype(np.float32), "x": X, "y": Y}, home / "w.safetensors")
    np.save(home / "b.npy", B)
    np.savetxt(home / "w.csv", W, delimiter=",", fmt="%.17g")
    np.savetxt(home / "b.csv", B, fmt="%.17g")
    np.savez(home / "data.npz", x=X, y=Y, x1=X[:, 0], x2=X[:, 1])
    np.savetxt(home / "data.csv", np.column_stack([X, Y]), delimiter=",", header="x1,x2,y", comments="")
    np.save(tmp_path / "outside.npy", W)
    return home


def document(first: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    layers = [LAYERS[0] | (first or {}), LAYERS[1]]
    return {"network": {"layers": layers}, "data": SAMPLES, "training": {"learning_rate": 1}} | changes


def read(folder: Path, **changes: Any) -> Scenario:
    return read_text(json.dumps(document(**changes)), "f.json", folder)


def problems(folder: Path, **changes: Any) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read(folder, **changes)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    "first",
    [
        {"weights": {"file": "w.npz", "array": "W1"}},
        {"weights": {"file": "w.safetensors", "array": "W1"}},
        {"weights": {"file": "w.csv"}},
        {"weights": {"file": "./w.csv"}, "units": 3},
        {"weights": {"file": "../home/w.csv"}},
        {"biases": {"file": "w.npz", "array": "b1"}},
        {"biases": {"file": "w.safetensors", "array": "b1"}},
        {"biases": {"file": "b.npy"}},
        {"biases": {"file": "b.csv"}},
    ],
)
def test_parameters_out_of_a_file_are_those_written_out(folder: Path, first: dict[str, Any]) -> None:
    """The scenario is that of the same numbers in rows, and says beside them which file they came from."""
    found = dict(read(folder, first=first).document)
    ((name, origin),) = found.pop("origins").items()
    assert found == read(folder).document
    (part,) = (first[kind] for kind in ("weights", "biases") if kind in first)
    assert (name, origin) == ("W1" if "weights" in first else "b1", part)


@pytest.mark.parametrize(
    "data",
    [
        {"file": "data.csv", "inputs": ["x1", "x2"], "targets": ["y"]},
        {"file": "data.npz", "inputs": "x", "targets": "y"},
        {"file": "data.npz", "inputs": ["x1", "x2"], "targets": ["y"]},
        {"file": "w.safetensors", "inputs": "x", "targets": "y"},
    ],
)
def test_samples_out_of_a_file_are_those_written_out(folder: Path, data: dict[str, Any]) -> None:
    """Columns of a table, and arrays with a row for each sample, give the samples of the same numbers."""
    found = dict(read(folder, data=data).document)
    assert found.pop("origins")["data"]["file"] == data["file"]
    assert found == read(folder).document


def test_columns_may_come_in_another_order(folder: Path) -> None:
    """Inputs are in the order in which they are named."""
    data = {"file": "data.csv", "inputs": ["x2", "x1"], "targets": "y"}
    np.testing.assert_array_equal(read(folder, data=data).x, X[:, ::-1])


def test_the_numbers_are_kept_without_the_file(folder: Path) -> None:
    """The document is enough to run again: without the file it gives the same scenario, origins included."""
    whole = read(folder, first={"weights": {"file": "w.csv"}}).document
    (folder / "w.csv").unlink()
    assert read_text(json.dumps(whole), "f", folder).document == whole


def test_a_path_is_relative_to_the_scenario(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scenario that is loaded looks in its own folder, one from elsewhere in the working directory."""
    (folder / "s.yaml").write_text(json.dumps(document({"weights": {"file": "w.csv"}})))
    assert load(folder / "s.yaml").layers[0].weights.tolist() == W.tolist()
    with pytest.raises(InputError, match=r"there is no file 'w\.csv'"):
        read_text((folder / "s.yaml").read_text(), "<stdin>")
    monkeypatch.chdir(folder)
    assert load("s.yaml").layers[0].weights.tolist() == W.tolist()
    assert read_text((folder / "s.yaml").read_text(), "<stdin>").layers[0].weights.tolist() == W.tolist()
    found = scenario(weights=[{"file": "w.csv"}], x=[1, 2], y=[1, 2, 3], learning_rate=1)
    assert found.layers[0].weights.tolist() == W.tolist()


OUTSIDE = "which lies outside the scenario's folder"


def test_a_file_outside_the_folder_is_named_absolutely(folder: Path) -> None:
    """A file elsewhere is read by its absolute path, and not by way of `..` or of a link."""
    outside = folder.parent / "outside.npy"
    (folder / "link.npy").symlink_to(outside)
    (folder / "down").symlink_to(folder.parent)
    for way in ("../outside.npy", "link.npy", "down/outside.npy", "down/../../outside.npy"):
        (problem,) = problems(folder, first={"weights": {"file": way}})
        assert problem.found == f"'{way}', {OUTSIDE}"
        assert problem.path == "layer 1, weights, file"
    found = read(folder, first={"weights": {"file": str(outside)}})
    assert found.layers[0].weights.tolist() == W.tolist()


def test_the_folder_may_itself_be_reached_by_a_link(folder: Path) -> None:
    """A scenario in a folder that is a link finds the files beside it."""
    (folder.parent / "linked").symlink_to(folder)
    found = read(folder.parent / "linked", first={"weights": {"file": "w.csv"}})
    assert found.layers[0].weights.tolist() == W.tolist()


@pytest.mark.parametrize(
    ("file", "found", "remedy"),
    [
        ("wt.npz", "there is no file 'wt.npz'", "did you mean 'w.npz'?"),
        ("quux.npz", "there is no file 'quux.npz'", ""),
        ("w.pt", "the file 'w.pt'", "a pickle can run any program: save it as .safetensors or .npz"),
        ("w.pkl", "the file 'w.pkl'", "a pickle can run any program: save it as .safetensors or .npz"),
        ("w.txt", "the file 'w.txt'", ""),
        ("", "the file ''", ""),
        ("a\0.npy", "the file 'a\\x00.npy'", ""),
        ("folder.npy", "'folder.npy', which is no file", ""),
        ("pipe.npy", "'pipe.npy', which is no file", ""),
        ("loop.npy", None, None),
    ],
)
def test_a_file_that_cannot_be_read_says_why(folder: Path, file: str, found: str | None, remedy: str | None) -> None:
    """Missing files, folders, pipes, links in a circle and kinds of file that are not read are each told."""
    (folder / "folder.npy").mkdir()
    (folder / "loop.npy").symlink_to(folder / "loop.npy")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.npy")
    (problem,) = problems(folder, first={"weights": {"file": file}})
    assert problem.path == "layer 1, weights, file"
    assert found is None or (problem.found, problem.remedy) == (found, remedy)


SWAP = "in column orientation a row belongs to a receiving neuron: swap rows and columns"

# fmt: off
MISFITS: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    ({"first": {"weights": {"file": "b.npy"}}},
        [("layer 1, weights", "a vector of 3", "rows and columns", "")]),
    ({"first": {"biases": {"file": "w.csv"}}},
        [("layer 1, biases", "3×2", "a vector, or a single row or column", "")]),
    ({"first": {"weights": {"file": "w.csv"}, "units": 2}},
        [("layer 1, weights", "an array of shape 3×2", "2×2: 2 neurons listening to 2", ""),
         ("layer 1, biases", "3 numbers", "2, the layer's `units`", ""),
         ("layer 2, weights", "3 columns", "2, one for each neuron of layer 1", "")]),
    ({"first": {"weights": {"file": "w.npz", "array": "W2"}}},
        [("layer 1, biases", "3 numbers", "1, one for each row of the weights", ""),
         ("layer 2, weights", "3 columns", "1, one for each neuron of layer 1", SWAP),
         ("sample 1, x", "2 numbers, as in every sample", "3, one for each column of layer 1's weights", "")]),
    ({"first": {"weights": {"file": "w.npz", "array": "w1"}, "biases": {"file": "w.npz"}}},
        [("layer 1, weights", "no array 'w1' in w.npz", "W1, b1 or W2", "did you mean 'W1'?"),
         ("layer 1, biases", "3 arrays in w.npz", "one of them by name: W1, b1 or W2", "add `array: NAME`")]),
    ({"first": {"weights": {"file": "w.csv", "array": "W1"}}},
        [("layer 1, weights, array", "the array 'W1'", "no name: a .csv file holds a single array", "")]),
    ({"data": {"file": "data.csv", "inputs": ["x1", "x3"], "targets": ["z"]}},
        [("data, inputs, number 2", "no column 'x3' in data.csv", "x1, x2 or y", ""),
         ("data, targets, number 1", "no column 'z' in data.csv", "x1, x2 or y", "")]),
    ({"data": {"file": "data.npz", "inputs": "X", "targets": "y"}},
        [("data, inputs, number 1", "no array 'X' in data.npz", "x, y, x1 or x2", "did you mean 'x'?")]),
    ({"data": {"file": "w.npz", "inputs": "W1", "targets": "W2"}},
        [("data", "the array W2: 1×3", "3 rows, as in W1", "")]),
    ({"data": {"file": "b.npy", "inputs": "x", "targets": "y"}},
        [("data, file", "a .npy file, whose array has no name", "a .csv, .npz or .safetensors file",
          "save inputs and targets with numpy.savez")]),
    ({"data": {"file": "data.csv", "inputs": ["x1"], "targets": "y"}},
        [("sample 1, x", "1 number, as in every sample", "2, one for each column of layer 1's weights", "")]),
]
# fmt: on


@pytest.mark.parametrize(("changes", "expected"), MISFITS)
def test_what_does_not_fit_is_told(
    folder: Path, changes: dict[str, Any], expected: list[tuple[str, str, str, str]]
) -> None:
    """Arrays and columns that there are not, or of another shape, give exactly these problems."""
    found = [(p.path, p.found, p.expected, p.remedy) for p in problems(folder, **changes)]
    assert sorted(found) == sorted(expected)


def test_a_transposed_array_is_recognised(folder: Path) -> None:
    """An array that fits when rows and columns are swapped is told with both shapes, and how to swap."""
    np.save(folder / "t.npy", V.T)
    document_ = document()
    document_["network"]["layers"][1] = {"weights": {"file": "t.npy"}, "biases": "none", "units": 1}
    with pytest.raises(InputError) as caught:
        read_text(json.dumps(document_), "f", folder)
    (problem,) = caught.value.problems
    assert (problem.found, problem.expected) == ("an array of shape 3×1", "1×3: 1 neuron listening to 3")
    assert problem.remedy.endswith("swap rows and columns")


def test_a_problem_inside_a_file_has_its_place_there(folder: Path) -> None:
    """A cell that is no number is told by the table's line and column; others by the scenario's."""
    (folder / "w.csv").write_text("1,2\n3,x\n")
    first = problems(folder, first={"weights": {"file": "w.csv"}, "units": 0})
    places = {str(problem.place): problem.path for problem in first}
    assert places["w.csv:2:3"] == "layer 1, weights"
    assert any(place.startswith("f.json:1:") and path == "layer 1, units" for place, path in places.items())


@pytest.mark.parametrize("name", names())
def test_bundled_scenarios_name_files_that_are_bundled(name: str) -> None:
    """A bundled scenario that reads a file is read from wherever it is installed."""
    origins = load(path_of(name)).document.get("origins", {})
    for origin in origins.values():
        assert "file" not in origin or (path_of(name).parent / origin["file"]).is_file()
