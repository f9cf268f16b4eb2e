r"""An independent judge of LaTeX: latex2mathml has to read it, and what it makes of it has to be sound MathML.

latex2mathml lets some mistakes through as text. So its result is read as XML, in which every element has the children
that MathML asks for and no text is a piece of LaTeX.
"""

from __future__ import annotations

from xml.etree import ElementTree

from latex2mathml.converter import convert

# What it does not read, and what is the same to it.
_ALIKE = {
    "{aligned}": "{matrix}",
    r"\begin{bmatrix}": r"{\begin{bmatrix}",
    r"\end{bmatrix}": r"\end{bmatrix}}",
    r"\Big\vert": r"\vert",
}
_CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "mover": 2, "munderover": 3, "mroot": 2}


def mistake(latex: str) -> str:
    """What is wrong with a formula; nothing where it can be set."""
    if latex.count("{") != latex.count("}"):
        return "braces without their others"
    for unread, alike in _ALIKE.items():
        latex = latex.replace(unread, alike)
    try:
        elements = list(ElementTree.fromstring(convert(latex)).iter())
    except Exception as error:  # its errors have no base of their own, and each is a verdict
        return type(error).__name__
    for element in elements:
        tag = element.tag.rpartition("}")[2]
        if len(element) != _CHILDREN.get(tag, len(element)):
            return f"{len(element)} parts in {tag}"
        if any(sign in (element.text or "") for sign in "\\{}&$"):
            return f"{element.text} left as text"
    return ""
