"""The page on queries: DuckDB, which reads Parquet by code of its own, gives what the page shows and the trace says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pytest

import backtrace
from backtrace.cli.main import main
from backtrace.engine.trace import Trace
from backtrace.scenario import path_of
from tests.test_docs import DOCS

PAGE = (DOCS / "query-a-long-trace.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```\n\n```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """What DuckDB answers in the folder where the page's command has been run."""
    folder = tmp_path_factory.mktemp("page")
    (command,) = re.findall(r"^backtrace (export .*)$", PAGE, re.MULTILINE)
    assert main([str(folder / word) if word == "xor.parquet" else word for word in shlex.split(command)]) == 0
    connection = duckdb.connect()
    return lambda sql: connection.sql(sql.replace("xor.parquet", str(folder / "xor.parquet")))


@pytest.fixture(scope="module")
def long() -> Trace:
    """The trace of the training that the page exports."""
    return backtrace.run(backtrace.load(path_of("xor")).with_(epochs=20_000))


@pytest.mark.parametrize(("sql", "shown"), QUERIES)
def test_every_query_of_the_page_gives_what_it_shows(sql: str, shown: str, query: Callable[[str], Any]) -> None:
    """DuckDB answers each with the very cells that stand below it."""
    answer = query(sql)
    cells = [[str(cell) for cell in row] for row in (answer.columns, *answer.fetchall())]
    assert [line.split() for line in shown.splitlines()] == cells


def test_the_queries_of_the_page_say_what_the_trace_says(query: Callable[[str], Any], long: Trace) -> None:
    """Losses, gradient norms, the first updates of saturation and the ways of the weights are those of the trace."""
    losses, norms, saturated, moved, rate = (query(sql).fetchall() for sql, _ in QUERIES)
    assert losses == [(update, round(float(long.losses[update - 1]), 4)) for update, _ in losses]
    gradients = np.hstack([long.series(f"dJ_d{name}").reshape(long.updates, -1) for name in long.parameters])
    expected = np.linalg.norm(gradients, axis=1)
    assert np.allclose([norm for _, norm in norms], [expected[epoch - 1] for epoch, _ in norms], atol=5e-5, rtol=0)
    flat = long.series("slope1").reshape(long.updates, 4, 2) < 0.01
    assert {(symbol, sample): since for symbol, sample, since in saturated} == {
        (f"∂h{'₁₂'[neuron]}/∂z{'₁₂'[neuron]}", sample + 1): int(np.argmax(flat[:, sample, neuron])) + 1
        for sample, neuron in np.argwhere(flat.any(axis=0))
    }
    (went, got) = ({symbol: row[place] for symbol, *row in moved} for place in (0, 1))
    steps_of = long.series("step_W2")[:, 0, 0]
    assert (went["step(v₁₁)"], got["step(v₁₁)"]) == (round(abs(steps_of).sum(), 3), round(abs(steps_of.sum()), 3))
    assert max(went, key=lambda symbol: went[symbol]) == moved[0][0]
    assert rate == [(str(long.scenario.learning_rate),)]
