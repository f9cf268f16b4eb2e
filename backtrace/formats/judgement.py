"""A judgement as a JSON document, `backtrace-check`: the verdict on every figure, and what explains the wrong ones."""

from __future__ import annotations

from typing import Any

from backtrace.answers.explanation import Explanation
from backtrace.answers.judgement import Judged, Verdict
from backtrace.answers.report import Report
from backtrace.answers.working import Key
from backtrace.lesson.blocks import Derivation

FORMAT, VERSION = "backtrace-check", 1


def document(report: Report) -> dict[str, Any]:
    """The judgement of one sheet as plain data; every number in it is finite."""
    judgement = report.judgement
    wrong = judgement.wrong
    return {
        "format": FORMAT,
        "version": VERSION,
        "sheet": judgement.sheet.title,
        "verdicts": [_verdict(report, line, verdict) for line in judgement.lines for verdict in line.verdicts],
        "not_judged": [
            {"name": row.name, "fault": row.fault.kind, "problem": str(row.fault.problem)}
            for row in judgement.faults
            if row.fault
        ],
        "first_wrong": _place(wrong[0].key) if wrong else None,
        "conventions": [{"name": each.name, "sentence": each.says} for each in report.conventions],
        "missing": [_place(key) for key in judgement.missing],
        "summary": {
            "lines": len(judgement.lines),
            **dict(report.counts),
            "right": report.is_right,
        },
    }


def _place(key: Key) -> dict[str, Any]:
    return {"quantity": key.id, "update": key.update, "sample": key.sample}


def _verdict(report: Report, line: Judged, verdict: Verdict) -> dict[str, Any]:
    number = verdict.figure.number
    reach = verdict.reach
    explanations = line.explanations if verdict.kind == "wrong" else ()
    return {
        **_place(line.key),
        "entry": list(verdict.index) or None,
        "written": verdict.figure.text,
        "given": float(number.value) if number else None,
        "expected": verdict.expected,
        "reach": _finite(reach.low, reach.high) if reach else None,
        "verdict": verdict.kind,
        "note": verdict.note or None,
        "follows": [_place(key) for key in line.follows] if verdict.kind == "follows" else [],
        "named": _place(line.named) if line.named and verdict.kind == "wrong name" else None,
        "mistakes": [_mistake(report, line, each) for each in explanations],
    }


def _finite(low: float, high: float) -> list[float] | None:
    return [low, high] if abs(low) < float("inf") and abs(high) < float("inf") else None


def _mistake(report: Report, line: Judged, explanation: Explanation) -> dict[str, Any]:
    right, used = report.explaining.derivations(line, explanation)
    return {
        "name": explanation.name,
        "sentence": explanation.mistake.says,
        "note": explanation.altered.note or None,
        "line": _place(explanation.key),
        "formula": _text(right),
        "applied": _text(used),
    }


def _text(derivation: Derivation | None) -> str | None:
    return derivation.linear("text") if derivation else None


def pile_document(documents: list[dict[str, Any]]) -> dict[str, Any]:
    """The documents of many sheets as one; of a sheet that could not be read, only what is wrong with it."""
    return {"format": f"{FORMAT}-pile", "version": VERSION, "sheets": documents}
