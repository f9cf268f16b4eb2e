"""What a file is, judging by how it begins: an exported trace, what someone's own program wrote, or neither."""

from __future__ import annotations

import io

LARGEST = 1_000_000_000
"""How many bytes a file, or the arrays in it, may take."""

_START = 4096


def is_npz(content: bytes) -> bool:
    """Whether the content is an archive of arrays, or of none, judging by how it begins."""
    return content.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_trace(text: bytes) -> bool:
    """Whether it is an exported trace, JSON, JSON Lines or .npz, judging by how it begins."""
    if is_npz(text):
        return True
    start = text[:_START].lstrip()
    if not start.startswith(b"{"):
        return False
    from backtrace.formats.document import FORMAT

    return f'"format":"{FORMAT}"'.encode() in start.replace(b" ", b"").replace(b"\n", b"")


def is_recording(content: bytes, file: str) -> bool:
    """Whether the content of the file holds values of someone's own program; of lines, the first will do."""
    if is_npz(content):
        return _has_no_format(content)
    if is_trace(content) or file.endswith(".jsonl"):
        return not is_trace(content)
    line = content.lstrip().partition(b"\n")[0]
    if b"{" not in line:
        return False
    import json

    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and "id" in first


def _has_no_format(archive_of_arrays: bytes) -> bool:
    """Whether it is a whole archive that no export wrote."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(archive_of_arrays)) as archive:
            return "format.npy" not in archive.namelist()
    except zipfile.BadZipFile:
        return False
