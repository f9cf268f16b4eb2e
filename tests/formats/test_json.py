"""The exported trace: it fits its schema, and read back it is the same trace to the last bit."""

from __future__ import annotations

import io
import json

import jsonschema
import numpy as np
import pytest

import backtrace
from backtrace.engine.planning import plan_of
from backtrace.engine.training import work
from backtrace.formats.json import write_json, write_jsonl
from backtrace.formats.read import trace_from_text
from backtrace.formats.schemas import trace_schema
from backtrace.scenario import names, path_of, read_document


def exported(trace: backtrace.Trace) -> str:
    stream = io.StringIO()
    write_json(trace, stream)
    return stream.getvalue()


def bundled(name: str) -> backtrace.Scenario:
    scenario = backtrace.load(path_of(name))
    return scenario.with_(epochs=min(scenario.epochs, 3))


@pytest.mark.parametrize("name", names())
def test_every_export_fits_the_schema(name):
    """The document of each bundled scenario validates against `backtrace schema trace`."""
    document = json.loads(exported(backtrace.run(bundled(name))))
    jsonschema.Draft202012Validator(trace_schema()).validate(document)


def test_the_schema_refuses_what_is_no_trace():
    """Leaving out a part, or a value that is no number, does not validate."""
    validator = jsonschema.Draft202012Validator(trace_schema())
    document = json.loads(exported(backtrace.run(bundled("lecture"))))
    assert not validator.is_valid({key: value for key, value in document.items() if key != "result"})
    document["steps"][3]["value"] = ["0.7"]
    assert not validator.is_valid(document)


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("lines", [False, True])
def test_read_back_it_is_the_same_trace_to_the_last_bit(name, lines):
    """Every step of the trace that was read equals the step that was written, and so does the next export."""
    trace = backtrace.run(bundled(name))
    stream = io.StringIO()
    if lines:
        write_jsonl(trace.scenario, work(trace.scenario, plan_of(trace.scenario)), stream)
    else:
        write_json(trace, stream)
    again = trace_from_text(stream.getvalue().encode(), "trace")
    assert len(again) == len(trace)
    for old, new in zip(trace, again, strict=True):
        assert (old.equation.id, old.update, old.sample) == (new.equation.id, new.update, new.sample)
        assert np.asarray(old.value).tobytes() == np.asarray(new.value).tobytes()
    assert exported(again) == exported(trace)


def test_the_scenario_in_a_trace_can_be_run_again():
    """`scenario` has every default and value written out: run again, it gives the same trace."""
    trace = backtrace.run(bundled("online-vs-batch"))
    document = json.loads(exported(trace))["scenario"]
    again = backtrace.run(read_document(document, "trace"))
    assert exported(again) == exported(trace)


def test_steps_count_from_1_and_name_sample_and_batch():
    """Samples are places in the data from 1; lines of a batch have none."""
    scenario = bundled("online-vs-batch").with_(batch_size=3)
    steps = json.loads(exported(backtrace.run(scenario)))["steps"]
    assert [step["step"] for step in steps] == list(range(1, len(steps) + 1))
    samples = {step["update"]: [] for step in steps}
    for step in steps:
        if step["equation"] == "z1":
            samples[step["update"]].append(step["sample"])
    assert samples == {1: [1, 2, 3], 2: [4], 3: [4]}
    assert {step["sample"] for step in steps if step["equation"] in ("J", "W1_next", "gain")} == {None}


def test_arithmetic_is_shown_for_the_told_updates_only():
    """The numbers put in stand in the first and the last update, and not between."""
    steps = json.loads(exported(backtrace.run(bundled("lecture").with_(epochs=5))))["steps"]
    assert {step["update"] for step in steps if "arithmetic" in step} == {1, 5, 6}
    first = next(step for step in steps if step["equation"] == "z1")
    assert first["arithmetic"] == "[0.2 0.4; 0.6 0.8]·[0.5; 0.8] + [0.1; 0.2]"


def test_every_operand_is_a_quantity():
    """What an equation reads is described under `quantities`, and so is what it gives."""
    for name in names():
        document = json.loads(exported(backtrace.run(bundled(name).with_(epochs=1))))
        for equation in document["equations"]:
            assert {equation["id"], *equation["operands"]} <= set(document["quantities"])


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda text: text[: len(text) // 2], "no whole trace"),
        (lambda text: text.replace('"version":1', '"version":7'), "version 7"),
        (lambda text: text.replace('"equation":"a1"', '"equation":"a9"', 1), "a1 of update 1"),
        (lambda text: text.replace('"learning_rate":0.7', '"learning_rate":-1', 1), "learning_rate"),
    ],
)
def test_a_damaged_trace_is_refused_with_a_reason(damage, says):
    """Cut off, of another version, or with a step missing: an InputError, not half a trace."""
    text = damage(exported(backtrace.run(bundled("lecture"))))
    with pytest.raises(backtrace.InputError, match=says):
        trace_from_text(text.encode(), "trace.json")


def test_a_changed_value_is_refused():
    """A value that its formula does not give of the values beside it is not told as true."""
    document = json.loads(exported(backtrace.run(bundled("lecture"))))
    document["steps"][0]["value"] = [9.0, 1.14]
    with pytest.raises(backtrace.InputError, match="z1 of update 1"):
        trace_from_text(json.dumps(document, separators=(",", ":")).encode(), "trace.json")


def test_numbers_that_are_not_finite_are_refused():
    """A value that JSON cannot carry does not make a trace."""
    text = exported(backtrace.run(bundled("lecture")))
    document = json.loads(text)
    document["steps"][0]["value"] = [None, 1.0]
    with pytest.raises(backtrace.InputError, match="z1 of update 1"):
        trace_from_text(json.dumps(document, separators=(",", ":")).encode(), "trace.json")


def lines_of(trace) -> list[str]:
    """The lines of the trace as JSON Lines."""
    stream = io.StringIO()
    write_jsonl(trace.scenario, trace.worked(), stream, trace.losses.tolist())
    return stream.getvalue().splitlines()


@pytest.mark.parametrize("keep", ["all", {"every": 2}, "last"])
def test_the_reading_can_be_watched(keep):
    """Each update that is kept, and the pass after the last, goes by as its steps are read."""
    trace = backtrace.run(bundled("online-vs-batch").with_(keep={"updates": keep}))
    seen, counts = [], []

    def watch(updates, count):
        counts.append(count)
        for update in updates:
            seen.append(update)
            yield update

    trace_from_text("\n".join(lines_of(trace)).encode(), "trace.jsonl", watch=watch)
    assert seen == [*trace.kept, trace.updates + 1]
    assert counts == [len(seen)]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda lines: [*lines[:9], lines[9][:-5], *lines[10:]], "no whole trace"),
        (lambda lines: [*lines[:9], lines[9][:20], lines[9][20:], *lines[10:]], "no whole trace"),
        (lambda lines: [*lines[:9], f"{lines[9]},{lines[10]}", *lines[11:]], "no whole trace"),
        (lambda lines: [*lines[:9], "[" * 100_000, *lines[10:]], "no whole trace"),
        (
            lambda lines: [*lines[:9], *lines[10:]],
            "step 10 stands where a step is missing; expected dL_dz2 of update 1",
        ),
        (lambda lines: [*lines[:9], lines[10], lines[9], *lines[11:]], "step 10 stands where a step is missing"),
        (lambda lines: [*lines[:9], '{"result": {}}', *lines[10:]], "stands where a step is missing"),
        (lambda lines: lines[:-8], "the steps are not those of the updates"),
        (lambda lines: lines[:-1], "the end stands where a step is missing; expected gain"),
        (lambda lines: [*lines, lines[-1]], "there are steps after the last one"),
        (lambda lines: [lines[0]], "no whole trace"),
    ],
)
def test_damaged_lines_are_refused_with_a_reason(damage, says):
    """A line that is cut, divided, joined to another, missing or out of place makes no trace."""
    lines = lines_of(backtrace.run(bundled("lecture").with_(epochs=2)))
    with pytest.raises(backtrace.InputError, match=says):
        trace_from_text("\n".join(damage(lines)).encode(), "trace.jsonl")


def test_empty_lines_between_the_steps_do_not_matter():
    """Lines of JSON with empty ones between them are the same trace."""
    trace = backtrace.run(bundled("lecture"))
    assert exported(trace_from_text("\n\n".join(lines_of(trace)).encode(), "trace.jsonl")) == exported(trace)
