"""Elements of a page, built as a tree, so that no text is ever taken for markup."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from backtrace.formats.mathml import mathml_of
from backtrace.formats.safe import printable
from backtrace.lesson.blocks import Sentence
from backtrace.lesson.mathematics import Formula

_BLOCKS = (
    "meta",
    "title",
    "style",
    "script",
    "section",
    "header",
    "h1",
    "h2",
    "h3",
    "p",
    "figure",
    "div",
    "tr",
    "footer",
)
Child = Element | str | Formula | None


def element(tag: str, attributes: dict[str, str] | None = None, *children: Child) -> Element:
    """An element with text, elements and formulas in it; attributes that are empty are left out."""
    made = Element(tag, {name: value for name, value in (attributes or {}).items() if value})
    fill(made, children)
    return made


def fill(parent: Element, children: Iterable[Child]) -> None:
    """Put text, elements and formulas at the end of an element."""
    for child in children:
        if isinstance(child, Formula):
            parent.extend(mathml_of(child))
        elif isinstance(child, str):
            _add_text(parent, printable(child))
        elif child is not None:
            parent.append(child)


def said(tag: str, sentence: Sentence, attributes: dict[str, str] | None = None) -> Element:
    """An element with a sentence in it; a formula in running text is kept on one line with a bracket before it."""
    made = element(tag, attributes)
    opening = ""
    for part, following in zip(sentence, (*sentence[1:], ""), strict=True):
        if isinstance(part, Formula):
            fill(made, (element("span", {"class": "m kept" if opening else "m"}, opening, part),))
            opening = ""
        else:
            opening = "(" if isinstance(following, Formula) and part.endswith("(") else ""
            fill(made, (part.removesuffix(opening),))
    return made


def in_words(sentence: Sentence) -> str:
    """A sentence to be read aloud."""
    return printable("".join(part if isinstance(part, str) else part.linear("words") for part in sentence))


def _add_text(parent: Element, text: str) -> None:
    last = parent[-1] if len(parent) else None
    if last is None:
        parent.text = (parent.text or "") + text
    else:
        last.tail = (last.tail or "") + text


def markup(root: Element) -> str:
    """The element as HTML, every part that is a block of its own on a line of its own."""
    for part in root.iter():
        if part.tag in _BLOCKS and not part.tail:
            part.tail = "\n"
    return ElementTree.tostring(root, encoding="unicode", method="html")
