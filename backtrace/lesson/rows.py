"""A derivation cut into the rows of a slide: names, numbers put in, and the value that comes with one more key.

How wide a row gets is measured in letters of its text: formats set it in type, but how many rows stand on a slide must
not depend on the format.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backtrace.formula.expr import Var
from backtrace.formula.writing import Grid
from backtrace.lesson.blocks import NOTES, Beside, Derivation, Form
from backtrace.lesson.mathematics import Formula

ROOM = 46
"""How many letters a row takes before it is broken."""

_OF_SMALL = 0.6
_OF_ROW, _OF_QUOTIENT = 0.8, 1.6
_QUOTIENT = re.compile(r"∂([^\s·∂()]+)/∂([^\s·∂()]+)")


@dataclass(frozen=True, eq=False)
class Row:
    """A row of mathematics: forms one after another, then the value that is revealed after them.

    `target` is None where the row goes on with the one above. `beside` is the number beside the value and what that is.
    In a row whose factors stand `apart`, they are aligned with those above and below. `entry` is the quantity or entry
    that the value belongs to.
    """

    target: Formula | None
    forms: tuple[Form, ...]
    value: Form | None = None
    beside: tuple[Beside, Formula] | None = None
    shapes: Formula | None = None
    note: str = ""
    apart: bool = False
    entry: Var | None = None

    @property
    def is_long(self) -> bool:
        """Whether it has no room in one line."""
        return self._width > ROOM

    @property
    def _width(self) -> float:
        """How wide it is: its forms and its value, and in small letters the number beside that."""
        kept = self.beside and f"{self.beside[0]} {self.beside[1].linear('text')}"
        return _width((*self.forms, *((self.value,) if self.value else ()))) + _OF_SMALL * len(kept or "")

    @property
    def lines(self) -> float:
        """How many lines of text the row is high, about."""
        forms = (*self.forms, *((self.value,) if self.value else ()))
        return max(1, math.ceil(self._width / ROOM)) * max(map(_height, forms), default=1)


def rows_of(derivation: Derivation, most: int) -> list[Row]:
    """The rows of a derivation, at most so many while its forms can share rows."""
    worked = [form for form in derivation.forms if form.name != "value"]
    value = next((form for form in derivation.forms if form.name == "value"), None)
    groups = _groups(worked, derivation.tall)
    shares = value is not None and bool(groups) and _width((*groups[-1], value)) <= ROOM
    if value is not None and not shares and len(groups) + 1 > most:
        shares = True
    apart = derivation.tall and _stand_apart(worked)
    rows = [Row(None, group, note=_note(group, derivation.tall), apart=apart and len(group) == 1) for group in groups]
    if not shares and value is not None:
        rows.append(Row(None, ()))
    entry = derivation.target.expr if isinstance(derivation.target.expr, Var) else None
    beside = (derivation.beside, derivation.kept) if derivation.kept else None
    if value is not None:
        rows[-1] = replace(rows[-1], value=value, beside=beside, entry=entry, note="")
    rows[0] = replace(rows[0], target=derivation.target, shapes=derivation.shapes)
    return rows


def _groups(forms: Sequence[Form], tall: bool) -> list[tuple[Form, ...]]:
    """The forms that share a row: a derivative and its chain rule; where it is not tall, all forms with names."""
    groups: list[tuple[Form, ...]] = []
    for form in forms:
        last = groups[-1] if groups else ()
        names_both = bool(last) and "numbers" not in (form.name, last[-1].name)
        opens = tall and len(last) == 1 and last[0].name == form.name == "chain" and len(last[0].factors) == 1
        if names_both and (opens or not tall) and _width((*last, form)) <= ROOM:
            groups[-1] = (*last, form)
        else:
            groups.append((form,))
    return groups


def _stand_apart(forms: Sequence[Form]) -> bool:
    """Whether the factors of the forms are narrow enough to stand in two columns."""
    pairs = [form.factors for form in forms if len(form.factors) == 2]  # noqa: PLR2004
    firsts, seconds = ([_measure(pair[i].linear("text")) for pair in pairs] for i in (0, 1))
    return len(pairs) > 1 and max(firsts) + max(seconds) <= ROOM - 4


def _note(group: Sequence[Form], tall: bool) -> str:
    """What the last form of a row is called, where each has its own and there is room beside it."""
    said = NOTES[group[-1].name]
    return said if tall and _width(group) + len(said) <= ROOM else ""


def _width(forms: Sequence[Form]) -> float:
    return sum(_measure(form.linear("text")) + len(" = ") for form in forms)


def _measure(text: str) -> float:
    """About how many letters wide a formula is: raised and lowered ones are small, a derivative is a fraction."""
    text = _QUOTIENT.sub(lambda quotient: "∂" + max(quotient[1], quotient[2], key=len), text)
    letters = [letter for letter in text if not unicodedata.combining(letter)]
    small = sum(unicodedata.decomposition(letter).startswith(("<super>", "<sub>")) for letter in letters)
    rows = text.count("; ") / max(1, text.count("[")) + 1
    return (len(letters) - small * (1 - _OF_SMALL)) / rows


def _height(form: Form) -> float:
    """How many lines of text a form is high: 1, or of the tallest matrix in it most of its rows."""
    grids = [piece for factor in form.factors for piece in factor.pieces("text") if isinstance(piece, Grid)]
    tallest = max((len(grid.rows) for grid in grids), default=1)
    is_quotient = "\\frac" in "".join(factor.linear("latex") for factor in form.factors)
    return max(_OF_QUOTIENT if is_quotient else 1.0, tallest * _OF_ROW)
