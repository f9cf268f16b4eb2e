"""Batches, order, when a training ends and what is kept: what is read, written out and refused."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from backtrace.scenario import read_document, read_text, scenario_schema
from backtrace.scenario.scenario import Keep
from tests.scenario.documents import problems_of, problems_of_text, small

VALIDATOR = jsonschema.Draft202012Validator(scenario_schema())
BATCHES = "a list of batches, each a list of sample numbers"
ONE_OF_TWO = "one of the two: `order` names the samples of every batch"
SEEDED = ("a `seed`, so that the order can be had again", "write `seed: 1` at the top of the document")
KEPT_AS = "`all`, `last`, or a mapping with `every`"
LARGEST = "at most 3, the number of samples"
TWICE = "sample {} a second time in the batch"
MAPPING = "a mapping, `key: value` on each line"
UNTIL = "the training ends with the first epoch whose mean loss is at most this"


def three(**training: Any) -> dict[str, Any]:
    """Three samples, with these keys of training."""
    return small(training={"learning_rate": 0.5} | training, data=[{"x": [1, 2], "y": 1}] * 3)


def keeping(**keep: Any) -> dict[str, Any]:
    return small(keep=keep)


# fmt: off
WRONG: list[tuple[dict[str, Any], list[tuple[str, str, str, str]]]] = [
    (three(batch_size=4),
        [("training, batch_size", "4", LARGEST, "write `all` for all samples in one batch")]),
    (three(order=[[1, 2], [4]]),
        [("training, order, batch 2, number 1", "sample 4", "1 to 3, the samples that there are", "")]),
    (three(order=[[3, 3], [1, 5, 1]]),
        [("training, order, batch 1, number 2", TWICE.format(3), "each sample once in a batch", ""),
         ("training, order, batch 2, number 2", "sample 5", "1 to 3, the samples that there are", ""),
         ("training, order, batch 2, number 3", TWICE.format(1), "each sample once in a batch", "")]),
    (three(order=[]),           [("training, order", "an empty list", "at least one entry", "")]),
    (three(order=[[1], []]),    [("training, order, batch 2", "an empty list", "at least one entry", "")]),
    (three(order=[[0]]),        [("training, order, batch 1, number 1", "0", "at least 1", "")]),
    (three(order=[[1.5]]),      [("training, order, batch 1, number 1", "1.5", "a whole number", "")]),
    (three(order=[["a"]]),      [("training, order, batch 1, number 1", "the text 'a'", "a whole number", "")]),
    (three(order=[[1], 2]),     [("training, order, batch 2", "2", "a list of numbers", "")]),
    (three(order=3),            [("training, order", "3", BATCHES, "")]),
    (three(order=None),         [("training, order", "nothing", BATCHES, "write a value, or leave the key out")]),
    (three(order=[[1]], batch_size=2),
        [("training, batch_size", "`batch_size` beside `order`", ONE_OF_TWO, "remove it")]),
    (three(order=[[1]], batch_size="all", shuffle=True),
        [("training, batch_size", "`batch_size` beside `order`", ONE_OF_TWO, "remove it"),
         ("training, shuffle", "`shuffle` beside `order`", ONE_OF_TWO, "remove it")]),
    (three(shuffle=True),       [("training, shuffle", "`shuffle` without a seed", *SEEDED)]),
    (three(shuffle="yes"),      [("training, shuffle", "the text 'yes'", "true or false", "")]),
    (three(until={"loss": -1}), [("training, until, loss", "-1", "at least 0", "")]),
    (three(until={}),           [("training, until", "no `loss`", UNTIL, "")]),
    (three(until=0.1),          [("training, until", "0.1", MAPPING, "")]),
    (three(until={"loss": 1, "los": 1}),
        [("training, until, los", "the unknown key 'los'", "loss", "did you mean 'loss'?")]),
    (keeping(updates={"every": 0}),   [("keep, updates, every", "0", "at least 1", "")]),
    (keeping(updates={"every": 1.5}), [("keep, updates, every", "1.5", "a whole number", "")]),
    (keeping(updates="first"),
        [("keep, updates", "the text 'first'", KEPT_AS, "")]),
    (keeping(updates="al"),
        [("keep, updates", "the text 'al'", KEPT_AS, "did you mean 'all'?")]),
    (keeping(updates=3),              [("keep, updates", "3", KEPT_AS, "")]),
    (keeping(per_sample_gradients=1), [("keep, per_sample_gradients", "1", "true or false", "")]),
    (keeping(update="last"),
        [("keep, update", "the unknown key 'update'", "updates or per_sample_gradients", "did you mean 'updates'?")]),
    (small(keep="last"),              [("keep", "the text 'last'", MAPPING, "")]),
]
# fmt: on


@pytest.mark.parametrize(("document", "problems"), WRONG)
def test_what_cannot_be_batched_or_kept_is_told(
    document: dict[str, Any], problems: list[tuple[str, str, str, str]]
) -> None:
    """Each wrong value gives one problem: its path, what was found, what was expected, and what to do."""
    assert problems_of(document) == problems


TEXT = """\
network: {layers: [{weights: [[1, 2]], biases: 0}]}
data: [{x: [1, 2], y: 1}]
training:
  learning_rate: 1
  batch_size: 2
  shuffle: true
  order: [[1], [1, 2]]
"""


def test_a_problem_is_shown_in_its_line() -> None:
    """The number of the sample is marked, and the keys that stand beside `order`."""
    assert [(p.path, str(p.place)) for p in problems_of_text(TEXT)] == [
        ("training, batch_size", "f.yaml:5:3"),
        ("training, batch_size", "f.yaml:5:15"),
        ("training, shuffle", "f.yaml:6:3"),
        ("training, order, batch 2, number 2", "f.yaml:7:20"),
    ]


# fmt: off
READ: list[tuple[dict[str, Any], dict[str, Any], tuple[int, ...] | None]] = [
    # training as written,                        what differs in the document,                      batch sizes
    ({},                                          {"batch_size": 1, "shuffle": False},               (1, 1, 1)),
    ({"batch_size": 2.0},                         {"batch_size": 2, "shuffle": False},               (2, 1)),
    ({"batch_size": "all"},                       {"batch_size": "all", "shuffle": False},           (3,)),
    ({"shuffle": True, "batch_size": 2},          {"batch_size": 2, "shuffle": True},                (2, 1)),
    ({"order": [[3, 1], [2], [2]]},               {"order": [[3, 1], [2], [2]], "shuffle": False},   (2, 1, 1)),
    ({"order": [[1.0]], "shuffle": False},        {"order": [[1]], "shuffle": False},                (1,)),
    ({"until": {"loss": 0}},                      {"batch_size": 1, "shuffle": False, "until": {"loss": 0.0}}, None),
]
# fmt: on


@pytest.mark.parametrize(("written", "full", "sizes"), READ)
def test_batches_are_read_and_written_out(
    written: dict[str, Any], full: dict[str, Any], sizes: tuple[int, ...] | None
) -> None:
    """The document says how batches are made, is read back the same, and fits the JSON Schema."""
    document = three(**written) | {"seed": 4}
    found = read_document(document, "f")
    always = {"optimizer": "sgd", "learning_rate": 0.5, "epochs": 1}
    assert found.document["training"] == always | full
    again = read_document(found.document, "f")
    assert again.document == found.document
    assert (again.order, again.shuffle, again.seed, again.until) == (found.order, found.shuffle, 4, found.until)
    for each in (document, found.document):
        VALIDATOR.validate(each)
    if sizes is not None:
        assert found.is_batched == (max(sizes) > 1)


def test_an_order_counts_from_one_in_the_file_only() -> None:
    """Sample numbers of the file are places in the data from 0 in the scenario."""
    assert read_document(three(order=[[3, 1], [2]]), "f").order == ((2, 0), (1,))
    text = TEXT.replace("  batch_size: 2\n  shuffle: true\n", "").replace("order: [[1], [1, 2]]", "order: [[1]]")
    assert read_text(text, "f").order == ((0,),)


# fmt: off
KEPT: list[tuple[dict[str, Any], Keep]] = [
    ({},                                                   Keep(1, True)),
    ({"updates": "all"},                                   Keep(1, True)),
    ({"updates": "last"},                                  Keep(0, True)),
    ({"updates": {"every": 10.0}},                         Keep(10, True)),
    ({"updates": {"every": 1}},                            Keep(1, True)),
    ({"updates": "last", "per_sample_gradients": False},   Keep(0, False)),
    ({"per_sample_gradients": False},                      Keep(1, False)),
]
# fmt: on


@pytest.mark.parametrize(("written", "keep"), KEPT)
def test_what_is_kept_is_read_and_written_out(written: dict[str, Any], keep: Keep) -> None:
    """The document says what is kept, is read back the same, and fits the JSON Schema."""
    found = read_document(keeping(**written), "f")
    assert found.keep == keep
    full = {"updates": "all", "per_sample_gradients": True} | written
    assert found.document["keep"] == full
    assert read_document(found.document, "f").document == found.document
    for document in (keeping(**written), found.document):
        VALIDATOR.validate(document)


@pytest.mark.parametrize(
    ("keep", "kept"),
    [(Keep(1), [1, 2, 3, 4, 5, 6, 7]), (Keep(3), [1, 3, 6]), (Keep(7), [1, 7]), (Keep(100), [1]), (Keep(0), [])],
)
def test_an_update_is_kept_by_its_number(keep: Keep, kept: list[int]) -> None:
    """The first, every so many; which one is the last is not asked here."""
    assert [update for update in range(1, 8) if keep.keeps(update)] == kept
    assert keep.all == (kept == list(range(1, 8)))


# fmt: off
REFUSED = [
    three(order=[]), three(order=[[]]), three(order=[[0]]), three(order=[1]), three(order="all"), three(shuffle=1),
    three(until={}), three(until={"loss": -1}), three(until={"loss": 1, "epochs": 2}), three(batch_size=0),
    keeping(updates={"every": 0}), keeping(updates={}), keeping(updates="first"), keeping(per_sample_gradients=0),
    keeping(epochs="all"), small(l2=-0.1), small(l2=None),
]
# fmt: on


@pytest.mark.parametrize("document", REFUSED)
def test_what_the_schema_refuses_the_reader_refuses(document: dict[str, Any]) -> None:
    """A value of the wrong type or size is marked by an editor as the reader refuses it."""
    assert not VALIDATOR.is_valid(document)
    assert problems_of(document)
