"""A derivation set in rows of a given width: all forms in one row, or one in each, aligned at the relation sign."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from backtrace.formats.layout import Box, beside, boxes, broken, padded
from backtrace.formula.writing import Language
from backtrace.lesson.blocks import NOTES, SIGNS, TIMES, Derivation, Form, FormName

INDENT, GAP = 3, 2
_CONTINUED = 5


@dataclass(frozen=True)
class Row:
    """Boxes side by side, each with the form that it belongs to, and what stands at the right end of the row."""

    parts: tuple[tuple[FormName | None, Box], ...]
    aside: str = ""


def set_in_rows(derivation: Derivation, language: Language, width: int) -> list[Row]:
    """The rows of a derivation, none wider than `width` where there is any way to break it."""
    return list(_Setting(derivation, language, width).rows())


@dataclass(frozen=True)
class _Setting:
    derivation: Derivation
    language: Language
    width: int

    def rows(self) -> Iterator[Row]:
        target = beside(boxes(self.derivation.target.pieces(self.language), self.language))
        kept = self.kept()
        room = self.width - INDENT - target.width
        if kept and not self.derivation.tall:  # of a tall one it stands beside the value alone
            room -= len(kept) + GAP
        segments = [(form, self.segment(form)) for form in self.derivation.forms]
        total = sum(box.width for _, parts in segments for box in parts)
        if not self.derivation.tall and not self.derivation.shapes and total <= room:
            parts = [(form.name, beside(self.segment(form, is_aligned=False))) for form, _ in segments]
            yield Row(((None, Box((" " * INDENT,))), (None, target), *parts), kept)
            return
        head = target
        for group in self.groups(room):
            yield from self.broken_row(group, head, room, kept if group[-1] is self.derivation.forms[-1] else "")
            head = Box((" " * target.width,))

    def kept(self) -> str:
        if not self.derivation.kept:
            return ""
        return (f"{self.derivation.beside} " if self.derivation.tall else "") + self.derivation.kept.linear(
            self.language
        )

    def groups(self, room: int) -> Iterator[list[Form]]:
        """The forms that share a row: the numbers put in and their value, where both fit and it is not tall."""
        group: list[Form] = []
        for form in self.derivation.forms:
            shares = group and not self.derivation.tall and form.name == "value"
            shares = shares and not (self.derivation.shapes and group[-1] is self.derivation.forms[0])
            if shares and self.width_of([*group, form]) <= room:
                group.append(form)
                continue
            if group:
                yield group
            group = [form]
        if group:
            yield group

    def width_of(self, forms: Sequence[Form]) -> int:
        return sum(box.width for form in forms for box in self.segment(form))

    def broken_row(self, group: Sequence[Form], head: Box, room: int, kept: str) -> Iterator[Row]:
        """One row for the forms, or several where they are too wide; what stands aside stands in the last."""
        aside = kept or self.note(group[0])
        widths = self.factor_widths(room)
        segments = [(form.name, self.segment(form, widths)) for form in group]
        start = (None, Box((" " * INDENT,)))
        if len(segments) > 1 or sum(box.width for box in segments[0][1]) <= room:
            yield Row((start, (None, head), *((name, beside(parts)) for name, parts in segments)), aside)
            return
        name, (sign, *parts) = segments[0]
        lines = broken(parts, room - sign.width - _CONTINUED + GAP)
        for number, line in enumerate(lines):
            lead = beside([head, sign]) if number == 0 else Box((" " * (head.width + _CONTINUED),))
            yield Row((start, (None, lead), (name, line)), aside if number == len(lines) - 1 else "")

    def note(self, form: Form) -> str:
        """What the form is, or the shapes of its operands."""
        if self.derivation.tall:
            return NOTES[form.name]
        shapes = self.derivation.shapes if form is self.derivation.forms[0] else None
        return shapes.linear(self.language) if shapes else ""

    def segment(self, form: Form, widths: Sequence[int] = (), is_aligned: bool = True) -> list[Box]:
        """The boxes of a form: its relation sign, as wide as the widest, and its factors, filled up to the widths."""
        signs = {each.relation: SIGNS[self.language][each.relation] for each in self.derivation.forms}
        width = max(map(len, signs.values())) if is_aligned else 1
        sign = Box((f" {signs[form.relation]:>{width}} ",))
        if len(form.factors) == 1:
            return [sign, *self.boxes_of[form]]
        row: list[Box] = [sign]
        for number, box in enumerate(self.boxes_of[form]):
            if number:
                row.append(Box((TIMES[self.language],)))
            width = max(widths[number] if number < len(widths) - 1 else 0, box.width)
            row.append(Box(tuple(padded(line, width) for line in box.lines), box.baseline))
        return row

    @cached_property
    def boxes_of(self) -> dict[Form, list[Box]]:
        """The boxes of each form: one for each factor, in brackets where it needs them, or those of its only one."""
        language = self.language
        return {
            form: [beside(boxes(factor.as_factor(language), language)) for factor in form.factors]
            if len(form.factors) > 1
            else boxes(form.factors[0].pieces(language), language)
            for form in self.derivation.forms
        }

    def factor_widths(self, room: int) -> list[int]:
        """The widths that line up the factors of all forms; none where they do not fit so."""
        many = [form for form in self.derivation.forms if len(form.factors) > 1]
        columns = zip(*(self.boxes_of[form] for form in many), strict=False)
        widths = [max(box.width for box in column) for column in columns]
        signs = 3 * len(widths)
        return widths if sum(widths) + signs <= room else []
