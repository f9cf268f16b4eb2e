"""Files of every kind, and problems with their places."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrace.errors import InputError, Place, Problem
from backtrace.network.activations import ACTIVATIONS
from backtrace.scenario import Scenario, load, names, path_of, read_document, read_text, text_of_file
from backtrace.scenario.flaws import listed
from backtrace.scenario.reading import LARGEST_FILE
from tests.scenario.documents import LECTURE, problems_of_text, small

BROKEN = """\
title: 3
network:
  layers:
    - units: 2
      activation: sigmod
      weights: [["0.2", 0.4], [0.6, 0.8, 1]]
      wieghts: 3
    - activation: softmax
      weights: [[0.3, 0.5], [1, .nan]]
      biases: None
    - weights: [[0.3, 0.5], [1, 3]]
      biases: [1, 2, 3]
loss: {name: mse, outputs: sum}
data:
  - {x: [0.5, 0.8], y: [0]}
  - {x: [0.5, 0.8, 1], y: yes}
  - 3
training: {optimizer: sgd, learning_rate: 0,7, epochs: 1.5, batch_size: 4}
notation: lecture
display: {decimals: 0}
"""

# fmt: off
EXPECTED = [
    (1, 8,   "title",                            "3"),
    (4, 7,   "layer 1",                          "no `biases`"),
    (5, 19,  "layer 1, activation",              "the unknown activation 'sigmod'"),
    (6, 18,  "layer 1, weights, row 1, column 1", "the text '0.2'"),
    (6, 31,  "layer 1, weights, row 2",          "3 numbers"),
    (7, 7,   "layer 1, wieghts",                 "the unknown key 'wieghts'"),
    (8, 19,  "layer 2, activation",              "softmax in a hidden layer"),
    (9, 33,  "layer 2, weights, row 2, column 2", ".nan"),
    (10, 15, "layer 2, biases",                  "the text 'None'"),
    (12, 15, "layer 3, biases",                  "3 numbers"),
    (13, 19, "loss, outputs",                    "`outputs: sum` for mse"),
    (15, 24, "sample 1, y",                      "1 number"),
    (16, 9,  "sample 2, x",                      "3 numbers"),
    (16, 27, "sample 2, y",                      "the text 'yes'"),
    (17, 5,  "sample 3",                         "3"),
    (18, 45, "training, 7",                      "the unknown key '7'"),
    (18, 56, "training, epochs",                 "1.5"),
    (18, 73, "training, batch_size",             "4"),
    (19, 11, "notation",                         "the notation lecture, which spells 2 layers"),
    (20, 21, "display, decimals",                "0"),
]
RUBBISH: list[tuple[bytes, str]] = [
    (b"",                                "an empty document"),
    (b"# only\n# comments\n",            "an empty document"),
    (b"---\n",                           "an empty document"),
    (b"[1, 2]",                          "a list"),
    (b"42",                              "a single value"),
    (b"\x89PNG\r\n\x1a\n\x00\x00",       "a byte that is not UTF-8 (0x89)"),
    (b"a: \xff",                         "a byte that is not UTF-8 (0xff)"),
    ("a: 1".encode("utf-16"),            "a file in UTF-16"),
    (b"a: \x00",                         "the control character \\x00"),
    (b"a: \x1b[31m",                     "the control character \\x1b"),
    (b"\x7fELF\x02\x01\x01",             "the control character \\x7f"),
    (b"PK\x03\x04",                      "the control character \\x03"),
    (b"a: 1\n" * 4_000_001,              "a file of more than 20,000,000 bytes"),
]
# fmt: on


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    """A document with many mistakes is refused once, with every mistake at its line and column."""
    problems = problems_of_text(BROKEN)
    found = [(p.place.line, p.place.column, p.path, p.found) for p in problems if p.place]
    assert found == EXPECTED
    assert all(p.place and p.place.text == BROKEN.split("\n")[(p.place.line or 0) - 1] for p in problems)


def test_a_problem_reads_as_one_line() -> None:
    """A problem as text says file, line, column, path, found, expected and remedy."""
    (problem,) = problems_of_text(
        LECTURE.replace("activation: sigmoid\n      weights: [[0.2", "activation: sigmod\n      weights: [[0.2")
    )
    assert str(problem) == (
        "f.yaml:4:19, layer 1, activation: the unknown activation 'sigmod'; "
        f"expected {listed(ACTIVATIONS, 'or')}; did you mean 'sigmoid'?"
    )


@pytest.mark.parametrize(("content", "found"), RUBBISH, ids=[found for _, found in RUBBISH])
def test_what_is_no_scenario_is_refused_within_a_second(tmp_path: Path, content: bytes, found: str) -> None:
    """Files that are empty, binary, too large or of another shape get one short message each."""
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        load(path)
    assert time.process_time() - start < 1
    (problem,) = caught.value.problems
    assert problem.found == found
    assert problem.place is not None
    assert problem.place.file == str(path)


@pytest.mark.parametrize(
    ("name", "found", "remedy"),
    [
        ("lectrue.yaml", "there is no such file", "did you mean '{folder}/lecture.yaml'?"),
        ("quux.yaml", "there is no such file", ""),
        ("nowhere/lecture.yaml", "there is no such file", "its folder does not exist either"),
        (".", "a folder", "name a file in it"),
        ("a\0b.yaml", "the file cannot be opened: it has no possible file name", ""),
        ("x" * 5000, "the file cannot be opened: File name too long", ""),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, found: str, remedy: str) -> None:
    """A missing file offers a near one in its folder; a folder and an impossible name are said to be so."""
    (tmp_path / "lecture.yaml").write_text(LECTURE)
    with pytest.raises(InputError) as caught:
        load(tmp_path / name)
    (problem,) = caught.value.problems
    assert (problem.found, problem.remedy) == (found, remedy.format(folder=tmp_path))


def test_a_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may not be read is named as such."""
    monkeypatch.setattr(Path, "open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    with pytest.raises(InputError, match="may not be read"):
        text_of_file(tmp_path / "f.yaml")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no /dev/zero")
def test_an_endless_file_ends() -> None:
    """No more than the largest allowed file is ever read."""
    with pytest.raises(InputError, match="more than"):
        load("/dev/zero")


def test_a_byte_order_mark_is_passed_over() -> None:
    """A file that begins with a byte order mark is read, and its columns are those of the text."""
    assert read_text(b"\xef\xbb\xbf" + LECTURE.encode(), "f").depth == 2
    assert read_text("\ufeff" + LECTURE, "f").depth == 2
    assert problems_of_text(b"\xef\xbb\xbfx: 1")[-1].place == Place("f.yaml", 1, 1, "x: 1")


def test_line_ends_of_windows_are_line_ends() -> None:
    """A file with CRLF is read, and its places are right."""
    (problem,) = problems_of_text(LECTURE.replace("0.7", "-1").replace("\n", "\r\n"))
    assert problem.place == Place(
        "f.yaml", 13, 43, "training: {optimizer: sgd, learning_rate: -1, epochs: 1, batch_size: 1}"
    )


def test_quotations_are_safe_to_print() -> None:
    """No control character of the file reaches a problem, and no quotation is long."""
    text = LECTURE.replace("loss: mse", 'loss: "\\e[31mred' + "x" * 5000 + '"\n"\\e]0;": 1')
    for problem in problems_of_text(text):
        assert "\x1b" not in str(problem)
        assert all(len(part) < 200 for part in (problem.found, problem.path, problem.remedy))
        assert problem.place is not None
        assert len(problem.place.text) <= 120


def test_text_is_kept_as_it_is() -> None:
    """Title, description, source, links and notes are kept to the letter, control characters included."""
    text = LECTURE + 'title: "a\\e[31m"\ndescription: |\n  one\n  two\nlinks: [http://a]\nnotes: {W1: first}\n'
    found = read_text(text, "f")
    assert (found.title, found.description) == ("a\x1b[31m", "one\ntwo\n")
    assert (found.links, found.notes) == (("http://a",), {"W1": "first"})


@pytest.mark.parametrize("name", names())
def test_a_document_reads_back_as_itself(name: str) -> None:
    """The full document of a scenario, dumped as JSON and read again, gives the same scenario."""
    scenario = load(path_of(name))
    again = read_text(json.dumps(scenario.document), "f")
    assert again.document == scenario.document == read_document(scenario.document, "f").document
    assert _numbers(again) == _numbers(scenario)


def _numbers(scenario: Scenario) -> list[object]:
    layers = [
        (layer.weights.tolist(), None if layer.biases is None else layer.biases.tolist()) for layer in scenario.layers
    ]
    return [scenario.x.tolist(), scenario.y.tolist(), layers, scenario.batch_size, scenario.notation, scenario.loss]


def test_the_first_hundred_problems_are_told() -> None:
    """Of very many problems a hundred are told, and that there are more."""
    problems = problems_of_text(LECTURE + "".join(f"x{n}: 1\n" for n in range(5000)))
    assert len(problems) == 101
    assert problems[-1].found == "and more problems"


def test_a_document_from_json_has_no_line() -> None:
    """A problem of a document that was read elsewhere names the file alone."""
    with pytest.raises(InputError) as caught:
        read_document(small(training={}), "trace.json")
    (problem,) = caught.value.problems
    assert problem.place == Place("trace.json")
    assert problem.found == "no `learning_rate`"


@pytest.mark.parametrize("document", [None, [], 3, "x"])
def test_a_document_is_a_mapping(document: object) -> None:
    """A document that is no mapping is refused."""
    with pytest.raises(InputError, match="expected a mapping with network, data and training"):
        read_document(document, "f")


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_an_input_error(content: bytes) -> None:
    """Whatever the bytes, nothing but InputError is raised."""
    with pytest.raises(InputError):
        read_text(content, "f")


@given(st.integers(0, len(LECTURE)), st.integers(0, 12), st.text(alphabet="ab01:-[]{}\n \"'&*!,.~", max_size=6))
def test_a_damaged_scenario_is_read_or_refused(at: int, gone: int, put: str) -> None:
    """A scenario with a piece replaced is read, or refused with places inside the file."""
    assert all(problem.place and problem.place.line for problem in _refusals(LECTURE[:at] + put + LECTURE[at + gone :]))


def _refusals(text: str) -> tuple[Problem, ...]:
    try:
        read_text(text, "f")
    except InputError as error:
        return error.problems
    return ()


def test_the_limit_is_as_documented() -> None:
    """A file may have twenty million bytes."""
    assert LARGEST_FILE == 20_000_000
