r"""A lesson as Markdown in GitHub's dialect, its mathematics in LaTeX between dollar signs.

A reader of Markdown that knows nothing of mathematics takes `_`, `*`, `|`, `<` and `\\` in a formula for signs of its
own, and GitHub's is one in running text. So a blank follows every `_`, which then opens no emphasis, the other signs
are written by name, and matrices stand in formulas that are set apart, the end of a row at the end of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

from backtrace.formats.curve import curve
from backtrace.formats.safe import printable
from backtrace.lesson.blocks import (
    NOTES,
    SIGNS,
    Block,
    Curve,
    Derivation,
    Form,
    Given,
    Heading,
    Lesson,
    Line,
    Listing,
    Prose,
    Recall,
    Sentence,
    Table,
)
from backtrace.lesson.mathematics import Formula

_WIDEST, _COLUMNS = 90, 60
_END_OF_ROW = " \\\\\n"
_APART = r" \enspace \cdot \enspace "
_BY_NAME = {"|": r"\vert ", "<": r"\lt ", ">": r"\gt ", "*": r"\ast "}

_DOLLAR = r"<span>\$</span>"  # by itself: GitHub looks for pairs when backslashes are gone
# What Markdown would take for a sign of its own, anywhere and at the start of a paragraph; and addresses, which are
# left as they are, without the end of the sentence that they stand in.
_SIGN = re.compile(r"[\\`*\[<|~#$]|&(?=#?\w+;)|(?<![^\W_])_")
_START = re.compile(r"^(\d{0,9})(?=(?<=\d)[.)]|(?<!\d)[>+=-])")
_ADDRESS = re.compile(r"(https?://(?:\([^\s<>()|]*\)|[^\s<>()|])+(?<![.,;:!?]))")


def print_markdown(lesson: Lesson, stream: TextIO) -> None:
    """Print every block in order, an empty line between any two paragraphs."""
    parts = (part for block in lesson for part in markdown_parts(block) if part)
    print("\n\n".join(parts), file=stream)


def markdown_parts(block: Block) -> Iterator[str]:
    """The paragraphs, formulas and tables of one block; some may be empty."""
    match block:
        case Heading():
            yield f"{'#' * (block.level + 1)} {escaped(block.text)}"
            yield _slanted(block.aside)
        case Given():
            yield _display(_equated(*filter(None, item)) for item in block.items)
        case Recall():
            yield _slanted(block.word)
            yield _display(row for derivation in block.lines for row in _rows(derivation))
        case Line():
            yield from _line(block)
        case Prose():
            said = _said(block.sentence)
            yield f"> **Warning:** {said}" if block.tone == "warning" else _START.sub(r"\1\\", said)
        case Table():
            yield _table(block)
        case Curve():
            ends = f"from {block.values[0]:.6g} to {block.values[-1]:.6g}"
            yield f"The {escaped(block.title)} goes {ends}: `{curve(block.values, 'text', _COLUMNS)}`"
        case Listing():
            yield f"```{block.language}\n{block.text.rstrip()}\n```"


def _line(line: Line) -> Iterator[str]:
    number = f"**{line.number}** " if line.number else ""
    yield f"{number}{_inline(line.name)}: {_said(line.why)}"
    yield _display(row for derivation in line.derivations for row in _rows(derivation))
    if line.omitted:
        yield f"… and {line.omitted} more entries"
    yield _START.sub(r"\1\\", _said(line.reading))


def _table(table: Table) -> str:
    rows = [table.columns, (("---",),) * len(table.columns), *table.rows]
    return "\n".join("| " + " | ".join(map(_said, row)) + " |" for row in rows)


def escaped(text: str) -> str:
    """Text as Markdown that shows it as it stands, an address as a link to what it names."""
    parts = _ADDRESS.split(printable(text))
    parts[::2] = (_SIGN.sub(lambda sign: _DOLLAR if sign[0] == "$" else "\\" + sign[0], part) for part in parts[::2])
    parts[1::2] = (f"<{address}>" for address in parts[1::2])
    return "".join(parts)


def _slanted(text: str) -> str:
    said = escaped(text).strip()
    return f"*{said}*" if said else ""


def _said(sentence: Sentence) -> str:
    """A sentence with its mathematics between dollar signs."""
    return "".join(escaped(part) if isinstance(part, str) else _inline(part) for part in sentence).strip()


def _inline(formula: Formula) -> str:
    return f"${_latex(formula)}$"


def _latex(formula: Formula) -> str:
    return _spelt(formula.linear("latex"))


def _spelt(latex: str) -> str:
    """LaTeX without the signs that Markdown would take for its own."""
    by_name = "".join(_BY_NAME.get(sign, sign) for sign in latex)
    return re.sub(r"(?<!\\)_(?=\S)", "_ ", re.sub(" +", " ", by_name)).strip()


def _display(rows: Iterable[str]) -> str:
    """Rows of mathematics set apart, aligned at their ampersands; every row of a matrix on a line of its own."""
    aligned = _END_OF_ROW.join(row.replace(r" \\ ", _END_OF_ROW) for row in rows)
    return f"$$\n\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}\n$$" if aligned else ""


def _equated(name: Formula, *others: Formula) -> str:
    return f"{_latex(name)} &= " + " = ".join(map(_latex, others))


def _rows(derivation: Derivation) -> Iterator[str]:
    """A derivation in one row, or with each form in a row of its own where it is long or asks for that."""
    target, kept = _latex(derivation.target), derivation.kept
    beside = rf"\text{{{derivation.beside} }} {{{_latex(kept)}}}" if kept else ""
    forms = [_form(form, derivation.tall) for form in derivation.forms]
    if not derivation.tall and len(derivation.linear("text")) <= _WIDEST:
        yield _with(f"{target} &{' '.join(forms)}", beside or _shapes(derivation))
        return
    notes = [rf"\text{{{NOTES[form.name]}}}" if derivation.tall else "" for form in derivation.forms]
    notes[0] = notes[0] or _shapes(derivation)
    notes[-1] = beside or notes[-1]
    for number, (form, note) in enumerate(zip(forms, notes, strict=True)):
        yield _with(f"{'' if number else target + ' '}&{form}", note)


def _form(form: Form, tall: bool) -> str:
    """A form after its sign of relation, its factors set apart where each form has a row of its own."""
    return f"{SIGNS['latex'][form.relation]} {_spelt(form.linear('latex', _APART if tall else ''))}"


def _shapes(derivation: Derivation) -> str:
    return _latex(derivation.shapes) if derivation.shapes else ""


def _with(row: str, note: str) -> str:
    """A row of mathematics and what stands beside it."""
    return f"{row} && {note}" if note not in ("", r"\text{}") else row
