"""Arrays in files of numpy (.npy, .npz) and in .safetensors, read as doubles: sizes are bounded, pickles never opened.

What is wrong with a file is raised as InputError; a problem inside the file names it as its place.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, NoReturn

import numpy as np
from numpy.lib import format as npy

from backtrace.errors import InputError, Place, Problem
from backtrace.scenario.flaws import listed, nearest, printable
from backtrace.scenario.scenario import Floats

MOST_NUMBERS = 2_000_000
"""How many numbers are read from a file."""

INSTALL = "pip install 'backprop-tracer[files]'"

_BROKEN = (
    ValueError, TypeError, SyntaxError, TokenError, EOFError, RecursionError, MemoryError, OverflowError, KeyError,
    RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
_NUMBERS = "fiu"
_SAFE_NUMBERS = ("F16", "F32", "F64", "I8", "I16", "I32", "I64", "U8", "U16", "U32", "U64")
_SAFE_NAMES = {"BF16": "bfloat16", "BOOL": "bool"}


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape as a sentence names it: 2×3; a vector of 4; a single number."""
    if len(shape) == 1:
        return f"a vector of {shape[0]}"
    return "×".join(map(str, shape)) if shape else "a single number"


def array_in(path: Path, file: str, name: str | None) -> Floats:
    """The array of that name in the file, or its only one; `file` is what problems call it. Raises InputError."""
    match path.suffix.lower():
        case ".npy":
            if name is not None:
                refuse(file, f"the array '{printable(name, 60)}'", "no name: a .npy file holds a single array")
            with _opened(path, file) as stream:
                return _npy(stream, file)
        case ".npz":
            with (
                _archive(path, file) as archive,
                archive.open(f"{chosen(_members(archive), name, file)}.npy") as member,
            ):
                return _npy(member, file)
    with _safetensors(path, file) as archive:
        return _safe(archive, chosen(list(archive.keys()), name, file), file)


def names_in(path: Path, file: str) -> list[str]:
    """The names of the arrays in a .npz or .safetensors file. Raises InputError."""
    if path.suffix.lower() == ".npz":
        with _archive(path, file) as archive:
            return _members(archive)
    with _safetensors(path, file) as opened:
        return list(opened.keys())


def chosen(names: list[str], name: str | None, file: str) -> str:
    """The name of an array that the file has; its only one where none is asked for. Raises InputError."""
    if name is None and len(names) == 1:
        return names[0]
    if name is None:
        known = f"one of them by name: {listed(names, 'or')}" if names else "a file with arrays"
        raise InputError([Problem(f"{len(names)} arrays in {file}", known, "add `array: NAME`" if names else "")])
    if name not in names:
        raise InputError([absent(name, names, "array", file)])
    return name


def absent(name: str, names: list[str], what: str, file: str) -> Problem:
    """What is said of an array or column that the file does not have."""
    expected = listed(names, "or") if names else f"a file with {what}s"
    return Problem(f"no {what} '{printable(name, 60)}' in {file}", expected, nearest(name, names))


def refuse(file: str, found: str, expected: str = "", remedy: str = "") -> NoReturn:
    """Raise the error of a file with one problem."""
    raise InputError([Problem(found, expected, remedy, place=Place(file))])


@contextmanager
def _opened(path: Path, file: str) -> Iterator[IO[bytes]]:
    """The file; whatever a reader of it raises because it is broken is said as such."""
    try:
        with path.open("rb") as stream:
            yield stream
    except OSError as error:
        refuse(file, f"the file cannot be read: {error.strerror}")
    except _BROKEN as error:
        refuse(file, f"no whole {path.suffix} file: {printable(str(error), 100)}", remedy="save it again")


def _npy(stream: IO[bytes], file: str) -> Floats:
    """The array at the stream: its header is looked at before anything else is read."""
    version = npy.read_magic(stream)
    if version == (1, 0):
        shape, by_column, dtype = npy.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, by_column, dtype = npy.read_array_header_2_0(stream)
    else:
        raise ValueError(f"version {version} of the format")
    if dtype.hasobject:
        refuse(file, "an array of Python objects (a pickle)", "numbers", "save it with dtype float64")
    if dtype.kind not in _NUMBERS:
        refuse(file, f"an array of {printable(str(dtype), 60)}", "numbers", "save it with dtype float64")
    count = _bounded(shape, file)
    content = stream.read(count * dtype.itemsize)
    numbers = np.frombuffer(content, dtype, count).reshape(shape, order="F" if by_column else "C")
    return finite(numbers.astype(np.float64), file)


def _bounded(shape: tuple[int, ...], file: str) -> int:
    """How many numbers the shape holds."""
    if any(size < 0 for size in shape):
        raise ValueError(f"the shape {shape}")
    count = math.prod(shape)
    if count > MOST_NUMBERS:
        refuse(file, f"an array of {count:,} numbers", f"at most {MOST_NUMBERS:,}")
    return count


def finite(numbers: Floats, file: str) -> Floats:
    """The numbers, if all of them are finite."""
    bad = np.argwhere(~np.isfinite(numbers))
    if len(bad):
        axes = {1: ("number",), 2: ("row", "column")}.get(numbers.ndim, ("place",) * numbers.ndim)
        place = ", ".join(f"{axis} {i + 1}" for axis, i in zip(axes, bad[0], strict=True))
        refuse(file, f"{numbers[tuple(bad[0])]}" + (f" at {place}" if place else ""), "finite numbers")
    return numbers


@contextmanager
def _archive(path: Path, file: str) -> Iterator[zipfile.ZipFile]:
    with _opened(path, file) as stream, zipfile.ZipFile(stream) as archive:
        yield archive


def _members(archive: zipfile.ZipFile) -> list[str]:
    return [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]


@contextmanager
def _safetensors(path: Path, file: str) -> Iterator[Any]:
    try:
        from safetensors import SafetensorError, safe_open  # noqa: PLC0415 (only where such a file is read)
    except ImportError:
        refuse(file, "a .safetensors file, which the package safetensors reads", "that package", INSTALL)
    try:
        with safe_open(str(path), framework="numpy") as archive:
            yield archive
    except (SafetensorError, OSError, *_BROKEN) as error:
        refuse(file, f"no whole .safetensors file: {printable(str(error), 100)}", remedy="save it again")


def _safe(archive: Any, name: str, file: str) -> Floats:
    view = archive.get_slice(name)
    kind = view.get_dtype()
    if kind not in _SAFE_NUMBERS:
        expected = "numbers that numpy knows, such as float32"
        refuse(file, f"an array of {_SAFE_NAMES.get(kind, kind)}", expected, "save it as float32")
    _bounded(tuple(view.get_shape()), file)
    return finite(archive.get_tensor(name).astype(np.float64), file)
