"""Mathematics as MathML, made of the LaTeX language by latex2mathml (its only door) and put right for browsers.

Browsers set a formula in one line. So it comes in pieces, each an element of its own, between which a line may break:
before + and − at the top of a formula; between factors only where there is no sum, or matrices are multiplied; and so
within brackets that are wide. A fraction cannot be broken: one that is long has a class that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from itertools import pairwise
from xml.etree.ElementTree import Element

from backtrace.lesson.mathematics import Formula

_BRACKETS = ("(", ")", "[", "]", "|")
_SUMS, _PRODUCTS, _RELATIONS, _CLOSING = ("+", "−"), ("·", "⊙"), ("=", "≈", "←"), (")", "]", "|")
_HIGH = ("mfrac", "mtable", "munder", "munderover", "msqrt")
_BOLD_ITALIC, _A = 0x1D468, ord("A")
_WIDE = 34
_LETTERS, _TO_SMALL = 26, ord("a") - ord("A")


def mathml_of(formula: Formula) -> list[Element]:
    """The formula as `math` elements between which a line may break."""
    return list(pieces(formula.linear("latex")))


def pieces(latex: str) -> list[Element]:
    """LaTeX of the lesson as `math` elements between which a line may break; new ones at each call."""
    return [_copy(element) for element in _converted(latex)]


@lru_cache(maxsize=4096)
def _converted(latex: str) -> tuple[Element, ...]:
    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 (needed only for pages)

    root = convert_to_element(latex)
    for each in root.iter():
        each.text = unescape(each.text or "") or None  # it leaves signs as character references
    children = _signed([_plain(child) for child in _grouped(list(_flat(root)))])
    if children[0].text in _BRACKETS:
        _keep_low(children)
    return tuple(_math(piece) for piece in _broken(children))


def _copy(element: Element) -> Element:
    """A copy, as an element stands in one place of a tree."""
    copy = Element(element.tag, element.attrib)
    copy.text, copy.tail = element.text, element.tail
    copy.extend([_copy(child) for child in element])
    return copy


def _flat(element: Element) -> Iterator[Element]:
    """The children of an element; of a row that only holds the whole, and is no brackets, its children."""
    children = list(element)
    if len(children) == 1 and children[0].tag == "mrow" and children[0][0].text != "(":
        yield from _flat(children[0])
    else:
        yield from children


def _grouped(children: list[Element]) -> list[Element]:
    """The children with every matrix and its brackets in a row of its own, so that they grow to its height only."""
    out: list[Element] = []
    place = 0
    if len(children) == 3:  # noqa: PLR2004 (a matrix that has one already)
        return children
    while place < len(children):
        following = children[place + 1 : place + 3]
        if len(following) == 2 and following[0].tag == "mtable" and children[place].tag == "mo":  # noqa: PLR2004
            row = Element("mrow")
            row.extend([children[place], *following])
            out.append(row)
            place += 3
        else:
            out.append(children[place])
            place += 1
    return out


def _plain(element: Element) -> Element:
    """An element without what browsers take for granted, rows of one child replaced by it, and letters as they are."""
    text = element.text or ""
    if element.tag == "mo" and len(text) > 1 and text.isalpha():
        return _leaf("mi", text)
    if element.tag == "mi" and element.get("mathvariant") == "bold-italic":
        return _leaf("mi", "".join(map(_bold, text)))
    children = [_plain(child) for child in _grouped(list(element))]
    if element.tag == "mrow" and len(children) == 1:
        return children[0]
    plain = Element(element.tag)
    plain.text = element.text
    plain.extend(_signed(children))
    if element.get("mathvariant") == "normal":
        plain.set("mathvariant", "normal")
    if element.get("stretchy") == "false" and text in _BRACKETS:
        plain.set("stretchy", "false")
    if plain.tag == "mrow":
        _keep_low(children)
    if element.get("accent"):
        plain.set("accent", "true")
    return plain


def _keep_low(children: list[Element]) -> None:
    """Let brackets around what is not high be as they are: stretched by a hair, some fonts put blanks about them."""
    if not any(each.tag in _HIGH for child in children for each in child.iter()):
        for child in children:
            if child.tag == "mo" and child.text in _BRACKETS:
                child.set("stretchy", "false")


def _signed(children: list[Element]) -> list[Element]:
    """The children, a sign that no other number stands before as one of a single number."""
    for before, child in pairwise(children):
        if child.tag == "mo" and child.text in _SUMS and before.tag == "mo" and before.text not in _CLOSING:
            child.set("form", "prefix")
    return children


def _leaf(tag: str, text: str) -> Element:
    leaf = Element(tag)
    leaf.text = text
    return leaf


def _bold(letter: str) -> str:
    place = ord(letter) - _A
    if 0 <= place < _LETTERS:
        return chr(_BOLD_ITALIC + place)
    if _TO_SMALL <= place < _TO_SMALL + _LETTERS:
        return chr(_BOLD_ITALIC + _LETTERS + place - _TO_SMALL)
    return letter


def _broken(children: list[Element]) -> Iterator[list[Element]]:
    """The children in the pieces between which a line may break."""
    terms = list(_cut(children, _SUMS))
    for term in terms:
        matrices = sum(each.tag == "mtable" for child in term for each in child.iter())
        if len(terms) == 1 or matrices > 1 or any(map(_is_wide, term)):
            for part in _cut(term, _PRODUCTS):
                yield from _broken_within(part)
        else:
            yield term


def _is_wide(element: Element) -> bool:
    """Whether it is in brackets and may have no room in one line."""
    return element.tag == "mrow" and element[0].text == "(" and len("".join(element.itertext())) > _WIDE


def _broken_within(part: list[Element]) -> Iterator[list[Element]]:
    """A factor in the pieces of what stands in its brackets, if that is wide; each bracket goes with a piece."""
    wide = next((place for place, child in enumerate(part) if _is_wide(child)), None)
    inner = [] if wide is None else list(_broken(list(part[wide])[1:-1]))
    if wide is None or len(inner) == 1:
        yield part
        return
    opening, *_, closing = part[wide]
    first, *others, last = inner
    yield [*part[:wide], opening, *first]
    yield from others
    yield [*last, closing, *part[wide + 1 :]]


def _cut(children: list[Element], signs: tuple[str, ...]) -> Iterator[list[Element]]:
    """The children in pieces: a new one begins with each of these signs between two of them, outside of brackets."""
    piece: list[Element] = []
    depth = 0
    for child in children:
        sign = (child.text or "") if child.tag == "mo" else ""
        depth += (sign in ("(", "[")) - (sign in (")", "]"))
        if sign in signs and piece and depth == 0 and not _is_sign(piece[-1]):
            yield piece
            piece = []
            child.set("form", "infix")
        piece.append(child)
    if piece:
        yield piece


def _is_sign(element: Element) -> bool:
    return element.tag == "mo" and element.text in (*_SUMS, *_PRODUCTS, *_RELATIONS)


def _math(children: list[Element]) -> Element:
    math = Element("math")
    if any(len("".join(each[0].itertext())) > _WIDE for child in children for each in child.iter("mfrac")):
        math.set("class", "long")
    if len(children) == 1 and children[0].tag == "mrow":
        math.extend(list(children[0]))
    else:
        math.extend(children)
    return math


def sign(latex: str) -> Element:
    """A sign of relation by itself, with the spaces that it has between two formulas."""
    (math,) = pieces(latex)
    math[0].set("form", "infix")
    return math
