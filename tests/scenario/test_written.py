"""A scenario written as a file reads back to the same."""

from __future__ import annotations

import numpy as np
import pytest

import backtrace
from backtrace.scenario import load, names, path_of
from backtrace.scenario.written import written


@pytest.mark.parametrize("name", names())
def test_it_reads_back_to_the_same(name, tmp_path):
    """Every bundled scenario, written and read, says the same and gives the same losses to the last bit."""
    scenario, path = load(path_of(name)), tmp_path / "again.yaml"
    path.write_text(written(scenario, "a remark\nof two lines"), encoding="utf-8")
    again = load(path)
    assert again.document == scenario.document
    some = {"epochs": min(3, scenario.epochs)}
    before, after = backtrace.run(scenario.with_(**some)), backtrace.run(again.with_(**some))
    assert np.array_equal(before.losses, after.losses)


def test_text_stays_text(tmp_path):
    """A title with signs of YAML, of other languages and line ends reads back to itself."""
    title = "yes: 'no' #1 \"2\" \\n - {δ} & *x !tag | > % @ 日本"
    scenario, path = load(path_of("lecture")).with_(title=title), tmp_path / "titled.yaml"
    path.write_text(written(scenario), encoding="utf-8")
    assert load(path).title == scenario.title
