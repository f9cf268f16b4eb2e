"""Rows as tests read them: one text for each figure, and what is wrong with a row."""

from __future__ import annotations

from backtrace.answers.sheets.sheet import Row, Sheet
from backtrace.scenario import Scenario, load, path_of


def bundled(name: str) -> Scenario:
    """The scenario that ships under the name."""
    return load(path_of(name))


def said(row: Row) -> str:
    """A row as one text: `z1@2 (1)=0.52 (2)=?abc`, `sample:` before the index, `!` before what is wrong."""
    if row.fault:
        return f"! {row.fault.kind}: {row.fault.problem.found}"
    update = f"@{row.update}" if row.update > 1 else ""
    figures = [
        f"{f'{figure.sample}:' if figure.sample else ''}({','.join(map(str, figure.index))})"
        f"={'' if figure.number else '?'}{figure.text}"
        for figure in row.figures
    ]
    return " ".join([f"{row.id}{update}", *figures])


def rows(sheet: Sheet) -> list[str]:
    """Every row of a sheet as one text."""
    return [said(row) for row in sheet.rows]
