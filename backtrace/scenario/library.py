"""The scenarios that ship with the tool, found by name from an installed wheel and from a checkout alike."""

from __future__ import annotations

from pathlib import Path

from backtrace.errors import InputError, Problem
from backtrace.scenario.flaws import listed, nearest, printable

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS = (_PACKAGE / "_scenarios", _PACKAGE.parent / "scenarios")


def names() -> list[str]:
    """The names of the bundled scenarios, in alphabetical order."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def path_of(name: str) -> Path:
    """The file of a bundled scenario. Raises InputError with the nearest name where there is none of that name."""
    known = names()
    if name in known:
        return _folder() / f"{name}.yaml"
    shown = printable(name, 60)
    remedy = nearest(name, known)
    if _is_file(name):
        remedy = f"for the file of that name write './{shown}'"
    raise InputError([Problem(f"there is no bundled scenario '{shown}'", listed(known, "or"), remedy)])


def sheets() -> dict[str, Path]:
    """The hand-worked sheets that ship with the tool, by name."""
    return {path.stem: path for path in sorted((_folder() / "sheets").glob("*.yaml"))}


def find(argument: str) -> Path:
    """The file that an argument means: a path where it has a suffix or a slash, a bundled scenario otherwise."""
    path = Path(argument)
    is_path = bool(path.suffix) or "/" in argument or "\\" in argument
    return path if is_path else path_of(argument)


def _folder() -> Path:
    return next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):
        return False
