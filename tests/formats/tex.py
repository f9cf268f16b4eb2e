r"""Reads exported LaTeX as a person does: the rows of each derivation, and what they say in the calculator's language.

It knows the commands of the export by what stands between their braces, and knows nothing of how they are made.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROW = re.compile(r"\\bt(row|shaped)\{")
_WRAPPED = re.compile(r"\\bt(?:factor|fit)\{")
_MARK = re.compile(r"\\bt(?:plus|times) ?")
_BROKEN = re.compile(r"\\bt(?:next|value) ?")
_RELATION = re.compile(r"^(=|\\approx|\\leftarrow)\s*")
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_NAMES = {
    r"\cdot": "·", r"\odot": " ⊙ ", r"\ln": "ln", r"\tanh": "tanh", r"\max": "max", r"\min": "min", r"\sum": "Σ ",
    r"\cos": "cos", r"\pi": "π", r"\gt": ">", r"\enspace": " ", r"\lfloor": "⌊", r"\rfloor": "⌋", r"\vert": "|",
    r"\lvert": "|", r"\rvert": "|", r"\left": "", r"\right": "", r"\displaystyle": "", r"\exp": "exp",
}  # fmt: skip


def group(text: str, start: int) -> tuple[str, int]:
    """What stands in the braces that open at `start`, and the place behind them."""
    depth = 0
    for place in range(start, len(text)):
        if text[place - 1] == "\\":
            continue
        depth += (text[place] == "{") - (text[place] == "}")
        if depth == 0:
            return text[start + 1 : place], place + 1
    raise ValueError(f"braces without their others: {text[start : start + 60]}")


def derivations(document: str) -> Iterator[list[tuple[str, str]]]:
    """The forms of each derivation, each with its sign of relation."""
    forms: list[tuple[str, str]] = []
    body = document.partition(r"\begin{document}")[2]
    for found in _ROW.finditer(body):
        parts, place = [], found.end() - 1
        for _ in range(3 if found[1] == "row" else 4):
            part, place = group(body, place)
            parts.append(part)
        if parts[0] and forms:
            yield forms
            forms = []
        for part in parts[1:-1]:
            for form in _BROKEN.split(part):
                relation = _RELATION.match(form)
                assert relation, form
                forms.append((relation[1], form[relation.end() :].strip()))
    yield forms


def spoken(latex: str) -> str:
    """A formula in the language of the pocket calculator."""
    latex = _MARK.sub("", latex).replace(r"\mathopen{}", "")
    while wrapped := _WRAPPED.search(latex):
        inside, end = group(latex, wrapped.end() - 1)
        latex = latex[: wrapped.start()] + inside.replace("$", "") + latex[end:]
    latex = re.sub(r"\\begin\{bmatrix\}(.*?)\\end\{bmatrix\}", lambda m: _rows(m[1]), latex)
    latex = latex.replace(r"^{\top}", "ᵀ").replace(r"\frac{1}{2}", "½")
    latex = re.sub(r"10\^\{(-?\d+)\}", lambda m: "10" + m[1].translate(_RAISED), latex)
    latex = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", latex)
    while (start := latex.find(r"\frac{")) >= 0:
        over, middle = group(latex, start + len(r"\frac"))
        under, end = group(latex, middle)
        latex = f"{latex[:start]}(({over})/({under})){latex[end:]}"
    latex = re.sub(r"\\sqrt\{", r"√{", re.sub(r"\{\\operatorname\{(\w+)\}\}|\\operatorname\{(\w+)\}", r"\1\2", latex))
    latex = re.sub(r"\\[A-Za-z]+", lambda m: _NAMES.get(m[0], "?"), latex)
    latex = latex.replace("{", "(").replace("}", ")")
    return re.sub(r"(?<=[)\d]) +(?=\()", "", latex).replace(" ·", "·").replace("· ", "·").replace("-", "−")


def _rows(matrix: str) -> str:
    rows = (" ".join(cell.strip() for cell in row.split("&")) for row in matrix.split(r"\\"))
    return "[" + "; ".join(rows) + "]"


def compiled(document: str, folder: Path, engine: str = "pdflatex") -> str:
    """The log of an engine of TeX; the test is skipped where there is none, unless BACKTRACE_NEVER_SKIP is set."""
    found = shutil.which(engine)
    if found is None:
        if os.environ.get("BACKTRACE_NEVER_SKIP"):
            raise AssertionError(f"there is no {engine}, and nothing may be skipped")
        pytest.skip(f"there is no {engine}")
    (folder / "lesson.tex").write_text(document, encoding="ascii")
    subprocess.run(
        [found, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "lesson.tex"],
        cwd=folder, capture_output=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return (folder / "lesson.log").read_text(encoding="latin-1")
