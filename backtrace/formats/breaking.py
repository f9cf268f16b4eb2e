r"""Where a formula in LaTeX may be broken, marked for the commands of `latex_macros`; brackets that need not grow.

TeX breaks nothing between `\left(` and `\right)`. So brackets around what is no higher than a line are written plainly;
what stays in one piece and is wide is set smaller where it does not fit.
"""

from __future__ import annotations

import re

_HIGH = ("\\frac", "\\begin", "\\sum", "\\Big", "\\sqrt", "\\left", "\\int")
_TOKEN = re.compile(
    r"\\(?:left|right)(?![A-Za-z])(?:\\[A-Za-z]+|\\?.)|\\begin\{bmatrix\}.*?\\end\{bmatrix\}|\\[A-Za-z]+ ?|\\.|.",
    re.DOTALL,
)
_OPENS, _CLOSES = re.compile(r"\{|\\left(?![A-Za-z])"), re.compile(r"\}|\\right(?![A-Za-z])")
_COMMAND = re.compile(r"\\(?:begin|end)\{\w+\}|\\[A-Za-z]+|[{}&\s^_\\]")
_WIDE = 48


def breakable(latex: str, can_break: bool = True) -> str:
    """The formula with plain brackets where they do, and with marks where it may be broken."""
    latex = _plain(latex)
    return "".join(_marked(_atoms(latex), can_break))


def _plain(latex: str) -> str:
    """Round brackets that grow where something between them is high, and plain ones elsewhere."""
    latex = latex.replace(r"\left(", "(").replace(r"\right)", ")")
    opened: list[int] = []
    high: list[tuple[int, int]] = []
    for place, sign in enumerate(latex):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and opened:
            start = opened.pop()
            if any(each in latex[start:place] for each in _HIGH):
                high.append((start, place))
    grows = {start: r"\mathopen{}\left(" for start, _ in high} | {end: r"\right)" for _, end in high}
    return "".join(grows.get(place, sign) for place, sign in enumerate(latex))


def _atoms(latex: str) -> list[str]:
    """The formula in parts that TeX keeps whole: braces, growing brackets, fractions and matrices each as one."""
    atoms: list[str] = []
    depth, owed = 0, 0
    for piece in _TOKEN.findall(latex):
        joins = depth > 0 or owed > 0
        depth += bool(_OPENS.match(piece)) - bool(_CLOSES.match(piece))
        if piece.startswith(r"\frac"):
            owed = owed if depth else 2
        elif piece == "}" and depth == 0 and owed:
            owed -= 1
        if joins:
            atoms[-1] += piece
        else:
            atoms.append(piece)
    return atoms


def _marked(atoms: list[str], can_break: bool) -> list[str]:
    """The parts with a mark before each sign at which a row may be broken."""
    marked, level = [], 0
    for place, atom in enumerate(atoms):
        level += (atom == "(") - (atom == ")")
        before, rest = atoms[place - 1 : place], "".join(atoms[place + 1 : place + 6]).lstrip()
        sign = atom.strip()
        if can_break and before == [" "] and sign in ("+", "-") and rest[:1] and atoms[place + 1] == " ":
            marked.append(r"\bttimes " if level else r"\btplus ")
        elif can_break and sign in (r"\cdot", r"\odot") and level == 0 and not rest.startswith("10^"):
            marked.append(r"\bttimes ")
        marked.append(_fitted(atom))
    return marked


def _fitted(atom: str) -> str:
    """A part that is wide, to be set smaller where it does not fit."""
    if len(atom) <= _WIDE or _width(atom) <= _WIDE:
        return atom
    return rf"\btfit{{$\displaystyle {atom}$}}"


def _width(atom: str) -> int:
    """About how many characters wide the part is: the widest row of a matrix, of a fraction its wider half."""
    rows = re.split(r"\\\\|(?<=\})(?=\{)", atom) if atom.startswith((r"\begin", r"\frac")) else [atom]
    return max(len(_COMMAND.sub("", row)) + row.count("&") for row in rows)
