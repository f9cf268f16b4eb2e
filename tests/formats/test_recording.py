"""What someone's own program wrote: read strictly, every value in its place, and what is wrong said with its line."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest

from backtrace.engine.trace import Trace, run
from backtrace.errors import InputError, Problem
from backtrace.formats.json import write_jsonl
from backtrace.formats.recognising import is_recording
from backtrace.formats.recording import Recording
from backtrace.proof.compare import Side, recorded
from backtrace.scenario import load, path_of


def training(batch_size: int = 1) -> Trace:
    """Four samples, two epochs."""
    return run(load(path_of("online-vs-batch")).with_(epochs=2, batch_size=batch_size))


def npz(**arrays: Any) -> Recording:
    """A file of arrays."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, **arrays)
    return Recording("mine.npz", stream.getvalue())


def jsonl(*lines: Any) -> Recording:
    """A file of lines, text as it is and everything else as JSON."""
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return Recording("mine.jsonl", text.encode())


def lines_of(trace: Trace, *names: str) -> list[dict[str, Any]]:
    """A line for each value of the quantities, in the order worked, those after the last update left out."""
    steps = (step for step in trace if step.equation.id in names and step.update <= trace.updates)
    return [
        {"update": step.update, "sample": step.sample, "id": step.equation.id, "value": np.asarray(step.value).tolist()}
        for step in steps
    ]


def problems(recording: Recording, trace: Trace) -> tuple[Problem, ...]:
    """What is wrong with the file."""
    with pytest.raises(InputError) as caught:
        recording.read(trace)
    return caught.value.problems


def agree(side: Side, trace: Trace, *names: str) -> bool:
    """Whether the side has those quantities, with the values of the trace in their places."""
    known = recorded(trace).columns
    return set(side.columns) == set(names) and all(
        np.array_equal(side.columns[name].values, known[name].values[: len(side.columns[name].values)])
        and np.array_equal(side.columns[name].places, known[name].places[: len(side.columns[name].places)])
        for name in names
    )


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("names", [("z1", "dL_dW1", "L"), ("W1_next", "step_W2"), ("a2",)])
def test_arrays_and_lines_give_the_same_values_in_the_same_places(batch_size: int, names: tuple[str, ...]) -> None:
    """Updates or visits of samples lead in arrays; lines name update and sample, in any order."""
    trace = training(batch_size)
    lines = lines_of(trace, *names)
    during = {name: [line["value"] for line in lines if line["id"] == name] for name in names}
    assert agree(npz(**{name: np.array(values) for name, values in during.items()}).read(trace), trace, *names)
    assert agree(jsonl(*lines).read(trace), trace, *names)
    assert agree(jsonl(*reversed(lines), "").read(trace), trace, *names)


def test_what_is_given_may_be_written_too() -> None:
    """Inputs, weights at the start of each update and the learning rate have their places."""
    trace = training(3)
    names = ("x", "W1", "eta")
    assert agree(npz(**{name: trace.series(name) for name in names}).read(trace), trace, *names)


def test_the_last_pass_is_one_update_more() -> None:
    """Quantities of the pass with the new parameters may be among the others, or alone where they have no others."""
    trace = training()
    side = npz(a2=trace.series("a2"), gain=trace.series("gain")).read(trace)
    assert len(side.columns["a2"].values) == trace.updates + 1
    assert side.columns["a2"].places[-1].tolist() == [trace.updates + 1, 4]
    last = {"update": 9, "id": "a2", "value": trace.value("a2", 9).tolist()}
    assert agree(jsonl(*lines_of(trace, "a2"), last).read(trace), trace, "a2")


def test_a_sample_need_not_be_named_where_there_is_one() -> None:
    """With one sample in each update its place follows; with a batch, what is the batch's has no sample."""
    trace = training()
    lines = [
        {key: value for key, value in line.items() if key != "sample"} for line in lines_of(trace, "z1", "W1_next")
    ]
    assert agree(jsonl(*lines).read(trace), trace, "z1", "W1_next")
    (problem, *_) = problems(jsonl(*(lines[0:1])), training(3))
    assert "sample None" in problem.found
    assert problem.expected == "a sample of 1, 2, 3"


def test_numbers_of_any_width_are_read() -> None:
    """Single precision and whole numbers are numbers."""
    trace = training()
    single = trace.series("z1").astype(np.float32)
    side = npz(z1=single, W1=np.ones(trace.series("W1").shape, dtype=np.int8)).read(trace)
    assert np.array_equal(side.columns["z1"].values, single)
    assert side.columns["W1"].values.dtype == np.float64


TRACE = training()
Z1, W1 = TRACE.series("z1"), TRACE.series("W1_next")
ROWS = len(Z1) - 1

# fmt: off
WRONG_ARRAYS = [
    ({"z": Z1},                          "'z'",                      "z1"),
    ({"dl_dw1": W1},                     "'dl_dw1'",                 "did you mean 'dL_dW1'?"),
    ({"W": W1},                          "'W'",                      "its id is 'W1'"),
    ({"z1": Z1[: ROWS - 1]},             f"({ROWS - 1}, 2)",         "--set epochs=N"),
    ({"z1": np.concatenate([Z1, Z1])},   f"({2 * len(Z1)}, 2)",      "--set epochs=N"),
    ({"z1": Z1[:ROWS, :1]},              f"({ROWS}, 1)",             f"({ROWS}, 2), a row for each update"),
    ({"z1": Z1[0]},                      "(2,)",                     "the shape (1, 2)"),
    ({"z1": np.array(1.0)},              "()",                       f"({ROWS}, 2)"),
    ({"z1": np.array([["a", "b"]])},     "<U1",                      "numbers"),
    ({"z1": Z1[:ROWS] * np.nan},         "z1[1] of update 1, sample 1 is nan", "finite"),
    ({"L": np.where(np.arange(ROWS) == 5, np.inf, 0.0)}, "L of update 6, sample 2 is inf", "finite"),
    ({},                                 "no values",                "z1"),
]
# fmt: on


@pytest.mark.parametrize(("arrays", "found", "says"), WRONG_ARRAYS)
def test_a_wrong_array_is_refused(arrays: dict[str, Any], found: str, says: str) -> None:
    """An unknown id, another shape, too few or too many updates, and numbers that are none."""
    (problem,) = problems(npz(**arrays), TRACE)
    assert found in problem.found
    assert says in f"{problem.expected}; {problem.remedy}"
    assert problem.place is not None
    assert problem.place.file == "mine.npz"


def test_a_matrix_on_its_side_is_recognised() -> None:
    """The shape of a transposed matrix is said to be that."""
    trace = run(load(path_of("lecture")).with_(epochs=3))
    (problem,) = problems(npz(dL_dW2=np.zeros((3, 2, 1))), trace)
    assert (problem.found, problem.expected) == ("dL_dW2 has the shape (3, 2, 1)", "(3, 1, 2), a row for each update")
    assert "transposed" in problem.remedy


def test_in_a_batch_a_row_is_a_visit() -> None:
    """What belongs to a sample has a row for each sample worked, what belongs to the batch one for each update."""
    trace = training(3)
    by_sample, by_update = problems(npz(z1=np.zeros((4, 2)), W1_next=np.zeros((8, *W1.shape[1:]))), trace)
    assert by_sample.expected == "(8, 2), a row for each visit of a sample"
    assert by_update.expected == f"{(4, *W1.shape[1:])}, a row for each update"


def test_a_pickle_is_never_opened() -> None:
    """An array of Python objects is refused."""
    with pytest.raises(InputError, match="allow_pickle=False"):
        npz(z1=np.array([{}], dtype=object)).read(TRACE)


def test_all_wrong_arrays_are_told_at_once() -> None:
    """Each array has a problem of its own."""
    assert len(problems(npz(z1=Z1[:2], nosuch=Z1, L=np.full(ROWS, np.nan)), TRACE)) == 3


GOOD = lines_of(TRACE, "z1")

# fmt: off
WRONG_LINES = [
    ('{"update": 1, "id": "z1", "value": [0.5, nan]}',     42, "the number nan",        "finite"),
    ('{"update": 1, "id": "z1", "value": [-inf, 1]}',      37, "the number -inf",       "finite"),
    ('{"update": 1, "id": "z1", "value": [NaN, 1]}',        1, "z1 is not finite",      "finite"),
    ('{"update": 1, "id": "z1", "value": [1, 2}',          41, "no JSON",               "one object on each line"),
    ("[1, 2]",                                              1, "no object",             '"id": "z1"'),
    ({"update": 1, "id": "dl_dz1", "value": [1, 2]},        1, "the id 'dl_dz1'",       "did you mean 'dL_dz1'?"),
    ({"update": 1, "id": 7, "value": [1, 2]},               1, "the id '7'",            "id"),
    ({"update": 1, "id": "z1", "valeu": [1, 2]},            1, "the key 'valeu'",       "did you mean 'value'?"),
    ({"update": 1, "id": "z1"},                             1, "no value",              "value"),
    ({"id": "z1", "value": [1, 2]},                         1, "no update",             "update"),
    ({"update": 10, "id": "z1", "value": [1, 2]},           1, "z1 of update 10",       "updates 1 to 9"),
    ({"update": 0, "id": "z1", "value": [1, 2]},            1, "z1 of update 0",        "updates 1 to 9"),
    ({"update": 1.0, "id": "z1", "value": [1, 2]},          1, "z1 of update 1.0",      "updates 1 to 9"),
    ({"update": True, "id": "z1", "value": [1, 2]},         1, "z1 of update True",     "updates 1 to 9"),
    ({"update": 1, "sample": 2, "id": "z1", "value": [1, 2]}, 1, "sample 2",            "a sample of 1"),
    ({"update": 1, "sample": True, "id": "z1", "value": [1, 2]}, 1, "sample True",      "a sample of 1"),
    ({"update": 1, "id": "z1", "value": [1, 2, 3]},         1, "z1 with the shape (3,)", "the shape (2,)"),
    ({"update": 1, "id": "z1", "value": [[1, 2]]},          1, "the shape (1, 2)",      "the shape (2,)"),
    ({"update": 1, "id": "z1", "value": [[1], [2, 3]]},     1, "no array of numbers",   "the shape (2,)"),
    ({"update": 1, "id": "z1", "value": ["1", "2"]},        1, "no array of numbers",   "the shape (2,)"),
    ({"update": 1, "id": "z1", "value": [10**310, 2]},      1, "no array of numbers",   "the shape (2,)"),
]
# fmt: on


@pytest.mark.parametrize(("line", "column", "found", "says"), WRONG_LINES)
def test_a_wrong_line_is_refused_with_its_place(line: Any, column: int, found: str, says: str) -> None:
    """The problem has line and column, what was found and what was expected."""
    (problem, *_) = problems(jsonl(GOOD[1], "", line), TRACE)
    assert found in problem.found
    assert says in f"{problem.expected}; {problem.remedy}"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line, problem.place.column) == ("mine.jsonl", 3, column)
    assert problem.place.text[:60] == (line if isinstance(line, str) else json.dumps(line))[:60]


def test_a_value_may_be_written_once() -> None:
    """The same quantity of the same update and sample for the second time is a problem of that line."""
    (problem,) = problems(jsonl(*GOOD, GOOD[3]), TRACE)
    assert problem.found == "z1 of update 4, sample 4 for the second time"
    assert problem.place is not None
    assert problem.place.line == len(GOOD) + 1


def test_a_missing_update_is_named() -> None:
    """A gap, and a training that ends too early, are told at the last line of the quantity."""
    for left in (GOOD[:4] + GOOD[5:], GOOD[:4]):
        (problem,) = problems(jsonl(*left), TRACE)
        assert "no z1 of update 5, sample 1" in problem.found
        assert "--set epochs=N" in problem.remedy
        assert problem.place is not None
        assert problem.place.line == len(left)


def test_reading_stops_after_many_problems() -> None:
    """A file that is wrong in every line has twenty of its problems told."""
    assert len(problems(jsonl(*["?"] * 100), TRACE)) == 20


def test_deep_nesting_is_refused() -> None:
    """Brackets without end are no numbers."""
    (problem, *_) = problems(jsonl('{"update": 1, "id": "z1", "value": ' + "[" * 900 + "]" * 900 + "}"), TRACE)
    assert "no array of numbers" in problem.found
    assert problems(jsonl("[" * 100_000), TRACE)


def test_text_that_is_no_utf_8_is_refused() -> None:
    """A byte that cannot be text is named."""
    (problem,) = problems(Recording("mine.jsonl", b'{"id": "\xff"}'), TRACE)
    assert "0xff" in problem.found


def test_a_recording_is_told_from_traces_and_scenarios() -> None:
    """By the arrays of an .npz, the ending .jsonl and the first line; an exported trace is none."""
    assert is_recording(npz(z1=Z1).content, "mine.npz")
    assert not is_recording(npz(z1=Z1, format=np.array("backtrace-trace")).content, "trace.npz")
    assert not is_recording(b"PK\x03\x04cut off", "cut.npz")
    assert is_recording(jsonl(GOOD[0]).content, "<stdin>")
    assert is_recording(b"nothing of the kind", "mine.jsonl")
    stream = io.StringIO()
    write_jsonl(TRACE.scenario, TRACE.worked(), stream)
    assert not is_recording(stream.getvalue().encode(), "trace.jsonl")
    assert not is_recording(path_of("lecture").read_bytes(), "lecture.yaml")
    assert not is_recording(json.dumps(dict(TRACE.scenario.document)).encode(), "scenario.json")
