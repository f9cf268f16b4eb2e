"""Reads a page that the tool writes: its elements, and its mathematics as a pocket calculator's text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, SubElement

VOID = ("meta", "br", "img", "link", "input")
_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SIGNS = ("=", "≈", "←")


def read(html: str) -> Element:
    """The page as a tree, in which every element that is opened is closed."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"{reader.open[-1].tag} is not closed"
    (page,) = reader.open[0]
    return page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("document")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = SubElement(self.open[-1], tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes {self.open[-1].tag}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        parent = self.open[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + data
        else:
            parent.text = (parent.text or "") + data


def having(root: Element, name: str) -> list[Element]:
    """The elements of a class, in order."""
    return [each for each in root.iter() if name in each.get("class", "").split()]


def slides(page: Element) -> list[Element]:
    """The slides of a deck."""
    return having(page, "slide")


def text(element: Element) -> str:
    """All text of an element, blanks and line ends as single blanks."""
    return " ".join("".join(element.itertext()).split())


def worked(root: Element) -> str:
    """The mathematics in an element, one line of it, as the calculator reads it."""
    return "".join(_written(each) for each in root.iter() if each.tag == "math")


def _written(element: Element) -> str:
    parts = [_written(child) for child in element]
    match element.tag:
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msup" if parts[1] == "⊤":
            return f"{parts[0]}ᵀ"
        case "msup" if parts[0] == "10":
            return "10" + parts[1].translate(_RAISED)
        case "msup":
            return f"{parts[0]}^({parts[1]})"
        case "msqrt":
            return f"√({''.join(parts)})"
        case "mtable":
            return "; ".join(parts)
        case "mtr":
            return " ".join(parts)
    return (element.text or "") + "".join(parts)


@dataclass(frozen=True)
class Line:
    """A line of numbers, the sign before its value, and the value."""

    worked: str
    sign: str
    value: str


def lines(page: Element) -> Iterator[Line]:
    """Every form of a deck that stands between a name and a value, and what is kept, beside that value."""
    forms: list[str] = []
    target = ""
    for row in having(page, "row"):
        named = worked(having(row, "target")[0])
        if named and named != target:  # a derivation that goes on on the next slide is named there again
            target, forms = named, []
        found = [worked(form).lstrip("".join(SIGNS)) for form in having(row, "form")]
        forms += ["·".join(found)] if "apart" in row.get("class", "") else found
        for value in having(row, "value"):
            boxed = next(value.iter("b"))
            said = worked(boxed)
            yield from (Line(form, said[0], said[1:]) for form in forms)
            for kept in value.iter("small"):
                if text(kept).startswith("kept "):
                    yield Line(worked(kept), "≈", said[1:])
            target, forms = "", []
