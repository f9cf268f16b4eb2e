"""Blocks and rows of a lesson as elements of a page."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backtrace.formats.elements import Child, element, in_words, said
from backtrace.formats.html_curve import curve_of
from backtrace.formats.mathml import pieces, sign
from backtrace.formula.writing import Written, linear
from backtrace.lesson.blocks import (
    SIGNS,
    Block,
    Curve,
    Derivation,
    Form,
    FormName,
    Given,
    Heading,
    Line,
    Listing,
    Prose,
    Recall,
    Sentence,
    Table,
)
from backtrace.lesson.mathematics import Formula
from backtrace.lesson.rows import Row, rows_of

_TIMES = r"\cdot"
_MANY_COLUMNS = 4
_SPOKEN: dict[FormName, str] = {"chain": "by the chain rule", "numbers": "with the numbers put in"}


def block_of(block: Block) -> Iterator[Element]:
    """The elements of one block."""
    match block:
        case Heading():
            aside = element("span", {"class": "aside"}, block.aside) if block.aside else None
            yield element("h3", {"class": f"level-{block.level}"}, block.text, aside)
        case Given():
            yield element("div", {"class": "given"}, *map(_given, block.items))
        case Recall():
            yield recall_of(block)
        case Line():
            rows = [row for derivation in block.derivations for row in rows_of(derivation, len(derivation.forms))]
            yield said("p", (block.name, " ", *block.why), {"class": "what"})
            yield element("div", {"class": "rows"}, *(row_of(row, {}) for row in rows))
        case Prose():
            warning = element("strong", None, "Warning: ") if block.tone == "warning" else None
            made = said("p", block.sentence, {"class": f"prose {block.tone}"})
            if warning is not None:
                warning.tail, made.text = made.text, None
                made.insert(0, warning)
            yield made
        case Table():
            yield _table(block)
        case Curve():
            yield element("figure", {"class": "losses"}, curve_of(block))
        case Listing():
            yield element("pre", None, element("code", None, block.text))


def recall_of(recall: Recall) -> Element:
    """Lines to have in mind, after the word that says so."""
    lines = [element("span", {"class": "line"}, *_whole(line)) for line in recall.lines]
    return element("p", {"class": "recall"}, element("span", {"class": "word"}, recall.word), *lines)


def row_of(row: Row, attributes: dict[str, str], value: dict[str, str] | None = None) -> Element:
    """A row: what it is about, the sign of relation, and its forms; the value may be revealed by itself."""
    target = element("span", {"class": "target"}, row.target)
    forms, first = list(row.forms), (row.forms or (row.value,))[0]
    assert first is not None
    shown = element("span", {"class": "value", **(value or {})}, *_value(row)) if row.value else None
    if not forms:
        assert shown is not None
        return element("div", {"class": "row alone", **attributes}, target, element("span", {"class": "sign"}), shown)
    relation = element("span", {"class": "sign"}, _sign(first))
    beside = element("span", {"class": "beside"}, *_beside(row)) if row.note or row.shapes else None
    if row.apart and len(first.factors) == 2:  # noqa: PLR2004
        one, other = (element("span", {"class": "form"}, *_factor(factor)) for factor in first.factors)
        dot = element("span", {"class": "dot"}, sign(_TIMES))
        cells: list[Child] = [one, dot, element("span", {"class": "other"}, other, shown, beside)]
        return element("div", {"class": "row apart", **attributes}, target, relation, *cells)
    others = [element("span", {"class": "form"}, *_form(form, place > 0)) for place, form in enumerate(forms)]
    cell = element("span", {"class": "forms"}, *others, shown, beside)
    return element("div", {"class": "row long" if row.is_long else "row", **attributes}, target, relation, cell)


def spoken(row: Row, target: Formula | None) -> tuple[str, str]:
    """A row in words, and its value in words."""
    told = [" ".join(filter(None, (SIGNS["words"][form.relation], form.linear("words"), _SPOKEN.get(form.name))))
            for form in row.forms]  # fmt: skip
    name = target.linear("words") if target else ""
    value = f"{SIGNS['words'][row.value.relation]} {row.value.linear('words')}" if row.value else ""
    return f"{name} {', '.join(told)}".strip() if told else "", f"{name} {value}".strip()


def _value(row: Row) -> Iterator[Child]:
    assert row.value is not None
    yield element("b", None, *_form(row.value, True))
    if row.beside:
        word, kept = row.beside
        yield element("small", None, f" {word} ", kept)


def _beside(row: Row) -> Iterator[Child]:
    if row.shapes:
        yield row.shapes
    if row.note:
        yield row.note


def _form(form: Form, with_sign: bool) -> Iterator[Child]:
    """A form; where it has to be broken, a sign stays with what follows it."""
    for place, factor in enumerate(form.factors):
        first, *others = _factor(factor) if len(form.factors) > 1 else pieces(factor.linear("latex"))
        before = sign(_TIMES) if place else _sign(form) if with_sign else None
        yield element("span", {"class": "kept"}, before, first) if before is not None else first
        yield from others


def _factor(factor: Formula) -> Iterator[Element]:
    """A factor, in brackets where it binds less tightly than a product."""
    yield from pieces(linear(Written(factor.as_factor("latex")), "latex"))


def _sign(form: Form) -> Element:
    return sign(SIGNS["latex"][form.relation])


def _whole(derivation: Derivation) -> Iterator[Child]:
    yield derivation.target
    for form in derivation.forms:
        yield from _form(form, True)


def _given(item: tuple[Formula, Formula | None, Formula]) -> Element:
    name, *others = item
    equated = [element("span", {"class": "form"}, sign("="), other) for other in others if other]
    return element("div", None, name, *equated)


def _table(table: Table) -> Element:
    head = None
    if any(table.columns):
        titles = [_header(column, "col") if column else element("td") for column in table.columns]
        head = element("thead", None, element("tr", None, *titles))
    is_wide = head is not None and len(table.columns) > _MANY_COLUMNS
    columns = table.columns if is_wide else ((),) * len(table.columns)
    rows = [element("tr", None, _header(row[0], "row"), *map(_cell, row[1:], columns[1:])) for row in table.rows]
    return element("table", {"class": "told wide" if is_wide else "told"}, head, element("tbody", None, *rows))


def _cell(cell: Sentence, column: Sentence) -> Element:
    """A cell of a table; of a wide one with the name of its column, seen where there is no room for columns."""
    if not column:
        return said("td", cell)
    name = said("span", column, {"class": "of", "aria-hidden": "true"})
    return element("td", None, name, said("span", cell))


def _header(cell: Sentence, scope: str) -> Element:
    """A header cell; mathematics, which is no text, is there in words, too."""
    made = said("th", cell, {"scope": scope})
    if any(isinstance(part, Formula) for part in cell):
        for formula in made.iter("span"):
            formula.set("aria-hidden", "true")
        made.append(element("span", {"class": "sr"}, in_words(tuple(p for p in cell if isinstance(p, Formula)))))
    return made
