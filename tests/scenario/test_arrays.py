"""Arrays in files of numpy and in .safetensors."""

from __future__ import annotations

import contextlib
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import save_file

from backtrace.errors import InputError, Problem
from backtrace.scenario.arrays import INSTALL, MOST_NUMBERS, array_in, names_in
from tests.packages import take_away

W = np.arange(6, dtype=np.float64).reshape(2, 3) / 7
SUFFIXES = (".npy", ".npz", ".safetensors")
DTYPES = ("f2", "f4", "f8", "<i2", ">i4", "i8", "u1", ">f8")


def saved(folder: Path, suffix: str, array: np.ndarray, name: str = "W1") -> Path:
    path = folder / f"w{suffix}"
    match suffix:
        case ".npy":
            np.save(path, array)
        case ".npz":
            np.savez(path, **{name: array})
        case _:
            save_file({name: np.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")))}, path)
    return path


def problem(path: Path, name: str | None = None) -> Problem:
    with pytest.raises(InputError) as caught:
        array_in(path, path.name, name)
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_of_every_kind_become_doubles(tmp_path: Path, suffix: str, dtype: str) -> None:
    """Floats and whole numbers of any width and byte order are read with their values."""
    array = (W * 100).astype(dtype)
    found = array_in(saved(tmp_path, suffix, array), "w", None)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, array.astype(np.float64))


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_laid_out_by_column_are_read(tmp_path: Path, suffix: str) -> None:
    """A transposed array, which numpy saves in Fortran order, comes out as it went in."""
    np.testing.assert_array_equal(array_in(saved(tmp_path, suffix, W.T), "w", None), W.T)


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(array=arrays.arrays(np.float64, arrays.array_shapes(max_dims=3), elements=st.floats(-1e308, 1e308)))
def test_a_round_trip_keeps_every_bit(tmp_path_factory: pytest.TempPathFactory, suffix: str, array: np.ndarray) -> None:
    """Doubles of any shape are read as they were written, negative zeros included."""
    found = array_in(saved(tmp_path_factory.mktemp("a"), suffix, array), "w", None)
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()


def test_a_compressed_archive_is_read(tmp_path: Path) -> None:
    """np.savez_compressed is read as np.savez is."""
    np.savez_compressed(tmp_path / "w.npz", W1=W, b1=W[0])
    assert names_in(tmp_path / "w.npz", "w") == ["W1", "b1"]
    np.testing.assert_array_equal(array_in(tmp_path / "w.npz", "w", "b1"), W[0])


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_one_of_several_arrays_is_named(tmp_path: Path, suffix: str) -> None:
    """Where a file holds several arrays one is to be named; a misspelt name offers the near one."""
    path = tmp_path / f"w{suffix}"
    np.savez(path, W1=W, b1=W[0]) if suffix == ".npz" else save_file({"W1": W, "b1": W[0]}, path)
    assert problem(path).found == f"2 arrays in {path.name}"
    assert "W1 or b1" in problem(path).expected
    assert (problem(path, "w1").found, problem(path, "w1").remedy) == (
        f"no array 'w1' in {path.name}", "did you mean 'W1'?")  # fmt: skip
    assert problem(path, "w1").place is None


def test_an_array_without_a_name_has_none(tmp_path: Path) -> None:
    """A .npy file holds a single array, which is not asked for by name."""
    assert problem(saved(tmp_path, ".npy", W), "W1").found == "the array 'W1'"


class Bomb:
    """Would be called by whoever opens a pickle."""

    def __reduce__(self) -> Any:
        return pytest.fail, ("the pickle was opened",)


def test_pickles_are_never_opened(tmp_path: Path) -> None:
    """An array of objects is refused by its header, in .npy and in .npz, and so is a bare pickle."""
    array = np.array([Bomb()], dtype=object)
    for suffix in (".npy", ".npz"):
        assert problem(saved(tmp_path, suffix, array)).found == "an array of Python objects (a pickle)"
    (tmp_path / "p.npy").write_bytes(pickle.dumps(Bomb()))
    assert problem(tmp_path / "p.npy").found.startswith("no whole .npy file")


@pytest.mark.parametrize(
    ("array", "found"),
    [
        (W.astype(complex), "an array of complex128"),
        (W > 0, "an array of bool"),
        (np.array(["a"]), "an array of <U1"),
        (np.zeros(2, dtype=[("a", "f8")]), "an array of [('a', '<f8')]"),
        (np.array([[1, np.nan]]), "nan at row 1, column 2"),
        (np.array([1, 2, -np.inf]), "-inf at number 3"),
        (np.array(np.nan), "nan"),
        (np.zeros(MOST_NUMBERS + 1, dtype=np.int8), "an array of 2,000,001 numbers"),
    ],
)
def test_what_is_no_array_of_numbers_is_refused(tmp_path: Path, array: np.ndarray, found: str) -> None:
    """Other types, numbers that are not finite, and too many numbers are each named, in .npy and in .npz."""
    for suffix in (".npy", ".npz"):
        path = saved(tmp_path, suffix, array)
        assert problem(path).found == found
        assert problem(path).place is not None


def test_sizes_are_looked_at_before_numbers(tmp_path: Path) -> None:
    """A header that promises a thousand billion numbers, in a file or in a bomb of zeros, is refused at once."""
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }\n"
    content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
    (tmp_path / "w.npy").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "w.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("W1.npy", content + bytes(50_000_000))
    for suffix in (".npy", ".npz"):
        assert problem(tmp_path / f"w{suffix}").found == "an array of 1,000,000,000,000 numbers"


def _safetensors(path: Path, dtype: str, shape: list[int], size: int) -> Path:
    header = json.dumps({"W1": {"dtype": dtype, "shape": shape, "data_offsets": [0, size]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(size))
    return path


@pytest.mark.parametrize(
    ("dtype", "shape", "size", "found"),
    [
        ("BF16", [2], 4, "an array of bfloat16"),
        ("BOOL", [2], 2, "an array of bool"),
        ("F8_E4M3", [2], 2, "an array of F8_E4M3"),
        ("I8", [MOST_NUMBERS + 1], MOST_NUMBERS + 1, "an array of 2,000,001 numbers"),
    ],
)
def test_safetensors_of_another_type_are_named(
    tmp_path: Path, dtype: str, shape: list[int], size: int, found: str
) -> None:
    """What numpy has no number for is refused by its name."""
    assert problem(_safetensors(tmp_path / "w.safetensors", dtype, shape, size)).found == found


def test_without_the_package_the_remedy_is_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where safetensors is not installed, the problem says what to install."""
    path = saved(tmp_path, ".safetensors", W)
    take_away("safetensors", monkeypatch)
    assert problem(path).remedy == INSTALL == "pip install 'backprop-tracer[files]'"


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(at=st.integers(0, 400), gone=st.integers(0, 400), put=st.binary(max_size=8))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, at: int, gone: int, put: bytes
) -> None:
    """Whatever the bytes of a file, nothing but InputError is raised."""
    path = saved(tmp_path_factory.mktemp("a"), suffix, W)
    content = path.read_bytes()
    path.write_bytes(content[:at] + put + content[at + gone :])
    with contextlib.suppress(InputError):
        assert array_in(path, "w", None).dtype == np.float64


def test_a_file_cut_short_says_so(tmp_path: Path) -> None:
    """A file that ends before its numbers do is refused."""
    for suffix in SUFFIXES:
        path = saved(tmp_path, suffix, W)
        path.write_bytes(path.read_bytes()[:-3])
        assert problem(path).found.startswith(f"no whole {suffix} file")
        assert problem(path).remedy == "save it again"
