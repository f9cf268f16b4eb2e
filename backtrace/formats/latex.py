r"""A lesson as LaTeX: a document that compiles as it stands, or a fragment for `\input`; it needs amsmath.

Where a row may be broken is marked here, whether it is broken TeX decides; see `latex_macros`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TextIO

from backtrace.formats.breaking import breakable
from backtrace.formats.latex_curve import picture
from backtrace.formats.latex_macros import COMMANDS, PREAMBLE
from backtrace.formats.latex_text import escaped
from backtrace.formula.writing import Written, linear
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

_SECTIONS = ("section", "subsection", "subsubsection")
_LONGEST_TITLE = 50
_BREAKS_FROM = 25
_TIMES = r" \enspace\cdot\enspace "


def print_latex(lesson: Lesson, stream: TextIO, fragment: bool = False) -> None:
    """Print every block in order: as a document, or as a fragment without preamble."""
    if fragment:
        print("% Needs \\usepackage{amsmath}.", file=stream)
    else:
        print(PREAMBLE, file=stream, end="")
    print(COMMANDS, file=stream, end="" if fragment else "\\begin{document}\n")
    for block in lesson:
        for part in filter(None, latex_parts(block)):
            print("\n" + part, file=stream)
    if not fragment:
        print("\n\\end{document}", file=stream)


def latex_parts(block: Block) -> Iterator[str]:
    """The paragraphs of one block; some may be empty."""
    match block:
        case Heading():
            yield from _heading(block)
        case Given():
            yield "\\btgiven{%\n" + "".join(f"\\btitem{{{_equated(*item)}}}\n" for item in block.items) + "}"
        case Recall():
            yield rf"\textit{{{escaped(block.word)}}}\nopagebreak" if block.word else ""
            yield from _rows(block.lines)
        case Line():
            yield rf"\btline{{{block.number or ''}}}{{{block.name.linear('latex')}}}{{{_said(block.why)}}}"
            yield from _rows(block.derivations)
            yield rf"\ldots{{}} and {block.omitted} more entries" if block.omitted else ""
            yield _said(block.reading)
        case Prose():
            yield (r"\textbf{Warning:} " if block.tone == "warning" else "") + _said(block.sentence)
        case Table():
            yield _table(block)
        case Curve():
            yield picture(block)
        case Listing():
            yield "\\\\\n".join(rf"\texttt{{{escaped(line).replace(' ', '~')}}}" for line in block.text.splitlines())


def _heading(heading: Heading) -> Iterator[str]:
    """A title, and what stands aside at the right end of its line, or below it where there is no room."""
    text, aside = escaped(heading.text), escaped(heading.aside)
    is_long = not heading.level and len(heading.text) + len(heading.aside) > _LONGEST_TITLE
    if aside and not is_long:
        text += rf"\btaside{{{aside}}}"
    yield rf"\{_SECTIONS[heading.level]}*{{{text}}}"
    if aside and is_long:
        yield rf"\textit{{{aside}}}"


def _said(sentence: Sentence) -> str:
    """A sentence with its mathematics between dollar signs."""
    return "".join(escaped(p) if isinstance(p, str) else f"${p.linear('latex')}$" for p in sentence).strip()


def _equated(name: Formula, *others: Formula | None) -> str:
    """What is given, the rows of its matrices further apart where their entries have something above and below."""
    parts = [breakable(other.linear("latex")) for other in others if other]
    wider = r"\def\arraystretch{1.4}" if any("bmatrix" in part and "^" in part for part in parts) else ""
    return f"{wider}{name.linear('latex')} = {parts[0]}" + "".join(rf" \btequals = {part}" for part in parts[1:])


def _table(table: Table) -> str:
    rows = [" & ".join(map(_said, row)) + r" \\" for row in table.rows]
    rows = [row + "[3pt]" if "bmatrix" in row else row for row in rows]
    titles = [_said(column) for column in table.columns]
    head = [" & ".join(titles) + r" \\ \hline \noalign{\vskip3pt}"] if any(titles) else []
    body = "\n".join([*head, *rows])
    return f"\\btfit{{\\begin{{tabular}}{{{'l' * len(table.columns)}}}\n{body}\n\\end{{tabular}}}}"


def _rows(derivations: Sequence[Derivation]) -> Iterator[str]:
    if derivations:
        yield "\\btrows{%\n" + "".join(f"{row}%\n" for derivation in derivations for row in _derived(derivation)) + "}"


def _derived(derivation: Derivation) -> Iterator[str]:
    """The rows of a derivation: one, or a row for each form of a tall one."""
    target = derivation.target.linear("latex")
    shapes = f"${breakable(derivation.shapes.linear('latex'), can_break=False)}$" if derivation.shapes else ""
    kept = f"{derivation.beside} ${derivation.kept.linear('latex')}$" if derivation.kept else ""
    if shapes and not derivation.tall and len(derivation.forms) > 1:
        first, *others = derivation.forms
        yield rf"\btshaped{{{target}}}{{{_related((first,))}}}{{{_related(others)}}}{{{shapes}}}"
        return
    if not derivation.tall:
        yield _row(target, derivation.forms, kept or shapes)
        return
    for number, form in enumerate(derivation.forms):
        is_last = number == len(derivation.forms) - 1
        yield _row("" if number else target, (form,), kept if is_last and kept else NOTES[form.name], is_tall=True)


def _row(target: str, forms: Sequence[Form], beside: str, is_tall: bool = False) -> str:
    return ("" if target else r"\nobreak") + rf"\btrow{{{target}}}{{{_related(forms, is_tall)}}}{{{beside}}}"


def _related(forms: Sequence[Form], is_tall: bool = False) -> str:
    """The forms with their signs of relation, where a row may be broken; a value may stay on the row of its numbers."""
    parts = []
    for number, form in enumerate(forms):
        start = "" if number == 0 else r"\btvalue " if form.name == "value" else r"\btnext "
        parts.append(f"{start}{SIGNS['latex'][form.relation]} {_form(form, is_tall)}")
    return " ".join(parts)


def _form(form: Form, is_tall: bool) -> str:
    """A form; the first of several factors as wide as those above and below it."""
    can_break = len(form.linear("text")) > _BREAKS_FROM
    if len(form.factors) == 1 or not is_tall:
        return breakable(form.linear("latex"), can_break)
    first, *rest = (breakable("".join(_spelt(f)), can_break) for f in form.factors)
    return _TIMES.join([rf"\btfactor{{{first}}}", *rest])


def _spelt(factor: Formula) -> str:
    return linear(Written(factor.as_factor("latex")), "latex")
