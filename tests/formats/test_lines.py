"""Lines of steps written column by column: to the last bit the lines that are written one by one."""

from __future__ import annotations

import json

import orjson
import pytest

from backtrace.engine.planning import plan_of
from backtrace.engine.training import Block, in_blocks, one_by_one
from backtrace.formats import lines
from backtrace.formats.document import steps
from backtrace.formats.lines import lines_of
from tests.engine.scenarios import random_scenario


@pytest.mark.parametrize("most", [1, 500, 1 << 12])
@pytest.mark.parametrize("seed", range(25))
def test_both_ways_write_the_same(seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers, places, shapes and order are those of the steps, in batches of any size, however many at a time."""
    monkeypatch.setattr(lines, "_MOST_NUMBERS", most)
    scenario = random_scenario(seed, until=None, epochs=3)
    plan = plan_of(scenario)
    found = list(in_blocks(scenario, plan))
    blocks = [block for block in found if isinstance(block, Block)]
    written = b"\n".join(piece for block in blocks for piece in lines_of(block, b"\n")).split(b"\n")
    expected = list(steps(scenario, plan, one_by_one(blocks)))
    assert written == [orjson.dumps(line) for line in expected]
    assert [json.loads(line) for line in written] == expected
